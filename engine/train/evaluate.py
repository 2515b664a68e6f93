"""Asks how well pictures match their descriptions: unseen figures describe, a painter paints, the judge answers.

Descriptions come from figures with seeds from 1,000,000 up, which neither the generator (0 to 29,999) nor the judge
(2,000,000 and up) has learned from. It does not know what makes the pictures.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from tqdm import tqdm

from engine.description.caption import compose, row_phrases
from engine.train import scores
from engine.train.attention_mass import AttentionReport, measure_attention, strides_of
from engine.train.contact_sheet import save_contact_sheet
from engine.train.figures import draw_figure, figure_row, sample_figure
from engine.train.files import write_json
from engine.train.judge import DEFAULT_FOLDER, Judge
from engine.train.painters import (
    EnginePainter,
    FigurePainter,
    FolderPainter,
    Order,
    Painter,
    PipelinePainter,
    Pixels,
    RunningEngine,
    Style,
    by_size,
    load_pipeline,
)
from engine.train.questions import asked, stated
from engine.train.scores import Score, Verdict

logger = logging.getLogger(__name__)

FIRST_SEED = 1_000_000
LoadEngine = Callable[[Path], AbstractAsyncContextManager[RunningEngine]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One unseen figure: the order its description makes, the fair questions, and the figure itself."""

    order: Order
    asked: dict[str, str]
    figure: Pixels


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The result: a verdict for each picture and the seconds it took to paint all of them."""

    verdicts: list[Verdict]
    pictures: list[Pixels]
    seconds: float
    attention: AttentionReport | None = None

    @cached_property
    def by_question(self) -> list[Score]:
        """One for each question that was asked."""
        return scores.by_question(self.verdicts)

    @cached_property
    def by_kind(self) -> list[Score]:
        """Acc_obj, Acc_tex, Acc_shape and Acc_all."""
        return scores.by_kind(self.verdicts)

    @cached_property
    def promised(self) -> list[Score]:
        """The five colours."""
        return scores.promised(self.verdicts)

    def text(self) -> str:
        """The tables as a person reads them."""
        held = "held" if scores.promise_held(self.promised) else "missed"
        goal = f"each of the five colours right in at least {scores.GOAL:.0%}: {held}"
        parts = (scores.show(part) for part in (self.by_question, self.by_kind, self.promised))
        attention = [] if self.attention is None else [self.attention.text()]
        return "\n\n".join([*parts, goal, *attention])

    def save(self, folder: Path, about: dict[str, object]) -> None:
        """Writes ``evaluation.json`` (tables; questions and answers of every picture) and ``contact_sheet.png``."""
        pictures = [
            {"seed": v.seed, "description": v.text, "asked": v.asked, "seen": {key: v.seen[key] for key in v.asked}}
            for v in self.verdicts
        ]
        tree = {
            **about,
            "seconds": round(self.seconds, 1),
            "goal": scores.GOAL,
            "held": scores.promise_held(self.promised),
            "promised": scores.as_json(self.promised),
            "kinds": scores.as_json(self.by_kind),
            "questions": scores.as_json(self.by_question),
            "attention": self.attention and self.attention.as_json(),
            "pictures": pictures,
        }
        write_json(folder / "evaluation.json", tree)
        save_contact_sheet(self.verdicts[:16], self.pictures[:16], folder / "contact_sheet.png")


def make_case(seed: int) -> Case:
    """Figure ``seed`` described: even seeds as a comma-separated list, odd ones as prose."""
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    row = figure_row(figure, drawing)
    truth = row["attributes"]
    assert isinstance(truth, dict)
    phrases = row_phrases(row)
    caption = compose(phrases, "prose" if seed % 2 else "list", random.Random(f"evaluate-{seed}"))
    order = Order(seed=seed, text=caption.text, width=figure.width, height=figure.height)
    return Case(order=order, asked=asked(truth, stated(phrases, caption)), figure=drawing.image)


def evaluate(painter: Painter, judge: Judge, *, num: int = 500, first_seed: int = FIRST_SEED) -> Evaluation:
    """Judges ``num`` pictures of unseen descriptions, in the figures' own sizes.

    Raises:
        ValueError: If ``num`` is below 1 or ``first_seed`` below 0.
    """
    if num < 1 or first_seed < 0:
        raise ValueError(f"num must be at least 1 and first_seed at least 0, got {num} and {first_seed}")
    seeds = range(first_seed, first_seed + num)
    cases = [make_case(seed) for seed in tqdm(seeds, desc="describing", mininterval=2)]
    began = time.monotonic()
    pictures = painter.paint([case.order for case in cases])
    seconds = time.monotonic() - began
    seen, in_figures = _answers(judge, cases, pictures), _answers(judge, cases, [case.figure for case in cases])
    verdicts = [
        Verdict(seed=case.order.seed, text=case.order.text, asked=case.asked, seen=one, seen_in_figure=two)
        for case, one, two in zip(cases, seen, in_figures, strict=True)
    ]
    return Evaluation(verdicts=verdicts, pictures=pictures, seconds=seconds)


def _answers(judge: Judge, cases: Sequence[Case], pictures: Sequence[Pixels]) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for indices in by_size([case.order for case in cases], 64):
        found |= dict(zip(indices, judge.answer(np.stack([pictures[index] for index in indices])), strict=True))
    return [found[index] for index in range(len(cases))]


def main(argv: Sequence[str] | None = None, load_engine: LoadEngine | None = None) -> int:
    """The command, over a bundle, a pipeline, images or the figures; 0 when measured, 2 for a user's mistake.

    Args:
        argv: Arguments after the command's name.
        load_engine: Loads the serving engine from a bundle; this package stands below the engine and cannot itself.
    """
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        painter, source = _painter(options, load_engine)
        judge = Judge.load(options.judge)
        attention = _attention(options) if options.attention else None
        evaluation = evaluate(painter, judge, num=options.num, first_seed=options.first_seed)
        evaluation = replace(evaluation, attention=attention)
    except ValueError as error:
        logger.error("%s", error)
        return 2
    sys.stdout.write(evaluation.text() + "\n")
    if options.out is not None:
        about = {"source": source, "num": options.num, "first_seed": options.first_seed}
        settings = {
            name: getattr(options, name) for name in ("steps", "guidance_scale", "sampler", "guidance_interval")
        }
        evaluation.save(options.out, {**about, **settings})
        logger.info("wrote %s", options.out / "evaluation.json")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cosmicman evaluate", description="Judge pictures of unseen descriptions.", allow_abbrev=False
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--bundle", type=Path, metavar="DIR", help="an engine bundle, painted by the serving engine")
    source.add_argument("--pipeline", type=Path, metavar="DIR", help="a diffusers folder, painted by PyTorch")
    source.add_argument("--images", type=Path, metavar="DIR", help="pictures made before, named by the figure's seed")
    source.add_argument("--figures", action="store_true", help="the figures themselves: the judge's own accuracy")
    parser.add_argument("--attention", action="store_true", help="also measure where each phrase's attention falls")
    parser.add_argument("--num", type=int, default=500, help="descriptions (%(default)s)")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="of the figures described (%(default)s)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write evaluation.json and contact_sheet.png here")
    parser.add_argument("--judge", type=Path, default=DEFAULT_FOLDER, metavar="DIR", help="the judge (%(default)s)")
    parser.add_argument("--steps", type=int, help="denoising steps (the model's default)")
    parser.add_argument("--guidance-scale", type=float, help="strength of guidance (the model's default)")
    parser.add_argument("--sampler", help="one of the bundle's samplers (its default)")
    parser.add_argument(
        "--guidance-interval", type=float, nargs=2, metavar=("START", "END"), help="shares between which guidance acts"
    )
    parser.add_argument("--batch-size", type=int, default=16, help="pictures at once of --pipeline (%(default)s)")
    return parser


def _attention(options: argparse.Namespace) -> AttentionReport:
    if options.pipeline is None:
        raise ValueError("--attention looks inside the model: it needs a diffusers folder, --pipeline DIR")
    seeds = range(options.first_seed, options.first_seed + options.num)
    strides = strides_of(options.pipeline)
    return measure_attention(load_pipeline(options.pipeline), seeds, strides=strides, batch_size=options.batch_size)


def _painter(options: argparse.Namespace, load_engine: LoadEngine | None) -> tuple[Painter, str]:
    style = Style(
        steps=options.steps,
        guidance_scale=options.guidance_scale,
        sampler=options.sampler,
        guidance_interval=options.guidance_interval and tuple(options.guidance_interval),
    )
    if options.pipeline is not None:
        pipeline = PipelinePainter(folder=options.pipeline, style=style, batch_size=options.batch_size)
        return pipeline, str(options.pipeline)
    if options.images is not None:
        return FolderPainter(folder=options.images), str(options.images)
    if options.figures:
        return FigurePainter(), "figures"
    if load_engine is None:
        raise ValueError("a bundle is painted by the serving engine: run `cosmicman evaluate --bundle ...`")
    from engine.description import parse

    bundle: Path = options.bundle
    return EnginePainter(open=lambda: load_engine(bundle), parse=parse, style=style), str(bundle)


if __name__ == "__main__":
    sys.exit(main())
