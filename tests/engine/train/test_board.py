"""Scalars reach TensorBoard where it is installed; where it is not, that is said before training."""

import importlib.util
from pathlib import Path

import pytest

from engine.train.board import Board, require_board
from engine.train.config import load_recipe
from engine.train.stages import Run

INSTALLED = importlib.util.find_spec("tensorboard") is not None


@pytest.mark.skipif(INSTALLED, reason="tensorboard is installed here")
def test_a_missing_package_is_said_before_training(recipe_file: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs the tensorboard package"):
        Run(load_recipe(recipe_file, ["tensorboard=true"]), tmp_path, resume=False)


@pytest.mark.skipif(not INSTALLED, reason="tensorboard is not installed")
@pytest.mark.filterwarnings("ignore")  # TensorBoard's own
def test_scalars_are_written(tmp_path: Path) -> None:
    require_board()
    board = Board(tmp_path, step=3)
    board.add(4, {"loss": 0.5})
    board.close()
    assert [file.name.startswith("events.") for file in tmp_path.iterdir()] == [True]
