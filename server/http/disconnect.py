"""Stops work that nobody waits for any more, or that the server has no time left for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

from starlette.types import Receive

from server.http.problems import ClientGoneError, stopping

T = TypeVar("T")

#: In a scope's state: an asyncio.Event. Once it is set, whoever has an answer under way sends something of it, since
#: only that tells whether a client that sends no more is still there.
SEND_SOMETHING = "send_something"


async def guarded(work: Coroutine[Any, Any, T], *guards: Coroutine[Any, Any, NoReturn]) -> T:
    """The result of `work`, which is cancelled when a guard raises first; the guard's exception is raised then."""
    worker = asyncio.ensure_future(work)
    watchers = [asyncio.ensure_future(guard) for guard in guards]
    try:
        done, _ = await asyncio.wait((worker, *watchers), return_when=asyncio.FIRST_COMPLETED)
        for watcher in watchers:
            if watcher in done and worker not in done:
                watcher.result()
        return worker.result()
    finally:
        for task in (worker, *watchers):
            task.cancel()
        await asyncio.gather(worker, *watchers, return_exceptions=True)


async def client_gone(receive: Receive) -> NoReturn:
    """Raises ClientGoneError; the request's body must have been read, so that the next message is the disconnect."""
    while (await receive())["type"] != "http.disconnect":
        pass
    raise ClientGoneError


async def server_stopping(stop: asyncio.Event) -> NoReturn:
    """Raises the problem that tells a client so."""
    await stop.wait()
    raise stopping()
