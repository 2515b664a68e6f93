"""A UNet of few steps is stored by what it changes, runs beside the full one alone, and equals the merged weights."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx_ir
import pytest
import torch
from diffusers import UNet2DConditionModel

from engine.bundle.manifest import FAST_DECODER_FILE, FEW_STEPS_FILE, MANIFEST_FILE, UNET_FILE, load_bundle
from engine.errors import BundleError
from engine.export.checkpoint import describe
from engine.export.onnx import export_bundle
from engine.pipeline_folder.fast_decoder import load_fast_decoder
from engine.pipeline_folder.few_steps import merge_few_steps
from engine.pipeline_folder.graphs import parts_of
from engine.pipeline_folder.source import open_source
from engine.sessions.runtime import onnxruntime
from tests.engine.export.test_onnx import run
from tests.engine.fast_paths import FEW, add_fast_paths

TOLERANCES = {"fp32": 2e-3, "int8": 0.1}


@pytest.fixture(scope="module", params=["sd-fp32", "sdxl-int8"])  # an export takes a minute
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def exported(kind: str, request: pytest.FixtureRequest) -> Path:
    """The folder of a checkpoint with both parts and its bundle."""
    found: Path = request.getfixturevalue({"sd-fp32": "tiny_fast", "sdxl-int8": "tiny_int8"}[kind])
    return found


@pytest.fixture(scope="module")
def fast(exported: Path) -> Path:
    return exported / "checkpoint"


@pytest.fixture(scope="module")
def made(kind: str, exported: Path) -> tuple[Path, str]:
    return exported / "bundle", kind.rpartition("-")[2]


def inputs(unet: UNet2DConditionModel) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    told = {
        "sample": torch.randn(3, 4, 12, 8, generator=generator),
        "timesteps": torch.tensor([999.0, 749.0, 249.0]),
        "encoder_hidden_states": torch.randn(3, 77, unet.config.cross_attention_dim, generator=generator),
    }
    if unet.config.addition_embed_type == "text_time":
        told["text_embeds"] = torch.randn(3, 24, generator=generator)
        told["time_ids"] = torch.tensor([[48.0, 32, 0, 0, 48, 32]]).expand(3, -1)
    return told


def test_it_equals_the_merged_weights_and_differs_from_the_full_unet(fast: Path, made: tuple[Path, str]) -> None:
    bundle, precision = made
    unet = UNet2DConditionModel.from_pretrained(fast / "unet").eval()
    told = inputs(unet)
    merge_few_steps(unet, fast / "few_steps")
    added = {name: told[name] for name in ("text_embeds", "time_ids") if name in told} or None
    with torch.no_grad():
        expected = unet(
            told["sample"], told["timesteps"], told["encoder_hidden_states"], added_cond_kwargs=added
        ).sample.numpy()
    found, full = run(bundle / FEW_STEPS_FILE, **told), run(bundle / UNET_FILE, **told)
    largest = np.abs(expected).max()
    assert np.abs(found - expected).max() <= TOLERANCES[precision] * largest
    assert np.abs(full - expected).max() > 0.3 * largest


def test_its_file_holds_no_weight_that_the_full_one_has(made: tuple[Path, str]) -> None:
    bundle, _ = made
    graph = onnx_ir.load(bundle / FEW_STEPS_FILE).graph
    tensors = [value.const_value for value in graph.initializers.values() if value.const_value is not None]
    elsewhere = [tensor for tensor in tensors if isinstance(tensor, onnx_ir.ExternalTensor)]
    assert elsewhere and {str(tensor.location) for tensor in elsewhere} == {UNET_FILE}
    own = [tensor for tensor in tensors if not isinstance(tensor, onnx_ir.ExternalTensor)]
    assert sum(tensor.nbytes for tensor in own) < sum(tensor.nbytes for tensor in elsewhere)
    assert load_bundle(bundle).manifest.few_steps == FEW


def test_a_runtime_adds_the_adapters_up_when_it_loads(made: tuple[Path, str], tmp_path: Path) -> None:
    bundle, _ = made
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.log_severity_level = 3
    kinds = []
    for file in (UNET_FILE, FEW_STEPS_FILE):
        onnxruntime.InferenceSession(bundle / file, options, providers=["CPUExecutionProvider"])
        nodes = onnx_ir.load(tmp_path / "optimised.onnx").graph
        kinds.append(sorted(node.op_type for node in nodes))
    assert kinds[0] == kinds[1]


def test_the_fast_decoder_equals_torch(fast: Path, made: tuple[Path, str]) -> None:
    bundle, precision = made
    latents = torch.randn(2, 4, 6, 10, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = load_fast_decoder(fast / "fast_decoder")(latents).numpy()
    found = run(bundle / FAST_DECODER_FILE, latents=latents)
    assert found.shape == (2, 3, 24, 40)
    assert np.abs(found - expected).max() <= TOLERANCES[precision] * np.abs(expected).max()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", r"few_steps\.json: must say steps and sampler"),
        ('{"steps": 4, "sampler": "best"}', "sampler must be one of ddim"),
    ],
)
def test_what_cannot_be_described_is_named_and_nothing_is_written(
    checkpoint: Path, tmp_path: Path, text: str, message: str
) -> None:
    broken = add_fast_paths(checkpoint, tmp_path / "broken")
    (broken / "few_steps/few_steps.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        export_bundle(broken, tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def load_part(checkpoint: Path, part: str) -> None:
    """As an export does, after minutes of writing the parts before it."""
    source = open_source(checkpoint)
    manifest = describe(source, name=None, precision="fp32", clip_skip=0)
    parts_of(source, manifest, variant=None)[part]()


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("few_steps/pytorch_lora_weights.safetensors", "x", "no adapters of this UNet"),
        ("fast_decoder/config.json", "{}", "no fast decoder"),
        ("fast_decoder/model.safetensors", "x", "no weights of this fast decoder"),
    ],
)
def test_a_damaged_part_is_named(checkpoint: Path, tmp_path: Path, file: str, text: str, message: str) -> None:
    broken = add_fast_paths(checkpoint, tmp_path / "broken")
    (broken / file).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_part(broken, {"few_steps": "unet of few steps", "fast_decoder": "fast decoder"}[Path(file).parts[0]])


def test_a_decoder_of_other_latents_is_refused(checkpoint: Path, tmp_path: Path) -> None:
    broken = add_fast_paths(checkpoint, tmp_path / "broken")
    config = broken / "fast_decoder" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"channels": [8], "blocks": [1]}))
    with pytest.raises(ValueError, match="no weights of this fast decoder"):
        load_part(broken, "fast decoder")


def test_a_manifest_that_says_no_steps_is_refused(made: tuple[Path, str], tmp_path: Path) -> None:
    copy = shutil.copytree(made[0], tmp_path / "copy")
    manifest = json.loads((copy / MANIFEST_FILE).read_text())
    del manifest["few_steps"]
    (copy / MANIFEST_FILE).write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"few_steps and unet_few_steps\.onnx belong together; few_steps is missing"):
        load_bundle(copy)
