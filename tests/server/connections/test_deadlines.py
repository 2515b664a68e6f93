"""A deadline for each thing a client can be slow at: none of them holds a connection for ever."""

import asyncio
import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
LONG = 300.0


async def closed(running: Any, reason: str) -> float:
    """How many connections the server says it has ended for this reason."""
    async with httpx.AsyncClient(base_url=running.url) as client:
        lines = (await client.get("/metrics")).text.splitlines()
    (line,) = [line for line in lines if line.startswith(f'cosmicman_connections_closed_total{{reason="{reason}"}}')]
    return float(line.split()[-1])


async def test_connection_that_says_nothing_is_closed(serving: Any, dial: Any) -> None:
    async with serving(first_byte_timeout_seconds=0.1) as running, dial(running.port) as client:
        assert await client.until_closed() == b""
        assert await closed(running, "first_byte") == 1


@pytest.mark.parametrize("first", [b"", GET], ids=["first request", "second request"])
async def test_half_a_header_is_answered_408_and_closed(serving: Any, dial: Any, first: bytes) -> None:
    async with serving(header_timeout_seconds=0.1) as running, dial(running.port) as client:
        await client.send(first + GET[:30])
        said = (await client.until_closed()).rpartition(b"HTTP/1.1 ")[2]
        assert await closed(running, "header") == 1
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"408 Request Timeout\r\n")
    assert b"\r\nConnection: close" in head
    assert b"content-type: application/problem+json" in head.lower()
    assert f"content-length: {len(body)}".encode() in head.lower()
    problem = json.loads(body)
    assert problem["type"] == "/docs#header-timeout"
    assert problem["detail"] == "The header must arrive within 0.1 seconds of its first byte; it did not."
    assert problem["request_id"].encode() in head


async def test_bytes_that_drip_do_not_move_the_deadline_of_the_header(serving: Any, dial: Any) -> None:
    async with serving(header_timeout_seconds=0.2) as running, dial(running.port) as client:
        said = await client.drip(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 2000)
    assert said.startswith(b"HTTP/1.1 408 ")


async def test_connection_without_a_next_request_is_closed(serving: Any, dial: Any) -> None:
    async with serving(idle_timeout_seconds=0.1) as running, dial(running.port) as client:
        await client.send(GET)
        assert (await client.until_closed()).startswith(b"HTTP/1.1 200 OK")
        assert await closed(running, "idle") == 1


async def test_requests_in_a_row_are_served_as_long_as_they_come(serving: Any) -> None:
    async with serving(idle_timeout_seconds=LONG) as running, httpx.AsyncClient(base_url=running.url) as client:
        for _ in range(20):
            assert (await client.get("/healthz")).status_code == 200
        assert len(running.server.server_state.connections) == 1


async def test_body_that_drips_is_answered_408_and_closed(serving: Any, dial: Any) -> None:
    head = b"POST /parse HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
    async with serving(body_timeout_seconds=0.2) as running, dial(running.port) as client:
        await client.send(head)
        said = await client.drip(b"x" * 2000)
    assert said.startswith(b"HTTP/1.1 408 ")


async def test_rest_of_a_refused_body_has_a_deadline_too(serving: Any, dial: Any) -> None:
    head = (
        b"POST /parse HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 90000000\r\n\r\n"
    )
    async with serving(body_timeout_seconds=0.2) as running, dial(running.port) as client:
        await client.send(head)
        try:
            said = await client.drip(b"x" * 2000)
        except ConnectionResetError:
            said = b"HTTP/1.1 413 "
        assert await closed(running, "body") == 1
    assert said.startswith(b"HTTP/1.1 413 ")


async def test_client_that_does_not_read_is_given_up(
    serving: Any, eventually: Callable[[Callable[[], bool]], Any]
) -> None:
    many = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200
    async with serving(send_timeout_seconds=0.2) as running:
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", running.port))
            await asyncio.to_thread(client.sendall, many)
            await eventually(lambda: len(running.server.server_state.connections) == 1)
            await eventually(lambda: len(running.server.server_state.connections) == 0)
        assert await closed(running, "send") == 1


async def test_work_that_takes_long_has_none_of_these_deadlines(
    serving: Any, engine: Any, eventually: Callable[[Callable[[], bool]], Any]
) -> None:
    short = dict.fromkeys(
        ("first_byte_timeout_seconds", "header_timeout_seconds", "idle_timeout_seconds", "send_timeout_seconds"), 0.2
    )
    engine.gate.clear()
    async with serving(**short) as running, httpx.AsyncClient(base_url=running.url, timeout=60) as client:
        answer = asyncio.create_task(client.post("/generate", json={"description": "x"}))
        await eventually(lambda: engine.stats().running == 1)
        await asyncio.sleep(0.5)
        engine.gate.set()
        assert (await answer).status_code == 200
