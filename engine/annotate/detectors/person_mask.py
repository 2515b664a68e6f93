"""Which pixels of a photograph are of a person.

Letters: H W sides of the picture.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.annotate.detectors.lite_model import LiteModel, Pixels
from engine.annotate.detectors.weights import PERSON_MASK, Weights

_LEAST = 0.5


class Masker(Protocol):
    """Finds the pixels of people."""

    def mask(self, picture: Pixels) -> NDArray[np.bool_]:
        """[H, W] of [H, W, 3]."""


class LiteMask:
    """MediaPipe's selfie segmentation, which sees the picture stretched to a square."""

    def __init__(self, weights: Weights) -> None:
        """Loads the network; raises ValueError where it is missing."""
        self._model = LiteModel(weights(PERSON_MASK))

    def mask(self, picture: Pixels) -> NDArray[np.bool_]:
        """See `Masker`."""
        height, width = picture.shape[:2]
        side = self._model.side
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR)
        (chance,) = self._model.run(np.asarray(small, np.float32) / np.float32(255))
        whole = Image.fromarray(chance[0, ..., 0]).resize((width, height), Image.Resampling.BILINEAR)
        found: NDArray[np.bool_] = np.asarray(whole) >= _LEAST
        return found
