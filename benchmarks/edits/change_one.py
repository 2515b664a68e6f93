"""Changes the colour of one thing in a picture, and asks the judge whether that, and nothing else, has changed.

Run from the repository root: `python benchmarks/edits/change_one.py --figures 60`. Figures are those that neither the
generator nor the judge has learned from. A figure is drawn, or painted from its description (`--of painted`); then one
group's colour is another one in its description, and the picture is edited so: by the exact label map of the drawing
(`--by labels`), or by what the bundle's parser finds (`--by groups`). `--by ideal` draws the other figure instead: the
most that an edit could be. With `--keep` a run that was interrupted goes on where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image, ImageDraw, ImageFont  # noqa: E402

from benchmarks.support.batching import BUNDLE  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.description import parse  # noqa: E402
from engine.description.wording.caption import compose, row_phrases  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, Started  # noqa: E402
from engine.errors import RequestError  # noqa: E402
from engine.train.evaluation.scores import wilson  # noqa: E402
from engine.train.evaluation.unseen_figures import FIRST_SEED, STYLES  # noqa: E402
from engine.train.figures import draw_figure, figure_row, sample_figure  # noqa: E402
from engine.train.figures.attributes import COLOURS, HAIR_COLOURS, Figure  # noqa: E402
from engine.train.figures.cloth import Item  # noqa: E402
from engine.train.figures.draw import Drawing  # noqa: E402
from engine.train.judge.judge import Judge  # noqa: E402
from engine.train.questions.table import asked, stated  # noqa: E402

GROUPS = ("hair", "headwear", "top", "dress", "outerwear", "bottom", "footwear")
PER_ROW = 6


@dataclass(frozen=True, kw_only=True)
class Change:
    """One figure, and what shall be another one in it."""

    seed: int
    group: str
    value: str
    before: str
    after: str
    drawing: Drawing
    ideal: np.ndarray
    questions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Edited:
    """What came of it: the picture before and after, each [H, W, 3], and what was changed, [H, W]."""

    change: Change
    before: np.ndarray
    after: np.ndarray
    mask: np.ndarray


def changes(number: int, first_seed: int) -> list[Change]:
    """One for each figure that shows something to change."""
    found: list[Change] = []
    for seed in range(first_seed, first_seed + 100 * number):
        if len(found) < number and (change := change_of(seed)) is not None:
            found.append(change)
    return found


def change_of(seed: int) -> Change | None:
    """A change of figure `seed`; None where there is none that a viewer could tell."""
    rng = random.Random(f"change-{seed}")
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    row = figure_row(figure, drawing)
    phrases = tuple(row_phrases(row))
    text = compose(phrases, STYLES[0], random.Random(f"words-{seed}"))
    fair = asked(row["attributes"], stated(phrases, text))
    # The judge takes a dress in a headshot for a top; the figure has none.
    worn = [group for group in GROUPS if getattr(figure, group) is not None]
    groups = [group for group in worn if f"{group} color" in fair and fair[f"{group} color"] != "bald"]
    if not groups:
        return None
    group = rng.choice(groups)
    value = rng.choice([colour for colour in _colours(group) if colour != fair[f"{group} color"]])
    changed = _with_colour(figure, group, value)
    other = figure_row(changed, drawing)
    other_text = compose(tuple(row_phrases(other)), STYLES[0], random.Random(f"words-{seed}"))
    return Change(
        seed=seed,
        group=group,
        value=value,
        before=text.text,
        after=other_text.text,
        drawing=drawing,
        ideal=draw_figure(changed).image,
        questions=tuple(fair),
    )


def _colours(group: str) -> Sequence[str]:
    return tuple(HAIR_COLOURS if group == "hair" else COLOURS)


def _with_colour(figure: Figure, group: str, value: str) -> Figure:
    thing = replace(getattr(figure, group), colour=value)
    return replace(figure, **{group: thing})


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def opened(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


async def drawn(engine: Engine, request: GenerationRequest) -> tuple[bytes, np.ndarray | None]:
    """The picture of a request, and what it changed."""
    data, mask = b"", None
    async for event in engine.generate(request):
        if isinstance(event, Started) and event.mask is not None:
            mask = opened(event.mask)
        if isinstance(event, ImageReady):
            data = event.data
    return data, mask


async def edited(engine: Engine, change: Change, options: argparse.Namespace) -> Edited:
    """Raises RequestError where the parser does not find the group."""
    kept = options.keep and options.keep / f"{change.seed}.npz"
    if kept and kept.exists():
        with np.load(kept) as arrays:
            return Edited(change=change, **arrays)
    made = await edited_anew(engine, change, options)
    if kept:
        np.savez_compressed(kept, before=made.before, after=made.after, mask=made.mask)
    return made


async def edited_anew(engine: Engine, change: Change, options: argparse.Namespace) -> Edited:
    height, width = change.drawing.image.shape[:2]
    start = png(change.drawing.image)
    if options.of == "painted":
        request = GenerationRequest(description=parse(change.before), width=width, height=height, seed=change.seed)
        start, _ = await drawn(engine, request)
    where: dict[str, object] = {"change": (change.group,)}
    if options.by == "labels":
        inside = change.drawing.items == Item[change.group.upper()]
        where = {"mask": png((inside * 255).astype(np.uint8))}
    request = GenerationRequest(
        description=parse(change.after),
        init_image=start,
        seed=change.seed,
        strength=options.strength,
        grow=options.grow,
        feather=options.feather,
        sampler=options.sampler,
        steps=options.steps,
        **where,  # type: ignore[arg-type]
    )
    data, mask = await drawn(engine, request)
    assert mask is not None, "an edit says what it changed"
    before, after = opened(start), opened(data)
    assert (before[mask == 0] == after[mask == 0]).all(), f"figure {change.seed}: a pixel outside the mask changed"
    return Edited(change=change, before=before, after=after, mask=mask)


def drawn_so(change: Change) -> Edited:
    """The figure and the other one, each as drawn."""
    before, after = change.drawing.image, change.ideal
    differs = (before != after).any(axis=2)
    return Edited(change=change, before=before, after=after, mask=(differs * 255).astype(np.uint8))


async def all_edited(changes: Sequence[Change], options: argparse.Namespace) -> tuple[list[Edited], list[str]]:
    if options.by == "ideal":
        return [drawn_so(change) for change in changes], []
    done, refused = [], []
    async with Engine.load(options.bundle, EngineSettings(num_threads=options.threads)) as engine:
        for number, change in enumerate(changes):
            if number % 25 == 0:
                print(f"{number} of {len(changes)}", file=sys.stderr, flush=True)
            try:
                done.append(await edited(engine, change, options))
            except RequestError as error:
                refused.append(f"figure {change.seed}: {error}")
    return done, refused


def report(done: Sequence[Edited], judge: Judge) -> tuple[list[bool], list[list[str]]]:
    """Prints the shares; gives whether each edit is right, and what else is another one afterwards."""
    right, lost, others_changed = list[bool](), Counter[str](), list[list[str]]()
    unchanged = total = 0
    by_group: dict[str, list[bool]] = {}
    for each in done:
        before, after = judge.answer(np.stack([each.before, each.after]))
        key = f"{each.change.group} color"
        right.append(after[key] == each.change.value)
        by_group.setdefault(each.change.group, []).append(right[-1])
        others = [question for question in each.change.questions if question != key]
        changed = [question for question in others if before[question] != after[question]]
        unchanged, total = unchanged + len(others) - len(changed), total + len(others)
        lost.update(changed)
        others_changed.append([f"{question}: {before[question]}, {after[question]}" for question in changed])
    for name, good, of in (
        ("new value right", sum(right), len(right)),
        ("other answers unchanged", unchanged, total),
    ):
        low, high = wilson(good, of)
        print(f"{name:24} {good:5} of {of:5}  {good / of:6.1%}  (95 %: {low:.1%} to {high:.1%})")
    print("by group: " + ", ".join(f"{name} {sum(each)}/{len(each)}" for name, each in sorted(by_group.items())))
    print("others that changed: " + (", ".join(f"{name} {count}" for name, count in lost.most_common(8)) or "none"))
    return right, others_changed


def contact_sheet(
    done: Sequence[Edited], right: Sequence[bool], path: Path, notes: Sequence[Sequence[str]] = ()
) -> None:
    """Before, what changed and after, with what was asked for below, and two notes on each."""
    side, cell = 96, (3 * 96 + 12, 144 + (54 if notes else 26))
    rows = -(-len(done) // PER_ROW)
    sheet = Image.new("RGB", (cell[0] * PER_ROW, cell[1] * rows), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=11)
    for index, (each, good) in enumerate(zip(done, right, strict=True)):
        left, top = (index % PER_ROW) * cell[0], (index // PER_ROW) * cell[1]
        mask = np.repeat(each.mask[..., None], 3, axis=2)
        for number, pixels in enumerate((each.before, mask, each.after)):
            image = Image.fromarray(pixels)
            image.thumbnail((side, 144), Image.Resampling.LANCZOS)
            sheet.paste(image, (left + 4 + number * side, top + 2))
        ink = (20, 120, 60) if good else (190, 30, 40)
        draw.text((left + 4, top + 148), f"{each.change.group}: {each.change.value}", fill=ink, font=font)
        for line, note in enumerate(notes[index][:2] if notes else ()):
            draw.text((left + 4, top + 162 + 14 * line), note[:52], fill=(60, 60, 60), font=font)
    sheet.save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--figures", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--of", choices=("drawn", "painted"), default="drawn")
    parser.add_argument("--by", choices=("labels", "groups", "ideal"), default="labels")
    parser.add_argument("--strength", type=float)
    parser.add_argument("--grow", type=int)
    parser.add_argument("--feather", type=int)
    parser.add_argument("--sampler")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    parser.add_argument("--keep", type=Path, help="folder where edits are kept, and taken from where they are there")
    parser.add_argument("--sheet", type=Path, help="where to draw the first 36 of them")
    parser.add_argument("--faults", type=Path, help="where to draw up to 60 of which something is wrong")
    options = parser.parse_args()
    if options.of == "painted" and options.by != "groups":
        parser.error(f"--by {options.by} knows where things are in drawings alone; add --by groups")
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    print(describe())
    began = time.monotonic()
    done, refused = asyncio.run(all_edited(changes(options.figures, options.first_seed), options))
    print(f"{len(done)} edits of {options.of} figures by {options.by}, {time.monotonic() - began:.0f} s")
    for line in refused:
        print(line)
    torch.set_num_threads(options.threads)
    right, others = report(done, Judge.load(ROOT / "models/judge"))
    if options.sheet is not None:
        contact_sheet(done[:36], right[:36], options.sheet)
    if options.faults is not None:
        faulty = [number for number, good in enumerate(right) if others[number] or not good][:60]
        some, marks = [done[number] for number in faulty], [right[number] for number in faulty]
        contact_sheet(some, marks, options.faults, [others[number] for number in faulty])


if __name__ == "__main__":
    main()
