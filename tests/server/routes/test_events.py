"""POST /generate as server-sent events: frames, order, errors inside a stream, comments that keep it open."""

import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image

from engine.engine import Queued
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
    engine.max_waiting = 0
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


async def test_previews_are_small_pictures_between_the_steps(client: Any) -> None:
    body = DRESS | {"steps": 5, "preview_every": 2}
    frames = read((await client.post("/generate", json=body, headers=STREAM)).text)
    shown = [data for name, data in frames if name == "preview"]
    assert [(each["index"], each["completed"], each["total"]) for each in shown] == [
        (0, 2, 5),
        (0, 4, 5),
        (1, 2, 5),
        (1, 4, 5),
    ]
    assert set(shown[0]) == {"index", "completed", "total", "media_type", "data", "width", "height"}
    for each in shown:
        with Image.open(io.BytesIO(base64.b64decode(each["data"]))) as image:
            assert (image.format, image.size) == ("WEBP", (each["width"], each["height"]))
            assert each["media_type"] == "image/webp"
    plain = read((await client.post("/generate", json=DRESS | {"steps": 5}, headers=STREAM)).text)
    assert [name for name, _ in frames if name != "preview"] == [name for name, _ in plain]


@pytest.mark.parametrize("accept", ["application/json", "image/png", "*/*", "text/event-stream;q=0.5, image/webp", ""])
async def test_previews_in_an_answer_that_holds_none_are_refused(client: Any, engine: Any, accept: str) -> None:
    refusal = await client.post("/generate", json={"description": "x", "preview_every": 2}, headers={"Accept": accept})
    assert refusal.status_code == 422
    assert refusal.json()["field"] == "preview_every"
    assert "is for answers of text/event-stream, which alone can hold previews; this one is" in refusal.json()["detail"]
    assert engine.seen == []


async def test_every_mistake_comes_beside_that_of_the_form(client: Any) -> None:
    body = {"description": "x", "steps": 999, "seed": "7", "preview_every": 2}
    refusal = (await client.post("/generate", json=body)).json()
    assert [each["field"] for each in refusal["errors"]] == ["steps", "seed", "preview_every"]
    streamed = (await client.post("/generate", json=body, headers=STREAM)).json()
    assert [each["field"] for each in streamed["errors"]] == ["steps", "seed"]


@pytest.mark.parametrize("every", [0, -1, 51, 2.5, "2", True])
async def test_steps_between_previews_are_checked(client: Any, every: Any) -> None:
    body = {"description": "x", "preview_every": every}
    refusal = await client.post("/generate", json=body, headers=STREAM)
    assert refusal.status_code == 422
    assert [each["field"] for each in refusal.json()["errors"]] == ["preview_every"]


async def test_model_says_whether_it_gives_previews(client: Any, engine: Any) -> None:
    assert (await client.get("/model")).json()["previews"] is True


async def test_place_in_line_is_told_again(app: Any, engine: Any, client: Any) -> None:
    """The stream tells whatever the engine tells."""
    events = engine.generate

    async def generate(settled: Any) -> AsyncIterator[Any]:
        for position in (3, 1, 0):
            yield Queued(position=position)
        async for event in events(settled):
            if not isinstance(event, Queued):
                yield event

    engine.generate = generate
    frames = read((await client.post("/generate", json=DRESS, headers=STREAM)).text)
    assert [data["position"] for name, data in frames if name == "queued"] == [3, 1, 0]
    assert {data["id"] for name, data in frames if name == "queued"} == {frames[-1][1]["id"]}


async def test_attention_comes_in_the_image_events(client: Any) -> None:
    told = read((await client.post("/generate", json=DRESS | {"attention": True}, headers=STREAM)).text)
    plain = read((await client.post("/generate", json=DRESS, headers=STREAM)).text)
    images = [data for name, data in told if name == "image"]
    assert images and all(set(image["attention"]) == {"person", "dress"} for image in images)
    assert all("attention" not in data for name, data in plain if name == "image")
