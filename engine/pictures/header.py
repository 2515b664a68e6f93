"""What a PNG, JPEG or WebP file says of itself before its pixels: its size, how it was held, whether it moves.

Read here piece by piece and in bounded time: image libraries decompress texts and walk half a million pieces of a
crafted file before they tell its size, which an event loop cannot wait for. Every mistake is a ValueError that says
what is allowed.
"""

import struct
from dataclasses import dataclass

# A telephone's 48 megapixels pass; a header may promise what would fill the memory.
MAX_PIXELS = 50_000_000
# Chunks or segments before the pixels; photographs have a few dozen.
MAX_PIECES = 1000

_EXIF_ORIENTATION = 0x0112
_QUARTER_TURNS = (5, 6, 7, 8)
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True, kw_only=True)
class Header:
    """A file's own words.

    Attributes:
        image_format: PNG, JPEG or WEBP.
        width: Pixels as they are stored.
        height: Pixels as they are stored.
        orientation: EXIF's, 1 to 8.
        moves: Whether it holds several frames.
    """

    image_format: str
    width: int
    height: int
    orientation: int = 1
    moves: bool = False


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height as the picture is seen, turned as its EXIF says.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, moves, or is too large.
    """
    header = read_header(data)
    turned = header.orientation in _QUARTER_TURNS
    return (header.height, header.width) if turned else (header.width, header.height)


def read_header(data: bytes) -> Header:
    """The header of a picture that may be decoded.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, moves, or is too large.
    """
    try:
        header = _parsed(data)
    except (struct.error, IndexError):
        raise _damaged() from None
    if header.width * header.height > MAX_PIXELS:
        size = f"{header.width} x {header.height}"
        raise ValueError(f"the picture may have at most {MAX_PIXELS} pixels; its header says {size}")
    if header.width * header.height == 0:
        raise _damaged()
    if header.moves:
        raise ValueError("the picture must not move; it has several frames")
    return header


def _parsed(data: bytes) -> Header:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise ValueError(f"the picture must be a PNG, JPEG or WebP file; got {len(data)} bytes that are none")


def _damaged() -> ValueError:
    return ValueError("the picture must be whole; its header is truncated or damaged")


def _too_many_pieces() -> ValueError:
    return ValueError(f"the picture must show its pixels within its first {MAX_PIECES} pieces; it has more before them")


def _png(data: bytes) -> Header:
    """Portable Network Graphics, third edition, sections 5.3 and 11."""
    if data[12:16] != b"IHDR":
        raise _damaged()
    width, height = struct.unpack_from(">II", data, 16)
    orientation, moves, place = 1, False, 8
    for _ in range(MAX_PIECES):
        (length,) = struct.unpack_from(">I", data, place)
        name = data[place + 4 : place + 8]
        if name == b"IDAT":
            return Header(image_format="PNG", width=width, height=height, orientation=orientation, moves=moves)
        if name == b"eXIf":
            orientation = _orientation(data[place + 8 : place + 8 + length])
        if name == b"acTL":
            moves = struct.unpack_from(">I", data, place + 8)[0] > 1
        place += 12 + length
    raise _too_many_pieces()


def _jpeg(data: bytes) -> Header:
    """ITU-T T.81, annex B; of a file of several pictures the first."""
    orientation, place = 1, 2
    for _ in range(MAX_PIECES):
        prefix, marker = data[place], data[place + 1]
        if prefix != 0xFF or marker in (0xD9, 0xDA):
            raise _damaged()
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return Header(image_format="JPEG", width=width, height=height, orientation=orientation)
        if marker == 0xFF:  # fills
            place += 1
            continue
        if marker in _JPEG_BARE:
            place += 2
            continue
        (length,) = struct.unpack_from(">H", data, place + 2)
        if marker == 0xE1 and data[place + 4 : place + 10] == b"Exif\0\0":
            orientation = _orientation(data[place + 4 : place + 2 + length])
        place += 2 + length
    raise _too_many_pieces()


def _webp(data: bytes) -> Header:
    """RFC 9649, sections 2.5 to 2.7 and 3.4."""
    kind = data[12:16]
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header(image_format="WEBP", width=width & 0x3FFF, height=height & 0x3FFF)
    if kind == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return Header(image_format="WEBP", width=(bits & 0x3FFF) + 1, height=(bits >> 14 & 0x3FFF) + 1)
    if kind != b"VP8X" or len(data) < 30:
        raise _damaged()
    flags = data[20]
    width, height = (1 + int.from_bytes(data[place : place + 3], "little") for place in (24, 27))
    orientation = _webp_orientation(data) if flags & 0x08 else 1
    return Header(image_format="WEBP", width=width, height=height, orientation=orientation, moves=bool(flags & 0x02))


def _webp_orientation(data: bytes) -> int:
    place = 12
    for _ in range(MAX_PIECES):
        (length,) = struct.unpack_from("<I", data, place + 4)
        if data[place : place + 4] == b"EXIF":
            return _orientation(data[place + 8 : place + 8 + length])
        place += 8 + length + length % 2
    raise _too_many_pieces()


def _orientation(exif: bytes) -> int:
    """The orientation in a block of EXIF (a TIFF directory); 1 where there is none, or what there is is broken."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2], "")
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        for entry in range(start + 2, start + 2 + 12 * min(count, MAX_PIECES), 12):
            if struct.unpack_from(f"{order}H", tiff, entry)[0] == _EXIF_ORIENTATION:
                (value,) = struct.unpack_from(f"{order}H", tiff, entry + 8)
                return int(value) if order and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
