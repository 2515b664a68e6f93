"""Over a real socket: clients that leave, bodies in chunks, fifty megabytes, events as they happen."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

JSON = {"Content-Type": "application/json"}
DRESS = {"description": "a woman in a red dress", "seed": 7}
ANY_PATIENCE = httpx.Timeout(60)


@contextlib.asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def post(body: bytes, accept: str) -> bytes:
    head = (
        "POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Accept: {accept}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@pytest.mark.parametrize("accept", ["application/json", "image/png", "text/event-stream"])
async def test_client_that_leaves_cancels_its_generation_and_no_other(
    live: Any, engine: Any, eventually: Any, accept: str
) -> None:
    engine.gate.clear()
    async with httpx.AsyncClient(base_url=live.url, timeout=ANY_PATIENCE) as client:
        async with connection(live.port) as (_, writer):
            writer.write(post(json.dumps(DRESS).encode(), accept))
            await writer.drain()
            await eventually(lambda: engine.stats().running == 1)
            other = asyncio.create_task(client.post("/generate", json=DRESS))
            await eventually(lambda: engine.stats().waiting == 1)
        await eventually(lambda: len(engine.cancelled) == 1)
        engine.gate.set()
        assert (await other).status_code == 200
        assert len(engine.cancelled) == 1
        metrics = (await client.get("/metrics")).text
    assert 'cosmicman_generations_total{outcome="cancelled"} 1.0' in metrics
    assert "cosmicman_requests_running 0.0" in metrics


async def test_client_that_leaves_the_line_is_forgotten(live: Any, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    async with connection(live.port) as (_, first), connection(live.port) as (_, second):
        first.write(post(json.dumps(DRESS).encode(), "application/json"))
        await eventually(lambda: engine.stats().running == 1)
        second.write(post(json.dumps(DRESS).encode(), "application/json"))
        await eventually(lambda: engine.stats().waiting == 1)
        second.close()
        await eventually(lambda: engine.stats().waiting == 0)
        assert engine.stats().running == 1


async def test_events_arrive_while_the_generation_runs(live: Any, engine: Any) -> None:
    engine.gate.clear()
    async with httpx.AsyncClient(base_url=live.url, timeout=ANY_PATIENCE) as client:
        headers = {"Accept": "text/event-stream"}
        async with client.stream("POST", "/generate", json=DRESS, headers=headers) as answer:
            assert answer.headers["transfer-encoding"] == "chunked"
            seen = []
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    seen.append(line.removeprefix("event: "))
                if seen[-1:] == ["started"]:
                    engine.gate.set()
    assert seen == ["queued", "started", *["step"] * 4, "image", "finished"]


@pytest.mark.parametrize("chunked", [False, True])
async def test_fifty_megabytes_are_refused_and_not_echoed(live: Any, chunked: bool) -> None:
    megabyte = b"x" * 1_000_000

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"description": "'
        for _ in range(50):
            yield megabyte

    content = pieces() if chunked else b'{"description": "' + megabyte * 50
    async with httpx.AsyncClient(base_url=live.url, timeout=ANY_PATIENCE) as client:
        answer = await client.post("/generate", content=content, headers=JSON)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 500
        assert (await client.get("/readyz")).status_code == 200


async def test_client_that_waits_for_leave_to_send_is_refused_first(live: Any) -> None:
    async with connection(live.port) as (reader, writer):
        writer.write(
            b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 50000000\r\nExpect: 100-continue\r\n\r\n"
        )
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: -1\r\n\r\n",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nAccept: \xff;q=\xff\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /%ff%00%0a HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://elsewhere/generate HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
    ],
)
async def test_odd_bytes_are_the_client_s_mistake(live: Any, request_bytes: bytes) -> None:
    async with connection(live.port) as (reader, writer):
        writer.write(request_bytes)
        status = await reader.readline()
    assert status.startswith(
        (b"HTTP/1.1 400", b"HTTP/1.1 404", b"HTTP/1.1 413", b"HTTP/1.1 415", b"HTTP/1.1 422", b"HTTP/1.1 405")
    )
    async with httpx.AsyncClient(base_url=live.url, timeout=ANY_PATIENCE) as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_client_that_leaves_while_sending_leaves_no_trace(live: Any, engine: Any) -> None:
    async with connection(live.port) as (_, writer):
        writer.write(post(b"x" * 100, "*/*")[:-50])
        await writer.drain()
    async with httpx.AsyncClient(base_url=live.url, timeout=ANY_PATIENCE) as client:
        assert (await client.post("/generate", json=DRESS)).status_code == 200
    assert len(engine.seen) == 1
