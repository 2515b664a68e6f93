"""Plain sockets to talk to a real server with: what they send and when they stop is up to the test."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings

#: Against hanging for ever; nothing is measured.
PATIENCE_SECONDS = 30


class Client:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def until_closed(self) -> bytes:
        """Everything the server says until it ends the connection."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.reader.read()

    async def drip(self, data: bytes, pause_seconds: float = 0.02) -> bytes:
        """Sends one byte at a time for as long as the server lets it, and gives what the server said."""
        answer = asyncio.create_task(self.until_closed())
        with contextlib.suppress(ConnectionError):
            for number in range(len(data)):
                if answer.done():
                    break
                await self.send(data[number : number + 1])
                await asyncio.sleep(pause_seconds)
        return await answer


Dial = Callable[[int], AbstractAsyncContextManager[Client]]


@contextlib.asynccontextmanager
async def dial(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture(name="dial")
def _dial() -> Dial:
    return dial


@pytest.fixture
def serving(engine: Any, listen: Any) -> Callable[..., Any]:
    """`async with serving(idle_timeout_seconds=0.2) as running`: a server on loopback with these settings."""
    return lambda **settings: listen(create_app(Settings(**settings), engine))
