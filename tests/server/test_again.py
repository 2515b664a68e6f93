"""Every picture of a request is made again, byte for byte, from its own metadata: over HTTP, by real arithmetic."""

import base64
import hashlib
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from engine.engine import Engine, EngineSettings
from engine.pictures.encode import read_provenance
from server.app import create_app
from server.schemas.generate import GenerateBody
from server.settings import Settings

#: Fields of a request that say how it is run and in what answer, and not what a picture looks like.
NOT_OF_A_PICTURE = {"num_images", "priority", "deadline_seconds", "preview_every", "attention"}


def png(width: int = 64, height: int = 96) -> bytes:
    coarse = np.random.default_rng(3).integers(0, 255, (6, 4, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC).save(buffer, "PNG")
    return buffer.getvalue()


def half() -> bytes:
    buffer = io.BytesIO()
    mask = Image.new("L", (32, 48), 0)
    mask.paste(255, (0, 0, 16, 48))
    mask.save(buffer, "PNG")
    return buffer.getvalue()


INIT_IMAGE = base64.b64encode(png()).decode("ascii")
EDIT = {
    "init_image": base64.b64encode(png(32, 48)).decode("ascii"),
    "mask": base64.b64encode(half()).decode("ascii"),
}
#: The files that metadata do not hold, by their digests.
FILES = {
    hashlib.sha256(base64.b64decode(each)).hexdigest(): each for each in (INIT_IMAGE, EDIT["init_image"], EDIT["mask"])
}
OF_AN_EDIT = {"mask", "change", "grow", "feather"}
OF_A_CUTOUT = {"cutout"}  # told where it was asked for
OF_ADAPTERS = {"loras", "control"}  # told where there are some
WORDS = {"description": "a woman in a (red dress:1.3), no hat, long brown hair"}
BODIES: dict[str, dict[str, Any]] = {
    "words": WORDS,
    "no seed": WORDS | {"seed": None, "num_images": 4},
    "later pictures": WORDS | {"image_index": 4_294_967_290},
    "groups": {"groups": {"hair": "long brown hair", "shot": "a full-body shot", "negated": "no hat"}},
    "groups over words": WORDS | {"groups": {"dress": "a (blue dress:0.7)", "hair": ""}, "weights": {"person": 2}},
    "negative": WORDS | {"negative_description": "glasses, 'quotes' & ünïcode 🎩"},
    "no guidance": WORDS | {"guidance_scale": 1},
    "guidance for a while": WORDS | {"guidance_interval": [0.25, 0.75], "guidance_scale": 5.5},
    "another size": WORDS | {"width": 48, "height": 32},
    "a sampler that draws": WORDS | {"sampler": "euler_a"},
    "a second pass": WORDS | {"second_pass": {"strength": 0.5, "guidance_scale": 2}},
    "from a picture": WORDS | {"init_image": INIT_IMAGE, "strength": 0.6},
    "both, with noise": WORDS
    | {"init_image": INIT_IMAGE, "second_pass": {"strength": 0.5, "steps": 4}, "sampler": "euler_a", "steps": 5},
    "jpeg": WORDS | {"image_format": "jpeg"},
    "a small jpeg": WORDS | {"image_format": "jpeg", "image_quality": 1},
    "a large webp": WORDS | {"image_format": "webp", "image_quality": 100},
    "webp": WORDS | {"image_format": "webp"},
    "an edit": WORDS | EDIT | {"sampler": "euler_a"},
    "an edit as webp": WORDS | EDIT | {"image_format": "webp", "strength": 0.6, "grow": 2, "feather": 0},
}


@pytest.fixture
async def drawn(bundle: Path, talk: Any) -> AsyncIterator[httpx.AsyncClient]:
    engine = Engine.load(bundle, EngineSettings(num_threads=1, warm_up=False))
    async with talk(create_app(Settings(), engine)) as client:
        yield client


def again(data: bytes) -> dict[str, Any]:
    """The body that asks for a picture alone: what its metadata has under the names of a request's fields."""
    kept = read_provenance(data)
    body = {name: kept[name] for name in GenerateBody.model_fields if name in kept}
    for name in ("init_image", "mask"):
        if f"{name}_sha256" in kept:
            body[name] = FILES[kept[f"{name}_sha256"]]
    return body


@pytest.mark.parametrize("name", BODIES)
async def test_every_picture_is_made_again_from_its_own_metadata(name: str, drawn: httpx.AsyncClient) -> None:
    body = {"seed": 100, "num_images": 3, "steps": 4} | BODIES[name]
    answer = (await drawn.post("/generate", json=body)).raise_for_status().json()
    pictures = [base64.b64decode(each["data"]) for each in answer["images"]]
    assert len(set(pictures)) == body["num_images"]
    for told, data in zip(answer["images"], pictures, strict=True):
        alone = (await drawn.post("/generate", json=again(data), headers={"Accept": "image/*"})).raise_for_status()
        assert alone.content == data
        assert alone.headers["x-seed"] == str(told["seed"]) == str(answer["seed"])
        assert alone.headers["x-image-index"] == str(told["image_index"]) == str(again(data)["image_index"])
        assert told["image_index"] == answer["image_index"] + told["index"]


async def test_every_form_of_the_answer_names_the_picture(drawn: httpx.AsyncClient) -> None:
    body = WORDS | {"seed": 7, "steps": 2, "image_index": 5, "num_images": 2}
    answer = (await drawn.post("/generate", json=body)).json()
    assert (answer["image_index"], [each["image_index"] for each in answer["images"]]) == (5, [5, 6])
    events = (await drawn.post("/generate", json=body, headers={"Accept": "text/event-stream"})).text
    told = [json.loads(line[6:]) for line in events.splitlines() if line.startswith("data: ")]
    assert [each["image_index"] for each in told if "steps" in each] == [5]
    images = sorted((each for each in told if "data" in each), key=lambda each: each["index"])
    assert images == answer["images"]
    alone = await drawn.post("/generate", json=body | {"num_images": 1}, headers={"Accept": "image/png"})
    assert alone.headers["content-disposition"] == 'inline; filename="7-5.png"'


async def test_metadata_hold_every_field_that_a_picture_depends_on(drawn: httpx.AsyncClient) -> None:
    """A field that joins the request joins the metadata, or is said here to be no part of a picture."""
    body = BODIES["both, with noise"] | {"steps": 4}
    data = (await drawn.post("/generate", json=body, headers={"Accept": "image/png"})).content
    assert (
        set(again(data)) == set(GenerateBody.model_fields) - NOT_OF_A_PICTURE - OF_AN_EDIT - OF_A_CUTOUT - OF_ADAPTERS
    )
    data = (await drawn.post("/generate", json=BODIES["an edit"], headers={"Accept": "image/png"})).content
    assert set(again(data)) & OF_AN_EDIT == OF_AN_EDIT - {"change"}


@pytest.mark.parametrize("more", [{"variant": "few_steps"}, {"decoder": "fast"}])
async def test_a_fast_picture_is_made_again_from_its_own_metadata(
    more: dict[str, Any], tiny_fast: Path, talk: Any
) -> None:
    engine = Engine.load(tiny_fast / "bundle", EngineSettings(num_threads=1, warm_up=False))
    async with talk(create_app(Settings(), engine)) as client:
        first = await client.post("/generate", json=WORDS | more, headers={"Accept": "image/png"})
        assert first.status_code == 200, first.text
        body = again(first.content)
        assert body.items() >= more.items()
        second = await client.post("/generate", json=body, headers={"Accept": "image/png"})
        assert second.content == first.content


async def test_a_picture_that_keeps_to_something_is_made_again(controlled_bundle: Path, talk: Any) -> None:
    """A pose is in the metadata, whole; of a layout there are its digest, scale and steps, and the file comes again."""
    engine = Engine.load(controlled_bundle, EngineSettings(num_threads=1, warm_up=False))
    layout = base64.b64encode(half()).decode("ascii")
    pose = {"pose": [[0.1 + 0.05 * number, 0.5] for number in range(17)] + [None], "scale": 0.5, "until": 0.75}
    async with talk(create_app(Settings(), engine)) as client:
        for control in (pose, {"layout": {"hair": layout}, "until": 0.5}):
            first = await client.post("/generate", json=WORDS | {"control": control}, headers={"Accept": "image/png"})
            assert first.status_code == 200, first.text
            body, kept = again(first.content), read_provenance(first.content)
            if "layout" in control:
                assert "control" not in body
                assert kept["control_layout_sha256"] == {"hair": hashlib.sha256(half()).hexdigest()}
                body["control"] = {"layout": {"hair": layout}, **kept["control_layout"]}
            second = await client.post("/generate", json=body, headers={"Accept": "image/png"})
            assert second.content == first.content
