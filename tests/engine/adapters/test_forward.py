"""One forward for rows with different adapters: what merged weights draw, and never a bit from the rows beside it.

SD and SDXL, by every runtime that is here.
"""

import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx_ir
import pytest
import torch
from diffusers import UNet2DConditionModel

from engine.adapters.folder import Adapters
from engine.adapters.stack import Loras
from engine.bundle.manifest import ADAPTED_FILE, UNET_FILE, load_bundle
from engine.model.diffusion import DiffusionModel
from engine.pipeline_folder.merge import merging
from engine.sessions.auto import sessions_for
from engine.sessions.torch.sessions import TorchSessions
from engine.settings import EngineSettings, SessionSettings
from tests.engine.adapters.random_adapters import RANKS, write_adapters

PROVIDERS = ("cpu", "openvino", "torch")


@pytest.fixture(scope="module", params=["sd", "sdxl"])
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def adapted(family: str, adapted_bundle: Path, adapted_sdxl_bundle: Path) -> Path:
    return {"sd": adapted_bundle, "sdxl": adapted_sdxl_bundle}[family]


@pytest.fixture(scope="module")
def source(family: str, checkpoint: Path, sdxl_checkpoint: Path) -> Path:
    return {"sd": checkpoint, "sdxl": sdxl_checkpoint}[family]


@pytest.fixture(scope="module")
def folder(adapted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_adapters(adapted, tmp_path_factory.mktemp("adapters") / "loras")


@pytest.fixture(scope="module")
def model_by(adapted: Path, source: Path) -> Callable[[str], DiffusionModel]:
    made: dict[str, DiffusionModel] = {}

    def model(provider: str) -> DiffusionModel:
        if provider not in made:
            settings = EngineSettings(num_threads=1, sessions=SessionSettings(provider=provider))
            bundle = load_bundle(adapted)
            here = TorchSessions(source, bundle, settings) if provider == "torch" else sessions_for(bundle, settings)
            made[provider] = DiffusionModel(bundle, here, adapters=True)
        return made[provider]

    return model


@pytest.fixture(params=PROVIDERS)
def model(request: pytest.FixtureRequest, model_by: Callable[[str], DiffusionModel]) -> DiffusionModel:
    return model_by(request.param)


@pytest.fixture(scope="module")
def loras(adapted: Path, folder: Path) -> Mapping[str, Any]:
    adapters = Adapters(folder, load_bundle(adapted).manifest.adapted, half=False, keep_bytes=10**9)
    return {name: adapters.load(name) for name in RANKS}


def rows(model: DiffusionModel, number: int) -> dict[str, Any]:
    random = np.random.default_rng(7)
    manifest = model.manifest
    shapes = {
        "sample": (manifest.latent_channels, 12, 8),
        "encoder_hidden_states": (77, manifest.context_width),
    }
    if manifest.family == "sdxl":
        shapes |= {"text_embeds": (manifest.pooled_width,), "time_ids": (6,)}
    told = {name: random.normal(size=(number, *shape)).astype(np.float32) for name, shape in shapes.items()}
    return told | {"timesteps": np.linspace(900, 100, number, dtype=np.float32)}


def row(inputs: Mapping[str, Any], index: int) -> dict[str, Any]:
    return {name: value[index : index + 1] for name, value in inputs.items()}


def psnr(found: Any, expected: Any) -> float:
    return float(10 * np.log10(np.ptp(expected) ** 2 / np.mean((found - expected) ** 2)))


def test_a_row_is_what_it_is_alone_whatever_lies_beside_it(model: DiffusionModel, loras: Mapping[str, Any]) -> None:
    ink, film, wool = (loras[name] for name in RANKS)
    each: list[Loras] = [((ink, 1.0),), ((film, 0.7), (ink, -0.5)), ((wool, 2.0),), ((film, 1.0),)]
    inputs = rows(model, 4)
    together = model.forward_adapted(inputs, each)
    for index, own in enumerate(each):
        assert np.array_equal(model.forward_adapted(row(inputs, index), [own])[0], together[index]), index
    for chosen in itertools.combinations(range(4), 2):
        picked = {name: value[list(chosen)] for name, value in inputs.items()}
        assert np.array_equal(model.forward_adapted(picked, [each[index] for index in chosen]), together[list(chosen)])


def test_rows_without_adapters_are_the_plain_graphs_or_kept_apart(
    model: DiffusionModel, loras: Mapping[str, Any]
) -> None:
    inputs = rows(model, 3)
    plain = model.forward(inputs)
    beside = model.forward_adapted(inputs, [(), ((loras["wool"], 1.0),), ((loras["ink"], 0.0),)])
    assert not np.array_equal(beside[1], plain[1])
    np.testing.assert_allclose(beside[[0, 2]], plain[[0, 2]], atol=1e-4)
    if model.mixes_adapted:
        assert np.array_equal(beside[[0, 2]], plain[[0, 2]])


def test_the_bundles_own_runtime_mixes_them(model_by: Callable[[str], DiffusionModel]) -> None:
    assert model_by("cpu").mixes_adapted


@pytest.mark.parametrize("wanted", [{"ink": 1.0}, {"film": 0.8, "wool": -0.6}, {"ink": 2.0, "film": 1.0, "wool": 1.0}])
def test_it_draws_what_merged_weights_draw(
    model: DiffusionModel, source: Path, folder: Path, loras: Mapping[str, Any], wanted: dict[str, float]
) -> None:
    unet = UNet2DConditionModel.from_pretrained(source / "unet").eval()
    files = [(folder / f"{name}.safetensors", scale) for name, scale in wanted.items()]
    merge = merging(files, {"unet"})
    assert merge is not None
    merge("unet", unet)
    inputs = rows(model, 2)
    told = {name: torch.from_numpy(value) for name, value in inputs.items()}
    added = {name: told[name] for name in ("text_embeds", "time_ids") if name in told} or None
    with torch.no_grad():
        expected = unet(
            told["sample"], told["timesteps"], told["encoder_hidden_states"], added_cond_kwargs=added
        ).sample.numpy()
    found = model.forward_adapted(inputs, [tuple((loras[name], scale) for name, scale in wanted.items())] * 2)
    assert psnr(found, expected) >= 60
    assert psnr(model.forward(inputs), expected) < 40


def test_its_file_holds_no_weight_of_its_own(adapted: Path) -> None:
    graph = onnx_ir.load(adapted / ADAPTED_FILE).graph
    tensors: list[Any] = [value.const_value for value in graph.initializers.values()]
    elsewhere = [tensor for tensor in tensors if isinstance(tensor, onnx_ir.ExternalTensor)]
    assert {str(tensor.location) for tensor in elsewhere} == {UNET_FILE}
    own = sum(tensor.nbytes for tensor in tensors if not isinstance(tensor, onnx_ir.ExternalTensor))
    assert own < 0.01 * sum(tensor.nbytes for tensor in elsewhere)
