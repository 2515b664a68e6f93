"""Several runs of several variants side by side: ``python -m engine.train.ablation.comparison --run none:0=DIR ...``.

Reads the ``evaluation.json`` of each run and prints a Markdown table: Acc_obj, Acc_tex, Acc_shape, Acc_all, the five
colours of scores.py together and the attention mass of every variant, and how each differs from the first variant
named. All runs must have been asked about the same descriptions. Two intervals stand beside a difference, because two
things were drawn at random:

    over seeds      Student's t over the differences of runs of one seed: what training once more may give
    over pictures   a bootstrap over the pictures, the same draw for both variants: what other descriptions may give

It knows files of results; it does not know models.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.train.evaluation.intervals import Interval, mean_over_pictures, mean_over_seeds, paired_difference
from engine.train.evaluation.scores import PROMISED, Verdict, keys_of
from engine.train.questions.table import Kind

logger = logging.getLogger(__name__)

Counts = tuple[NDArray[np.float64], NDArray[np.float64]]  # sums and counts of each picture, [N] each
MEASURES: Mapping[str, tuple[str, ...]] = {
    "Acc_obj": keys_of(Kind.OBJECT),
    "Acc_tex": keys_of(Kind.TEXTURE),
    "Acc_shape": keys_of(Kind.SHAPE),
    "Acc_all": keys_of(None),
    "five colours": tuple(key for keys in PROMISED.values() for key in keys),
}
ATTENTION = "attention inside"


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


def table(results: Sequence[Result]) -> str:
    """The Markdown tables of means and of differences to the first result's variant.

    Raises:
        ValueError: Runs were asked about different descriptions, or one run was given twice.
    """
    _check(results)
    variants = list(dict.fromkeys(result.variant for result in results))
    runs = {name: {result.seed: result for result in results if result.variant == name} for name in variants}
    measures = [name for name in (*MEASURES, ATTENTION) if all(name in result.measures for result in results)]
    head = ["variant", "seeds", *measures]
    means = [
        [name, str(len(some)), *(_mean_cell(list(some.values()), measure) for measure in measures)]
        for name, some in runs.items()
    ]
    baseline = variants[0]
    differences = [
        [f"{name} - {baseline}", measure, *_difference_cells(runs[name], runs[baseline], measure)]
        for name in variants[1:]
        for measure in measures
    ]
    parts = [_markdown(head, means)]
    if differences:
        titles = ["difference", "of", "points", "95 % over seeds", "95 % over pictures"]
        parts.append(_markdown(titles, differences))
    return "\n\n".join(parts)


def _check(results: Sequence[Result]) -> None:
    first = results[0]
    for result in results:
        if result.descriptions != first.descriptions:
            one, two = (f"{each.variant}:{each.seed}" for each in (first, result))
            raise ValueError(f"all runs must be asked about the same descriptions; {one} and {two} were not")
    names = [(result.variant, result.seed) for result in results]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ValueError(f"variant and seed name a run; {twice[0]}:{twice[1]} was given twice")


def _mean_cell(results: Sequence[Result], measure: str) -> str:
    """Mean and interval over seeds; of a single run the interval over its pictures."""
    if len(results) > 1:
        interval = mean_over_seeds([result.mean(measure) for result in results])
    else:
        interval = mean_over_pictures(*results[0].measures[measure])
    return f"{interval.mean:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def _difference_cells(some: Mapping[int, Result], others: Mapping[int, Result], measure: str) -> list[str]:
    shared = sorted(some.keys() & others.keys())
    differences = [some[seed].mean(measure) - others[seed].mean(measure) for seed in shared]
    over_pictures = paired_difference(
        [result.measures[measure] for result in some.values()],
        [result.measures[measure] for result in others.values()],
    )
    over_seeds = _points(mean_over_seeds(differences)) if len(shared) > 1 else "-"
    return [f"{over_pictures.mean * 100:+.1f}", over_seeds, _points(over_pictures)]


def _points(interval: Interval) -> str:
    return f"{interval.low * 100:+.1f} to {interval.high * 100:+.1f}"


def _markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(argv: Sequence[str] | None = None) -> int:
    """The command; 0 when the tables were printed, 2 for a user's mistake."""
    parser = argparse.ArgumentParser(
        prog="python -m engine.train.ablation.comparison", description="Compare trained variants."
    )
    parser.add_argument(
        "--run",
        action="append",
        required=True,
        metavar="VARIANT:SEED=FOLDER",
        help="a run's evaluation (its folder or evaluation.json); repeat it; the first variant is the baseline",
    )
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        sys.stdout.write(table([_run(text) for text in options.run]) + "\n")
    except ValueError as error:
        logger.error("%s", error)
        return 2
    return 0


def _run(text: str) -> Result:
    name, _, folder = text.partition("=")
    variant, _, seed = name.rpartition(":")
    if not (folder and variant and seed.isdecimal()):
        raise ValueError(f"a run is written VARIANT:SEED=FOLDER, got {text!r}")
    return read_result(Path(folder), variant, int(seed))


if __name__ == "__main__":
    sys.exit(main())
