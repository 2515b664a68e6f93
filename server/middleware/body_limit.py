"""Reads a request's body before the application runs, bounded in size and in time.

A body over the limit is refused from its Content-Length alone or, when chunked, at the first byte too many.
What is left of it is discarded by the HTTP server, so that a client that only sends still gets to read the answer.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server import problems
from server.problems import ProblemError


class BodyLimitMiddleware:
    def __init__(self, app: ASGIApp, max_body_bytes: int, timeout_seconds: float) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.timeout_seconds = timeout_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            body = await self._read(Headers(scope=scope), receive)
        except ProblemError as error:
            await problems.response(error, scope)(scope, receive, send)
            return
        except problems.ClientGoneError:
            return
        replayed = False

        async def replay() -> Message:
            nonlocal replayed
            if replayed:
                return await receive()
            replayed = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, replay, send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        length = headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > self.max_body_bytes:
            raise self._too_large(f"{length} bytes")
        body = bytearray()
        try:
            async with asyncio.timeout(self.timeout_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise problems.ClientGoneError
                    body += message.get("body", b"")
                    if len(body) > self.max_body_bytes:
                        raise self._too_large("more")
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError as error:
            raise ProblemError(
                problems.BODY_TIMEOUT,
                f"The body must arrive within {self.timeout_seconds:g} seconds; got {len(body)} bytes by then.",
                headers={"Connection": "close"},
            ) from error

    def _too_large(self, came: str) -> ProblemError:
        detail = f"The body may have at most {self.max_body_bytes} bytes; got {came}."
        return ProblemError(problems.BODY_TOO_LARGE, detail)
