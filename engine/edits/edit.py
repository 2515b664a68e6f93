"""One edit in numbers: which pixels and which latents may change, and the pasting of what stays.

The pixels that stay are the original's to the last bit: they are copied, whatever a decoder made of them. It knows
neither models nor requests.

Letters: H W sides in pixels, h w sides of the latents.
"""

import io
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.edits.mask import Strengths

FloatArray: TypeAlias = npt.NDArray[np.float32]
Pixels: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """What an edit changes.

    Attributes:
        original: The picture that is edited, [H, W, 3].
        alpha: How much of each pixel is the new picture's, [H, W]; 0 is the original's own.
        strength: How much each of the latents may change, [1, 1, h, w], 0 to 1.
    """

    original: Pixels
    alpha: Strengths
    strength: FloatArray

    @classmethod
    def of(cls, original: Pixels, strengths: Strengths, *, grow: int, feather: int, cell: int) -> Self:
        """An edit from what may change.

        Args:
            original: [H, W, 3].
            strengths: How much each pixel may change, [H, W].
            grow: Pixels that the mask grows by to all sides.
            feather: Pixels from the mask's edge inwards over which old and new are mixed.
            cell: Pixels a side of one of the latents, H and W being multiples of it.
        """
        grown = spread(strengths, grow)
        height, width = grown.shape
        cells = grown.reshape(height // cell, cell, width // cell, cell).max(axis=(1, 3))
        return cls(
            original=original,
            alpha=feathered(grown > 0, feather),
            strength=(cells.astype(np.float32) / np.float32(255.0))[None, None],
        )

    def pasted(self, pixels: Pixels) -> Pixels:
        """The original with what is new of `pixels` in it, each [H, W, 3]."""
        share = self.alpha[..., None].astype(np.float32) / np.float32(255.0)
        mixed = self.original + share * (pixels.astype(np.float32) - self.original)
        result: Pixels = np.where(self.alpha[..., None] == 0, self.original, np.round(mixed).astype(np.uint8))
        return result

    def mask_png(self) -> bytes:
        """What was changed, as a grey PNG: black is the original's, white the new picture's."""
        buffer = io.BytesIO()
        Image.fromarray(self.alpha).save(buffer, "PNG")
        return buffer.getvalue()


def spread(strengths: Strengths, pixels: int) -> Strengths:
    """Every pixel gets the most of those up to so many pixels away to each side, [H, W]."""
    for axis in (0, 1):
        strengths = _spread_along(strengths, pixels, axis)
    return strengths


def _spread_along(strengths: Strengths, pixels: int, axis: int) -> Strengths:
    """Doubles the reach until it is there, so that a wide one costs no more than a few passes."""
    reach = 0
    while reach < pixels:
        step = min(reach + 1, pixels - reach) if reach else 1
        moved = np.moveaxis(strengths, axis, 0)
        spread_out = moved.copy()
        spread_out[step:] = np.maximum(spread_out[step:], moved[:-step])
        spread_out[:-step] = np.maximum(spread_out[:-step], moved[step:])
        strengths, reach = np.moveaxis(spread_out, 0, axis), reach + step
    return strengths


def feathered(inside: npt.NDArray[np.bool_], pixels: int) -> Strengths:
    """255 inside, falling to its edge over so many pixels, and 0 outside, [H, W]; a picture's border is no edge."""
    depth = inside.astype(np.int32)
    within = inside
    for _ in range(pixels):
        padded = np.pad(within, 1, mode="edge")
        within = within & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        depth += within
    alpha: Strengths = np.round(depth * (255.0 / (pixels + 1))).astype(np.uint8)
    return alpha
