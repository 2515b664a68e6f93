"""Two processes go the whole way with caches; killed in a shard or between steps, they end where they would have."""

import json
import logging
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.train import main
from engine.train.data import latent_cache
from engine.train.loop import checkpoint
from engine.train.loop.fit import Fit
from engine.train.stages.unet import DiffusionStage
from tests.engine.train.processes import two, until_one_ends

DEADLY_SAMPLE, DEADLY_BATCH = 11, 4


def _overrides(finished: Path) -> list[str]:
    """All but the UNet is there already; a checkpoint after every step, and shards of a few samples."""
    told = {"tokenizer": "tokenizer", "vae": "vae", "text": "text_encoder"}
    return [
        *(f"{section}.initial={finished / part}" for section, part in told.items()),
        "vae.fit=null",
        "text.fit=null",
        "unet.fit.checkpoint_minutes=0.000001",
        "unet.fit.keep_checkpoints=9",
        "unet.num_samples=0",
        "unet.fit.optimizer=adamw",
    ]


def _whole_way(rank: int, recipe: Path, overrides: list[str], out: Path, dies: str) -> None:
    os.environ["ACCELERATE_USE_CPU"] = "true"
    latent_cache.SHARD_SIZE = 8
    latent_cache.load_cache.__kwdefaults__["shard_size"] = 8
    _note_losses(out, rank)
    if dies == "in a shard" and rank == 1:
        _die_in_a_shard()
    if dies == "between steps" and rank == 1:
        _die_between_steps()
    logging.basicConfig(filename=out.with_name(f"{out.name}-{rank}-{dies.replace(' ', '_')}.log"))
    try:
        main(recipe, overrides, resume=True, out=out)
    except ConnectionError as error:  # as the commands do
        logging.error("%s", error)
        raise SystemExit(2) from error


def _note_losses(out: Path, rank: int) -> None:
    run = Fit.run

    def noting(fit: Fit, until: int | None = None) -> Any:
        outcome = run(fit, until)
        out.with_name(f"{out.name}-{rank}.json").write_text(json.dumps(outcome.losses))
        return outcome

    Fit.run = noting  # type: ignore[method-assign]


def _die_in_a_shard() -> None:
    read, count = latent_cache._read, 0

    def deadly(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        if count == DEADLY_SAMPLE:
            os.kill(os.getpid(), signal.SIGKILL)
        return read(*arguments)

    latent_cache._read = deadly


def _die_between_steps() -> None:
    batch = DiffusionStage.batch

    def deadly(stage: DiffusionStage, step: int, rank: int, world_size: int) -> Any:
        if step == DEADLY_BATCH:
            os.kill(os.getpid(), signal.SIGKILL)
        return batch(stage, step, rank, world_size)

    DiffusionStage.batch = deadly  # type: ignore[method-assign]


def _losses(out: Path) -> list[list[float]]:
    return [json.loads(out.with_name(f"{out.name}-{rank}.json").read_text()) for rank in range(2)]


@pytest.mark.slow
def test_killed_in_a_shard_and_between_steps_two_processes_end_where_they_would(
    recipe_file: Path, finished: Path, tmp_path: Path
) -> None:
    overrides, out, killed = _overrides(finished), tmp_path / "whole", tmp_path / "killed"
    two(_whole_way, recipe_file, overrides, out, "never")

    first, second = until_one_ends(_whole_way, recipe_file, overrides, killed, "in a shard")
    assert second == -signal.SIGKILL and first == -signal.SIGTERM  # it waited for a shard that would not come
    shards = {path for path in killed.rglob("*-*") if (path / "kept.npy").is_file() and not path.name.startswith(".")}
    times = {path: path.stat().st_mtime_ns for path in shards}
    assert 0 < len(shards) < 4 and not (killed / "unet").exists()

    first, second = until_one_ends(_whole_way, recipe_file, overrides, killed, "between steps")
    assert second == -signal.SIGKILL and first in (2, -signal.SIGTERM)
    assert all(path.stat().st_mtime_ns == time for path, time in times.items())  # whole shards were kept
    assert not list((killed / "cache").rglob(".*"))
    before = max(checkpoint.steps_saved(killed / "checkpoints" / "unet"))
    assert 0 < before <= DEADLY_BATCH

    two(_whole_way, recipe_file, overrides, killed, "never")
    for whole, rest in zip(_losses(out), _losses(killed), strict=True):
        assert rest == whole[before:] and len(whole) == 6
    weights, others = (load_file(folder / "unet" / "diffusion_pytorch_model.safetensors") for folder in (out, killed))
    assert all(torch.equal(value, others[name]) for name, value in weights.items())
    assert (killed / "package" / "model_index.json").is_file()


@pytest.mark.slow
def test_a_process_that_is_left_alone_says_so_in_a_line(recipe_file: Path, finished: Path, tmp_path: Path) -> None:
    """Without a launcher nobody tells it to stop: it finds out when it next exchanges gradients."""
    out = tmp_path / "out"
    codes = until_one_ends(_whole_way, recipe_file, _overrides(finished), out, "between steps", stop=False)
    assert codes == [2, -signal.SIGKILL]
    (line,) = [
        each for each in (tmp_path / "out-0-between_steps.log").read_text().splitlines() if "another process" in each
    ]
    assert "stage=unet: another process of the run has ended (" in line
    newest = max(checkpoint.steps_saved(out / "checkpoints" / "unet"))
    assert line.endswith(f"--resume goes on from step {newest}")
