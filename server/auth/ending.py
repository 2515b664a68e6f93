"""Ends what a key began once it is revoked or expires; innermost, where a request runs that may outlive connections.

Whoever waits for the client meanwhile, as everybody does who draws, hears of it instead.
"""

import asyncio
from typing import NoReturn

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.auth.unauthorized import unauthorized
from server.http.caller import caller_of
from server.http.disconnect import guarded

#: In a request's state: an asyncio.Event that is set when its key is good for nothing any more.
KEY_END_STATE = "key_end"


class KeyEndMiddleware:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        end = scope.get("state", {}).get(KEY_END_STATE)
        if scope["type"] == "http" and isinstance(end, asyncio.Event):
            receive = _until(end, caller_of(scope), receive)
        await self.app(scope, receive, send)


def _until(end: asyncio.Event, name: str, receive: Receive) -> Receive:
    async def message() -> Message:
        return await receive()

    async def ended() -> NoReturn:
        await end.wait()
        raise unauthorized(f"The key {name} was revoked or expired meanwhile; the request was cancelled.")

    async def receive_or_end() -> Message:
        return await guarded(message(), ended())

    return receive_or_end
