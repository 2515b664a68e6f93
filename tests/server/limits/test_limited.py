"""Callers over HTTP: what counts, who is refused with what, and that one caller's haste is no other one's trouble."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.errors import CallerBusyError
from server.app import create_app
from server.http.problems import KINDS, ProblemError
from server.settings import Settings

BODY = {"description": "a woman in a red dress"}
Header = Callable[..., dict[str, str]]


def refused(answer: httpx.Response) -> str:
    assert answer.status_code == 429, answer.text
    assert answer.json()["type"].endswith("#too-many-requests")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    return str(answer.json()["detail"])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.status in (429, 503)], ids=lambda kind: kind.slug)
def test_whoever_is_to_come_back_is_told_when(kind: Any) -> None:
    assert int(ProblemError(kind, "x").headers["Retry-After"]) >= 1


async def test_a_key_has_its_requests_a_minute(engine: Any, talk: Any, keys_file: Path, key_header: Header) -> None:
    shop, other = key_header("shop", requests_per_minute=3), key_header("other")
    async with talk(create_app(Settings(keys=keys_file), engine)) as client:
        for _ in range(2):
            assert (await client.post("/generate", json=BODY, headers=shop)).status_code == 200
        assert (await client.post("/generate", json={}, headers=shop)).status_code == 422
        detail = refused(await client.post("/generate", json=BODY, headers=shop))
        assert detail.startswith("shop may send 3 requests a minute, and has; there is room again in ")
        for _ in range(5):
            assert (await client.post("/parse", json={"text": "a red hat"}, headers=shop)).status_code == 200
            assert (await client.get("/model", headers=shop)).status_code == 200
            assert (await client.post("/generate", json=BODY, headers=other)).status_code == 200


async def test_the_setting_is_for_keys_without_a_number_and_for_addresses_without_keys(
    engine: Any, talk: Any, keys_file: Path, key_header: Header, tmp_path: Path
) -> None:
    shop, more = key_header("shop"), key_header("more", requests_per_minute=9)
    async with talk(create_app(Settings(keys=keys_file, requests_per_minute=1), engine)) as client:
        assert (await client.post("/generate", json=BODY, headers=shop)).status_code == 200
        refused(await client.post("/generate", json=BODY, headers=shop))
        for _ in range(3):
            assert (await client.post("/generate", json=BODY, headers=more)).status_code == 200
    engine.stopped = False
    async with talk(create_app(Settings(state=tmp_path / "none", requests_per_minute=1), engine)) as client:
        assert (await client.post("/generate", json=BODY)).status_code == 200
        assert refused(await client.post("/generate", json=BODY)).startswith("Your address may send 1 requests")


async def test_a_key_has_its_generations_at_a_time(
    engine: Any, listen: Any, keys_file: Path, key_header: Header, eventually: Any
) -> None:
    shop, other = key_header("shop", concurrent=2), key_header("other")
    engine.gate.clear()
    app = create_app(Settings(keys=keys_file), engine)
    async with listen(app) as live, httpx.AsyncClient(base_url=live.url, timeout=60) as client:
        stream = shop | {"Accept": "text/event-stream"}
        running = [
            asyncio.create_task(client.post("/generate", json=BODY, headers=headers)) for headers in (shop, stream)
        ]
        await eventually(lambda: len(engine.seen) == 2)
        for headers in (shop, stream):
            detail = refused(await client.post("/generate", json=BODY, headers=headers))
            assert detail.startswith("shop may have 2 generations at a time")
        assert (await client.post("/generate", json={}, headers=shop)).status_code == 422, "it takes no place"
        theirs = asyncio.create_task(client.post("/generate", json=BODY, headers=other))
        await eventually(lambda: len(engine.seen) == 3)
        engine.gate.set()
        assert [answer.status_code for answer in await asyncio.gather(*running, theirs)] == [200, 200, 200]
        assert (await client.post("/generate", json=BODY, headers=shop)).status_code == 200
        metrics = app.state.gateway.metrics.registry
        assert metrics.get_sample_value("cosmicman_generations_total", {"outcome": "refused"}) == 2


async def test_one_at_ten_times_its_limit_does_not_delay_another(
    engine: Any, listen: Any, keys_file: Path, key_header: Header
) -> None:
    hasty, patient = key_header("hasty", requests_per_minute=20, concurrent=2), key_header("patient")
    async with (
        listen(create_app(Settings(keys=keys_file), engine)) as live,
        httpx.AsyncClient(base_url=live.url, timeout=60, limits=httpx.Limits(max_connections=100)) as client,
    ):
        flood = [asyncio.create_task(client.post("/generate", json=BODY, headers=hasty)) for _ in range(200)]
        loop, waits = asyncio.get_running_loop(), []
        for _ in range(10):
            began = loop.time()
            answer = await client.post("/generate", json=BODY, headers=patient)
            waits.append(loop.time() - began)
            assert answer.status_code == 200
        answers = await asyncio.gather(*flood)
    drawn = sum(answer.status_code == 200 for answer in answers)
    assert 1 <= drawn <= 20
    assert {answer.status_code for answer in answers} == {200, 429}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 429)
    assert max(waits) < 30, "what a busy machine takes for a few refusals"


async def test_a_share_of_the_line_that_is_taken_is_the_callers_matter(client: Any, engine: Any) -> None:
    engine.failure = CallerBusyError("shop has 54 requests running or waiting", retry_after_seconds=3.2)
    answer = await client.post("/generate", json=BODY)
    assert refused(answer) == "shop has 54 requests running or waiting"
    assert answer.headers["retry-after"] == "4"


async def test_rows_of_latents_take_a_place_and_count_for_the_minute(
    engine: Any, talk: Any, keys_file: Path, key_header: Header, eventually: Any
) -> None:
    shop = key_header("shop", concurrent=1, requests_per_minute=3)
    rows = {"latents": "AA" * 4096, "shape": [1, 4, 24, 16], "timesteps": [1], "descriptions": ["a woman"]}
    async with talk(create_app(Settings(keys=keys_file), engine)) as client:
        engine.gate.clear()
        first = asyncio.create_task(client.post("/denoise", json=rows, headers=shop))
        await eventually(lambda: bool(engine.denoised))
        assert "shop" in refused(await client.post("/denoise", json=rows, headers=shop))
        engine.gate.set()
        assert (await first).status_code == 200 and engine.denoised[0].caller == "shop"
        assert (await client.post("/denoise", json=rows, headers=shop)).status_code == 200
        assert "may send 3 requests a minute" in refused(await client.post("/denoise", json=rows, headers=shop))
