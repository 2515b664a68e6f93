"""A client that has said all it has to say and closes its side gets its answer; one that has left is noticed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

BODY = json.dumps({"description": "a red dress", "seed": 7}).encode()


def generate(accept: str, version: str = "1.1") -> bytes:
    head = f"POST /generate HTTP/{version}\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: {accept}\r\n"
    return f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("accept", ["application/json", "image/png", "text/event-stream"])
async def test_answer_comes_to_who_only_reads(
    serving: Any, dial: Any, engine: Any, eventually: Callable[[Callable[[], bool]], Any], accept: str, version: str
) -> None:
    engine.gate.clear()
    async with serving() as running, dial(running.port) as client:
        await client.send(generate(accept, version))
        await eventually(lambda: engine.stats().running == 1)
        client.writer.write_eof()
        assert await client.reader.readexactly(1) == b"H"  # goes ahead where no answer has begun
        async with dial(running.port) as other:  # by the time this one is answered, the end of the first has come
            await other.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            await other.until_closed()
        engine.gate.set()
        said = b"H" + await client.until_closed()
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert accept != "text/event-stream" or b"event: finished" in said
    assert f"content-type: {accept}".encode() in said
    assert not engine.cancelled


async def test_every_request_that_came_before_the_end_is_answered(serving: Any, dial: Any) -> None:
    async with serving() as running, dial(running.port) as client:
        await client.send(b"GET /model HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        client.writer.write_eof()
        said = await client.until_closed()
    assert said.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert said.endswith(b"}")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_who_waited_at_first_and_then_left_is_noticed(
    serving: Any, dial: Any, engine: Any, eventually: Callable[[Callable[[], bool]], Any], accept: str
) -> None:
    engine.gate.clear()
    async with serving(keep_alive_seconds=0.1) as running:
        async with dial(running.port) as client:
            await client.send(generate(accept))
            await eventually(lambda: engine.stats().running == 1)
            client.writer.write_eof()
            assert await client.reader.readexactly(1) == b"H"
        await eventually(lambda: len(engine.cancelled) == 1)


async def test_who_leaves_a_stream_is_noticed_before_its_next_heartbeat(
    serving: Any, dial: Any, engine: Any, eventually: Callable[[Callable[[], bool]], Any]
) -> None:
    engine.gate.clear()
    async with serving(keep_alive_seconds=600) as running:
        async with dial(running.port) as client:
            await client.send(generate("text/event-stream"))
            await client.reader.readuntil(b"event: started")
        await eventually(lambda: len(engine.cancelled) == 1)


async def test_half_a_request_is_no_request(serving: Any, dial: Any, engine: Any) -> None:
    async with serving() as running, dial(running.port) as client:
        await client.send(generate("*/*")[:-5])
        client.writer.write_eof()
        assert await client.until_closed() == b""
    assert engine.seen == []
