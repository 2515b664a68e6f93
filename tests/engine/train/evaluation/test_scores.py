"""Accuracies count what was asked, children of failed parents as failed, with intervals from the textbook."""

import pytest

from engine.train.evaluation.scores import (
    PROMISED,
    Score,
    Verdict,
    as_json,
    by_kind,
    by_question,
    pooled,
    promise_held,
    promised,
    show,
    wilson,
)
from engine.train.questions.table import ABSENT, BY_KEY, QUESTIONS


def verdict(asked: dict[str, str], seen: dict[str, str], seed: int = 0) -> Verdict:
    nothing = dict.fromkeys(BY_KEY, ABSENT)
    return Verdict(seed=seed, text="", asked=asked, seen=nothing | seen, seen_in_figure=nothing | asked)


RED_SHIRT = {"top type": "shirt", "top color": "red"}


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (400, 500, 0.7627, 0.8328),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_intervals(right: int, asked: int, low: float, high: float) -> None:
    assert wilson(right, asked) == pytest.approx((low, high), abs=1e-4)


def test_wilson_refuses_more_right_than_asked() -> None:
    with pytest.raises(ValueError, match="from 0 to asked = 3, got 4"):
        wilson(4, 3)


def test_right_and_wrong() -> None:
    one = verdict(RED_SHIRT, RED_SHIRT)
    two = verdict(RED_SHIRT, {"top type": "blouse", "top color": "blue"})
    assert [one.right(key) for key in RED_SHIRT] == [True, True]
    assert [two.right(key) for key in RED_SHIRT] == [False, False]
    assert all(two.right_in_figure(key) for key in RED_SHIRT)
    assert pooled("x", [one, two], ["top color"]) == Score(name="x", asked=2, right=1, ceiling=2)


def test_a_child_fails_with_its_parent() -> None:
    ghost = verdict(RED_SHIRT, {"top type": ABSENT, "top color": "red"})
    assert not ghost.right("top color")
    other = verdict(RED_SHIRT, {"top type": "blouse", "top color": "red"})  # a top is there, though another one
    assert other.right("top color")


def test_only_what_was_asked_is_listed() -> None:
    scores = by_question([verdict(RED_SHIRT, RED_SHIRT)])
    assert [(score.name, score.asked, score.accuracy) for score in scores] == [
        ("top type", 1, 1.0),
        ("top color", 1, 1.0),
    ]


def test_kinds_add_up() -> None:
    asked = {**RED_SHIRT, "top sleeve length": "long sleeve", "background": "park"}
    obj, tex, shape, everything = by_kind([verdict(asked, asked), verdict(asked, {})])
    assert (obj.asked, tex.asked, shape.asked, everything.asked) == (4, 2, 2, 8)
    assert (obj.name, everything.name, everything.right) == ("Acc_obj", "Acc_all", 4)


def test_the_promise_needs_every_colour() -> None:
    colours = {"hair color": "red", "top color": "red", "bottom color": "blue", "footwear color": "pink"}
    parents = {"hair length": "long", "top type": "shirt", "bottom type": "jeans", "footwear type": "boots"}
    asked = {**colours, **parents, "background": "park"}
    good, bad = verdict(asked, asked), verdict(asked, asked | {"footwear color": "grey"})
    assert promise_held(promised([good] * 5))
    scores = promised([good, good, good, bad, bad])
    assert not promise_held(scores)
    named = {score.name: score for score in scores}
    assert named.keys() >= PROMISED.keys()
    assert named["footwear"].accuracy == 0.6
    assert (named["the five together"].right, named["the five together"].asked) == (23, 25)
    assert (named["every one in a picture"].right, named["every one in a picture"].asked) == (3, 5)


def test_bottom_and_dress_are_one_row() -> None:
    skirt = verdict({"bottom color": "red"}, {"bottom color": "red", "bottom type": "skirt"})
    gown = verdict({"dress color": "red"}, {"dress color": "blue", "dress type": "dress"})
    row = next(score for score in promised([skirt, gown]) if score.name == "bottom or dress")
    assert (row.asked, row.right) == (2, 1)


def test_questions_of_one_picture_count_as_one() -> None:
    asked = {**RED_SHIRT, "background": "park", "gender": "male"}
    verdicts = [verdict(asked, asked if number % 2 else {}, number) for number in range(40)]
    score = by_kind(verdicts)[-1]
    assert score.over_pictures is not None and score.over_pictures.mean == score.accuracy == 0.5
    low, high = score.interval
    width = score.over_pictures.high - score.over_pictures.low
    assert width == pytest.approx(2 * (high - low), rel=0.15)  # four questions with one answer are worth one
    assert as_json([score])[0]["interval_over_pictures"] == [score.over_pictures.low, score.over_pictures.high]


def test_tables_as_text_and_json() -> None:
    scores = [Score(name="top color", asked=10, right=8, ceiling=9), Score(name="nothing", asked=0, right=0, ceiling=0)]
    assert "80.0%    49.0% .. 94.3%                 -             90.0%" in show(scores).splitlines()[1]
    assert as_json(scores)[0]["accuracy"] == 0.8
    assert as_json(scores)[1]["judge_on_figures"] is None


def test_answers_hold_the_parents_on_which_they_depend() -> None:
    seen = {question.key: ABSENT for question in QUESTIONS}
    verdict = Verdict(seed=0, text="", asked={"bottom color": "blue"}, seen=seen, seen_in_figure=seen)
    assert verdict.answers == {"bottom type": ABSENT, "bottom color": ABSENT}
    again = Verdict(seed=0, text="", asked=verdict.asked, seen=verdict.answers, seen_in_figure={})
    assert again.right("bottom color") is verdict.right("bottom color")
