"""What is compiled is bounded, and a number of rows that changes a row's bits is never used."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from engine.errors import ProviderError
from engine.sessions.openvino.shapes import CompiledShapes, Tail

A: Tail = (("sample", (4, 8, 8)),)
B: Tail = (("sample", (4, 6, 6)),)


class AtOnce(Executor):
    """Runs what is submitted before it returns."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*arguments, **more))
        return future


class Maker:
    """Compiles nothing, and keeps count."""

    def __init__(self, *, unequal: frozenset[int] = frozenset(), failing: frozenset[int] = frozenset()) -> None:
        self.made: list[tuple[Tail, int]] = []
        self.unequal, self.failing = unequal, failing

    def make(self, tail: Tail, rows: int) -> object:
        if rows in self.failing:
            raise ProviderError("provider openvino cannot compile it")
        self.made.append((tail, rows))
        return (tail, rows)

    def same_bits(self, tail: Tail, rows: int, model: object, single: object) -> bool:
        assert (model, single) == ((tail, rows), (tail, 1))
        return rows not in self.unequal

    def shapes(self, most: int) -> CompiledShapes:
        return CompiledShapes(self.make, self.same_bits, most)


def test_the_least_recently_used_goes_and_comes_back_when_it_is_needed() -> None:
    maker = Maker()
    shapes = maker.shapes(2)
    for key in ((A, 1), (B, 1), (A, 1), (A, 2)):
        assert shapes.take(key) == key
    assert (len(shapes), shapes.counts(A), shapes.counts(B)) == (2, {1, 2}, set())
    assert shapes.take((B, 1)) == (B, 1)
    assert maker.made.count((B, 1)) == 2


def test_nothing_in_use_is_dropped_for_what_is_only_wished_for() -> None:
    shapes = Maker().shapes(2)
    shapes.take((A, 1))
    shapes.take((B, 1))
    shapes.want((A, 2), AtOnce())
    assert shapes.counts(A) == {1}
    for _ in range(100):
        shapes.take((A, 1))
    shapes.want((A, 2), AtOnce())
    assert (shapes.counts(A), shapes.counts(B)) == ({1, 2}, set())


@pytest.mark.parametrize("maker", [Maker(unequal=frozenset({4})), Maker(failing=frozenset({4}))])
def test_row_counts_that_change_bits_or_do_not_compile_are_left_out(
    maker: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    shapes = maker.shapes(8)
    for rows in (1, 2, 4, 8):
        shapes.want((A, rows), AtOnce())
    assert shapes.counts(A) == {1, 2, 8}
    assert list(shapes.allowed((1, 2, 4, 8))) == [1, 2, 8]
    assert caplog.text.count("forwards of 4 rows") == 1


def test_what_a_single_row_takes_the_place_of_goes_before_it_is_made() -> None:
    maker, held = Maker(), list[int]()

    def make(tail: Tail, rows: int) -> object:
        held.append(len(shapes))
        return maker.make(tail, rows)

    shapes = CompiledShapes(make, maker.same_bits, 1)
    shapes.take((A, 1))
    shapes.take((B, 1))
    assert held == [0, 0]
    assert shapes.counts(B) == {1}
