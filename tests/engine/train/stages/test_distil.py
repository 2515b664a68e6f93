"""A small decoder and a UNet of few steps are distilled from SD and SDXL, exported and served."""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file

from engine.pipeline_folder.fast_decoder import load_fast_decoder
from engine.pipeline_folder.few_steps import merge_few_steps
from engine.train import main
from engine.train.loop import checkpoint as states
from engine.train.recipe.reading import load_recipe
from tests.engine.train.conftest import write_recipe
from tests.engine.train.test_base import base_tree

FIT = {"steps": 4, "batch_size": 4, "learning_rate": 1e-3, "warmup_steps": 1, "ema_decay": 0.5}
DISTIL: dict[str, Any] = {
    "fast_decoder": {"channels": [8, 8], "blocks": [1, 1], "crop": [16, 16], "num_pictures": 8, "fit": FIT},
    "few_steps": {
        "teacher_steps": 8,
        "guidance_scale": 2.0,
        "num_trajectories": 6,
        "lora": {"rank": 2, "targets": ["to_q", "conv1", "proj_in"]},
        "num_samples": 2,
        "fit": FIT,
    },
}


@pytest.fixture(scope="module", params=["sd", "sdxl"])
def base(request: pytest.FixtureRequest, checkpoint: Path, sdxl_checkpoint: Path) -> Path:
    return {"sd": checkpoint, "sdxl": sdxl_checkpoint}[request.param]


@pytest.fixture(scope="module")
def out(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("distil")
    tree = base_tree(base, data, **DISTIL)
    assert main(write_recipe(folder / "recipe.yaml", tree), out=folder / "run") == 0
    return folder / "run"


def test_adapters_alone_are_learnt_from_the_full_unets_ways(out: Path) -> None:
    state = states.load(out / "checkpoints" / "few_steps")
    assert state.model and all(".lora_" in name for name in state.model)
    [cache] = (out / "cache").glob("trajectories-*")
    found = [np.load(path) for path in sorted(cache.glob("*/states.npy"))]
    assert sum(map(len, found)) == 6
    for ways in found:
        assert ways.shape[1] == 5 and np.isfinite(ways).all()
        assert abs(float(ways[:, 0].std()) - 1) < 0.2  # noise is where they begin


def test_the_numbers_and_pictures_are_written_down(out: Path) -> None:
    costs = json.loads((out / "training.json").read_text(encoding="utf-8"))["stages"]
    assert costs["few_steps"]["trajectories"] == 6
    assert costs["fast_decoder"]["psnr_to_full_db"] > 0
    assert (out / "samples" / "few_steps_000004.png").is_file()
    assert (out / "samples" / "fast_decoder_000004.png").is_file()


def test_a_run_goes_on_where_it_was(out: Path) -> None:
    recipe = out.parent / "recipe.yaml"
    before = load_file(out / "few_steps" / "pytorch_lora_weights.safetensors")
    assert main(recipe, stage="few_steps", resume=True, out=out) == 0
    after = load_file(out / "few_steps" / "pytorch_lora_weights.safetensors")
    assert after.keys() == before.keys() and all(torch.equal(after[name], value) for name, value in before.items())


def test_the_package_brings_both_parts(out: Path) -> None:
    unet = UNet2DConditionModel.from_pretrained(out / "package" / "unet")
    before = {name: value.clone() for name, value in unet.state_dict().items()}
    merge_few_steps(unet, out / "package" / "few_steps")
    assert any(not torch.equal(value, before.get(name, value)) for name, value in unet.state_dict().items())
    assert load_fast_decoder(out / "package" / "fast_decoder").shape.channels == (8, 8)


@pytest.mark.slow
@pytest.mark.parametrize("base", ["sd"], indirect=True)  # an export takes a minute
def test_what_was_distilled_is_exported_and_served(out: Path, tiny_fast: Path, tmp_path: Path) -> None:
    """In a bundle of the same base, whose text encoder and autoencoder are there already."""
    from engine.bundle.added_file import with_file
    from engine.bundle.manifest import FAST_DECODER_FILE, load_bundle
    from engine.description import parse
    from engine.engine import Engine
    from engine.export.unets import write_unets
    from engine.export.write import write_graph
    from engine.pipeline_folder.graphs import parts_of
    from engine.pipeline_folder.source import open_source
    from engine.request.events import ImageReady
    from engine.request.request import GenerationRequest
    from engine.settings import EngineSettings

    write_unets(tiny_fast / "bundle", out / "package", tmp_path / "unets")
    manifest = load_bundle(tmp_path / "unets").manifest
    decoder = parts_of(open_source(out / "package"), manifest, variant=None)["fast decoder"]
    with_file(
        tmp_path / "unets", tmp_path / "bundle", FAST_DECODER_FILE, lambda path: write_graph(decoder, path.parent)
    )
    old, new = load_bundle(tiny_fast / "bundle").manifest.files, load_bundle(tmp_path / "bundle").manifest.files
    changed = {name for name in new if new[name] != old[name]}
    assert {name for name in new if "few_steps" in name} | {FAST_DECODER_FILE} <= changed
    request = GenerationRequest(description=parse("a woman in a red dress"), variant="few_steps", decoder="fast")

    async def pictures() -> list[ImageReady]:
        async with Engine.load(tmp_path / "bundle", EngineSettings(num_threads=1, warm_up=False)) as engine:
            return [event async for event in engine.generate(request) if isinstance(event, ImageReady)]

    assert len(asyncio.run(pictures())) == 1


def test_one_step_of_a_perfect_student_lands_where_the_full_unet_does(base: Path, data: Path, tmp_path: Path) -> None:
    from engine.train.run import Run
    from engine.train.stages.few_steps import FewStepsStage
    from engine.train.stages.trajectories import load_trajectories

    recipe = load_recipe(write_recipe(tmp_path / "recipe.yaml", base_tree(base, data, **DISTIL)))
    run = Run(recipe, tmp_path / "run", resume=False)
    unet = run._full_unet().requires_grad_(False)
    drawn = load_trajectories(recipe, run.folder, run.parts, run.parts.reader, unet, tmp_path, is_main=True)
    stage = FewStepsStage(recipe, drawn, run.parts, unet, tmp_path)
    batch = stage.batch(3, 0, 1)
    states = [state for each in drawn for way in each.states for state in way]
    ends = np.stack([state.ravel()[:4].astype(np.float64) for state in states])
    for latents, timestep, wanted in zip(batch["latents"], batch["timesteps"], batch["wanted"], strict=True):
        at = stage.plan.timesteps.tolist().index(float(timestep))
        kept, said = stage.plan.update[at, 0, :2].tolist()
        landed = (kept * latents + said * wanted).ravel()[:4].double().numpy()
        assert np.abs(ends - landed).max(axis=1).min() < 1e-2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"few_steps": DISTIL["few_steps"] | {"teacher_steps": 9}}, "teacher_steps must be a multiple of steps 4"),
        ({"few_steps": DISTIL["few_steps"] | {"lora": {"rank": 0}}}, "few_steps.lora.rank must be at least 1"),
        ({"fast_decoder": DISTIL["fast_decoder"] | {"crop": [15, 16]}}, "fast_decoder.crop must be multiples of 4"),
    ],
)
def test_a_wrong_setting_is_named(
    changes: dict[str, Any], message: str, checkpoint: Path, data: Path, tmp_path: Path
) -> None:
    path = write_recipe(tmp_path / "recipe.yaml", base_tree(checkpoint, data, **(DISTIL | changes)))
    with pytest.raises(ValueError, match=message):
        load_recipe(path)


def test_a_decoder_of_other_levels_is_refused(checkpoint: Path, data: Path, tmp_path: Path) -> None:
    tree = base_tree(checkpoint, data, **DISTIL)
    tree["fast_decoder"] = tree["fast_decoder"] | {"channels": [8], "blocks": [1]}
    with pytest.raises(ValueError, match="fast_decoder.channels must have 2 levels for this autoencoder, got 1"):
        main(write_recipe(tmp_path / "recipe.yaml", tree), stage="fast_decoder", out=tmp_path / "run")
    assert torch.get_num_threads() >= 1
