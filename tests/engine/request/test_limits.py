"""What an operator allows of what a model can do: told as the model's own limits, and kept to."""

from dataclasses import replace

import pytest

from engine.description import Description
from engine.errors import RequestError
from engine.request.limits import RequestLimits
from engine.request.prepare import prepare
from engine.request.request import GenerationRequest, ModelInfo
from engine.request.second_pass import SecondPass
from engine.request.sizes import SizeLimits, scaled_down

SIDES = SizeLimits(minimum=64, maximum=512, multiple=64)
FREE = ModelInfo(
    name="free",
    family="sd",
    version="0",
    licence="Apache-2.0",
    widths=SIDES,
    heights=SIDES,
    sizes=(),
    default_width=384,
    default_height=512,
    default_steps=20,
    max_steps=100,
    default_guidance_scale=4.0,
    max_guidance_scale=20.0,
    default_sampler="ddim",
    samplers=("ddim", "lcm"),
    sampler_steps={"lcm": 50},
    max_images=8,
    max_characters=2000,
)
SIZED = replace(FREE, sizes=((384, 512), (512, 384), (192, 256), (256, 256)))


def asked(**fields: object) -> GenerationRequest:
    return GenerationRequest(description=Description(text="a red hat", spans=()), **fields)  # type: ignore[arg-type]


def test_without_limits_a_model_is_as_it_is() -> None:
    assert RequestLimits().lower(FREE) == FREE
    assert RequestLimits(max_steps=1000, max_images=1000).lower(FREE) == FREE


def test_defaults_over_a_limit_come_down_to_it() -> None:
    lower = RequestLimits(max_steps=10, max_pixels=100_000, max_images=2)
    free, sized = lower.lower(FREE), lower.lower(SIZED)
    assert (free.max_steps, free.default_steps, free.max_images, free.sampler_steps) == (10, 10, 2, {})
    assert (free.default_width, free.default_height) == (256, 384)
    assert sized.sizes == ((192, 256), (256, 256))
    assert (sized.default_width, sized.default_height) == (192, 256)
    prepared = prepare(asked(), free)
    assert (prepared.width, prepared.height, prepared.steps) == (256, 384, 10)


@pytest.mark.parametrize("model", [FREE, SIZED])
def test_a_limit_that_leaves_no_size_is_refused(model: ModelInfo) -> None:
    with pytest.raises(ValueError, match="^max_pixels must be at least [0-9]+, which free draws at least; got 100$"):
        RequestLimits(max_pixels=100).lower(model)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"steps": 11}, "steps must be from 1 to 10; got 11"),
        ({"num_images": 3}, "num_images must be from 1 to 2; got 3"),
        (
            {"width": 320, "height": 320},
            "width x height may be at most 100000 pixels; got 320x320, 102400 pixels",
        ),
        (
            {"width": 256, "height": 256, "second_pass": SecondPass(scale=2)},
            "second_pass.scale 2 makes it 512x512: it may be at most 100000 pixels; got 262144",
        ),
    ],
)
def test_a_request_over_a_limit_is_told_which(fields: dict[str, object], message: str) -> None:
    model = RequestLimits(max_steps=10, max_pixels=100_000, max_images=2).lower(FREE)
    with pytest.raises(RequestError) as caught:
        prepare(asked(**fields), model)
    assert str(caught.value) == message


def test_scaling_down_keeps_the_shape_and_ends() -> None:
    for pixels in (64 * 64, 10_000, 50_000, 200_000):
        width, height = scaled_down((512, 256), pixels, SIDES, SIDES)
        assert width * height <= pixels
        assert width % 64 == height % 64 == 0
    assert scaled_down((512, 256), 10**6, SIDES, SIDES) == (512, 256)
