"""What a stage of the filter is: it looks at a decoded picture and refuses it, or notes what it found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.annotate.records import PoolPicture

Pixels = NDArray[np.uint8]  # [H, W, 3]


@dataclass(kw_only=True)
class Looked:
    """A picture under the filter: pixels as people see them, and what stages found so far by name, as JSON values."""

    picture: PoolPicture
    pixels: Pixels
    found: dict[str, object] = field(default_factory=dict)


class Stage(Protocol):
    """One thing that a picture must be. A stage that changed has another `version`, and is asked again."""

    @property
    def name(self) -> str:
        """What verdicts call it."""

    @property
    def version(self) -> str:
        """Its limits and models in a few words."""

    def check(self, looked: Looked) -> None:
        """Raises Refused where the picture is not so."""
