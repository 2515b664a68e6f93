"""What a model's attention is measured on: pictures whose label maps are known, each with a whole caption.

It knows figures and data folders; it does not know models.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.description.wording.caption import row_phrases
from engine.prompt.windows import TokenWindows
from engine.train.captions.discretise import Discretised, discretise
from engine.train.data.samples import Folder, read_labels, read_picture
from engine.train.evaluation.sources import Pixels
from engine.train.figures import draw_figure, figure_row, sample_figure
from engine.train.recipe.caption import CaptionConfig
from engine.train.recipe.data import DataConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A picture as the model is shown it; `seed` is that of the noise."""

    seed: int
    picture: Pixels  # [H, W, 3]
    labels: NDArray[np.uint8]  # [H, W] ATR-18 ids
    caption: Discretised


Describe: TypeAlias = Callable[[TokenWindows], list[Subject]]  # captions are cut into a model's windows


def figures_of(seeds: Iterable[int]) -> Describe:
    """Drawn figures, whose label maps are exact: every other one described as prose, the rest as lists."""
    return lambda windows: [_figure(seed, windows) for seed in seeds]


def _figure(seed: int, windows: TokenWindows) -> Subject:
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    whole = CaptionConfig(list_fraction=float(seed % 2 == 0), phrase_dropout=0.0, caption_dropout=0.0)
    rng = random.Random(f"attention-{seed}")
    caption = discretise(row_phrases(figure_row(figure, drawing)), windows, whole, rng)
    return Subject(seed=seed, picture=drawing.image, labels=drawing.labels.astype(np.uint8), caption=caption)


def rows_of(folder: Path, sizes: Sequence[tuple[int, int]], num: int, first_seed: int) -> Describe:
    """The first photographs of a data folder in CosmicMan-HQ's layout, each in the nearest of these sizes.

    `Describe` raises ValueError where a row is wrong, or none is there, naming file, row and what was expected.
    """
    whole = CaptionConfig(list_fraction=1.0, phrase_dropout=0.0, caption_dropout=0.0, synonyms=0.0)

    def describe(windows: TokenWindows) -> list[Subject]:
        samples = Folder(DataConfig(folder=folder, sizes=tuple(sizes), any_size=True, limit=num)).samples
        return [
            Subject(
                seed=seed,
                picture=read_picture(sample),
                labels=read_labels(sample),
                caption=discretise(sample.phrases, windows, whole, random.Random(f"attention-{seed}")),
            )
            for seed, sample in enumerate(samples, first_seed)
        ]

    return describe
