"""What a parser of photographs or figures is: from pixels to the ATR-18 label of each.

Letters: H W sides in pixels.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # [H, W, 3]
Labels = NDArray[np.uint8]  # [H, W]

#: Names of the labels, as Liang et al. 2015 (Deep human parsing, ATR) and its successors number them.
ATR_LABELS = (
    "background",
    "hat",
    "hair",
    "sunglasses",
    "upper-clothes",
    "skirt",
    "pants",
    "dress",
    "belt",
    "left-shoe",
    "right-shoe",
    "face",
    "left-leg",
    "right-leg",
    "left-arm",
    "right-arm",
    "bag",
    "scarf",
)


class Parser(Protocol):
    """Finds what pixels show."""

    @property
    def name(self) -> str:
        """The model and its version, for the record."""

    def labels(self, pixels: Pixels) -> Labels:
        """The label of every pixel of [H, W, 3]: [H, W]."""
