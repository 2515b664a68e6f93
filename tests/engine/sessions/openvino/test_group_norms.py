"""Group normalisation of large maps takes another form, which gives the same numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bundle.manifest import VAE_DECODER_FILE, load_bundle
from engine.sessions.auto import sessions_for
from engine.sessions.openvino.group_norms import rewrite_group_norms
from engine.sessions.openvino.library import core, installed, library
from engine.settings import EngineSettings, SessionSettings

pytestmark = pytest.mark.skipif(not installed(), reason="the openvino extra is not installed")

FIGURINE = Path(__file__).resolve().parents[4] / "models" / "figurine-bundle"


def normalising(shape: tuple[int, ...], *, scale: float = 1.0, shift: float = 0.0, read_twice: bool = False) -> Any:
    """As an exported graph says it, in four groups."""
    make = library().opset13
    maps = make.parameter(list(shape), np.float32)
    rows = make.reshape(maps, make.constant(np.array([0, 4, -1], np.int64)), True)
    normalised = make.mvn(rows, make.constant(np.array([2], np.int64)), True, 1e-5, "inside_sqrt")
    scaled = make.multiply(normalised, make.constant(np.full((1, 4, 1), scale, np.float32)))
    moved = make.add(scaled, make.constant(np.full((1, 4, 1), shift, np.float32)))
    results = [make.reshape(moved, make.shape_of(maps), False)] + ([moved] if read_twice else [])
    return library().Model(results, [maps])


def computed(model: Any, maps: np.ndarray[Any, Any]) -> Any:
    return core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([maps])[0]


@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_the_numbers_are_those_of_the_equation(offset: float) -> None:
    maps = (np.random.default_rng(0).standard_normal((3, 8, 32, 40)) * 3 + offset).astype(np.float32)
    model = normalising(maps.shape)
    assert rewrite_group_norms(model) == 1
    assert not any(node.get_type_name() == "MVN" for node in model.get_ordered_ops())
    grouped = maps.astype(np.float64).reshape(3, 4, -1)
    deviation = np.sqrt(grouped.var(axis=2, keepdims=True) + 1e-5)
    expected = ((grouped - grouped.mean(axis=2, keepdims=True)) / deviation).reshape(maps.shape)
    np.testing.assert_allclose(computed(model, maps), expected, atol=1e-5 * (1 + offset))


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((1, 8, 24, 16), {}),
        ((1, 8, 32, 32), {"scale": 2.0}),
        ((1, 8, 32, 32), {"shift": 1.0}),
        ((1, 8, 32, 32), {"read_twice": True}),
        ((1, 8, 2048), {}),
    ],
    ids=["a small map", "scaled", "shifted", "read by another", "no map"],
)
def test_anything_else_stays_as_it_is(shape: tuple[int, ...], said: dict[str, Any]) -> None:
    model = normalising(shape, **said)
    before = [node.get_type_name() for node in model.get_ordered_ops()]
    assert rewrite_group_norms(model) == 0
    assert [node.get_type_name() for node in model.get_ordered_ops()] == before


def test_the_decoder_that_ships_is_rewritten_and_gives_the_same_picture() -> None:
    bundle = load_bundle(FIGURINE)
    latents = np.random.default_rng(0).standard_normal((1, bundle.manifest.latent_channels, 12, 8)).astype(np.float32)
    model = core().read_model(FIGURINE / VAE_DECODER_FILE)
    model.reshape({"latents": list(latents.shape)})
    assert rewrite_group_norms(model) > 0
    cpu, openvino = (
        sessions_for(bundle, EngineSettings(num_threads=1, sessions=settings))
        .load(VAE_DECODER_FILE)
        .run({"latents": latents})
        for settings in (
            SessionSettings(provider="cpu"),
            SessionSettings(provider="openvino", cpu_precision="float32"),
        )
    )
    first, second = (np.asarray(each[0] if isinstance(each, list | tuple) else each) for each in (cpu, openvino))
    np.testing.assert_allclose(first, second, atol=1e-4)
