"""What nobody expected: a 500 problem for the client, the traceback for the log."""

from typing import Any

import pytest


async def test_no_traceback_reaches_the_client(client: Any, engine: Any, caplog: pytest.LogCaptureFixture) -> None:
    engine.prepare = lambda request, **options: 1 / 0
    answer = await client.post("/generate", json={"description": "x"}, headers={"X-Request-Id": "broken-1"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == "broken-1"
    assert "zero" not in answer.text.lower()
    assert "ZeroDivisionError" in caplog.text
    assert "content-security-policy" in answer.headers


async def test_engine_that_breaks_in_a_generation_is_a_500_too(client: Any, engine: Any) -> None:
    engine.failure = RuntimeError("secret path")
    answer = await client.post("/generate", json={"description": "x"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["type"] == "/docs#internal-error"
