"""Work in several processes of this machine; a worker that dies loses nothing: what it had in hand is done again."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from engine.errors import EngineError
from engine.spread.work import AHEAD, M, R, Spread, T, Work

_ATTEMPTS = 3  # at an item whose worker dies

_begun: list[Callable[[Any], Any]] = []  # of a worker's process


class WorkersLostError(EngineError):
    """Workers died again and again over the same items."""


def in_processes(work: Work[T, M, R], workers: int) -> Spread[T, R]:
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
                    while _give(executor, source, left, waiting, AHEAD * workers):
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


def _pool(workers: int, work: Work[T, M, R]) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may stand still
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(work,))


def _start(work: Work[Any, Any, Any]) -> None:
    _begun[:] = [work.begin()]


def _in_worker(item: Any) -> Any:
    return _begun[0](item)
