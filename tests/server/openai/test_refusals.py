"""Refusals reach the SDK as the exceptions its users catch, with the field and the reason."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from openai import (
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    OpenAI,
)
from openai.types.shared import ErrorObject

from engine.errors import DeadlineError, GenerationError, NotFiniteError, OutOfMemoryError
from server.app import create_app
from server.openai.names import ENGINE_NAMES, SAME_NAMES
from server.schemas.openai import ELSEWHERE, UNDONE, EditsBody, ImagesBody
from server.settings import Settings

PROMPT = "a woman in a red dress"

#: What is asked, the field at fault, and words of the reason.
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "no parser": ({"background": "transparent"}, "background", "background transparent needs a parser, and the bundle"),
    "background": ({"background": "green"}, "background", "must be 'auto', 'opaque' or 'transparent'; got "),
    "no URL": ({"response_format": "url"}, "response_format", "keeps no picture that a URL could lead to"),
    "style": ({"style": "vivid"}, "style", "say the style in prompt"),
    "svg": ({"output_format": "svg", "svg": {"model": "x"}}, "output_format", "'png', 'jpeg' or 'webp'"),
    "frames": ({"frame_count": 3}, "frame_count", "pictures do not move"),
    "complexity": ({"complexity": "high"}, "complexity", "num_inference_steps says how much to compute"),
    "quality": ({"quality": "max"}, "quality", "'auto', 'low', 'medium'"),
    "n 0": ({"n": 0}, "n", "n must be at least 1; got 0"),
    "n 11": ({"n": 11}, "n", "n must be at most 10; got 11"),
    "n over the server's": ({"n": 5}, "n", "n must be from 1 to 4; got 5"),
    "size in words": ({"size": "large"}, "size", 'auto or WIDTHxHEIGHT such as 128x192; got "large"'),
    "size of OpenAI": ({"size": "1024x1024"}, "size", "must be one of 128x192, 160x160, 192x128; got width 1024"),
    "size of nothing": ({"size": "0x0"}, "size", "auto or WIDTHxHEIGHT"),
    "size beyond all": ({"size": f"{10**9}x1"}, "size", "auto or WIDTHxHEIGHT"),
    "compression of png": ({"output_compression": 50}, "output_compression", "is for jpeg and webp; output_format png"),
    "compression 101": ({"output_format": "jpeg", "output_compression": 101}, "output_compression", "at most 100"),
    "partial images alone": ({"partial_images": 2}, "partial_images", "needs stream true; got 2 without it"),
    "4 partial images": ({"partial_images": 4, "stream": True}, "partial_images", "at most 3; got 4"),
    "two in a stream": ({"n": 2, "stream": True}, "n", "must be 1 with stream"),
    "moderation": ({"moderation": "strict"}, "moderation", "'auto' or 'low'"),
    "no string": ({"prompt": 3}, "prompt", "prompt must be a string; got 3"),
    "empty prompt": ({"prompt": " "}, "prompt", "prompt must"),
    "long prompt": ({"prompt": "z" * 9000}, "prompt", "8000"),
    "weight": ({"prompt": "a (red dress:9)"}, "prompt", "from 0 to 4"),
    "long identifier": ({"user": "z" * 513}, "user", "at most 512 characters; got 513"),
    "steps": ({"extra_body": {"num_inference_steps": 51}}, "num_inference_steps", "must be from 1 to 50; got 51"),
    "steps twice": ({"quality": "high", "extra_body": {"num_inference_steps": 5}}, "num_inference_steps", "give one"),
    "negative": ({"extra_body": {"negative_prompt": "z" * 9000}}, "negative_prompt", "negative_prompt"),
    "guidance": ({"extra_body": {"guidance_scale": 99}}, "guidance_scale", "from 0 to 20; got 99"),
    "seed": ({"extra_body": {"seed": -2}}, "seed", "at least -1; got -2"),
    "group": ({"extra_body": {"groups": {"hats": "a hat"}}}, "groups", "hats"),
    "sampler": ({"extra_body": {"sampler": "magic"}}, "sampler", "one of ddim, euler, euler_a"),
    "strength": ({"extra_body": {"strength": 0.5}}, "strength", "there is none"),
    "init image": ({"extra_body": {"init_image": "?"}}, "init_image", "init_image"),
    "unknown": ({"extra_body": {"prompts": "x"}}, "prompts", "no field of this request; did you mean prompt?"),
    "ours elsewhere": ({"extra_body": {"steps": 5}}, "steps", "did you mean num_inference_steps?"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_value_is_a_bad_request_that_says_why(live: Any, sdk: AsyncOpenAI, name: str) -> None:
    asked, field, words = WRONG[name]
    with pytest.raises(BadRequestError) as caught:
        await sdk.images.generate(**({"prompt": PROMPT} | asked))
    error = caught.value
    assert (error.status_code, error.type, error.code) == (400, "invalid_request_error", "invalid_request")
    assert error.param == field
    assert words in error.body["message"]  # type: ignore[index]
    for renamed in ("image_format", "image_quality", "num_images", "negative_description"):
        assert renamed not in error.message


async def test_all_mistakes_come_at_once(live: Any, sdk: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="3 more mistakes, see errors") as caught:
        await sdk.images.generate(prompt=PROMPT, n=9, size="1x1", extra_body={"seed": "x", "steps": 3})
    mistakes = caught.value.body["errors"]  # type: ignore[index]
    assert {each["param"] for each in mistakes} == {"size", "seed", "n", "steps"}


async def test_a_prompt_is_needed(live: Any) -> None:
    async with httpx.AsyncClient(base_url=live.url) as client:
        answer = await client.post("/v1/images/generations", json={})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "prompt is required; it is missing"


async def test_another_model_is_not_found(live: Any, sdk: AsyncOpenAI, sync_sdk: OpenAI) -> None:
    for call in (
        lambda: sdk.images.generate(prompt=PROMPT, model="gpt-image-2"),
        lambda: sdk.models.retrieve("gpt-image-2"),
        lambda: asyncio.to_thread(sync_sdk.models.retrieve, "cosmicman/CosmicMan-SDXL"),
    ):
        with pytest.raises(NotFoundError, match='model must be "rectangles", the one that is loaded') as caught:
            await call()
        assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


async def test_the_model_answers_to_other_names(engine: Any, listen: Any) -> None:
    """Drop-in clients cannot always be told another name."""
    settings = Settings(model_aliases=("gpt-image-1", "openai/dall-e-3"))
    async with listen(create_app(settings, engine)) as running:
        async with AsyncOpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0) as sdk:
            names = [each.id async for each in sdk.models.list()]
            assert names == ["rectangles", "gpt-image-1", "openai/dall-e-3"]
            for name in names:
                assert (await sdk.models.retrieve(name)).id == name
                assert (await sdk.images.generate(prompt=PROMPT, model=name)).data
            with pytest.raises(NotFoundError, match='"rectangles", .*"gpt-image-1", "openai/dall-e-3"; got "dall-e-3"'):
                await sdk.images.generate(prompt=PROMPT, model="dall-e-3")


async def test_the_shape_of_an_error_is_the_sdk_s(live: Any, sdk: AsyncOpenAI, strictly: Any) -> None:
    with pytest.raises(BadRequestError) as caught:
        await sdk.images.generate(prompt=PROMPT, n=0)
    body = caught.value.response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    strictly(ErrorObject, body["error"])
    assert caught.value.request_id == caught.value.response.headers["x-request-id"]


FAILURES = {
    "generation_failed": (GenerationError("unet.onnx failed"), 500, None),
    "not_finite": (NotFiniteError("not finite"), 500, "false"),
    "out_of_memory": (OutOfMemoryError("out of memory"), 507, "false"),
    "deadline_exceeded": (DeadlineError("too late"), 504, "false"),
    "internal_error": (RuntimeError("a fault"), 500, None),
}


@pytest.mark.parametrize("code", FAILURES)
async def test_failures_say_whether_to_try_again(live: Any, sdk: AsyncOpenAI, engine: Any, code: str) -> None:
    engine.failure, status, again = FAILURES[code]
    with pytest.raises(InternalServerError) as caught:
        await sdk.images.generate(prompt=PROMPT)
    assert (caught.value.status_code, caught.value.code, caught.value.type) == (status, code, "server_error")
    assert caught.value.response.headers.get("x-should-retry") == again


@pytest.mark.parametrize(
    ("method", "path", "status", "code", "words"),
    [
        ("POST", "/v1/images/edit", 404, "not_found", "/v1/images/edits"),
        ("POST", "/v1/images/generation", 404, "not_found", "did you mean /v1/images/generations?"),
        ("GET", "/v1", 404, "not_found", "No such path"),
        ("GET", "/v1/images/generations", 405, "method_not_allowed", "The method must be POST"),
        ("DELETE", "/v1/models/rectangles", 405, "method_not_allowed", "GET"),
    ],
)
async def test_wrong_paths_and_methods_below_v1(
    live: Any, method: str, path: str, status: int, code: str, words: str
) -> None:
    async with httpx.AsyncClient(base_url=live.url) as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (error["code"], error["type"]) == (code, "invalid_request_error")
    assert words in error["message"]
    assert status != 405 or answer.headers["allow"]


async def test_what_middleware_refuses_has_the_shape_too(live: Any) -> None:
    path, body = "/v1/images/generations", json.dumps({"prompt": PROMPT}).encode()
    kind = {"Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=live.url) as client:
        answers = [
            await client.post(path, content=body, headers=kind | {"Host": "elsewhere.example"}),
            await client.post(path, content=b"x" * 30_000, headers=kind),
            await client.post(path, content=body, headers={"Content-Type": "text/plain"}),
            await client.post(path, content=b"{", headers=kind),
            await client.get("/v1/models", headers={"Host": "elsewhere.example"}),
        ]
        outside = await client.post("/v2/images", headers={"Host": "elsewhere.example"})
    assert [answer.status_code for answer in answers] == [421, 413, 415, 400, 421]
    codes = ["misdirected_request", "body_too_large", "unsupported_media_type", "not_json", "misdirected_request"]
    assert [answer.json()["error"]["code"] for answer in answers] == codes
    assert {answer.headers["content-type"] for answer in answers} == {"application/json"}
    assert outside.headers["content-type"] == "application/problem+json"


async def test_below_a_root_path_the_shape_is_the_same(engine: Any, listen: Any) -> None:
    async with listen(create_app(Settings(root_path="/pictures"), engine)) as running:
        async with AsyncOpenAI(base_url=f"{running.url}/pictures/v1", api_key="none", max_retries=0) as sdk:
            await sdk.images.generate(prompt=PROMPT)
            with pytest.raises(NotFoundError, match="the one that is loaded"):
                await sdk.models.retrieve("another")


async def test_a_body_with_a_picture_may_be_large(engine: Any, listen: Any) -> None:
    settings = Settings(max_body_bytes=20_000, max_image_body_bytes=200_000)
    async with listen(create_app(settings, engine)) as running:
        async with AsyncOpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0) as sdk:
            with pytest.raises(BadRequestError, match="init_image"):
                await sdk.images.generate(prompt=PROMPT, extra_body={"init_image": "A" * 100_000})
            with pytest.raises(APIStatusError) as caught:
                await sdk.images.generate(prompt=PROMPT, extra_body={"init_image": "A" * 300_000})
            assert caught.value.status_code == 413


async def test_a_client_that_gives_up_frees_its_place(
    live: Any, sdk: AsyncOpenAI, engine: Any, eventually: Any
) -> None:
    engine.gate.clear()
    with pytest.raises(APITimeoutError):
        await sdk.with_options(timeout=0.3).images.generate(prompt=PROMPT)
    await eventually(lambda: len(engine.cancelled) == 1)
    assert engine.stats().running == 0


def test_every_name_is_a_field_and_every_field_has_its_use() -> None:
    fields = set(ImagesBody.model_fields) | (set(EditsBody.model_fields) - {"image"})
    ours = {"model", "quality", "background", "moderation", "response_format", "stream", "partial_images"}
    assert fields == ENGINE_NAMES.keys() | set(SAME_NAMES) | ours | {"user", "safety_identifier"}
    assert not fields & (UNDONE.keys() | ELSEWHERE.keys())
    assert set(ELSEWHERE.values()) <= fields
