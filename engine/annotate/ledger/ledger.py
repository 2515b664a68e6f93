"""One flywheel's ledger: rounds, questions, answers, decisions, machines and labels, each step whole or not at all.

Several processes may have it open: one runs rounds, others take people's answers. It does not know how a round goes.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from engine.annotate.ledger.entries import Decision, Given, Purpose, Question, Stage, Standing
from engine.annotate.ledger.errors import RoundRunningError
from engine.annotate.ledger.schema import connect, transaction, translated
from engine.annotate.records import Answer

_SUGGESTS = "suggested by "  # what the annotator of a suggestion begins with


class Ledger:
    """The file, opened; a context manager that closes it."""

    def __init__(self, path: Path) -> None:
        """Open a ledger, or begin one.

        Raises:
            LedgerError: The file cannot be made, or is no ledger of this version.
        """
        self.path = path
        self._connection = connect(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While the block runs no other process runs a round; a killed one leaves nothing locked.

        Raises:
            RoundRunningError: Another one does.
        """
        lock = self.path.with_name(f"{self.path.name}.lock")
        handle = os.open(lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                who = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
                told = f"process {who}" if who else "another process"
                raise RoundRunningError(f"{told} runs a round of {self.path}; it must end first") from None
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(handle)

    # Rounds and their steps.

    def begin(self, settings: Mapping[str, Any], machine: str) -> int:
        """The round that has not ended, or a new one that begins with this machine."""
        with transaction(self._connection, self.path):
            row = self._one("SELECT number FROM rounds WHERE ended IS NULL")
            if row is not None:
                return int(row[0])
            number = int(self._one("SELECT COALESCE(MAX(number) + 1, 0) FROM rounds")[0])
            self._connection.execute(
                "INSERT INTO rounds (number, settings, machine, began) VALUES (?, ?, ?, ?)",
                (number, json.dumps(settings), machine, time.time()),
            )
            return number

    def end(self, number: int) -> None:
        """The round is over."""
        with transaction(self._connection, self.path):
            self._connection.execute("UPDATE rounds SET ended = ? WHERE number = ?", (time.time(), number))

    def rounds(self) -> list[Mapping[str, Any]]:
        """Every round: `number`, `settings`, `machine`, `began`, `ended` (None while it runs)."""
        rows = self._all("SELECT * FROM rounds ORDER BY number")
        return [{**dict(row), "settings": json.loads(row["settings"])} for row in rows]

    def running(self) -> int | None:
        """The round that has not ended."""
        row = self._one("SELECT number FROM rounds WHERE ended IS NULL")
        return None if row is None else int(row[0])

    def is_done(self, number: int, step: str) -> bool:
        """Whether a step of a round was finished."""
        return self._one("SELECT 1 FROM steps WHERE round = ? AND step = ?", number, step) is not None

    @contextmanager
    def step(self, number: int, step: str, began: float | None = None) -> Iterator[None]:
        """What the block writes is kept with the step's name, whole; whoever is killed in it does it again.

        `began` is when its work began, by `time.monotonic()`, where that was before the block.
        """
        began = time.monotonic() if began is None else began
        with transaction(self._connection, self.path):
            yield
            row = (number, step, time.monotonic() - began)
            self._connection.execute("INSERT OR REPLACE INTO steps (round, step, seconds) VALUES (?, ?, ?)", row)

    def step_seconds(self, number: int) -> dict[str, float]:
        """Seconds of each finished step."""
        return {row[0]: row[1] for row in self._all("SELECT step, seconds FROM steps WHERE round = ?", number)}

    # Questions to people.

    def ask(self, number: int, questions: Sequence[Question]) -> None:
        """Within a step: put questions to people, in their order."""
        rows = [
            (number, at, each.picture, each.attribute, each.purpose.value, each.wanted)
            for at, each in enumerate(questions)
        ]
        self._connection.executemany("INSERT INTO questions VALUES (?, ?, ?, ?, ?, ?)", rows)

    def questions(self, number: int) -> list[Question]:
        """The questions of a round, in order."""
        rows = self._all(
            "SELECT picture, attribute, purpose, wanted FROM questions WHERE round = ? ORDER BY place", number
        )
        return [Question(picture=r[0], attribute=r[1], purpose=Purpose(r[2]), wanted=r[3]) for r in rows]

    # Answers.

    def answer(self, number: int, answers: Iterable[Answer], seconds: float | None = None) -> None:
        """People's answers, kept when this returns; the same person's second answer to a question replaces the first.

        `seconds` is how long each of them took.
        """
        with transaction(self._connection, self.path):
            for each in answers:
                self._connection.execute(
                    "UPDATE answers SET undone = 1 "
                    "WHERE round = ? AND picture = ? AND attribute = ? AND annotator = ? AND undone = 0",
                    (number, each.picture, each.attribute, each.annotator),
                )
                self._insert(number, each, person=True, seconds=seconds)

    def undo(self, number: int, annotator: str) -> Answer | None:
        """Takes back a person's last answer of a round; None where there is none."""
        with transaction(self._connection, self.path):
            row = self._one(
                "SELECT * FROM answers WHERE round = ? AND annotator = ? AND person = 1 AND undone = 0 "
                "ORDER BY number DESC LIMIT 1",
                number,
                annotator,
            )
            if row is None:
                return None
            self._connection.execute("UPDATE answers SET undone = 1 WHERE number = ?", (row["number"],))
            return _answer(row)

    def record(self, number: int, answers: Iterable[Answer]) -> None:
        """Within a step: a machine's answers."""
        for each in answers:
            self._insert(number, each, person=False, seconds=None)

    def suggest(self, number: int, answers: Iterable[Answer]) -> None:
        """Within a step: what a model suggests to people; it is kept beside the questions, and is no label."""
        for each in answers:
            self._insert(number, replace(each, annotator=f"{_SUGGESTS}{each.annotator}"), person=False, seconds=None)

    def suggestions(self, number: int) -> dict[tuple[str, str], Answer]:
        """What was suggested to people in a round, by picture and attribute."""
        rows = self._all(
            "SELECT * FROM answers WHERE round = ? AND person = 0 AND annotator GLOB ?", number, f"{_SUGGESTS}*"
        )
        return {(row["picture"], row["attribute"]): _answer(row) for row in rows}

    def refuse(self, number: int, annotator: str, outside: Iterable[tuple[str, str, str, str]]) -> None:
        """Within a step: answers outside the schema, as picture, attribute, what was said and what is wrong."""
        rows = [(number, picture, attribute, annotator, said, why) for picture, attribute, said, why in outside]
        self._connection.executemany("INSERT INTO outside VALUES (?, ?, ?, ?, ?, ?)", rows)

    def given(self, number: int | None = None) -> list[Given]:
        """People's answers, of one round or of all, in the order in which they came."""
        rows = self._all(
            "SELECT a.*, q.purpose FROM answers a JOIN questions q USING (round, picture, attribute) "
            "WHERE a.person = 1 AND a.undone = 0 AND (:round IS NULL OR a.round = :round) ORDER BY a.number",
            round=number,
        )
        return [
            Given(answer=_answer(row), round=row["round"], purpose=Purpose(row["purpose"]), seconds=row["seconds"])
            for row in rows
        ]

    def recorded(self, annotator: str) -> list[Answer]:
        """What a machine of this name said of questions that people answered."""
        rows = self._all("SELECT * FROM answers WHERE person = 0 AND annotator = ? ORDER BY number", annotator)
        return [_answer(row) for row in rows]

    def num_outside(self, number: int) -> int:
        """How many answers of machines were outside the schema in a round."""
        return int(self._one("SELECT COUNT(*) FROM outside WHERE round = ?", number)[0])

    # Decisions, machines, labels.

    def decide(self, number: int, standings: Iterable[Standing]) -> None:
        """Within a step: how every attribute stands."""
        rows = [
            (number, s.attribute, s.stage.value, s.asked, s.right, s.low, s.high, s.decision.value) for s in standings
        ]
        self._connection.executemany("INSERT OR REPLACE INTO decisions VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def standings(self, number: int, stage: Stage) -> dict[str, Standing]:
        """How the attributes stood, by name."""
        rows = self._all("SELECT * FROM decisions WHERE round = ? AND stage = ?", number, stage.value)
        return {
            row["attribute"]: Standing(
                attribute=row["attribute"],
                stage=stage,
                asked=row["asked"],
                right=row["correct"],
                low=row["low"],
                high=row["high"],
                decision=Decision(row["decision"]),
            )
            for row in rows
        }

    def made(self, name: str, number: int, file: str, answers: int) -> None:
        """Within a step: a machine of this name was made from so many answers and lies in a file beside the ledger."""
        self._connection.execute("INSERT OR REPLACE INTO machines VALUES (?, ?, ?, ?)", (name, number, file, answers))

    def machine(self) -> tuple[str, Path] | None:
        """Name and file of the machine that was made last."""
        row = self._one("SELECT name, file FROM machines ORDER BY round DESC LIMIT 1")
        return None if row is None else (row["name"], self.path.parent / row["file"])

    def label(self, number: int, answers: Iterable[Answer]) -> None:
        """Within a step: what the data set says from now on of a picture's attribute."""
        rows = ((a.picture, a.attribute, a.value, a.confidence, a.annotator, number) for a in answers)
        self._connection.executemany("INSERT OR REPLACE INTO labels VALUES (?, ?, ?, ?, ?, ?)", rows)

    def labelled_by(self, annotator: str) -> set[str]:
        """Pictures of which a machine of this name labelled something."""
        rows = self._all("SELECT DISTINCT picture FROM labels WHERE annotator = ?", annotator)
        return {row[0] for row in rows}

    def pictures(self) -> set[str]:
        """Pictures of which the data set says something."""
        return {row[0] for row in self._all("SELECT DISTINCT picture FROM labels")}

    def labels(self) -> Iterator[Answer]:
        """What the data set says, picture by picture."""
        with translated(self.path):
            for row in self._connection.execute("SELECT * FROM labels ORDER BY picture"):
                yield _answer(row)

    def forget(self, pictures: Iterable[str], attributes: Sequence[str] | None = None) -> None:
        """Within a step: the data set says nothing of these pictures any more, or not of these attributes."""
        for picture in pictures:
            if attributes is None:
                self._connection.execute("DELETE FROM labels WHERE picture = ?", (picture,))
            for attribute in attributes or ():
                self._connection.execute("DELETE FROM labels WHERE picture = ? AND attribute = ?", (picture, attribute))

    def _insert(self, number: int, answer: Answer, *, person: bool, seconds: float | None) -> None:
        self._connection.execute(
            "INSERT INTO answers (round, picture, attribute, annotator, person, value, confidence, seconds) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                answer.picture,
                answer.attribute,
                answer.annotator,
                person,
                answer.value,
                answer.confidence,
                seconds,
            ),
        )

    def _one(self, statement: str, *values: Any) -> Any:
        with translated(self.path):
            return self._connection.execute(statement, values).fetchone()

    def _all(self, statement: str, *values: Any, **named: Any) -> list[Any]:
        with translated(self.path):
            return self._connection.execute(statement, named or values).fetchall()


def _answer(row: Any) -> Answer:
    return Answer(
        picture=row["picture"],
        attribute=row["attribute"],
        value=row["value"],
        annotator=row["annotator"],
        confidence=row["confidence"],
    )
