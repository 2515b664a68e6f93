"""Requests with and without keys: who is let in, what the others are told, and what ends when a key is revoked."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from server.app import create_app
from server.auth.key import new_key
from server.auth.keys_file import editing
from server.settings import Settings

BODY = {"description": "a woman in a red dress"}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def refused(answer: httpx.Response, *, status: int = 401, slug: str = "unauthorized") -> str:
    """The detail of a refusal, which has the shape of every other one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"].endswith(f"#{slug}")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if status == 401:
        assert answer.headers["www-authenticate"].startswith('Bearer realm="cosmicman"')
    return str(problem["detail"])


async def test_a_key_opens_what_its_scope_says(client: Any, engine: Any, shop: str) -> None:
    answer = await client.post("/generate", json=BODY, headers=bearer(shop))
    assert answer.status_code == 200
    assert engine.seen[-1].caller == "shop"
    for path in ("/model", "/groups"):
        assert (await client.get(path, headers=bearer(shop))).status_code == 200
    assert "scope metrics" in refused(await client.get("/metrics", headers=bearer(shop)), status=403, slug="forbidden")


async def test_a_scraper_has_a_key_of_its_own(client: Any, make_key: Callable[..., str]) -> None:
    scraper = make_key("prometheus", scopes=("metrics",))
    async with asyncio.timeout(60):
        while (await client.get("/metrics", headers=bearer(scraper))).status_code != 200:
            await asyncio.sleep(0.05)
    for path in ("/generate", "/denoise"):
        refused(await client.post(path, json=BODY, headers=bearer(scraper)), status=403, slug="forbidden")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/", "/docs", "/openapi.json", "/index.html"])
async def test_what_tells_nothing_needs_no_key(client: Any, path: str) -> None:
    assert (await client.get(path)).status_code == 200
    assert (await client.head(path)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/generate"),
        ("POST", "/denoise"),
        ("POST", "/parse"),
        ("GET", "/model"),
        ("GET", "/metrics"),
        ("GET", "/x"),
    ],
)
async def test_everything_else_needs_one(client: Any, method: str, path: str) -> None:
    assert "Authorization: Bearer KEY" in refused(await client.request(method, path))


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([("Authorization", "Basic dXNlcjpwYXNz")], "of another form"),
        ([("Authorization", "Bearer")], "of another form"),
        ([("Authorization", "")], "of another form"),
        ([("Authorization", "Bearer x"), ("Authorization", "Bearer y")], "got 2 Authorization headers"),
        ([("X-API-Key", "x")], "X-API-Key is not read"),
        ([("Authorization", "Bearer clé".encode("latin-1"))], "other characters"),
        ([("Authorization", "Bearer " + "x" * 10_000)], "this has 10000"),
        ([("Authorization", f"Bearer {new_key()}")], "no such key"),
    ],
)
async def test_what_is_no_good_key_is_told_why(client: Any, engine: Any, headers: Any, reason: str) -> None:
    answer = await client.post("/generate", json=BODY, headers=headers)
    assert reason in refused(answer)
    assert not engine.seen
    sent = headers[0][1]
    assert len(sent) < 20 or str(sent).removeprefix("Bearer ") not in answer.text


async def test_the_scheme_is_read_in_any_case(client: Any, shop: str) -> None:
    assert (await client.get("/model", headers={"Authorization": f"bearer  {shop}"})).status_code == 200


async def test_without_keys_a_header_is_nothing_to_look_at(engine: Any, talk: Any, tmp_path: Path) -> None:
    async with talk(create_app(Settings(state=tmp_path), engine)) as client:
        answer = await client.post("/generate", json=BODY, headers={"Authorization": "Bearer sk-anything"})
    assert answer.status_code == 200
    assert engine.seen[-1].caller == ""


async def test_metrics_may_be_opened(engine: Any, talk: Any, settings: Settings) -> None:
    async with talk(create_app(settings.model_copy(update={"open_metrics": True}), engine)) as client:
        assert (await client.get("/metrics")).status_code == 200
        refused(await client.get("/model"))


def revoke(keys_file: Path) -> None:
    with editing(keys_file) as keys:
        keys[:] = [replace(key, revoked="2026-11-30T12:00:00Z") for key in keys]


@pytest.mark.parametrize("repeatable", [False, True])
async def test_a_revoked_key_ends_what_it_has_running(
    app: FastAPI, listen: Any, engine: Any, shop: str, keys_file: Path, repeatable: bool
) -> None:
    engine.gate.clear()
    headers = bearer(shop)
    names: list[dict[str, str]] = [{"Idempotency-Key": name} for name in "ab"] if repeatable else [{}, {}]
    async with listen(app) as live, httpx.AsyncClient(base_url=live.url, timeout=60) as client:
        plain = asyncio.create_task(client.post("/generate", json=BODY, headers=headers | names[0]))
        stream = headers | names[1] | {"Accept": "text/event-stream"}
        async with client.stream("POST", "/generate", json=BODY, headers=stream) as answer:
            lines = answer.aiter_lines()
            while await anext(lines) != "event: queued":
                pass
            loop = asyncio.get_running_loop()
            revoke(keys_file)
            revoked_at = loop.time()
            rest = [line async for line in lines]
        assert loop.time() - revoked_at < 30, "half a second, and what a busy machine adds"
        detail = refused(await plain)
        after = refused(await client.post("/generate", json=BODY, headers=headers))
    assert "revoked or expired meanwhile" in detail
    assert after == "The API key is not accepted: the key shop was revoked."
    (error,) = [json.loads(line.removeprefix("data: ")) for line in rest if "unauthorized" in line]
    assert error["type"].endswith("#unauthorized") and error["detail"] == detail
    assert len(engine.cancelled) == 2


async def test_a_new_key_is_seen(client: Any, make_key: Callable[..., str]) -> None:
    key = make_key("later")
    async with asyncio.timeout(60):
        while (await client.get("/model", headers=bearer(key))).status_code != 200:
            await asyncio.sleep(0.05)


async def test_a_file_that_cannot_be_read_any_more_changes_nothing_and_is_told_once(
    client: Any,
    shop: str,
    keys_file: Path,
    caplog: pytest.LogCaptureFixture,
    eventually: Callable[..., Awaitable[None]],
) -> None:
    kept = keys_file.read_bytes()
    keys_file.write_bytes(b"{")
    await eventually(lambda: "stay in use" in caplog.text)
    assert (await client.get("/model", headers=bearer(shop))).status_code == 200
    await asyncio.sleep(1.2)
    assert caplog.text.count("stay in use") == 1
    keys_file.unlink()
    await eventually(lambda: caplog.text.count("stay in use") == 2)
    assert (await client.get("/model", headers=bearer(shop))).status_code == 200
    with caplog.at_level("INFO"):
        keys_file.write_bytes(kept)
        await eventually(lambda: "readable again" in caplog.text)


async def test_a_file_that_comes_later_is_asked_for(
    engine: Any, talk: Any, tmp_path: Path, shop: str, keys_file: Path
) -> None:
    late = tmp_path / "state"
    late.mkdir()
    async with talk(create_app(Settings(state=late), engine)) as client:
        assert (await client.get("/model")).status_code == 200
        keys_file.rename(late / "keys.json")
        async with asyncio.timeout(60):
            while (await client.get("/model")).status_code != 401:
                await asyncio.sleep(0.05)
        assert (await client.get("/model", headers=bearer(shop))).status_code == 200
