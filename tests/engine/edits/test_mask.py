"""Masks: which pixels a file says may change, in either meaning, and what is refused as it could mean the other."""

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.edits.mask import read_mask
from engine.pictures.header import PixelLimits

LIMITS = PixelLimits.of_largest(192 * 192)


def saved(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def half(mode: str = "L", white: Any = 255, black: Any = 0) -> Image.Image:
    image = Image.new(mode, (32, 48), black)
    image.paste(white, (0, 0, 16, 48))
    return image


@pytest.mark.parametrize(
    "image",
    [
        half(),
        half("1", 1),
        half("RGB", (255, 255, 255), (0, 0, 0)),
        half("LA", (255, 255), (0, 255)),
        half("RGBA", (255, 255, 255, 255), (0, 0, 0, 255)),
        half().convert("P"),
        half("I;16", 65535),
    ],
    ids=lambda image: image.mode,
)
def test_white_changes_and_black_stays_whatever_the_mode(image: Image.Image) -> None:
    found = read_mask(saved(image), LIMITS, by_alpha=False)
    assert (found[:, :16] == 255).all() and (found[:, 16:] == 0).all()


def test_grey_is_a_strength() -> None:
    assert set(np.unique(read_mask(saved(half("L", 90)), LIMITS, by_alpha=False))) == {0, 90}


def test_alpha_0_changes_where_transparency_counts() -> None:
    image = half("RGBA", (9, 9, 9, 0), (9, 9, 9, 255))
    found = read_mask(saved(image), LIMITS, by_alpha=True)
    assert (found[:, :16] == 255).all() and (found[:, 16:] == 0).all()
    palette = half("P", 1, 0)
    palette.putpalette([0, 0, 0, 9, 9, 9])
    found = read_mask(saved(palette, transparency=1), LIMITS, by_alpha=True)
    assert (found[:, :16] == 255).all() and (found[:, 16:] == 0).all()


def test_it_is_turned_as_its_picture_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    found = read_mask(saved(half(), exif=exif), LIMITS, by_alpha=False)
    assert found.shape == (32, 48)
    assert (found[:16] == 255).all() and (found[16:] == 0).all()


REFUSED: dict[str, tuple[bytes, bool, str]] = {
    "nothing may change": (saved(Image.new("L", (8, 8), 0)), False, "it keeps every pixel"),
    "nothing is transparent": (saved(Image.new("RGBA", (8, 8), (0, 0, 0, 255))), True, "it keeps every pixel"),
    "no alpha": (saved(half()), True, "must have an alpha channel, 0 where the picture is to change; it has none"),
    "transparent": (saved(half("RGBA", (255, 255, 255, 0), (0, 0, 0, 255))), False, "the mask must be opaque"),
    "a JPEG": (saved(half("RGB"), "JPEG"), False, "a mask must be a PNG file; got a JPEG file"),
    "moving": (saved(half(), save_all=True, append_images=[half("L", 10)]), False, "must not move"),
    "a GIF": (saved(half(), "GIF"), False, "got a GIF file"),
    "cut off": (saved(half())[:60], False, "truncated or damaged"),
    "too large": (saved(Image.new("1", (4100, 4100))), False, "may have at most 16000000 pixels"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused(name: str) -> None:
    data, by_alpha, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        read_mask(data, LIMITS, by_alpha=by_alpha)
