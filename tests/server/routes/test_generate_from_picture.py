"""POST /generate with a picture, a second pass and a guidance interval: what reaches the engine, what is refused."""

import base64
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from engine.engine import SecondPass
from server.app import create_app
from server.settings import Settings

WORDS = {"description": "a woman in a red dress"}


def png(width: int = 128, height: int = 192) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 60)).save(buffer, "PNG")
    return buffer.getvalue()


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


async def test_everything_reaches_the_engine_and_comes_back(client: Any, engine: Any) -> None:
    body = WORDS | {
        "guidance_interval": [0.2, 1],
        "init_image": base64_of(png(400, 400)),
        "strength": 0.5,
        "second_pass": {"strength": 0.5, "guidance_scale": 2},
    }
    answer = await client.post("/generate", json=body)
    assert answer.status_code == 200, answer.text
    [seen] = engine.seen
    assert seen.init_image == png(400, 400)
    assert (seen.guidance_interval, seen.strength) == ((0.2, 1), 0.5)
    assert seen.second_pass == SecondPass(strength=0.5, guidance_scale=2)
    told = answer.json()
    assert (told["guidance_interval"], told["strength"], told["width"], told["height"]) == ([0.2, 1.0], 0.5, 160, 160)
    assert told["second_pass"] == {
        "strength": 0.5,
        "scale": 1.0,
        "steps": 4,
        "guidance_scale": 2.0,
        "width": 160,
        "height": 160,
    }


async def test_an_empty_second_pass_takes_all_defaults(client: Any, engine: Any) -> None:
    body = WORDS | {"steps": 10, "second_pass": {"strength": None}, "init_image": None}
    assert (await client.post("/generate", json=body)).status_code == 200
    assert engine.seen[0].second_pass == SecondPass()


async def test_a_photograph_fits(engine: Any, talk: Any) -> None:
    noisy = Image.effect_noise((4032, 3024), 60).convert("RGB")
    buffer = io.BytesIO()
    noisy.save(buffer, "JPEG", quality=85)
    body = WORDS | {"init_image": base64_of(buffer.getvalue())}
    assert len(json.dumps(body)) > 3_000_000
    async with talk(create_app(Settings(), engine)) as client:
        answer = await client.post("/generate", json=body)
        assert answer.status_code == 200, answer.text
        assert (await client.post("/parse", content=b" " * 1_100_000)).status_code == 413


def mask(width: int = 128, height: int = 192, mode: str = "L", colour: Any = 255) -> str:
    buffer = io.BytesIO()
    Image.new(mode, (width, height), colour).save(buffer, "PNG")
    return base64_of(buffer.getvalue())


async def test_a_mask_reaches_the_engine(client: Any, engine: Any) -> None:
    body = WORDS | {"init_image": base64_of(png()), "mask": mask(), "grow": 4, "feather": 0, "image_format": "webp"}
    answer = await client.post("/generate", json=body)
    assert answer.status_code == 200, answer.text
    [seen] = engine.seen
    assert (base64_of(seen.mask), seen.grow, seen.feather, seen.mask_by_alpha) == (mask(), 4, 0, False)
    assert answer.json()["strength"] == 1.0
    metrics = (await client.get("/metrics")).text
    assert 'cosmicman_edits_total{by="mask"} 1.0' in metrics
    assert 'cosmicman_edits_total{by="groups"} 0.0' in metrics


async def test_groups_reach_the_engine(client: Any, engine: Any) -> None:
    engine.model = replace(engine.model, change_groups=("hair", "top"))
    assert (await client.get("/model")).json()["change_groups"] == ["hair", "top"]
    body = WORDS | {"init_image": base64_of(png()), "change": ["top", "hair"], "mask": None}
    answer = await client.post("/generate", json=body)
    assert answer.status_code == 200, answer.text
    assert engine.seen[0].change == ("top", "hair")
    for change, words in (
        (["top", "auto"], "change may name hair, top; auto stands alone"),
        (["hat"], "change may name hair, top, or auto alone; got 'hat'"),
        (["top", "top"], "change may name a group once; got top more often"),
        (["auto"], "change auto needs a PNG of this engine with its metadata, and init_image is none"),
        ([], "change must hold at least 1 value; got a list of 0"),
    ):
        problem = (await client.post("/generate", json=body | {"change": change})).json()
        assert (problem["field"], words in problem["detail"]) == ("change", True), problem


REFUSALS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no base64": ({"init_image": "!!"}, "init_image", 'must be a file in base64; character 0 is "!"'),
    "one character is none": ({"init_image": "AAAA\nAA:A"}, "init_image", 'character 7 is ":"'),
    "not ASCII": ({"init_image": "AAé"}, "init_image", 'character 2 is "é"'),
    "cut off": ({"init_image": "AAAAA"}, "init_image", "ends with one character of a group of four"),
    "two files": ({"init_image": "AA==AAAA"}, "init_image", "= may only stand at its end, and one is character 2"),
    "too many =": ({"init_image": "AA==="}, "init_image", "ends with 3 ="),
    "nothing": ({"init_image": ""}, "init_image", "it is empty"),
    "only a data URL's head": ({"init_image": "data:image/png;base64,"}, "init_image", "it is empty"),
    "a data URL of something else": ({"init_image": "data:text/plain,hi"}, "init_image", "must say ;base64"),
    "an address": ({"init_image": "https://example.com/a.png"}, "init_image", "begins with https:"),
    "a GIF": ({"init_image": base64_of(b"GIF89a" + bytes(20))}, "init_image", "got a GIF file"),
    "no base64 and a strength": ({"init_image": "!", "strength": 0.5}, "init_image", "must be a file in base64"),
    "no picture": ({"init_image": "AAAA"}, "init_image", "must be a PNG, JPEG or WebP file; got 3 bytes"),
    "a number": ({"init_image": 5}, "init_image", "must be a string; got 5"),
    "mask alone": ({"mask": mask()}, "mask", "mask says what of init_image may change, and there is none"),
    "a mask that is none": ({"init_image": base64_of(png()), "mask": "!!"}, "mask", "mask must be a file in base64"),
    "a GIF as a mask": (
        {"init_image": base64_of(png()), "mask": base64_of(b"GIF89a" + bytes(20))},
        "mask",
        "mask: the picture must be a PNG, JPEG or WebP file; got a GIF file",
    ),
    "a mask of another size": (
        {"init_image": base64_of(png()), "mask": mask(64, 64)},
        "mask",
        "mask must have the size of the picture, that of init_image, 128x192; got 64x64",
    ),
    "groups without a parser": (
        {"init_image": base64_of(png()), "change": ["top"]},
        "change",
        "needs a parser of pictures",
    ),
    "nothing to grow": ({"grow": 3}, "grow", "grow is for an edit, and there is neither mask nor change"),
    "nothing to feather": ({"feather": 3}, "feather", "there is neither mask nor change"),
    "a mask and a JPEG": (
        {"init_image": base64_of(png()), "mask": mask(), "image_format": "jpeg"},
        "image_format",
        "image_format jpeg changes every pixel",
    ),
    "strength alone": ({"strength": 0.5}, "strength", "there is none"),
    "no strength": ({"init_image": base64_of(png()), "strength": 0}, "strength", "must be more than 0; got 0"),
    "too strong": ({"init_image": base64_of(png()), "strength": 1.5}, "strength", "must be at most 1; got 1.5"),
    "too weak": ({"init_image": base64_of(png()), "strength": 0.1}, "strength", "at least one of 4 steps"),
    "one end": ({"guidance_interval": [0.5]}, "guidance_interval", "must hold two numbers; got a list of 1"),
    "three ends": (
        {"guidance_interval": [0, 0.5, 1]},
        "guidance_interval",
        "must hold two numbers; got a list of 3",
    ),
    "words": ({"guidance_interval": [0, "1"]}, "guidance_interval", 'guidance_interval[1] must be a number; got "1"'),
    "no list": ({"guidance_interval": 0.5}, "guidance_interval", "must be a list; got 0.5"),
    "backwards": ({"guidance_interval": [0.8, 0.2]}, "guidance_interval", "start < end <= 1; got 0.8 and 0.2"),
    "no yes or no": ({"cutout": "yes"}, "cutout", 'cutout must be true or false; got "yes"'),
    "groups of attention": ({"attention": ["top"]}, "attention", "attention must be true or false; got a list of 1"),
    "no object": ({"second_pass": True}, "second_pass", "must be an object; got true"),
    "unknown part": ({"second_pass": {"stength": 1}}, "second_pass", "second_pass.stength is nothing second_pass has"),
    "part of a wrong type": ({"second_pass": {"steps": "2"}}, "second_pass", "second_pass.steps must be a whole"),
    "part too large": ({"second_pass": {"strength": 2}}, "second_pass", "second_pass.strength must be at most 1"),
    "no such size": ({"second_pass": {"scale": 1.5, "strength": 1}}, "second_pass", "makes it 192x288: size"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_refusals_name_the_field(name: str, client: Any, engine: Any) -> None:
    changes, field, detail = REFUSALS[name]
    answer = await client.post("/generate", json=WORDS | changes)
    problem = answer.json()
    assert (answer.status_code, problem["field"]) == (422, field), problem
    assert detail in problem["detail"], problem
    assert "more mistake" not in problem["detail"], problem
    assert not engine.seen


async def test_steps_decide_whether_a_strength_leaves_any(client: Any) -> None:
    body = WORDS | {"init_image": base64_of(png()), "strength": 0.1}
    assert (await client.post("/generate", json=body | {"steps": 20})).status_code == 200
    problem = (await client.post("/generate", json=body | {"steps": 9})).json()
    assert "at least one of 9 steps" in problem["detail"]
    problem = (await client.post("/generate", json=body | {"steps": 999})).json()
    assert [each["field"] for each in problem["errors"]] == ["steps"]  # of wrong steps no strength leaves any


async def test_one_step_of_full_strength_is_a_step(client: Any, engine: Any) -> None:
    """Fields that depend on each other are judged together: neither the default strength nor the default size is."""
    body = WORDS | {"init_image": base64_of(png(192, 128)), "steps": 1, "strength": 1, "height": 128}
    answer = await client.post("/generate", json=body)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["strength"], answer.json()["width"], answer.json()["height"]) == (1.0, 192, 128)
    problem = (await client.post("/generate", json={**body, "strength": 0.5, "height": 127})).json()
    assert [(each["field"], each["detail"]) for each in problem["errors"]] == [
        ("height", "size (width x height) must be one of 128x192, 160x160, 192x128; got height 127"),
        ("strength", "strength must leave at least one of 1 step, so be at least 1; got 0.5"),
    ]


async def test_a_picture_that_cannot_be_read_makes_nothing_else_wrong(client: Any) -> None:
    body = WORDS | {"init_image": "!!", "strength": 0.5, "height": 128, "steps": 3}
    assert [each["field"] for each in (await client.post("/generate", json=body)).json()["errors"]] == ["init_image"]


async def test_too_many_characters_are_counted_and_not_echoed(engine: Any, talk: Any) -> None:
    async with talk(create_app(Settings(), engine)) as client:
        answer = await client.post("/generate", json=WORDS | {"init_image": "A" * 12_000_001})
    assert answer.status_code == 422
    assert "may have at most 12000000 characters; got 12000001" in answer.json()["detail"]
    assert len(answer.content) < 1200


@pytest.mark.parametrize(
    ("interval", "wrong"), [([0.2, 0.8], {"init_image"}), ([0.5, 0.5], {"init_image", "guidance_interval"})]
)
async def test_beside_a_file_that_cannot_be_read_the_rest_is_judged(
    client: Any, interval: list[float], wrong: set[str]
) -> None:
    second = {"strength": 0.5, "steps": 4}
    body = {"description": "x", "init_image": "?", "second_pass": second, "guidance_interval": interval}
    answer = await client.post("/generate", json=body)
    assert answer.status_code == 422
    assert {each["field"] for each in answer.json()["errors"]} == wrong
