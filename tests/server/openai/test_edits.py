"""The official SDK edits and varies pictures: sync and streamed, with a mask and with groups, and what is refused."""

import asyncio
import io
from dataclasses import replace
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, BadRequestError, OpenAI
from openai.types import ImageEditCompletedEvent, ImageEditPartialImageEvent, ImagesResponse
from PIL import Image

from engine.errors import RequestError
from server.app import create_app
from server.settings import Settings

PROMPT = "a woman in a red dress"


def png(
    width: int = 128, height: int = 192, mode: str = "RGB", colour: Any = (200, 30, 60), kind: str = "PNG"
) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (width, height), colour).save(buffer, kind)
    return buffer.getvalue()


MASK = png(mode="RGBA", colour=(0, 0, 0, 0))


async def test_a_picture_is_edited(live: Any, sdk: AsyncOpenAI, engine: Any, strictly: Any) -> None:
    raw = await sdk.images.with_raw_response.edit(image=png(), mask=MASK, prompt=PROMPT, n=2, user="u-1", size="auto")
    answer = strictly(ImagesResponse, raw.http_response.json())
    assert len(answer.data) == 2 and answer.size == "128x192" and answer.safety_identifier == "u-1"
    [asked] = engine.seen
    assert (asked.init_image, asked.mask, asked.mask_by_alpha, asked.num_images) == (png(), MASK, True, 2)
    assert asked.description.text == PROMPT and asked.change == ()


async def test_the_sync_client_edits_and_varies_too(live: Any, sync_sdk: OpenAI, engine: Any) -> None:
    await asyncio.to_thread(sync_sdk.images.edit, image=("a.png", io.BytesIO(png())), prompt=PROMPT)
    with pytest.warns(DeprecationWarning):  # OpenAI has retired it; the SDK has it still
        await asyncio.to_thread(sync_sdk.images.create_variation, image=png(), extra_body={"prompt": PROMPT})
    assert [each.init_image for each in engine.seen] == [png()] * 2


async def test_one_picture_may_come_as_a_list(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    await sdk.images.edit(image=[png()], prompt=PROMPT)
    assert engine.seen[0].init_image == png()


async def test_what_is_extra_reaches_the_engine(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    engine.model = replace(engine.model, change_groups=("top", "hair"))
    extra = {
        "change": ["top", "hair"],
        "grow": 3,
        "feather": 0,
        "groups": {"hair": "red hair"},
        "weights": {"hair": 1.5},
        "guidance_interval": [0.25, 1.0],
        "guidance_scale": 2.0,
        "seed": 7,
        "num_inference_steps": 9,
        "strength": 0.5,
        "negative_prompt": "true",
    }
    await sdk.images.edit(image=png(), prompt="1", output_format="webp", output_compression=100, extra_body=extra)
    [asked] = engine.seen
    assert (asked.change, asked.grow, asked.feather, asked.strength) == (("top", "hair"), 3, 0, 0.5)
    assert (asked.groups, asked.weights) == ({"hair": "red hair"}, {"hair": 1.5})
    assert (asked.guidance_interval, asked.guidance_scale, asked.seed, asked.steps) == ((0.25, 1.0), 2.0, 7, 9)
    assert (asked.negative_description, asked.description.text, asked.image_format) == ("true", "1", "webp")


async def test_it_streams(live: Any, sdk: AsyncOpenAI, strictly: Any) -> None:
    stream = await sdk.images.edit(image=png(), mask=MASK, prompt=PROMPT, stream=True, partial_images=1)
    events = [event async for event in stream]
    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"]
    assert isinstance(events[0], ImageEditPartialImageEvent) and isinstance(events[1], ImageEditCompletedEvent)
    strictly(ImageEditPartialImageEvent, events[0].to_dict())
    strictly(ImageEditCompletedEvent, {**events[1].to_dict(), "safety_identifier": None})


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no alpha": ({"mask": png(mode="L", colour=255)}, "mask", "must have an alpha channel"),
    "mask of another size": ({"mask": png(64, 64, "RGBA", (0, 0, 0, 0))}, "mask", "128x192; got 64x64"),
    "mask is no PNG": ({"mask": png(kind="WEBP")}, "mask", "a mask must be a PNG file; got a WEBP file"),
    "two pictures": ({"image": [png(), png()]}, "image", "image must be one picture"),
    "a GIF": ({"image": png(kind="GIF")}, "image", "image: the picture must be a PNG, JPEG or WebP file; got a GIF"),
    "a URL": ({"response_format": "url"}, "response_format", "keeps no picture that a URL could lead to"),
    "transparent": ({"background": "transparent"}, "background", "background transparent needs a parser"),
    "another size": ({"mask": MASK, "size": "160x160"}, "size", "an edit has the size of its picture, 128x192"),
    "not the model's size": ({"mask": MASK, "image": png(100, 100)}, "image", "image must have a size that rectangles"),
    "jpeg": ({"mask": MASK, "output_format": "jpeg"}, "output_format", "output_format jpeg changes every pixel"),
    "compression": (
        {"mask": MASK, "output_format": "webp", "output_compression": 50},
        "output_compression",
        "an edit is written without loss",
    ),
    "markup": ({"extra_body": {"markup": "x"}}, "markup", "a mask, or change, says what to change"),
    "svg": ({"extra_body": {"svg": {"model": "x"}}}, "svg", "svg is not done by this server; pictures are made of"),
    "fidelity": ({"input_fidelity": "high"}, "input_fidelity", "strength says how much to change"),
    "list of objects": ({"extra_body": {"loras": [{"name": "x"}]}}, '"loras[][name]"', "a part's name must be name"),
    "init_image": ({"extra_body": {"init_image": "x"}}, "init_image", "init_image is no field of this request"),
    "both": ({"mask": MASK, "extra_body": {"change": ["top"]}}, "change", "change and mask both say"),
    "no number": ({"extra_body": {"seed": "x"}}, "seed", 'seed must be a whole number; got "x"'),
    "half a step": ({"extra_body": {"num_inference_steps": 2.5}}, "num_inference_steps", "must be a whole number"),
    "a weight in words": ({"extra_body": {"weights": {"top": "much"}}}, "weights", "weights.top must be a number"),
    "groups as text": ({"extra_body": {"groups": "top"}}, "groups", "must be sent as groups[NAME]"),
    "empty prompt": ({"prompt": ""}, "prompt", "prompt must say what to draw; it is empty"),
    "no such model": ({"model": "dall-e-2"}, "model", "the one that is loaded"),
    "a second pass": ({"mask": MASK, "extra_body": {"second_pass": {"strength": 0.5}}}, "second_pass", "leave one out"),
    "grow alone": ({"extra_body": {"grow": 1}}, "grow", "there is neither mask nor change"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_refusals_name_the_field_in_openai_s_form(name: str, live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    changes, field, message = REFUSED[name]
    asked: dict[str, Any] = {"image": png(), "prompt": PROMPT} | changes
    status = 404 if "model" in changes else 400
    with pytest.raises(BadRequestError if status == 400 else Exception) as caught:
        await sdk.images.edit(**asked)
    error: Any = caught.value
    assert (error.status_code, error.param) == (status, field), error.body
    assert message in error.message, error.message
    assert not engine.seen


async def test_what_is_seen_when_pixels_are_read_is_said_in_the_same_names(
    live: Any, sdk: AsyncOpenAI, engine: Any
) -> None:
    engine.failure = RequestError("init_image", "init_image: the picture must be whole")
    with pytest.raises(BadRequestError, match="image: the picture must be whole") as caught:
        await sdk.images.edit(image=png(), prompt=PROMPT)
    assert caught.value.param == "image"
    stream = await sdk.images.edit(image=png(), prompt=PROMPT, stream=True)
    with pytest.raises(Exception, match="image: the picture must be whole"):
        [event async for event in stream]


FORMS: dict[str, tuple[bytes, str, int, str]] = {
    "JSON": (b"{}", "application/json", 415, "Content-Type must be multipart/form-data"),
    "no boundary": (b"--x--", "multipart/form-data", 400, "its Content-Type names no boundary"),
    "a long boundary": (b"--x--", "multipart/form-data; boundary=" + "x" * 300, 400, "oundary"),
    "nothing": (b"", "multipart/form-data; boundary=x", 400, "it has no parts"),
    "no parts": (b"--x--\r\n", "multipart/form-data; boundary=x", 400, "is required; it is missing"),
    "breaks off": (
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na',
        "multipart/form-data; boundary=x",
        400,
        "it breaks off before its last boundary",
    ),
    "no name": (
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
        400,
        "must be form-data with a name",
    ),
    "another encoding": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\na\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
        400,
        "Content-Transfer-Encoding",
    ),
    "many parts": (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na\r\n' * 201 + b"--x--\r\n",
        "multipart/form-data; boundary=x",
        400,
        "at most 200 parts",
    ),
    "long text": (
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n' + b"a" * 300_000 + b"\r\n--x--\r\n",
        "multipart/form-data; boundary=x",
        413,
        "The body may have at most",
    ),
    "no UTF-8": (
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\n\xff\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
        400,
        "a byte that is no UTF-8",
    ),
    "a picture as text": (
        b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\na\r\n'
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
        400,
        "image must be a file: a part with a filename; got text",
    ),
    "a prompt as a file": (
        b'--x\r\nContent-Disposition: form-data; name="prompt"; filename="a"\r\n\r\na\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
        400,
        "prompt must be text; got a file",
    ),
    "twice": (
        b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na\r\n' * 2 + b"--x--\r\n",
        "multipart/form-data; boundary=x",
        400,
        "prompt must be given once",
    ),
    "a member twice": (
        b'--x\r\nContent-Disposition: form-data; name="groups[hair]"\r\n\r\na\r\n' * 2 + b"--x--\r\n",
        "multipart/form-data; boundary=x",
        400,
        "groups[hair] must be given once; the body says it several times",
    ),
}


@pytest.mark.parametrize("name", FORMS)
async def test_forms_that_are_none(name: str, live: Any, engine: Any) -> None:
    body, content_type, status, message = FORMS[name]
    async with httpx.AsyncClient(base_url=live.url) as client:
        answer = await client.post("/v1/images/edits", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, message in answer.json()["error"]["message"]) == (status, True), answer.text
    assert not engine.seen


async def test_text_beside_a_large_picture_is_bounded(engine: Any, talk: Any) -> None:
    noisy = io.BytesIO()
    Image.effect_noise((128, 192), 90).convert("RGB").save(noisy, "PNG", compress_level=0)
    parts = {"image": ("a.png", noisy.getvalue()), "prompt": (None, "z" * 70_000)}
    async with talk(create_app(Settings(max_body_bytes=60_000), engine)) as client:
        answer = await client.post("/v1/images/edits", files=parts)
        assert answer.status_code == 413
        assert "at most 60000 bytes beside its files; got 70000" in answer.json()["error"]["message"]
        answer = await client.post("/v1/images/edits", files=parts | {"prompt": (None, PROMPT)})
    assert answer.status_code == 200, answer.text
    assert engine.seen[0].init_image == noisy.getvalue()
