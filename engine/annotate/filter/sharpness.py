"""Sharp: how much of the finest detail a picture has that its contrast would lead one to expect.

Letters: H W sides in pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.annotate.filter.stage import Looked, Pixels
from engine.annotate.refusal import Refused

#: Longest side at which pictures are measured: a large picture that is soft at full size is sharp enough at this one.
SIDE = 512


@dataclass(frozen=True, kw_only=True)
class Sharpness:
    """A least sharpness; see `sharpness`."""

    least: float = 4.0
    name: str = "sharpness"

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"{self.least:g}"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        value = sharpness(looked.pixels)
        looked.found["sharpness"] = round(value, 3)
        if value < self.least:
            raise Refused("blurred", f"a sharpness of at least {self.least:g} expected, got {value:.2f}")


def sharpness(pixels: Pixels) -> float:
    """The sharpest of a picture's parts: the 90th percentile of the spread of the Laplacian over 8 x 8 tiles.

    A variance of the Laplacian over the whole picture (Pech-Pacheco et al. 2000) falls with every part of it that is
    meant to be soft, such as the background of a portrait; a percentile of tiles does not.
    """
    image = Image.fromarray(pixels).convert("L")
    scale = SIDE / max(image.size)
    if scale < 1:
        image = image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    grey = np.asarray(image, np.float32)
    if min(grey.shape) < 10:
        return 0.0
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    return float(np.percentile(_spreads(laplacian), 90))


def _spreads(values: NDArray[np.float32], tiles: int = 8) -> NDArray[np.float32]:
    """Standard deviation in each of `tiles` x `tiles` parts."""
    rows = np.array_split(values, min(tiles, len(values)))
    return np.array([part.std() for row in rows for part in np.array_split(row, min(tiles, row.shape[1]), 1)])
