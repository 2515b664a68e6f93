"""Trains every variant of a recipe with every seed, judges each model on the same descriptions, and compares them.

    OUT/cache/                 latents, shared by all runs
    OUT/VARIANT-SEED/          one run, as stages.py lays it out, and its evaluation/
    OUT/ablation.md            the tables

It knows recipes and folders; it does not know what a variant changes. What is finished is kept: an ablation that was
interrupted continues where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from engine.files.whole import whole_file
from engine.train.ablation.comparison import Result, read_result, table
from engine.train.evaluation.command import LoadEndpoint, Options, run
from engine.train.evaluation.photographs import read_photographs
from engine.train.judge.judge import DEFAULT_FOLDER, Judge
from engine.train.recipe.ablation import AblationConfig, VariantConfig
from engine.train.recipe.reading import load_recipe

logger = logging.getLogger(__name__)


def run_ablation(
    path: Path,
    overrides: Sequence[str],
    out: Path,
    *,
    judge: Path = DEFAULT_FOLDER,
    load_endpoint: LoadEndpoint | None = None,
) -> str:
    """The Markdown tables of a recipe's ablation, also written to ``out/ablation.md``.

    `load_endpoint` makes the viewer behind a server, for recipes with `ablation.vlm`.

    Raises:
        ValueError: The recipe has no ablation, a variant's settings are wrong or there is no judge; nothing is trained
            then.
    """
    settings = _settings(path, overrides)
    _check_judge(settings, judge)
    runs = [(variant, seed) for seed in settings.seeds for variant in settings.variants]
    told = {(variant.name, seed): _overrides(variant, seed, overrides, out) for variant, seed in runs}
    for each in told.values():
        load_recipe(path, each)
    for (name, seed), each in told.items():
        _train(path, each, out / f"{name}-{seed}")
        _judge(out / f"{name}-{seed}", settings, judge, load_endpoint)
    text = table([_result(out, variant.name, seed) for variant in settings.variants for seed in settings.seeds]) + "\n"
    with whole_file(out / "ablation.md") as temporary:
        temporary.write_text(text, encoding="utf-8")
    return text


def check_ablation(path: Path, overrides: Sequence[str], *, judge: Path = DEFAULT_FOLDER) -> list[str]:
    """What each variant starts from, a line for each part; no step is taken and nothing is written.

    Raises:
        ValueError: As of `run_ablation`, or a variant's data, weights and settings do not go together.
    """
    from engine.train import dry_run

    settings = _settings(path, overrides)
    _check_judge(settings, judge)
    return [
        f"{variant.name}: {line}"
        for variant in settings.variants
        for line in dry_run(path, [*overrides, *variant.set, f"seed={settings.seeds[0]}"])
    ]


def _settings(path: Path, overrides: Sequence[str]) -> AblationConfig:
    settings = load_recipe(path, overrides).ablation
    if settings is None:
        raise ValueError(f"{path} names no variants: an ablation needs a section ablation with variants and seeds")
    return settings


def _overrides(variant: VariantConfig, seed: int, overrides: Sequence[str], out: Path) -> list[str]:
    return [f"data.cache={out / 'cache'}", *overrides, *variant.set, f"seed={seed}"]


def _check_judge(settings: AblationConfig, judge: Path) -> None:
    """Who judges is looked for before anything is trained."""
    if settings.vlm is None and settings.vqa_model is None:
        Judge.load(judge)
    if settings.rows is not None:
        read_photographs(settings.rows, 1)


def _is_done(folder: Path) -> bool:
    return (folder / "evaluation" / "evaluation.json").is_file()


def _train(path: Path, overrides: list[str], folder: Path) -> None:
    from engine.train import main

    if _is_done(folder):
        logger.info("%s is done", folder.name)
        return
    logger.info("%s: training", folder.name)
    main(path, overrides, None, True, folder)


def _judge(folder: Path, settings: AblationConfig, judge: Path, load_endpoint: LoadEndpoint | None) -> None:
    if _is_done(folder):
        return
    told = {name: getattr(settings, name) for name in ("rows", "vqa_model", "vlm", "vlm_model")}
    asked = Options(
        pipeline=folder / "package",
        attention=True,
        num=settings.num_descriptions,
        judge=judge,
        out=folder / "evaluation",
        **told,
    )
    if run(asked, load_endpoint=load_endpoint):
        raise ValueError(f"{folder / 'package'} could not be judged")


def _result(out: Path, name: str, seed: int) -> Result:
    return read_result(out / f"{name}-{seed}" / "evaluation", name, seed)
