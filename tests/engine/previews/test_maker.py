"""Who makes previews: never behind, never after the picture, never the reason why a request fails."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from engine.previews.maker import PreviewMaker
from engine.previews.picture import PreviewPicture
from engine.request.events import Preview
from engine.scheduler.job import Estimate


class ByHand(Executor):
    """Runs what it was given when the test says so, in the test's thread."""

    def __init__(self) -> None:
        self.work: list[Callable[[], Any]] = []

    def submit(self, function: Any, /, *arguments: Any, **named: Any) -> Future[Any]:
        self.work.append(lambda: function(*arguments, **named))
        return Future()

    async def run(self, number: int | None = None) -> None:
        now, self.work = self.work[:number], self.work[number:] if number is not None else []
        for each in now:
            each()
        await asyncio.sleep(0)


def estimate(index: int, completed: int) -> Estimate:
    return Estimate(index=index, completed=completed, total=20, latents=np.full((1, 1, 1, 1), completed, np.float32))


def draw(latents: np.ndarray) -> PreviewPicture:
    return PreviewPicture(data=str(int(latents.item())).encode(), width=1, height=1)


def of(told: list[Preview]) -> list[tuple[int, int, bytes]]:
    return [(each.index, each.completed, each.data) for each in told]


async def test_newer_estimate_takes_the_place_of_one_that_waits() -> None:
    worker, told = ByHand(), list[Preview]()
    maker = PreviewMaker(draw, worker, told.append)
    for completed in (2, 4, 6):
        maker.take(estimate(0, completed))
        maker.take(estimate(1, completed))
    assert len(worker.work) == 2, "one of each picture waits"
    await worker.run()
    assert of(told) == [(0, 6, b"6"), (1, 6, b"6")]
    maker.take(estimate(0, 8))
    await worker.run()
    assert of(told)[2:] == [(0, 8, b"8")]
    assert (told[0].total, told[0].media_type) == (20, "image/webp")


async def test_place_in_line_is_kept_so_that_no_picture_starves() -> None:
    worker, told = ByHand(), list[Preview]()
    maker = PreviewMaker(draw, worker, told.append)
    for completed in range(1, 6):  # a worker that makes one preview while two are asked for
        maker.take(estimate(0, completed))
        maker.take(estimate(1, completed))
        await worker.run(1)
    assert {each.index for each in told} == {0, 1}
    assert [each.completed for each in told] == [1, 2, 3, 4, 5]


async def test_nothing_is_told_of_a_finished_picture() -> None:
    worker, told = ByHand(), list[Preview]()
    maker = PreviewMaker(draw, worker, told.append)
    maker.take(estimate(0, 2))
    maker.take(estimate(1, 2))
    maker.end(0)
    await worker.run()
    assert of(told) == [(1, 2, b"2")]
    maker.take(estimate(1, 4))
    worker.work.pop()()  # made, and its picture finished before it could be told
    maker.end(1)
    await asyncio.sleep(0)
    assert len(told) == 1


async def test_nothing_is_made_for_a_request_that_is_over() -> None:
    drawn, worker, told = list[float](), ByHand(), list[Preview]()

    def note(latents: np.ndarray) -> PreviewPicture:
        drawn.append(latents.item())
        return draw(latents)

    maker = PreviewMaker(note, worker, told.append)
    maker.take(estimate(0, 2))
    maker.close()
    await worker.run()
    assert (drawn, told) == ([], [])


async def test_preview_that_fails_is_left_out(caplog: Any) -> None:
    worker, told = ByHand(), list[Preview]()

    def sometimes(latents: np.ndarray) -> PreviewPicture | None:
        if latents.item() == 2:
            raise RuntimeError("no memory for a preview")
        return None if latents.item() == 4 else draw(latents)

    maker = PreviewMaker(sometimes, worker, told.append)
    for completed in (2, 4, 6):
        maker.take(estimate(0, completed))
        await worker.run()
    assert of(told) == [(0, 6, b"6")]
    assert "a preview could not be made" in caplog.text


async def test_worker_that_has_stopped_makes_none() -> None:
    worker, told = ThreadPoolExecutor(1), list[Preview]()
    worker.shutdown()
    PreviewMaker(draw, worker, told.append).take(estimate(0, 2))
    assert told == []
