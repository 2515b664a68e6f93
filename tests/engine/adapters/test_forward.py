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
from tests.engine.adapters.forwards import PROVIDERS, psnr, row, rows, same, token_groups
from tests.engine.adapters.random_adapters import RANKS, write_adapters


@pytest.fixture(scope="module")
def adapted(family: str, adapted_bundle: Path, adapted_sdxl_bundle: Path) -> Path:
    return {"sd": adapted_bundle, "sdxl": adapted_sdxl_bundle}[family]


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


def test_a_row_is_what_it_is_alone_whatever_lies_beside_it(model: DiffusionModel, loras: Mapping[str, Any]) -> None:
    ink, film, wool = (loras[name] for name in RANKS)
    each: list[Loras] = [((ink, 1.0),), ((film, 0.7), (ink, -0.5)), ((wool, 0.5),), ((film, 1.0),)]
    inputs = rows(model, 4)
    together = model.forward_adapted(inputs, each)
    for index, own in enumerate(each):
        assert same(model.forward_adapted(row(inputs, index), [own])[0], together[index], model), index
    for chosen in itertools.combinations(range(4), 2):
        picked = {name: value[list(chosen)] for name, value in inputs.items()}
        found = model.forward_adapted(picked, [each[index] for index in chosen])
        assert same(found, together[list(chosen)], model), chosen


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


@pytest.mark.parametrize("wanted", [{"ink": 1.0}, {"film": 0.8, "wool": -0.6}, {"ink": 0.5, "film": 0.3, "wool": 0.2}])
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


def test_attention_is_told_by_every_runtime(
    model: DiffusionModel, model_by: Callable[[str], DiffusionModel], loras: Mapping[str, Any]
) -> None:
    inputs, groups = rows(model, 2), token_groups(2)
    each: list[Loras] = [((loras["ink"], 1.0),), ((loras["film"], 0.7), (loras["wool"], -0.5))]
    assert model.tells_adapted_attention
    outputs, maps = model.forward_adapted_attention(inputs, each, groups)
    assert same(outputs, model.forward_adapted(inputs, each), model)
    _, expected = model_by("cpu").forward_adapted_attention(inputs, each, groups)
    np.testing.assert_allclose(maps, expected, atol=1e-4)
    assert np.abs(maps - model.forward_attention(inputs, groups)[1]).max() > 1e-3, "adapters change what is heeded"
