"""Counts hats, scarves and glasses in pictures of texts that forbid them, by the shipped judge.

Run from the repository root: `python benchmarks/words/forbidden.py`. Each way to forbid is added to the same texts,
which name none of these things, and drawn with the same seeds as the texts alone; those show how often the model adds
them of itself. Needs the train extra. `--tree FOLDER` draws with the parser of another checkout: the state before.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_TREE = [value for name, value in zip(sys.argv, sys.argv[1:], strict=False) if name == "--tree"]
sys.path[:0] = [*_TREE, str(ROOT)]

# First: the engine tells the packages below not to report to their makers.
from engine.description import encoder_texts, parse  # noqa: E402

# isort: split
import numpy as np  # noqa: E402

from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import Engine  # noqa: E402
from engine.train.evaluation.sources import EnginePainter, Order, Style  # noqa: E402
from engine.train.judge.judge import Judge  # noqa: E402

#: Nothing here is said of head, eyes or neck.
TEXTS = ("a man in winter clothes", "a young woman in a coat")
#: What the judge calls the things that are forbidden, by its questions.
THINGS = {
    "hat": ("headwear type", ("cap", "beanie", "wide-brim hat", "fedora", "headscarf")),
    "scarf": ("neckwear type", ("scarf",)),
    "glasses": ("eyewear type", ("glasses", "sunglasses")),
}
FORMS = {
    "text alone": "{}",
    "the things asked for": "{}, a hat, a scarf and glasses",
    "no A, B or C": "{}, no hat, scarf or glasses",
    "without A, B and C": "{} without a hat, a scarf and glasses",
    "w/o": "{}, w/o hat, scarf, glasses",
    "no, no, no": "{}, no hat, no scarf, no glasses",
    "neither .. nor": "{}, neither hat nor scarf nor glasses",
    "free of": "{}, free of hat, scarf and glasses",
    "isn't wearing": "{} who isn't wearing a hat, a scarf or glasses",
    "hatless": "{}, hatless, scarfless, glasses off",
    "hardly any": "{}, hardly any hat, scarf or glasses",
    "key-value lines": "{}\nHat: none\nScarf: none\nGlasses: none",
    "Negative prompt": "{}\nNegative prompt: hat, scarf, glasses",
    "Avoid": "{}. Avoid: hat, scarf, glasses",
    "no as a flag": "{} --no hat, scarf, glasses",
    "JSON": '{{"prompt": "{}", "negative": "hat, scarf, glasses"}}',
    "apart from": "{}, apart from a hat, a scarf or glasses",
    "anything but": "{}, anything but a hat, a scarf or glasses",
    "instead of": "{}, instead of a hat, a scarf or glasses",
    "off": "{}, hat off, scarf off, glasses off",
    "dashes": "{}\nHat - nothing\nScarf - nothing\nGlasses - nothing",
    "not visible": "{}. The hat, scarf and glasses are not visible",
    "left at home": "{} who has left the hat, scarf and glasses at home",
    "such as": "{}, no accessories such as a hat, a scarf or glasses",
}


def drawn_once(orders: list[Order]) -> tuple[list[Order], list[int]]:
    """The orders without those whose picture is that of one before, and for each order where its picture is.

    A picture follows from its seed and the two texts that the encoder gets; many forms come to the same ones.
    """
    first: dict[tuple[int, str, str], int] = {}
    places = []
    for order in orders:
        texts = encoder_texts(parse(order.text))
        places.append(first.setdefault((order.seed, texts.drawn.text, texts.negative.text.lower()), len(first)))
    kept: dict[int, Order] = {}
    for place, order in zip(places, orders, strict=True):
        kept.setdefault(place, order)
    return list(kept.values()), places


def shares(answers: list[dict[str, str]]) -> list[float]:
    """Per thing, then for any of them: the share of pictures that show it."""
    seen = np.array([[answer[key] in values for key, values in THINGS.values()] for answer in answers])
    return [*seen.mean(axis=0).tolist(), float(seen.any(axis=1).mean())]


def main() -> None:
    """Print a row for each form, with the share of its pictures that show each of the things."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seeds", type=int, default=40, help="pictures of each form, shared among the texts")
    arguments.add_argument("--steps", type=int, help="denoising steps (the model's default)")
    arguments.add_argument("--forms", nargs="*", choices=tuple(FORMS), default=list(FORMS), metavar="FORM")
    arguments.add_argument("--tree", metavar="FOLDER", help="another checkout, whose parser and engine are used")
    arguments.add_argument("--text", action="append", dest="texts", help="a text instead of the usual ones")
    options = arguments.parse_args()
    bundle = ROOT / "models" / "figurine-bundle"
    painter = EnginePainter(open=lambda: Engine.load(bundle), parse=parse, style=Style(steps=options.steps))
    judge = Judge.load(ROOT / "models" / "judge")
    texts = options.texts or TEXTS
    orders = [
        Order(seed=seed, text=FORMS[form].format(text), width=128, height=192)
        for form in options.forms
        for text in texts
        for seed in range(math.ceil(options.seeds / len(texts)))
    ]
    distinct, places = drawn_once(orders) if options.tree is None else (orders, list(range(len(orders))))
    seen = judge.answer(np.stack(painter.paint(distinct)))
    answers = [seen[place] for place in places]
    each = len(orders) // len(options.forms)
    print(f"{describe()}; {each} pictures a form of: {'; '.join(texts)}")
    print(f"| form | {' | '.join(THINGS)} | any |\n|{'---|' * (len(THINGS) + 2)}")
    for place, form in enumerate(options.forms):
        found = shares(answers[place * each : (place + 1) * each])
        print(f"| {form} | " + " | ".join(f"{100 * share:.0f} %" for share in found) + " |")


if __name__ == "__main__":
    main()
