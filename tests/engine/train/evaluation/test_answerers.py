"""Answers in DSG's order, strict readings, and results that hold every question."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from engine.train.evaluation.answerers import Answer, Asked, Questionnaire, ask, read_answer
from engine.train.evaluation.evaluate import ask_about_figures
from engine.train.evaluation.sources import FigurePainter, Pixels
from engine.train.evaluation.unseen_figures import make_cases
from engine.train.questions.yes_no import AtomicQuestion, questions_of_text

PICTURE = np.zeros((16, 16, 3), np.uint8)
DESCRIPTION = "a woman in a red shirt and blue jeans"


@dataclass
class Script:
    """A viewer that says yes unless a question is among those it was told otherwise of."""

    told: dict[str, Answer]
    rounds: list[list[str]] = field(default_factory=list)
    name: str = "a script"

    def answer(self, asked: Sequence[tuple[Pixels, AtomicQuestion]]) -> list[Answer]:
        self.rounds.append([question.text for _, question in asked])
        return [self.told.get(question.text, Answer.YES) for _, question in asked]


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("yes", Answer.YES),
        ("No", Answer.NO),
        (" **Yes.** ", Answer.YES),
        ("No, the shirt is blue.", Answer.NO),
        ("yes\nThe shirt is red.", Answer.YES),
        ("", Answer.UNREADABLE),
        ("no idea", Answer.UNREADABLE),
        ("The answer is yes", Answer.UNREADABLE),
        ("yesterday", Answer.UNREADABLE),
        ("maybe", Answer.UNREADABLE),
    ],
)
def test_replies_are_read_strictly(reply: str, answer: Answer) -> None:
    assert read_answer(reply) is answer


def test_children_are_asked_only_where_the_parent_is_there() -> None:
    questions = questions_of_text(DESCRIPTION)
    script = Script({"Is the person wearing a shirt?": Answer.NO, "Is the person wearing jeans?": Answer.UNREADABLE})
    (answers,) = ask(script, [PICTURE], [questions])
    assert script.rounds == [
        ["Is the person a woman?", "Is the person wearing a shirt?", "Is the person wearing jeans?"]
    ]
    assert dict(zip((q.text for q in questions), answers, strict=True)) == {
        "Is the person a woman?": Answer.YES,
        "Is the person wearing a shirt?": Answer.NO,
        "Is the shirt red?": Answer.SKIPPED,
        "Is the person wearing jeans?": Answer.UNREADABLE,
        "Are the jeans blue?": Answer.SKIPPED,
    }
    agreeable = Script({})
    both = ask(agreeable, [PICTURE, PICTURE], [questions, questions])
    assert [len(some) for some in agreeable.rounds] == [6, 4]
    assert both == [[Answer.YES] * 5] * 2


def test_results_hold_every_question(tmp_path: Path) -> None:
    questions = questions_of_text(DESCRIPTION)
    script = Script({"Is the person wearing a shirt?": Answer.NO, "Are the jeans blue?": Answer.UNREADABLE})
    (answers,) = ask(script, [PICTURE], [questions])
    asked = Asked(name="one.png", description=DESCRIPTION, questions=questions, answers=answers)
    result = Questionnaire(viewer=script.name, pictures=[asked])
    lines = {line.name: line for line in result.accuracies}
    assert lines.keys() == {"Acc_obj", "Acc_tex", "Acc_all"}  # nothing was asked of shape
    assert (lines["Acc_obj"].right, lines["Acc_obj"].asked) == (2, 3)
    assert (lines["Acc_tex"].right, lines["Acc_tex"].skipped, lines["Acc_tex"].unreadable) == (0, 1, 1)
    assert lines["Acc_all"].interval.mean == 0.4
    assert "1 pictures, answered by a script" in result.text()
    result.save(tmp_path, {"source": "here"})
    tree = json.loads((tmp_path / "evaluation.json").read_text())
    assert tree["judge"] == "a script" and tree["kinds"][-1]["unreadable"] == 1
    assert tree["pictures"][0]["questions"][2] == {
        "id": 3, "question": "Is the shirt red?", "kind": "tex", "group": "top", "parent": 2, "answer": "skipped",
    }  # fmt: skip
    assert (tmp_path / "questions.txt").read_text() == (
        "one.png: a woman in a red shirt and blue jeans\n"
        "  [obj] Is the person a woman? yes\n"
        "  [obj] Is the person wearing a shirt? no\n"
        "    [tex] Is the shirt red? skipped\n"
        "  [obj] Is the person wearing jeans? yes\n"
        "    [tex] Are the jeans blue? unreadable\n"
    )


def test_figures_can_be_shown_to_any_viewer() -> None:
    script = Script({})
    result, pictures = ask_about_figures(FigurePainter(), script, make_cases(3))
    assert len(pictures) == 3 and result.accuracies[-1].interval.mean == 1
    assert [asked.name for asked in result.pictures] == ["1000000", "1000001", "1000002"]
