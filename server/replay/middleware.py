"""Answers a POST with an `Idempotency-Key` once and again; innermost, behind everything that may refuse a request.

Without the header nothing is different.
"""

import asyncio
from collections.abc import Sequence
from typing import NoReturn

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from server.http import problems
from server.http.disconnect import client_gone, guarded
from server.http.heartbeat import wanted_of
from server.http.problems import ClientGoneError, ProblemError
from server.http.repeats import read_after
from server.http.route_table import route_path
from server.observability.metrics import Metrics
from server.replay.asked import asked, key_of
from server.replay.relay import Relay
from server.replay.replays import Found, Replays
from server.replay.run import Run

PATHS = frozenset({"/generate", "/parse"})
BELOW = "/v1/"
REPLAYED = b"idempotent-replayed"
FIRST_ID = b"x-original-request-id"
#: How refusals are counted.
OUTCOMES = {problems.IDEMPOTENCY_IN_FLIGHT: "in_flight", problems.IDEMPOTENCY_MISMATCH: "mismatch"}


class _TakenOverError(Exception):
    """Another connection goes on reading the stream."""


class ReplayMiddleware:
    def __init__(self, app: ASGIApp, replays: Replays, metrics: Metrics, keep_alive_seconds: float) -> None:
        self.app = app
        self.replays = replays
        self.metrics = metrics
        self.keep_alive_seconds = keep_alive_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            found = await self._find(scope, receive) if _repeatable(scope) else None
        except ProblemError as error:
            await self._refuse(error, scope, receive, send)
            return
        except ClientGoneError:
            return
        if found is None:
            await self.app(scope, receive, send)
        else:
            await self._answer(found, scope, receive, send)

    async def _find(self, scope: Scope, receive: Receive) -> Found | None:
        """The answer to send; None where the request has no key. The body is not held for longer than this takes."""
        headers = Headers(scope=scope)
        key = key_of(headers)
        if key is None:
            return None
        after, body = read_after(headers), await _whole(receive)
        return await self.replays.find(asked(scope, key, after, body), lambda run: run.start(self.app, scope, body))

    async def _answer(self, found: Found, scope: Scope, receive: Receive, send: Send) -> None:
        relay = Relay(found.record, send, after=found.after, headers=self._told_again(found), wanted=wanted_of(scope))
        if found.run is None:
            await relay.run(self.keep_alive_seconds)
            return
        try:
            await self._follow(relay, found.run, receive)
        except ProblemError as error:
            await self._refuse(error, scope, receive, send)
        except ClientGoneError:
            return

    async def _follow(self, relay: Relay, run: Run, receive: Receive) -> None:
        """Sends what comes until all is sent, the client leaves, or another connection goes on."""
        seat = run.sit()
        try:
            await guarded(relay.run(self.keep_alive_seconds), client_gone(receive), _taken_over(seat))
        except _TakenOverError:
            if not relay.started:
                raise self.replays.in_flight(run) from None
            await relay.end()
        except BaseException:
            if run.rise(seat):
                self.replays.left(run)
            raise
        else:
            if run.rise(seat):
                self.replays.told(run)

    async def _refuse(self, error: ProblemError, scope: Scope, receive: Receive, send: Send) -> None:
        if error.kind in OUTCOMES:
            self.metrics.replayed(OUTCOMES[error.kind])
        await problems.response(error, scope)(scope, receive, send)

    def _told_again(self, found: Found) -> Sequence[tuple[bytes, bytes]]:
        """Headers of an answer that another request made."""
        if found.first:
            self.metrics.replayed("first")
            return ()
        self.metrics.replayed("replayed" if found.record.complete else "resumed")
        return ((REPLAYED, b"true"), (FIRST_ID, found.record.request_id.encode("ascii")))


async def _taken_over(seat: asyncio.Event) -> NoReturn:
    await seat.wait()
    raise _TakenOverError


async def _whole(receive: Receive) -> bytes:
    """The body, which has been read and bounded by now.

    Raises:
        ClientGoneError: There is none.
    """
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _repeatable(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    path = route_path(scope)
    return path in PATHS or path.startswith(BELOW)
