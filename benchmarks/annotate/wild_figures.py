"""Figures as wild pictures: drawn, parsed by the bundled parser, their truth kept apart from the machine.

Drawn pictures, item maps and features are kept in a folder, so that a second run begins at once.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.annotate.machine.annotator import Pixels, Shown
from engine.annotate.machine.features import Vector, features
from engine.annotate.protocol.attributes import BY_NAME, UNSURE
from engine.annotate.protocol.figures import FIGURES, figure_answer
from engine.annotate.protocol.gates import Labels, Mask, masks_of_items
from engine.bundle.manifest import load_bundle
from engine.files.whole import whole_file
from engine.regions.regions import Regions, load_regions
from engine.settings import EngineSettings
from engine.train.figures import draw_figure, figure_row, sample_figure

SHARD = 250
FIRST_SEED = 0  # the bundled parser, which makes the item maps, has learnt from others (3,000,000 and up)
ALT_TEXT_SEED = 900_000


class LazyMasks(Mapping[str, Mask]):
    """The masks of an item map, made when somebody looks."""

    def __init__(self, items: Labels, names: Sequence[str]) -> None:
        self.items_map, self.names = items, names

    def __getitem__(self, name: str) -> Mask:
        if name not in self.names:
            raise KeyError(name)
        return masks_of_items(self.items_map)[name]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True)
class Wild:
    """One figure: what a machine may see, and what it may not."""

    id: str
    pixels: Pixels
    items: Labels
    names: tuple[str, ...]
    truth: Mapping[str, str]
    seen: Mapping[str, NDArray[np.float16]]

    def shown(self) -> Shown:
        return Shown(id=self.id, pixels=self.pixels, masks=LazyMasks(self.items, self.names))


class WildPool:
    """See `engine.annotate.rounds.pool.RoundPool`."""

    def __init__(self, figures: Sequence[Wild]) -> None:
        self.figures = {figure.id: figure for figure in figures}
        self.right = {figure.id: _answers(figure.truth) for figure in figures}

    def ids(self) -> list[str]:
        return list(self.figures)

    def has(self, picture: str) -> bool:
        return picture in self.figures

    def shown(self, picture: str) -> Shown:
        return self.figures[picture].shown()

    def present(self, picture: str) -> Collection[str]:
        return self.figures[picture].names

    def read(self, picture: Shown) -> Mapping[str, Vector]:
        return {name: vector.astype(np.float32) for name, vector in self.figures[picture.id].seen.items()}

    def truth(self, picture: str, attribute: str) -> str:
        return self.right[picture][attribute]

    def decidable(self) -> Iterator[tuple[str, str, str]]:
        """Picture, attribute and right answer of all that a person who annotates everything is asked and can tell."""
        for picture, answers in self.right.items():
            names = self.figures[picture].names
            for attribute, value in answers.items():
                if value != UNSURE and BY_NAME[attribute].region in names:
                    yield picture, attribute, value


def _answers(truth: Mapping[str, str]) -> dict[str, str]:
    return {attribute.name: figure_answer(attribute, truth) for attribute in FIGURES}


def wild_figures(first_seed: int, count: int, bundle: Path, cache: Path) -> list[Wild]:
    """Figures of these seeds, read or drawn."""
    regions: Regions | None = None
    found: list[Wild] = []
    for first in range(first_seed, first_seed + count, SHARD):
        seeds = range(first, min(first + SHARD, first_seed + count))
        path = cache / f"wild_{first}_{len(seeds)}.npz"
        if not path.exists():
            if regions is None:
                regions = load_regions(load_bundle(bundle), EngineSettings(num_threads=1))
                assert regions is not None, "the bundled model has a parser"
            _draw(seeds, regions, path)
        found += _read(path)
    return found


def _draw(seeds: range, regions: Regions, path: Path) -> None:
    pixels, items, shapes, told, seen = [], [], [], [], []
    for seed in seeds:
        figure = sample_figure(seed)
        drawing = draw_figure(figure)
        labels = regions.label_map(drawing.image)
        shown = Shown(id=str(seed), pixels=drawing.image, masks=masks_of_items(labels))
        vectors = features(shown)
        truth = figure_row(figure, drawing)["attributes"]
        told.append(json.dumps({"seed": seed, "truth": truth, "regions": list(vectors)}))
        pixels.append(drawing.image.ravel())
        items.append(labels.ravel())
        shapes.append(labels.shape)
        seen += list(vectors.values())
    with whole_file(path) as temporary:
        np.savez(
            temporary,
            pixels=np.concatenate(pixels),
            items=np.concatenate(items),
            shapes=np.array(shapes),
            told=np.frombuffer("\n".join(told).encode(), np.uint8),
            seen=np.stack(seen).astype(np.float16),
        )


def _read(path: Path) -> Iterator[Wild]:
    with np.load(path) as file:
        pixels, items, shapes, seen = file["pixels"], file["items"], file["shapes"], file["seen"]
        told = [json.loads(line) for line in file["told"].tobytes().decode().splitlines()]
    at = row = 0
    for one, (height, width) in zip(told, shapes.tolist(), strict=True):
        size = height * width
        names = tuple(one["regions"])
        yield Wild(
            id=f"{one['seed']:08d}",
            pixels=pixels[3 * at : 3 * (at + size)].reshape(height, width, 3),
            items=items[at : at + size].reshape(height, width),
            names=names,
            truth=one["truth"],
            seen={name: seen[row + place] for place, name in enumerate(names)},
        )
        at, row = at + size, row + len(names)
