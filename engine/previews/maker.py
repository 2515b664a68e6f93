"""Makes the previews of one request on a worker of their own, and never more than the worker keeps up with.

Of each picture at most one estimate waits for the worker: a newer one takes its place, in the queue too, so that a
slow worker shows fewer previews and no late ones. It knows the step loop's estimates; it does not know who reads.
"""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeAlias

from engine.previews.linear_map import FloatArray
from engine.previews.picture import MEDIA_TYPE, PreviewPicture
from engine.request.events import Preview
from engine.scheduler.job import Estimate

logger = logging.getLogger(__name__)

#: From latents, [1, C, H, W], to a picture; None where there is nothing to show.
Draw: TypeAlias = Callable[[FloatArray], PreviewPicture | None]


class PreviewMaker:
    """Use it in one event loop; `close` it when the request ends."""

    def __init__(self, draw: Draw, worker: Executor, tell: Callable[[Preview], None]) -> None:
        """Takes what draws, where, and whom to tell.

        Args:
            draw: Makes one; runs in the worker.
            worker: Runs one at a time.
            tell: Called in the event loop with each preview, the previews of a picture in order.
        """
        self._draw = draw
        self._worker = worker
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._waiting: dict[int, Estimate] = {}
        self._over: set[int] = set()
        self._closed = False

    def take(self, estimate: Estimate) -> None:
        """Takes a newer estimate of a picture; one of it that still waits is dropped."""
        with self._lock:
            under_way = estimate.index in self._waiting
            self._waiting[estimate.index] = estimate
        if under_way:
            return
        try:
            self._worker.submit(self._make, estimate.index)
        except RuntimeError:  # the engine stops, and the request with it
            logger.debug("no previews any more")

    def end(self, index: int) -> None:
        """A picture is finished: nothing more is told of it."""
        self._over.add(index)
        with self._lock:
            self._waiting.pop(index, None)

    def close(self) -> None:
        """The request is over: nothing more is made or told."""
        self._closed = True
        with self._lock:
            self._waiting.clear()

    def _make(self, index: int) -> None:
        with self._lock:
            estimate = self._waiting.pop(index, None)
        if estimate is None:
            return
        try:
            drawn = self._draw(estimate.latents)
        except Exception:  # a picture without a preview is better than none
            logger.exception("a preview could not be made")
            return
        if drawn is None:
            return
        preview = Preview(
            index=index,
            completed=estimate.completed,
            total=estimate.total,
            data=drawn.data,
            media_type=MEDIA_TYPE,
            width=drawn.width,
            height=drawn.height,
        )
        self._loop.call_soon_threadsafe(self._hand_over, preview)

    def _hand_over(self, preview: Preview) -> None:
        if not self._closed and preview.index not in self._over:
            self._tell(preview)
