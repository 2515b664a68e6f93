"""Large enough, and not too long for its width."""

from __future__ import annotations

from dataclasses import dataclass

from engine.annotate.filter.stage import Looked
from engine.annotate.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """Bounds of a picture's own size.

    Attributes:
        least_side: Of the shorter side, in pixels.
        most_ratio: Of the longer side to the shorter one; training takes up to 2.
    """

    least_side: int = 512
    most_ratio: float = 3.0
    name: str = "resolution"

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"{self.least_side} px, 1:{self.most_ratio:g}"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        short, long = sorted((looked.picture.width, looked.picture.height))
        size = f"{looked.picture.width} x {looked.picture.height}"
        if short < self.least_side:
            raise Refused("too_small", f"sides of at least {self.least_side} expected, got {size}")
        if long > self.most_ratio * short:
            raise Refused("too_long", f"sides of at most 1 to {self.most_ratio:g} expected, got {size}")
