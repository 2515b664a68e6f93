"""One line an answer, and nothing in it that a caller wrote."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.DEBUG)
    name = "server.middleware.observe"
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records if record.name == name]


async def test_line_has_method_path_status_time_and_size(client: Any, lines: Any) -> None:
    answer = await client.get("/model", headers={"X-Request-Id": "a1"})
    ((level, line),) = lines()
    assert level == "INFO"
    method, path, status, time, unit, size, _ = line.split()
    assert (method, path, status, unit) == ("GET", "/model", "200", "ms")
    assert float(time) >= 0
    assert int(size) == len(answer.content)


async def test_queries_are_left_out_and_paths_are_one_short_line(client: Any, lines: Any) -> None:
    await client.get("/model?prompt=canary")
    await client.get("/%0aforged%20line" + "x" * 500)
    assert "canary" not in lines()[0][1]
    assert "\n" not in lines()[1][1]
    assert len(lines()[1][1]) < 300


async def test_probes_are_quiet(client: Any, lines: Any) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/statusz"):
        await client.get(path)
    assert [level for level, _ in lines()] == ["DEBUG"] * 4


@pytest.mark.parametrize(
    ("method", "path", "content", "route", "status"),
    [
        ("GET", "/", b"", "/", 200),
        ("GET", "/studio.js", b"", "/studio.js", 200),
        ("GET", "/docs", b"", "/docs", 200),
        ("GET", "/openapi.json", b"", "/openapi.json", 200),
        ("PUT", "/model", b"", "/model", 405),
        ("POST", "/parse", b"x" * 30_000, "/parse", 413),
        ("POST", "/generate", b"x" * 30_000, "/generate", 413),
        ("GET", "/nothing", b"", "unmatched", 404),
        ("POST", "/nothing", b"x" * 30_000, "unmatched", 413),
    ],
)
async def test_answer_is_counted_under_its_route_wherever_it_was_given(
    client: Any, method: str, path: str, content: bytes, route: str, status: int
) -> None:
    assert (await client.request(method, path, content=content)).status_code == status
    line = f'cosmicman_http_requests_total{{method="{method}",route="{route}",status="{status}"}} 1.0'
    assert line in (await client.get("/metrics")).text


async def test_body_that_never_ends_is_counted_under_its_route(engine: Any, talk: Any) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with talk(create_app(Settings(body_timeout_seconds=0.05), engine)) as client:
        assert (await client.post("/parse", content=chunks())).status_code == 408
        assert 'route="/parse",status="408"} 1.0' in (await client.get("/metrics")).text


async def test_refusals_are_counted_by_kind_also_where_they_may_be_asked_for_again(client: Any) -> None:
    for headers in ({}, {"Idempotency-Key": "one-of-mine"}):
        assert (await client.post("/generate", json={"description": ""}, headers=headers)).status_code == 422
    await client.get("/nothing")
    text = (await client.get("/metrics")).text
    assert 'cosmicman_problems_total{kind="invalid-request"} 2.0' in text
    assert 'cosmicman_problems_total{kind="not-found"} 1.0' in text
    assert 'cosmicman_problems_total{kind="busy"} 0.0' in text
