"""An exception as text: where it came from, and its message where that cannot quote a request.

Our own errors word what went wrong; RequestError alone quotes what came. Those of others may quote anything they were
given, so the message of one that a request met is left out.
"""

import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TypeAlias

from engine.errors import EngineError, RequestError

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]

WITHHELD = "(message withheld, since it may quote the request; --log-level debug shows it)"
CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def with_messages(info: ExcInfo) -> str:
    return "".join(traceback.format_exception(*info)).rstrip("\n")


def without_quotes(info: ExcInfo) -> str:
    return "".join(_links(info[1], set())).rstrip("\n")


def _links(error: BaseException, seen: set[int]) -> Iterator[str]:
    """The chain of exceptions that led to this one, the first of them first."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _links(before, seen)
        yield CAUSE if error.__cause__ is not None else CONTEXT
    yield "Traceback (most recent call last):\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{type(error).__module__}.{type(error).__qualname__}: {_message(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _links(each, seen)


def _message(error: BaseException) -> str:
    """OSError names files and addresses of ours; what clients send is in no call to the system."""
    ours = isinstance(error, EngineError) and not isinstance(error, RequestError)
    return str(error) if ours or isinstance(error, OSError) else WITHHELD
