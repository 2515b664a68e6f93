"""Confidence intervals of means over pictures whose questions belong together, and of means over training seeds.

Questions about one picture are right or wrong together more often than chance would have it, so what is drawn again
is the picture with all its questions (the cluster bootstrap, Davison and Hinkley 1997, section 3.8). It knows sums and
counts; it does not know what was counted.
N pictures, R resamples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 2000
# Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom; beyond, the normal's.
_STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean and the ends of its 95 % interval; all NaN where there is nothing to take a mean of."""

    mean: float
    low: float
    high: float


def mean_over_pictures(sums: ArrayLike, counts: ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """The mean over all questions, sum(sums) / sum(counts), and its percentile bootstrap interval over pictures.

    Args:
        sums: What each picture's questions add up to, [N]: the right ones of them, or their attention mass.
        counts: How many questions each picture was asked, [N].
        seed: Of the resampling; the same arrays and seed give the same interval.
        resamples: How many times N pictures are drawn with replacement.

    Raises:
        ValueError: The two are not of one length.
    """
    totals, amounts = _pair(sums, counts)
    if not amounts.sum():
        return Interval(mean=math.nan, low=math.nan, high=math.nan)
    drawn = _drawn(len(totals), seed, resamples)
    return _percentiles(totals.sum() / amounts.sum(), _ratio(drawn, totals, amounts))


def paired_difference(
    first: Sequence[tuple[ArrayLike, ArrayLike]],
    second: Sequence[tuple[ArrayLike, ArrayLike]],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Interval:
    """Mean of ``first`` less mean of ``second`` over the same pictures, each picture drawn for both at once.

    Args:
        first: Sums and counts [N] of each run of one variant; the runs' means are averaged.
        second: The same of the other variant, over the same pictures in the same order.
        seed: Of the resampling.
        resamples: How many times the pictures are drawn.

    Raises:
        ValueError: Not all arrays are of one length, or a side has no run.
    """
    sides = [[_pair(sums, counts) for sums, counts in side] for side in (first, second)]
    lengths = {len(sums) for side in sides for sums, _ in side}
    if len(lengths) != 1 or not all(sides):
        raise ValueError(f"both sides need runs over the same pictures, got pictures {sorted(lengths)}")
    drawn = _drawn(lengths.pop(), seed, resamples)
    means, spreads = [], []
    for side in sides:
        means.append(np.mean([sums.sum() / counts.sum() for sums, counts in side]))
        spreads.append(np.mean([_ratio(drawn, sums, counts) for sums, counts in side], axis=0))
    return _percentiles(means[0] - means[1], spreads[0] - spreads[1])


def mean_over_seeds(values: Sequence[float]) -> Interval:
    """The mean of one number of each run and its Student t interval; infinitely wide for a single run.

    Raises:
        ValueError: There is no run.
    """
    if not values:
        raise ValueError("a mean over seeds needs at least one run")
    mean, freedom = float(np.mean(values)), len(values) - 1
    if not freedom:
        return Interval(mean=mean, low=-math.inf, high=math.inf)
    factor = _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else 1.960
    half = factor * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Interval(mean=mean, low=mean - half, high=mean + half)


def _pair(sums: ArrayLike, counts: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    one, two = np.asarray(sums, np.float64), np.asarray(counts, np.float64)
    if one.shape != two.shape or one.ndim != 1:
        raise ValueError(f"sums and counts must be of one length, got {one.shape} and {two.shape}")
    return one, two


@lru_cache(maxsize=2)
def _drawn(count: int, seed: int, resamples: int) -> NDArray[np.float64]:
    """How often each picture is drawn, [R, N]."""
    rng = np.random.default_rng((seed, count))
    return rng.multinomial(count, np.full(count, 1 / count), size=resamples).astype(np.float64)


def _ratio(drawn: NDArray[np.float64], sums: NDArray[np.float64], counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of the resamples, [R]; NaN where a resample holds no question."""
    amounts = drawn @ counts
    means: NDArray[np.float64] = np.where(amounts > 0, drawn @ sums / np.maximum(amounts, 1e-12), np.nan)
    return means


def _percentiles(mean: float, spread: NDArray[np.float64]) -> Interval:
    low, high = np.nanpercentile(spread, (2.5, 97.5))
    return Interval(mean=float(mean), low=float(low), high=float(high))
