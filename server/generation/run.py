"""Runs one request through the engine: under the deadline, for as long as the client stays, counted at the end.

It does not know how the answer is written.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.types import Receive

from engine.engine import Event, Finished, ImageReady, PreparedRequest, Started, Timings
from engine.errors import BusyError, DeadlineError, EngineError, RequestError
from server.backend import running
from server.gateway import Gateway
from server.http import problems
from server.http.disconnect import client_gone, guarded, server_stopping
from server.http.problems import ClientGoneError, ProblemError

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Result:
    started: Started
    timings: Timings
    images: tuple[ImageReady, ...] = field(repr=False)


async def run(gateway: Gateway, request: PreparedRequest, receive: Receive) -> Result:
    """All pictures of a request.

    Raises:
        ProblemError: 503, 504 or 500.
        ClientGoneError: The client left; the request was cancelled.
    """
    return await attend(gateway, request, receive, _collect(gateway, request))


async def events(gateway: Gateway, request: PreparedRequest) -> AsyncGenerator[Event]:
    """The engine's events; closing this cancels the request."""
    async with running(gateway.engine, request) as stream:
        async for event in stream:
            if isinstance(event, Finished):
                gateway.metrics.generation_finished(event.timings)
            yield event


async def attend(gateway: Gateway, request: PreparedRequest, receive: Receive, work: Coroutine[Any, Any, T]) -> T:
    """Awaits `work` within the deadline and the client's patience; every way it can end is counted here."""
    seconds, outcome = gateway.settings.request_timeout_seconds, "failed"
    try:
        with gateway.places.place(request.asked.caller):
            async with asyncio.timeout(seconds):
                result = await guarded(work, client_gone(receive), server_stopping(gateway.stop))
        outcome = "finished"
        return result
    except TimeoutError as error:
        outcome = "timeout"
        detail = f"The pictures were not finished within {seconds:g} seconds; the request was cancelled."
        raise ProblemError(problems.DEADLINE_EXCEEDED, detail) from error
    except (ClientGoneError, ProblemError, asyncio.CancelledError) as error:
        refused = isinstance(error, ProblemError) and error.kind is problems.TOO_MANY_REQUESTS
        outcome = "refused" if refused else "cancelled"
        raise
    except EngineError as error:
        outcome = _outcome(error)
        if outcome == "failed":
            logger.exception("generation failed id=%s", request.request_id)
        raise problems.of_engine_error(error) from error
    except Exception as error:  # a fault of the engine: the stream of events it breaks off must still be ended properly
        logger.exception("unexpected error in generation id=%s", request.request_id)
        raise problems.internal_error() from error
    finally:
        work.close()  # where it never began
        gateway.metrics.generation_ended(outcome)


def _outcome(error: EngineError) -> str:
    match error:
        case BusyError() | RequestError():
            return "refused"
        case DeadlineError():
            return "timeout"
    return "failed"


async def _collect(gateway: Gateway, request: PreparedRequest) -> Result:
    started: Started | None = None
    timings: Timings | None = None
    images: list[ImageReady] = []
    stream = events(gateway, request)
    try:
        async for event in stream:
            match event:
                case Started():
                    started = event
                case ImageReady():
                    images.append(event)
                case Finished():
                    timings = event.timings
    finally:
        await stream.aclose()
    assert started is not None and timings is not None, "the engine ended without Started and Finished"
    return Result(started=started, timings=timings, images=tuple(sorted(images, key=lambda image: image.index)))
