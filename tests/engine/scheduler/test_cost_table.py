"""Costs are measured where they can be and predicted where they must."""

import numpy as np
import pytest

from engine.scheduler.cost_table import HALF_LIFE, MAX_BUCKETS, MAX_HALF_LIFE, CostTable, bucket_name, work
from engine.scheduler.picture import Bucket


def bucket(width: int = 8, height: int = 12, tokens: int = 77) -> Bucket:
    return (("sample", (4, height, width)), ("encoder_hidden_states", (tokens, 32)), ("text_embeds", (1280,)))


def test_what_was_measured_often_is_what_is_told() -> None:
    table = CostTable()
    for _ in range(50):
        for rows, seconds in ((1, 0.0139), (2, 0.0234), (4, 0.0436), (16, 0.178)):
            table.observe(bucket(), rows, seconds)
    for rows, seconds in ((1, 0.0139), (2, 0.0234), (4, 0.0436), (16, 0.178)):
        assert table.seconds(bucket(), rows) == pytest.approx(seconds, rel=0.03)
    assert table.seconds(bucket(), 8) == pytest.approx(0.088, rel=0.1), "on the line between"


@pytest.mark.parametrize("seed", range(3))
def test_the_line_is_found_in_noise(seed: int) -> None:
    random, table = np.random.default_rng(seed), CostTable()
    for _ in range(300):
        rows = int(random.choice([1, 2, 6, 8]))
        table.observe(bucket(), rows, (0.01 + 0.02 * rows) * float(random.uniform(0.8, 1.2)))
    for rows in (1, 3, 4, 8, 12):
        assert table.seconds(bucket(), rows) == pytest.approx(0.01 + 0.02 * rows, rel=0.15)


def test_nothing_is_known_at_first_but_which_is_dearer() -> None:
    table = CostTable()
    assert not table.known
    assert not table.measured(bucket())
    assert table.seconds(bucket(), 2) > table.seconds(bucket(), 1)
    assert table.seconds(bucket(width=16), 1) > 1.9 * table.seconds(bucket(), 1)


def test_an_unknown_size_is_scaled_from_the_nearest_known_one() -> None:
    table = CostTable()
    table.observe(bucket(64, 64), 1, 1.0)
    table.observe(bucket(128, 128), 1, 5.0)
    wanted, near = bucket(120, 128), bucket(128, 128)
    assert table.seconds(wanted, 1) == pytest.approx(5.0 * work(wanted) / work(near))
    assert not table.measured(wanted)


def test_work_follows_the_counted_flops_of_the_published_unets() -> None:
    """TFLOP of a row: SDXL 1.589 at 64 x 64, 6.761 at 128 x 128; SD 1.5 0.803 at 64 x 64, 2.148 at 96 x 96."""
    assert work(bucket(128, 128)) / work(bucket(64, 64)) == pytest.approx(6.761 / 1.589, rel=0.15)
    assert work(bucket(96, 96)) / work(bucket(64, 64)) == pytest.approx(2.148 / 0.803, rel=0.15)
    assert work(bucket(128, 128, 154)) / work(bucket(128, 128)) == pytest.approx(1.013, rel=0.01)


def test_the_first_run_of_a_shape_may_compile() -> None:
    table = CostTable()
    table.observe(bucket(), 1, 60.0)
    table.observe(bucket(), 1, 0.01)
    assert table.seconds(bucket(), 1) == pytest.approx(0.01)


def test_one_stall_does_not_make_a_batch_look_dear() -> None:
    table = CostTable()
    for _ in range(10):
        table.observe(bucket(), 1, 0.01)
    table.observe(bucket(), 1, 100.0)
    assert table.seconds(bucket(), 1) < 0.02


def test_a_cell_that_is_not_measured_any_more_gives_way_to_the_line() -> None:
    table = CostTable()
    for _ in range(4):
        for rows in (1, 2, 8):
            table.observe(bucket(), rows, 0.01 * rows)
        table.observe(bucket(), 4, 1.0)
    avoided = table.seconds(bucket(), 4)
    for _ in range(int(4 * MAX_HALF_LIFE)):
        table.observe(bucket(), 8, 0.08)
    assert avoided > 0.15
    assert table.seconds(bucket(), 4) == pytest.approx(0.045, rel=0.1)


def test_a_row_count_measured_once_and_badly_is_soon_tried_again() -> None:
    table = CostTable()
    for _ in range(5):
        for rows in (1, 2, 4):
            table.observe(bucket(), rows, 0.01 + 0.01 * rows)
    table.observe(bucket(), 6, 5.0)
    assert table.seconds(bucket(), 6) < 0.3, "a stall, not a cost"
    for _ in range(int(5 * HALF_LIFE)):
        table.observe(bucket(), 4, 0.05)
    assert table.seconds(bucket(), 6) == pytest.approx(0.07, rel=0.2)


def test_falling_costs_never_say_that_rows_are_free() -> None:
    table = CostTable()
    for _ in range(5):
        table.observe(bucket(), 1, 0.05)
        table.observe(bucket(), 4, 0.04)
    assert 0 < table.seconds(bucket(), 8) < table.seconds(bucket(), 64)


def test_only_so_many_buckets_are_remembered_the_latest_ones() -> None:
    table = CostTable()
    for width in range(1, MAX_BUCKETS + 11):
        table.observe(bucket(width), 1, 0.1)
        table.observe(bucket(1), 1, 0.1)
    stats = table.stats()
    assert len(stats) == MAX_BUCKETS
    assert table.measured(bucket(1))
    assert not table.measured(bucket(2))
    assert stats[-1].bucket == bucket_name(bucket(1)) == "1x12x77"
