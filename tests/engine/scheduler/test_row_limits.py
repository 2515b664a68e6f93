"""After memory ran out forwards get smaller, and then larger again."""

from engine.scheduler.picture import Bucket
from engine.scheduler.row_limits import PATIENCE, RowLimits

SMALL: Bucket = (("sample", (4, 8, 8)),)
LARGE: Bucket = (("sample", (4, 16, 16)),)


def test_half_of_what_did_not_fit_and_only_for_that_bucket() -> None:
    limits = RowLimits(8)
    limits.out_of_memory(LARGE, 6)
    assert (limits.rows(LARGE), limits.rows(SMALL)) == (3, 8)
    limits.out_of_memory(LARGE, 3)
    limits.out_of_memory(LARGE, 1)
    assert limits.rows(LARGE) == 1


def test_one_row_more_after_enough_forwards_at_the_limit() -> None:
    limits = RowLimits(4)
    limits.out_of_memory(SMALL, 4)
    for _ in range(2 * PATIENCE):
        limits.fitted(SMALL, 1)
    assert limits.rows(SMALL) == 2, "smaller forwards say nothing"
    for _ in range(PATIENCE):
        limits.fitted(SMALL, 2)
    assert limits.rows(SMALL) == 3
    for _ in range(PATIENCE):
        limits.fitted(SMALL, 3)
    assert limits.rows(SMALL) == 4
    limits.fitted(SMALL, 4)
    assert limits.rows(SMALL) == 4
