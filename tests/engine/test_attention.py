"""An engine that tells where words were heeded: the same pictures, maps of the right cells, and true refusals."""

import asyncio
import io
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SecondPass
from engine.errors import RequestError
from engine.export.group_attention.older_bundle import remove_from_bundle
from engine.remote import messages

FIGURINE = Path(__file__).resolve().parents[2] / "models" / "figurine-bundle"
SETTINGS = EngineSettings(num_threads=1, warm_up=False)
DESCRIPTION = "a woman with long red hair, a green coat, no hat"
LONG = ", ".join(["a woman with long brown hair wearing a plaid shirt"] * 8)


def asked(text: str = DESCRIPTION, **fields: Any) -> GenerationRequest:
    return GenerationRequest(description=parse(text), **{"seed": 7, "steps": 3, **fields})


def pictures(bundle: Path, *requests: GenerationRequest, at_once: bool = False) -> list[ImageReady]:
    async def one(engine: Engine, request: GenerationRequest) -> list[ImageReady]:
        async with aclosing(engine.generate(request)) as events:
            return [event async for event in events if isinstance(event, ImageReady)]

    async def run() -> list[ImageReady]:
        async with Engine.load(bundle, SETTINGS) as engine:
            work = [one(engine, request) for request in requests]
            found = await asyncio.gather(*work) if at_once else [await each for each in work]
            return [image for images in found for image in images]

    return asyncio.run(run())


def grey(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        assert (image.format, image.mode) == ("PNG", "L")
        return np.asarray(image)


@pytest.mark.parametrize("family", ["bundle", "sdxl_bundle"])
def test_the_file_is_the_same_and_each_group_has_a_map(family: str, request: pytest.FixtureRequest) -> None:
    bundle = request.getfixturevalue(family)
    without, told, wide = pictures(
        bundle,
        asked(width=32, height=48),
        asked(width=32, height=48, attention=True),
        asked(LONG, width=48, height=32, attention=True, guidance_scale=1.0),
    )
    assert told.data == without.data, "attention is no part of a picture"
    assert not without.attention
    assert set(told.attention) == {"person", "hair", "outerwear"}, "what shall be absent is no part of what is drawn"
    for png in told.attention.values():
        assert grey(png).shape == (6, 4)
        assert grey(png).max() == 255
        assert len(png) < 200
    assert grey(wide.attention["top"]).shape == (4, 6)


def test_pictures_of_one_forward_keep_their_bits_and_maps(bundle: Path) -> None:
    requests = [asked(attention=True), asked(), asked(seed=8, attention=True), asked(seed=9, guidance_scale=1.0)]
    alone, together = pictures(bundle, *requests), pictures(bundle, *requests, at_once=True)
    assert [each.data for each in together] == [each.data for each in alone]
    assert [each.attention for each in together] == [each.attention for each in alone]
    assert alone[0].attention != alone[2].attention
    assert [bool(each.attention) for each in alone] == [True, False, True, False]


def test_a_second_pass_and_several_pictures(bundle: Path) -> None:
    both = SecondPass(strength=0.5)
    plain, first, *two = pictures(
        bundle,
        asked(attention=True),
        asked(second_pass=both, attention=True),
        asked(num_images=2, attention=True),
    )
    assert first.attention == plain.attention, "the first pass lays the picture out"
    assert first.data != plain.data
    assert two[0].attention == plain.attention != two[1].attention


def test_few_steps_tell_as_well() -> None:
    without, told, full = pictures(
        FIGURINE,
        asked(variant="few_steps", steps=None),
        asked(variant="few_steps", steps=None, attention=True),
        asked(attention=True),
    )
    assert told.data == without.data
    assert grey(told.attention["hair"]).shape == (12, 8)
    assert told.attention.keys() == full.attention.keys()
    assert told.attention != full.attention


def test_hair_is_heeded_above_boots_in_figurines_pictures() -> None:
    text = "a full-body shot of a young woman, long red hair, a white shirt, blue trousers, black boots"
    [image] = pictures(FIGURINE, asked(text, steps=None, attention=True))
    rows = {name: (grey(png) / 255.0).sum(1) for name, png in image.attention.items()}
    height = {name: float((np.arange(len(each)) * each).sum() / each.sum()) for name, each in rows.items()}
    assert height["hair"] < height["top"] < height["bottom"] < height["footwear"]


def test_an_older_bundle_draws_and_refuses_with_the_reason(bundle: Path, tmp_path: Path) -> None:
    remove_from_bundle(bundle, tmp_path / "older")
    engine = Engine.load(tmp_path / "older", SETTINGS)
    assert not engine.model.attention
    with pytest.raises(RequestError) as caught:
        engine.prepare(asked(attention=True, steps=999))
    assert list(caught.value.mistakes) == ["steps", "attention"]
    assert "its export is older" in caught.value.mistakes["attention"][0]
    older, newer = (pictures(path, asked())[0] for path in (tmp_path / "older", bundle))
    assert Image.open(io.BytesIO(older.data)).tobytes() == Image.open(io.BytesIO(newer.data)).tobytes()
    assert Engine.load(bundle, SETTINGS).model.attention


def test_maps_cross_the_line_to_an_engine_elsewhere() -> None:
    image = ImageReady(
        index=0, seed=7, data=b"picture", media_type="image/png", width=32, height=48, attention={"hair": b"map"}
    )
    blob = bytearray()
    assert messages.loads(messages.dumps(image, blob), messages.ANSWERS, bytes(blob)) == image
    request = asked(attention=True)
    assert messages.loads(messages.dumps(request), messages.QUESTIONS) == request
    assert "attention" not in messages.dumps(asked()), "an older engine can be asked for what it knows"
