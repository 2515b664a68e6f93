"""Which sizes a model can draw, and which of them is nearest to a given picture's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SizeLimits:
    """What one side of a picture may be, in pixels."""

    minimum: int
    maximum: int
    multiple: int

    def nearest(self, side: float) -> int:
        """The allowed side that is nearest to one of any length."""
        first, last = -(-self.minimum // self.multiple), self.maximum // self.multiple
        return max(first, min(last, round(side / self.multiple))) * self.multiple


def nearest_size(
    width: int | None,
    height: int | None,
    picture: tuple[int, int],
    sizes: Sequence[tuple[int, int]],
    widths: SizeLimits,
    heights: SizeLimits,
) -> tuple[int | None, int | None]:
    """What is not given of a size, so that it is nearest to a picture's: first in shape, then in area.

    Args:
        width: Pixels; None asks for it.
        height: Pixels; None asks for it.
        picture: Width and height of the picture, in pixels.
        sizes: If not empty, the only (width, height) pairs allowed.
        widths: Limits of the width where `sizes` is empty.
        heights: Limits of the height where `sizes` is empty.

    Returns:
        Width and height; what is asked for stays None if no allowed size has the side that is given.
    """
    aspect, area = picture[0] / picture[1], picture[0] * picture[1]
    if sizes:
        fitting = [(w, h) for w, h in sizes if width in (None, w) and height in (None, h)]
        return min(
            fitting,
            key=lambda size: (abs(math.log(size[0] / size[1] / aspect)), abs(math.log(size[0] * size[1] / area))),
            default=(width, height),
        )
    if width is None and height is None:
        shrink = min(1.0, widths.maximum / picture[0], heights.maximum / picture[1])
        factor = max(shrink, widths.minimum / picture[0], heights.minimum / picture[1])
        return widths.nearest(picture[0] * factor), heights.nearest(picture[1] * factor)
    if width is None:
        assert height is not None
        return widths.nearest(height * aspect), height
    return width, heights.nearest(width / aspect)


def scaled_down(size: tuple[int, int], max_pixels: int, widths: SizeLimits, heights: SizeLimits) -> tuple[int, int]:
    """A size of about the same shape with at most `max_pixels`, which the least size must have."""
    assert widths.nearest(0) * heights.nearest(0) <= max_pixels
    shrink, (width, height) = 1.0, size
    while width * height > max_pixels:
        shrink *= min(0.97, math.sqrt(max_pixels / (width * height)))
        width, height = widths.nearest(size[0] * shrink), heights.nearest(size[1] * shrink)
    return width, height
