"""Intervals against textbook formulas: independent questions, clustered ones, pairs and few seeds."""

import math

import numpy as np
import pytest

from engine.train.intervals import mean_over_pictures, mean_over_seeds, paired_difference


def test_one_question_a_picture_is_the_binomial_interval() -> None:
    right = np.random.default_rng(0).random(400) < 0.7
    interval = mean_over_pictures(right, np.ones(400))
    deviation = math.sqrt(right.mean() * (1 - right.mean()) / 400)
    assert interval.mean == pytest.approx(right.mean())
    assert interval.low == pytest.approx(right.mean() - 1.96 * deviation, abs=0.006)
    assert interval.high == pytest.approx(right.mean() + 1.96 * deviation, abs=0.006)


def test_questions_that_fall_together_count_once() -> None:
    right = np.random.default_rng(1).random(300) < 0.5
    single = mean_over_pictures(right, np.ones(300))
    tenfold = mean_over_pictures(right * 10, np.full(300, 10))
    assert (tenfold.low, tenfold.high) == pytest.approx((single.low, single.high))


def test_pictures_with_more_questions_weigh_more() -> None:
    assert mean_over_pictures([0, 9], [1, 9]).mean == pytest.approx(0.9)


def test_the_same_seed_gives_the_same_interval() -> None:
    arguments = (np.arange(50) % 3, np.full(50, 3))
    assert mean_over_pictures(*arguments, seed=3) == mean_over_pictures(*arguments, seed=3)
    assert mean_over_pictures(*arguments, seed=3) != mean_over_pictures(*arguments, seed=4)


def test_nothing_asked_has_no_mean() -> None:
    assert math.isnan(mean_over_pictures([0, 0], [0, 0]).mean)
    with pytest.raises(ValueError, match="of one length"):
        mean_over_pictures([1], [1, 1])


def test_pairs_see_what_separate_intervals_hide() -> None:
    rng = np.random.default_rng(2)
    hard = rng.random(300)  # what makes a description hard does so for both
    base = (hard > 0.5).astype(float)
    better = np.maximum(base, rng.random(300) < 0.08)
    ones = np.ones(300)
    apart = mean_over_pictures(better, ones).low - mean_over_pictures(base, ones).high
    difference = paired_difference([(better, ones)], [(base, ones)])
    assert apart < 0 < difference.low
    assert difference.mean == pytest.approx((better - base).mean())
    assert paired_difference([(base, ones)], [(base, ones)]).high == 0


def test_pairs_need_the_same_pictures() -> None:
    with pytest.raises(ValueError, match="runs over the same pictures"):
        paired_difference([([1], [1])], [([1, 1], [1, 1])])
    with pytest.raises(ValueError, match="runs over the same pictures"):
        paired_difference([([1], [1])], [])


def test_few_seeds_take_student() -> None:
    interval = mean_over_seeds([0.6, 0.7, 0.8])  # deviation 0.1, t of two degrees of freedom 4.303
    half = 4.303 * 0.1 / math.sqrt(3)
    assert (interval.mean, interval.low, interval.high) == pytest.approx((0.7, 0.7 - half, 0.7 + half))
    assert mean_over_seeds([0.5]).high == math.inf
    assert mean_over_seeds([0.0, 1.0] * 50).high == pytest.approx(0.5 + 1.96 * 0.5025 / 10, abs=1e-3)
    with pytest.raises(ValueError, match="at least one run"):
        mean_over_seeds([])
