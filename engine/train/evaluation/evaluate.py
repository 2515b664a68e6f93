"""Asks how well pictures match their descriptions: unseen figures describe, a painter paints, the judge answers.

It does not know what makes the pictures.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from engine.files.whole import write_json
from engine.train.evaluation import scores
from engine.train.evaluation.answerers import Answer, Asked, Questionnaire, Viewer, look, save_questions
from engine.train.evaluation.attention_mass import AttentionReport
from engine.train.evaluation.contact_sheet import save_contact_sheet
from engine.train.evaluation.layout import LayoutReport
from engine.train.evaluation.scores import Score, Verdict
from engine.train.evaluation.sources import Painter, Pixels, by_size
from engine.train.evaluation.unseen_figures import Case
from engine.train.judge.judge import Judge
from engine.train.questions.yes_no import questions_of_table


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """The result: a verdict for each picture and the seconds it took to paint all of them."""

    verdicts: list[Verdict]
    pictures: list[Pixels]
    seconds: float
    attention: AttentionReport | None = None
    layout: LayoutReport | None = None

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
        layout = [] if self.layout is None else [self.layout.text()]
        return "\n\n".join([*parts, goal, *attention, *layout])

    def save(self, folder: Path, about: dict[str, object]) -> None:
        """Writes ``evaluation.json``, ``questions.txt`` (every question and answer) and ``contact_sheet.png``."""
        pictures = [{"seed": v.seed, "description": v.text, "asked": v.asked, "seen": v.answers} for v in self.verdicts]
        tree = {
            **about,
            "seconds": round(self.seconds, 1),
            "goal": scores.GOAL,
            "held": scores.promise_held(self.promised),
            "promised": scores.as_json(self.promised),
            "kinds": scores.as_json(self.by_kind),
            "questions": scores.as_json(self.by_question),
            "attention": self.attention and self.attention.as_json(),
            "layout": self.layout and self.layout.as_json(),
            "pictures": pictures,
        }
        write_json(folder / "evaluation.json", tree)
        save_questions([_in_words(verdict) for verdict in self.verdicts], folder / "questions.txt")
        save_contact_sheet(self.verdicts[:16], self.pictures[:16], folder / "contact_sheet.png")


def evaluate(painter: Painter, judge: Judge, cases: Sequence[Case]) -> Evaluation:
    """Judges a picture of each case, in its figure's own size, by what its description says."""
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


def ask_about_figures(painter: Painter, viewer: Viewer, cases: Sequence[Case]) -> tuple[Questionnaire, list[Pixels]]:
    """The same pictures and questions for a viewer that answers yes or no."""
    pictures = painter.paint([case.order for case in cases])
    names, descriptions = [str(case.order.seed) for case in cases], [case.order.text for case in cases]
    asked = look(viewer, pictures, names, descriptions, [questions_of_table(case.asked) for case in cases])
    return Questionnaire(viewer=viewer.name, pictures=asked), pictures


def _in_words(verdict: Verdict) -> Asked:
    """A verdict as yes/no questions: yes where the classifier's answer is the one asked for."""
    questions = questions_of_table(verdict.asked)
    answers = [Answer.YES if verdict.right(question.key) else Answer.NO for question in questions]
    return Asked(name=str(verdict.seed), description=verdict.text, questions=questions, answers=answers)
