"""Which request the code that runs now works for, for what is said of it beside its answer: log lines and spans.

It is the state of the request's scope, so whoever adds to that later (its caller, its trace) is seen too.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_STATE: ContextVar[Mapping[str, Any] | None] = ContextVar("request", default=None)


@contextmanager
def working_for(state: Mapping[str, Any]) -> Iterator[None]:
    """What runs in the block, and the tasks that it starts, work for the request with this state."""
    token = _STATE.set(state)
    try:
        yield
    finally:
        _STATE.reset(token)


def request_state() -> Mapping[str, Any] | None:
    return _STATE.get()
