"""Scalars reach TensorBoard where it is installed; where it is not, that is said before training."""

import importlib.util
from pathlib import Path

import pytest

from engine.train.loop.trackers import TensorBoard, WeightsAndBiases, require_trackers
from engine.train.recipe.reading import load_recipe
from engine.train.run import Run

INSTALLED = importlib.util.find_spec("tensorboard") is not None
WANDB_INSTALLED = importlib.util.find_spec("wandb") is not None


@pytest.mark.skipif(INSTALLED, reason="tensorboard is installed here")
def test_a_missing_package_is_said_before_training(recipe_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs the tensorboard package"):
        Run(load_recipe(recipe_file, ["tensorboard=true"]), tmp_path, resume=False)


@pytest.mark.skipif(not INSTALLED, reason="tensorboard is not installed")
@pytest.mark.filterwarnings("ignore")  # TensorBoard's own
def test_scalars_are_written(tmp_path: Path) -> None:
    require_trackers(tensorboard=True, wandb=None)
    tracker = TensorBoard(tmp_path, step=3)
    tracker.add(4, {"loss": 0.5})
    tracker.close()
    assert [file.name.startswith("events.") for file in tmp_path.iterdir()] == [True]


@pytest.mark.skipif(WANDB_INSTALLED, reason="wandb is installed here")
def test_missing_wandb_is_said_before_training(recipe_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="wandb: figures needs the wandb package"):
        Run(load_recipe(recipe_file, ["wandb=figures"]), tmp_path, resume=False)


@pytest.mark.skipif(not WANDB_INSTALLED, reason="wandb is not installed")
@pytest.mark.filterwarnings("ignore")  # W&B's own
def test_wandb_runs_offline_and_goes_on_as_the_same_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    for step in (3, 6):
        tracker = WeightsAndBiases(tmp_path, "figures", name="tiny unet", settings={"seed": 0})
        tracker.add(step, {"loss": 0.5})
        tracker.close()
    run = (tmp_path / "run_id").read_text()
    files = list(tmp_path.rglob("*.wandb"))
    assert files and {file.name for file in files} == {f"run-{run}.wandb"}
    assert all(b"loss" in file.read_bytes() for file in files)
