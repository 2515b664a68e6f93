"""A job's events as server-sent events, read from the store: on any gateway, from any event on, as often as wanted.

Previews are not kept, so they are not in it.
"""

import asyncio
from contextlib import suppress
from typing import NoReturn

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.http.disconnect import client_gone, guarded
from server.http.heartbeat import beat, wanted_of
from server.http.problems import ClientGoneError
from server.jobs.record import StoredEvent
from server.jobs.service import Jobs
from server.jobs.store import StoreError

MEDIA_TYPE = "text/event-stream"
#: The last header keeps nginx from collecting frames.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
POLL_SECONDS = 0.2
#: What a job's events end with.
LAST = frozenset({"finished", "error", "cancelled"})


class JobEvents(Response):
    """Begins behind event `after`; ends with the job, with the client, or when the server stops: it comes back then."""

    def __init__(self, jobs: Jobs, job_id: str, after: int) -> None:
        super().__init__(media_type=MEDIA_TYPE, headers=HEADERS)
        del self.headers["content-length"]
        self.jobs = jobs
        self.job_id = job_id
        self.after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wanted = wanted_of(scope)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await self._send(send, b": events of a job\n\n")
        with suppress(ClientGoneError):
            with suppress(_StoppingError):
                stopping = _stopping(self.jobs.gateway.draining)
                await guarded(self._pump(send, wanted), client_gone(receive), stopping)
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, send: Send, wanted: asyncio.Event) -> None:
        heart = asyncio.create_task(beat(send, wanted, self.jobs.gateway.settings.keep_alive_seconds))
        try:
            while True:
                for event in await self._more():
                    await self._send(send, frame(event))
                    self.after = event.number
                    if event.name in LAST:
                        return
                if heart.done():
                    heart.result()
                await asyncio.sleep(POLL_SECONDS)
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)

    async def _more(self) -> list[StoredEvent]:
        """A store that is away is waited for: the client hears heartbeats."""
        try:
            return list(await self.jobs.store.events(self.job_id, self.after))
        except StoreError:
            return []

    async def _send(self, send: Send, data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})


class _StoppingError(Exception):
    """The server stops; another, or this one again, goes on from the last event."""


async def _stopping(draining: asyncio.Event) -> NoReturn:
    await draining.wait()
    raise _StoppingError


def frame(event: StoredEvent) -> bytes:
    """One event with its number; its JSON has no line breaks of its own."""
    return f"id: {event.number}\nevent: {event.name}\ndata: {event.data}\n\n".encode()
