"""GET /statusz: for people a page without a script, for programs the same as JSON."""

import asyncio
import re
import shutil
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.async_api import async_playwright

from engine.engine import EngineStats
from engine.request.stats import BucketStats, CostStats
from server.observability.recent import MEMORY_SECONDS, Recent
from server.routes.status_page import duration
from server.schemas.status import StatusAnswer

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
PROBLEM = {"description": "", "steps": "canary"}


def busy() -> EngineStats:
    return EngineStats(
        running=4,
        waiting=2,
        running_by_priority={"high": 1, "normal": 3, "low": 0},
        waiting_by_priority={"high": 0, "normal": 0, "low": 2},
        undecoded=1,
        steps_total=412,
        images_total=21,
        forwards_total=80,
        rows_total=430,
        buckets=tuple(
            BucketStats(bucket=name, requests=2, waiting_rows=1, running_rows=5, deficit_seconds=0.1, row_limit=8)
            for name in ("8x12x77", "16x24x77", "12x12x154")
        ),
        costs=tuple(
            CostStats(bucket=name, rows=rows, seconds=0.011 * rows + 0.003, num_measured=9)
            for name in ("8x12x77", "16x24x77", "12x12x154")
            for rows in (1, 2, 4, 8)
        ),
    )


async def seen(client: Any, **headers: str) -> Mapping[str, Any]:
    found: dict[str, Any] = (await client.get("/statusz", headers={"Accept": "application/json", **headers})).json()
    return found


async def test_json_tells_what_happened(client: Any, engine: Any) -> None:
    await client.post("/generate", json={"description": "a red dress"})
    for _ in range(3):
        await client.post("/generate", json=PROBLEM)
    await client.get("/nothing")
    found = await seen(client)
    assert StatusAnswer.model_validate(found)
    assert (found["model"], found["state"]) == ("rectangles", "ready")
    assert found["problems"] == {"invalid-request": 3, "not-found": 1}
    assert found["latency_seconds"] == {"0.5": 0.25, "0.95": 0.25, "0.99": 0.25}
    assert found["memory_bytes"] > 10_000_000
    assert found["http_requests_running"] == 1
    engine.stopped = True
    assert (await seen(client))["state"] == "not ready"


async def test_stopping_server_says_so(app: Any, client: Any) -> None:
    app.state.gateway.stop.set()
    assert (await seen(client))["state"] == "stopping"


async def test_page_is_for_people(client: Any, engine: Any) -> None:
    engine.stats = busy
    await client.post("/generate", json=PROBLEM)
    answer = await client.get("/statusz")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["refresh"] == "5"
    assert "script-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert "<td>invalid-request</td><td>1</td>" in answer.text
    assert "<td>12x12x154</td>" in answer.text
    assert "canary" not in answer.text


async def test_refusals(client: Any) -> None:
    answer = await client.get("/statusz", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert answer.json()["detail"] == 'Accept must allow one of text/html, application/json; got "image/png".'
    assert (await client.post("/statusz")).status_code == 405
    assert (await client.head("/statusz")).content == b""


def test_rates_are_differences_and_old_things_are_forgotten() -> None:
    now = 1000.0
    recent = Recent(clock=lambda: now)
    assert recent.rates(EngineStats(steps_total=5)).steps_per_second == 0
    for number in range(200):
        now = 1000.0 + 5 * number
        recent.sample(EngineStats(steps_total=50 * number, images_total=number, forwards_total=number))
        recent.finished(float(number))
        recent.problem("busy")
    now += 1
    rates = recent.rates(EngineStats(steps_total=50 * 199, images_total=199, forwards_total=199, rows_total=60))
    assert MEMORY_SECONDS - 10 < rates.seconds < MEMORY_SECONDS + 10
    assert rates.steps_per_second == pytest.approx(10, rel=0.05)
    assert rates.images_per_minute == pytest.approx(12, rel=0.05)
    assert recent.problems() == {"busy": 60}
    assert recent.latencies()[0.5] == pytest.approx(170, abs=2)
    now += MEMORY_SECONDS
    assert recent.problems() == recent.latencies() == {}


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (65, "1 min 5 s"), (3600, "1 h"), (93_784, "1 d 2 h"), (86_401, "1 d 1 s")]
)
def test_durations_have_two_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 360])
async def test_page_fits_and_asks_again(app: Any, engine: Any, listen: Any, width: int) -> None:
    engine.stats = busy
    async with listen(app) as running, async_playwright() as playwright:
        chromium = next(path for path in map(shutil.which, CHROMIUM_NAMES) if path)
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": width, "height": 800})
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        await page.goto(f"{running.url}/statusz")
        first = await page.text_content("footer")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert re.search(r"4\s*running|running\s*4", await page.inner_text("dl"))
        async with asyncio.timeout(60):
            while await page.text_content("footer") == first:
                await asyncio.sleep(0.2)
        await browser.close()
        assert errors == []
