"""What steps need, made ahead of them by other processes while the accelerator works.

It knows numbers and order; it does not know what is made.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

import torch
from torch.utils.data import DataLoader, Dataset

Made = TypeVar("Made")

_EACH = 4  # how many a process may be ahead


def prefetched(make: Callable[[int], Made], numbers: Sequence[int], workers: int) -> Iterator[Made]:
    """`make(number)` of each number in turn: here when it is asked for, or ahead of that by `workers` processes.

    The processes, no more than there are processors, are forked, so that `make` needs no pickling and must not touch a
    GPU; its tensors come back through shared memory. What it raises is raised here, where its turn is.
    """
    workers = min(workers, len(numbers), os.cpu_count() or 1)
    if not workers:
        yield from map(make, numbers)
        return
    loader = DataLoader(
        _Made(make, numbers),
        batch_size=None,
        collate_fn=_as_it_is,
        num_workers=workers,
        prefetch_factor=_EACH,
        multiprocessing_context="fork",
        pin_memory=torch.cuda.is_available(),
    )
    for made in loader:
        if isinstance(made, Exception):
            raise made
        yield made


class _Made(Dataset[Made | Exception], Generic[Made]):
    """Numbers in order, and what is made of each; an error comes whole, where the loader would quote its traceback."""

    def __init__(self, make: Callable[[int], Made], numbers: Sequence[int]) -> None:
        self.make, self.numbers = make, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, place: int) -> Made | Exception:
        try:
            return self.make(self.numbers[place])
        except Exception as error:  # whatever it is, it is raised where its turn is
            return error


def _as_it_is(made: Made) -> Made:
    return made
