"""What a generation's events say to whoever counts and traces, whichever way the answer takes."""

import time

from engine.engine import Event, Finished, Queued, Step
from server.generation.stretches import Stretches
from server.observability.metrics import Metrics
from server.observability.timeline import Timeline


class Heard:
    """Hears every event of one generation; `close` is to be called wherever it ends."""

    def __init__(self, metrics: Metrics, timeline: Timeline | None) -> None:
        self._metrics = metrics
        self._stretches = None if timeline is None else Stretches(timeline)
        self._came: float | None = None
        self._stepped = False

    def hear(self, event: Event) -> None:
        match event:
            case Queued() if self._came is None:
                self._came = time.monotonic()
            case Step() if not self._stepped:
                self._stepped = True
                since = 0.0 if self._came is None else time.monotonic() - self._came
                self._metrics.first_step(event.ended_seconds or since)
            case Finished():
                self._metrics.generation_finished(event.timings)
        if self._stretches is not None:
            self._stretches.hear(event)

    def close(self) -> None:
        if self._stretches is not None:
            self._stretches.close()
