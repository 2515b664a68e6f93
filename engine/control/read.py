"""A caller's layout to the items that each of its pixels may show, from files that may hold anything.

Every mistake is a ValueError that says what is allowed; nothing here knows requests or models.

Letters: H W sides in pixels.
"""

from collections.abc import Mapping

import numpy as np
from PIL import Image

from engine.control.layout import ItemSets, Labels, Mask, sets_of_labels, sets_of_masks
from engine.pictures.decode import whole_picture
from engine.pictures.header import PixelLimits, read_header

_WHITE = 128  # of 255: what is at least as bright is of the group


def read_labels(data: bytes, limits: PixelLimits) -> ItemSets:
    """What a PNG of ATR-18 labels says of every pixel: grey, or with a palette, whose numbers count and not colours.

    Raises:
        ValueError: It is damaged, of another kind, or holds what is no label; or every pixel is left free.
    """
    image = _picture(data, limits)
    if image.mode not in ("L", "P"):
        raise ValueError(
            f"a layout must be a grey PNG file or one with a palette, a number a pixel; got one of mode {image.mode}"
        )
    sets = sets_of_labels(np.asarray(image, np.uint8))
    _check_said(sets)
    return sets


def read_masks(files: Mapping[str, bytes], limits: PixelLimits) -> ItemSets:
    """What masks of groups say, PNG files of one size: white is the group's, and where none is white all may be.

    Raises:
        ValueError: One is damaged; or every pixel is left free.
    """
    masks: dict[str, Mask] = {}
    for name, data in files.items():
        image = _picture(data, limits)
        grey: Labels = np.asarray(image.convert("RGB").convert("L"))
        masks[name] = grey >= _WHITE
    sets = sets_of_masks(masks)
    _check_said(sets)
    return sets


def _picture(data: bytes, limits: PixelLimits) -> Image.Image:
    header = read_header(data, limits)
    if header.image_format != "PNG":
        raise ValueError(f"a layout must be a PNG file; got a {header.image_format} file")
    return whole_picture(data, header, limits)


def _check_said(sets: ItemSets) -> None:
    if not sets.any():
        raise ValueError("a layout must say of some pixel what it shows; this one leaves every pixel free")
