"""Whom people are asked about: strata by their shares, what is there, pictures that are open first, nobody twice."""

from collections import Counter

import pytest

from engine.annotate.ledger.entries import Purpose
from engine.annotate.people.sampling import Amounts, choose
from engine.annotate.protocol.attributes import BY_NAME, NONE
from engine.annotate.records import Answer

TOP, COLOUR, BELT = BY_NAME["top type"], BY_NAME["top color"], BY_NAME["belt type"]
PRESENT = {f"{at:03d}": ("top", "belt") if at % 10 == 0 else ("top",) for at in range(400)}
STRATA = {picture: "portrait" if int(picture) < 100 else "full_body" for picture in PRESENT}


def told(picture: str, attribute: str, value: str, confidence: float) -> Answer:
    return Answer(picture=picture, attribute=attribute, value=value, annotator="m", confidence=confidence)


def test_strata_are_asked_by_their_shares() -> None:
    chosen = choose(PRESENT, STRATA, {}, [TOP], Amounts(evaluation=40, training=0), seed=1)
    shares = Counter(STRATA[question.picture] for question in chosen)
    assert shares["portrait"] == pytest.approx(10, abs=1) and sum(shares.values()) == 40
    assert chosen == choose(PRESENT, STRATA, {}, [TOP], Amounts(evaluation=40, training=0), seed=1)
    other = choose(PRESENT, STRATA, {}, [TOP], Amounts(evaluation=40, training=0), seed=2)
    assert {question.picture for question in chosen} != {question.picture for question in other}


def test_rare_regions_are_found_and_open_pictures_serve_first() -> None:
    chosen = choose(PRESENT, STRATA, {}, [TOP, BELT], Amounts(evaluation=30, training=0))
    belts = {question.picture for question in chosen if question.attribute == "belt type"}
    assert len(belts) == 30 and all("belt" in PRESENT[picture] for picture in belts)
    assert {question.picture for question in chosen} == belts, "a top shows wherever a belt does"
    order = [question.attribute for question in chosen if question.picture == chosen[0].picture]
    assert order == ["top type", "belt type"]


def test_what_the_machine_says_is_not_there_is_not_asked() -> None:
    machine = {(picture, "top type"): told(picture, "top type", NONE, 0.9) for picture in list(PRESENT)[:390]}
    chosen = choose(PRESENT, STRATA, machine, [COLOUR], Amounts(evaluation=40, training=0))
    assert {question.picture for question in chosen} == set(list(PRESENT)[390:])


def test_teaching_goes_where_the_machine_is_least_sure_and_nobody_is_asked_twice() -> None:
    machine = {
        (picture, "top type"): told(picture, "top type", "shirt", 0.2 if picture == "123" else 0.9)
        for picture in PRESENT
    }
    asked = {(picture, "top type") for picture in list(PRESENT)[200:]}
    chosen = choose(PRESENT, STRATA, machine, [TOP], Amounts(evaluation=20, training=1), asked=asked)
    assert not {(question.picture, question.attribute) for question in chosen} & asked
    purposes = {question.picture: question.purpose for question in chosen}
    assert len(purposes) == 21 and "123" in purposes
    assert list(purposes.values()).count(Purpose.TRAINING) == 1


def test_a_share_is_answered_by_two() -> None:
    chosen = choose(PRESENT, STRATA, {}, [TOP], Amounts(evaluation=400, training=0, twice=0.25))
    assert 60 < sum(question.wanted == 2 for question in chosen) < 140


@pytest.mark.parametrize("wrong", [{"evaluation": 0}, {"training": -1}, {"twice": 1.5}])
def test_amounts_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="got"):
        Amounts(**wrong)  # type: ignore[arg-type]
