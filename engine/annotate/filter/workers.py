"""Who examines pictures: this process, several on this machine, or a Ray cluster; the answers come in the same order.

A worker that dies loses nothing: what it had in hand is examined again.
"""

from __future__ import annotations

import multiprocessing
import os
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from engine.annotate.filter.examine import Examined, examine
from engine.annotate.filter.recipe import FilterRecipe
from engine.annotate.filter.stage import Stage
from engine.annotate.records import PoolPicture
from engine.errors import EngineError
from engine.pictures.header import PixelLimits

#: Pictures to what the stages say of each, in order.
Examiner = Callable[[Iterable[PoolPicture]], Iterator[Examined]]

_AHEAD = 4  # pictures given to each worker before its first answer is wanted
_ATTEMPTS = 3  # at a picture whose worker dies

RAY_NAME = "cosmicman-filter"  # names of actors begin so

_stages: list[Stage] = []  # of a worker's process


class WorkersLostError(EngineError):
    """Workers died again and again over the same pictures."""


def here(stages: Sequence[Stage], limits: PixelLimits) -> Examiner:
    """In this process."""
    return lambda pictures: (examine(picture, stages, limits) for picture in pictures)


def in_processes(recipe: FilterRecipe, limits: PixelLimits, workers: int) -> Examiner:
    """In so many processes of this machine, each with models of its own.

    The examiner raises WorkersLostError where workers die again and again.
    """

    def run(pictures: Iterable[PoolPicture]) -> Iterator[Examined]:
        source, left = iter(pictures), deque[PoolPicture]()
        waiting: deque[tuple[PoolPicture, Future[Examined]]] = deque()
        attempts = 0
        while True:
            with _pool(workers, recipe) as executor:
                try:
                    while _give(executor, limits, source, left, waiting, _AHEAD * workers):
                        answer = waiting[0][1].result()
                        waiting.popleft()
                        attempts = 0
                        yield answer
                    return
                except BrokenProcessPool as error:
                    attempts += 1
                    if attempts >= _ATTEMPTS:
                        raise WorkersLostError(f"workers died {attempts} times over the same pictures") from error
                    left.extendleft(picture for picture, _ in reversed(waiting))
                    waiting.clear()

    return run


def _give(
    executor: ProcessPoolExecutor,
    limits: PixelLimits,
    source: Iterator[PoolPicture],
    left: deque[PoolPicture],
    waiting: deque[tuple[PoolPicture, Future[Examined]]],
    most: int,
) -> bool:
    """Hands pictures out until `most` wait for their answer; whether any does. `left` holds what comes first."""
    while len(waiting) < most:
        if not left:
            left.extend(islice(source, 1))
        if not left:
            break
        waiting.append((left[0], executor.submit(_in_worker, left[0], limits)))
        left.popleft()  # not before: a broken executor takes nothing
    return bool(waiting)


def _pool(workers: int, recipe: FilterRecipe) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may stand still
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(recipe,))


def _start(recipe: FilterRecipe) -> None:
    _stages[:] = recipe.build()


def _in_worker(picture: PoolPicture, limits: PixelLimits) -> Examined:
    return examine(picture, _stages, limits)


def on_ray(recipe: FilterRecipe, limits: PixelLimits, address: str, workers: int) -> Examiner:
    """On a Ray cluster, whose machines see the pool and the models under the same paths.

    An actor that dies is started again, and what it had in hand is given to it once more.
    """

    def run(pictures: Iterable[PoolPicture]) -> Iterator[Examined]:
        import ray

        started = not ray.is_initialized()
        if started:
            ray.init(address=address, log_to_driver=False, configure_logging=False)
        try:
            kind: Any = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=-1)(RayWorker)
            own = f"{RAY_NAME}-{uuid.uuid4()}"
            actors: list[Any] = [kind.options(name=f"{own}-{place}").remote(recipe, limits) for place in range(workers)]
            waiting: deque[Any] = deque()
            for number, picture in enumerate(pictures):
                waiting.append(actors[number % workers].examine.remote(picture))
                if len(waiting) >= _AHEAD * workers:
                    yield ray.get(waiting.popleft())
            while waiting:
                yield ray.get(waiting.popleft())
        finally:
            if started:
                ray.shutdown()

    return run


class RayWorker:
    """What runs on a Ray cluster."""

    def __init__(self, recipe: FilterRecipe, limits: PixelLimits) -> None:
        """Builds the stages there."""
        self._stages, self._limits = recipe.build(), limits

    def process_id(self) -> int:
        """Of the process on its machine."""
        return os.getpid()

    def examine(self, picture: PoolPicture) -> Examined:
        """See `engine.annotate.filter.examine`."""
        return examine(picture, self._stages, self._limits)
