"""Runs one request through the engine: under the deadline, for as long as the client stays, counted at the end.

It does not know how the answer is written.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from starlette.types import Receive

from engine.engine import Event, Finished, ImageReady, PreparedDenoise, PreparedRequest, Started, Timings
from engine.errors import BusyError, DeadlineError, EngineError, RequestError
from server.backend import running
from server.credentials.errors import CredentialsError
from server.gateway import Gateway, Sign
from server.generation.heard import Heard
from server.http import problems
from server.http.disconnect import client_gone, guarded, server_stopping
from server.http.problems import ClientGoneError, ProblemError
from server.observability.timeline import timed, timeline

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
    """The engine's events, its pictures signed where the server signs; closing this cancels the request.

    Raises:
        CredentialsError: A picture could not be signed.
    """
    heard = Heard(gateway.metrics, timeline())
    try:
        async with running(gateway.engine, request) as stream:
            async for event in stream:
                heard.hear(event)
                if isinstance(event, Started) and request.edit is not None:
                    gateway.metrics.edited("groups" if request.edit.mask is None else "mask")
                if isinstance(event, Started) and request.attention:
                    gateway.metrics.attended()
                if isinstance(event, Started):
                    gateway.metrics.adapted(request.loras)
                if isinstance(event, Started) and request.control is not None:
                    gateway.metrics.controlled(request.control.kind)
                if isinstance(event, ImageReady) and gateway.sign is not None:
                    event = await _signed(gateway, gateway.sign, event)
                yield event
    finally:
        heard.close()


async def _signed(gateway: Gateway, sign: Sign, image: ImageReady) -> ImageReady:
    """The picture with its content credentials; signing runs beside the event loop.

    Raises:
        CredentialsError: It could not be signed.
    """
    began = time.perf_counter()
    with timed("content credentials"):
        data = await asyncio.to_thread(sign, image.data, image.media_type)
    gateway.metrics.signed(time.perf_counter() - began)
    return replace(image, data=data)


async def attend(
    gateway: Gateway,
    request: PreparedRequest | PreparedDenoise,
    receive: Receive,
    work: Coroutine[Any, Any, T],
    *,
    in_line: bool = True,
    what: str = "pictures",
    ended: Callable[[str], None] | None = None,
) -> T:
    """Awaits `work` within the deadline and the client's patience; every way it can end is counted here.

    Args:
        gateway: Its settings, places and metrics.
        request: Whose work.
        receive: Tells when the client leaves.
        work: What to do.
        in_line: Whether it takes one of its caller's places; a job does not, which has stood in a line of its own.
        what: What is made.
        ended: Counts how it ended; None means as a generation.
    """
    ended = gateway.metrics.generation_ended if ended is None else ended
    seconds, outcome = gateway.settings.request_timeout_seconds, "failed"
    try:
        with gateway.places.place(request.asked.caller) if in_line else nullcontext():
            async with asyncio.timeout(seconds):
                result = await guarded(work, client_gone(receive), server_stopping(gateway.stop))
        outcome = "finished"
        return result
    except TimeoutError as error:
        outcome = "timeout"
        detail = f"The {what} were not finished within {seconds:g} seconds; the request was cancelled."
        raise ProblemError(problems.DEADLINE_EXCEEDED, detail) from error
    except (ClientGoneError, ProblemError, asyncio.CancelledError) as error:
        refused = isinstance(error, ProblemError) and error.kind is problems.TOO_MANY_REQUESTS
        outcome = "refused" if refused else "cancelled"
        raise
    except EngineError as error:
        outcome = _outcome(error)
        if outcome == "failed":
            logger.exception("generation failed")
        raise problems.of_engine_error(error) from error
    except CredentialsError as error:
        logger.exception("a picture could not be signed")
        raise problems.credentials_failed() from error
    except Exception as error:  # a fault of the engine: the stream of events it breaks off must still be ended properly
        logger.exception("unexpected error in generation")
        raise problems.internal_error() from error
    finally:
        work.close()  # where it never began
        ended(outcome)


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
