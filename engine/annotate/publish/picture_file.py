"""The bytes of a picture as a data set has it: upright, RGB or grey, and with nothing in it but the picture.

Photographs tell where and when they were made, and by which camera; that is nobody's business who learns from them.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

import numpy as np
from PIL import Image

from engine.annotate.filter.decoding import pixels_of
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.pictures.header import PixelLimits, read_header

QUALITY = 95
_KEPT = (0xE0, 0xEE)  # JFIF, and Adobe's word on how colours are stored
_START_OF_SCAN = 0xDA


@dataclass(frozen=True, kw_only=True)
class PictureFile:
    """A file to write: its ending, `.jpg` or `.png`, and its bytes."""

    ending: str
    data: bytes


def picture_file(picture: PoolPicture, limits: PixelLimits) -> PictureFile:
    """A pool's picture, at its own size.

    A JPEG that is upright, RGB or grey and has no colour profile keeps its compressed pixels; every other one is
    compressed again, with `QUALITY`. A PNG stays one, without what is beside its pixels.

    Raises:
        Refused: Its file is missing or damaged.
    """
    pixels = pixels_of(picture, limits, max(picture.width, picture.height))  # which also says whether it is whole
    data = picture.path.read_bytes()
    header = read_header(data, limits)
    if header.image_format == "JPEG" and header.orientation == 1:
        with Image.open(io.BytesIO(data)) as image:
            plain = image.mode in ("RGB", "L") and "icc_profile" not in image.info
        if plain:
            return PictureFile(ending=".jpg", data=without_metadata(data))
    file = io.BytesIO()
    if header.image_format == "PNG":
        Image.fromarray(pixels).save(file, "PNG", compress_level=6)
        return PictureFile(ending=".png", data=file.getvalue())
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "JPEG", quality=QUALITY, subsampling=0)
    return PictureFile(ending=".jpg", data=file.getvalue())


def without_metadata(data: bytes) -> bytes:
    """A JPEG file without EXIF, XMP, comments, thumbnails and what follows its picture; its pixels are untouched.

    Raises:
        Refused: It is damaged.
    """
    kept, place = bytearray(data[:2]), 2
    try:
        while True:
            marker = data[place + 1]
            if data[place] != 0xFF:
                raise Refused("damaged", "a JPEG's pieces must begin with a marker")
            if marker == 0xFF:  # fills
                place += 1
                continue
            if marker == _START_OF_SCAN:
                end = data.rfind(b"\xff\xd9")
                return bytes(kept) + (data[place:] if end < place else data[place : end + 2])
            (length,) = struct.unpack_from(">H", data, place + 2)
            if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in _KEPT:
                kept += data[place : place + 2 + length]
            place += 2 + length
    except (IndexError, struct.error) as error:
        raise Refused("damaged", "the JPEG's header is truncated") from error
