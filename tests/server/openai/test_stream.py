"""The official SDK streams: the picture as an event, partial images before it, errors after the first byte."""

import asyncio
import base64
import io
from dataclasses import replace
from typing import Any

import httpx
import pytest
from openai import APIError, AsyncOpenAI, InternalServerError, OpenAI
from openai.types import ImageGenCompletedEvent, ImageGenPartialImageEvent
from PIL import Image

from engine.errors import GenerationError
from server.app import create_app
from server.settings import Settings

PROMPT = "a woman in a red dress"


async def test_a_stream_ends_with_the_picture(live: Any, sdk: AsyncOpenAI, strictly: Any) -> None:
    stream = await sdk.images.generate(prompt=PROMPT, stream=True, output_format="jpeg", user="u-1")
    events = [event async for event in stream]
    assert [event.type for event in events] == ["image_generation.completed"]
    event = events[0]
    assert isinstance(event, ImageGenCompletedEvent)
    strictly(ImageGenCompletedEvent, event.to_dict())
    with Image.open(io.BytesIO(base64.b64decode(event.b64_json))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (128, 192))
    assert (event.size, event.output_format, event.quality, event.background) == (
        "128x192",
        "jpeg",
        "medium",
        "opaque",
    )
    assert (event.safety_identifier, event.usage.output_tokens) == ("u-1", 16 * 24)


async def test_the_sync_client_streams_too(live: Any, sync_sdk: OpenAI) -> None:
    def types() -> list[str]:
        extra = {"num_inference_steps": 3}
        with sync_sdk.images.generate(prompt=PROMPT, stream=True, extra_body=extra) as stream:
            return [f"{event.type} {event.quality}" for event in stream]

    assert await asyncio.to_thread(types) == ["image_generation.completed auto"]


async def test_the_frames_are_named_and_typed(live: Any) -> None:
    async with httpx.AsyncClient(base_url=live.url) as client:
        answer = await client.post("/v1/images/generations", json={"prompt": PROMPT, "stream": True})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith('event: image_generation.completed\ndata: {"b64_json":')
    assert '"type":"image_generation.completed"' in answer.text
    assert answer.text.count("\n\n") == 1


async def test_comments_keep_a_quiet_stream_open(engine: Any, listen: Any) -> None:
    engine.gate.clear()
    async with listen(create_app(Settings(keep_alive_seconds=0.05), engine)) as running:
        async with AsyncOpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0) as sdk:
            stream = await sdk.images.generate(prompt=PROMPT, stream=True)
            seen = asyncio.ensure_future(anext(aiter(stream)))
            await asyncio.sleep(0.2)
            assert not seen.done()
            engine.gate.set()
            assert (await seen).type == "image_generation.completed"


async def test_an_error_in_a_stream_is_raised_by_the_sdk(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    engine.failure, engine.stop_at_step = GenerationError("unet.onnx failed"), 2
    stream = await sdk.images.generate(prompt=PROMPT, stream=True)
    with pytest.raises(APIError, match=r"unet\.onnx failed") as caught:
        async for _ in stream:
            pass
    assert (caught.value.code, caught.value.type) == ("generation_failed", "server_error")
    async with httpx.AsyncClient(base_url=live.url) as client:
        answer = await client.post("/v1/images/generations", json={"prompt": PROMPT, "stream": True})
    assert answer.text.startswith('event: error\ndata: {"error":{"message":"unet.onnx failed"')
    assert '"type":"error"' in answer.text


async def test_a_refusal_before_the_stream_has_its_own_status(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    engine.max_waiting = 0
    with pytest.raises(InternalServerError) as caught:
        await sdk.images.generate(prompt=PROMPT, stream=True)
    assert (caught.value.status_code, caught.value.code) == (503, "busy")
    assert caught.value.response.headers["retry-after"]


async def test_closing_a_stream_frees_its_place(live: Any, sdk: AsyncOpenAI, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    stream = await sdk.images.generate(prompt=PROMPT, stream=True)
    await eventually(lambda: engine.stats().running == 1)
    await stream.close()
    await eventually(lambda: len(engine.cancelled) == 1)
    assert engine.stats().running == 0


async def test_closing_a_sync_stream_frees_its_place(live: Any, sync_sdk: OpenAI, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    stream = await asyncio.to_thread(sync_sdk.images.generate, prompt=PROMPT, stream=True)
    await eventually(lambda: engine.stats().running == 1)
    await asyncio.to_thread(stream.close)
    await eventually(lambda: len(engine.cancelled) == 1)


@pytest.mark.parametrize(
    ("steps", "wanted", "every", "came"),
    [(20, 3, 5, 3), (20, 2, 6, 2), (20, 1, 10, 1), (4, 3, 1, 3), (2, 3, 1, 1), (1, 3, 1, 0), (20, 0, None, 0)],
)
async def test_partial_images_are_spread_over_the_steps(
    live: Any, sdk: AsyncOpenAI, engine: Any, steps: int, wanted: int, every: int | None, came: int
) -> None:
    stream = await sdk.images.generate(
        prompt=PROMPT, stream=True, partial_images=wanted, extra_body={"num_inference_steps": steps}
    )
    *partial, last = [event async for event in stream]
    assert last.type == "image_generation.completed"
    assert [event.partial_image_index for event in partial] == list(range(came))
    assert engine.seen[0].preview_every == every


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
async def test_partial_images_have_the_format_that_was_asked_for(
    live: Any, sdk: AsyncOpenAI, strictly: Any, output_format: Any
) -> None:
    stream = await sdk.images.generate(prompt=PROMPT, stream=True, partial_images=1, output_format=output_format)
    first = [event async for event in stream][0]
    strictly(ImageGenPartialImageEvent, first.to_dict())
    picture = opened(first.b64_json)
    assert (picture.format or "").lower() == first.output_format == output_format
    assert first.size == "64x96" == f"{picture.width}x{picture.height}"


async def test_a_model_without_previews_sends_none(engine: Any, listen: Any) -> None:
    engine.model = replace(engine.model, previews=False)
    async with listen(create_app(Settings(), engine)) as running:
        async with AsyncOpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0) as sdk:
            stream = await sdk.images.generate(prompt=PROMPT, stream=True, partial_images=3)
            assert [event.type async for event in stream] == ["image_generation.completed"]


def opened(data: str) -> Any:
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        picture.load()
        return picture
