"""Adapters, served: named by requests, mixed in forwards, told in pictures; what cannot act is refused."""

import asyncio
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.adapters.info import AdapterInfo
from engine.bundle.manifest import ADAPTED_FILE, UNET_FILE
from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, ModelInfo, SecondPass, Step
from engine.errors import RequestError
from engine.request.prepare import prepare
from tests.engine.adapters.random_adapters import RANKS, write_adapters
from tests.engine.test_fast_paths import Seen

SETTINGS = EngineSettings(num_threads=1, warm_up=False)
TEXT = "a woman in a red dress"


@pytest.fixture(scope="module")
def folder(adapted_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_adapters(adapted_bundle, tmp_path_factory.mktemp("served") / "loras")


def request(**changes: Any) -> GenerationRequest:
    return GenerationRequest(**{"description": parse(TEXT), "seed": 5, **changes})


def events(
    bundle: Path, adapters: Path | None, *requests: GenerationRequest, seen: Seen | None = None, warm_up: bool = False
) -> tuple[list[list[Any]], Engine]:
    async def one(engine: Engine, each: GenerationRequest) -> list[Any]:
        return [event async for event in engine.generate(each)]

    async def everything() -> tuple[list[list[Any]], Engine]:
        settings = replace(SETTINGS, adapters=adapters, warm_up=warm_up)
        async with Engine.load(bundle, settings, seen) as engine:
            return list(await asyncio.gather(*(one(engine, each) for each in requests))), engine

    return asyncio.run(everything())


def image(told: list[Any]) -> bytes:
    [found] = [event.data for event in told if isinstance(event, ImageReady)]
    return bytes(found)


def said(picture: bytes) -> Any:
    return json.loads(Image.open(io.BytesIO(picture)).text["cosmicman"])  # type: ignore[attr-defined]


def test_pictures_without_adapters_are_the_same_to_the_byte_and_run_on_the_plain_graph(
    adapted_bundle: Path, folder: Path
) -> None:
    seen = Seen()
    [[before], _], [[after], _] = (
        events(adapted_bundle, None, request()),
        events(adapted_bundle, folder, request(loras={"ink": 0.0}), seen=seen),
    )
    assert image(after) == image(before)
    assert "loras" not in said(image(after))
    assert len(seen.of(ADAPTED_FILE)) == 1  # the one that is tried at the start


def test_each_adapter_draws_something_else_and_is_told(adapted_bundle: Path, folder: Path) -> None:
    asked = [request(), *(request(loras={name: 1.0}) for name in RANKS), request(loras={"ink": 1.0, "wool": -0.5})]
    told, engine = events(adapted_bundle, folder, *asked)
    pictures = [image(each) for each in told]
    assert len(set(pictures)) == len(pictures)
    digests = {info.name: info.sha256 for info in engine.model.adapters}
    assert said(pictures[-1])["loras"] == {"ink": 1.0, "wool": -0.5}
    assert said(pictures[-1])["loras_sha256"] == {name: digests[name] for name in ("ink", "wool")}


def test_a_picture_does_not_depend_on_the_adapters_beside_it(adapted_bundle: Path, folder: Path) -> None:
    asked = [
        request(loras={"ink": 1.0}),
        request(loras={"film": 0.8, "wool": 0.3}),
        request(),
        request(loras={"wool": 1.5}, guidance_scale=1.0, sampler="euler_a"),
    ]
    alone = [image(events(adapted_bundle, folder, each)[0][0]) for each in asked]
    seen = Seen()
    told, engine = events(adapted_bundle, folder, *asked, seen=seen, warm_up=True)
    assert [image(each) for each in told] == alone
    assert max(map(len, seen.of(ADAPTED_FILE))) > 2
    stats = engine.stats()
    assert 0 < stats.forwards_adapted_total < stats.forwards_total + 1 and stats.adapter_bytes > 0
    assert all(event.bucket.endswith("columns") for event in told[0] if isinstance(event, Step) and event.bucket)


def test_adapters_act_in_both_passes_and_on_a_start_picture(adapted_bundle: Path, folder: Path) -> None:
    start = image(events(adapted_bundle, folder, request())[0][0])
    second, plain = (
        events(adapted_bundle, folder, request(loras=loras, init_image=start, second_pass=SecondPass()))[0][0]
        for loras in ({"film": 1.0}, {})
    )
    assert image(second) != image(plain)


def test_attention_is_told_with_adapters_and_changes_nothing(adapted_bundle: Path, folder: Path) -> None:
    """Alone, and beside pictures with other adapters and with none: the same files, the same maps."""
    ink, both = {"ink": 1.0}, {"film": 0.8, "wool": -0.5}
    plain = [image(events(adapted_bundle, folder, request(loras=loras))[0][0]) for loras in (ink, both)]
    watched = [request(loras=loras, attention=True) for loras in (ink, both, {})]
    alone = [events(adapted_bundle, folder, each)[0][0] for each in watched]
    assert [image(each) for each in alone[:2]] == plain
    maps = [attention(each) for each in alone]
    assert maps[0].keys() == maps[2].keys() and maps[0] != maps[1] != maps[2] != maps[0]
    mixed = [*watched, request(loras={"wool": 1.0}), request(seed=6)]
    told, engine = events(adapted_bundle, folder, *mixed, warm_up=True)
    assert [image(each) for each in told[:3]] == [image(each) for each in alone]
    assert [attention(each) for each in told] == [*maps, {}, {}]
    assert engine.model.adapted_attention and engine.stats().forwards_adapted_total


def attention(told: list[Any]) -> dict[str, bytes]:
    [found] = [event.attention for event in told if isinstance(event, ImageReady)]
    return dict(found)


def test_maps_with_an_adapter_of_scale_so_small_that_it_does_nothing_are_the_plain_ones(
    adapted_bundle: Path, folder: Path
) -> None:
    tiny, plain = (
        events(adapted_bundle, folder, request(loras=loras, attention=True))[0][0] for loras in ({"ink": 1e-30}, {})
    )
    for group, png in attention(plain).items():
        found, expected = (np.asarray(Image.open(io.BytesIO(each)), int) for each in (attention(tiny)[group], png))
        assert np.abs(found - expected).max() <= 1, "of 255, by rounding alone"


def test_without_adapters_their_graph_is_not_loaded(adapted_bundle: Path, folder: Path, tmp_path: Path) -> None:
    seen = Seen()
    (tmp_path / "bad.safetensors").write_bytes(b"")
    _, engine = events(adapted_bundle, tmp_path, request(), seen=seen)
    assert not seen.of(ADAPTED_FILE) and seen.of(UNET_FILE)
    assert [info.refused != "" for info in engine.model.adapters] == [True]


INFOS = (
    AdapterInfo(name="ink", rank=4),
    AdapterInfo(name="film", rank=100),
    AdapterInfo(name="wool", rank=30),
    AdapterInfo(name="old", refused="its names are unknown"),
    AdapterInfo(name="tin", rank=1),
)


@pytest.fixture(scope="module")
def model(bundle: Path) -> ModelInfo:
    return replace(Engine.load(bundle, SETTINGS).model, adapters=INFOS, adapter_columns=128)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"loras": {"inkk": 1.0}}, "loras may name registered adapters; got 'inkk', did you mean ink?"),
        ({"loras": {"x": 1.0}}, "loras may name ink, film, wool, tin; got 'x'"),
        ({"loras": {"old": 1.0}}, "loras.old cannot be used: its names are unknown"),
        ({"loras": {"ink": 2.5}}, "loras.ink must be from -2 to 2; got 2.5"),
        ({"loras": {"ink": float("nan")}}, "loras.ink must be from -2 to 2; got nan"),
        ({"loras": dict.fromkeys(["ink", "film", "wool", "tin", "x"], 1.0)}, "at most 4 adapters; got 5"),
        ({"loras": {"film": 1.0, "wool": 1.0}}, r"may sum to 128; got 130 (film 100, wool 30)"),
        ({"loras": {"ink": 1.0}, "variant": "few_steps"}, "loras act in variant full, whose graph takes adapters"),
    ],
)
def test_what_cannot_act_is_refused(model: ModelInfo, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as error:
        prepare(request(**asked), model)
    assert any(message in each for each in error.value.mistakes["loras"])


def test_a_graph_that_tells_no_attention_is_not_asked_for_it(model: ModelInfo) -> None:
    asked = request(loras={"ink": 1.0}, attention=True)
    with pytest.raises(RequestError, match="attention with loras needs an adapted UNet that tells it"):
        prepare(asked, replace(model, adapted_attention=False))
    assert prepare(asked, replace(model, adapted_attention=True)).attention


def test_columns_of_adapters_that_do_nothing_do_not_count(model: ModelInfo) -> None:
    assert prepare(request(loras={"film": 1, "wool": 0}), model).loras == {"film": 1.0}
    with pytest.raises(RequestError, match="name adapters, and none is registered here; got 'ink'"):
        prepare(request(loras={"ink": 1.0}), replace(model, adapters=()))
