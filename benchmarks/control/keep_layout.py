"""How well pictures keep to the layout of unseen figures, by the bundle's parser: with control and without.

Run from the repository root: `python benchmarks/control/keep_layout.py --figures 60`. Figures are those that neither
the generator, the judge, the parser nor the networks of control have learned from. Each is painted from its description
alone, with its exact layout by item masks, with its layout as ATR-18 labels, and with its pose; the parser then finds
the label map of each picture, and of the drawings themselves. Intervals are those of the bootstrap over figures. With
`--sheet FILE` some of all are shown.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from benchmarks.support.batching import BUNDLE  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.control.kinds import LAYOUT, POSE  # noqa: E402
from engine.control.layout import COLOURS  # noqa: E402
from engine.control.skeleton import Point, draw_skeleton  # noqa: E402
from engine.description import parse  # noqa: E402
from engine.description.wording.caption import compose, row_phrases  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady  # noqa: E402
from engine.regions.items import ITEM_CLASSES  # noqa: E402
from engine.request.control import Control  # noqa: E402
from engine.train.control.figures import seen  # noqa: E402
from engine.train.evaluation.unseen_figures import STYLES  # noqa: E402
from engine.train.figures import draw_figure, figure_row, sample_figure  # noqa: E402
from engine.train.figures.draw import Drawing  # noqa: E402
from engine.train.parser.overlap import Overlap  # noqa: E402

FIRST_SEED = 7_810_000
SHOWN = 6  # figures on the sheet
RESAMPLES = 2000
#: Of each column by a figure's seed.
Found = Mapping[str, Mapping[int, Overlap]]
MARGIN, HEADING = 6, 20


@dataclass(frozen=True, kw_only=True)
class Case:
    """One unseen figure and its description."""

    seed: int
    text: str
    drawing: Drawing
    points: Sequence[Point]


def case_of(seed: int) -> Case:
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    phrases = tuple(row_phrases(figure_row(figure, drawing)))
    text = compose(phrases, STYLES[seed % len(STYLES)], random.Random(f"words-{seed}")).text
    return Case(seed=seed, text=text, drawing=drawing, points=seen(drawing.joints))


def controls_of(case: Case, scale: float, until: float) -> Mapping[str, Control | None]:
    """What each column of the table asks for; a pose whose points are hardly in the picture is none."""
    groups = {name: name for name in ITEM_CLASSES if name != "skin"}
    items = case.drawing.items
    masks = {group: png(255 * (items == ITEM_CLASSES.index(name))) for group, name in groups.items()}
    masks["face"] = png(255 * (items == ITEM_CLASSES.index("skin")))  # the group whose pixels are the class skin
    shown = {group: mask for group, mask in masks.items() if (items == ITEM_CLASSES.index(_item(group))).any()}
    acts = Control(scale=scale, until=until)
    return {
        "no control": None,
        "layout, masks": replace(acts, masks=shown),
        "layout, labels": replace(acts, layout=png(case.drawing.labels)),
        "pose": replace(acts, pose=tuple(case.points)) if sum(map(bool, case.points)) > 1 else None,
    }


def _item(group: str) -> str:
    return "skin" if group == "face" else group


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


async def paint(engine: Engine, case: Case, control: Control | None) -> np.ndarray:
    height, width = case.drawing.items.shape
    request = GenerationRequest(
        description=parse(case.text), seed=case.seed % 2**32, width=width, height=height, control=control
    )
    async for event in engine.generate(request):
        if isinstance(event, ImageReady):
            return np.asarray(Image.open(io.BytesIO(event.data)).convert("RGB"))
    raise SystemExit(f"no picture of {case.text!r}")


async def measure(options: argparse.Namespace) -> None:
    settings = EngineSettings(num_threads=options.threads)
    cases = [case_of(seed) for seed in range(options.first_seed, options.first_seed + options.figures)]
    found: dict[str, dict[int, Overlap]] = {}
    seconds: dict[str, list[float]] = {}
    shown: list[tuple[Case, dict[str, np.ndarray]]] = []
    async with Engine.load(options.bundle, settings) as engine:
        assert engine.regions is not None, "the bundle has no parser"
        for case in cases:
            pictures = {"the drawing": case.drawing.image}
            for name, control in controls_of(case, options.scale, options.until).items():
                if control is not None and (POSE if control.pose else LAYOUT) not in engine.model.controls:
                    continue
                if options.only and name not in options.only:
                    continue
                began = time.monotonic()
                pictures[name] = await paint(engine, case, control)
                seconds.setdefault(name, []).append(time.monotonic() - began)
            for name, picture in pictures.items():
                overlap = found.setdefault(name, {}).setdefault(case.seed, Overlap())
                overlap.add(engine.regions.label_map(picture), case.drawing.items)
            if len(shown) < SHOWN and case.drawing.items.shape == (192, 128):
                shown.append((case, pictures))
    tell(found, seconds, options)
    if options.sheet:
        sheet(shown).save(options.sheet, optimize=True)


def tell(found: Found, seconds: Mapping[str, list[float]], options: argparse.Namespace) -> None:
    print(describe())
    print(f"{options.figures} figures from seed {options.first_seed}, scale {options.scale:g}, until {options.until:g}")
    print("| pictures | figures | person IoU | mIoU | of the drawings' | pixels right | ms a picture |")
    print("|---|---|---|---|---|---|---|")
    for name, of_figures in found.items():
        took = f"{1000 * float(np.median(seconds[name])):.0f}" if name in seconds else "-"
        told = " | ".join(intervals(of_figures, found["the drawing"]))
        print(f"| {name} | {len(of_figures)} | {told} | {took} |")
    print()
    by_class = {name: whole(of_figures.values()).by_class() for name, of_figures in found.items()}
    print(f"| item | {' | '.join(by_class)} |")
    print("|---" * (1 + len(by_class)) + "|")
    for item in ITEM_CLASSES:
        print(f"| {item} | {' | '.join(f'{shares.get(item, 0.0):.2f}' for shares in by_class.values())} |")


def whole(overlaps: Iterable[Overlap]) -> Overlap:
    """All figures counted together."""
    return Overlap(counts=np.sum([overlap.counts for overlap in overlaps], axis=0))


def intervals(of_figures: Mapping[int, Overlap], drawings: Mapping[int, Overlap]) -> list[str]:
    """Person IoU, mIoU, the drawings' share of it over the same figures, and pixels, each with its 95 % interval."""
    pairs = np.stack([[of_figures[seed].counts, drawings[seed].counts] for seed in of_figures])  # [N, 2, C, C]
    number = len(pairs)
    drawn = np.random.default_rng(0).multinomial(number, np.full(number, 1 / number), size=RESAMPLES)

    def measures(times: np.ndarray) -> list[float]:
        mine, own = (Overlap(counts=counts) for counts in np.tensordot(times, pairs, 1))
        return [mine.person(), mine.mean(), mine.mean() / own.mean(), mine.pixels()]

    means = measures(np.ones(number, np.int64))
    lows, highs = np.percentile([measures(times) for times in drawn], (2.5, 97.5), axis=0)
    forms = ("{:.3f}", "{:.3f}", "{:.1%}", "{:.1%}")
    told = zip(forms, means, lows, highs, strict=True)
    return [f"{form.format(mean)} ({form.format(low)} to {form.format(high)})" for form, mean, low, high in told]


def sheet(shown: Sequence[tuple[Case, dict[str, np.ndarray]]]) -> Image.Image:
    """A column for each figure: its layout, its pose, and what was painted."""
    names = ["layout", "layout, masks", "pose of it", "pose", "no control"]
    width, height = 128, 192
    page = Image.new(
        "RGB", ((width + MARGIN) * len(shown) + MARGIN, (height + HEADING + MARGIN) * len(names)), (250, 249, 246)
    )
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=13)
    palette = np.array([(225, 225, 222), *COLOURS[1:]], np.uint8)
    for row, name in enumerate(names):
        top = row * (height + HEADING + MARGIN)
        draw.text((MARGIN, top + 3), name, (40, 40, 44), font)
        for column, (case, pictures) in enumerate(shown):
            maps = {
                "layout": palette[case.drawing.items],
                "pose of it": draw_skeleton(case.points, width, height),
            }
            picture = maps[name] if name in maps else pictures.get(name, case.drawing.image)
            page.paste(Image.fromarray(picture), (MARGIN + column * (width + MARGIN), top + HEADING))
    return page.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--figures", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--until", type=float, default=1.0)
    parser.add_argument("--only", action="append", help="a column of the table beside the drawings, such as pose")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--sheet", type=Path)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
