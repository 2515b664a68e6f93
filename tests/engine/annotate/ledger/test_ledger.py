"""The ledger is whole after a kill, on a full disk, and among processes; it takes back what people take back."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.annotate.ledger.entries import Purpose, Question
from engine.annotate.ledger.errors import LedgerError, LedgerFullError, RoundRunningError
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.records import Answer

ROOT = Path(__file__).resolve().parents[4]
PATIENCE_SECONDS = 120


def answer(picture: str, value: str = "red", annotator: str = "ann") -> Answer:
    return Answer(picture=picture, attribute="top color", value=value, annotator=annotator)


def begun(path: Path, pictures: int = 3) -> Ledger:
    ledger = Ledger(path)
    number = ledger.begin({"price": 0.0}, "machine")
    questions = [
        Question(picture=f"p{at}", attribute="top color", purpose=Purpose.EVALUATION) for at in range(pictures)
    ]
    with ledger.step(number, "plan"):
        ledger.ask(number, questions)
    return ledger


def run(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_answers_are_kept_replaced_and_taken_back(tmp_path: Path) -> None:
    with begun(tmp_path / "ledger.sqlite3") as ledger:
        ledger.answer(0, [answer("p0"), answer("p1")], 2.5)
        ledger.answer(0, [answer("p0", "blue")])
        ledger.answer(0, [answer("p0", "green", "bob")])
        assert [each.answer.value for each in ledger.given(0)] == ["red", "blue", "green"]
        assert ledger.undo(0, "ann") == answer("p0", "blue")
        assert ledger.undo(0, "ann") == answer("p1")
        assert ledger.undo(0, "ann") is None and ledger.undo(0, "eve") is None
        assert [each.answer.annotator for each in ledger.given()] == ["bob"]
        assert ledger.questions(0)[0].picture == "p0"


def test_a_round_that_has_not_ended_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    begun(path).close()
    with Ledger(path) as ledger:
        assert ledger.begin({}, "another") == 0 and ledger.running() == 0
        ledger.end(0)
        assert ledger.running() is None and ledger.begin({}, "another") == 1
        assert [row["machine"] for row in ledger.rounds()] == ["machine", "another"]


def test_a_step_is_whole_or_not_at_all(tmp_path: Path) -> None:
    with begun(tmp_path / "ledger.sqlite3") as ledger:
        with pytest.raises(RuntimeError, match="in the middle"), ledger.step(0, "label"):
            ledger.label(0, [answer("p0")])
            raise RuntimeError("in the middle")
        assert not ledger.is_done(0, "label") and list(ledger.labels()) == []
        with ledger.step(0, "label"):
            ledger.label(0, [answer("p0"), answer("p1")])
        assert ledger.is_done(0, "label") and ledger.labelled_by("ann") == {"p0", "p1"}
        with ledger.step(0, "relabel"):
            ledger.forget(["p0"])
            ledger.forget(["p1"], ["top type"])
        assert [each.picture for each in ledger.labels()] == ["p1"]


def test_killed_in_a_step_leaves_the_steps_before(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    begun(path).close()
    ended = run(
        f"""
import os, signal
from pathlib import Path
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.records import Answer
made = lambda at: Answer(picture=f"p{{at}}", attribute="top color", value="red", annotator="ann")
ledger = Ledger(Path({str(path)!r}))
ledger.answer(0, [made(0)])
with ledger.alone(), ledger.step(0, "label"):
    ledger.label(0, [made(at) for at in range(20_000)])
    os.kill(os.getpid(), signal.SIGKILL)
"""
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    with Ledger(path) as ledger, ledger.alone():
        assert len(ledger.given(0)) == 1 and list(ledger.labels()) == [] and ledger.is_done(0, "plan")
    check = sqlite3.connect(path)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


def test_a_full_disk_is_told_and_the_ledger_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    begun(path).close()
    ended = run(
        f"""
import resource, signal
from pathlib import Path
from engine.annotate.ledger.errors import LedgerFullError
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.records import Answer
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = Ledger(Path({str(path)!r}))
ledger.answer(0, [Answer(picture="p0", attribute="top color", value="red", annotator="ann")])
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
made = [Answer(picture=f"p{{at}}" * 9, attribute="top color", value="red", annotator="ann") for at in range(40_000)]
try:
    with ledger.step(0, "label"):
        ledger.label(0, made)
except LedgerFullError as error:
    print("full:", error)
print("given", len(ledger.given(0)), "labels", len(list(ledger.labels())))
"""
    )
    assert ended.returncode == 0, ended.stderr
    assert "full: no room for" in ended.stdout and "nothing of this step was kept" in ended.stdout
    assert "given 1 labels 0" in ended.stdout
    with Ledger(path) as ledger:
        assert len(ledger.given(0)) == 1 and not ledger.is_done(0, "label")
    assert issubclass(LedgerFullError, LedgerError)


def test_one_runs_at_a_time_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with Ledger(path) as ledger, Ledger(path) as other:
        with ledger.alone(), pytest.raises(RoundRunningError, match="it must end first"), other.alone():
            pass
        with other.alone():
            pass


@pytest.mark.parametrize("content", [b"no database at all, and long enough to be read as one" * 40, b""])
def test_what_is_no_ledger_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.sqlite3"
    path.write_bytes(content)
    if not content:
        Ledger(path).close()  # an empty file becomes one
        return
    with pytest.raises(LedgerError, match=r"ledger.sqlite3 cannot be used as a ledger"):
        Ledger(path)


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    Ledger(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LedgerError, match="have version 99; this software reads 1"):
        Ledger(path)
