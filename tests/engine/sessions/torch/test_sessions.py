"""PyTorch behind the same interface: graph for graph and picture for picture what ONNX Runtime gives."""

import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.bundle.manifest import (
    SECOND_TEXT_ENCODER_FILE,
    TEXT_ENCODER_FILE,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    Bundle,
    load_bundle,
)
from engine.description import parse
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SessionSettings
from engine.errors import BundleError, GenerationError, OutOfMemoryError, ProviderError
from engine.sessions import SessionFactory
from engine.sessions.onnx.session import OnnxSessions
from engine.sessions.torch.sessions import CompiledForward, TorchSession, TorchSessions, padded_rows

ONNX = EngineSettings(num_threads=1, sessions=SessionSettings(provider="cpu"))
TORCH = EngineSettings(num_threads=1, sessions=SessionSettings(provider="torch"))
COMPILED = EngineSettings(num_threads=1, max_rows=4, sessions=SessionSettings(provider="torch-compiled"))


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(len(shape)).normal(size=shape).astype(np.float32)


INPUTS = {
    TEXT_ENCODER_FILE: {"input_ids": np.arange(77, dtype=np.int64)[None]},
    UNET_FILE: {
        "sample": normal(3, 4, 12, 8),
        "timesteps": np.array([999.0, 500.0, 1.0], np.float32),
        "encoder_hidden_states": normal(3, 154, 32),
    },
    VAE_DECODER_FILE: {"latents": normal(1, 4, 12, 8)},
    VAE_ENCODER_FILE: {"image": normal(1, 3, 48, 32)},
}


@pytest.mark.parametrize("file", INPUTS)
def test_every_graph_equals_its_onnx_twin(file: str, bundle: Path, checkpoint: Path) -> None:
    verified = load_bundle(bundle)
    ours, twin = TorchSessions(checkpoint, verified, TORCH).load(file), OnnxSessions(verified, ONNX).load(file)
    assert ours.input_names == twin.input_names
    output = ours.run(INPUTS[file])
    assert output.dtype == np.float32
    np.testing.assert_allclose(output, twin.run(INPUTS[file]), atol=2e-5)


SDXL_INPUTS = {
    TEXT_ENCODER_FILE: INPUTS[TEXT_ENCODER_FILE],
    SECOND_TEXT_ENCODER_FILE: INPUTS[TEXT_ENCODER_FILE],
    UNET_FILE: {
        **INPUTS[UNET_FILE],
        "encoder_hidden_states": normal(3, 154, 48),
        "text_embeds": normal(3, 24),
        "time_ids": np.full((3, 6), 48, np.float32),
    },
}


@pytest.mark.parametrize("file", SDXL_INPUTS)
def test_every_graph_of_sdxl_equals_its_onnx_twin(file: str, sdxl_bundle: Path, sdxl_checkpoint: Path) -> None:
    verified = load_bundle(sdxl_bundle)
    ours, twin = TorchSessions(sdxl_checkpoint, verified, TORCH).load(file), OnnxSessions(verified, ONNX).load(file)
    assert set(ours.input_names) == set(twin.input_names)
    np.testing.assert_allclose(ours.run(SDXL_INPUTS[file]), twin.run(SDXL_INPUTS[file]), atol=2e-5)


async def picture(bundle: Path, settings: EngineSettings, make: Callable[..., SessionFactory]) -> np.ndarray:
    request = GenerationRequest(
        description=parse("a woman in a red plaid shirt"),
        seed=3,
        steps=4,
        guidance_scale=3.0,
        negative_description="hat",
    )
    async with Engine.load(bundle, settings, make) as engine:
        [ready] = [event async for event in engine.generate(request) if isinstance(event, ImageReady)]
    with Image.open(io.BytesIO(ready.data)) as image:
        return np.asarray(image).astype(int)


async def test_the_same_seed_gives_the_same_picture_on_either(bundle: Path, checkpoint: Path) -> None:
    onnx = await picture(bundle, ONNX, OnnxSessions)
    assert onnx.std() > 3, "a flat picture compares nothing"
    assert np.abs(onnx - await picture(bundle, TORCH, partial(TorchSessions, checkpoint))).max() <= 1


def test_padded_rows_change_no_answer() -> None:
    seen = []

    def forward(inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        seen.append(len(inputs["sample"]))
        return inputs["sample"].tanh() + inputs["timesteps"][:, None]

    padding = CompiledForward(forward, torch.device("cpu"))
    for rows in (1, 3):
        inputs = {"sample": torch.randn(rows, 5), "timesteps": torch.arange(rows)}
        torch.testing.assert_close(padding(inputs), forward(inputs))
    assert seen == [1, 1, 4, 3]


@pytest.mark.gpu
def test_captured_graphs_equal_eager_runs(bundle: Path, checkpoint: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("this build of PyTorch has no CUDA")
    verified = load_bundle(bundle)
    eager = TorchSessions(checkpoint, verified, TORCH).load(UNET_FILE)
    compiled = TorchSessions(checkpoint, verified, COMPILED).load(UNET_FILE)
    for rows in (1, 3, 1, 2):
        inputs = {name: value[:rows] for name, value in INPUTS[UNET_FILE].items()}
        np.testing.assert_allclose(compiled.run(inputs), eager.run(inputs), atol=1e-3)


def test_rows_are_padded_to_powers_of_two() -> None:
    assert [padded_rows(count) for count in (1, 2, 3, 4, 5, 8, 9)] == [1, 2, 4, 4, 8, 8, 16]


def test_a_run_that_does_not_fit_is_told_apart_and_harms_nothing() -> None:
    def fill(inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        return torch.zeros(tuple(inputs["shape"].tolist()))

    session = TorchSession("fill", fill, ("shape",), device=torch.device("cpu"))
    with pytest.raises(OutOfMemoryError, match="fill ran out of memory"):
        session.run({"shape": np.array([1 << 45])})
    assert session.run({"shape": np.array([2])}).tolist() == [0.0, 0.0]


def test_a_failing_run_is_the_requests_error(bundle: Path, checkpoint: Path) -> None:
    session = TorchSessions(checkpoint, load_bundle(bundle), TORCH).load(TEXT_ENCODER_FILE)
    with pytest.raises(GenerationError, match=r"text_encoder\.onnx failed"):
        session.run({"input_ids": np.full((1, 77), 10**6, np.int64)})


def test_what_is_no_checkpoint_is_named(bundle: Path, checkpoint: Path, tmp_path: Path) -> None:
    verified: Bundle = load_bundle(bundle)
    with pytest.raises(ProviderError, match="provider torch runs a checkpoint: .* it has no model_index.json"):
        TorchSessions(tmp_path, verified, TORCH)
    sdxl = replace(verified.manifest, family="sdxl", pooled_width=16, second_padding_token=0)
    other = Bundle(path=verified.path, manifest=sdxl, sha256="")
    with pytest.raises(ProviderError, match="is of family sd; the bundle is sdxl"):
        TorchSessions(checkpoint, other, TORCH)
    copy = tmp_path / "copy"
    shutil.copytree(checkpoint, copy)
    (copy / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"none")
    with pytest.raises(BundleError, match="unet"):
        TorchSessions(copy, verified, TORCH).load(UNET_FILE)


def test_a_device_that_is_not_here_says_what_is(bundle: Path, checkpoint: Path) -> None:
    settings = EngineSettings(sessions=SessionSettings(provider="torch", device=99))
    with pytest.raises(ProviderError, match="device"):
        TorchSessions(checkpoint, load_bundle(bundle), settings)
