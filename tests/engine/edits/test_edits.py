"""The engine edits a part of a picture: what stays is the original's to the bit, whatever the sampler."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, Preview, SecondPass, Started
from engine.errors import RequestError
from engine.pictures.encode import read_provenance
from engine.samplers import SAMPLERS
from tests.engine.test_passes import a_picture, collect, request

SETTINGS = EngineSettings(num_threads=1, warm_up=False)
PICTURE = a_picture()
INSIDE = np.zeros((48, 32), bool)
INSIDE[8:30, 4:20] = True


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


MASK = png((INSIDE * 255).astype(np.uint8))


def edit(**changes: Any) -> GenerationRequest:
    return request(**{"init_image": PICTURE, "mask": MASK, **changes})


def opened(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


async def drawn(engine: Engine, wanted: GenerationRequest) -> list[bytes]:
    ready = [event for event in await collect(engine, wanted) if isinstance(event, ImageReady)]
    return [event.data for event in sorted(ready, key=lambda event: event.index)]


@pytest.fixture
async def engine(bundle: Path) -> AsyncIterator[Engine]:
    async with Engine.load(bundle, SETTINGS) as engine:
        yield engine


@pytest.mark.parametrize("image_format", ["png", "webp"])
@pytest.mark.parametrize("name", SAMPLERS)
async def test_what_stays_is_the_original_s_to_the_last_bit(name: str, image_format: str, engine: Engine) -> None:
    original = opened(PICTURE)
    soft = png((INSIDE * 128).astype(np.uint8))
    for changes in ({}, {"strength": 0.5}, {"grow": 3, "feather": 0}, {"mask": soft}):
        allowed = INSIDE.copy()
        if "grow" in changes:
            allowed[5:33, 1:23] = True
        [data] = await drawn(engine, edit(sampler=name, image_format=image_format, **changes))
        found = opened(data)
        assert np.abs(found - original)[~allowed].max() == 0
        assert np.abs(found - original)[allowed].max() > 0


async def test_rows_with_edits_and_without_share_a_forward_and_know_nothing_of_each_other(engine: Engine) -> None:
    wanted = [edit(sampler=name, guidance_interval=(0.0, 0.6)) for name in SAMPLERS]
    wanted += [request(sampler=name) for name in SAMPLERS] + [edit(num_images=2, seed=8), request(init_image=PICTURE)]
    alone = [await drawn(engine, each) for each in wanted]
    before = engine.stats()
    together = await asyncio.gather(*(drawn(engine, each) for each in wanted))
    after = engine.stats()
    assert (after.rows_total - before.rows_total) > 2 * (after.forwards_total - before.forwards_total)
    assert together == alone


async def test_its_mask_is_told_and_its_digest_kept(engine: Engine) -> None:
    events = await collect(engine, edit(feather=1, num_images=2))
    [started] = [event for event in events if isinstance(event, Started)]
    assert started.mask is not None
    with Image.open(io.BytesIO(started.mask)) as mask:
        alpha = np.asarray(mask)
    assert ((alpha > 0) == INSIDE).all() and set(np.unique(alpha)) == {0, 128, 255}
    for ready in (event for event in events if isinstance(event, ImageReady)):
        kept = read_provenance(ready.data)
        assert kept["mask_sha256"] == hashlib.sha256(MASK).hexdigest()
        assert kept["changed_sha256"] == hashlib.sha256(started.mask).hexdigest()
        assert (kept["grow"], kept["feather"], kept["strength"]) == (0, 1, 1.0)
    [started] = [event for event in await collect(engine, request(init_image=PICTURE)) if isinstance(event, Started)]
    assert started.mask is None


async def test_a_transparent_mask_means_the_same_the_other_way(engine: Engine) -> None:
    clear = np.zeros((48, 32, 4), np.uint8)
    clear[..., 3] = 255 * ~INSIDE
    one, other = await drawn(engine, edit()), await drawn(engine, edit(mask=png(clear), mask_by_alpha=True))
    assert (opened(one[0]) == opened(other[0])).all()


async def test_a_grey_mask_changes_less(engine: Engine) -> None:
    original = opened(PICTURE)
    changes = []
    for grey in (64, 160, 255):
        [data] = await drawn(engine, edit(mask=png((INSIDE * grey).astype(np.uint8)), steps=8))
        changes.append(np.abs(opened(data) - original)[INSIDE].mean())
    assert changes[0] < changes[2]


async def test_previews_show_what_stays(bundle: Path, engine: Engine) -> None:
    if not engine.model.previews:
        pytest.skip("the tiny bundle has no preview map")
    events = await collect(engine, edit(preview_every=1))
    assert any(isinstance(event, Preview) for event in events)


NOTHING = png(np.zeros((48, 32), np.uint8))
REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no picture": ({"init_image": None}, "mask", "mask says what of init_image may change, and there is none"),
    "another size": ({"mask": png(np.zeros((32, 32), np.uint8))}, "mask", "init_image, 32x48; got 32x32"),
    "no PNG": ({"mask": a_picture(kind="JPEG")}, "mask", "a mask must be a PNG file; got a JPEG file"),
    "no alpha": ({"mask_by_alpha": True}, "mask", "must have an alpha channel"),
    "both": ({"change": ("top",)}, "change", "change and mask both say what may change"),
    "a JPEG": ({"image_format": "jpeg"}, "image_format", "ask for png or webp, which is written without loss"),
    "quality": ({"image_format": "webp", "image_quality": 90}, "image_quality", "an edit is written without loss"),
    "a second pass": ({"second_pass": SecondPass()}, "second_pass", "mask keeps a part; leave one out"),
    "another size of picture": ({"init_image": a_picture(64, 96)}, "init_image", "must have a size that"),
    "another size asked for": ({"width": 48, "height": 32}, "width", "an edit has the size of its picture, 32x48"),
    "grow": ({"grow": -1}, "grow", "grow must be from 0 to 256 pixels; got -1"),
    "feather": ({"feather": 65}, "feather", "feather must be from 0 to 64 pixels; got 65"),
    "no mask to grow": ({"mask": None, "grow": 1}, "grow", "there is neither mask nor change"),
    "no mask to feather": ({"mask": None, "feather": 1}, "feather", "there is neither mask nor change"),
    "no parser": ({"mask": None, "change": ("top",)}, "change", "needs a parser of pictures"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_ignored_is_refused_before_the_line(name: str, engine: Engine) -> None:
    changes, field, message = REFUSED[name]
    with pytest.raises(RequestError) as caught:
        engine.prepare(edit(**changes))
    assert any(message in said for said in caught.value.mistakes[field]), caught.value.mistakes


@pytest.mark.parametrize(
    ("mask", "message"),
    [(NOTHING, "it keeps every pixel"), (png((INSIDE * 40).astype(np.uint8)), "have 64 of 255 or more there")],
)
async def test_a_mask_that_keeps_all_is_refused_when_it_is_read(mask: bytes, message: str, engine: Engine) -> None:
    with pytest.raises(RequestError, match=message) as caught:
        await collect(engine, edit(mask=mask))
    assert caught.value.field == "mask"
