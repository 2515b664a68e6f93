"""Clients that leave, or that send no more and wait, with a key: as without one, but for streams that may go on."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from server.app import create_app
from server.settings import Settings

DRESS = {"description": "a woman in a red dress", "seed": 7}
BODY = json.dumps(DRESS).encode()
PATIENCE = httpx.Timeout(60)


def generate(accept: str) -> bytes:
    return (
        "POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nIdempotency-Key: order 66\r\n"
        f"Accept: {accept}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ).encode() + BODY


def headers(accept: str) -> dict[str, str]:
    return {"Content-Type": "application/json", "Idempotency-Key": "order 66", "Accept": accept}


@contextlib.asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@pytest.mark.parametrize("accept", ["application/json", "image/png"])
async def test_who_leaves_a_short_answer_cancels_it_and_frees_the_key(
    live: Any, engine: Any, eventually: Any, accept: str
) -> None:
    engine.gate.clear()
    async with connection(live.port) as (_, writer):
        writer.write(generate(accept))
        await eventually(lambda: engine.stats().running == 1)
    await eventually(lambda: len(engine.cancelled) == 1)
    assert engine.stats().steps_total == 0
    engine.gate.set()
    async with httpx.AsyncClient(base_url=live.url, timeout=PATIENCE) as client:
        answer = await client.post("/generate", content=BODY, headers=headers(accept))
    assert answer.status_code == 200
    assert "idempotent-replayed" not in answer.headers
    assert len(engine.seen) == 2


@pytest.mark.parametrize("accept", ["application/json", "image/png", "text/event-stream"])
async def test_who_only_reads_gets_the_answer(live: Any, engine: Any, eventually: Any, accept: str) -> None:
    engine.gate.clear()
    async with connection(live.port) as (reader, writer):
        writer.write(generate(accept))
        await eventually(lambda: engine.stats().running == 1)
        writer.write_eof()
        said = await reader.readexactly(1)  # goes ahead where no answer has begun
        engine.gate.set()
        said += await reader.read()
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert accept != "text/event-stream" or b"event: finished" in said
    assert engine.cancelled == []


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_who_waited_at_first_and_then_left_is_noticed(
    engine: Any, listen: Any, eventually: Any, accept: str
) -> None:
    engine.gate.clear()
    settings = Settings(keep_alive_seconds=600, resume_seconds=0)
    async with listen(create_app(settings, engine)) as running:
        async with connection(running.port) as (reader, writer):
            writer.write(generate(accept))
            await eventually(lambda: engine.stats().running == 1)
            writer.write_eof()
            assert await reader.readexactly(1) == b"H"
        await eventually(lambda: len(engine.cancelled) == 1)


async def test_who_only_reads_may_take_a_stream_up_again(live: Any, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    async with connection(live.port) as (reader, writer):
        writer.write(generate("text/event-stream"))
        await reader.readuntil(b"event: started")
    async with connection(live.port) as (reader, writer):
        writer.write(generate("text/event-stream").replace(b"Accept:", b"Last-Event-ID: 1\r\nAccept:"))
        writer.write_eof()
        said = await reader.readuntil(b"event: started")
        engine.gate.set()
        said += await reader.read()
    assert b"idempotent-replayed: true" in said.lower()
    assert b"event: queued" not in said
    assert b"event: finished" in said
    assert len(engine.seen) == 1


async def test_end_of_one_reader_is_not_the_end_of_the_next(live: Any, engine: Any, eventually: Any) -> None:
    """The old connection is found dead after another has gone on: that one keeps its stream."""
    engine.gate.clear()
    async with connection(live.port) as (first, old):
        old.write(generate("text/event-stream"))
        await first.readuntil(b"event: started")
        async with connection(live.port) as (second, new):
            new.write(generate("text/event-stream").replace(b"Accept:", b"Last-Event-ID: 1\r\nAccept:"))
            await second.readuntil(b"event: started")
            old.close()
            engine.gate.set()
            assert b"event: finished" in await second.readuntil(b"event: finished")
    assert engine.cancelled == []
