"""Two processes over gloo train the real denoiser with HOLA: every sample once an epoch, the same weights in both."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel

from engine.train.captions.tokenizer import load_tokenizer
from engine.train.data.latent_cache import load_cache
from engine.train.data.samples import Folder
from engine.train.loop import checkpoint
from engine.train.loop.fit import Fit
from engine.train.loop.shard import whole
from engine.train.loop.stage import Batch
from engine.train.recipe.recipe import Recipe
from engine.train.run import Run
from engine.train.stages.unet import DiffusionStage, own_parts
from tests.engine.train.processes import two

_Seen = tuple[Any, dict[str, torch.Tensor]]  # of one process: what it saw and lost, its weights
BATCH_SIZE = 5  # of 16 samples of each size: the last step of a size is not full


class _Noting(DiffusionStage):
    """Notes which samples each of its batches counts."""

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        share = self._plan(step, rank, world_size)
        samples = self.buckets[share.bucket].samples
        self.seen = [*getattr(self, "seen", []), *samples[share.indices[share.weights > 0]].tolist()]
        return super().batch(step, rank, world_size)


def _stage(recipe: Recipe, finished: Path, out: Path) -> _Noting:
    folder = Folder(recipe.data)
    vae = AutoencoderKL.from_pretrained(finished / "vae")
    encoder = CLIPTextModel.from_pretrained(finished / "text_encoder")
    buckets = load_cache(folder, vae, finished / "cache")
    torch.manual_seed(recipe.seed)
    parts = own_parts(recipe, vae, load_tokenizer(finished / "tokenizer"), encoder)
    return _Noting(recipe, folder, buckets, parts, out)


def _one_of_two(rank: int, recipe: Recipe, finished: Path, out: Path, steps: int | None, resume: bool) -> None:
    torch.compile = partial(torch.compile, backend="eager")  # its tracer, without minutes of building
    stage = _stage(recipe, finished, out)
    fit = Fit(stage, recipe.unet.fit, out / "checkpoints", cpu=True)
    assert fit.accelerator.num_processes == 2
    assert fit.resume() == resume
    losses = fit.run(steps or stage.steps_per_epoch(2)).losses
    (out / f"{rank}.json").write_text(json.dumps({"seen": stage.seen, "losses": losses}))
    weights = {name: whole(value).contiguous() for name, value in fit.model.state_dict().items()}
    save_file(weights, out / f"{rank}.safetensors")


def _two(recipe: Recipe, finished: Path, out: Path, steps: int | None = None, *, resume: bool = False) -> list[_Seen]:
    """What each of two processes saw and lost in some steps, or an epoch, and its weights afterwards."""
    out.mkdir(exist_ok=resume)
    two(_one_of_two, recipe, finished, out, steps, resume)
    return [
        (json.loads((out / f"{rank}.json").read_text()), load_file(out / f"{rank}.safetensors")) for rank in range(2)
    ]


def _recipe(recipe: Recipe, *, shard: bool = False, **unet: Any) -> Recipe:
    fit = replace(recipe.unet.fit, batch_size=BATCH_SIZE, optimizer="adamw", shard=shard)
    return replace(recipe, unet=replace(recipe.unet, fit=fit, num_samples=2, **unet))


def _assert_close(runs: Sequence[_Seen], expected: Sequence[_Seen]) -> None:
    for (now, found), (was, weights) in zip(runs, expected, strict=True):
        assert now["losses"] == pytest.approx(was["losses"], rel=1e-4)
        for name, value in weights.items():
            torch.testing.assert_close(found[name], value, atol=2e-4, rtol=1e-3)


@pytest.mark.slow
def test_two_processes_see_every_sample_once_and_agree_sharded_or_not(
    recipe: Recipe, finished: Path, tmp_path: Path
) -> None:
    copied = _two(_recipe(recipe), finished, tmp_path / "copied")
    (first, weights), (second, others) = copied
    seen = Counter(first["seen"] + second["seen"])
    assert set(seen.values()) == {1} and sorted(seen) == list(range(32))
    assert first["losses"] != second["losses"]  # each has samples and noise of its own
    for name, value in weights.items():
        assert torch.equal(value, others[name]), name
    _assert_close(_two(_recipe(recipe, shard=True), finished, tmp_path / "sharded"), copied)
    saved = [checkpoint.load(tmp_path / name / "checkpoints") for name in ("copied", "sharded")]
    for name, value in saved[0].average.items():
        torch.testing.assert_close(saved[1].average[name], value, atol=2e-4, rtol=1e-3)
    pictures = [sorted((tmp_path / name / "samples").iterdir()) for name in ("copied", "sharded")]
    assert [file.name for file in pictures[0]] == [file.name for file in pictures[1]] != []


def _assert_goes_on(recipe: Recipe, finished: Path, out: Path) -> None:
    """Stopped after two steps and gone on with, a sharded run loses what one at a stretch does.

    Its next loss is the same to the last digit, those after it to rounding: the first step of a process is counted, and
    its gradients are added in another order.
    """
    at_a_stretch = _two(recipe, finished, out / "stretch", steps=4)
    begun = _two(recipe, finished, out / "resumed", steps=2)
    (out / "resumed" / "checkpoints" / ".step_00000009.divided").mkdir()  # as a process leaves it that is killed
    gone_on = _two(recipe, finished, out / "resumed", steps=4, resume=True)
    for (whole_run, weights), (first, _), (rest, others) in zip(at_a_stretch, begun, gone_on, strict=True):
        losses = first["losses"] + rest["losses"]
        assert losses[:3] == whole_run["losses"][:3]
        assert losses == pytest.approx(whole_run["losses"], rel=1e-5)
        for name, value in weights.items():
            torch.testing.assert_close(others[name], value, atol=2e-5, rtol=1e-4)
    assert not list((out / "resumed" / "checkpoints").glob(".*"))


@pytest.mark.slow
def test_a_sharded_run_writes_its_parts_and_goes_on(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    sharded = _recipe(recipe, shard=True)
    _assert_goes_on(sharded, finished, tmp_path)
    path = checkpoint.newest(tmp_path / "resumed" / "checkpoints")
    assert {file.name for file in path.iterdir()} == {
        "facts.json", "shard-00001-model-00001-of-00001.safetensors", "shard-00002-model-00001-of-00001.safetensors",
    }  # fmt: skip
    state = checkpoint.load(path.parent)  # whole, in a process that knows of no other
    weights = load_file(tmp_path / "resumed" / "0.safetensors")
    assert state.step == 4 and state.model.keys() == weights.keys()
    assert {name.partition("/")[2] for name in state.optimizer} == {"exp_avg", "exp_avg_sq", "step"}
    alone = Fit(_stage(recipe, finished, tmp_path), _recipe(recipe).unet.fit, path.parent, cpu=True)
    assert alone.resume() and alone.step == 4
    for name, value in alone.model.state_dict().items():
        assert torch.equal(value, state.model[name]), name


@pytest.mark.slow
def test_adapters_beside_sharded_weights_go_on(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    lora = {"initial": finished / "unet", "lora": replace(recipe.unet.lora, rank=2)}
    _assert_goes_on(_recipe(recipe, shard=True, **lora), finished, tmp_path)


def _patience_of_one(rank: int, recipe: Recipe, out: Path) -> None:
    os.environ["ACCELERATE_USE_CPU"] = "true"
    Run(recipe, out, resume=False)
    group: Any = torch.distributed.group.WORLD
    waits = group._get_backend(torch.device("cpu")).options._timeout
    (out / f"{rank}.txt").write_text(str(waits.total_seconds()))


@pytest.mark.slow
def test_processes_wait_for_one_at_work_longer_than_torch_would(recipe: Recipe, tmp_path: Path) -> None:
    two(_patience_of_one, recipe, tmp_path)
    assert [(tmp_path / f"{rank}.txt").read_text() for rank in range(2)] == ["7200.0", "7200.0"]


def _plain(name: str) -> str:
    return name.removeprefix("unet.").replace(".base_layer.", ".")


@pytest.mark.slow
def test_adapters_learn_the_same_beside_sharded_weights(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    lora = {"initial": finished / "unet", "lora": replace(recipe.unet.lora, rank=2)}
    (copied, weights), _ = _two(_recipe(recipe, **lora), finished, tmp_path / "copied")
    (sharded, others), _ = _two(_recipe(recipe, **lora, shard=True), finished, tmp_path / "sharded")
    assert sharded["losses"] == pytest.approx(copied["losses"], rel=1e-4)
    before = load_file(finished / "unet" / "diffusion_pytorch_model.safetensors")
    for name, value in weights.items():
        torch.testing.assert_close(others[name], value, atol=2e-4, rtol=1e-3)
        assert ".lora_" in name or torch.equal(others[name], before[_plain(name)]), name
    saved = [checkpoint.load(tmp_path / name / "checkpoints") for name in ("copied", "sharded")]
    assert saved[0].model.keys() == saved[1].model.keys() != set()
    assert all(".lora_" in name for name in saved[1].model)


@pytest.mark.slow
def test_a_sharded_step_is_the_same_compiled(recipe: Recipe, finished: Path, tmp_path: Path) -> None:
    plain = _recipe(recipe, shard=True)
    fit = replace(plain.unet.fit, compile=True)
    compiled = replace(plain, unet=replace(plain.unet, fit=fit))
    uncompiled = _two(plain, finished, tmp_path / "plain", steps=2)
    _assert_close(_two(compiled, finished, tmp_path / "compiled", steps=2), uncompiled)
