"""Who looks at a picture and answers yes or no, in the order that DSG asks; one interface for every kind of judge.

It knows questions, answers and their order; it does not know how a viewer finds its answer.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.files.whole import whole_file, write_json
from engine.train.evaluation.sources import Pixels
from engine.train.intervals import Interval, mean_over_pictures
from engine.train.questions.table import Kind
from engine.train.questions.yes_no import AtomicQuestion

logger = logging.getLogger(__name__)

_YES_NO = re.compile(r"\W*(yes|no)\s*(?:[.,;:!*\"'\n].*)?$", re.IGNORECASE | re.DOTALL)


class Answer(StrEnum):
    """What became of a question."""

    YES = "yes"
    NO = "no"
    SKIPPED = "skipped"  # its parent was not answered yes
    UNREADABLE = "unreadable"  # the viewer said something that is neither yes nor no


class Viewer(Protocol):
    """A judge that answers in words: a model on this machine, or a server."""

    @property
    def name(self) -> str:
        """What answered, for the published result."""
        ...

    def answer(self, asked: Sequence[tuple[Pixels, AtomicQuestion]]) -> list[Answer]:
        """YES, NO or UNREADABLE for each question about its picture, in order."""
        ...


def read_answer(text: str) -> Answer:
    """A reply as an answer: "yes" or "no", with nothing before it and at most punctuation and reasons after it."""
    found = _YES_NO.match(text)
    return Answer(found[1].lower()) if found else Answer.UNREADABLE


def ask(
    viewer: Viewer, pictures: Sequence[Pixels], questions: Sequence[Sequence[AtomicQuestion]]
) -> list[list[Answer]]:
    """Answers for each picture's questions: parents first, then the children of those answered yes."""
    answers = [[Answer.SKIPPED] * len(some) for some in questions]
    due = [(row, place) for row, some in enumerate(questions) for place, one in enumerate(some) if one.parent is None]
    while due:
        given = viewer.answer([(pictures[row], questions[row][place]) for row, place in due])
        for (row, place), answer in zip(due, given, strict=True):
            answers[row][place] = answer
        yes = {pair for pair, answer in zip(due, given, strict=True) if answer is Answer.YES}
        due = [
            (row, place)
            for row in {row for row, _ in due}
            for place, one in enumerate(questions[row])
            if one.parent is not None and (row, one.parent) in yes
        ]
        due.sort()
    return answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One picture, what its description says, and what was answered."""

    name: str
    description: str
    questions: Sequence[AtomicQuestion]
    answers: Sequence[Answer]


def look(
    viewer: Viewer,
    pictures: Sequence[Pixels],
    names: Sequence[str],
    descriptions: Sequence[str],
    questions: Sequence[Sequence[AtomicQuestion]],
) -> list[Asked]:
    """Each picture under its name, with what was asked and answered about it; all are of one length."""
    answers = ask(viewer, pictures, questions)
    return [
        Asked(name=name, description=description, questions=some, answers=given)
        for name, description, some, given in zip(names, descriptions, questions, answers, strict=True)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Of the questions of one kind: skipped and unreadable ones count as not shown."""

    name: str
    asked: int
    right: int
    skipped: int
    unreadable: int
    interval: Interval  # a bootstrap over pictures


@dataclass(frozen=True, kw_only=True)
class Questionnaire:
    """Every question and answer, and the accuracies they come to."""

    viewer: str
    pictures: Sequence[Asked]

    @cached_property
    def accuracies(self) -> list[Accuracy]:
        """Acc_obj, Acc_tex, Acc_shape and Acc_all, where anything was asked."""
        found = (self._accuracy(kind) for kind in (*Kind, None))
        return [accuracy for accuracy in found if accuracy.asked]

    def _accuracy(self, kind: Kind | None) -> Accuracy:
        rows = [
            [
                answer
                for question, answer in zip(picture.questions, picture.answers, strict=True)
                if kind in (None, question.kind)
            ]
            for picture in self.pictures
        ]
        right = np.array([row.count(Answer.YES) for row in rows])
        counts = np.array([len(row) for row in rows])
        return Accuracy(
            name=f"Acc_{kind or 'all'}",
            asked=int(counts.sum()),
            right=int(right.sum()),
            skipped=sum(row.count(Answer.SKIPPED) for row in rows),
            unreadable=sum(row.count(Answer.UNREADABLE) for row in rows),
            interval=mean_over_pictures(right, counts),
        )

    def text(self) -> str:
        """The table as a person reads it."""
        titles = f"{'question':12}{'asked':>7}{'right':>7}{'skipped':>9}{'unreadable':>12}{'accuracy':>10}"
        lines = [f"{titles}{'over pictures':>18}"]
        for line in self.accuracies:
            ends = f"{line.interval.low:.1%} .. {line.interval.high:.1%}"
            lines.append(
                f"{line.name:12}{line.asked:7}{line.right:7}{line.skipped:9}{line.unreadable:12}"
                f"{line.interval.mean:10.1%}{ends:>18}"
            )
        return "\n".join([*lines, "", f"{len(self.pictures)} pictures, answered by {self.viewer}"])

    def save(self, folder: Path, about: dict[str, Any]) -> None:
        """Writes ``evaluation.json`` and ``questions.txt``, each with every question and answer."""
        kinds = [
            {
                "name": line.name,
                "asked": line.asked,
                "right": line.right,
                "skipped": line.skipped,
                "unreadable": line.unreadable,
                "accuracy": line.interval.mean,
                "interval_over_pictures": [line.interval.low, line.interval.high],
            }
            for line in self.accuracies
        ]
        pictures = [
            {
                "name": picture.name,
                "description": picture.description,
                "questions": [
                    {"id": number, "question": one.text, "kind": one.kind.value, "group": one.group}
                    | {"parent": None if one.parent is None else one.parent + 1, "answer": answer.value}
                    for number, (one, answer) in enumerate(zip(picture.questions, picture.answers, strict=True), 1)
                ],
            }
            for picture in self.pictures
        ]
        write_json(folder / "evaluation.json", {**about, "judge": self.viewer, "kinds": kinds, "pictures": pictures})
        save_questions(self.pictures, folder / "questions.txt")


def save_questions(pictures: Sequence[Asked], path: Path) -> None:
    """Every picture's questions, children indented below what they depend on, with their answers."""
    parts = []
    for picture in pictures:
        lines = [f"{picture.name}: {picture.description}"]
        for question, answer in zip(picture.questions, picture.answers, strict=True):
            indent = "  " if question.parent is None else "    "
            lines.append(f"{indent}[{question.kind.value}] {question.text} {answer.value}")
        parts.append("\n".join(lines) + "\n")
    with whole_file(path) as temporary:
        temporary.write_text("\n".join(parts), encoding="utf-8")
