"""Two processes over gloo train the real denoiser with HOLA: every sample once an epoch, the same weights in both."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

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
HALF, EPOCH = 2, 4  # steps


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


def _one_of_two(rank: int, recipe: Recipe, finished: Path, out: Path, stops: Sequence[int], resume: bool) -> None:
    torch.compile = partial(torch.compile, backend="eager")  # its tracer, without minutes of building
    stage = _stage(recipe, finished, out)
    fit = Fit(stage, recipe.unet.fit, out / "checkpoints", cpu=True)
    assert fit.accelerator.num_processes == 2
    assert fit.resume() == resume and stage.steps_per_epoch(2) == EPOCH
    losses: list[float] = []
    for stop in stops:
        losses += fit.run(stop).losses
        weights = {name: whole(value).contiguous() for name, value in fit.model.state_dict().items()}
        save_file(weights, out / f"{rank}-{stop}.safetensors")
    (out / f"{rank}.json").write_text(json.dumps({"seen": stage.seen, "losses": losses}))


def _two(
    recipe: Recipe, finished: Path, out: Path, stops: Sequence[int] = (HALF, EPOCH), *, resume: bool = False
) -> list[_Seen]:
    """What each of two processes saw and lost until the last stop, and its weights there; a checkpoint at each."""
    out.mkdir(exist_ok=resume)
    two(_one_of_two, recipe, finished, out, stops, resume)
    return [_seen(out, rank, stops[-1]) for rank in range(2)]


def _seen(out: Path, rank: int, stop: int) -> _Seen:
    return json.loads((out / f"{rank}.json").read_text()), load_file(out / f"{rank}-{stop}.safetensors")


def _recipe(recipe: Recipe, *, shard: bool = False, **unet: Any) -> Recipe:
    fit = replace(recipe.unet.fit, batch_size=BATCH_SIZE, optimizer="adamw", shard=shard)
    return replace(recipe, unet=replace(recipe.unet, fit=fit, num_samples=2, **unet))


def _assert_close(runs: Sequence[_Seen], expected: Sequence[_Seen]) -> None:
    for (now, found), (was, weights) in zip(runs, expected, strict=True):
        assert now["losses"] == pytest.approx(was["losses"], rel=1e-4)
        for name, value in weights.items():
            torch.testing.assert_close(found[name], value, atol=2e-4, rtol=1e-3)


def _lora(recipe: Recipe, finished: Path) -> dict[str, Any]:
    return {"initial": finished / "unet", "lora": replace(recipe.unet.lora, rank=2)}


class Runs(NamedTuple):
    """One model trained for an epoch, whole in each process and divided between them; the folder of each."""

    copied: list[_Seen]
    sharded: list[_Seen]
    folders: tuple[Path, Path]


def _both(recipe: Recipe, finished: Path, folder: Path, **unet: Any) -> Runs:
    folders = folder / "copied", folder / "sharded"
    copied = _two(_recipe(recipe, **unet), finished, folders[0])
    return Runs(copied, _two(_recipe(recipe, shard=True, **unet), finished, folders[1]), folders)


@pytest.fixture(scope="module")
def plain(recipe: Recipe, finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return _both(recipe, finished, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def adapters(recipe: Recipe, finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return _both(recipe, finished, tmp_path_factory.mktemp("adapters"), **_lora(recipe, finished))


@pytest.mark.slow
def test_two_processes_see_every_sample_once_and_agree_sharded_or_not(plain: Runs) -> None:
    (first, weights), (second, others) = plain.copied
    seen = Counter(first["seen"] + second["seen"])
    assert set(seen.values()) == {1} and sorted(seen) == list(range(32))
    assert first["losses"] != second["losses"]  # each has samples and noise of its own
    for name, value in weights.items():
        assert torch.equal(value, others[name]), name
    _assert_close(plain.sharded, plain.copied)
    saved = [checkpoint.load(folder / "checkpoints") for folder in plain.folders]
    for name, value in saved[0].average.items():
        torch.testing.assert_close(saved[1].average[name], value, atol=2e-4, rtol=1e-3)
    pictures = [sorted((folder / "samples").iterdir()) for folder in plain.folders]
    assert [file.name for file in pictures[0]] == [file.name for file in pictures[1]] != []


def _assert_goes_on(recipe: Recipe, finished: Path, runs: Runs, out: Path) -> None:
    """Gone on with after half of it by new processes, a sharded run loses what one at a stretch does.

    Its next loss is the same to the last digit, those after it to rounding: the first step of a process is counted, and
    its gradients are added in another order.
    """
    shutil.copytree(runs.folders[1], out)
    shutil.rmtree(checkpoint.newest(out / "checkpoints"))
    assert checkpoint.steps_saved(out / "checkpoints") == [HALF]
    (out / "checkpoints" / ".step_00000009.divided").mkdir()  # as a process leaves it that is killed
    gone_on = _two(recipe, finished, out, stops=(EPOCH,), resume=True)
    for (whole_run, weights), (rest, others) in zip(runs.sharded, gone_on, strict=True):
        assert rest["losses"][0] == whole_run["losses"][HALF]
        assert rest["losses"] == pytest.approx(whole_run["losses"][HALF:], rel=1e-5)
        for name, value in weights.items():
            torch.testing.assert_close(others[name], value, atol=2e-5, rtol=1e-4)
    assert not list((out / "checkpoints").glob(".*"))


@pytest.mark.slow
def test_a_sharded_run_writes_its_parts_and_goes_on(
    recipe: Recipe, finished: Path, plain: Runs, tmp_path: Path
) -> None:
    out = tmp_path / "resumed"
    _assert_goes_on(_recipe(recipe, shard=True), finished, plain, out)
    path = checkpoint.newest(out / "checkpoints")
    assert {file.name for file in path.iterdir()} == {
        "facts.json", "shard-00001-model-00001-of-00001.safetensors", "shard-00002-model-00001-of-00001.safetensors",
    }  # fmt: skip
    state = checkpoint.load(path.parent)  # whole, in a process that knows of no other
    _, weights = _seen(out, 0, EPOCH)
    assert state.step == EPOCH and state.model.keys() == weights.keys()
    assert {name.partition("/")[2] for name in state.optimizer} == {"exp_avg", "exp_avg_sq", "step"}
    alone = Fit(_stage(recipe, finished, tmp_path), _recipe(recipe).unet.fit, path.parent, cpu=True)
    assert alone.resume() and alone.step == EPOCH
    for name, value in alone.model.state_dict().items():
        assert torch.equal(value, state.model[name]), name


@pytest.mark.slow
def test_adapters_beside_sharded_weights_go_on(recipe: Recipe, finished: Path, adapters: Runs, tmp_path: Path) -> None:
    lora = _lora(recipe, finished)
    _assert_goes_on(_recipe(recipe, shard=True, **lora), finished, adapters, tmp_path / "resumed")


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
def test_adapters_learn_the_same_beside_sharded_weights(finished: Path, adapters: Runs) -> None:
    (copied, weights), _ = adapters.copied
    (sharded, others), _ = adapters.sharded
    assert sharded["losses"] == pytest.approx(copied["losses"], rel=1e-4)
    before = load_file(finished / "unet" / "diffusion_pytorch_model.safetensors")
    for name, value in weights.items():
        torch.testing.assert_close(others[name], value, atol=2e-4, rtol=1e-3)
        assert ".lora_" in name or torch.equal(others[name], before[_plain(name)]), name
    saved = [checkpoint.load(folder / "checkpoints") for folder in adapters.folders]
    assert saved[0].model.keys() == saved[1].model.keys() != set()
    assert all(".lora_" in name for name in saved[1].model)


@pytest.mark.slow
def test_a_sharded_step_is_the_same_compiled(recipe: Recipe, finished: Path, plain: Runs, tmp_path: Path) -> None:
    sharded = _recipe(recipe, shard=True)
    fit = replace(sharded.unet.fit, compile=True)
    compiled = replace(sharded, unet=replace(sharded.unet, fit=fit))
    uncompiled = [_seen(plain.folders[1], rank, HALF) for rank in range(2)]
    for told, _ in uncompiled:
        told["losses"] = told["losses"][:HALF]
    _assert_close(_two(compiled, finished, tmp_path / "compiled", stops=(HALF,)), uncompiled)
