"""Comments that keep an event stream open while nothing happens, and tell whether its client is still there."""

import asyncio
from contextlib import suppress
from typing import NoReturn

from starlette.types import Scope, Send

from server.http.disconnect import SEND_SOMETHING

KEEP_ALIVE = b": keep-alive\n\n"


def wanted_of(scope: Scope) -> asyncio.Event:
    """Set when whoever holds the connection wants something sent."""
    wanted = scope.get("state", {}).get(SEND_SOMETHING)
    return wanted if isinstance(wanted, asyncio.Event) else asyncio.Event()


async def beat(send: Send, wanted: asyncio.Event, seconds: float) -> NoReturn:
    """Sends a comment every `seconds`, and whenever one is wanted."""
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await wanted.wait()
        wanted.clear()
        await send({"type": "http.response.body", "body": KEEP_ALIVE, "more_body": True})
