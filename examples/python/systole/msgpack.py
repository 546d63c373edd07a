"""Plain MessagePack, as sections 5 and 9 of the protocol allow it: no extension types, text as keys, 128 deep."""

import struct

MAX_DEPTH = 128


class Malformed(Exception):
    """Not one plain MessagePack value."""


def pack(value) -> bytes:
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return _pack_int(value)
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, str):
        data = value.encode()
        return _head(len(data), 0xA0, 32, 0xD9, 0xDA, 0xDB) + data
    if isinstance(value, bytes):
        return _head(len(value), 0, 0, 0xC4, 0xC5, 0xC6) + value
    if isinstance(value, (list, tuple)):
        return _head(len(value), 0x90, 16, None, 0xDC, 0xDD) + b"".join(map(pack, value))
    if isinstance(value, dict):
        items = b"".join(_pack_key(key) + pack(item) for key, item in value.items())
        return _head(len(value), 0x80, 16, None, 0xDE, 0xDF) + items
    raise TypeError(f"{type(value).__name__} has no place in plain MessagePack")


def _pack_key(key) -> bytes:
    if not isinstance(key, str):
        raise TypeError("the keys of a map must be text")
    return pack(key)


def _head(length: int, small: int, below: int, of_1, of_2: int, of_4: int) -> bytes:
    """The format of something with a length: in one byte with it, or with 1, 2 or 4 bytes for it."""
    if length < below:
        return bytes([small | length])
    if of_1 is not None and length < 1 << 8:
        return bytes([of_1, length])
    if length < 1 << 16:
        return struct.pack(">BH", of_2, length)
    return struct.pack(">BI", of_4, length)


def _pack_int(n: int) -> bytes:
    if -32 <= n < 128:
        return struct.pack(">b", n)
    formats = ((0xCC, ">BB"), (0xCD, ">BH"), (0xCE, ">BI"), (0xCF, ">BQ"))
    if n < 0:
        formats = ((0xD0, ">Bb"), (0xD1, ">Bh"), (0xD2, ">Bi"), (0xD3, ">Bq"))
    for code, layout in formats:
        try:
            return struct.pack(layout, code, n)
        except struct.error:
            continue
    raise OverflowError(f"{n} does not fit into 64 bits")


def unpack(data: bytes):
    """The one value that these bytes are."""
    value, end = _unpack(data, 0, 0)
    if end != len(data):
        raise Malformed(f"{len(data) - end} bytes follow the value")
    return value


def weigh(value) -> int:
    """The memory that a value stands for, by the table of section 5."""
    if isinstance(value, list):
        return 8 + 48 + sum(map(weigh, value))
    if isinstance(value, dict):
        return 8 + 56 + sum(40 + weigh(item) for item in value.values())
    return 8 + 192 if isinstance(value, bytes) else 8


_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}
_NUMBERS = {
    0xCA: ">f",
    0xCB: ">d",
    0xCC: ">B",
    0xCD: ">H",
    0xCE: ">I",
    0xCF: ">Q",
    0xD0: ">b",
    0xD1: ">h",
    0xD2: ">i",
    0xD3: ">q",
}
# What has a length: which kind it is, and how many bytes the length takes.
_SIZED = {
    0xC4: ("bytes", 1),
    0xC5: ("bytes", 2),
    0xC6: ("bytes", 4),
    0xD9: ("text", 1),
    0xDA: ("text", 2),
    0xDB: ("text", 4),
    0xDC: ("array", 2),
    0xDD: ("array", 4),
    0xDE: ("map", 2),
    0xDF: ("map", 4),
}


def _unpack(data: bytes, at: int, depth: int):
    code = _take(data, at, 1)[0]
    at += 1
    if code < 0x80:
        return code, at
    if code >= 0xE0:
        return code - 256, at
    if code in _CONSTANTS:
        return _CONSTANTS[code], at
    if code in _NUMBERS:
        layout = _NUMBERS[code]
        size = struct.calcsize(layout)
        return struct.unpack(layout, _take(data, at, size))[0], at + size
    if code < 0x90:
        return _unpack_sized(data, at, depth, "map", code & 0x0F)
    if code < 0xA0:
        return _unpack_sized(data, at, depth, "array", code & 0x0F)
    if code < 0xC0:
        return _unpack_sized(data, at, depth, "text", code & 0x1F)
    if code in _SIZED:
        kind, size = _SIZED[code]
        length = int.from_bytes(_take(data, at, size), "big")
        return _unpack_sized(data, at + size, depth, kind, length)
    raise Malformed(f"the format 0x{code:02x} is not accepted")


def _unpack_sized(data: bytes, at: int, depth: int, kind: str, length: int):
    if kind == "bytes":
        return _take(data, at, length), at + length
    if kind == "text":
        # Half a character is replaced, not refused.
        return _take(data, at, length).decode(errors="replace"), at + length
    if depth == MAX_DEPTH:
        raise Malformed(f"arrays and maps are more than {MAX_DEPTH} deep")
    if kind == "array":
        return _unpack_items(data, at, depth, length)
    items, at = _unpack_items(data, at, depth, 2 * length)
    keys = items[::2]
    if not all(isinstance(key, str) for key in keys):
        raise Malformed("the keys of a map must be text")
    return dict(zip(keys, items[1::2])), at


def _unpack_items(data: bytes, at: int, depth: int, count: int):
    """Nothing is prepared for a count that may be a lie: each item takes a byte, so this ends where the bytes do."""
    items = []
    for _ in range(count):
        item, at = _unpack(data, at, depth + 1)
        items.append(item)
    return items, at


def _take(data: bytes, at: int, count: int) -> bytes:
    if at + count > len(data):
        raise Malformed("the value ends early")
    return data[at : at + count]
