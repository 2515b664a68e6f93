"""Work on a Ray cluster, whose machines see files under the same paths.

Ray is imported when a cluster is asked for.
"""

from __future__ import annotations

import os
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic

from engine.spread.work import AHEAD, M, R, Spread, T, Work

NAME = "cosmicman-worker"  # names of actors begin so


@contextmanager
def cluster(address: str) -> Iterator[None]:
    """A connection to a cluster, which ends with the block; one that was there before is used, and stays.

    Raises:
        ConnectionError: There is no such cluster.
    """
    import ray

    started = not ray.is_initialized()
    if started:
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    try:
        yield
    finally:
        if started:
            ray.shutdown()


class Actor:
    """What runs on a cluster, in a process of its own."""

    def process_id(self) -> int:
        """Of the process on its machine."""
        return os.getpid()


def actors(kind: type[Actor], number: int, name: str, *arguments: object, **options: Any) -> list[Any]:
    """So many of a class, by Ray's handles; one that dies is started again.

    Args:
        kind: The class.
        number: How many.
        name: What each one's name begins with.
        arguments: Of the class.
        options: Ray's, such as `max_task_retries`: how often what one had in hand is given to it once more.
    """
    import ray

    remote: Any = ray.remote(num_cpus=1, max_restarts=-1, **options)(kind)
    own = f"{name}-{uuid.uuid4()}"
    return [remote.options(name=f"{own}-{place}").remote(*arguments) for place in range(number)]


def on_ray(work: Work[T, M, R], address: str, workers: int) -> Spread[T, R]:
    """By so many actors of a cluster. One that dies is started again, and what it had in hand is done once more."""

    def run(items: Iterable[T]) -> Iterator[R]:
        import ray

        with cluster(address):
            workers_there = actors(_Worker, workers, NAME, work, max_task_retries=-1)
            waiting: deque[Any] = deque()
            for number, item in enumerate(items):
                waiting.append(workers_there[number % workers].do.remote(item))
                if len(waiting) >= AHEAD * workers:
                    yield ray.get(waiting.popleft())
            while waiting:
                yield ray.get(waiting.popleft())

    return run


class _Worker(Actor, Generic[T, M, R]):
    """Does work item by item."""

    def __init__(self, work: Work[T, M, R]) -> None:
        self._do = work.begin()

    def do(self, item: T) -> R:
        return self._do(item)
