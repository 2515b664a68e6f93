"""What happened in one HTTP request, and when: the stretches of time that a trace of it is made of.

Moments are seconds of the monotonic clock. It knows nothing of how a trace is written or where it goes.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from server.observability.request_context import request_state

#: In a request's state, where traces are on.
TIMELINE_STATE = "timeline"

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, kw_only=True)
class Stretch:
    name: str
    began: float
    ended: float
    attributes: Mapping[str, Value] = field(default_factory=dict)
    parts: tuple["Stretch", ...] = ()


@dataclass(kw_only=True)
class Timeline:
    """Stretches in the order in which they ended; `attributes` are of the whole."""

    attributes: dict[str, Value] = field(default_factory=dict)
    stretches: list[Stretch] = field(default_factory=list)


def timeline() -> Timeline | None:
    """That of the request that the code works for; None where nobody wants one."""
    found = (request_state() or {}).get(TIMELINE_STATE)
    assert found is None or isinstance(found, Timeline)
    return found


@contextmanager
def timed(name: str) -> Iterator[None]:
    """What the block takes is a stretch of the request's time."""
    began = time.monotonic()
    try:
        yield
    finally:
        if (line := timeline()) is not None:
            line.stretches.append(Stretch(name=name, began=began, ended=time.monotonic()))
