"""One connection: handshake, heartbeat, frames and goodbye. Bytes and instants go in, bytes come out."""

from . import msgpack, wire
from .handshake import Bucket, Incompatible, decode_introduction, negotiate
from .wire import ProtocolError

# What the end of a connection is called when the peer's CLOSE has this code.
CAUSES = {
    "normal": "closed-by-peer",
    "judged-dead": "closed-by-peer",
    "unknown": "closed-by-peer",
    "incompatible": "rejected",
}
GRACEFUL = ("normal", "going-away")
WINDOW = 262_144

ORDINARY = {
    "boot": "",
    "codec": "msgpack",
    "keepalive": [20_000, 5_000, 3],
    "minPing": 1_000,
    "maxMessage": 1_048_576,
    "credit": 4_194_304,
    "resume": 120_000,
    "handshakeTimeout": 10_000,
    "closeTimeout": 5_000,
    "metadata": {},
    "strict": False,
}
OFFERED = ("boot", "codec", "keepalive", "minPing", "maxMessage", "resume", "metadata")


class Refusal(Exception):
    """A server answers HELLO with CLOSE."""

    def __init__(self, code: str, reason: str = "", cause: str = "rejected"):
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.cause = cause


class Connection:
    """
    One end. A client gives its session; a server gives `admit`, which finds the session for HELLO or raises Refusal.
    Instants are milliseconds. After each call, `take()` are the bytes to write, `wants_fin` says whether FIN goes
    behind them, `ended` is the cause once it is over, and `deadline` is when to call `tick`.
    """

    def __init__(self, settings: dict, now: float, session=None, admit=None):
        self.settings = {**ORDINARY, **settings}
        self.role = "client" if admit is None else "server"
        self.session = session
        self.admit = admit
        self.state = "preamble"  # then "handshake", "open"
        self.ended = None
        self.reason = ""  # what the peer's CLOSE says of it
        self.close_scope = ""  # and what ends
        self.wants_fin = False
        self.resumed = False
        self.peer = None
        self.terms = None
        self._incoming = wire.FrameReader()
        self._outgoing = bytearray()
        self._preamble_sent = False
        self.written = self.read = self.read_by_peer = 0
        self._payload_end = 0  # where the last DATA or RESULT that was written ends
        self._handshake_deadline = now + self.settings["handshakeTimeout"]
        # The heartbeat.
        self._probes = 0  # sent in the silence under way
        self._due_at = float("inf")  # the next PING, or behind the last one the verdict
        self._ping_number = 0
        self._pinged_at = None  # until the newest PING is answered
        self.rtts = []  # round trips that nobody has taken yet
        self._pong_due = None
        self._bucket = None
        # The goodbye.
        self._goodbye = None  # what we mean to say
        self._said = False
        self._heard = None
        self._cause = None
        self._close_deadline = float("inf")
        if self.role == "client":
            self._introduce("hello", {"session": session.id if session.token else "", "token": session.token})

    # In

    def receive(self, data: bytes, now: float) -> None:
        if self.ended:
            return
        self._heard_something(now)
        self.read += len(data)
        self._incoming.data += data
        try:
            if self.state == "preamble":
                self._read_preamble()
            while self.state != "preamble" and not self.ended:
                frame = self._incoming.next(wire.MAX_FRAME if self.state == "open" else wire.MAX_HANDSHAKE_FRAME)
                if frame is None:
                    break
                self._handle(frame, now)
            if self.state != "open" and not self.ended and self.read > wire.MAX_HANDSHAKE:
                raise ProtocolError(f"the handshake takes more than {wire.MAX_HANDSHAKE} bytes")
        except ProtocolError as error:
            self._leave("protocol-error", str(error), note=self.state != "preamble")
        self.flush(now)

    def receive_fin(self) -> None:
        """FIN behind a CLOSE belongs to the goodbye; without one, the peer has crashed, or the line was cut."""
        self._end(self._cause if self._heard else "eof")

    def lose(self) -> None:
        """The connection was reset."""
        self._end("reset")

    def tick(self, now: float) -> None:
        """Time has come to `deadline`. What has arrived until now must have been given to `receive` before."""
        if self.ended:
            return
        if self.state != "open":
            if now >= self._handshake_deadline:
                self._leave("handshake-timeout", "", note=self.role == "client" or self.state == "handshake")
        elif now >= self._close_deadline:
            self._end(self._cause)
        elif now >= self._due_at:
            self._probe_or_judge(now)
        self.flush(now)

    def say_goodbye(self, now: float, reason: str = "", scope: str = "session", code: str = "normal") -> None:
        """CLOSE leaves when what was taken on is sent; it ends in any case when `closeTimeout` is over."""
        if self._goodbye is None or scope == "session":
            self._goodbye = {"scope": scope, "code": code, "reason": reason}
        self._begin_goodbye("closed-locally", now)
        self.flush(now)

    @property
    def deadline(self) -> float:
        if self.ended:
            return float("inf")
        if self.state != "open":
            return self._handshake_deadline
        return min(self._close_deadline, self._due_at)

    # Out

    def take(self) -> bytes:
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def flush(self, now: float) -> None:
        """Writes what may be written. To be called when the application has done something."""
        if self.ended or self.state != "open":
            return
        if self._pong_due is not None:
            pong = {"type": "pong", "number": self._pong_due}
            if self.session.received > 0:
                pong["handled"] = self.session.answered
            self._put(pong)
            self._pong_due = None
        while self._is_window_open and (frame := self.session.next_frame()) is not None:
            self._put(frame)
            self._payload_end = self.written
        ack = self.session.next_ack(self.read)
        if ack is not None:
            self._put(ack)
        self._advance_goodbye(now)

    @property
    def _is_window_open(self) -> bool:
        """Buffers on the way stay short. Who has read every DATA and RESULT need not report PINGs behind them."""
        return self.written - self.read_by_peer < WINDOW or self.read_by_peer >= self._payload_end

    def _put(self, frame: dict) -> None:
        self._write(wire.encode_frame(frame))

    def _write(self, data: bytes) -> None:
        if not self._preamble_sent:
            self._preamble_sent = True
            self._write(wire.PREAMBLE)
        self._outgoing += data
        self.written += len(data)

    # Handshake

    def _introduce(self, kind: str, who: dict) -> None:
        offer = {name: self.settings[name] for name in OFFERED}
        fields = {**who, "epoch": self.session.epoch, **offer, **self.session.introduce()}
        if kind == "hello" and "credentials" in self.settings:
            fields["credentials"] = self.settings["credentials"]
        self._put({"type": kind, "body": msgpack.pack(fields)})

    def _read_preamble(self) -> None:
        try:
            end = wire.read_preamble(self._incoming.data, self.role)
        except wire.Incomplete:
            return
        except wire.Stranger:
            return self._end("not-our-protocol")
        except wire.Unsupported as error:
            self._outgoing += error.answer
            return self._end("rejected")
        del self._incoming.data[:end]
        self.state = "handshake"

    def _handle_introduction(self, frame: dict, now: float) -> None:
        wanted = "hello" if self.role == "server" else "welcome"
        if frame["type"] == "close" and self.role == "client":
            self.reason, self.close_scope = frame["reason"], frame["scope"]
            return self._end(CAUSES.get(frame["code"], frame["code"]))
        if frame["type"] != wanted:
            raise ProtocolError(f"{frame['type']} came where {wanted} was due")
        self.peer = decode_introduction(wanted, frame["body"])
        try:
            self.terms = negotiate(self.settings, self.peer)
            if self.role == "server":
                self.session, self.resumed = self.admit(self, self.peer)
        except Incompatible as error:
            return self._leave("incompatible", str(error), cause="rejected")
        except Refusal as error:
            return self._leave(error.code, error.reason, cause=error.cause)
        if self.role == "server":
            self._introduce("welcome", {"session": self.session.id, "token": self.session.token})
        else:
            self.resumed = self.session.token != "" and self.peer["session"] == self.session.id
        self.session.open(self.peer, self.terms["maxMessage"], self.resumed)
        if self.role == "client":
            self.session.id = self.peer["session"]
        self.session.window = min(self.settings["resume"], self.peer["resume"])
        if self.role == "client":
            self.session.token = self.peer["token"] if self.session.window else ""
        self.state = "open"
        self._heard_something(now)

    # Frames

    def _handle(self, frame: dict, now: float) -> None:
        if self.state == "handshake":
            return self._handle_introduction(frame, now)
        kind = frame["type"]
        self.session.confirm_token()
        if kind == "ping":
            return self._handle_ping(frame["number"], now)
        if kind == "pong":
            return self._handle_pong(frame, now)
        if kind == "data":
            # Behind our CLOSE it is dropped: that has named the last message that we take.
            return None if self._said else self.session.handle_data(frame["number"], frame["part"], frame["payload"])
        if kind == "result":
            return self.session.handle_result(frame)
        if kind == "ack":
            if not self.read_by_peer <= frame["read"] <= self.written:
                raise ProtocolError("a count of read bytes cannot be")
            self.read_by_peer = frame["read"]
            return self.session.handle_ack(frame)
        if kind == "close":
            return self._handle_close(frame, now)
        raise ProtocolError(f"{kind} came after the handshake")

    # Heartbeat

    def _heard_something(self, now: float) -> None:
        self._probes = 0
        if self.terms is not None and self.terms["keepalive"] is not None:
            self._due_at = now + self.terms["keepalive"][0]

    def _probe_or_judge(self, now: float) -> None:
        _, interval, probes = self.terms["keepalive"]
        if self._probes == probes:
            return self._leave("judged-dead", "", cause="silent")
        # Who comes late has not run himself, and could not listen: the peer is given the time that it takes to answer.
        is_late = now - self._due_at > interval / 4
        self._due_at = (now if is_late else self._due_at) + interval
        self._probes += 1
        self._ping_number += 1
        self._pinged_at = now
        self._put({"type": "ping", "number": self._ping_number})

    def _handle_ping(self, number: int, now: float) -> None:
        self._pong_due = number
        self._bucket = self._bucket or Bucket(self.settings["minPing"], self.terms["peerKeepalive"], now)
        if not self._bucket.take(now):
            self._leave("too-many-pings", "")

    def _handle_pong(self, frame: dict, now: float) -> None:
        """Its bytes were evidence already; what is left is a round trip, if it answers the newest PING."""
        if "handled" in frame:
            self.session.handle_count(frame["handled"])
        if frame["number"] == self._ping_number and self._pinged_at is not None:
            self.rtts.append(now - self._pinged_at)
            self._pinged_at = None

    # Goodbye

    def _handle_close(self, frame: dict, now: float) -> None:
        cause = CAUSES.get(frame["code"], frame["code"])
        self.reason, self.close_scope = frame["reason"], frame["scope"]
        if frame["code"] not in GRACEFUL:
            return self._end(cause)
        self._heard = frame
        self._begin_goodbye(cause, now)
        if self._goodbye is None or frame["scope"] == "session":
            self._goodbye = {"reason": "", **(self._goodbye or {"code": frame["code"]}), "scope": frame["scope"]}
        self.session.handle_goodbye(frame["lastAccepted"], self._goodbye["scope"] == "session")

    def _begin_goodbye(self, cause: str, now: float) -> None:
        """Whoever began names the end."""
        if self._cause is None:
            self._cause = cause
            self._close_deadline = now + self.settings["closeTimeout"]

    def _advance_goodbye(self, now: float) -> None:
        goodbye = self._goodbye
        if goodbye is None:
            return
        if not self._said and not (goodbye["scope"] == "session" and self.session.has_to_send):
            self._said = True
            self.session.may_send = False
            times = {"retryAfterMs": 0, "spreadMs": 0}
            self._put({"type": "close", **goodbye, "lastAccepted": self.session.received, **times})
        if self._said and self._heard is not None and self.session.is_settled:
            self.wants_fin = True

    @property
    def ends_session(self) -> bool:
        return self._goodbye is not None and self._goodbye["scope"] == "session"

    # The end

    def refuse(self, code: str, reason: str, cause: str) -> None:
        """Ends it with a CLOSE that says why."""
        if not self.ended:
            self._leave(code, reason, cause=cause)

    def _leave(self, code: str, reason: str, cause: str = "", note: bool = True) -> None:
        """Ends the connection; the CLOSE tells why, but not to a stranger."""
        if note:
            nothing = {"lastAccepted": 0, "retryAfterMs": 0, "spreadMs": 0}
            self._put({"type": "close", "scope": "connection", "code": code, **nothing, "reason": reason})
        self._end(cause or code)

    def _end(self, cause: str) -> None:
        self.ended = self.ended or cause
