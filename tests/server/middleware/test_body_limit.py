"""Bodies over the limit, in one piece and in many, and bodies that never end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings

JSON = {"Content-Type": "application/json"}


async def test_length_over_the_limit_is_refused_unread(client: Any) -> None:
    answer = await client.post("/generate", content=b'{"description": "' + b"x" * 50_000 + b'"}', headers=JSON)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "The body may have at most 20000 bytes; got 50019 bytes."
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/generate", "/parse", "/nothing", "/healthz"])
async def test_chunks_over_the_limit_are_refused_at_the_first_byte_too_many(client: Any, path: str) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b"x" * 1000

    answer = await client.post(path, content=chunks(), headers=JSON)
    assert answer.status_code == 413
    assert sent <= 21_000


@pytest.mark.parametrize(("size_bytes", "status"), [(20_000, 200), (20_001, 413)])
async def test_limit_itself_is_allowed(client: Any, size_bytes: int, status: int) -> None:
    body = b'{"description": "x"}'
    answer = await client.post("/generate", content=body + b" " * (size_bytes - len(body)), headers=JSON)
    assert answer.status_code == status


async def test_body_that_never_ends_is_answered_408(engine: Any, talk: Any, pass_time: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"description": "'
        pass_time(600)
        await asyncio.Event().wait()

    async with talk(create_app(Settings(body_timeout_seconds=600), engine)) as client:
        answer = await client.post("/generate", content=chunks(), headers=JSON)
    assert answer.status_code == 408
    assert answer.headers["connection"] == "close"
    assert "600 seconds; got 17 bytes" in answer.json()["detail"]
