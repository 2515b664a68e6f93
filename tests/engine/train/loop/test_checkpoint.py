"""Checkpoints are whole or not there: a crash while saving leaves the one before it."""

import os
import shutil
import signal
import subprocess
from collections.abc import ItemsView, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import PartialState
from accelerate.utils import gather_object
from torch import nn

from engine.train.loop import checkpoint
from tests.engine.train.processes import exit_code, two


def _state(step: int, **facts: Any) -> checkpoint.State:
    tensor = torch.full((2, 2), float(step))
    return checkpoint.State(
        step=step,
        model={"weight": tensor},
        average={"weight": tensor + 1},
        optimizer={"weight/exp_avg": tensor + 2},
        facts=facts,
    )


def test_round_trip_and_only_the_newest_are_kept(tmp_path: Path) -> None:
    for step in (1, 5, 30):
        checkpoint.save(tmp_path, _state(step, seconds=1.5))
    assert checkpoint.steps_saved(tmp_path) == [5, 30]
    state = checkpoint.load(tmp_path)
    assert (state.step, state.facts) == (30, {"seconds": 1.5})
    assert torch.equal(state.average["weight"], torch.full((2, 2), 31.0))
    assert checkpoint.load(tmp_path, 5).step == 5


def test_an_error_while_saving_leaves_the_one_before(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, _state(1))
    with pytest.raises(TypeError):
        checkpoint.save(tmp_path, _state(2, seconds=object()))
    assert [entry.name for entry in tmp_path.iterdir()] == ["step_00000001"]
    assert checkpoint.load(tmp_path).step == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system with room for one and a half of `_large`'s checkpoints."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a file system of its own needs the right to mount one: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def _large(step: int) -> checkpoint.State:
    tensors = {"weight": torch.full((250, 1000), float(step))}  # 1 MB
    return checkpoint.State(step=step, model=tensors, average={}, optimizer={}, facts={})


def test_a_full_disk_is_said_before_anything_is_written_and_loses_nothing(small_disk: Path) -> None:
    folder = small_disk / "run"
    checkpoint.save(folder, _large(1))
    says = r"no space in .*run for the checkpoint of step 2: it needs 1.0 MB, 0.5 MB were free; .* step 1 is kept"
    with pytest.raises(checkpoint.DiskFullError, match=says):
        checkpoint.save(folder, _large(2))
    assert [entry.name for entry in folder.iterdir()] == ["step_00000001"]
    assert checkpoint.load(folder).model["weight"][0, 0] == 1


def test_a_disk_that_fills_up_while_saving_loses_nothing(small_disk: Path) -> None:
    folder = small_disk / "run"
    checkpoint.save(folder, _state(1))

    class _Filling(dict[str, torch.Tensor]):
        """Somebody else takes the space after it was found to be enough."""

        def items(self) -> ItemsView[str, torch.Tensor]:
            (small_disk / "other").write_bytes(bytes(700_000))
            return super().items()

    crowded = checkpoint.State(step=2, model=_Filling(_large(2).model), average={}, optimizer={}, facts={})
    with pytest.raises(checkpoint.DiskFullError, match="the checkpoint of step 1 is kept"):
        checkpoint.save(folder, crowded)
    assert [entry.name for entry in folder.iterdir()] == ["step_00000001"]
    assert checkpoint.load(folder).step == 1
    (small_disk / "other").unlink()
    checkpoint.save(folder, _large(3))
    assert checkpoint.steps_saved(folder) == [1, 3]


class _Deadly(dict[str, int]):
    """Kills the process that writes it."""

    def items(self) -> ItemsView[str, int]:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


def _save_and_die(folder: Path) -> None:
    checkpoint.save(folder, _state(2, fit=_Deadly(steps=1)))


def test_a_kill_while_saving_leaves_the_one_before(tmp_path: Path) -> None:
    checkpoint.save(tmp_path, _state(1))
    assert exit_code(_save_and_die, tmp_path) == -signal.SIGKILL
    assert checkpoint.load(tmp_path).step == 1
    assert len(list(tmp_path.iterdir())) == 2  # what the dead process left
    checkpoint.save(tmp_path, _state(3))
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["step_00000001", "step_00000003"]


def _save_where_one_sees_a_full_disk(rank: int, folder: Path, blind: int) -> None:
    PartialState(cpu=True)
    checkpoint.save_divided(folder, _state(1), is_main=rank == 0, total=_total)
    usage = shutil.disk_usage(folder)
    if rank == blind:
        shutil.disk_usage = lambda path: usage._replace(free=0)
    try:
        checkpoint.save_divided(folder, _state(2), is_main=rank == 0, total=_total)
    except checkpoint.DiskFullError as error:
        (folder / f"{rank}.txt").write_text(str(error))


def _total(mine: int) -> int:
    return sum(gather_object([mine]))


def test_processes_that_save_together_refuse_a_full_disk_together(tmp_path: Path) -> None:
    for blind, steps in ((0, [1]), (1, [1, 2])):  # the main process measures, for all
        folder = tmp_path / str(blind)
        two(_save_where_one_sees_a_full_disk, folder, blind)
        assert checkpoint.steps_saved(folder) == steps
        refused = [file.read_text() for file in sorted(folder.glob("*.txt"))]
        assert len(refused) == (2 if blind == 0 else 0)
        assert all("checkpoint of step 2" in text and "step 1 is kept" in text for text in refused)
        assert not list(folder.glob(".*"))


@pytest.mark.parametrize("name", ["model.safetensors", "facts.json"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    path = checkpoint.save(tmp_path, _state(1)) / name
    path.write_bytes(path.read_bytes()[:10])
    with pytest.raises(ValueError, match=f"{name} is damaged"):
        checkpoint.load(tmp_path)


def test_no_checkpoint_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no checkpoint in"):
        checkpoint.load(tmp_path / "nowhere")


def test_the_optimiser_comes_back_by_name(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    saved = {key: value.clone() for key, value in checkpoint.optimizer_tensors(model, optimizer).items()}
    fresh = torch.optim.AdamW(model.parameters())
    checkpoint.restore_optimizer(model, fresh, saved)
    again = checkpoint.optimizer_tensors(model, fresh)
    assert saved.keys() == again.keys() and all(torch.equal(saved[key], again[key]) for key in saved)
    with pytest.raises(ValueError, match="has other, which this model has not"):
        checkpoint.restore_optimizer(model, fresh, {"other/exp_avg": torch.zeros(1)})


def test_weights_of_another_model_are_refused_by_name() -> None:
    model = nn.Linear(2, 2)
    with pytest.raises(ValueError, match=r"bias must be \(2,\) for this recipe, the checkpoint's is \(3,\)"):
        checkpoint.restore_model(model, {"weight": torch.zeros(2, 2), "bias": torch.zeros(3)})
    with pytest.raises(ValueError, match="lacks bias"):
        checkpoint.restore_model(model, {"weight": torch.zeros(2, 2)})
    with pytest.raises(ValueError, match="another tensor, more"):
        checkpoint.restore_model(model, {**model.state_dict(), "more": torch.zeros(1)})
