"""Every exported graph against torch at rows, sizes and windows it was not traced with; bad checkpoints by name."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import onnx_ir
import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel

from engine.bundle.manifest import (
    TEXT_ENCODER_FILE,
    TOKEN_GROUPS,
    UNET_FILE,
    VAE_DECODER_FILE,
    VAE_ENCODER_FILE,
    load_bundle,
)
from engine.export.onnx import export_bundle
from engine.export.weights.halves import store_weights_as_halves
from engine.pipeline_folder.scheduler_config import read_schedule
from engine.pipeline_folder.source import Source
from engine.sessions.runtime import onnxruntime

SIZES = [(12, 8), (8, 12), (10, 10), (2, 4)]


@pytest.fixture(autouse=True)
def no_gradients() -> Any:
    with torch.no_grad():
        yield


def run(path: Path, **inputs: torch.Tensor) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    fed = {name: value.numpy() for name, value in inputs.items()}
    if TOKEN_GROUPS in {node.name for node in session.get_inputs()}:
        fed[TOKEN_GROUPS] = np.zeros((*fed["encoder_hidden_states"].shape[:2], 1), np.float32)
    output: np.ndarray = session.run(None, fed)[0]
    return output


def unet_inputs(rows: int, size: tuple[int, int], windows: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(rows)
    return {
        "sample": torch.randn(rows, 4, *size),
        "timesteps": torch.rand(rows) * 999,
        "encoder_hidden_states": torch.randn(rows, 77 * windows, 32),
    }


@pytest.mark.parametrize(
    ("rows", "size", "windows"), [(1, SIZES[0], 1), (3, SIZES[1], 2), (2, SIZES[2], 3), (5, SIZES[3], 1)]
)
def test_the_unet_equals_torch(rows: int, size: tuple[int, int], windows: int, bundle: Path, checkpoint: Path) -> None:
    model = UNet2DConditionModel.from_pretrained(checkpoint / "unet").eval()
    inputs = unet_inputs(rows, size, windows)
    expected = model(inputs["sample"], inputs["timesteps"], inputs["encoder_hidden_states"]).sample
    np.testing.assert_allclose(run(bundle / UNET_FILE, **inputs), expected.numpy(), atol=1e-4)


def test_the_text_encoder_equals_torch(bundle: Path, checkpoint: Path) -> None:
    model = CLIPTextModel.from_pretrained(checkpoint / "text_encoder").eval()
    ids = torch.randint(0, 600, (3, 77))
    expected = model(input_ids=ids).last_hidden_state
    np.testing.assert_allclose(run(bundle / TEXT_ENCODER_FILE, input_ids=ids), expected.numpy(), atol=1e-4)


@pytest.mark.parametrize("size", SIZES)
def test_the_vae_equals_torch_both_ways(size: tuple[int, int], bundle: Path, checkpoint: Path) -> None:
    model = AutoencoderKL.from_pretrained(checkpoint / "vae").eval()
    latents = torch.randn(2, 4, *size)
    image = model.decode(latents).sample
    np.testing.assert_allclose(run(bundle / VAE_DECODER_FILE, latents=latents), image.numpy(), atol=1e-4)
    moments = model.encode(image).latent_dist.parameters
    np.testing.assert_allclose(run(bundle / VAE_ENCODER_FILE, image=image), moments.numpy(), atol=1e-4)


def test_weights_stored_as_halves_are_halves_and_nothing_else_changes(
    bundle: Path, checkpoint: Path, tmp_path: Path
) -> None:
    graph = onnx_ir.load(bundle / UNET_FILE)
    assert store_weights_as_halves(graph) > 10
    path = tmp_path / UNET_FILE
    onnx_ir.save(graph, path)
    assert path.stat().st_size < 0.75 * (bundle / UNET_FILE).stat().st_size
    model = UNet2DConditionModel.from_pretrained(checkpoint / "unet").half().float().eval()
    inputs = unet_inputs(2, (10, 10), 1)
    expected = model(inputs["sample"], inputs["timesteps"], inputs["encoder_hidden_states"]).sample
    # Small tensors keep their float32 bits in the graph, while the reference rounds them all.
    np.testing.assert_allclose(run(path, **inputs), expected.numpy(), atol=5e-3)


def test_a_graph_says_nothing_of_the_machine_it_was_exported_on(bundle: Path) -> None:
    for path in bundle.glob("*.onnx"):
        data = path.read_bytes()
        assert b"site-packages" not in data
        assert b'File "' not in data


def test_the_manifest_says_what_the_checkpoint_says(bundle: Path) -> None:
    manifest = load_bundle(bundle).manifest
    assert manifest.noise_schedule["prediction_type"] == "v_prediction"
    assert manifest.noise_schedule["rescale_betas_zero_snr"] is True
    assert manifest.noise_schedule["timestep_spacing"] == "trailing"
    assert (manifest.name, manifest.family, manifest.precision) == ("tiny", "sd", "fp32")
    assert (manifest.scaling_factor, manifest.latent_channels, manifest.vae_factor) == (0.5, 4, 4)
    assert manifest.sizes == ((32, 48), (40, 40), (48, 32))
    assert manifest.side_limits == (32, 48, 8)
    assert (manifest.default_width, manifest.default_height) == (32, 48)
    assert (manifest.default_steps, manifest.max_steps, manifest.default_sampler) == (4, 30, "ddim")
    assert (manifest.source, manifest.licence) == ("random weights", "Apache-2.0")
    assert (manifest.tokenizer_length, manifest.end_token) == (77, manifest.padding_token)


def test_the_sdxl_unet_equals_torch(sdxl_bundle: Path, sdxl_checkpoint: Path) -> None:
    model = UNet2DConditionModel.from_pretrained(sdxl_checkpoint / "unet").eval()
    for rows, size, windows in ((1, SIZES[0], 1), (3, SIZES[1], 2)):
        torch.manual_seed(rows)
        inputs = {
            "sample": torch.randn(rows, 4, *size),
            "timesteps": torch.rand(rows) * 999,
            "encoder_hidden_states": torch.randn(rows, 77 * windows, 48),
            "text_embeds": torch.randn(rows, 24),
            "time_ids": torch.rand(rows, 6) * 1024,
        }
        added = {name: inputs[name] for name in ("text_embeds", "time_ids")}
        expected = model(
            inputs["sample"], inputs["timesteps"], inputs["encoder_hidden_states"], added_cond_kwargs=added
        ).sample
        np.testing.assert_allclose(run(sdxl_bundle / UNET_FILE, **inputs), expected.numpy(), atol=1e-4)


def test_the_manifest_says_what_an_sdxl_checkpoint_says(sdxl_bundle: Path) -> None:
    manifest = load_bundle(sdxl_bundle).manifest
    assert (manifest.family, manifest.context_width, manifest.pooled_width) == ("sdxl", 16 + 32, 24)
    assert (manifest.padding_token, manifest.second_padding_token) == (manifest.end_token, 0)
    assert (manifest.name, manifest.source, manifest.scaling_factor) == ("checkpoint", "checkpoint", 0.13025)
    assert (manifest.default_width, manifest.side_limits) == (48, (24, 96, 8))


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no folder": (lambda p: shutil.rmtree(p), "there is no such folder"),
    "no pipeline": (lambda p: (p / "model_index.json").unlink(), "no diffusers pipeline: it has no model_index.json"),
    "another pipeline": (
        lambda p: edit(p / "model_index.json", _class_name="FluxPipeline"),
        "the pipeline must be one of StableDiffusionPipeline, .*; got FluxPipeline",
    ),
    "no tokenizer": (lambda p: shutil.rmtree(p / "tokenizer"), "holds neither tokenizer.json nor vocab.json"),
    "no unet": (lambda p: shutil.rmtree(p / "unet"), r"unet/config\.json: missing from the checkpoint"),
    "broken config": (lambda p: (p / "vae/config.json").write_text("{"), r"vae/config\.json: cannot be read as JSON"),
    "unknown schedule": (
        lambda p: edit(p / "scheduler/scheduler_config.json", prediction_type="sample"),
        r"scheduler_config\.json: prediction_type must be one of epsilon, v_prediction; got 'sample'",
    ),
    "given betas": (
        lambda p: edit(p / "scheduler/scheduler_config.json", trained_betas=[0.1]),
        "trained_betas are not supported",
    ),
    "odd sizes": (lambda p: edit(p / "cosmicman.json", sizes=[[36, 48]]), "sides must be multiples of 8; got 36x48"),
    "default size": (
        lambda p: edit(p / "cosmicman.json", default_size=[48, 48]),
        "default_size must be one of sizes; got 48x48",
    ),
    "sampler": (
        lambda p: edit(p / "cosmicman.json", sampler="x"),
        "sampler must be one of ddim, euler, euler_a, dpmpp_2m, dpmpp_2m_karras, pndm, lcm; got 'x'",
    ),
    "cut weights": (
        lambda p: (p / "text_encoder/model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{"),
        "text_encoder: cannot load the weights",
    ),
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_checkpoint_that_is_none_is_refused_and_nothing_is_written(
    name: str, checkpoint: Path, tmp_path: Path
) -> None:
    fault, message = FAULTS[name]
    copy = tmp_path / "copy"
    shutil.copytree(checkpoint, copy)
    fault(copy)
    with pytest.raises(ValueError, match=message):
        export_bundle(copy, tmp_path / "out" / "bundle")
    out = tmp_path / "out"
    assert not out.exists() or not list(out.iterdir())


@pytest.mark.parametrize(
    "kind",
    ["DDIMScheduler", "PNDMScheduler", "EulerDiscreteScheduler", "DPMSolverMultistepScheduler", "LCMScheduler"],
)
def test_a_field_the_scheduler_config_leaves_out_has_its_class_default(kind: str, tmp_path: Path) -> None:
    import diffusers

    (tmp_path / "scheduler_config.json").write_text(json.dumps({"_class_name": kind}))
    source = Source(family="sd", name="", label="", folders={"scheduler": tmp_path}, facts_path=tmp_path)
    found, expected = asdict(read_schedule(source)), dict(getattr(diffusers, kind)().config)
    shared = found.keys() & expected.keys()
    assert len(shared) > 5
    assert {name: found[name] for name in shared} == {name: expected[name] for name in shared}


def test_an_unknown_precision_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="precision must be one of fp32, fp16, fp16_weights, int8; got 'int4'"):
        export_bundle(checkpoint, tmp_path / "bundle", precision="int4")


def test_more_layers_to_skip_than_there_are_are_refused(sdxl_checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="clip_skip must be from 0 to 0 for this model; got 1"):
        export_bundle(sdxl_checkpoint, tmp_path / "bundle", clip_skip=1)


def test_tokenizers_of_different_words_are_refused(sdxl_checkpoint: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(sdxl_checkpoint, copy)
    path = copy / "tokenizer_2/tokenizer.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["model"]["merges"].pop()
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match="tokenizer_2: its words must be those of the first tokenizer"):
        export_bundle(copy, tmp_path / "bundle")


def test_an_interrupted_export_goes_on_where_it_was(checkpoint: Path, tmp_path: Path) -> None:
    def stop_at_the_unet(part: str, _done: int, _total: int) -> None:
        if part == "unet":
            raise KeyboardInterrupt

    finished = tmp_path / ".bundle.export/files" / TEXT_ENCODER_FILE
    with pytest.raises(KeyboardInterrupt):
        export_bundle(checkpoint, tmp_path / "bundle", progress=stop_at_the_unet)
    first = finished.stat()
    with pytest.raises(KeyboardInterrupt):
        export_bundle(checkpoint, tmp_path / "bundle", progress=stop_at_the_unet)
    assert (finished.stat().st_ino, finished.stat().st_mtime_ns) == (first.st_ino, first.st_mtime_ns)
    assert not (tmp_path / "bundle").exists()
