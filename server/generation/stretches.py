"""A generation's events as stretches of time: in line, the text, every forward that it had a part in, its pictures.

It goes by the engine's clock where an event tells a moment, and by when the event came where it does not.
"""

import time
from collections.abc import Sequence
from itertools import pairwise

from engine.engine import Event, Finished, ImageReady, Queued, Started, Step
from server.observability.timeline import Stretch, Timeline, Value

#: Neighbouring steps are one stretch where there are more; a trace's cost does not rise with a request's steps.
MAX_STEPS = 32
NAMES = {"queue": "queue", "init_image": "init picture", "text": "text encoder", "decode": "decode", "encode": "encode"}


class Stretches:
    """Hears the events of one generation; `close` puts what came of them on a timeline."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._came = self._started = self._stepped = 0.0
        self._steps: list[Stretch] = []
        self._images = 0
        self._finished: Finished | None = None

    def hear(self, event: Event) -> None:
        now = time.monotonic()
        match event:
            case Queued():
                self._came = now
                self._timeline.attributes["cosmicman.queue_position"] = event.position
            case Started():
                self._started = now
                self._timeline.attributes |= _settled(event)
            case Step():
                self._stepped = now
                self._step(event)
            case ImageReady():
                self._images += 1
            case Finished():
                self._finished = event

    def close(self) -> None:
        """Safe wherever the generation ended."""
        line = self._timeline
        line.attributes["cosmicman.images"] = self._images
        if self._finished is not None and self._finished.stages:
            line.stretches += [
                Stretch(name=NAMES.get(stage.name, stage.name), began=began, ended=began + stage.seconds)
                for stage in self._finished.stages
                for began in [self._came + stage.began_seconds]
            ]
        elif self._came:
            line.stretches.append(Stretch(name="queue", began=self._came, ended=self._started or time.monotonic()))
        if self._stepped:
            began = self._steps[0].began if self._steps else self._started
            ended = self._steps[-1].ended if self._steps else self._stepped
            line.stretches.append(Stretch(name="denoise", began=began, ended=ended, parts=grouped(self._steps)))

    def _step(self, event: Step) -> None:
        if not event.seconds:
            return
        ended = self._came + event.ended_seconds
        last = self._steps[-1] if self._steps else None
        if last is not None and ended - event.seconds < last.ended - event.seconds / 2:
            return  # another picture of this request in the same forward
        facts: dict[str, Value] = {
            "cosmicman.rows": event.rows,
            "cosmicman.bucket": event.bucket,
            "cosmicman.seconds": event.seconds,
        }
        name = f"denoise step {event.completed}"
        self._steps.append(Stretch(name=name, began=ended - event.seconds, ended=ended, attributes=facts))


def grouped(steps: Sequence[Stretch], most: int = MAX_STEPS) -> tuple[Stretch, ...]:
    """The same, or as many groups of neighbours, each with the mean of its rows."""
    if len(steps) <= most:
        return tuple(steps)
    places = [len(steps) * number // most for number in range(most + 1)]
    return tuple(_group(steps[start:end]) for start, end in pairwise(places))


def _group(steps: Sequence[Stretch]) -> Stretch:
    first, last = steps[0], steps[-1]
    if first is last:
        return first
    facts: dict[str, Value] = {
        "cosmicman.rows": sum(float(step.attributes["cosmicman.rows"]) for step in steps) / len(steps),
        "cosmicman.bucket": first.attributes["cosmicman.bucket"],
        "cosmicman.seconds": sum(float(step.attributes["cosmicman.seconds"]) for step in steps),
        "cosmicman.forwards": len(steps),
    }
    name = f"denoise steps {first.name.rpartition(' ')[2]} to {last.name.rpartition(' ')[2]}"
    return Stretch(name=name, began=first.began, ended=last.ended, attributes=facts)


def _settled(started: Started) -> dict[str, Value]:
    """Numbers and the sampler's name; no word of the client's."""
    return {
        "cosmicman.width": started.width,
        "cosmicman.height": started.height,
        "cosmicman.steps": started.steps,
        "cosmicman.guidance_scale": started.guidance_scale,
        "cosmicman.sampler": started.sampler,
    }
