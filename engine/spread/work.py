"""What is spread, and who does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
M = TypeVar("M")
R = TypeVar("R")

#: Items to answers, in order.
Spread: TypeAlias = Callable[[Iterable[T]], Iterator[R]]

AHEAD = 4  # items given to each worker before its first answer is wanted


@dataclass(frozen=True, kw_only=True)
class Work(Generic[T, M, R]):
    """What is done with each item: values that can go to another process, and work there.

    Attributes:
        build: Makes what it takes to do it, models and all; called once in each process.
        do: An item's answer, by what was built.
    """

    build: Callable[[], M]
    do: Callable[[T, M], R]

    def begin(self) -> Callable[[T], R]:
        """Builds, and gives what answers an item."""
        built = self.build()
        return lambda item: self.do(item, built)
