"""What is no HTTP is refused in the same shape as everything else, once, and nothing breaks of it."""

import json
import logging
from typing import Any

import pytest

HOST = b"Host: localhost\r\n"


def problem_of(said: bytes) -> Any:
    head, _, body = said.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert b"X-Content-Type-Options: nosniff" in head
    return json.loads(body)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"\x00\x01\x02\x03\r\n\r\n", "illegal request line"),
        (b"GET / HTTP/1.1\r\n\r\n", "Host"),
        (b"GET / HTTP/1.1\r\n" + HOST * 2 + b"\r\n", "Host"),
        (b"POST /parse HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n", "Content-Length"),
    ],
)
async def test_what_is_no_http_is_a_problem_too(serving: Any, dial: Any, sent: bytes, words: str) -> None:
    async with serving() as running, dial(running.port) as client:
        await client.send(sent)
        said = await client.until_closed()
    assert said.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    problem = problem_of(said)
    assert problem["type"] == "/docs#invalid-http"
    assert words in problem["detail"]


async def test_header_without_end_is_431(serving: Any, dial: Any) -> None:
    async with serving() as running, dial(running.port) as client:
        await client.send(b"GET / HTTP/1.1\r\n" + HOST + b"X-Long: " + b"a" * 60_000)
        said = await client.until_closed()
    assert said.startswith(b"HTTP/1.1 431 ")
    assert problem_of(said)["type"] == "/docs#header-too-large"


async def test_chunk_that_is_none_after_the_answer_breaks_nothing(
    serving: Any, dial: Any, caplog: pytest.LogCaptureFixture
) -> None:
    head = b"POST /parse HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving(max_body_bytes=10) as running, dial(running.port) as client:
        await client.send(head + b"14\r\n" + b"x" * 20 + b"\r\n")
        assert (await client.reader.readline()).startswith(b"HTTP/1.1 413 ")
        await client.send(b"zz\r\n")
        await client.until_closed()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_chunk_that_is_none_ends_the_work_on_it(serving: Any, dial: Any) -> None:
    head = b"POST /parse HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with serving() as running, dial(running.port) as client:
        await client.send(head + b"zz\r\n")
        assert (await client.until_closed()).startswith(b"HTTP/1.1 400 ")
        async with dial(running.port) as other:
            await other.send(b"GET /healthz HTTP/1.0\r\n\r\n")
            assert (await other.until_closed()).startswith(b"HTTP/1.1 200 OK")
