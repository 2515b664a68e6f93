"""One line an answer, and nothing in it that a caller wrote."""

import logging
from typing import Any

import pytest


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.DEBUG)
    name = "server.middleware.observe"
    return lambda: [(record.levelname, record.getMessage()) for record in caplog.records if record.name == name]


async def test_line_has_method_path_status_time_size_and_id(client: Any, lines: Any) -> None:
    answer = await client.get("/model", headers={"X-Request-Id": "a1"})
    ((level, line),) = lines()
    assert level == "INFO"
    method, path, status, time, unit, size, _, request_id = line.split()
    assert (method, path, status, unit, request_id) == ("GET", "/model", "200", "ms", "id=a1")
    assert float(time) >= 0
    assert int(size) == len(answer.content)


async def test_queries_are_left_out_and_paths_are_one_short_line(client: Any, lines: Any) -> None:
    await client.get("/model?prompt=canary")
    await client.get("/%0aforged%20line" + "x" * 500)
    assert "canary" not in lines()[0][1]
    assert "\n" not in lines()[1][1]
    assert len(lines()[1][1]) < 300


async def test_probes_are_quiet(client: Any, lines: Any) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        await client.get(path)
    assert [level for level, _ in lines()] == ["DEBUG"] * 3
