"""Steps that follow each other closely: thinned out before a line on which every message costs, filled in behind it.

What comes out of `filled` is what went into `thinned`, event for event; only the moments differ, and what is known of
the forwards of steps that were not told.
"""

import time
from collections.abc import AsyncIterator, Callable

from engine.request.events import Event, Step


async def thinned(
    events: AsyncIterator[Event], pause_seconds: float, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Event]:
    """All events but steps sooner than a pause after the last one that was told; the latest goes before what follows.

    Args:
        events: Of one request.
        pause_seconds: Between two steps that are told.
        clock: Gives seconds.
    """
    told, held = float("-inf"), None
    async for event in events:
        if isinstance(event, Step):
            now = clock()
            if now - told < pause_seconds:
                held = event
                continue
            told = now
        elif held is not None:
            yield held
        held = None
        yield event


async def filled(events: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """The same with every step that lies between two that were told."""
    completed = 0
    async for event in events:
        if isinstance(event, Step):
            for number in range(completed + 1, event.completed):
                yield Step(completed=number, total=event.total)
            completed = event.completed
        yield event
