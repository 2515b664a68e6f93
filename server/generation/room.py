"""Refuses a request before its text is read where the line is full: what is refused must not slow down what runs."""

from collections.abc import Callable

from engine.errors import BusyError
from server.gateway import Gateway
from server.http import problems


def refuse_when_full(gateway: Gateway, caller: str, ended: Callable[[str], None] | None = None) -> None:
    """Raises ProblemError, 503 or 429 with Retry-After, where the engine has no room for a request of this caller."""
    try:
        gateway.engine.check_room(caller)
    except BusyError as error:
        (ended or gateway.metrics.generation_ended)("refused")
        raise problems.of_engine_error(error) from error
