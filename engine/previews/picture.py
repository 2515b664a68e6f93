"""From estimated latents to a small encoded picture."""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.pictures.encode import to_pixels
from engine.previews.linear_map import FloatArray, PreviewMap

MEDIA_TYPE = "image/webp"
MAX_SIDE = 256
#: Of the map's own pixels, which are few; whoever shows the preview enlarges it further at no cost of the engine's.
ENLARGED = 2
QUALITY = 70
#: The fastest: a preview is looked at for a moment.
_METHOD = 0


@dataclass(frozen=True, kw_only=True)
class PreviewPicture:
    """An encoded preview and its size in pixels."""

    data: bytes
    width: int
    height: int


def preview_picture(preview_map: PreviewMap, latents: FloatArray) -> PreviewPicture | None:
    """Draws what latents, [1, C, H, W], as they are in the step loop, will be; None where they are NaN."""
    colours = preview_map.colours(latents)
    if not np.isfinite(colours).all():
        return None
    pixels = np.round((colours.clip(-1.0, 1.0) + 1.0) * 127.5).astype(np.uint8)
    return _encoded(pixels, _size(pixels.shape[1] * ENLARGED, pixels.shape[0] * ENLARGED))


def decoded_preview(image: FloatArray) -> PreviewPicture:
    """Shrinks a decoded picture, [3, H, W] about -1..1, to half its sides or less."""
    pixels = to_pixels(image)
    return _encoded(pixels, _size(pixels.shape[1] // 2, pixels.shape[0] // 2))


def _encoded(pixels: npt.NDArray[np.uint8], size: tuple[int, int]) -> PreviewPicture:
    buffer = io.BytesIO()
    image = Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
    image.save(buffer, "WEBP", quality=QUALITY, method=_METHOD)
    return PreviewPicture(data=buffer.getvalue(), width=size[0], height=size[1])


def _size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, MAX_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
