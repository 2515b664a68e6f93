"""By real arithmetic: the SDK gets the very files that POST /generate gives, and what it is told is true of them."""

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI
from PIL import Image

from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest
from engine.pictures.encode import read_provenance
from engine.prompt.planner import PromptPlan
from server.app import create_app
from server.settings import Settings

PROMPT = "a woman in a red dress, no hat"


@pytest.fixture
async def live(bundle: Path, listen: Any) -> AsyncIterator[Any]:
    engine = Engine.load(bundle, EngineSettings(num_threads=1, warm_up=False))
    async with listen(create_app(Settings(), engine)) as running:
        yield running


@pytest.fixture
def model(live: Any) -> Engine:
    engine = live.server.gateway.engine
    assert isinstance(engine, Engine)
    return engine


#: What is asked of the SDK, of its `extra_body`, and of POST /generate for the same.
SAME: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a seed": ({}, {"seed": 7}, {"seed": 7}),
    "two": ({"n": 2}, {"seed": 7}, {"seed": 7, "num_images": 2}),
    "a small jpeg": (
        {"output_format": "jpeg", "output_compression": 40},
        {"seed": 7},
        {"seed": 7, "image_format": "jpeg", "image_quality": 40},
    ),
    "the smallest webp": (
        {"output_format": "webp", "output_compression": 0},
        {"seed": 7},
        {"seed": 7, "image_format": "webp", "image_quality": 1},
    ),
    "a size": ({"size": "48x32"}, {"seed": 7}, {"seed": 7, "width": 48, "height": 32}),
    "all of it": (
        {"quality": "low"},
        {
            "seed": 9,
            "negative_prompt": "coat",
            "guidance_scale": 2.5,
            "weights": {"dress": 1.5},
            "sampler": "euler_a",
            "guidance_interval": [0.1, 0.9],
            "second_pass": {"strength": 0.5},
        },
        {
            "seed": 9,
            "negative_description": "coat",
            "guidance_scale": 2.5,
            "weights": {"dress": 1.5},
            "sampler": "euler_a",
            "guidance_interval": [0.1, 0.9],
            "second_pass": {"strength": 0.5},
        },
    ),
}


@pytest.mark.parametrize("name", SAME)
async def test_the_files_are_those_of_generate(live: Any, model: Engine, sdk: AsyncOpenAI, name: str) -> None:
    asked, extra, body = SAME[name]
    if asked.get("quality") == "low":
        body = body | {"steps": model.model.default_steps // 2}
    answer = await sdk.images.generate(prompt=PROMPT, extra_body=extra, **asked)
    async with httpx.AsyncClient(base_url=live.url, timeout=120) as client:
        same = (await client.post("/generate", json=body | {"description": PROMPT})).raise_for_status().json()
    assert answer.data is not None
    assert [each.b64_json for each in answer.data] == [each["data"] for each in same["images"]]


async def test_a_stream_gives_the_same_file(live: Any, sdk: AsyncOpenAI) -> None:
    asked: dict[str, Any] = {"prompt": PROMPT, "extra_body": {"seed": 7}}
    alone = await sdk.images.generate(**asked)
    stream = await sdk.images.generate(stream=True, **asked)
    (last,) = [event async for event in stream]
    assert alone.data is not None and alone.usage is not None
    assert last.b64_json == alone.data[0].b64_json
    assert last.type == "image_generation.completed"
    assert last.usage.total_tokens == alone.usage.total_tokens


async def test_usage_counts_what_the_model_reads_and_makes(live: Any, model: Engine, sdk: AsyncOpenAI) -> None:
    answer = await sdk.images.generate(prompt=PROMPT, n=2, extra_body={"negative_prompt": "coat"})
    assert answer.data is not None and answer.usage is not None
    kept = read_provenance(base64.b64decode(answer.data[0].b64_json or ""))
    assert kept["negative_description"] == "coat"
    plan = model._diffusion.plan(model.prepare(_request(PROMPT)).description, "coat", guided=True)
    assert isinstance(plan, PromptPlan)
    assert answer.usage.input_tokens_details.text_tokens == plan.num_tokens
    with Image.open(io.BytesIO(base64.b64decode(answer.data[0].b64_json or ""))) as picture:
        side = model.model.pixels_of_a_latent
        assert answer.usage.output_tokens == 2 * (picture.width // side) * (picture.height // side)


def _request(text: str) -> GenerationRequest:
    return GenerationRequest(description=parse(text))


async def test_partial_images_are_the_engine_s_previews(live: Any, model: Engine, sdk: AsyncOpenAI) -> None:
    assert model.model.previews
    stream = await sdk.images.generate(
        prompt=PROMPT, stream=True, partial_images=2, extra_body={"num_inference_steps": 9}
    )
    *partial, last = [event async for event in stream]
    assert last.type == "image_generation.completed"
    assert len(partial) <= 2, "one that is not made in time is left out"
    for event in partial:
        with Image.open(io.BytesIO(base64.b64decode(event.b64_json))) as picture:
            assert (picture.format, f"{picture.width}x{picture.height}") == ("PNG", event.size)
