"""Trains every variant of a recipe with every seed, judges each model on the same descriptions, and compares them.

    OUT/cache/                 latents, shared by all runs
    OUT/start/                 what all runs go on from, where the recipe has one
    OUT/VARIANT-SEED/          one run, as stages.py lays it out, and its evaluation/
    OUT/ablation.{md,json,csv} the tables, written anew after every run

It knows recipes and folders; it does not know what a variant changes. What is finished is kept: an ablation that was
interrupted continues where it stopped. One seed's runs come before the next seed's, so that what is there can be
compared.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.files.whole import whole_file, write_json
from engine.train.ablation.comparison import as_csv, as_json, table
from engine.train.ablation.results import Result, read_result
from engine.train.evaluation.command import LoadEndpoint, Options, run
from engine.train.evaluation.photographs import read_photographs
from engine.train.judge.judge import DEFAULT_FOLDER, Judge
from engine.train.recipe.ablation import START, AblationConfig, VariantConfig
from engine.train.recipe.reading import as_tree, load_recipe

logger = logging.getLogger(__name__)

# What a recipe may change without training anything else.
_NOT_TRAINING = ("ablation", "data.ray", "data.workers", "peak_teraflops", "tensorboard", "threads", "wandb")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """One training of the grid."""

    variant: str
    seed: int
    overrides: tuple[str, ...]
    folder: Path

    @property
    def evaluation(self) -> Path:
        return self.folder / "evaluation"

    @property
    def is_done(self) -> bool:
        return (self.evaluation / "evaluation.json").is_file()

    def result(self) -> Result:
        return read_result(self.evaluation, self.variant, self.seed)


def run_ablation(
    path: Path,
    overrides: Sequence[str],
    out: Path,
    *,
    judge: Path = DEFAULT_FOLDER,
    load_endpoint: LoadEndpoint | None = None,
) -> str:
    """The Markdown tables of a recipe's ablation, also written to ``out/ablation.md`` after every run.

    `load_endpoint` makes the viewer behind a server, for recipes with `ablation.vlm`.

    Raises:
        ValueError: The recipe has no ablation, a variant's settings are wrong, there is no judge, or `out` holds runs
            of another recipe; nothing is trained then.
    """
    settings = _settings(path, overrides)
    _check_judge(settings, judge)
    start, cells = _start(settings, overrides, out), _cells(settings, overrides, out)
    every = [*([start] if start else []), *cells]
    for cell in every:
        _check_recipe(cell, path)
    for number, cell in enumerate(every, 1):
        logger.info("%s: run %d of %d%s", cell.folder.name, number, len(every), ", done" if cell.is_done else "")
        if cell.is_done:
            continue
        _train(path, cell)
        _judge(cell, settings, judge, load_endpoint)
        _write(out, start, cells)
    return _write(out, start, cells)


def check_ablation(path: Path, overrides: Sequence[str], *, judge: Path = DEFAULT_FOLDER) -> list[str]:
    """What each variant starts from, a line for each part; no step is taken and nothing is written.

    Raises:
        ValueError: As of `run_ablation`, or a variant's data, weights and settings do not go together.
    """
    from engine.train import dry_run

    settings = _settings(path, overrides)
    _check_judge(settings, judge)
    start = [VariantConfig(name=START, set=settings.start.set)] if settings.start else []
    return [
        f"{variant.name}: {line}"
        for variant in (*start, *settings.variants)
        for line in dry_run(path, [*overrides, *variant.set, f"seed={settings.seeds[0]}"])
    ]


def _settings(path: Path, overrides: Sequence[str]) -> AblationConfig:
    settings = load_recipe(path, overrides).ablation
    if settings is None:
        raise ValueError(f"{path} names no variants: an ablation needs a section ablation with variants and seeds")
    return settings


def _start(settings: AblationConfig, overrides: Sequence[str], out: Path) -> _Cell | None:
    if settings.start is None:
        return None
    seed = settings.start.seed
    told = (f"data.cache={out / 'cache'}", *overrides, *settings.start.set, f"seed={seed}")
    return _Cell(variant=START, seed=seed, overrides=told, folder=out / START)


def _cells(settings: AblationConfig, overrides: Sequence[str], out: Path) -> list[_Cell]:
    begin = (f"unet.initial={out / START / 'unet'}",) if settings.start else ()
    return [
        _Cell(
            variant=variant.name,
            seed=seed,
            overrides=(f"data.cache={out / 'cache'}", *overrides, *begin, *variant.set, f"seed={seed}"),
            folder=out / f"{variant.name}-{seed}",
        )
        for seed in settings.seeds
        for variant in settings.variants
    ]


def _check_judge(settings: AblationConfig, judge: Path) -> None:
    """Who judges is looked for before anything is trained."""
    if settings.vlm is None and settings.vqa_model is None:
        Judge.load(judge)
    if settings.rows is not None:
        read_photographs(settings.rows, 1)


def _check_recipe(cell: _Cell, path: Path) -> None:
    """Its settings can be read, and are those that its folder was trained with, if it was."""
    wanted, file = as_tree(load_recipe(path, cell.overrides)), cell.folder / "training.json"
    if not file.is_file():
        return
    try:
        found = json.loads(file.read_text(encoding="utf-8"))["recipe"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} does not say what {cell.folder} was trained with: {error!r}") from error
    one, two = ({key: value for key, value in _flat(tree).items() if _trains(key)} for tree in (wanted, found))
    changed = sorted(key for key in one.keys() | two.keys() if one.get(key) != two.get(key))
    if changed:
        key = changed[0]
        raise ValueError(
            f"{cell.folder} was trained with {key} {two.get(key)}, and {path} says {one.get(key)}: "
            f"choose another --out, or delete the folder"
        )


def _trains(key: str) -> bool:
    return not any(f"{key}.".startswith(f"{each}.") for each in _NOT_TRAINING)


def _flat(tree: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """Settings by their whole keys, such as unet.fit.steps."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found |= _flat(value, f"{where}{key}.") if isinstance(value, Mapping) else {f"{where}{key}": value}
    return found


def _train(path: Path, cell: _Cell) -> None:
    from engine.train import main

    main(path, list(cell.overrides), None, True, cell.folder)


def _judge(cell: _Cell, settings: AblationConfig, judge: Path, load_endpoint: LoadEndpoint | None) -> None:
    told = {name: getattr(settings, name) for name in ("rows", "vqa_model", "vlm", "vlm_model")}
    asked = Options(
        pipeline=cell.folder / "package",
        attention=True,
        num=settings.num_descriptions,
        judge=judge,
        out=cell.evaluation,
        **told,
    )
    if run(asked, load_endpoint=load_endpoint):
        raise ValueError(f"{cell.folder / 'package'} could not be judged")


def _write(out: Path, start: _Cell | None, cells: Sequence[_Cell]) -> str:
    """The tables of the runs that are done."""
    before = start.result() if start else None
    results = [cell.result() for cell in cells if cell.is_done]
    if not results:
        return ""
    order = list(dict.fromkeys(cell.variant for cell in cells))
    results.sort(key=lambda result: (order.index(result.variant), result.seed))
    if results[0].variant != order[0]:  # the baseline is not there yet
        return ""
    text = table(results, before) + "\n"
    for name, content in (("ablation.md", text), ("ablation.csv", as_csv(results, before))):
        with whole_file(out / name) as temporary:
            temporary.write_text(content, encoding="utf-8")
    write_json(out / "ablation.json", as_json(results, before))
    return text
