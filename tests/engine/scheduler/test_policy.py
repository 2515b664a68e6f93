"""Shares of compute: between sizes by time, between requests by weight, whatever they ask for."""

from collections import Counter
from collections.abc import Callable

import pytest

from engine.scheduler.cost_table import CostTable
from engine.scheduler.job import Job
from engine.scheduler.picture import Bucket, Picture
from engine.scheduler.policy import Batch, Policy
from engine.scheduler.row_limits import RowLimits
from tests.engine.scheduler.test_state import denoising


class Costs(CostTable):
    """Known costs: a formula of latent area and rows."""

    known = True

    def __init__(self, formula: Callable[[int, int], float] = lambda area, rows: 0.001 * area * rows) -> None:
        super().__init__()
        self.formula = formula

    def seconds(self, bucket: Bucket, rows: int) -> float:
        _, height, width = dict(bucket)["sample"]
        return self.formula(height * width, rows)


def policy(costs: CostTable | None = None, *, max_rows: int = 4, max_forward_seconds: float = 9.0) -> Policy:
    return Policy(costs or Costs(), RowLimits(max_rows), max_forward_seconds=max_forward_seconds)


def request(
    number: int, *, num_images: int = 1, priority: str = "normal", side: int = 4, guided: bool = False
) -> list[Picture]:
    job = Job(number=number, priority=priority, entered_at=0.0)
    return [Picture(job, index, denoising(1.0, side=side, guided=guided, steps=2)) for index in range(num_images)]


def rows_by_request(batches: list[Batch]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for batch in batches:
        for picture in batch.pictures:
            counts[picture.job.number] += picture.num_rows
    return counts


def picks(chosen: Policy, pictures: list[Picture], number: int) -> list[Batch]:
    batches = [chosen.pick(pictures) for _ in range(number)]
    assert all(batch is not None for batch in batches)
    return [batch for batch in batches if batch is not None]


def test_no_work_no_batch() -> None:
    assert policy().pick([]) is None


def test_eight_pictures_get_no_more_than_one_while_others_want_the_rows() -> None:
    pictures = [*request(0, num_images=8), *request(1, num_images=8), *request(2, num_images=8)]
    counts = rows_by_request(picks(policy(max_rows=2), [*pictures, *request(3)], 400))
    assert max(counts.values()) - min(counts.values()) <= 2


def test_rows_that_nobody_else_wants_go_to_whoever_can_use_them() -> None:
    pictures = [*request(0, num_images=8), *request(1)]
    costs = Costs(lambda area, rows: 1.0)
    counts = rows_by_request(picks(policy(costs), pictures, 100))
    assert counts == {0: 300, 1: 100}


def test_rows_got_while_alone_are_no_debt_later() -> None:
    chosen = policy(Costs(lambda area, rows: 1.0), max_rows=8)
    crowd = request(0, num_images=8)
    quiet = request(1)
    alone = rows_by_request(picks(chosen, [*crowd, *quiet], 500))
    assert alone == {0: 3500, 1: 500}
    rivals = [picture for number in range(2, 6) for picture in request(number, num_images=2)]
    counts = rows_by_request(picks(chosen, [*crowd, *quiet, *rivals], 60))
    assert counts[0] >= 60 * 8 / 6


def test_priorities_share_by_weight_and_the_lowest_still_moves() -> None:
    pictures = [
        picture
        for number, priority in enumerate(["high", "normal", "low"])
        for picture in request(number, num_images=4, priority=priority)
    ]
    counts = rows_by_request(picks(policy(max_rows=1), pictures, 700))
    assert [counts[number] for number in range(3)] == pytest.approx([400, 200, 100], abs=8)


@pytest.mark.parametrize(("small", "large"), [(1, 1), (3, 1), (1, 3)])
def test_sizes_share_time_by_the_requests_in_them(small: int, large: int) -> None:
    """A wide forward costs ten times a small one; neither gets more time for it."""
    costs = Costs(lambda area, rows: 1.0 if area > 16 else 0.1)
    pictures = [picture for number in range(small) for picture in request(number)]
    pictures += [picture for number in range(small, small + large) for picture in request(number, side=6)]
    batches = picks(policy(costs), pictures, 1100)
    seconds = Counter[str]()
    for batch in batches:
        area = dict(batch.bucket)["sample"][2] * 4
        seconds["large" if area > 16 else "small"] += costs.seconds(batch.bucket, batch.num_rows)
    assert seconds["small"] / seconds["large"] == pytest.approx(small / large, rel=0.05)


def test_a_crowd_that_never_ends_does_not_starve_one_low_request_of_another_size() -> None:
    chosen = policy(Costs(lambda area, rows: 0.5 if area > 16 else 0.04))
    lone = request(0, priority="low", side=6)
    gaps, gap = [], 0
    for number in range(1000):
        newcomers = [picture for each in range(7) for picture in request(1 + 10 * number + each, priority="high")]
        batch = chosen.pick([*lone, *newcomers])
        assert batch is not None
        gap += 1
        if batch.pictures[0].job.number == 0:
            gaps.append(gap)
            gap = 0
    # Its forward costs as much as 12.5 of theirs, and its weight is 1 to their 28.
    assert len(gaps) >= 2
    assert max(gaps) <= 12.5 * 28 + 2


def test_the_smallest_forward_that_loses_no_throughput_is_taken() -> None:
    pictures = [picture for number in range(8) for picture in request(number)]
    measured = {1: 13.9, 2: 23.4, 3: 33.6, 4: 43.6, 5: 54.5, 6: 65.4, 7: 76.3, 8: 88.0}
    batch = policy(Costs(lambda area, rows: measured[rows]), max_rows=8, max_forward_seconds=99.0).pick(pictures)
    assert batch is not None
    assert batch.num_rows == 3, "11.2 a row is within 3 % of 10.9, the best"
    linear = policy(max_rows=8).pick(pictures)
    assert linear is not None
    assert linear.num_rows == 1, "where batching gains nothing, the next request should not wait for it"


def test_a_forward_keeps_to_the_time_bound_unless_one_picture_alone_is_over_it() -> None:
    pictures = [picture for number in range(8) for picture in request(number, guided=True)]
    costs = Costs(lambda area, rows: 0.5 + 0.1 * rows)
    batch = policy(costs, max_rows=8, max_forward_seconds=1.0).pick(pictures)
    assert batch is not None
    assert batch.num_rows == 4
    alone = policy(costs, max_rows=8, max_forward_seconds=0.1).pick(pictures)
    assert alone is not None
    assert len(alone.pictures) == 1


def test_a_single_row_fills_the_place_that_a_guided_picture_does_not_fit_in() -> None:
    costs = Costs(lambda area, rows: 1.0)
    pictures = [*request(0, guided=True), *request(1, guided=True), *request(2)]
    chosen = policy(costs, max_rows=3)
    first, second = picks(chosen, pictures, 2)
    assert [picture.job.number for picture in first.pictures] == [0, 2]
    assert second.pictures[0].job.number == 1, "who was left out is first next time"


def test_pictures_of_one_request_go_in_order() -> None:
    batches = picks(policy(Costs(lambda area, rows: 1.0), max_rows=2), request(0, num_images=5), 10)
    assert {tuple(picture.index for picture in batch.pictures) for batch in batches} == {(0, 1)}


def test_a_newcomer_waits_for_no_debt_and_gets_no_credit() -> None:
    chosen = policy(max_rows=1)
    old = [*request(0), *request(1)]
    picks(chosen, old, 100)
    counts = rows_by_request(picks(chosen, [*old, *request(2)], 30))
    assert counts == {0: 10, 1: 10, 2: 10}


def test_before_anything_is_measured_sizes_take_turns_and_owe_nothing() -> None:
    costs = CostTable()
    chosen = policy(costs)
    small, large = request(0, side=4), request(1, side=16)
    picked = picks(chosen, [*small, *large], 4)
    assert [batch.pictures[0].job.number for batch in picked] in ([0, 1, 0, 1], [1, 0, 1, 0])
    assert chosen.deficit(small[0].bucket) == chosen.deficit(large[0].bucket) == 0.0
