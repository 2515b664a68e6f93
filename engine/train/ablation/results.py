"""What one trained model scored, read from the ``evaluation.json`` of its run.

It knows files of results and what is counted in them; it does not know models, nor how runs are compared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.train.evaluation.scores import PROMISED, Verdict, keys_of
from engine.train.questions.table import Kind

Counts = tuple[NDArray[np.float64], NDArray[np.float64]]  # sums and counts of each picture, [N] each
MEASURES: Mapping[str, tuple[str, ...]] = {
    "Acc_obj": keys_of(Kind.OBJECT),
    "Acc_tex": keys_of(Kind.TEXTURE),
    "Acc_shape": keys_of(Kind.SHAPE),
    "Acc_all": keys_of(None),
    "five colours": tuple(key for keys in PROMISED.values() for key in keys),
}
ATTENTION = "attention inside"
DENOISING = ("denoising error", "caption's worth")  # see train/denoising.py


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one trained model scored.

    Attributes:
        variant: What was varied, e.g. ``hola_mass``.
        seed: Of the training; runs of two variants with one seed started alike.
        descriptions: Seeds and texts of what was asked about, in order.
        measures: For each measure the sums and counts of the pictures.
    """

    variant: str
    seed: int
    descriptions: tuple[tuple[int, str], ...]
    measures: Mapping[str, Counts]

    def mean(self, measure: str) -> float:
        """Over all questions."""
        sums, counts = self.measures[measure]
        return float(sums.sum() / counts.sum())


def read_result(path: Path, variant: str, seed: int) -> Result:
    """Reads one ``evaluation.json``, or the folder that holds it.

    Raises:
        ValueError: There is none, or it is not what ``cosmicman evaluate`` writes.
    """
    file = path / "evaluation.json" if path.is_dir() else path
    try:
        tree = json.loads(file.read_text(encoding="utf-8"))
        pictures = tree["pictures"]
        seeds = [_seed(tree, number, picture) for number, picture in enumerate(pictures)]
        measures = _of_words(pictures) if "judge" in tree else _of_table(pictures)
        measures = {name: counts for name, counts in measures.items() if counts[1].any()}
        if tree.get("attention"):
            measures[ATTENTION] = _attention(tree["attention"]["pictures"], seeds)
            measures |= _denoising(tree["attention"].get("denoising", []), seeds)
        descriptions = tuple(zip(seeds, (picture["description"] for picture in pictures), strict=True))
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(f"{file} is no result of `cosmicman evaluate`: {error!r}") from error
    return Result(variant=variant, seed=seed, descriptions=descriptions, measures=measures)


def _seed(tree: Mapping[str, Any], number: int, picture: Mapping[str, Any]) -> int:
    """Of the picture's noise: a figure's own, or counted from the first."""
    return int(picture["seed"]) if "seed" in picture else int(tree["first_seed"]) + number


def _of_table(pictures: Sequence[Mapping[str, Any]]) -> dict[str, Counts]:
    """Answers of the figures' classifier, attribute by attribute."""
    verdicts = [_verdict(picture) for picture in pictures]
    return {name: _accuracy(verdicts, keys) for name, keys in MEASURES.items()}


def _of_words(pictures: Sequence[Mapping[str, Any]]) -> dict[str, Counts]:
    """Answers in words: a question that was skipped or not readably answered counts as not shown."""
    rows = [[(each["kind"], each["answer"] == "yes") for each in picture["questions"]] for picture in pictures]
    found = {}
    for name, kind in (*((f"Acc_{kind}", kind) for kind in Kind), ("Acc_all", None)):
        some = [[right for of, right in row if kind in (None, of)] for row in rows]
        counts = ([sum(row) for row in some], [len(row) for row in some])
        found[name] = (np.array(counts[0], np.float64), np.array(counts[1], np.float64))
    return found


def _verdict(picture: Mapping[str, Any]) -> Verdict:
    told = {name: picture[name] for name in ("asked", "seen")}
    return Verdict(seed=picture["seed"], text=picture["description"], seen_in_figure={}, **told)


def _accuracy(verdicts: Sequence[Verdict], keys: Sequence[str]) -> Counts:
    asked = [[key for key in keys if key in verdict.asked] for verdict in verdicts]
    right = [sum(verdict.right(key) for key in some) for verdict, some in zip(verdicts, asked, strict=True)]
    return np.array(right, np.float64), np.array([len(some) for some in asked], np.float64)


def _attention(pictures: Sequence[Mapping[str, Any]], seeds: Sequence[int]) -> Counts:
    masses = {picture["seed"]: [phrase["mass"] for phrase in picture["phrases"]] for picture in pictures}
    found = [masses.get(seed, []) for seed in seeds]
    return np.array([sum(some) for some in found], np.float64), np.array([len(some) for some in found], np.float64)


def _denoising(pictures: Sequence[Mapping[str, float]], seeds: Sequence[int]) -> dict[str, Counts]:
    """Errors as shares of what they are shares of; results of an older version have none."""
    if not pictures:
        return {}
    found = {int(picture["seed"]): picture for picture in pictures}
    target, told, untold = (
        np.array([found[seed][name] if seed in found else 0.0 for seed in seeds], np.float64)
        for name in ("target", "error", "error_untold")
    )
    return dict(zip(DENOISING, ((told, target), (untold - told, untold)), strict=True))
