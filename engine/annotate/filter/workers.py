"""Who examines pictures: this process, or whoever `engine.annotate.spread` has work for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.annotate.filter.examine import Examined, examine
from engine.annotate.filter.recipe import FilterRecipe
from engine.annotate.filter.stage import Stage
from engine.annotate.records import PoolPicture
from engine.annotate.spread import Spread
from engine.pictures.header import PixelLimits

#: Pictures to what the stages say of each, in order.
Examiner: TypeAlias = Spread[PoolPicture, Examined]


@dataclass(frozen=True, kw_only=True)
class FilterWork:
    """Examining as work that other processes can do.

    Attributes:
        recipe: Of the stages.
        limits: Of the pool.
    """

    recipe: FilterRecipe
    limits: PixelLimits

    def build(self) -> Callable[[PoolPicture], Examined]:
        """See `engine.annotate.spread.Work`."""
        stages, limits = self.recipe.build(), self.limits
        return lambda picture: examine(picture, stages, limits)


def here(stages: Sequence[Stage], limits: PixelLimits) -> Examiner:
    """In this process."""
    return lambda pictures: (examine(picture, stages, limits) for picture in pictures)
