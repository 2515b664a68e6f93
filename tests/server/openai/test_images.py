"""The official SDK draws: sizes, numbers, formats, what the answer says, and our fields through `extra_body`."""

import asyncio
import base64
import io
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types import ImagesResponse
from PIL import Image

from engine.description import encoder_texts, parse

PROMPT = "a woman in a red dress, no hat"


def opened(answer: ImagesResponse) -> list[Image.Image]:
    assert answer.data is not None
    pictures = [Image.open(io.BytesIO(base64.b64decode(each.b64_json or ""))) for each in answer.data]
    for picture in pictures:
        picture.load()
    return pictures


async def test_a_prompt_alone_is_drawn(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    answer = await sdk.images.generate(prompt=PROMPT)
    (picture,) = opened(answer)
    assert (picture.format, picture.size) == ("PNG", (128, 192))
    assert (answer.size, answer.output_format, answer.quality, answer.background) == (
        "128x192",
        "png",
        "medium",
        "opaque",
    )
    (asked,) = engine.seen
    assert asked.description.text == PROMPT
    assert {span.group for span in asked.description.spans} >= {"person", "dress", "negated"}


async def test_the_sync_client_draws_too(live: Any, sync_sdk: OpenAI) -> None:
    answer = await asyncio.to_thread(sync_sdk.images.generate, prompt=PROMPT, model="rectangles", n=2)
    assert [picture.size for picture in opened(answer)] == [(128, 192)] * 2


async def test_the_answer_has_the_shape_of_the_sdk_s_type_and_nothing_else(
    live: Any, sdk: AsyncOpenAI, strictly: Any
) -> None:
    raw = await sdk.images.with_raw_response.generate(prompt=PROMPT, n=3, user="u-1")
    answer = strictly(ImagesResponse, raw.http_response.json())
    assert len(answer.data) == 3 and all(each.url is None for each in answer.data)
    assert {each.revised_prompt for each in answer.data} == {encoder_texts(parse(PROMPT)).drawn.text}
    assert answer.safety_identifier == "u-1"
    assert raw.headers["cache-control"] == "no-store"
    assert raw.request_id == raw.headers["x-request-id"]
    assert (await sdk.images.generate(prompt=PROMPT))._request_id


async def test_who_the_user_is_comes_back_as_openai_has_it(live: Any, sdk: AsyncOpenAI) -> None:
    answers = [
        await sdk.images.generate(prompt=PROMPT),
        await sdk.images.generate(prompt=PROMPT, user="old", safety_identifier="new"),
        await sdk.images.generate(prompt=PROMPT, user="old", safety_identifier=""),
    ]
    assert [answer.safety_identifier for answer in answers] == [None, "new", "old"]


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
async def test_formats(live: Any, sdk: AsyncOpenAI, engine: Any, output_format: Any) -> None:
    answer = await sdk.images.generate(prompt=PROMPT, output_format=output_format, output_compression=100)
    (picture,) = opened(answer)
    assert (picture.format or "").lower() == output_format == answer.output_format
    assert engine.seen[0].image_quality == (None if output_format == "png" else 100)


@pytest.mark.parametrize(("size", "made"), [("192x128", (192, 128)), ("160x160", (160, 160)), ("auto", (128, 192))])
async def test_sizes(live: Any, sdk: AsyncOpenAI, size: Any, made: tuple[int, int]) -> None:
    answer = await sdk.images.generate(prompt=PROMPT, size=size)
    assert opened(answer)[0].size == made
    assert answer.size == f"{made[0]}x{made[1]}"


@pytest.mark.parametrize(
    ("quality", "steps", "said"),
    [
        ("auto", None, "medium"),
        ("medium", None, "medium"),
        ("standard", None, "medium"),
        ("low", 2, "low"),
        ("high", 8, "high"),
        ("hd", 8, "high"),
    ],
)
async def test_quality_is_a_number_of_steps(
    live: Any, sdk: AsyncOpenAI, engine: Any, quality: Any, steps: int | None, said: str
) -> None:
    answer = await sdk.images.generate(prompt=PROMPT, quality=quality)
    assert (answer.quality, engine.seen[0].steps) == (said, steps)


async def test_what_openai_calls_a_hint_may_be_said(live: Any, sdk: AsyncOpenAI) -> None:
    for moderation in ("auto", "low"):
        for background in ("auto", "opaque"):
            await sdk.images.generate(
                prompt=PROMPT, moderation=moderation, background=background, response_format="b64_json"
            )


async def test_null_is_as_good_as_absent(live: Any, sdk: AsyncOpenAI) -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("model", "n", "size", "quality", "background", "moderation", "output_format", "output_compression")
    )
    nothing |= dict.fromkeys(("response_format", "partial_images", "stream", "safety_identifier", "style", "svg"))
    answer = await sdk.images.generate(prompt=PROMPT, extra_body={"seed": None, "groups": None}, **nothing)
    assert opened(answer)[0].size == (128, 192)


async def test_extra_body_reaches_the_engine(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    extra = {
        "negative_prompt": "hat",
        "num_inference_steps": 3,
        "guidance_scale": 2.5,
        "seed": 7,
        "image_index": 4,
        "groups": {"footwear": "black boots"},
        "weights": {"dress": 1.5},
        "sampler": "euler",
        "priority": "low",
        "deadline_seconds": 60,
        "guidance_interval": [0.1, 0.9],
        "second_pass": {"strength": 0.5},
    }
    answer = await sdk.images.generate(prompt=PROMPT, extra_body=extra)
    (asked,) = engine.seen
    assert (asked.negative_description, asked.steps, asked.second_pass.strength) == ("hat", 3, 0.5)
    same = extra.keys() - {"negative_prompt", "num_inference_steps", "second_pass", "guidance_interval"}
    assert {name: getattr(asked, name) for name in same} == {name: extra[name] for name in same}
    assert asked.guidance_interval == (0.1, 0.9)
    assert answer.quality is None
    assert opened(answer)[0].getpixel((0, 0)) == (11, 0, 120)


async def test_a_picture_to_start_from(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 30, 60)).save(buffer, "PNG")
    extra = {"init_image": base64.b64encode(buffer.getvalue()).decode("ascii"), "strength": 0.5}
    answer = await sdk.images.generate(prompt=PROMPT, extra_body=extra)
    assert (engine.seen[0].init_image, engine.seen[0].strength) == (buffer.getvalue(), 0.5)
    assert answer.size == "160x160"
    assert answer.usage is not None and answer.usage.input_tokens_details.image_tokens == 20 * 20


async def test_usage_adds_up(live: Any, sdk: AsyncOpenAI) -> None:
    usage = (await sdk.images.generate(prompt=PROMPT, n=2)).usage
    assert usage is not None and usage.output_tokens_details is not None
    assert usage.output_tokens == usage.output_tokens_details.image_tokens == 2 * 16 * 24
    assert usage.input_tokens == usage.input_tokens_details.text_tokens == 5
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


async def test_models_are_listed_and_found(live: Any, sdk: AsyncOpenAI, sync_sdk: OpenAI, strictly: Any) -> None:
    from openai.types import Model

    (listed,) = [model async for model in sdk.models.list()]
    found = await asyncio.to_thread(sync_sdk.models.retrieve, "rectangles")
    assert listed == found
    assert (found.id, found.object, found.owned_by) == ("rectangles", "model", "cosmicman-serve")
    raw = await sdk.models.with_raw_response.list()
    assert raw.http_response.json()["object"] == "list"
    strictly(Model, raw.http_response.json()["data"][0])
