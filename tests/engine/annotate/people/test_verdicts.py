"""What people's answers say of a machine, and of each other."""

import pytest

from engine.annotate.ledger.entries import Decision, Given, Purpose, Stage
from engine.annotate.people.verdicts import Settled, agreement, overall, settled, standings
from engine.annotate.protocol.attributes import BY_NAME, UNSURE
from engine.annotate.records import Answer

COLOUR, TYPE = BY_NAME["top color"], BY_NAME["top type"]


def given(picture: str, value: str, annotator: str = "ann", attribute: str = "top color") -> Given:
    answer = Answer(picture=picture, attribute=attribute, value=value, annotator=annotator)
    return Given(answer=answer, round=0, purpose=Purpose.EVALUATION, seconds=2.0)


def said(picture: str, value: str, purpose: Purpose = Purpose.EVALUATION) -> Settled:
    return Settled(picture=picture, attribute="top color", value=value, purpose=purpose)


def test_two_who_differ_settle_nothing() -> None:
    rows = [
        given("a", "red"),
        given("a", "red", "bob"),
        given("b", "red"),
        given("b", "blue", "bob"),
        given("c", "red"),
    ]
    assert {each.picture: each.value for each in settled(rows)} == {"a": "red", "c": "red"}
    found = agreement(rows)["top color"]
    assert (found.asked, found.agreed, found.share) == (2, 1, 0.5)
    assert agreement([given("a", "red")]) == {}


@pytest.mark.parametrize(
    ("right", "asked", "decision"), [(57, 60, "frozen"), (54, 60, "queued"), (20, 20, "queued"), (30, 30, "frozen")]
)
def test_the_lower_bound_decides(right: int, asked: int, decision: str) -> None:
    people = [said(str(at), "red") for at in range(asked)]
    machine = {
        (str(at), "top color"): Answer(
            picture=str(at), attribute="top color", value="red" if at < right else "blue", annotator="m"
        )
        for at in range(asked)
    }
    (colour,) = standings(people, machine, [COLOUR], Stage.AFTER)
    assert (colour.asked, colour.right, colour.decision.value) == (asked, right, decision)
    assert colour.low <= colour.accuracy <= colour.high


def test_nothing_asked_is_queued_and_a_missing_answer_is_wrong() -> None:
    people = [said("a", "red"), said("b", UNSURE), said("c", "red", Purpose.TRAINING)]
    colour, kind = standings(people, {}, [COLOUR, TYPE], Stage.BEFORE)
    assert (colour.asked, colour.right) == (1, 0), "what nobody can tell and what teaches is not counted"
    assert kind.asked == 0 and kind.decision is Decision.QUEUED and (kind.low, kind.high) == (0.0, 1.0)
    assert overall([colour, kind]) == 0 == overall([])
