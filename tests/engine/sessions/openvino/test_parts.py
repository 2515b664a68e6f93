"""Forwards of any number of rows are run as what is compiled, and no row is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sessions.openvino.parts import compiled_counts, parts


def test_powers_of_two_are_compiled() -> None:
    assert [compiled_counts(most) for most in (1, 2, 6, 8)] == [(1,), (1, 2), (1, 2, 4), (1, 2, 4, 8)]


@pytest.mark.parametrize(
    ("rows", "counts", "expected"),
    [
        (1, (1, 2, 4, 8), (1,)),
        (3, (1, 2, 4, 8), (2, 1)),
        (5, (1, 2, 4, 8), (4, 1)),
        (6, (1, 2, 4, 8), (4, 2)),
        (7, (1, 2, 4, 8), (8,)),
        (8, (1,), (1,) * 8),
        (3, (2,), (2, 2)),
        (1, (4,), (4,)),
    ],
)
def test_a_part_is_filled_up_where_that_is_worth_it(
    rows: int, counts: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    assert parts(rows, counts) == expected


@given(st.integers(1, 64), st.sets(st.integers(1, 64), min_size=1))
def test_every_row_has_a_place_and_only_the_last_part_is_filled_up(rows: int, counts: set[int]) -> None:
    found = parts(rows, counts)
    assert set(found) <= counts
    assert sum(found) >= rows > sum(found[:-1])
