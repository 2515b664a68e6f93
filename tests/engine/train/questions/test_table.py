"""The table of questions is sound, and a question is asked only where description and picture can both answer it."""

import random
from typing import Any

import pytest

from engine.description import Group
from engine.description.wording.caption import Phrase, compose, row_phrases
from engine.train.figures import draw_figure, figure_row, sample_figure
from engine.train.questions.table import ABSENT, BY_KEY, QUESTIONS, Kind, asked, right_answer, stated


def truth_and_row(seed: int) -> tuple[dict[str, str], dict[str, Any]]:
    figure = sample_figure(seed)
    row: Any = figure_row(figure, draw_figure(figure))
    return row["attributes"], row


def test_the_table_is_sound() -> None:
    assert len(BY_KEY) == len(QUESTIONS)
    for question in QUESTIONS:
        assert question.classes[0] == ABSENT
        assert len(set(question.classes)) == len(question.classes)
        assert not question.parent or (question.parent in BY_KEY and not BY_KEY[question.parent].parent)
        for key, values in question.hidden:
            assert set(values) <= set(BY_KEY[key].values)
    assert {question.kind for question in QUESTIONS} == set(Kind)


def test_a_description_states_the_truth() -> None:
    keys = set()
    for seed in range(1_000_000, 1_000_040):
        truth, row = truth_and_row(seed)
        phrases = row_phrases(row)
        for style in ("list", "prose"):
            caption = compose(phrases, style, random.Random(seed))  # type: ignore[arg-type]
            said = stated(phrases, caption)
            assert said.items() <= truth.items()
            close = truth["framing"] in ("portrait", "headshot")
            assert close or asked(truth, said).items() <= said.items()
            unsaid = {key for key in truth.keys() - said.keys() if key in BY_KEY and truth[key] != "plain"}
            assert unsaid <= {"hair length"}  # a bald head under a hat is not mentioned
            keys |= said.keys()
    assert keys == BY_KEY.keys() or keys >= BY_KEY.keys() - {"legwear type", "legwear color", "bottom length"}


def test_plain_is_asked_only_where_it_is_said() -> None:
    shirt = Phrase(group=Group.TOP, attributes=(("color", "red"), ("pattern", "plain")), noun="shirt", slot=6)
    answers = {
        stated((shirt,), compose((shirt,), "list", random.Random(seed))).get("top pattern") for seed in range(20)
    }
    assert answers == {None, "plain"}


@pytest.mark.parametrize(
    ("key", "truth", "right"),
    [
        ("top color", {"top color": "red"}, "red"),
        ("top color", {}, ABSENT),
        ("hair color", {"hair length": "bald"}, "bald"),
        ("hair length", {"framing": "headshot", "hair length": "long"}, None),
        ("top sleeve length", {"top sleeve length": "long sleeve", "outerwear type": "coat"}, None),
        ("bottom type", {"framing": "upper_body", "bottom type": "shorts"}, None),
        ("bottom type", {"framing": "full_body", "bottom type": "shorts"}, "shorts"),
        ("top color", {"framing": "portrait", "dress color": "red", "dress type": "dress"}, "red"),
        ("top type", {"framing": "portrait", "dress color": "red", "dress type": "dress"}, None),
        ("dress color", {"framing": "portrait", "dress color": "red", "dress type": "dress"}, ABSENT),
        ("dress color", {"framing": "upper_body", "dress color": "red", "dress type": "dress"}, "red"),
    ],
)
def test_right_answers(key: str, truth: dict[str, str], right: str | None) -> None:
    assert right_answer(BY_KEY[key], truth) == right


def test_what_the_picture_hides_is_not_asked() -> None:
    truth = {"framing": "headshot", "hair length": "long", "hair color": "red"}
    assert asked(truth, {"hair length": "long", "hair color": "red"}) == {"hair color": "red"}


def test_in_a_portrait_a_dress_is_a_top() -> None:
    truth = {"framing": "portrait", "dress type": "dress", "dress color": "red", "dress pattern": "dotted"}
    assert asked(truth, truth) == {"framing": "portrait", "top color": "red", "top pattern": "dotted"}
    whole = truth | {"framing": "full_body"}
    assert asked(whole, whole) == whole
