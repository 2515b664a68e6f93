"""Reads a request's body before the application runs, bounded in size and in time.

A body over the limit is refused from its Content-Length alone or, when chunked, at the first byte too many.
What is left of it is discarded by the HTTP server, so that a client that only sends still gets to read the answer.
"""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http import problems
from server.http.problems import ProblemError
from server.http.route_table import route_path


class BodyLimitMiddleware:
    """`larger` names the paths that may take more than `max_body_bytes`, or less."""

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, timeout_seconds: float, larger: Mapping[str, int] | None = None
    ) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.larger = dict(larger or {})
        self.timeout_seconds = timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            most = self.larger.get(route_path(scope), self.max_body_bytes)
            body = await self._read(Headers(scope=scope), receive, most)
        except ProblemError as error:
            await problems.response(error, scope)(scope, receive, send)
            return
        except problems.ClientGoneError:
            return
        replayed = False

        async def replay() -> Message:
            nonlocal body, replayed
            if replayed:
                return await receive()
            replayed, whole = True, body
            body = b""  # a picture's worth of memory is not held while the request waits
            return {"type": "http.request", "body": whole, "more_body": False}

        await self.app(scope, replay, send)

    async def _read(self, headers: Headers, receive: Receive, most: int) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > most:
            raise _too_large(most, f"{length} bytes")
        body = bytearray()
        try:
            async with asyncio.timeout(self.timeout_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise problems.ClientGoneError
                    body += message.get("body", b"")
                    if len(body) > most:
                        raise _too_large(most, "more")
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError as error:
            raise ProblemError(
                problems.BODY_TIMEOUT,
                f"The body must arrive within {self.timeout_seconds:g} seconds; got {len(body)} bytes by then.",
                headers={"Connection": "close"},
            ) from error


def _too_large(most: int, came: str) -> ProblemError:
    return ProblemError(problems.BODY_TOO_LARGE, f"The body may have at most {most} bytes; got {came}.")
