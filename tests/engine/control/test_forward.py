"""The UNet with control: what diffusers draws with the same network, and never a bit from the rows beside it.

SD and SDXL, by every runtime that is here.
"""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import T2IAdapter, UNet2DConditionModel

from engine.bundle.manifest import load_bundle
from engine.control.layout import sets_of_items
from engine.control.maps import layout_map, pose_map
from engine.control.skeleton import POINTS
from engine.model.control import Controls, HeldTo
from engine.model.diffusion import DiffusionModel
from engine.regions.items import ITEM_CLASSES
from engine.request.control import Control, PreparedControl
from engine.sessions.auto import sessions_for
from engine.sessions.torch.sessions import TorchSessions
from engine.settings import EngineSettings, SessionSettings
from tests.engine.adapters.forwards import PROVIDERS, psnr, row, rows, same, token_groups

SIDES = (32, 48)  # width and height of a picture of the rows
SETTINGS = EngineSettings(num_threads=1)
POSE = tuple((0.1 + 0.04 * number, 0.9 - 0.03 * number) for number in range(len(POINTS)))


def items(width: int, height: int) -> Any:
    return np.random.default_rng(4).integers(0, len(ITEM_CLASSES), (height // 4, width // 4)).astype(np.uint8)


def held(kind: str, width: int = 32, height: int = 48, **asked: Any) -> HeldTo:
    sets = sets_of_items(items(width, height)) if kind == "layout" else None
    given = {"pose": POSE} if kind == "pose" else {"layout": b"a file"}
    return HeldTo(asked=PreparedControl(kind=kind, asked=Control(**given, **asked)), sets=sets)


@pytest.fixture(scope="module")
def controlled(family: str, controlled_bundle: Path, controlled_sdxl_bundle: Path) -> Path:
    return {"sd": controlled_bundle, "sdxl": controlled_sdxl_bundle}[family]


@pytest.fixture(scope="module")
def controls(controlled: Path) -> Controls:
    return Controls(load_bundle(controlled), SETTINGS)


@pytest.fixture(scope="module")
def model_by(controlled: Path, source: Path) -> Callable[[str], DiffusionModel]:
    made: dict[str, DiffusionModel] = {}

    def model(provider: str) -> DiffusionModel:
        if provider not in made:
            settings = EngineSettings(num_threads=1, sessions=SessionSettings(provider=provider))
            bundle = load_bundle(controlled)
            here = TorchSessions(source, bundle, settings) if provider == "torch" else sessions_for(bundle, settings)
            made[provider] = DiffusionModel(bundle, here)
            made[provider].load_adapted()
        return made[provider]

    return model


@pytest.fixture(params=PROVIDERS)
def model(request: pytest.FixtureRequest, model_by: Callable[[str], DiffusionModel]) -> DiffusionModel:
    return model_by(request.param)


def network(source: Path, kind: str) -> Any:
    return T2IAdapter.from_pretrained(source.parent / "control" / kind).eval()


def drawn_by_diffusers(source: Path, inputs: Mapping[str, Any], kind: str, scale: float) -> Any:
    """The UNet of diffusers with its own adapter: the slow reference."""
    width, height = SIDES
    read = (
        layout_map(sets_of_items(items(width, height)), width, height, in_colours=False)
        if kind == "layout"
        else pose_map(POSE, width, height)
    )
    adapter, unet = network(source, kind), UNet2DConditionModel.from_pretrained(source / "unet").eval()
    told = {name: torch.from_numpy(value) for name, value in inputs.items()}
    added = {name: told[name] for name in ("text_embeds", "time_ids") if name in told} or None
    squares = torch.nn.functional.avg_pool2d(torch.from_numpy(read), 8 // adapter.downscale_factor)
    with torch.no_grad():
        features = [scale * each.repeat(len(told["sample"]), 1, 1, 1) for each in adapter(squares)]
        return unet(
            told["sample"],
            told["timesteps"],
            told["encoder_hidden_states"],
            added_cond_kwargs=added,
            down_intrablock_additional_residuals=features,
        ).sample.numpy()


@pytest.mark.parametrize(("kind", "scale"), [("layout", 1.0), ("pose", 0.7), ("pose", 2.0)])
def test_it_draws_what_diffusers_draws(
    model: DiffusionModel, controls: Controls, source: Path, kind: str, scale: float
) -> None:
    inputs = rows(model, 2)
    features = controls.features(held(kind, scale=scale), *SIDES)
    both = {name: np.repeat(value, 2, axis=0) for name, value in features.items()}
    expected = drawn_by_diffusers(source, inputs, kind, scale)
    assert psnr(model.forward_adapted({**inputs, **both}, [()] * 2), expected) >= 60
    assert psnr(model.forward(inputs), expected) < 40


def test_a_row_is_what_it_is_alone_whatever_it_shares_a_forward_with(model: DiffusionModel, controls: Controls) -> None:
    inputs = rows(model, 4)
    each = [controls.features(held(kind), *SIDES) for kind in ("layout", "pose")]
    nothing = {name: np.zeros_like(value) for name, value in each[0].items()}
    of_rows = [each[0], nothing, each[1], nothing]
    told = {name: np.concatenate([features[name] for features in of_rows]) for name in each[0]}
    together = model.forward_adapted({**inputs, **told}, [()] * 4)
    for index in range(4):
        alone = model.forward_adapted({**row(inputs, index), **row(told, index)}, [()])
        assert same(alone[0], together[index], model), index
    for chosen in itertools.combinations(range(4), 2):
        picked = {name: value[list(chosen)] for name, value in {**inputs, **told}.items()}
        assert same(model.forward_adapted(picked, [()] * 2), together[list(chosen)], model), chosen


def test_rows_without_control_are_the_plain_graphs_or_kept_apart(model: DiffusionModel, controls: Controls) -> None:
    inputs, features = rows(model, 3), controls.features(held("layout"), *SIDES)
    told = {
        name: np.concatenate([np.zeros_like(value), value, np.zeros_like(value)]) for name, value in features.items()
    }
    plain, beside = model.forward(inputs), model.forward_adapted({**inputs, **told}, [()] * 3)
    assert not np.array_equal(beside[1], plain[1])
    np.testing.assert_allclose(beside[[0, 2]], plain[[0, 2]], atol=1e-4)
    if model.mixes_adapted:
        assert np.array_equal(beside[[0, 2]], plain[[0, 2]])


def test_the_bundles_own_runtime_mixes_them(model_by: Callable[[str], DiffusionModel]) -> None:
    assert model_by("cpu").mixes_adapted


@pytest.mark.parametrize(("width", "height"), [(32, 48), (40, 40), (48, 32)])
def test_every_size_of_the_model_is_taken(
    model_by: Callable[[str], DiffusionModel], controls: Controls, source: Path, width: int, height: int
) -> None:
    model = model_by("cpu")
    for kind in ("layout", "pose"):
        features = controls.features(held(kind, width, height), width, height)
        inputs = {**rows(model, 1), "sample": np.ones(model.latent_shape(width, height), np.float32)}
        assert np.isfinite(model.forward_adapted({**inputs, **features}, [()])).all()


def test_attention_is_told_by_every_runtime(
    model: DiffusionModel, model_by: Callable[[str], DiffusionModel], controls: Controls
) -> None:
    inputs, groups = rows(model, 2), token_groups(2)
    features = controls.features(held("layout"), *SIDES)
    told = inputs | {name: np.concatenate([value, np.zeros_like(value)]) for name, value in features.items()}
    outputs, maps = model.forward_adapted_attention(told, [()] * 2, groups)
    assert same(outputs, model.forward_adapted(told, [()] * 2), model)
    np.testing.assert_allclose(maps, model_by("cpu").forward_adapted_attention(told, [()] * 2, groups)[1], atol=1e-4)
    _, plain = model.forward_attention(inputs, groups)
    assert np.abs(maps[0] - plain[0]).max() > 1e-4
    np.testing.assert_allclose(maps[1], plain[1], atol=1e-4)
