"""The desk where people answer: which question comes next for whom, what was said, and taking it back.

It keeps nothing itself: all is in the ledger, so a desk that is killed goes on where it was. It does not know HTTP.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from engine.annotate.ledger.entries import Question
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.protocol.attributes import BY_NAME, NONE, UNSURE, checked
from engine.annotate.records import Answer


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a round's questions are answered; `second` of the open ones wait for a second person alone."""

    done: int
    open: int
    second: int


class Desk:
    """The questions of one round."""

    def __init__(self, ledger: Ledger, round_number: int, there: Callable[[str], bool] = lambda picture: True) -> None:
        """Takes the parts.

        Args:
            ledger: Where questions and answers are.
            round_number: Whose questions are answered.
            there: Whether a picture is still there; nobody is asked about one that was taken down.
        """
        self.ledger, self.round, self._there = ledger, round_number, there
        self.questions = ledger.questions(round_number)
        self._known = {(each.picture, each.attribute) for each in self.questions}

    def next(self, annotator: str) -> Question | None:
        """The first question that is open for this person; None where there is none.

        Nobody answers a question twice, and what depends on a thing that is not there is not asked.
        """
        return next(self._open(annotator, self._told()), None)

    def open(self, annotator: str | None = None) -> list[Question]:
        """All questions that are open, for one person or for anybody."""
        return list(self._open(annotator, self._told()))

    def progress(self) -> Progress:
        """Questions that need no more answers, and those that do."""
        told = self._told()
        asked = list(self._open(None, told))
        second = sum((each.picture, each.attribute) in told for each in asked)
        return Progress(done=len(self.questions) - len(asked), open=len(asked), second=second)

    def answer(self, picture: str, attribute: str, value: str, annotator: str, seconds: float | None = None) -> None:
        """Keep a person's answer.

        Raises:
            ValueError: It was not asked, is none of the answers there are, or its picture was taken down; the message
                says which.
        """
        if not annotator.strip() or len(annotator) > 60:
            raise ValueError(f"annotator must be a name of 1 to 60 characters; got {annotator[:60]!r}")
        if (picture, attribute) not in self._known:
            raise ValueError(
                f"picture and attribute must be of a question of round {self.round}; got {attribute[:60]!r}"
            )
        if not self._there(picture):
            raise ValueError(f"the picture {picture[:12]} was taken down: nothing is asked about it any more")
        given = Answer(picture=picture, attribute=attribute, value=checked(attribute, value), annotator=annotator)
        self.ledger.answer(self.round, [given], seconds)

    def undo(self, annotator: str) -> Answer | None:
        """Take back this person's last answer; None where there is none."""
        return self.ledger.undo(self.round, annotator)

    def _open(self, annotator: str | None, told: dict[tuple[str, str], dict[str, str]]) -> Iterator[Question]:
        there = functools.cache(self._there)
        return (each for each in self.questions if self._is_open(each, told, annotator) and there(each.picture))

    def _told(self) -> dict[tuple[str, str], dict[str, str]]:
        found: dict[tuple[str, str], dict[str, str]] = {}
        for each in self.ledger.given(self.round):
            answer = each.answer
            found.setdefault((answer.picture, answer.attribute), {})[answer.annotator] = answer.value
        return found

    def _is_open(self, question: Question, told: dict[tuple[str, str], dict[str, str]], annotator: str | None) -> bool:
        given = told.get((question.picture, question.attribute), {})
        if len(given) >= question.wanted or annotator in given:
            return False
        return not self._is_void(question, told)

    def _is_void(self, question: Question, told: dict[tuple[str, str], dict[str, str]]) -> bool:
        parent = BY_NAME[question.attribute].parent
        values: Collection[str] = told.get((question.picture, parent), {}).values() if parent else ()
        return any(value in (NONE, UNSURE) for value in values)
