"""More connections than the server keeps: those that only wait make room, else the newcomer is told so."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from typing import Any

import httpx

from server.connections.crowd import OVER_LIMIT

GET = b"GET /model HTTP/1.1\r\nHost: localhost\r\n\r\n"
DRESS = {"description": "a red dress"}


def generate(accept: str = "application/json") -> bytes:
    body = json.dumps(DRESS).encode()
    head = f"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: {accept}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def test_one_that_has_waited_longest_makes_room(serving: Any, dial: Any) -> None:
    async with serving(max_connections=2) as running, dial(running.port) as silent, dial(running.port) as idle:
        await idle.send(GET)
        await idle.reader.readuntil(b"\r\n\r\n")
        async with dial(running.port) as third:
            await third.send(GET)
            assert await third.reader.readline() == b"HTTP/1.1 200 OK\r\n"
            assert await silent.until_closed() == b""
            await idle.send(GET)  # it came later, and is there still
            assert b"HTTP/1.1 200 OK" in await idle.reader.readuntil(b"HTTP/1.1 200 OK\r\n")


async def test_where_all_work_the_newcomer_is_told_so(
    serving: Any, dial: Any, engine: Any, eventually: Callable[[Callable[[], bool]], Any]
) -> None:
    engine.gate.clear()
    async with serving(max_connections=2) as running, dial(running.port) as first, dial(running.port) as second:
        await first.send(generate())
        await second.send(generate())
        await eventually(lambda: engine.stats().running + engine.stats().waiting == 2)
        async with httpx.AsyncClient(base_url=running.url, timeout=60) as client:
            answer = await client.post("/generate", content=b"x" * 1_000_000)
            assert answer.status_code == 503
            assert answer.json()["type"] == "/docs#too-many-connections"
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["connection"] == "close"
            assert len(answer.headers["x-request-id"]) == 32
            assert (await client.get("/readyz")).status_code == 503
            assert (await client.get("/healthz")).status_code == 200
            assert 'route="/generate",status="503"} 1.0' in (await client.get("/metrics")).text
            engine.gate.set()
            for worker in (first, second):
                assert await worker.reader.readline() == b"HTTP/1.1 200 OK\r\n"
            assert (await client.get("/model")).status_code == 200


async def test_those_beyond_wait_for_their_turn(
    serving: Any, dial: Any, engine: Any, eventually: Callable[[Callable[[], bool]], Any]
) -> None:
    engine.gate.clear()
    async with serving(max_connections=1) as running, contextlib.AsyncExitStack() as stack:
        worker = await stack.enter_async_context(dial(running.port))
        await worker.send(generate())
        await eventually(lambda: engine.stats().running == 1)
        for _ in range(OVER_LIMIT):
            await stack.enter_async_context(dial(running.port))
        await eventually(lambda: len(running.server.server_state.connections) == 1 + OVER_LIMIT)
        async with httpx.AsyncClient(base_url=running.url, timeout=60) as client:
            beyond = asyncio.create_task(client.get("/healthz"))
            assert (await beyond).status_code == 200  # the silent ones over the limit are closed before long
            engine.gate.set()
            assert await worker.reader.readline() == b"HTTP/1.1 200 OK\r\n"
