"""Any SD or SDXL UNet is trained further on CosmicMan-HQ rows, and leaves in stock words, ready to be served."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline, UNet2DConditionModel

from engine.export.checkpoint import describe
from engine.pipeline_folder.source import open_source
from engine.sessions.onnx.session import OnnxSession
from engine.train import main
from engine.train.data.latent_cache import load_cache
from engine.train.loop import checkpoint as states
from engine.train.recipe.model import BaseConfig
from engine.train.recipe.reading import load_recipe
from engine.train.run import Run
from engine.train.stages.base import open_base
from engine.train.stages.unet import DiffusionStage
from tests.engine.adapters.random_adapters import write_adapters
from tests.engine.train.conftest import SIZES, write_recipe
from tests.thorough import few_or

FAMILIES = ("sd", "sdxl")


def base_tree(pipeline: Path, data: Path, **more: Any) -> dict[str, Any]:
    """Settings of some steps on a base of the tests."""
    return {
        "name": "further",
        "threads": 1,
        "base": {"pipeline": str(pipeline)},
        "data": {"folder": str(data), "sizes": [list(size) for size in SIZES], "mirror": True},
        "caption": {"windows": 3, "list_fraction": 1.0, "late_slot_dropout": 0.5},
        "unet": {
            "num_samples": 2,
            "gradient_checkpointing": True,
            "fit": {"steps": 3, "batch_size": 4, "learning_rate": 1e-3, "warmup_steps": 1, "ema_decay": 0.5},
        },
        "noise": {"noise_offset": 0.05},
        "hola": {"variant": "hola", "strides": [8]},
        "package": {"default_size": [24, 32], "steps": 2, "sampler": "euler"},
        **more,
    }


@pytest.fixture(scope="module")
def bases(checkpoint: Path, sdxl_checkpoint: Path) -> dict[str, Path]:
    return {"sd": checkpoint, "sdxl": sdxl_checkpoint}


@pytest.fixture(scope="module")
def trained(bases: dict[str, Path], data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The output folder of each family."""
    outs = {}
    for family, base in bases.items():
        out = outs[family] = tmp_path_factory.mktemp(family)
        assert main(write_recipe(out / "recipe.yaml", base_tree(base, data)), out=out / "run") == 0
    return {family: out / "run" for family, out in outs.items()}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers' Euler scheduler
@pytest.mark.parametrize("family", FAMILIES)
def test_the_package_is_stock_and_all_but_the_unet_is_the_bases(
    family: str, bases: dict[str, Path], trained: dict[str, Path]
) -> None:
    before = DiffusionPipeline.from_pretrained(bases[family], local_files_only=True)
    after = DiffusionPipeline.from_pretrained(trained[family] / "package", local_files_only=True)
    assert type(after) is type(before) and after.scheduler.config == before.scheduler.config
    for part in ("vae", "text_encoder", "text_encoder_2"):
        if hasattr(before, part):
            for name, value in getattr(before, part).state_dict().items():
                assert torch.equal(value.half().float(), getattr(after, part).state_dict()[name]), (part, name)
    assert after.tokenizer.get_vocab() == before.tokenizer.get_vocab()
    average = states.load(trained[family] / "checkpoints" / "unet").average
    moved = 0.0
    for name, value in after.unet.state_dict().items():
        torch.testing.assert_close(value, average[f"unet.{name}"], atol=1e-3, rtol=1e-3)
        moved = max(moved, float((value - before.unet.state_dict()[name]).abs().max()))
    assert 1e-4 < moved < 0.1
    after.set_progress_bar_config(disable=True)
    picture = after("a woman in a red dress", width=32, height=24, num_inference_steps=2).images[0]
    assert picture.size == (32, 24)


@pytest.mark.parametrize("family", FAMILIES)
def test_what_was_trained_says_of_itself_what_a_bundle_needs(family: str, trained: dict[str, Path]) -> None:
    manifest = describe(open_source(trained[family] / "package"), name=None, precision="fp32", clip_skip=0)
    assert (manifest.family, manifest.sizes) == (family, ())
    assert manifest.source == "further, trained from checkpoint"


@pytest.mark.slow
@pytest.mark.parametrize("family", few_or(FAMILIES[:1], FAMILIES))
def test_what_was_trained_is_exported_with_an_adapter_merged_in_and_served(
    family: str, trained: dict[str, Path], request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Its UNet, into the bundle of its base, whose other parts are the same."""
    from engine.bundle.manifest import ADAPTED_FILE, UNET_FILE, load_bundle
    from engine.description import parse
    from engine.engine import Engine
    from engine.export.unets import write_unets
    from engine.request.events import ImageReady
    from engine.request.request import GenerationRequest
    from engine.settings import EngineSettings

    before = request.getfixturevalue({"sd": "adapted_bundle", "sdxl": "adapted_sdxl_bundle"}[family])
    lora = write_adapters(before, tmp_path / "loras") / "film.safetensors"
    write_unets(before, trained[family] / "package", tmp_path / "bundle", loras=[(lora, 1.0)])
    old, new = load_bundle(before).manifest, load_bundle(tmp_path / "bundle").manifest
    changed = {name for name in new.files if new.files[name] != old.files.get(name)}
    assert UNET_FILE in changed <= {UNET_FILE, ADAPTED_FILE}  # the latter refers to the former's weights
    assert new.files.keys() == old.files.keys() and new.adapted == old.adapted
    assert new.source == f"{old.source} + film.safetensors=1"
    if family == "sd":
        assert _difference(trained[family] / "package", tmp_path / "bundle" / UNET_FILE) > 0.01
    asked = GenerationRequest(description=parse("a woman in a red dress"), steps=2, seed=1)

    async def pictures() -> list[ImageReady]:
        async with Engine.load(tmp_path / "bundle", EngineSettings(num_threads=1)) as engine:
            return [event async for event in engine.generate(asked) if isinstance(event, ImageReady)]

    assert len(asyncio.run(pictures())) == 1


def _difference(package: Path, graph: Path) -> float:
    """The greatest between what a package's UNet says and what a graph does."""
    unet = UNet2DConditionModel.from_pretrained(package / "unet")
    inputs = {"sample": torch.ones(1, 4, 12, 8), "encoder_hidden_states": torch.ones(1, 77, 32)}
    with torch.no_grad():
        said = unet(**inputs, timestep=torch.tensor([500])).sample
    fed = {name: value.numpy() for name, value in inputs.items()} | {"timesteps": np.array([500], np.float32)}
    return float(np.abs(OnnxSession(graph).run(fed) - said.numpy()).max())


@pytest.mark.parametrize("family", FAMILIES)
def test_a_grid_of_fixed_captions_is_drawn(family: str, trained: dict[str, Path]) -> None:
    assert (trained[family] / "samples" / "step_000003.png").is_file()
    lines = (trained[family] / "samples" / "step_000003.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2 and lines[0] != lines[1]
    costs = json.loads((trained[family] / "training.json").read_text(encoding="utf-8"))["stages"]
    assert tuple(costs) == ("unet", "package") and costs["unet"]["hola"] > 0


def published_unet(sdxl_checkpoint: Path, folder: Path) -> Path:
    """A UNet alone, its config in the words of the published training code."""
    shutil.copytree(sdxl_checkpoint / "unet", folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {
        "_class_name": "UNet2DConditionModel_New",
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D_New"],
        "up_block_types": ["CrossAttnUpBlock2D_New", "UpBlock2D"],
        "mid_block_type": "UNetMidBlock2DCrossAttn_New",
        "decay": 0.9999,
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_a_published_unet_goes_on_with_cached_texts_and_another_schedule(
    sdxl_checkpoint: Path, data: Path, tmp_path: Path
) -> None:
    tree = base_tree(sdxl_checkpoint, data)
    tree["base"]["unet"] = str(published_unet(sdxl_checkpoint, tmp_path / "CosmicMan"))
    tree["caption"] |= {"variants": 2}
    tree["noise"] |= {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True}
    out = tmp_path / "run"
    assert main(write_recipe(tmp_path / "recipe.yaml", tree), out=out) == 0
    config = json.loads((out / "package" / "unet" / "config.json").read_text(encoding="utf-8"))
    assert "_New" not in json.dumps(config) and "decay" not in config
    scheduler = json.loads((out / "package" / "scheduler" / "scheduler_config.json").read_text(encoding="utf-8"))
    assert scheduler["prediction_type"] == "v_prediction" and scheduler["rescale_betas_zero_snr"]
    index = json.loads((out / "package" / "model_index.json").read_text(encoding="utf-8"))
    assert index["force_zeros_for_empty_prompt"] is False
    facts = json.loads((out / "package" / "cosmicman.json").read_text(encoding="utf-8"))
    assert facts["source"] == "further, trained from CosmicMan on checkpoint"
    [texts] = (out / "cache").glob("text-*")
    assert {file.name for file in texts.iterdir()} == {"ids.npy", "states.npy", "pooled.npy"}
    assert len(list((out / "samples").iterdir())) == 2


def test_sdxl_is_told_how_each_sample_was_scaled_and_cropped(sdxl_checkpoint: Path, data: Path, tmp_path: Path) -> None:
    tree = base_tree(sdxl_checkpoint, data)
    tree["data"] |= {"sizes": [[16, 16]], "any_size": True}
    run = Run(load_recipe(write_recipe(tmp_path / "recipe.yaml", tree)), tmp_path, resume=False)
    buckets = load_cache(run.folder, run.parts.vae, tmp_path, cell=8)
    stage = DiffusionStage(run.recipe, run.folder, buckets, run.parts, tmp_path)
    seen = set()
    for step in range(8):
        share, batch = stage._plan(step, 0, 1), stage.complete(stage.batch(step, 0, 1))
        assert batch["pooled"].dtype == batch["time_ids"].dtype == torch.float32
        assert batch["context"].shape[1] == batch["spans"].shape[2] and batch["spans"].shape[2] % 77 == 0
        for row, index in zip(batch["time_ids"].tolist(), share.indices, strict=True):
            sample = run.folder.samples[buckets[0].samples[index]]
            width, height = sample.frame.original
            assert row == [height, width, (height - 16) // 2, (width - 16) // 2, 16, 16]
            seen.add(sample.mirrored)
    assert seen == {False, True}


def test_a_tilde_in_the_name_of_a_base_is_the_home_folder(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(checkpoint.parent))
    source = open_base(BaseConfig(pipeline=f"~/{checkpoint.name}"))
    assert source.folders["unet"] == checkpoint / "unet"
