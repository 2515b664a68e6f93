"""Samples that cannot be read are counted, named in the log, and never replaced by others.

It knows how many may be wrong before a run stops; it does not know what is read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from engine.train.prefetch import prefetched

logger = logging.getLogger(__name__)

_BLOCK = 16  # samples that one process reads at once

Read = TypeVar("Read")


class Unreadable:
    """Samples that cannot be read: each is named in the log, and past a limit the run stops; none is replaced."""

    def __init__(self, limit: int) -> None:
        """Allow `limit` of them."""
        self.limit, self.count = limit, 0

    def attempt_all(self, read: Callable[[int], Read], numbers: Sequence[int], workers: int) -> Iterator[Read | None]:
        """`attempt` of each of these numbers in turn, read by `workers` processes ahead of being asked for."""
        blocks = [numbers[start : start + _BLOCK] for start in range(0, len(numbers), _BLOCK)]

        def read_block(place: int) -> list[Read | ValueError]:
            return [outcome(partial(read, number)) for number in blocks[place]]

        for found in prefetched(read_block, range(len(blocks)), workers):
            for each in found:
                yield self.counted(each)

    def attempt(self, read: Callable[[], Read]) -> Read | None:
        """What `read` gives, or None where it raises ValueError.

        Raises:
            ValueError: It was one too many.
        """
        return self.counted(outcome(read))

    def counted(self, found: Read | ValueError) -> Read | None:
        """What was read, or None where that is an error.

        Raises:
            ValueError: It was one too many.
        """
        if not isinstance(found, ValueError):
            return found
        self.count += 1
        if self.count > self.limit:
            samples = "sample" if self.count == 1 else "samples"
            allowed = f"data.max_unreadable allows {self.limit}"
            raise ValueError(f"{found} ({self.count} unreadable {samples}; {allowed})") from found
        logger.warning("unreadable sample %d: %s", self.count, found)
        return None


def outcome(read: Callable[[], Read]) -> Read | ValueError:
    """What `read` gives, or the ValueError it raises."""
    try:
        return read()
    except ValueError as error:
        return error
