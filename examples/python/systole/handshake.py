"""Who speaks, and on what terms: sections 5 to 7 of the protocol."""

from . import msgpack
from .wire import MAX_NUMBER, ProtocolError

MAX_ID = 64
MAX_CODEC = 32
MAX_PROBES = 1_000
MAX_MIN_PING = 3_600_000
MAX_METADATA_KEYS = 64
MAX_WEIGHT = 65_536
INTEGERS = ("epoch", "resume", "received", "settled", "credit", "minPing", "maxMessage")


class Incompatible(Exception):
    """The offers contradict each other: no reconnect helps."""


def decode_introduction(kind: str, body: bytes) -> dict:
    """The map in HELLO or WELCOME, with only the fields that we know."""
    try:
        fields = msgpack.unpack(body)
    except msgpack.Malformed as error:
        raise ProtocolError(f"{kind} is not plain MessagePack: {error}") from None
    if not isinstance(fields, dict):
        raise ProtocolError(f"{kind} is no map")
    if msgpack.weigh(fields) > MAX_WEIGHT:
        raise ProtocolError(f"{kind} weighs more than {MAX_WEIGHT}")
    known = {
        "session": _text(fields, "session", 0 if kind == "hello" else 1, MAX_ID),
        "token": _text(fields, "token", 0, MAX_ID),
        "boot": _text(fields, "boot", 1, MAX_ID),
        "codec": _text(fields, "codec", 1, MAX_CODEC),
        **{name: _integer(fields.get(name), name) for name in INTEGERS},
        "keepalive": _triple(fields.get("keepalive")),
        "metadata": fields.get("metadata", {}),
    }
    if known["minPing"] > MAX_MIN_PING:
        raise ProtocolError("minPing is above an hour")
    if not isinstance(known["metadata"], dict) or len(known["metadata"]) > MAX_METADATA_KEYS:
        raise ProtocolError(f"metadata must be a map of at most {MAX_METADATA_KEYS} keys")
    if kind == "hello" and "credentials" in fields:
        known["credentials"] = fields["credentials"]
    return known


def _text(fields: dict, name: str, least: int, most: int) -> str:
    value = fields.get(name)
    if isinstance(value, str) and least <= len(value) <= most and all(" " <= char <= "~" for char in value):
        return value
    raise ProtocolError(f"{name} must be {least} to {most} characters of printable ASCII")


def _integer(value, name: str, least: int = 0, most: int = MAX_NUMBER) -> int:
    """In whatever format; but true is not 1."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    raise ProtocolError(f"{name} must be a whole number from {least} to {most}")


def _triple(value):
    if value is None:
        return None
    if not isinstance(value, list) or len(value) < 3:
        raise ProtocolError("keepalive must be nil or three integers")
    idle, interval, probes = value[:3]
    return [_integer(idle, "idle", 1), _integer(interval, "interval", 1), _integer(probes, "probes", 1, MAX_PROBES)]


def negotiate(mine: dict, theirs: dict) -> dict:
    """The terms that both ends compute from the two offers."""
    if mine["codec"] != theirs["codec"]:
        raise Incompatible(f"codecs must be the same: ours is {mine['codec']}")
    keepalive = _raise(mine["keepalive"], theirs["minPing"])
    raised = keepalive != mine["keepalive"]
    if raised and mine.get("strict"):
        raise Incompatible("our triple would be raised")
    return {
        "keepalive": keepalive,
        "raised": raised,
        "peerKeepalive": _raise(theirs["keepalive"], mine["minPing"]),
        "pingSpacing": theirs["minPing"],
        "maxMessage": theirs["maxMessage"],
    }


def _raise(triple, spacing: int):
    if triple is None:
        return None
    idle, interval, probes = triple
    return [max(idle, spacing), max(interval, spacing), probes]


class Bucket:
    """How many PINGs the peer may send: bursts are lawful, as TCP delivers all of an outage at once."""

    def __init__(self, min_ping: int, peer_keepalive, now: float):
        self.size = 4 if peer_keepalive is None else 2 * peer_keepalive[2] + 2
        self.tokens = float(self.size)
        self.fill_ms = 0.9 * min_ping
        self.filled_at = now

    def take(self, now: float) -> bool:
        """False for one PING too many."""
        if self.fill_ms > 0:
            self.tokens = min(self.size, self.tokens + (now - self.filled_at) / self.fill_ms)
        else:
            self.tokens = self.size
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True
