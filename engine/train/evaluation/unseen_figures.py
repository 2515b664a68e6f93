"""What an evaluation paints: unseen figures, described at length or as briefly as people type.

Figures have seeds from 1,000,000 up, which neither the generator (0 to 149,999) nor the judge (2,000,000 and up) has
learned from. It knows what is said and what may then be asked; it does not know who paints or who judges.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import get_args

from tqdm import tqdm

from engine.description import Group
from engine.description.wording.caption import Phrase, Style, compose, row_phrases
from engine.train.evaluation.sources import Order, Pixels
from engine.train.figures import draw_figure, figure_row, sample_figure
from engine.train.questions.table import asked, stated

FIRST_SEED = 1_000_000
STYLES: tuple[Style, ...] = get_args(Style)

_SEEN_IN_ONE_OF = 100  # figures: what is rarer than this is not looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How much descriptions say; all that is known by default, where people mostly type less.

    Attributes:
        phrases: At most so many: who it is, and a few things at random.
        attributes: At most so many in each phrase, at random: "a blue dress" of a long sleeveless plain blue one.
        about: Only figures that have something of this group, which is always said.

    Raises:
        ValueError: Nothing would be said.
    """

    phrases: int | None = None
    attributes: int | None = None
    about: Group | None = None

    def __post_init__(self) -> None:
        least = 1 if self.about in (None, Group.PERSON) else 2
        if self.phrases is not None and self.phrases < least:
            about = f" to tell of {self.about}" if self.about else ""
            raise ValueError(f"phrases must be at least {least}{about}, got {self.phrases}")
        if self.attributes is not None and self.attributes < 1:
            raise ValueError(f"attributes must be at least 1, got {self.attributes}")


EVERYTHING = Wording()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One unseen figure: the order its description makes, what it says, the fair questions, and the figure itself."""

    order: Order
    phrases: tuple[Phrase, ...]
    asked: dict[str, str]
    figure: Pixels


def make_case(seed: int, wording: Wording = EVERYTHING) -> Case:
    """Figure ``seed`` described: by turns as a comma-separated list, as prose, and as people type."""
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    row = figure_row(figure, drawing)
    truth = row["attributes"]
    assert isinstance(truth, dict)
    phrases = _brief(_few(row_phrases(row), wording, seed), wording, seed)
    caption = compose(phrases, STYLES[seed % len(STYLES)], random.Random(f"evaluate-{seed}"))
    order = Order(seed=seed, text=caption.text, width=figure.width, height=figure.height)
    return Case(order=order, phrases=phrases, asked=asked(truth, stated(phrases, caption)), figure=drawing.image)


def make_cases(num: int, first_seed: int = FIRST_SEED, wording: Wording = EVERYTHING) -> list[Case]:
    """The cases of ``num`` figures from ``first_seed`` on.

    Raises:
        ValueError: If ``num`` is below 1 or ``first_seed`` below 0, or too few figures have what ``wording`` is about.
    """
    if num < 1 or first_seed < 0:
        raise ValueError(f"num must be at least 1 and first_seed at least 0, got {num} and {first_seed}")
    about = wording.about
    seeds = range(first_seed, first_seed + num * (_SEEN_IN_ONE_OF if about else 1))
    made = (make_case(seed, wording) for seed in seeds)
    fitting = (case for case in made if about is None or about in {phrase.group for phrase in case.phrases})
    cases = list(islice(tqdm(fitting, desc="describing", total=num, mininterval=2), num))
    if len(cases) < num:
        raise ValueError(f"figures that show {about} are too rare: {len(cases)} of {len(seeds)}, {num} were asked for")
    return cases


def _few(phrases: Sequence[Phrase], wording: Wording, seed: int) -> Sequence[Phrase]:
    """As many phrases as are wanted, the person's first among them, in the order that they were in."""
    rng = random.Random(f"phrases-{seed}")
    first = {Group.PERSON: 0, wording.about: 1}
    chosen = sorted(range(len(phrases)), key=lambda number: (first.get(phrases[number].group, 2), rng.random()))
    return [phrases[number] for number in sorted(chosen[: wording.phrases])]


def _brief(phrases: Sequence[Phrase], wording: Wording, seed: int) -> tuple[Phrase, ...]:
    """The phrases, each with as many of its modifiers as are wanted."""
    rng = random.Random(f"attributes-{seed}")
    if wording.attributes is None:
        return tuple(phrases)
    excess = (max(0, len(phrase.modifiers) - wording.attributes) for phrase in phrases)
    return tuple(
        phrase.without(rng.sample(phrase.modifiers, count)) for phrase, count in zip(phrases, excess, strict=True)
    )
