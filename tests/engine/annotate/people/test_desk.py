"""The desk: who is asked what next, by whom it is answered, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.annotate.ledger.entries import Purpose, Question
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.desk import Desk
from engine.annotate.people.simulated import SimulatedPeople
from engine.annotate.protocol.attributes import NONE, UNSURE


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        number = ledger.begin({}, "machine")
        rows = [("a", "belt type", 1), ("a", "belt color", 1), ("b", "top color", 2)]
        questions = [
            Question(picture=picture, attribute=attribute, purpose=Purpose.EVALUATION, wanted=wanted)
            for picture, attribute, wanted in rows
        ]
        with ledger.step(number, "plan"):
            ledger.ask(number, questions)
        yield Desk(ledger, number)


def test_what_depends_on_a_thing_that_is_not_there_is_not_asked(desk: Desk) -> None:
    first = desk.next("ann")
    assert first is not None and first.attribute == "belt type"
    desk.answer("a", "belt type", NONE, "ann", 1.5)
    second = desk.next("ann")
    assert second is not None and second.attribute == "top color"
    assert (desk.progress().done, desk.progress().open) == (2, 1)


def test_two_people_answer_what_is_wanted_twice(desk: Desk) -> None:
    desk.answer("b", "top color", "red", "ann")
    assert [each.attribute for each in desk.open("ann")] == ["belt type", "belt color"]
    assert "top color" in [each.attribute for each in desk.open("bob")]
    assert (desk.progress().open, desk.progress().second) == (3, 1)
    desk.answer("b", "top color", "blue", "bob")
    assert "top color" not in [each.attribute for each in desk.open("eve")]
    back = desk.undo("bob")
    assert back is not None and back.value == "blue" and "top color" in [each.attribute for each in desk.open()]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("a", "belt type", "braces", "ann"), "belt type must be one of none, belt, sash; got 'braces'"),
        (("a", "top color", "red", "ann"), "must be of a question of round 0"),
        (("z", "belt type", "belt", "ann"), "must be of a question of round 0"),
        (("a", "belt type", "belt", " "), "annotator must be a name"),
        (("a", "belt type", "belt", "x" * 61), "annotator must be a name"),
    ],
)
def test_what_was_not_asked_is_refused(desk: Desk, asked: tuple[str, str, str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        desk.answer(*asked)
    assert desk.progress().open == 3


def test_simulated_people_answer_all_and_err_by_their_share(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        number = ledger.begin({}, "machine")
        questions = [
            Question(picture=str(at), attribute="top color", purpose=Purpose.EVALUATION, wanted=1 + at % 2)
            for at in range(1000)
        ]
        with ledger.step(number, "plan"):
            ledger.ask(number, questions)
        people = SimulatedPeople(truth=lambda picture, attribute: "red" if int(picture) < 900 else UNSURE, mistakes=0.1)
        people(ledger, number)
        given = ledger.given(number)
    assert len(given) == 1500
    wrong = sum(each.answer.value != "red" for each in given if int(each.answer.picture) < 900)
    assert 0.07 < wrong / 1350 < 0.13
    assert all(each.answer.value == UNSURE for each in given if int(each.answer.picture) >= 900)
