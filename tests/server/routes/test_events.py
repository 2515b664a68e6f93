"""POST /generate as server-sent events: frames, order, errors inside a stream, comments that keep it open."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

from engine.errors import GenerationError
from server.app import create_app
from server.settings import Settings

STREAM = {"Accept": "text/event-stream"}
DRESS = {"description": "a woman in a red dress", "seed": 7, "steps": 2, "num_images": 2}


def read(text: str) -> list[tuple[str, Any]]:
    frames = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            frames.append((fields["event"], json.loads(fields["data"])))
    return frames


async def line_of(lines: AsyncIterator[str], wanted: str) -> None:
    """Reads on until a line comes."""
    async for line in lines:
        if line == wanted:
            return
    raise AssertionError(f"the stream ended without {wanted!r}")


async def test_events_come_in_order_and_carry_the_answer(client: Any) -> None:
    answer = await client.post("/generate", json=DRESS, headers=STREAM)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.endswith("\n\n")
    frames = read(answer.text)
    assert [name for name, _ in frames] == ["queued", "started", *["step"] * 4, "image", "image", "finished"]
    data = [item for _, item in frames]
    assert data[0] == {"id": answer.headers["x-request-id"], "position": 0}
    assert (data[1]["seed"], data[1]["model"], data[1]["steps"]) == (7, "rectangles", 2)
    assert data[1]["groups"][-1]["group"] == "dress"
    assert [item["completed"] for item in data[2:6]] == [1, 2, 3, 4]
    assert [item["index"] for item in data[6:8]] == [0, 1]
    assert data[8]["timings"]["total_seconds"] == 0.25


async def test_stream_and_json_hold_the_same_picture(client: Any) -> None:
    frames = read((await client.post("/generate", json=DRESS, headers=STREAM)).text)
    answer = (await client.post("/generate", json=DRESS)).json()
    assert [data for name, data in frames if name == "image"] == answer["images"]


async def test_refusal_before_the_first_event_is_an_ordinary_answer(client: Any) -> None:
    refusal = await client.post("/generate", json={"description": "x", "steps": 999}, headers=STREAM)
    assert refusal.status_code == 422
    assert refusal.headers["content-type"] == "application/problem+json"


async def test_full_line_is_an_ordinary_answer(engine: Any, client: Any) -> None:
    engine._max_waiting = 0
    refusal = await client.post("/generate", json=DRESS, headers=STREAM)
    assert refusal.status_code == 503
    assert "retry-after" in refusal.headers


async def test_failure_after_the_start_is_an_error_event(client: Any, engine: Any) -> None:
    engine.failure, engine.stop_at_step = GenerationError("the latents are not finite"), 1
    answer = await client.post("/generate", json=DRESS, headers=STREAM)
    frames = read(answer.text)
    assert [name for name, _ in frames] == ["queued", "started", "step", "error"]
    problem = frames[-1][1]
    assert (problem["status"], problem["detail"]) == (500, "the latents are not finite")
    assert problem["request_id"] == answer.headers["x-request-id"]


async def test_unexpected_failure_after_the_start_is_an_error_event_without_its_words(
    client: Any, engine: Any, caplog: Any
) -> None:
    engine.failure, engine.stop_at_step = RuntimeError("secret path"), 1
    answer = await client.post("/generate", json=DRESS, headers=STREAM)
    name, problem = read(answer.text)[-1]
    assert (name, problem["status"], problem["title"]) == ("error", 500, "Internal error")
    assert "secret" not in answer.text
    assert "RuntimeError: secret path" in caplog.text


async def test_deadline_in_a_stream_is_an_error_event_and_comments_keep_it_open(
    engine: Any, listen: Any, pass_time: Any
) -> None:
    engine.gate.clear()
    settings = Settings(request_timeout_seconds=600, keep_alive_seconds=10)
    async with (
        listen(create_app(settings, engine)) as running,
        httpx.AsyncClient(base_url=running.url, timeout=None) as client,
        client.stream("POST", "/generate", json=DRESS, headers=STREAM) as answer,
    ):
        lines = answer.aiter_lines()
        await line_of(lines, "event: started")
        pass_time(settings.keep_alive_seconds)
        await line_of(lines, ": keep-alive")
        pass_time(settings.request_timeout_seconds)
        rest = "\n".join([line async for line in lines])
    name, problem = read(rest.strip())[-1]
    assert (name, problem["status"]) == ("error", 504)
    assert len(engine.cancelled) == 1


async def test_stopping_server_tells_the_clients_it_has_no_time_for(app: Any, client: Any, engine: Any) -> None:
    engine.gate.clear()
    app.state.gateway.stop.set()
    answer = await client.post("/generate", json=DRESS, headers=STREAM)
    assert answer.status_code == 503 or read(answer.text)[-1][1]["status"] == 503
    refused = await client.post("/generate", json=DRESS)
    assert refused.status_code == 503
    assert "stopping" in refused.json()["detail"]
    assert "retry-after" in refused.headers
    assert engine.stats().running == 0
