"""An engine with a parser: cut-outs and label maps, and true refusals without one."""

import asyncio
import io
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.description import Description
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady
from engine.errors import RequestError
from engine.pictures.encode import read_provenance
from engine.regions.items import ITEM_CLASSES
from engine.regions.regions import Regions

SETTINGS = EngineSettings(num_threads=1, warm_up=False)


def asked(**fields: Any) -> GenerationRequest:
    return GenerationRequest(description=Description(text="a woman in a red dress", spans=()), seed=7, **fields)


def pictures(bundle: Path, *requests: GenerationRequest) -> tuple[list[bytes], Regions | None]:
    async def run() -> tuple[list[bytes], Regions | None]:
        found = []
        async with Engine.load(bundle, SETTINGS) as engine:
            for request in requests:
                async with aclosing(engine.generate(request)) as events:
                    found += [event.data async for event in events if isinstance(event, ImageReady)]
            return found, engine.regions

    return asyncio.run(run())


def mistakes(bundle: Path, **fields: Any) -> Mapping[str, Any]:
    with pytest.raises(RequestError) as caught:
        Engine.load(bundle, SETTINGS).prepare(asked(**fields))
    return caught.value.mistakes


@pytest.mark.parametrize("family", ["parsing_bundle", "parsing_sdxl_bundle"])
def test_a_cutout_is_the_same_picture_with_the_parsers_alpha(family: str, request: pytest.FixtureRequest) -> None:
    bundle = request.getfixturevalue(family)
    found, regions = pictures(bundle, asked(), asked(cutout=True), asked(cutout=True, image_format="webp"))
    plain, cut, webp = (Image.open(io.BytesIO(data)) for data in found)
    assert (plain.mode, cut.mode, webp.mode) == ("RGB", "RGBA", "RGBA")
    assert regions is not None
    alpha = regions.alpha(np.asarray(plain))
    assert (np.asarray(cut)[..., :3] == np.asarray(plain)).all()
    assert (np.asarray(cut)[..., 3] == alpha).all()
    assert (np.asarray(webp)[..., 3] == alpha).all()  # WebP keeps it whole even where colours lose


def test_a_cutout_says_so_in_its_metadata(parsing_bundle: Path) -> None:
    (plain, cut), _ = pictures(parsing_bundle, asked(), asked(cutout=True))
    assert read_provenance(cut)["cutout"] is True
    assert "cutout" not in read_provenance(plain)


@pytest.mark.parametrize("family", ["bundle", "sdxl_bundle"])
def test_without_a_parser_a_cutout_is_refused(family: str, request: pytest.FixtureRequest) -> None:
    found = mistakes(request.getfixturevalue(family), cutout=True)
    assert list(found) == ["cutout"]
    assert found["cutout"][0].startswith("cutout needs a parser, and the bundle of ")


def test_a_jpeg_has_no_transparency(parsing_bundle: Path) -> None:
    found = mistakes(parsing_bundle, cutout=True, image_format="jpeg")
    assert found == {"cutout": ["cutout takes image_format png or webp, which can be transparent; got jpeg"]}


def test_models_say_whether_they_have_a_parser(parsing_bundle: Path, bundle: Path) -> None:
    assert Engine.load(parsing_bundle, SETTINGS).model.regions
    assert not Engine.load(bundle, SETTINGS).model.regions


def test_a_callers_picture_is_parsed_as_one_to_start_from_is_read(parsing_bundle: Path, bundle: Path) -> None:
    picture = Image.new("RGB", (96, 96), "white")
    picture.paste("red", (0, 48, 96, 96))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")

    async def run() -> None:
        async with Engine.load(parsing_bundle, SETTINGS) as engine:
            labels = await engine.label_map(buffer.getvalue(), 32, 48)
            assert labels.shape == (48, 32)
            assert (labels[26:] == ITEM_CLASSES.index("top")).all()
            assert (labels[:22] == 0).all()
            with pytest.raises(RequestError, match=r"regions: the picture must be a PNG, JPEG or WebP"):
                await engine.label_map(b"nothing", 32, 48)
        async with Engine.load(bundle, SETTINGS) as engine:
            with pytest.raises(RequestError, match="regions need a parser, and the bundle of tiny has none"):
                await engine.label_map(buffer.getvalue(), 32, 48)

    asyncio.run(run())
