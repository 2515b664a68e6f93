"""Sends a record to one client: what there is from a given event on, and the rest as it comes.

A short answer goes out whole once it is complete; a stream goes out as it grows, with comments while it does not.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.types import Send

from server.http.heartbeat import beat
from server.replay.record import Record

#: What a reader is told whose stream somebody else goes on reading.
CONTINUED = b": continued on another connection\n\n"


class Relay:
    """One client's reading of a record.

    Attributes:
        started: Whether the client has something of the answer.
    """

    def __init__(
        self, record: Record, send: Send, *, after: int, headers: Sequence[tuple[bytes, bytes]], wanted: asyncio.Event
    ) -> None:
        self.record = record
        self.started = False
        self._send = send
        self._after = after
        self._headers = headers
        self._wanted = wanted

    async def run(self, keep_alive_seconds: float) -> None:
        """Sends everything.

        Raises:
            Exception: What ended the application.
        """
        record = self.record
        while not (record.complete or (record.is_stream and record.parts)):
            await record.change()
        headers = [*record.headers, *self._headers]
        await self._send({"type": "http.response.start", "status": record.status, "headers": headers})
        self.started = True
        async with self._heart(keep_alive_seconds):
            sent = self._after
            while sent < len(record.parts) or not record.complete:
                if sent == len(record.parts):
                    await record.change()
                else:
                    await self._body(record.parts[sent], more=True)
                    sent += 1
        await self._body(b"", more=False)

    async def end(self) -> None:
        """Ends a stream that somebody else goes on reading."""
        await self._body(CONTINUED, more=False)

    async def _body(self, data: bytes, *, more: bool) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": more})

    @asynccontextmanager
    async def _heart(self, seconds: float) -> AsyncIterator[None]:
        if not self.record.is_stream or self.record.complete:
            yield
            return
        heart = asyncio.create_task(beat(self._send, self._wanted, seconds))
        try:
            yield
        finally:
            heart.cancel()
            await asyncio.gather(heart, return_exceptions=True)
