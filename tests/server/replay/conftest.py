"""Gateways to send the same request to again, their events one by one, and a Redis of the tests' own."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from server.app import create_app
from server.settings import Settings
from server.triton.ports import held_port

#: Against hanging for ever; nothing is measured.
PATIENCE = httpx.Timeout(60)


@pytest.fixture
def serving(engine: Any, listen: Any) -> Callable[..., Any]:
    """`async with serving(resume_seconds=0) as client`: a client of a server on loopback with these settings."""

    @contextlib.asynccontextmanager
    async def serve(engine: Any = engine, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
        app: FastAPI = create_app(Settings(**settings), engine)
        async with listen(app) as running, httpx.AsyncClient(base_url=running.url, timeout=PATIENCE) as client:
            yield client

    return serve


class Redis:
    """A Redis server on loopback, which keeps nothing on disk."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            "redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--loglevel", "warning", stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(60):
            while not await self._answers():
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def keys(self) -> list[str]:
        """Names of what it holds, as `redis-cli keys *` says them."""
        said = await self.say("KEYS", "*")
        return sorted(line for line in said.split("\r\n") if line.startswith("cosmicman:"))

    async def say(self, *command: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        words = "".join(f"${len(word)}\r\n{word}\r\n" for word in command)
        writer.write(f"*{len(command)}\r\n{words}".encode() + b"*1\r\n$4\r\nQUIT\r\n")
        said = await reader.read()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        return said.decode("latin-1")

    async def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
        except OSError:
            return False
        return "PONG" in await self.say("PING")


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    """A developer's tests may be skipped where there is no Redis, those of a clean checkout may not."""
    if shutil.which("redis-server") is None:
        if os.environ.get("COSMICMAN_TESTS_NEED_REDIS"):
            pytest.fail("there is no redis-server, and COSMICMAN_TESTS_NEED_REDIS says that there must be")
        pytest.skip("there is no redis-server to start")
    with held_port() as port:
        server = Redis(port)
        await server.start()
        try:
            yield server
        finally:
            await server.stop()
