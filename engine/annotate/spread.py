"""Work spread over this process, several of this machine, or a Ray cluster; answers come in the order of the items.

A worker that dies loses nothing: what it had in hand is done again. It does not know what the work is.
"""

from __future__ import annotations

import multiprocessing
import os
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from engine.errors import EngineError

T = TypeVar("T")
R = TypeVar("R")
T_contra = TypeVar("T_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)

#: Items to answers, in order.
Spread: TypeAlias = Callable[[Iterable[T]], Iterator[R]]

_AHEAD = 4  # items given to each worker before its first answer is wanted
_ATTEMPTS = 3  # at an item whose worker dies

RAY_NAME = "cosmicman-worker"  # names of actors begin so

_work: list[Callable[[Any], Any]] = []  # of a worker's process


class Work(Protocol[T_contra, R_co]):
    """What is done with each item: a value that can go to another process, and is built there, models and all."""

    def build(self) -> Callable[[T_contra], R_co]:
        """What does it."""
        ...


class WorkersLostError(EngineError):
    """Workers died again and again over the same items."""


def in_processes(work: Work[T, R], workers: int) -> Spread[T, R]:
    """In so many processes of this machine, each with models of its own.

    It raises WorkersLostError where workers die again and again.
    """

    def run(items: Iterable[T]) -> Iterator[R]:
        source, left = iter(items), deque[T]()
        waiting: deque[tuple[T, Future[R]]] = deque()
        attempts = 0
        while True:
            with _pool(workers, work) as executor:
                try:
                    while _give(executor, source, left, waiting, _AHEAD * workers):
                        answer = waiting[0][1].result()
                        waiting.popleft()
                        attempts = 0
                        yield answer
                    return
                except BrokenProcessPool as error:
                    attempts += 1
                    if attempts >= _ATTEMPTS:
                        raise WorkersLostError(f"workers died {attempts} times over the same pictures") from error
                    left.extendleft(item for item, _ in reversed(waiting))
                    waiting.clear()

    return run


def _give(
    executor: ProcessPoolExecutor,
    source: Iterator[T],
    left: deque[T],
    waiting: deque[tuple[T, Future[R]]],
    most: int,
) -> bool:
    """Hands items out until `most` wait for their answer; whether any does. `left` holds what comes first."""
    while len(waiting) < most:
        if not left:
            left.extend(islice(source, 1))
        if not left:
            break
        waiting.append((left[0], executor.submit(_in_worker, left[0])))
        left.popleft()  # not before: a broken executor takes nothing
    return bool(waiting)


def _pool(workers: int, work: Work[T, R]) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may stand still
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(work,))


def _start(work: Work[Any, Any]) -> None:
    _work[:] = [work.build()]


def _in_worker(item: Any) -> Any:
    return _work[0](item)


def on_ray(work: Work[T, R], address: str, workers: int) -> Spread[T, R]:
    """On a Ray cluster, whose machines see pictures and models under the same paths.

    An actor that dies is started again, and what it had in hand is given to it once more.
    """

    def run(items: Iterable[T]) -> Iterator[R]:
        import ray

        started = not ray.is_initialized()
        if started:
            ray.init(address=address, log_to_driver=False, configure_logging=False)
        try:
            kind: Any = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(RayWorker)
            own = f"{RAY_NAME}-{uuid.uuid4()}"
            actors: list[Any] = [kind.options(name=f"{own}-{place}").remote(work) for place in range(workers)]
            waiting: deque[Any] = deque()
            for number, item in enumerate(items):
                waiting.append(actors[number % workers].do.remote(item))
                if len(waiting) >= _AHEAD * workers:
                    yield ray.get(waiting.popleft())
            while waiting:
                yield ray.get(waiting.popleft())
        finally:
            if started:
                ray.shutdown()

    return run


class RayWorker(Generic[T, R]):
    """What runs on a Ray cluster."""

    def __init__(self, work: Work[T, R]) -> None:
        """Builds there what does the work."""
        self._do = work.build()

    def process_id(self) -> int:
        """Of the process on its machine."""
        return os.getpid()

    def do(self, item: T) -> R:
        """One item's answer."""
        return self._do(item)
