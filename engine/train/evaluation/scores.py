"""From right and wrong answers to accuracies with confidence intervals, and the tables that show them.

It knows counting; it does not know pictures, judges or models.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.train.intervals import Interval, mean_over_pictures
from engine.train.questions.table import ABSENT, BY_KEY, QUESTIONS, Kind

# What "First light" promises: each of these colours right in at least GOAL of the pictures that are asked about it.
PROMISED: Mapping[str, tuple[str, ...]] = {
    "hair": ("hair color",),
    "top": ("top color",),
    "bottom or dress": ("bottom color", "dress color"),
    "footwear": ("footwear color",),
    "background": ("background",),
}
GOAL = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One picture: what its description asks for, and what the judge saw in it and in the true figure."""

    seed: int
    text: str
    asked: Mapping[str, str]
    seen: Mapping[str, str]
    seen_in_figure: Mapping[str, str]

    @property
    def answers(self) -> dict[str, str]:
        """What was seen of everything asked, and of the parents, on which the answers' worth depends."""
        needed = {parent for key in self.asked if (parent := BY_KEY[key].parent)} | self.asked.keys()
        return {key: self.seen[key] for key in BY_KEY if key in needed}

    def right(self, key: str) -> bool:
        """Whether the picture shows what was asked for."""
        return _right(key, self.asked[key], self.seen)

    def right_in_figure(self, key: str) -> bool:
        """Whether the judge finds it in the true figure: what the picture could have scored."""
        return _right(key, self.asked[key], self.seen_in_figure)


def _right(key: str, wanted: str, seen: Mapping[str, str]) -> bool:
    """DSG counts the child of a failed parent as failed without asking."""
    parent = BY_KEY[key].parent
    return seen[key] == wanted and (not parent or seen[parent] != ABSENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """``right`` of ``asked``; ``ceiling`` is how many the judge finds right in the true figures.

    Attributes:
        name: Of the question or of the questions taken together.
        asked: How many were asked.
        right: How many of them the picture shows.
        ceiling: How many of them the judge finds in the true figures.
        over_pictures: The 95 % interval of a bootstrap over pictures, None where nothing was asked: questions of one
            picture are not independent, which the Wilson interval takes them to be.
    """

    name: str
    asked: int
    right: int
    ceiling: int
    over_pictures: Interval | None = field(default=None, compare=False)

    @property
    def accuracy(self) -> float:
        """Share that is right; 0 where nothing was asked."""
        return self.right / self.asked if self.asked else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Its Wilson 95 % interval, as if every question were of another picture."""
        return wilson(self.right, self.asked)


def wilson(right: int, asked: int, z: float = 1.959964) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927): what accuracies are compatible with ``right`` of ``asked``.

    Raises:
        ValueError: If ``right`` is not from 0 to ``asked``.
    """
    if not 0 <= right <= asked:
        raise ValueError(f"right must be from 0 to asked = {asked}, got {right}")
    if not asked:
        return 0.0, 1.0
    share, weight = right / asked, z * z / asked
    middle, half = share + weight / 2, z * math.sqrt(share * (1 - share) / asked + weight / (4 * asked))
    return max(0.0, (middle - half) / (1 + weight)), min(1.0, (middle + half) / (1 + weight))


def pooled(name: str, verdicts: Iterable[Verdict], keys: Sequence[str]) -> Score:
    """The score over all questions with one of ``keys``."""
    pictures = [(verdict, [key for key in keys if key in verdict.asked]) for verdict in verdicts]
    right = [sum(verdict.right(key) for key in asked) for verdict, asked in pictures]
    counts = [len(asked) for _, asked in pictures]
    return Score(
        name=name,
        asked=sum(counts),
        right=sum(right),
        ceiling=sum(verdict.right_in_figure(key) for verdict, asked in pictures for key in asked),
        over_pictures=mean_over_pictures(right, counts) if any(counts) else None,
    )


def keys_of(kind: Kind | None) -> tuple[str, ...]:
    """The questions that count to one of the accuracies; all of them for None."""
    return tuple(question.key for question in QUESTIONS if kind in (None, question.kind))


def by_question(verdicts: Sequence[Verdict]) -> list[Score]:
    """A score for each question that was asked, in the table's order."""
    scores = (pooled(question.key, verdicts, (question.key,)) for question in QUESTIONS)
    return [score for score in scores if score.asked]


def by_kind(verdicts: Sequence[Verdict]) -> list[Score]:
    """Acc_obj, Acc_tex, Acc_shape and Acc_all over the questions of all pictures."""
    return [pooled(f"Acc_{kind or 'all'}", verdicts, keys_of(kind)) for kind in (*Kind, None)]


def promised(verdicts: Sequence[Verdict]) -> list[Score]:
    """The five colours of the promise, all of them together, and the pictures that have every one of theirs right."""
    scores = [pooled(name, verdicts, keys) for name, keys in PROMISED.items()]
    keys = [key for group in PROMISED.values() for key in group]
    every = [all(verdict.right(key) for key in keys if key in verdict.asked) for verdict in verdicts]
    whole = Score(
        name="every one in a picture",
        asked=len(verdicts),
        right=sum(every),
        ceiling=sum(all(verdict.right_in_figure(key) for key in keys if key in verdict.asked) for verdict in verdicts),
        over_pictures=mean_over_pictures(every, [1] * len(every)) if every else None,
    )
    return [*scores, pooled("the five together", verdicts, keys), whole]


def promise_held(scores: Sequence[Score]) -> bool:
    """Whether each of the five colours reaches the goal."""
    return all(score.accuracy >= GOAL for score in scores if score.name in PROMISED)


def show(scores: Sequence[Score]) -> str:
    """Lines of name, asked, right, accuracy, both intervals and the judge's ceiling."""
    lines = [
        f"{'question':24}{'asked':>7}{'right':>7}{'accuracy':>10}{'95 % (Wilson)':>18}{'over pictures':>18}"
        f"{'judge on figures':>18}"
    ]
    for score in scores:
        ceiling = score.ceiling / score.asked if score.asked else 0.0
        clustered = (score.over_pictures.low, score.over_pictures.high) if score.over_pictures else None
        lines.append(
            f"{score.name:24}{score.asked:7}{score.right:7}{score.accuracy:10.1%}{_ends(score.interval):>18}"
            f"{_ends(clustered):>18}{ceiling:18.1%}"
        )
    return "\n".join(lines)


def _ends(interval: tuple[float, float] | None) -> str:
    return f"{interval[0]:.1%} .. {interval[1]:.1%}" if interval else "-"


def as_json(scores: Sequence[Score]) -> list[dict[str, object]]:
    """The same as plain numbers."""
    return [
        {
            "name": score.name,
            "asked": score.asked,
            "right": score.right,
            "accuracy": score.accuracy,
            "interval": list(score.interval),
            "interval_over_pictures": score.over_pictures and [score.over_pictures.low, score.over_pictures.high],
            "judge_on_figures": score.ceiling / score.asked if score.asked else None,
        }
        for score in scores
    ]
