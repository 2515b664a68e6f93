"""A request is read once: every mistake is found, each in the light of what it depends on, and none makes another."""

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from engine.description import parse
from engine.engine import GenerationRequest, ModelInfo, SecondPass, SizeLimits
from engine.errors import RequestError
from engine.request.control import Control
from engine.request.prepare import prepare
from engine.request.request import MAX_IMAGE_INDEX
from engine.samplers import num_skipped_steps

SIDES = SizeLimits(minimum=128, maximum=192, multiple=16)
MODEL = ModelInfo(
    name="paper",
    family="sd",
    version="0123456789ab",
    licence="Apache-2.0",
    widths=SIDES,
    heights=SIDES,
    sizes=((128, 192), (160, 160), (192, 128)),
    default_width=128,
    default_height=192,
    default_steps=20,
    max_steps=100,
    default_guidance_scale=4.0,
    max_guidance_scale=20.0,
    default_sampler="ddim",
    samplers=("ddim", "euler", "lcm"),
    max_images=4,
    max_characters=200,
    sampler_steps={"lcm": 50},
)
FREE = replace(MODEL, sizes=())


def png(width: int = 128, height: int = 192) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def request(text: str = "a woman in a red dress", **changes: Any) -> GenerationRequest:
    return GenerationRequest(description=parse(text), **changes)


def mistakes(wanted: GenerationRequest, model: ModelInfo = MODEL, **known: str) -> dict[str, list[str]]:
    try:
        prepare(wanted, model, mistakes={field: [message] for field, message in known.items()})
    except RequestError as error:
        assert str(error) == "; ".join(message for each in error.mistakes.values() for message in each)
        assert error.field == next(iter(error.mistakes))
        return {field: list(messages) for field, messages in error.mistakes.items()}
    return {}


def test_one_step_of_full_strength_is_right_with_a_picture() -> None:
    prepared = prepare(request(steps=1, strength=1, init_image=png(192, 128)), MODEL)
    assert (prepared.steps, prepared.strength, prepared.width, prepared.height) == (1, 1.0, 192, 128)


def test_all_mistakes_come_at_once_in_the_order_of_the_fields() -> None:
    wanted = request(
        "a" * 201,
        second_pass=SecondPass(strength=2.0, scale=0.5, guidance_scale=99.0),
        groups={"hats": "x"},
        weights={"top": 9.0, "negated": 1.0},
        negative_description="\0",
        width=100,
        height=7,
        steps=0,
        guidance_scale=-1.0,
        sampler="magic",
        variant="half",
        decoder="half",
        loras={"ink": 1.0},
        control=Control(),
        seed=-2,
        image_index=-1,
        num_images=5,
        image_format="gif",
        image_quality=0,
        priority="urgent",
        deadline_seconds=0.0,
        guidance_interval=(0.5, 0.5),
        init_image=b"GIF89a",
        strength=2.0,
        mask=b"GIF89a",
        change=("top",),
        grow=-1,
        feather=99,
        preview_every=0,
        cutout=True,
        attention=True,
    )
    found = mistakes(wanted)
    never = ("request_id", "caller", "mask_by_alpha", "notes")
    fields = [name for name in GenerationRequest.__dataclass_fields__ if name not in never]
    assert list(found) == fields
    assert [len(found[name]) for name in fields] == [
        {"weights": 2, "change": 2, "second_pass": 4}.get(name, 1) for name in fields
    ]
    assert found["second_pass"] == [
        "second_pass.strength must be above 0 and at most 1; got 2",
        "second_pass.guidance_scale must be from 0 to 20; got 99",
        "second_pass.scale must be from 1 to 4; got 0.5",
        "second_pass draws the whole picture again, and change keeps a part; leave one out",
    ]


@pytest.mark.parametrize(
    ("wanted", "field", "message"),
    [
        (
            request(steps=1, init_image=png()),
            "strength",
            "strength must leave at least one of 1 step, so be at least 1; got none, which means 0.8",
        ),
        (
            request(steps=3, strength=0.3, init_image=png()),
            "strength",
            "strength must leave at least one of 3 steps, so be at least 0.3334; got 0.3",
        ),
        (request(width=130), "width", "size (width x height) must be one of 128x192, 160x160, 192x128; got width 130"),
        (
            request(width=160),
            "width",
            "size (width x height) must be one of 128x192, 160x160, 192x128; "
            "got 160x192, the height being the model's default",
        ),
        (request(width=192, height=192), "height", "must be one of 128x192, 160x160, 192x128; got 192x192"),
        (request(width=100, init_image=png()), "width", "got width 100"),
        (request(steps=51, sampler="lcm"), "steps", "steps must be from 1 to 50 with lcm; got 51"),
        (
            request(sampler="lcm", second_pass=SecondPass(steps=60)),
            "second_pass",
            "second_pass.steps must be from 1 to 50 with lcm; got 60",
        ),
        (request(image_index=-1), "image_index", "image_index must be from 0 to 4294967295; got -1"),
        (
            request(image_index=MAX_IMAGE_INDEX, num_images=2),
            "image_index",
            "image_index must leave room for 2 pictures up to 4294967295; got 4294967295",
        ),
        (request(groups={"hats": "x", "caps": "y"}), "groups", "got 'hats' and 1 more"),
        (request("a (hat:9), (boots:9)"), "description", "got 9 for 'a (hat:9)' (and for 1 more)"),
    ],
)
def test_one_mistake_is_one_message(wanted: GenerationRequest, field: str, message: str) -> None:
    found = mistakes(wanted)
    assert list(found) == [field]
    [said] = found[field]
    assert message in said


@pytest.mark.parametrize(
    ("wanted", "known", "fields"),
    [
        # Wrong steps say nothing of a strength, a wrong sampler nothing of the steps, a wrong size nothing of a scale.
        (request(steps=0, strength=0.01, init_image=png()), {}, ["steps"]),
        (request(steps=0, second_pass=SecondPass(strength=0.01)), {}, ["steps"]),
        (request(steps=60, sampler="lmc"), {}, ["sampler"]),
        (request(width=100, second_pass=SecondPass(scale=1.3)), {}, ["width"]),
        (request(guidance_scale=99, second_pass=SecondPass()), {}, ["guidance_scale"]),
        # A picture that cannot be read is a picture all the same; what size it has is not known.
        (request(init_image=b"GIF89a", strength=0.5, height=160), {}, ["init_image"]),
        (request(strength=0.5, height=160), {"init_image": "no base64"}, ["init_image"]),
        (request(strength=5.0, height=161), {"init_image": "no base64"}, ["height", "init_image", "strength"]),
        # The same for what a schema refused.
        (request(init_image=png(), strength=0.1), {"steps": "no number"}, ["steps"]),
        (request(init_image=png(), steps=1), {"strength": "no number"}, ["strength"]),
        (request(height=160), {"width": "no number"}, ["width"]),
        (request(""), {"description": "no text"}, ["description"]),
        (request(""), {"groups": "no object"}, ["groups"]),
        (request(image_index=MAX_IMAGE_INDEX), {"num_images": "no number"}, ["num_images"]),
        (request("", steps=0), {"colour": "is no field"}, ["description", "steps", "colour"]),
    ],
)
def test_no_mistake_makes_another(wanted: GenerationRequest, known: dict[str, str], fields: list[str]) -> None:
    assert list(mistakes(wanted, **known)) == fields


def test_a_free_size_is_judged_side_by_side() -> None:
    assert mistakes(request(width=130, height=1000), FREE) == {
        "width": ["width must be a multiple of 16 from 128 to 192; got 130"],
        "height": ["height must be a multiple of 16 from 128 to 192; got 1000"],
    }
    [message] = mistakes(request(second_pass=SecondPass(scale=1.5)), FREE)["second_pass"]
    assert message == "second_pass.scale 1.5 makes it 192x288: height must be a multiple of 16 from 128 to 192; got 288"


def test_the_least_strength_that_is_told_leaves_a_step() -> None:
    model = replace(MODEL, max_steps=1000)
    for steps in range(1, 1001):
        [message] = mistakes(request(steps=steps, strength=1e-9, init_image=png()), model)["strength"]
        least = float(message.partition("so be at least ")[2].partition(";")[0])
        assert num_skipped_steps(steps, least) < steps


def test_a_prepared_request_knows_what_was_asked_and_of_whom() -> None:
    wanted = request(image_index=3, request_id="r")
    prepared = prepare(wanted, MODEL)
    assert (prepared.asked, prepared.model, prepared.image_index, prepared.request_id) == (wanted, MODEL, 3, "r")
    assert prepared.plan is None
    assert prepare(wanted, MODEL, planner=lambda description, negative, guided: (description, guided)).plan == (
        wanted.description,
        True,
    )
