"""What a PNG, JPEG or WebP file says of itself before its pixels: its size, how it was held, whether it moves.

Read here piece by piece and in bounded time: image libraries decompress texts and walk half a million pieces of a
crafted file before they tell its size, which an event loop cannot wait for. Every mistake is a ValueError that says
what is allowed.
"""

import struct
from dataclasses import dataclass
from typing import Self

# Pixels of a camera's picture; a header may promise what would fill the memory.
CAMERA_PIXELS = 16_000_000
# Chunks or segments before the pixels; photographs have a few dozen.
MAX_PIECES = 1000

_EXIF_ORIENTATION = 0x0112
_QUARTER_TURNS = (5, 6, 7, 8)
# Colour types of PNG with an alpha channel: grey and true colour.
_PNG_ALPHA = (4, 6)
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
# Frames whose pixels come row by row; of all others a decoder holds every coefficient until the last scan.
_JPEG_SEQUENTIAL = frozenset({0xC0, 0xC1})
# What other pictures begin with, or nearly so; to be named in a refusal.
_OTHERS = {
    b"GIF8": "a GIF file",
    b"BM": "a BMP file",
    b"II*\0": "a TIFF file",
    b"MM\0*": "a TIFF file",
    b"\0\0\1\0": "an icon",
    b"\xff\n": "a JPEG XL file",
    b"\0\0\0\x0cJXL ": "a JPEG XL file",
    b"\0\0\0\x0cjP  ": "a JPEG 2000 file",
    b"%PDF": "a PDF file",
    b"8BPS": "a Photoshop file",
    b"<": "markup such as SVG or HTML",
}
_KINDS = {
    ("PNG", False): "a PNG",
    ("WEBP", False): "a WebP",
    ("JPEG", False): "a progressive JPEG",
    ("JPEG", True): "a sequential JPEG",
}
_BRANDS = {b"avif": "an AVIF file", b"avis": "an AVIF file"}


class TooLargeError(ValueError):
    """A picture whose pixels are more than may be decoded."""


class MovesError(ValueError):
    """A picture of several frames."""


@dataclass(frozen=True, kw_only=True)
class PixelLimits:
    """How many pixels a picture may have, by what decoding it takes.

    Attributes:
        whole: Of a picture that is decoded at its full size: PNG, and JPEG that is not sequential.
        copied: Of a WebP, whose decoder copies all its pixels at a stretch while every other thread waits.
        reducible: Of a sequential JPEG, which is decoded at a half to an eighth of its sides.
    """

    whole: int
    copied: int
    reducible: int

    @classmethod
    def of_largest(cls, pixels: int) -> Self:
        """Those for a model whose largest picture has so many: twice each side, and never less than a camera has."""
        whole = max(CAMERA_PIXELS, 4 * pixels)
        return cls(whole=whole, copied=whole * 25 // 32, reducible=4 * whole)


@dataclass(frozen=True, kw_only=True)
class Header:
    """A file's own words.

    Attributes:
        image_format: PNG, JPEG or WEBP.
        width: Pixels as they are stored.
        height: Pixels as they are stored.
        orientation: EXIF's, 1 to 8.
        moves: Whether it holds several frames.
        reducible: Whether it can be decoded at a part of its size, without the memory for all of it.
        has_alpha: Whether a PNG's pixels can be transparent.
    """

    image_format: str
    width: int
    height: int
    orientation: int = 1
    moves: bool = False
    reducible: bool = False
    has_alpha: bool = False

    @property
    def turned(self) -> bool:
        """Whether width and height change places when it is seen."""
        return self.orientation in _QUARTER_TURNS


def image_size(data: bytes, limits: PixelLimits) -> tuple[int, int]:
    """Width and height as the picture is seen, turned as its EXIF says.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, moves, or is too large.
    """
    header = read_header(data, limits)
    return (header.height, header.width) if header.turned else (header.width, header.height)


def read_header(data: bytes, limits: PixelLimits) -> Header:
    """The header of a picture that may be decoded.

    Raises:
        ValueError: It is no PNG, JPEG or WebP file, moves, or is too large.
    """
    try:
        header = _parsed(data)
    except (struct.error, IndexError):
        raise _damaged() from None
    if header.width * header.height == 0:
        raise _damaged()
    most = limits.copied if header.image_format == "WEBP" else limits.whole
    check_pixels(header, header.width * header.height, limits.reducible if header.reducible else most)
    if header.moves:
        raise MovesError("the picture must not move; it has several frames")
    return header


def check_pixels(header: Header, pixels: int, most: int) -> None:
    """Refuses a picture that would take so many pixels to decode, if they are too many.

    Raises:
        TooLargeError: They are.
    """
    if pixels > most:
        size = f"{header.width} x {header.height}"
        kind = _KINDS[header.image_format, header.reducible]
        raise TooLargeError(f"the picture may have at most {most} pixels as {kind}; its header says {size}")


def _parsed(data: bytes) -> Header:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    raise ValueError(f"the picture must be a PNG, JPEG or WebP file; got {_named(data)}")


def _named(data: bytes) -> str:
    """What a file that is none of ours seems to be."""
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "a HEIC file or a video")
    start = data[:16].lstrip(b"\xef\xbb\xbf \t\r\n") if data[:1] not in b"\0" else data[:16]
    for magic, name in _OTHERS.items():
        if start.startswith(magic):
            return name
    return f"{len(data)} bytes that are none"


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
    has_alpha = data[25] in _PNG_ALPHA
    for _ in range(MAX_PIECES):
        (length,) = struct.unpack_from(">I", data, place)
        name = data[place + 4 : place + 8]
        if name == b"IDAT":
            return Header(
                image_format="PNG",
                width=width,
                height=height,
                orientation=orientation,
                moves=moves,
                has_alpha=has_alpha,
            )
        has_alpha |= name == b"tRNS"
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
            return Header(
                image_format="JPEG",
                width=width,
                height=height,
                orientation=orientation,
                reducible=marker in _JPEG_SEQUENTIAL and _one_scan(data, place),
            )
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


def _one_scan(data: bytes, frame: int) -> bool:
    """Whether the scan after a frame's header holds all its components, so that no decoder has to keep them."""
    components, place = data[frame + 9], frame
    for _ in range(MAX_PIECES):
        (length,) = struct.unpack_from(">H", data, place + 2)
        place += 2 + length
        while data[place : place + 2] == b"\xff\xff":
            place += 1
        if data[place] != 0xFF:
            raise _damaged()
        if data[place + 1] == 0xDA:
            return bool(data[place + 4] == components)
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
