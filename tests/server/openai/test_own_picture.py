"""Pictures of this server below /v1: an edit changes what its prompt says otherwise, a variation draws it once more."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from openai import AsyncOpenAI, BadRequestError

from engine.bundle.manifest import FewSteps
from engine.description import parse
from engine.pictures.encode import encode
from tests.server.openai.test_edits import MASK, png

WORDS = "a woman with black hair, a red top"


def own_png(**more: Any) -> bytes:
    description = parse(WORDS)
    spans = [[span.start, span.end, span.group, span.weight] for span in description.spans]
    asked = {
        "drawn": {"text": WORDS, "spans": spans},
        "description": WORDS,
        "groups": {},
        "weights": {"hair": 1.5},
        "negative_description": "hat",
        "seed": 5,
        "image_index": 3,
        "image_format": "png",
        "image_quality": None,
        "width": 128,
        "height": 192,
        "steps": 7,
        "guidance_scale": 2.5,
        "guidance_interval": [0.0, 0.5],
        "sampler": "euler",
    } | more
    return encode(np.full((192, 128, 3), 90, np.uint8), "png", asked)


@pytest.fixture
def finds_groups(engine: Any) -> Any:
    engine.model = replace(engine.model, change_groups=("hair", "top"))
    return engine


async def test_an_edit_without_a_mask_changes_what_the_prompt_says_otherwise(
    live: Any, sdk: AsyncOpenAI, finds_groups: Any
) -> None:
    await sdk.images.edit(image=own_png(), prompt="a woman with black hair, a green top")
    assert finds_groups.seen[0].change == ("auto",)
    await sdk.images.edit(image=own_png(), mask=MASK, prompt=WORDS)
    assert finds_groups.seen[1].change == ()
    await sdk.images.edit(image=own_png(), prompt=WORDS, extra_body={"change": ["hair"]})
    assert finds_groups.seen[2].change == ("hair",)
    await sdk.images.edit(image=png(), prompt=WORDS)
    assert finds_groups.seen[3].change == ()
    with pytest.raises(BadRequestError, match="says the same; none differs") as caught:
        await sdk.images.edit(image=own_png(), prompt=WORDS)
    assert caught.value.param == "change"


async def test_where_nothing_finds_groups_the_drawing_starts_from_it(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    await sdk.images.edit(image=own_png(), prompt=WORDS)
    assert (engine.seen[0].change, engine.seen[0].init_image) == ((), own_png())


async def test_a_variation_is_the_same_request_with_another_seed(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    with pytest.warns(DeprecationWarning):
        answer = await sdk.images.create_variation(image=own_png(), n=2)
        await sdk.images.create_variation(image=own_png(), extra_body={"seed": 9, "num_inference_steps": 3})
        await sdk.images.create_variation(image=own_png(), extra_body={"strength": 0.5})
    assert answer.data is not None and len(answer.data) == 2
    one, two, three = engine.seen
    assert (one.description.text, one.seed, one.image_index, one.init_image) == (WORDS, None, 0, None)
    assert (one.steps, one.sampler, one.guidance_scale, one.width, one.height) == (7, "euler", 2.5, 128, 192)
    assert (one.negative_description, one.weights, one.guidance_interval) == ("hat", {"hair": 1.5}, (0.0, 0.5))
    assert (two.seed, two.steps) == (9, 3)
    assert (three.init_image, three.strength) == (own_png(), 0.5)


async def test_a_variation_of_few_steps_takes_few(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    engine.model = replace(engine.model, few_steps=FewSteps(steps=4, sampler="ddim"), fast_decoder=True)
    few = own_png(
        variant="few_steps",
        decoder="fast",
        steps=4,
        sampler="ddim",
        guidance_scale=1.0,
        guidance_interval=[0.0, 1.0],
        negative_description="",
    )
    with pytest.warns(DeprecationWarning):
        await sdk.images.create_variation(image=few)
        await sdk.images.create_variation(image=few, extra_body={"variant": "full"})
    one, two = engine.seen
    assert (one.variant, one.decoder, one.steps, one.sampler) == ("few_steps", "fast", 4, "ddim")
    assert (two.variant, two.decoder, two.steps, two.sampler, two.guidance_scale) == ("full", "fast", None, None, None)


async def test_a_variation_of_another_picture_needs_words(live: Any, sdk: AsyncOpenAI, engine: Any) -> None:
    for image in (png(), own_png(steps="many"), own_png(weights=[1])):
        with pytest.warns(DeprecationWarning), pytest.raises(BadRequestError, match="prompt is required") as caught:
            await sdk.images.create_variation(image=image)
        assert caught.value.param == "prompt"
    with pytest.warns(DeprecationWarning):
        await sdk.images.create_variation(image=png(), extra_body={"prompt": WORDS})
    assert engine.seen[0].init_image == png()
