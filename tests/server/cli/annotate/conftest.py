"""Pictures with label maps, and a round of three questions about them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from server.cli import main

ASKED = ("gender", "belt type", "belt color")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pictures of somebody with a red belt, and their label maps."""
    folder = tmp_path_factory.mktemp("wild")
    for name in ("images", "parsing"):
        (folder / name).mkdir()
    rng = np.random.default_rng(0)
    for number in range(12):
        labels = np.zeros((48, 32), np.uint8)
        labels[4:12, 12:20], labels[12:40, 6:26], labels[26:30, 6:26] = 11, 4, 8
        pixels = rng.integers(100, 200, (48, 32, 3), np.uint8)
        pixels[26:30, 6:26] = (204, 44, 50)
        Image.fromarray(pixels).save(folder / "images" / f"{number}.png")
        Image.fromarray(labels).save(folder / "parsing" / f"{number}.png")
    return folder


def round_of(ledger: Path, folder: Path, *more: str) -> int:
    asked = [word for name in ASKED for word in ("--attribute", name)]
    amounts = ["--evaluation", "4", "--training", "1", "--twice", "0"]
    return main(["annotate", "round", "--ledger", str(ledger), "--pictures", str(folder), *asked, *amounts, *more])
