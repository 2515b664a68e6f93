"""A picture is taken down while a round runs or waits: it leaves the round, and everything else goes on."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from engine.annotate.ledger.ledger import Ledger
from engine.annotate.machine.annotator import Shown
from engine.annotate.machine.small import SmallAnnotator, SmallLearner
from engine.annotate.people.desk import Desk
from engine.annotate.people.simulated import SimulatedPeople
from engine.annotate.rounds.flywheel import Flywheel
from engine.annotate.rounds.lines import said
from engine.annotate.rounds.pool import regions_seen, seen
from engine.annotate.rounds.settings import RoundSettings


class Leaving:
    """The tiny pool, from which pictures are taken; what is gone cannot be read, as a deleted file cannot."""

    def __init__(self, pool: Any) -> None:
        self.pool, self.gone = pool, set[str]()

    def ids(self) -> list[str]:
        return list(self.pool.ids())  # those that were there when it was opened

    def has(self, picture: str) -> bool:
        return picture not in self.gone and self.pool.has(picture)

    def shown(self, picture: str) -> Shown:
        if picture in self.gone:
            raise ValueError("unreadable")
        shown: Shown = self.pool.shown(picture)
        return shown

    def present(self, picture: str) -> Any:
        return self.shown(picture).masks


@pytest.fixture
def leaving(pool: Any) -> Leaving:
    return Leaving(pool)


def wheel(ledger: Ledger, pool: Leaving, settings: RoundSettings) -> Flywheel:
    learner = SmallLearner([pool.shown(each) for each in pool.ids()[:40]])
    made = partial(SmallAnnotator.load, read=learner.read)
    return Flywheel(ledger, pool, learner.learn([], []), learner=learner, load=made, settings=settings)


def test_a_picture_leaves_a_round_that_waits_and_one_that_was_answered(
    leaving: Leaving, settings: RoundSettings, tmp_path: Path
) -> None:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        flywheel = wheel(ledger, leaving, settings)
        waiting = flywheel.turn().waiting
        first, second, *_ = dict.fromkeys(each.picture for each in ledger.questions(0))
        leaving.gone = {first}
        assert flywheel.turn().waiting < waiting, "its questions are not open any more"
        desk = Desk(ledger, 0, leaving.has)
        assert first not in {each.picture for each in desk.open()}
        attribute = next(each.attribute for each in ledger.questions(0) if each.picture == first)
        with pytest.raises(ValueError, match="was taken down"):
            desk.answer(first, attribute, "black", "ann")
        SimulatedPeople(truth=leaving.pool.truth)(ledger, 0)  # who answered before
        leaving.gone = {first, second}
        assert flywheel.turn().waiting == 0
        assert not {first, second} & ledger.pictures()
        labels = {picture for picture, _ in said(ledger, lambda _: [4, 8, 11], there=leaving.has, queued_too=True)}
        assert len(labels) == len(leaving.ids()) - 2
        leaving.gone |= {min(labels)}
        assert min(labels) not in dict(said(ledger, lambda _: [4], there=leaving.has, queued_too=True))
        assert flywheel.turn(SimulatedPeople(truth=leaving.pool.truth)).round == 1


def test_one_that_is_there_and_cannot_be_read_is_an_error(leaving: Leaving) -> None:
    one, other, *_ = leaving.ids()
    leaving.gone = {one}
    assert [each.id for each in seen(leaving, [one, other])] == [other]
    assert one not in regions_seen(leaving)
    leaving.has = lambda picture: True  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="unreadable"):
        seen(leaving, [one])
