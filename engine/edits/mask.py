"""A caller's mask to how much each pixel may change: a PNG whose white changes and whose black stays.

OpenAI's masks say it by transparency instead: what is fully transparent changes. A file means one or the other by
where it came, never by what it looks like; one that could be meant the other way is refused. Every mistake is a
ValueError.

Letters: H W sides in pixels.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.pictures.decode import whole_picture
from engine.pictures.header import Header, PixelLimits, read_header

#: How much each pixel may change, [H, W]: 0 stays as it is, 255 is drawn anew.
Strengths: TypeAlias = npt.NDArray[np.uint8]


def mask_header(data: bytes, limits: PixelLimits, *, by_alpha: bool) -> Header:
    """The header of a mask that may be decoded.

    Args:
        data: The file.
        limits: Of its pixels.
        by_alpha: Whether its transparency says what changes.

    Raises:
        ValueError: It is no PNG, moves, is too large, or cannot say what it should.
    """
    header = read_header(data, limits)
    if header.image_format != "PNG":
        raise ValueError(f"a mask must be a PNG file; got a {header.image_format} file")
    if by_alpha and not header.has_alpha:
        raise ValueError("the mask must have an alpha channel, 0 where the picture is to change; it has none")
    return header


def read_mask(data: bytes, limits: PixelLimits, *, by_alpha: bool) -> Strengths:
    """What a mask says of every pixel.

    Raises:
        ValueError: It is damaged, keeps everything, or is transparent where its brightness counts.
    """
    image = whole_picture(data, mask_header(data, limits, by_alpha=by_alpha), limits)
    strengths = _of_alpha(image) if by_alpha else _of_brightness(image)
    if not strengths.any():
        rule = "alpha below 255" if by_alpha else "white, or grey,"
        raise ValueError(f"the mask must have {rule} where the picture is to change; it keeps every pixel")
    return strengths


def _of_alpha(image: Image.Image) -> Strengths:
    alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    return np.asarray(255 - alpha, np.uint8)


def _of_brightness(image: Image.Image) -> Strengths:
    if image.has_transparency_data and np.asarray(image.convert("RGBA").getchannel("A")).min() < 255:
        raise ValueError("the mask must be opaque: its brightness says what changes, white all and black nothing")
    if image.mode.startswith("I"):  # 16 bits a pixel
        return np.asarray(np.asarray(image).clip(0, 65535) >> 8, np.uint8)
    return np.asarray(image.convert("RGB").convert("L"), np.uint8)
