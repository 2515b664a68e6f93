"""Who examines pictures: this process, or others by `engine.spread`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeAlias

from engine.annotate.filter.examine import Examined, examine
from engine.annotate.filter.recipe import FilterRecipe
from engine.annotate.filter.stage import Stage
from engine.annotate.records import PoolPicture
from engine.pictures.header import PixelLimits
from engine.spread.work import Spread, Work

#: Pictures to what the stages say of each, in order.
Examiner: TypeAlias = Spread[PoolPicture, Examined]


def filter_work(recipe: FilterRecipe, limits: PixelLimits) -> Work[PoolPicture, list[Stage], Examined]:
    """Examining as work that other processes can do, with a pool's limits."""
    return Work(build=recipe.build, do=partial(examine, limits=limits))


def here(stages: Sequence[Stage], limits: PixelLimits) -> Examiner:
    """In this process."""
    return lambda pictures: (examine(picture, stages, limits) for picture in pictures)
