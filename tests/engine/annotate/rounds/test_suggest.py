"""A model that may only suggest: people see what it takes an answer to be, and nothing it says becomes a label."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.annotate.ledger.entries import Decision, Stage
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.machine.annotator import Asked, Replies
from engine.annotate.people.simulated import SimulatedPeople
from engine.annotate.rounds.flywheel import PEOPLE, Flywheel
from engine.annotate.rounds.lines import said
from engine.annotate.rounds.settings import RoundSettings


class Sure:
    """A machine that knows every answer but the colours of tops."""

    name = "sure"

    def __init__(self, pool: Any) -> None:
        self.pool = pool

    def answer(self, asked: Sequence[Asked]) -> Replies:
        replies = Replies()
        for one in asked:
            for attribute in one.attributes:
                right = self.pool.truth(one.picture.id, attribute.name)
                replies.take(one.picture.id, attribute.name, right, self.name, 0.99)
        return replies


class Eyes:
    """Suggests one colour for every top."""

    name, attributes = "eyes 1", ("top color",)

    def suggest(self, asked: Asked) -> Replies:
        replies = Replies()
        for attribute in asked.attributes:
            replies.take(asked.picture.id, attribute.name, "green", self.name, 0.9)
        return replies


@pytest.fixture
def reviewed(settings: RoundSettings) -> RoundSettings:
    return replace(settings, reviewed=Eyes.attributes)


def test_a_suggestion_is_no_label_and_its_attribute_stays_with_people(
    pool: Any, reviewed: RoundSettings, tmp_path: Path
) -> None:
    people = SimulatedPeople(truth=pool.truth, mistakes=0)
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        flywheel = Flywheel(ledger, pool, Sure(pool), settings=reviewed, suggester=Eyes())
        assert flywheel.turn().waiting > 0
        told = ledger.suggestions(0)
        asked = [(each.picture, each.attribute) for each in ledger.questions(0) if each.attribute == "top color"]
        assert sorted(told) == sorted(asked)
        assert {(each.value, each.annotator) for each in told.values()} == {("green", "suggested by eyes 1")}
        assert flywheel.turn(people).waiting == 0 and flywheel.turn(people).waiting == 0
        for number in (0, 1):
            after = ledger.standings(number, Stage.AFTER)
            assert after["top color"].low > reviewed.bar, "the machine is good enough"
            assert after["top color"].decision is Decision.QUEUED, "and is asked about all the same"
            assert after["top type"].decision is Decision.FROZEN
        assert {each.attribute for each in ledger.questions(1)} == {"top color"}
        labels = list(ledger.labels())
        assert "green" not in {each.value for each in labels}
        by_people = {each.picture for each in labels if (each.attribute, each.annotator) == ("top color", PEOPLE)}
        rows = dict(said(ledger, lambda _: [4, 8, 11], there=pool.has, queued_too=True))
        with_colour = {picture for picture, row in rows.items() if "color" in (row["aa_text"][6] or {})}
        assert with_colour == by_people and len(by_people) < len(rows), "what no person said of it is not said"


def test_a_suggester_that_nobody_reviews_is_refused(pool: Any, settings: RoundSettings, tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        with pytest.raises(ValueError, match="people must review top color"):
            Flywheel(ledger, pool, Sure(pool), settings=settings, suggester=Eyes())
    with pytest.raises(ValueError, match="got eyes"):
        RoundSettings(reviewed=("eyes",))
