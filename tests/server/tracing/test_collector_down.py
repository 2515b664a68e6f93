"""A collector that is away, refuses or hangs: requests are answered as ever, and what is lost is counted."""

import asyncio
import logging
import time
from typing import Any

import pytest

from server.app import create_app
from server.settings import Settings
from server.tracing import export
from tests.server.tracing.collector import Collector

BODY = {"description": "a red dress", "steps": 2}


async def test_nobody_at_the_address(engine: Any, talk: Any, port: int, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(traces=f"http://127.0.0.1:{port}", shutdown_timeout_seconds=2)
    async with talk(create_app(settings, engine)) as client:
        assert (await client.post("/generate", json=BODY)).status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 30
    assert "cosmicman" not in "".join(record.name for record in caplog.records if record.levelname == "ERROR")


async def test_collector_that_hangs_holds_up_neither_requests_nor_the_end(
    trace: Any, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    collector.answers.clear()
    async with trace(shutdown_timeout_seconds=0.5) as client:
        assert (await client.post("/generate", json=BODY)).status_code == 200
        began = time.monotonic()
    assert time.monotonic() - began < 30
    assert "the last traces were not sent within 0.5 seconds" in caplog.text


async def test_what_a_collector_refuses_is_counted_and_said_once(
    trace: Any, collector: Collector, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(export, "PAUSE_MILLISECONDS", 20)
    collector.status = 400
    async with trace() as client:

        async def lost() -> float:
            text = (await client.get("/metrics")).text
            return float(text.partition('cosmicman_trace_spans_total{outcome="lost"} ')[2].split()[0])

        async with asyncio.timeout(60):
            for wanted in (1, 2):
                await client.get("/model")
                while await lost() < wanted:
                    await asyncio.sleep(0.01)
        collector.status = 200
        await client.get("/model")
    assert caplog.text.count("takes no traces; requests go on without") == 1
    assert caplog.text.count("takes traces again") == 1
    assert len(collector.spans) == 1
