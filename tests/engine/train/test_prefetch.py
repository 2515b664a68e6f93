"""Batches made ahead by other processes: the same, in the same order, and their errors."""

from __future__ import annotations

import os

import pytest
import torch

from engine.train.data.unreadable import Unreadable
from engine.train.prefetch import prefetched

pytestmark = pytest.mark.usefixtures("one_thread")


def _made(number: int) -> dict[str, torch.Tensor]:
    if number == 13:
        raise ValueError("13 is no number")
    seeded = torch.Generator().manual_seed(number)
    return {"value": torch.randn(3, generator=seeded), "process": torch.tensor(os.getpid())}


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_everything_comes_once_and_in_order(workers: int) -> None:
    numbers = [5, 2, 9, 2, 7, 0, 11]
    made = list(prefetched(_made, numbers, workers))
    assert len(made) == len(numbers)
    for number, one in zip(numbers, made, strict=True):
        assert torch.equal(one["value"], _made(number)["value"])
    elsewhere = {int(one["process"]) for one in made} - {os.getpid()}
    assert len(elsewhere) == min(workers, len(numbers))


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_is_raised_as_it_was_and_in_its_turn(workers: int) -> None:
    made = prefetched(_made, [3, 4, 13, 5], workers)
    assert torch.equal(next(made)["value"], _made(3)["value"])
    next(made)
    with pytest.raises(ValueError, match="^13 is no number$"):
        next(made)


@pytest.mark.parametrize("workers", [0, 2])
def test_nothing_is_made_of_nothing(workers: int) -> None:
    assert list(prefetched(_made, [], workers)) == []


@pytest.mark.parametrize("workers", [0, 2])
def test_unreadable_samples_are_counted_by_one_process_alone(workers: int) -> None:
    def read(number: int) -> int:
        if number % 20 == 13:
            raise ValueError(f"{number} is damaged")
        return number * number

    unreadable = Unreadable(limit=3)
    found = list(unreadable.attempt_all(read, range(70), workers))
    assert found == [None if number % 20 == 13 else number * number for number in range(70)]
    assert unreadable.count == 3
    with pytest.raises(ValueError, match=r"^13 is damaged \(4 unreadable samples; data.max_unreadable allows 3\)$"):
        list(unreadable.attempt_all(read, range(20), workers))
