"""Bytes and frames: sections 2 to 4 of the protocol. A frame is a dict; what only the codec understands is bytes."""

MAGIC = b"\xe5SYS"
VERSION = 1
PREAMBLE = MAGIC + bytes([VERSION])

MAX_NUMBER = 2**53 - 1
MAX_HANDSHAKE = 65_536
MAX_HANDSHAKE_FRAME = 16_384
MAX_FRAME = 65_536
MAX_PART = 65_472
MIN_PART = 1_024

TYPES = ["", "hello", "welcome", "ping", "pong", "data", "result", "ack", "close"]
FIRST_OPTIONAL_TYPE = 0x80
PARTS = ["whole", "first", "middle", "last"]
FAILED = 1
STATUS_OF_PART = {"whole": 0, "first": 2, "middle": 3, "last": 4}
PART_OF_STATUS = {status: part for part, status in STATUS_OF_PART.items()}
HEALTH = ["ok", "degraded", "failing"]
SCOPES = ["connection", "session"]
CODES = [
    "normal",
    "going-away",
    "judged-dead",
    "protocol-error",
    "too-many-pings",
    "handshake-timeout",
    "rejected",
    "incompatible",
    "superseded",
    "app-stalled",
]
COUNTERS = ["received", "handled", "settled", "read", "limit"]


class ProtocolError(Exception):
    """The peer has broken a rule: the rest of the stream cannot be trusted."""


class Incomplete(Exception):
    """More bytes are needed to know."""


# Numbers


def write_number(n: int) -> bytes:
    for exponent, bits in enumerate((6, 14, 30, 62)):
        if n < 1 << bits:
            return (n | exponent << bits).to_bytes((bits + 2) // 8, "big")
    raise ValueError(f"{n} is too large for a number")


def read_number(data, at: int):
    """The number at an offset, and the offset behind it."""
    if at >= len(data):
        raise Incomplete
    size = 1 << (data[at] >> 6)
    if at + size > len(data):
        raise Incomplete
    n = int.from_bytes(data[at : at + size], "big") & ((1 << (8 * size - 2)) - 1)
    if n > MAX_NUMBER:
        raise ProtocolError("a number is above 2^53-1")
    if len(write_number(n)) != size:
        raise ProtocolError("a number is not in its shortest form")
    return n, at + size


# Preamble


class Stranger(Exception):
    """The first bytes are of another protocol: it gets no answer."""


class Unsupported(Exception):
    """The versions differ; `answer` is what a server says to that."""

    def __init__(self, spoken, answer=b""):
        super().__init__(f"the peer speaks version {spoken}")
        self.spoken = spoken
        self.answer = answer


def read_preamble(data, role: str) -> int:
    """The offset behind the peer's preamble; `role` is that of the reader."""
    if data[:4] != MAGIC[: len(data)]:
        raise Stranger
    if len(data) < 5:
        raise Incomplete
    version = data[4]
    if version == VERSION:
        return 5
    if version == 0:
        if role == "server":
            raise Stranger
        if len(data) < 6 or len(data) < 6 + data[5]:
            raise Incomplete
        raise Unsupported(list(data[6 : 6 + data[5]]))
    if role == "client":
        raise ProtocolError("the server answers with a version that nobody has asked for")
    raise Unsupported([version], MAGIC + bytes([0, 1, VERSION]))


# Frames


def encode_frame(frame: dict) -> bytes:
    kind = frame["type"]
    body = bytes([TYPES.index(kind)]) + _ENCODERS[kind](frame)
    return write_number(len(body)) + body


def cut(text: str, limit: int) -> bytes:
    """UTF-8 of at most so many bytes, cut between two characters."""
    return text.encode()[:limit].decode(errors="ignore").encode()


def _encode_pong(frame: dict) -> bytes:
    body = write_number(frame["number"])
    if "handled" in frame:
        body += write_number(frame["handled"])
    if "health" in frame:
        body += bytes([HEALTH.index(frame["health"]["status"])]) + frame["health"]["payload"]
    return body


def _encode_data(frame: dict) -> bytes:
    return write_number(frame["number"]) + bytes([PARTS.index(frame["part"])]) + frame["payload"]


def _encode_result(frame: dict) -> bytes:
    number = write_number(frame["number"])
    if "part" in frame:
        return number + bytes([STATUS_OF_PART[frame["part"]]]) + frame["value"]
    code = cut(frame["code"], 64)
    return number + bytes([FAILED]) + write_number(len(code)) + code + cut(frame["text"], 1_024)


def _encode_close(frame: dict) -> bytes:
    numbers = (CODES.index(frame["code"]), frame["lastAccepted"], frame["retryAfterMs"], frame["spreadMs"])
    return bytes([SCOPES.index(frame["scope"])]) + b"".join(map(write_number, numbers)) + cut(frame["reason"], 256)


_ENCODERS = {
    "hello": lambda frame: frame["body"],
    "welcome": lambda frame: frame["body"],
    "ping": lambda frame: write_number(frame["number"]),
    "pong": _encode_pong,
    "data": _encode_data,
    "result": _encode_result,
    "ack": lambda frame: b"".join(write_number(frame[counter]) for counter in COUNTERS),
    "close": _encode_close,
}


class _Body:
    """Reads the fields of a frame, one after the other."""

    def __init__(self, data: bytes):
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def number(self) -> int:
        try:
            n, self.at = read_number(self.data, self.at)
        except Incomplete:
            raise ProtocolError("a frame ends early") from None
        return n

    def ordinal(self) -> int:
        """A number that begins at 1."""
        n = self.number()
        if n == 0:
            raise ProtocolError("a number is 0, and numbers begin at 1")
        return n

    def choice(self, names) -> str:
        """One byte that stands for one of these."""
        (index,) = self.bytes(1, 1)
        names = names if isinstance(names, dict) else dict(enumerate(names))
        if index not in names:
            raise ProtocolError(f"{index} is none of {list(names)}")
        return names[index]

    def bytes(self, count: int, limit: int) -> bytes:
        if count > limit:
            raise ProtocolError(f"{count} bytes are above the limit of {limit}")
        if count > self.left:
            raise ProtocolError("a frame ends early")
        self.at += count
        return self.data[self.at - count : self.at]

    def text(self, count: int, limit: int) -> str:
        try:
            return self.bytes(count, limit).decode()
        except UnicodeDecodeError:
            raise ProtocolError("a text is not UTF-8") from None


def decode_frame(kind: int, data: bytes):
    """The frame behind a length; None for a type of a later version, which is skipped."""
    if kind >= FIRST_OPTIONAL_TYPE:
        return None
    if not 0 < kind < len(TYPES):
        raise ProtocolError(f"there is no frame type {kind}")
    name = TYPES[kind]
    body = _Body(data)
    frame = {"type": name, **_DECODERS[name](body)}
    if body.left:
        raise ProtocolError(f"{body.left} bytes follow the last field")
    return frame


def _decode_pong(body: _Body) -> dict:
    pong = {"number": body.ordinal()}
    if body.left:
        pong["handled"] = body.number()
    if body.left:
        status = body.choice(HEALTH)
        pong["health"] = {"status": status, "payload": body.bytes(body.left, 256)}
    return pong


def _decode_data(body: _Body) -> dict:
    return {"number": body.ordinal(), "part": body.choice(PARTS), "payload": body.bytes(body.left, MAX_PART)}


def _decode_result(body: _Body) -> dict:
    number = body.ordinal()
    part = body.choice({FAILED: None, **PART_OF_STATUS})
    if part is not None:
        return {"number": number, "part": part, "value": body.bytes(body.left, MAX_PART)}
    code = body.text(body.number(), 64)
    return {"number": number, "code": code, "text": body.text(body.left, 1_024)}


def _decode_ack(body: _Body) -> dict:
    ack = {counter: body.number() for counter in COUNTERS}
    if ack["handled"] > ack["received"]:
        raise ProtocolError("more is handled than received")
    return ack


def _decode_close(body: _Body) -> dict:
    scope = body.choice(SCOPES)
    code = body.number()
    close = {"scope": scope, "code": CODES[code] if code < len(CODES) else "unknown"}
    for name in ("lastAccepted", "retryAfterMs", "spreadMs"):
        close[name] = body.number()
    close["reason"] = body.text(body.left, 256)
    return close


_DECODERS = {
    "hello": lambda body: {"body": body.bytes(body.left, MAX_HANDSHAKE_FRAME)},
    "welcome": lambda body: {"body": body.bytes(body.left, MAX_HANDSHAKE_FRAME)},
    "ping": lambda body: {"number": body.ordinal()},
    "pong": _decode_pong,
    "data": _decode_data,
    "result": _decode_result,
    "ack": _decode_ack,
    "close": _decode_close,
}


class FrameReader:
    """Cuts a stream into frames. A length above the limit is refused before its frame is waited for."""

    def __init__(self):
        self.data = bytearray()

    def next(self, limit: int):
        """The next frame, or None if it is not here yet."""
        while True:
            try:
                length, start = read_number(self.data, 0)
            except Incomplete:
                return None
            if not 0 < length <= limit:
                raise ProtocolError(f"a frame has the length {length}, of at most {limit}")
            end = start + length
            if len(self.data) < end:
                return None
            kind, body = self.data[start], bytes(self.data[start + 1 : end])
            del self.data[:end]
            frame = decode_frame(kind, body)
            if frame is not None:
                return frame
