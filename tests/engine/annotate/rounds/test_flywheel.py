"""Turns of the flywheel on a tiny pool: better each round, whole after a kill, never two at once."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.annotate.ledger.entries import Decision, Purpose, Stage
from engine.annotate.ledger.errors import RoundRunningError
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.machine.annotator import Asked, Replies
from engine.annotate.machine.small import SmallAnnotator, SmallLearner
from engine.annotate.people.simulated import SimulatedPeople
from engine.annotate.protocol.attributes import BY_NAME, NONE
from engine.annotate.rounds.flywheel import PEOPLE, Flywheel
from engine.annotate.rounds.report import write_report
from engine.annotate.rounds.settings import RoundSettings
from engine.annotate.rounds.summary import summaries

ROOT = Path(__file__).resolve().parents[4]
PATIENCE_SECONDS = 300


def wheel(ledger: Ledger, pool: Any, settings: RoundSettings) -> Flywheel:
    learner = SmallLearner([pool.shown(each) for each in pool.ids()])
    untaught = learner.learn([], [])
    return Flywheel(
        ledger, pool, untaught, learner=learner, load=partial(SmallAnnotator.load, read=learner.read), settings=settings
    )


@pytest.fixture(scope="module")
def turned(pool: Any, settings: RoundSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger after two rounds."""
    path = tmp_path_factory.mktemp("flywheel") / "ledger.sqlite3"
    with Ledger(path) as ledger:
        flywheel = wheel(ledger, pool, settings)
        for _ in range(2):
            assert flywheel.turn(SimulatedPeople(truth=pool.truth)).waiting == 0
    return path


def test_the_machine_learns_from_people(pool: Any, turned: Path) -> None:
    with Ledger(turned) as ledger:
        first, second = summaries(ledger)
        assert first.accuracy_before == 0  # it knew nothing
        assert min(first.accuracy_after, second.accuracy_after) > 0.6
        labels = {(each.picture, each.attribute): each.value for each in ledger.labels()}
        right = [labels[picture, "top color"] == pool.truth(picture, "top color") for picture in pool.ids()]
    assert sum(right) / len(right) > 0.75


def test_the_first_round_asks_everything_and_later_ones_what_is_weak(turned: Path, settings: RoundSettings) -> None:
    with Ledger(turned) as ledger:
        assert {each.attribute for each in ledger.questions(0)} == set(settings.attributes)
        after = ledger.standings(0, Stage.AFTER)
        frozen = {name for name, each in after.items() if each.decision is Decision.FROZEN}
        assert frozen and not frozen & {each.attribute for each in ledger.questions(1)}
        for each in after.values():
            assert (each.decision is Decision.FROZEN) == (each.low >= settings.bar)
        asked = [(each.picture, each.attribute) for number in (0, 1) for each in ledger.questions(number)]
        assert len(asked) == len(set(asked)), "nobody is asked twice"


def test_what_people_say_stands_in_the_data_set(pool: Any, turned: Path) -> None:
    with Ledger(turned) as ledger:
        labels = {(each.picture, each.attribute): each for each in ledger.labels()}
        by_people = [each for each in labels.values() if each.annotator == PEOPLE]
        no_belt = [each.picture for each in by_people if (each.attribute, each.value) == ("belt type", NONE)]
    assert by_people and no_belt
    assert not any((picture, "belt color") in labels for picture in no_belt), "there is no belt to have a colour"


def test_the_report_tells_all_rounds(turned: Path, tmp_path: Path) -> None:
    with Ledger(turned) as ledger:
        text = write_report(ledger, tmp_path)
        answers = [len(ledger.given(number)) for number in (0, 1)]
    assert text.count("\n| 0 |") == text.count("\n| 1 |") == 1 and "top color" in text
    tree = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert [sum(one["answers_of_people"].values()) for one in tree["rounds"]] == answers
    assert tree["rounds"][0]["cost"] == pytest.approx(0.05 * answers[0])
    assert tree["labels"]["pictures"] == 80 and tree["labels"]["by_people"] > 0
    with Image.open(tmp_path / "rounds.png") as picture:
        assert picture.width > 800


def test_a_ledger_without_a_finished_round_has_no_report(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger, pytest.raises(ValueError, match="no round has ended yet"):
        write_report(ledger, tmp_path)


class Fixed:
    """A machine that always says the same, some of it outside the schema."""

    name = "fixed"

    def answer(self, asked: Sequence[Asked]) -> Replies:
        replies = Replies()
        for one in asked:
            for attribute in one.attributes:
                said = "nice" if attribute.name == "top color" else attribute.values[-1]
                replies.take(one.picture.id, attribute.name, said, self.name)
        return replies


def test_a_round_waits_for_people_and_counts_what_is_outside(
    pool: Any, settings: RoundSettings, tmp_path: Path
) -> None:
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        flywheel = Flywheel(ledger, pool, Fixed(), settings=settings)
        first = flywheel.turn()
        assert first.waiting > 0 and ledger.running() == 0
        assert flywheel.turn() == first, "asking again changes nothing"
        assert ledger.num_outside(0) == len(pool.ids())
        assert flywheel.turn(SimulatedPeople(truth=pool.truth)).waiting == 0
        one = summaries(ledger)[0]
    assert one.outside == len(pool.ids())
    assert one.after["top color"].right == 0, "an answer outside the schema is wrong"
    assert one.after["top color"].decision is Decision.QUEUED
    assert one.before == {name: each for name, each in one.before.items() if each.stage is Stage.BEFORE}


def test_a_second_round_at_once_is_refused(pool: Any, settings: RoundSettings, tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Ledger(path) as ledger, Ledger(path) as other, ledger.alone():
        with pytest.raises(RoundRunningError, match=f"process {os.getpid()} runs a round"):
            Flywheel(other, pool, Fixed(), settings=settings).turn()
        assert other.rounds() == []


KILLED = """
import os, signal, sys
sys.path.insert(0, {folder!r})
from pathlib import Path
import conftest
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.sampling import Amounts
from engine.annotate.people.simulated import SimulatedPeople
from engine.annotate.rounds.flywheel import Flywheel
from engine.annotate.rounds.settings import RoundSettings
from test_flywheel import Fixed

class Dying(Ledger):
    def decide(self, number, standings):
        super().decide(number, standings)  # written, not kept: the step has not ended
        os.kill(os.getpid(), signal.SIGKILL)

pool = conftest.TinyPool()
amounts = Amounts(evaluation=20, training=4, twice=0.2)
settings = RoundSettings(attributes=conftest.ASKED, amounts=amounts, folds=2, bar=0.55, price=0.05)
people = SimulatedPeople(truth=pool.truth)
with Dying(Path({path!r})) as ledger:
    Flywheel(ledger, pool, Fixed(), settings=settings).turn(people)
"""


def test_a_killed_round_goes_on_where_it_was(pool: Any, settings: RoundSettings, tmp_path: Path) -> None:
    killed, whole = tmp_path / "killed.sqlite3", tmp_path / "whole.sqlite3"
    code = KILLED.format(folder=str(Path(__file__).parent), path=str(killed))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    people = SimulatedPeople(truth=pool.truth)
    with Ledger(killed) as ledger:
        assert ledger.is_done(0, "plan") and not ledger.is_done(0, "measure")
        assert ledger.standings(0, Stage.BEFORE) == {}
        given = len(ledger.given(0))
        assert Flywheel(ledger, pool, Fixed(), settings=settings).turn(people).waiting == 0
        assert len(ledger.given(0)) == given, "people are not asked again"
    with Ledger(whole) as ledger:
        Flywheel(ledger, pool, Fixed(), settings=settings).turn(people)
    assert contents(killed) == contents(whole)


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that does not tell the time."""
    columns = {
        "questions": "*", "decisions": "*", "labels": "*", "outside": "*", "machines": "*",
        "answers": "round, picture, attribute, annotator, person, value, undone",
    }  # fmt: skip
    connection = sqlite3.connect(path)
    try:
        return {
            table: sorted(connection.execute(f"SELECT {names} FROM {table}"), key=repr)
            for table, names in columns.items()
        }
    finally:
        connection.close()


def test_what_measures_is_drawn_by_chance_and_what_teaches_where_the_machine_is_least_sure(turned: Path) -> None:
    with Ledger(turned) as ledger:
        purposes = [each.purpose for each in ledger.questions(0)]
    assert purposes.count(Purpose.EVALUATION) >= 4 * 20 - 8 and purposes.count(Purpose.TRAINING) >= 8


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"attributes": ("top colour",)}, "got top colour"),
        ({"attributes": ()}, "got none"),
        ({"bar": 1.0}, "bar must be a share"),
        ({"folds": 1}, "folds must be at least 2"),
        ({"price": -1.0}, "price must not be negative"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RoundSettings(**wrong)
    assert BY_NAME
