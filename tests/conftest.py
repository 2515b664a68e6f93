"""What every test may rely on: marked hardware is there or the test is skipped, and a tiny model built once.

The tiny model is a pipeline with random weights, its bundle and its description.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck
from tokenizers import Tokenizer

import engine  # noqa: F401  # before a test imports a package that would report to its maker

# Before PyTorch is imported. The models of the tests are so small that several threads cost more than they bring:
# they wait for each other by spinning, which took 20 times as long on a machine with something else to do.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes says something of the machine alone.
hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.load_profile("any machine")

ROOT = Path(__file__).resolve().parent.parent

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
WORDS = (
    "a woman man with in and wearing red blue green plaid shirt dress long brown hair hat boots on street full-body "
    "shot of smiling photograph no without glasses , . black coat over trousers"
)


def _tokenizer(*, pad_token: str = "<|endoftext|>") -> Any:
    from tokenizers import pre_tokenizers
    from transformers import CLIPTokenizer

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges: list[tuple[str, str]] = []
    tokens = [*alphabet, *(letter + "</w>" for letter in alphabet)]
    for word in WORDS.split():
        left = word[0] if len(word) > 1 else ""
        for place, letter in enumerate(word[1:], start=1):
            right = letter + "</w>" if place == len(word) - 1 else letter
            if (left, right) not in merges:
                merges.append((left, right))
            left += right
            tokens.append(left)
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(
        vocab={token: index for index, token in enumerate(dict.fromkeys(tokens))},
        merges=merges,
        bos_token="<|startoftext|>",
        eos_token="<|endoftext|>",
        unk_token="<|endoftext|>",
        pad_token=pad_token,
        model_max_length=77,
    )


def _save_checkpoint(folder: Path) -> None:
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    tokenizer = _tokenizer()
    text_encoder = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=77,
            projection_dim=32,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
    unet = UNet2DConditionModel(
        sample_size=12,
        in_channels=4,
        out_channels=4,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        mid_block_type=None,
        attention_head_dim=2,
        cross_attention_dim=32,
        norm_num_groups=8,
    )
    vae = AutoencoderKL(
        latent_channels=4,
        block_out_channels=(8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        sample_size=48,
        scaling_factor=0.5,
    )
    scheduler = DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        steps_offset=1,
        clip_sample=False,
    )
    pipeline = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)
    facts = {
        "name": "tiny",
        "sizes": [[32, 48], [40, 40], [48, 32]],
        "default_size": [32, 48],
        "steps": 4,
        "max_steps": 30,
        "guidance_scale": 3.0,
        "sampler": "ddim",
        "licence": "Apache-2.0",
        "source": "random weights",
    }
    (folder / "cosmicman.json").write_text(json.dumps(facts), encoding="utf-8")


def _save_sdxl(folder: Path) -> None:
    """A pipeline of SDXL's shape: two text encoders, the second with a projection, and a UNet that reads sizes."""
    import torch
    from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(1)
    tokenizer, second_tokenizer = _tokenizer(), _tokenizer(pad_token="!")

    def text(width: int, activation: str) -> CLIPTextConfig:
        return CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=77,
            projection_dim=24,
            hidden_act=activation,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=1,
        )

    unet = UNet2DConditionModel(
        sample_size=12,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(1, 2),
        transformer_layers_per_block=(1, 1),
        cross_attention_dim=16 + 32,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=24 + 6 * 8,
        norm_num_groups=8,
    )
    vae = AutoencoderKL(
        latent_channels=4,
        block_out_channels=(8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        sample_size=48,
        scaling_factor=0.13025,
    )
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="leading", steps_offset=1
    )
    pipeline = StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=CLIPTextModel(text(16, "quick_gelu")),
        text_encoder_2=CLIPTextModelWithProjection(text(32, "gelu")),
        tokenizer=tokenizer,
        tokenizer_2=second_tokenizer,
        unet=unet,
        scheduler=scheduler,
        force_zeros_for_empty_prompt=True,
        add_watermarker=False,
    )
    pipeline.save_pretrained(folder)


@pytest.fixture(autouse=True)
def denormal_numbers() -> Iterator[None]:
    """Training flushes denormals to zero for its whole process; the tests after it get them back."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_flush_denormal(False)


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_str(_tokenizer().backend_tokenizer.to_str())


def _exported(config: pytest.Config, name: str, save: Callable[[Path], object]) -> Path:
    """Checkpoint and bundle; kept between runs until the export, this file or the exporter's libraries change."""
    others = ("tensorrt.py", "triton.py")  # They read bundles; they do not write them.
    exporter = [path for path in sorted((ROOT / "engine/export").rglob("*.py")) if path.name not in others]
    exporter += sorted((ROOT / "engine/pipeline_folder").glob("*.py"))
    beside = [ROOT / "tests/engine" / name for name in ("fast_paths.py", "control/random_networks.py")]
    sources = [Path(__file__), *beside, *exporter, ROOT / "engine/bundle/manifest.py"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    for library in ("torch", "diffusers", "transformers", "onnxscript", "onnx"):
        digest.update(metadata.version(library).encode())
    assert config.cache is not None
    cache = config.cache.mkdir(name)
    folder = cache / digest.hexdigest()[:16]
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker makes it, the others wait
        if not folder.exists():
            _make(folder, save)
    return folder


def _make(folder: Path, save: Callable[[Path], object]) -> None:
    """Writes a checkpoint and its bundle, in place of older ones."""
    from engine.bundle.manifest import ADAPTED_FILE, load_bundle, write_manifest
    from engine.export.control import add_controls
    from engine.export.onnx import export_bundle
    from tests.engine.control.random_networks import write_networks

    for old in folder.parent.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    work = Path(tempfile.mkdtemp(dir=folder.parent))
    save(work / "checkpoint")
    export_bundle(work / "checkpoint", work / "adapted", adapters=True)
    shutil.copytree(work / "adapted", work / "bundle", ignore=shutil.ignore_patterns(ADAPTED_FILE))
    manifest = load_bundle(work / "adapted").manifest
    files = {name: entry for name, entry in manifest.files.items() if name != ADAPTED_FILE}
    write_manifest(work / "bundle", replace(manifest, adapted=None, files=files))
    add_controls(work / "adapted", write_networks(work / "control"), work / "controlled")
    work.rename(folder)


@pytest.fixture(scope="session")
def tiny(pytestconfig: pytest.Config) -> Path:
    """A tiny model of the SD family and its bundle."""
    return _exported(pytestconfig, "tiny-pipeline", _save_checkpoint)


@pytest.fixture(scope="session")
def tiny_sdxl(pytestconfig: pytest.Config) -> Path:
    """A tiny model of the SDXL family and its bundle."""
    return _exported(pytestconfig, "tiny-sdxl", _save_sdxl)


@pytest.fixture(scope="session")
def tiny_fast(pytestconfig: pytest.Config, checkpoint: Path) -> Path:
    """The tiny model of the SD family with a fast decoder and a UNet of few steps, and its bundle."""
    from tests.engine.fast_paths import add_fast_paths

    return _exported(pytestconfig, "tiny-fast", partial(add_fast_paths, checkpoint))


@pytest.fixture(scope="session")
def checkpoint(tiny: Path) -> Path:
    return tiny / "checkpoint"


@pytest.fixture(scope="session")
def bundle(tiny: Path) -> Path:
    return tiny / "bundle"


@pytest.fixture(scope="session")
def adapted_bundle(tiny: Path) -> Path:
    """The tiny bundle with the graph that takes adapters."""
    return tiny / "adapted"


@pytest.fixture(scope="session")
def controlled_bundle(tiny: Path) -> Path:
    """That with networks of control, random ones."""
    return tiny / "controlled"


@pytest.fixture(scope="session")
def controlled_sdxl_bundle(tiny_sdxl: Path) -> Path:
    """The tiny SDXL bundle with networks of control."""
    return tiny_sdxl / "controlled"


@pytest.fixture(scope="session")
def adapted_sdxl_bundle(tiny_sdxl: Path) -> Path:
    """The tiny SDXL bundle with the same graph."""
    return tiny_sdxl / "adapted"


def _write_colour_parser(path: Path) -> None:
    """A parser that goes by colour alone: white is background, black is hair, red is a top; one matrix, exactly."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    from engine.regions.items import ITEM_CLASSES

    weight, bias = np.zeros((len(ITEM_CLASSES), 3, 1, 1), np.float32), np.full(len(ITEM_CLASSES), -90, np.float32)
    for name, colour in (("background", (4, 4, 4)), ("hair", (-4, -4, -4)), ("top", (8, -8, -8))):
        weight[ITEM_CLASSES.index(name), :, 0, 0], bias[ITEM_CLASSES.index(name)] = colour, 0
    nodes = [
        helper.make_node("Conv", ["image", "weight", "bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["chances"], axis=1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"])
    chances = helper.make_tensor_value_info("chances", TensorProto.FLOAT, [1, len(ITEM_CLASSES), "h", "w"])
    weights = [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(bias, "bias")]
    graph = helper.make_graph(nodes, "parser", [image], [chances], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)


def _with_colour_parser(bundle: Path, out: Path) -> Path:
    from engine.bundle.added_file import with_file
    from engine.regions.items import ITEM_CLASSES

    with_file(bundle, out, "parser.onnx", _write_colour_parser, parser=ITEM_CLASSES)
    return out


@pytest.fixture(scope="session")
def parsing_bundle(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny bundle with a parser that goes by colour."""
    return _with_colour_parser(bundle, tmp_path_factory.mktemp("parsing") / "bundle")


@pytest.fixture(scope="session")
def parsing_sdxl_bundle(sdxl_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny SDXL bundle with the same parser."""
    return _with_colour_parser(sdxl_bundle, tmp_path_factory.mktemp("parsing_sdxl") / "bundle")


@pytest.fixture(scope="session")
def sdxl_checkpoint(tiny_sdxl: Path) -> Path:
    return tiny_sdxl / "checkpoint"


@pytest.fixture(scope="session")
def sdxl_bundle(tiny_sdxl: Path) -> Path:
    return tiny_sdxl / "bundle"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    requirements = {
        "gpu": (shutil.which("nvidia-smi") is not None, "no NVIDIA GPU on this machine (nvidia-smi not found)"),
        "browser": (
            any(shutil.which(name) for name in CHROMIUM_NAMES),
            f"no browser on this machine (none of {', '.join(CHROMIUM_NAMES)} found)",
        ),
    }
    for marker, (present, reason) in requirements.items():
        if not present:
            for item in items:
                if item.get_closest_marker(marker):
                    item.add_marker(pytest.mark.skip(reason=reason))
