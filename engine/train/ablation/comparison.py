"""Several runs of several variants side by side: ``python -m engine.train.ablation.comparison --run none:0=DIR ...``.

Reads the ``evaluation.json`` of each run and prints a Markdown table: Acc_obj, Acc_tex, Acc_shape, Acc_all, the five
colours of scores.py together, the attention mass, the denoising error and the caption's worth of every variant, and how
each differs from the first variant named. All runs must have been asked about the same descriptions. Two intervals
stand beside a difference, because two things were drawn at random:

    over seeds      Student's t over the differences of runs of one seed: what training once more may give
    over pictures   a bootstrap over the pictures, the same draw for both variants: what other descriptions may give

It knows files of results; it does not know models.
"""

from __future__ import annotations

import argparse
import csv
import io
import logging
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.train.ablation.results import ATTENTION, DENOISING, MEASURES, Result, read_result
from engine.train.intervals import Interval, mean_over_pictures, mean_over_seeds, paired_difference

logger = logging.getLogger(__name__)


def table(results: Sequence[Result], start: Result | None = None) -> str:
    """The Markdown tables of means and of differences to the first result's variant.

    `start` is what all of them went on from: a row of its own, and nothing is compared with it.

    Raises:
        ValueError: Runs were asked about different descriptions, or one run was given twice.
    """
    _check([*results, *([start] if start else [])])
    runs, measures = _by_variant(results), _shared_measures(results)
    rows = [
        *([(start.variant, [start])] if start else []),
        *((name, list(some.values())) for name, some in runs.items()),
    ]
    means = [[name, str(len(some)), *(_interval(_mean(some, measure)) for measure in measures)] for name, some in rows]
    parts = [_markdown(["variant", "seeds", *measures], means)]
    differences = [
        [*names, f"{over_pictures.mean * 100:+.{places}f}", _points(over_seeds, places), _points(over_pictures, places)]
        for *names, over_seeds, over_pictures in _differences(runs, measures)
        for places in (_places(names[1]),)
    ]
    if differences:
        titles = ["difference", "of", "points", "95 % over seeds", "95 % over pictures"]
        parts.append(_markdown(titles, differences))
    return "\n\n".join(parts)


def as_json(results: Sequence[Result], start: Result | None = None) -> dict[str, Any]:
    """Every run, the means and the differences as plain numbers: shares, not points."""
    runs, measures = _by_variant(results), _shared_measures(results)
    every = [*([start] if start else []), *results]
    return {
        "runs": [
            {"variant": one.variant, "seed": one.seed, **{name: one.mean(name) for name in one.measures}}
            for one in every
        ],
        "means": [
            {"variant": name, "seeds": sorted(some), "measure": measure, **_ends(_mean(list(some.values()), measure))}
            for name, some in runs.items()
            for measure in measures
        ],
        "differences": [
            {"difference": name, "measure": measure, "over_seeds": _ends(seeds), "over_pictures": _ends(pictures)}
            for name, measure, seeds, pictures in _differences(runs, measures)
        ],
    }


def as_csv(results: Sequence[Result], start: Result | None = None) -> str:
    """A line for each measure of each run: variant, seed, measure, its mean and the interval over pictures."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["variant", "seed", "measure", "mean", "low", "high"])
    for one in [*([start] if start else []), *results]:
        for name, counts in one.measures.items():
            found = mean_over_pictures(*counts)
            numbers = [f"{value:.6f}" for value in (found.mean, found.low, found.high)]
            writer.writerow([one.variant, one.seed, name, *numbers])
    return text.getvalue()


def _by_variant(results: Sequence[Result]) -> dict[str, dict[int, Result]]:
    variants = dict.fromkeys(result.variant for result in results)
    return {name: {result.seed: result for result in results if result.variant == name} for name in variants}


def _shared_measures(results: Sequence[Result]) -> list[str]:
    names = (*MEASURES, ATTENTION, *DENOISING)
    return [name for name in names if all(name in result.measures for result in results)]


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


def _mean(results: Sequence[Result], measure: str) -> Interval:
    """Mean and interval over seeds; of a single run the interval over its pictures."""
    if len(results) > 1:
        return mean_over_seeds([result.mean(measure) for result in results])
    return mean_over_pictures(*results[0].measures[measure])


def _differences(
    runs: Mapping[str, Mapping[int, Result]], measures: Sequence[str]
) -> list[tuple[str, str, Interval, Interval]]:
    """What each variant and measure differs by from the first variant: over seeds, and over pictures.

    Runs of one seed are compared with each other; a seed that one of the two has not been trained with counts in
    neither.
    """
    baseline, *others = runs
    pairs = {name: sorted(runs[name].keys() & runs[baseline].keys()) for name in others}
    return [
        (f"{name} - {baseline}", measure, *_paired(runs[name], runs[baseline], seeds, measure))
        for name, seeds in pairs.items()
        if seeds
        for measure in measures
    ]


def _paired(
    some: Mapping[int, Result], others: Mapping[int, Result], seeds: Sequence[int], measure: str
) -> tuple[Interval, Interval]:
    over_seeds = mean_over_seeds([some[seed].mean(measure) - others[seed].mean(measure) for seed in seeds])
    first, second = ([side[seed].measures[measure] for seed in seeds] for side in (some, others))
    return over_seeds, paired_difference(first, second)


def _places(measure: str) -> int:
    """Digits behind the point: what has no sampler and no judge in it is told apart more finely."""
    return 2 if measure in DENOISING else 1


def _interval(interval: Interval) -> str:
    return f"{interval.mean:.1%} ({interval.low:.1%} to {interval.high:.1%})"


def _points(interval: Interval, places: int) -> str:
    if not math.isfinite(interval.low):
        return "-"
    return f"{interval.low * 100:+.{places}f} to {interval.high * 100:+.{places}f}"


def _ends(interval: Interval) -> dict[str, float | None]:
    """JSON knows no infinity: of a single seed there is no interval over seeds."""
    told = {"mean": interval.mean, "low": interval.low, "high": interval.high}
    return {name: value if math.isfinite(value) else None for name, value in told.items()}


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
