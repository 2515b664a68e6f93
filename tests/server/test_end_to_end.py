"""The gateway around the real engine with a tiny bundle: a description in, a picture out, and how to make it again."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, Queued
from server.app import create_app
from server.settings import Settings

REQUEST = GenerationRequest(description=parse("a woman in a red dress"), seed=11, steps=3)
BODY = {"description": "a woman in a red dress", "negative_description": "hat", "seed": 11, "steps": 3}


@pytest.fixture
def engine(bundle: Path) -> Engine:
    return Engine.load(bundle, EngineSettings(num_threads=1, max_waiting=2, max_running=1))


@pytest.fixture
async def served(engine: Engine, talk: Any) -> AsyncIterator[Any]:
    async with talk(create_app(Settings(), engine)) as client:
        yield client


def picture(answer: Any) -> Image.Image:
    return Image.open(io.BytesIO(answer.content))


async def test_same_request_same_picture_in_every_form(served: Any) -> None:
    as_json = (await served.post("/generate", json=BODY)).json()
    as_png = await served.post("/generate", json=BODY, headers={"Accept": "image/png"})
    events = (await served.post("/generate", json=BODY, headers={"Accept": "text/event-stream"})).text
    assert as_png.status_code == 200
    assert base64.b64decode(as_json["images"][0]["data"]) == as_png.content
    (line,) = (part for part in events.split("\n\n") if "event: image" in part)
    assert json.loads(line.partition("data: ")[2]) == as_json["images"][0]
    assert [group["group"] for group in as_json["groups"]] == ["person", "dress"]
    assert as_json["timings"]["denoise_seconds"] > 0


async def test_metadata_of_a_picture_makes_it_again(served: Any) -> None:
    first = await served.post("/generate", json=BODY | {"width": 48, "height": 32}, headers={"Accept": "image/png"})
    recipe = json.loads(picture(first).info["cosmicman"])
    again = {name: recipe[name] for name in (*BODY, "width", "height", "guidance_scale", "sampler")}
    second = await served.post("/generate", json=again, headers={"Accept": "image/png"})
    assert picture(second).tobytes() == picture(first).tobytes()
    assert picture(first).size == (48, 32)


@pytest.mark.parametrize("name", ["webp", "jpeg"])
async def test_other_formats(served: Any, name: str) -> None:
    answer = await served.post("/generate", json=BODY, headers={"Accept": f"image/{name}"})
    assert picture(answer).get_format_mimetype() == f"image/{name}" == answer.headers["content-type"]


async def test_model_s_limits_are_the_bundle_s(served: Any) -> None:
    model = (await served.get("/model")).json()
    assert model["name"] == "tiny"
    wrong = {"description": "x", "width": 33, "steps": model["max_steps"] + 1, "sampler": "magic"}
    problem = (await served.post("/generate", json=wrong)).json()
    assert [error["field"] for error in problem["errors"]] == ["width", "steps", "sampler"]


async def test_line_of_the_engine_is_bounded(served: Any, engine: Engine) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(3):  # one runs and two wait; whoever does not read on keeps its place
            events = await stack.enter_async_context(aclosing(engine.generate(REQUEST)))
            assert isinstance(await anext(events), Queued)
        answers = await asyncio.gather(*(served.post("/generate", json=BODY) for _ in range(5)))
        assert [answer.status_code for answer in answers] == [503] * 5
        assert all("retry-after" in answer.headers for answer in answers)
    answers = await asyncio.gather(*(served.post("/generate", json=BODY) for _ in range(3)))
    assert [answer.status_code for answer in answers] == [200] * 3
    metrics = (await served.get("/metrics")).text
    assert 'cosmicman_generations_total{outcome="refused"} 5.0' in metrics
    assert "cosmicman_requests_waiting 0.0" in metrics


async def test_client_that_leaves_stops_the_real_engine(bundle: Path, listen: Any, eventually: Any) -> None:
    engine = Engine.load(bundle, EngineSettings(num_threads=1))
    body = json.dumps(BODY | {"steps": 30, "num_images": 8}).encode()
    async with listen(create_app(Settings(), engine)) as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        head = "POST /generate HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
        head += f"Content-Length: {len(body)}\r\nContent-Type: application/json\r\n\r\n"
        writer.write(head.encode() + body)
        while b"event: step" not in await reader.readline():
            pass
        writer.close()
        await eventually(lambda: engine.stats().cancelled_total == 1)
        await eventually(lambda: engine.stats().running == 0)
    assert engine.stats().steps_total < 8 * 30
    assert engine.stats().images_total < 8
