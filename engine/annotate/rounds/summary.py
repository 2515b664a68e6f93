"""What a round came to: accuracy, people's answers and what they cost, and what the data set says by now.

It reads the ledger; it does not know how it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.annotate.ledger.entries import Decision, Stage, Standing
from engine.annotate.ledger.ledger import Ledger
from engine.annotate.people.verdicts import Agreement, agreement, overall
from engine.annotate.protocol.attributes import UNSURE


@dataclass(frozen=True, kw_only=True)
class RoundSummary:
    """One round.

    Attributes:
        number: Of the round.
        machine: The one that it began with.
        before: How that one stood, by attribute; only what was asked in this round.
        after: How the next one stands, by all answers so far.
        answers: What people said in this round, by attribute.
        cost: Of these answers.
        seconds_of_people: That they took, where it is known.
        outside: Answers of machines outside the schema.
        agreement: By attribute, over what two people answered.
        seconds: Of each step; waiting for people is none.
    """

    number: int
    machine: str
    before: Mapping[str, Standing]
    after: Mapping[str, Standing]
    answers: Mapping[str, int]
    cost: float
    seconds_of_people: float
    outside: int
    agreement: Mapping[str, Agreement]
    seconds: Mapping[str, float]

    @property
    def num_answers(self) -> int:
        """People's answers in this round."""
        return sum(self.answers.values())

    @property
    def accuracy_before(self) -> float:
        """Over all answers that measured the machine it began with."""
        return overall(self.before.values())

    @property
    def accuracy_after(self) -> float:
        """Over all answers that measure the next one."""
        return overall(self.after.values())

    @property
    def queued(self) -> tuple[str, ...]:
        """Attributes that people are asked about in the next round."""
        return tuple(name for name, each in self.after.items() if each.decision is Decision.QUEUED)


@dataclass(frozen=True, kw_only=True)
class LabelStatistics:
    """What the data set says: how many pictures, labels, and each attribute's values by how often they occur."""

    pictures: int
    labels: int
    by_people: int
    values: Mapping[str, Mapping[str, int]]


def summary(ledger: Ledger, number: int, price: float) -> RoundSummary:
    """A round as the ledger has it, `price` the cost of one answer of a person."""
    given = ledger.given(number)
    machine = next(row["machine"] for row in ledger.rounds() if row["number"] == number)
    return RoundSummary(
        number=number,
        machine=machine,
        before=ledger.standings(number, Stage.BEFORE),
        after=ledger.standings(number, Stage.AFTER),
        answers=Counter(each.answer.attribute for each in given),
        cost=price * len(given),
        seconds_of_people=sum(each.seconds or 0.0 for each in given),
        outside=ledger.num_outside(number),
        agreement=agreement(given),
        seconds={name: spent for name, spent in ledger.step_seconds(number).items() if " from " not in name},
    )


def summaries(ledger: Ledger) -> list[RoundSummary]:
    """Every round that has ended, at the price that it was begun with."""
    return [
        summary(ledger, row["number"], float(row["settings"].get("price", 0.0)))
        for row in ledger.rounds()
        if row["ended"] is not None
    ]


def label_statistics(ledger: Ledger, people: Sequence[str] = ("people",)) -> LabelStatistics:
    """What the data set says; `people` are the annotators of labels on which people agree."""
    values: dict[str, Counter[str]] = {}
    pictures: set[str] = set()
    total = by_people = 0
    for answer in ledger.labels():
        if answer.value == UNSURE:
            continue
        pictures.add(answer.picture)
        total += 1
        by_people += answer.annotator in people
        values.setdefault(answer.attribute, Counter())[answer.value] += 1
    return LabelStatistics(pictures=len(pictures), labels=total, by_people=by_people, values=values)
