"""A PNG file down to what its pixels need: texts, times and whatever else it carries are left out unread.

Image libraries inflate texts and check what they do not need; a picture is not damaged because a note in it is. Nothing
here decodes pixels.
"""

import struct
import zlib

from engine.pictures.colour_profile import MAX_BYTES

#: Parts of the picture's data; an encoder writes one for every 8 KB or so.
MAX_PARTS = 20_000

_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS"})


def essential(data: bytes) -> tuple[bytes, bytes | None]:
    """The same picture without anything else, and its colour profile.

    Raises:
        ValueError: It is truncated or damaged, or in too many parts.
        struct.error: It is truncated.
    """
    kept, parts, profile, place = [data[:8]], [], None, 8
    for _ in range(MAX_PARTS):
        (length,) = struct.unpack_from(">I", data, place)
        name, body = data[place + 4 : place + 8], memoryview(data)[place + 8 : place + 8 + length]
        if name in _KEPT or name == b"IDAT":
            _check(data, place, length)
        if name in _KEPT:
            kept.append(_chunk(name, body))
        elif name == b"IDAT":
            parts.append(body)
        elif name == b"iCCP":
            profile = _inflated(bytes(body))
        elif name == b"IEND":
            return b"".join((*kept, _chunk(b"IDAT", b"".join(parts)), _chunk(b"IEND", b""))), profile
        place += 12 + length
    raise ValueError(f"it has more than {MAX_PARTS} parts")


def _check(data: bytes, place: int, length: int) -> None:
    end = place + 8 + length
    if struct.unpack_from(">I", data, end)[0] != zlib.crc32(memoryview(data)[place + 4 : end]):
        raise ValueError(f"a checksum is wrong in {data[place + 4 : place + 8]!r}")


def _chunk(name: bytes, body: bytes | memoryview) -> bytes:
    checksum = zlib.crc32(body, zlib.crc32(name))
    return b"".join((struct.pack(">I", len(body)), name, body, struct.pack(">I", checksum)))


def _inflated(body: bytes) -> bytes | None:
    """The profile of an iCCP chunk: a name, NUL, the method 0, and zlib; None if it cannot be read."""
    _, _, packed = body.partition(b"\0")
    try:
        return zlib.decompressobj().decompress(packed[1:], MAX_BYTES + 1) or None
    except zlib.error:
        return None
