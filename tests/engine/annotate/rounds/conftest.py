"""A pool so small that a turn takes seconds: pictures of two flat garments whose colours are known."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.annotate.machine.annotator import Shown
from engine.annotate.people.sampling import Amounts
from engine.annotate.protocol.attributes import BY_NAME, NONE, UNSURE
from engine.annotate.protocol.gates import masks_of_labels
from engine.annotate.rounds.settings import RoundSettings
from engine.train.figures.attributes import COLOURS

NAMES = ("black", "red", "yellow", "blue")
ASKED = ("top type", "top color", "belt type", "belt color")
HEIGHT, WIDTH = 48, 32


class TinyPool:
    """Half of the pictures have a belt; what the label map calls one is none in a few."""

    def __init__(self, count: int = 80) -> None:
        rng = np.random.default_rng(0)
        self.pixels: dict[str, np.ndarray] = {}
        self.labels: dict[str, np.ndarray] = {}
        self.right: dict[str, dict[str, str]] = {}
        for number in range(count):
            top, belt = rng.integers(len(NAMES), size=2)
            labels = np.zeros((HEIGHT, WIDTH), np.uint8)
            labels[4:12, 12:20], labels[12:40, 6:26] = 11, 4
            pixels = rng.integers(170, 200, (HEIGHT, WIDTH, 3))
            pixels[12:40, 6:26] = np.array(COLOURS[NAMES[top]]) + rng.integers(-12, 13, (28, 20, 3))
            has_belt = number % 2 == 0
            if has_belt:
                labels[28:31, 6:26] = 8
                pixels[28:31, 6:26] = np.array(COLOURS[NAMES[belt]]) + rng.integers(-12, 13, (3, 20, 3))
            name = f"{number:064x}"
            self.pixels[name] = pixels.clip(0, 255).astype(np.uint8)
            self.labels[name] = labels
            missed = has_belt and number % 10 == 0
            belts = {"belt type": NONE if missed else "belt", "belt color": UNSURE if missed else NAMES[belt]}
            self.right[name] = {"top type": "shirt", "top color": NAMES[top], **(belts if has_belt else {})}

    def ids(self) -> Sequence[str]:
        return list(self.pixels)

    def has(self, picture: str) -> bool:
        return picture in self.pixels

    def shown(self, picture: str) -> Shown:
        return Shown(id=picture, pixels=self.pixels[picture], masks=masks_of_labels(self.labels[picture]))

    def present(self, picture: str) -> Collection[str]:
        return self.shown(picture).masks

    def truth(self, picture: str, attribute: str) -> str:
        return self.right[picture].get(attribute, NONE if NONE in BY_NAME[attribute].values else UNSURE)

    def write(self, folder: Path) -> Path:
        """As a folder that `cosmicman annotate round` reads."""
        for name in ("images", "parsing"):
            (folder / name).mkdir(parents=True)
        for picture in self.pixels:
            Image.fromarray(self.pixels[picture]).save(folder / "images" / f"{picture}.png")
            Image.fromarray(self.labels[picture]).save(folder / "parsing" / f"{picture}.png")
        return folder


@pytest.fixture(scope="session")
def pool() -> TinyPool:
    return TinyPool()


@pytest.fixture(scope="session")
def settings() -> RoundSettings:
    amounts = Amounts(evaluation=20, training=4, twice=0.2)
    return RoundSettings(attributes=ASKED, amounts=amounts, folds=2, bar=0.55, price=0.05)
