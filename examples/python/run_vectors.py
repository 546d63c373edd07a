#!/usr/bin/env python3
"""
Runs the test vectors in test/vectors, which its README.md describes. Prints what fails, and `N passed, N failed`.
"""

import json
import re
import sys
from pathlib import Path

from systole import msgpack, wire
from systole.connection import CAUSES
from systole.dialler import Dialler
from systole.handshake import Bucket, Incompatible, decode_introduction, negotiate
from systole.registry import Registry

VECTORS = Path(__file__).resolve().parents[2] / "test" / "vectors"


def bytes_from(text: str) -> bytes:
    return bytes.fromhex(re.sub(r"(\w\w)\*(\d+)", lambda found: found[1] * int(found[2]), text))


def check(found, expected) -> None:
    if found != expected:
        raise AssertionError(f"found {found!r:.300}, expected {expected!r:.300}")


def refuses(error, action) -> None:
    try:
        found = action()
    except error:
        return
    raise AssertionError(f"was not refused, but gave {found!r:.100}")


def cuts_of(data: bytes):
    """Whole, byte by byte at the beginning, and in halves."""
    half = len(data) // 2
    return [data], [*(data[at : at + 1] for at in range(min(256, len(data)))), data[256:]], [data[:half], data[half:]]


# One function for each list of each file; each runs one vector.


def number(vector) -> None:
    data = bytes_from(vector["bytes"])
    check(wire.read_number(data, 0), (vector["number"], len(data)))
    check(wire.write_number(vector["number"]), data)


def malformed_number(vector) -> None:
    refuses(wire.ProtocolError, lambda: wire.read_number(bytes_from(vector["bytes"]), 0))


def incomplete_number(vector) -> None:
    refuses(wire.Incomplete, lambda: wire.read_number(bytes_from(vector["bytes"]), 0))


def preamble(vector) -> None:
    data = bytes_from(vector["reads"])
    check(outcome_of_preamble(data, vector), vector["outcome"])
    for end in range(len(data)):  # it is decided at the same byte, and not otherwise, when bytes come one by one
        if outcome_of_preamble(data[:end], vector) not in ("incomplete", vector["outcome"]):
            raise AssertionError(f"{end} bytes are taken for something else")


def outcome_of_preamble(data: bytes, vector) -> str:
    try:
        end = wire.read_preamble(data, vector["reader"])
        if "rest" in vector and len(data) == len(bytes_from(vector["reads"])):
            check(data[end:], bytes_from(vector["rest"]))
        return "accepted"
    except wire.Incomplete:
        return "incomplete"
    except wire.Stranger:
        return "not-our-protocol"
    except wire.ProtocolError:
        return "protocol-error"
    except wire.Unsupported as error:
        check(error.answer, bytes_from(vector.get("answers", "")))
        check(error.spoken, vector.get("spoken", error.spoken))
        return "rejected"


def decode_all(chunks, limit: int = wire.MAX_FRAME) -> list:
    reader, frames = wire.FrameReader(), []
    for chunk in chunks:
        reader.data += chunk
        while (frame := reader.next(limit)) is not None:
            frames.append(frame)
    return frames


def frame_from(fields: dict) -> dict:
    """A frame as vectors have it, with bytes for its texts of hexadecimal pairs."""
    frame = {name: bytes_from(x) if name in ("body", "payload", "value") else x for name, x in fields.items()}
    if "health" in frame:
        frame["health"] = {**frame["health"], "payload": bytes_from(frame["health"]["payload"])}
    return frame


def valid_frame(vector) -> None:
    data, frame = bytes_from(vector["bytes"]), frame_from(vector["frame"])
    for chunks in cuts_of(data):
        check(decode_all(chunks), [frame])
    if frame.get("code") != "unknown":
        check(wire.encode_frame(frame), data)


def malformed_frame(vector) -> None:
    limit = wire.MAX_FRAME if vector["state"] == "open" else wire.MAX_HANDSHAKE_FRAME
    for chunks in cuts_of(bytes_from(vector["bytes"])):
        refuses(wire.ProtocolError, lambda chunks=chunks: decode_all(chunks, limit))


def no_frame(vector) -> None:
    for chunks in cuts_of(bytes_from(vector["bytes"])):
        check(decode_all(chunks), [])


def stream(vector) -> None:
    for chunks in cuts_of(bytes_from(vector["bytes"])):
        check([frame["type"] for frame in decode_all(chunks)], vector["types"])


def introduction(kind: str, ordinary: dict):
    def run(vector) -> None:
        expected = {**ordinary, **vector["fields"]}
        check(decode_introduction(kind, bytes_from(vector["body"])), expected)
        check(decode_introduction(kind, msgpack.pack(expected)), expected)

    return run


def malformed_introduction(kind: str):
    return lambda vector: refuses(wire.ProtocolError, lambda: decode_introduction(kind, bytes_from(vector["body"])))


def offers(vector) -> None:
    if "refused" in vector:
        refuses(Incompatible, lambda: negotiate(vector["mine"], vector["theirs"]))
    else:
        check(negotiate(vector["mine"], vector["theirs"]), vector["terms"])


def bucket(vector) -> None:
    triple = None if vector["probes"] is None else [1, 1, vector["probes"]]
    tokens = Bucket(vector["minPing"], triple, 0)
    refused = [index for index, at in enumerate(vector["pings"]) if not tokens.take(at)]
    check(refused[0] if refused else None, vector["refused"])


def window(vector) -> None:
    """Both ends keep the session for the window: the client's view of it, with a WELCOME made by hand."""
    dialler = Dialler({"boot": "c1", "resume": vector["mine"], "keepalive": None})
    connection = dialler.dial(0)
    identity = {"session": "s1", "token": "t1", "boot": "a9", "epoch": 1, "resume": vector["theirs"]}
    counters = {"received": 0, "settled": 0, "credit": 0}
    welcome = {**identity, **counters, "codec": "msgpack", "minPing": 0, "maxMessage": 0}
    connection.receive(wire.PREAMBLE + wire.encode_frame({"type": "welcome", "body": msgpack.pack(welcome)}), 0)
    check(connection.state, "open")
    connection.lose()
    dialler.closed(0)
    if vector["window"] > 0:
        dialler.expire(vector["window"] - 1)
        check(dialler.session.token, "t1")
    dialler.expire(vector["window"])
    check(dialler.session.token, "")


def payload(vector) -> None:
    value = vector["value"] if "value" in vector else nest(vector["depth"])
    check(msgpack.unpack(bytes_from(vector["bytes"])), value)
    check(msgpack.unpack(msgpack.pack(value)), value)


def nest(depth: int):
    return None if depth == 0 else [nest(depth - 1)]


def refused_payload(vector) -> None:
    refuses(msgpack.Malformed, lambda: msgpack.unpack(bytes_from(vector["bytes"])))


# Conversations


class Line:
    """One connection, and what it has written and nobody has expected yet: preambles, frames and `fin`."""

    def __init__(self, connection):
        self.connection = connection
        self.written = []
        self.is_preamble_over = False
        self.is_fin_sent = False
        self.is_closed = False

    def collect(self, now: float) -> None:
        data = self.connection.take()
        if data and not self.is_preamble_over:
            self.is_preamble_over = True
            length = len(data) if data[4] == 0 else 5
            self.written.append((now, data[:length], None))
            data = data[length:]
        while data:
            length, start = wire.read_number(data, 0)
            end = start + length
            self.written.append((now, data[:end], wire.decode_frame(data[start], data[start + 1 : end])))
            data = data[end:]
        if self.connection.wants_fin and not self.is_fin_sent:
            self.is_fin_sent = True
            self.written.append((now, "fin", None))


class Stage:
    """Plays one conversation: it is the peer, the application and the clock of the end under test."""

    def __init__(self, settings: dict):
        self.now = 0
        self.lines = []
        self.handled = []
        self.answering = None
        self.settled = {}
        self.sent = 0
        boot = "c1" if settings["role"] == "client" else "a9"
        settings = {**settings, "boot": boot}
        if settings["role"] == "client":
            self.house = Dialler(settings)
        else:
            ids, tokens = counter("s"), counter("t")
            self.house = Registry(settings, lambda: next(ids), lambda: next(tokens))
        self.session = getattr(self.house, "session", None)

    def play(self, steps: list) -> None:
        for step in steps:
            self.advance(step["at"])
            try:
                self.perform(step)
            except AssertionError as error:
                raise AssertionError(f"{error}, in {json.dumps(step):.300}") from None
            self.collect()
        self.expect_nothing_left()
        check([incoming.value for _, incoming in self.handled], [])
        check(len(self.settled), self.sent)

    def advance(self, to: float) -> None:
        if to > self.now:
            self.expect_nothing_left()
        while True:
            live = [line.connection for line in self.lines if not line.is_closed]
            next_at = min([self.house.deadline, *(connection.deadline for connection in live)])
            if next_at > to:
                break
            self.now = max(self.now, next_at)
            self.house.expire(self.now)
            for connection in live:
                if connection.deadline <= self.now:
                    connection.tick(self.now)
            self.collect()
        self.now = max(self.now, to)

    def collect(self) -> None:
        for line in self.lines:
            line.collect(self.now)
            connection = line.connection
            if connection.session is not None:
                self.session = connection.session
            if connection.ended and not line.is_closed:
                line.is_closed = True
                self.house.closed(*([self.now] if isinstance(self.house, Dialler) else [connection, self.now]))
        while self.session is not None and self.session.events:
            kind, *what = self.session.events.popleft()
            if kind == "message":
                self.handled.append((self.now, *what))
            else:
                self.settled[what[0]] = (self.now, what[1])

    def flush(self) -> None:
        for line in self.lines:
            line.connection.flush(self.now)

    def expect_nothing_left(self) -> None:
        for line in self.lines:
            check([data for _, data, frame in line.written if not is_ack(frame)], [])

    def perform(self, step: dict) -> None:
        if "begins" in step:
            begin = self.house.dial if isinstance(self.house, Dialler) else self.house.accept
            return self.lines.append(Line(begin(self.now)))
        if "sends" in step:
            self.sent += 1
            self.session.send(step["sends"], step["message"])
            return self.flush()
        if "settles" in step:
            check(self.settled.get(step["settles"]), (step["at"], outcome_of(step)))
            return None
        if "handles" in step:
            at, self.answering = self.handled.pop(0) if self.handled else (None, None)
            check((at, self.answering and self.answering.number), (step["at"], step["handles"]))
            return check(self.answering.value, step["value"])
        if "answers" in step:
            check(self.answering.number, step["answers"])
            self.session.answer(self.answering, step.get("value"), step.get("failure"))
            return self.flush()
        line = self.lines[step.get("connection", 1) - 1]
        connection = line.connection
        if "closes" in step:
            return self.lines[-1].connection.say_goodbye(self.now, step["closes"])
        if "reads" in step:
            if step["reads"] == "fin":
                return connection.receive_fin()
            return connection.receive(bytes_from(step["reads"]), self.now)
        if "cut" in step:
            return connection.lose()
        if "ends" in step:
            return check(connection.ended, step["ends"])
        return self.expect_written(line, step)

    def expect_written(self, line: Line, step: dict) -> None:
        for expected in step["writes"]:
            if isinstance(expected, dict) and expected["type"] == "data":
                self.expect_message(line, expected)
                continue
            like = lambda item: is_like(item, expected)
            index = next((i for i, item in enumerate(line.written) if like(item) or not is_ack(item[2])), None)
            if index is not None and like(line.written[index]):
                check(line.written[index][0], step["at"])
                del line.written[: index + 1]
            elif not step.get("optional"):
                check(None if index is None else line.written[index], expected)

    def expect_message(self, line: Line, expected: dict) -> None:
        """All parts of it, in whatever sizes; it may have begun earlier."""
        parts = b""
        while True:
            check(bool(line.written), True)
            _, _, frame = line.written.pop(0)
            if is_ack(frame):
                continue
            check((frame["type"], frame["number"]), ("data", expected["number"]))
            parts += frame["payload"]
            if frame["part"] in ("whole", "last"):
                return check(parts, bytes_from(expected["payload"]))


def counter(prefix: str):
    n = 0
    while True:
        n += 1
        yield f"{prefix}{n}"


def is_ack(frame) -> bool:
    return frame is not None and frame["type"] == "ack"


def is_like(item, expected) -> bool:
    """Whether it is these bytes, or a frame with at least these fields."""
    _, data, frame = item
    if isinstance(expected, str):
        return data == (expected if expected == "fin" else bytes_from(expected))
    if frame is None:
        return False
    fields = expected.get("fields", {})
    known = decode_introduction(frame["type"], frame["body"]) if "body" in frame else {}
    own = {name: value for name, value in expected.items() if name != "fields"}
    return contains(frame, own) and contains(known, fields)


def contains(whole: dict, part: dict) -> bool:
    return all(whole.get(name) == value for name, value in part.items())


def outcome_of(step: dict) -> tuple:
    if "failure" in step:
        return ("failure", *step["failure"])
    return (step["handedBack"],) if "handedBack" in step else ("value", step.get("value"))


def suites():
    """Each vector with what runs it."""
    files = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in VECTORS.glob("*.json")}
    lists = {
        "numbers": {"valid": number, "malformed": malformed_number, "incomplete": incomplete_number},
        "preamble": {"cases": preamble},
        "frames": {
            "valid": valid_frame,
            "malformed": malformed_frame,
            "skipped": no_frame,
            "incomplete": no_frame,
            "streams": stream,
        },
        "negotiation": {"offers": offers, "windows": window, "buckets": bucket},
        "payloads": {"valid": payload, "refused": refused_payload},
    }
    for name, runners in lists.items():
        for part, run in runners.items():
            for vector in files[name][part]:
                yield f"{name} {part}: {vector['name']}", run, vector
    for kind in ("hello", "welcome"):
        suite = files["handshakes"][kind]
        for vector in suite["valid"]:
            yield f"handshakes {kind}: {vector['name']}", introduction(kind, suite["ordinary"]), vector
        for vector in suite["malformed"]:
            yield f"handshakes {kind}: {vector['name']}", malformed_introduction(kind), vector
    ordinary = files["conversations"]["ordinary"]
    for vector in files["conversations"]["conversations"]:
        end = {**ordinary, **vector["end"]}
        play = lambda vector, end=end: Stage(end).play(vector["steps"])
        yield f"conversations {end['role']}: {vector['name']}", play, vector


def main() -> int:
    passed = failed = 0
    for name, run, vector in suites():
        try:
            run(vector)
            passed += 1
        except Exception as error:  # whatever it is, the other vectors are run
            failed += 1
            print(f"{name}: {type(error).__name__}: {error}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
