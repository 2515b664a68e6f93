"""What people's answers say: where two agree, how often a machine is right, and so what they are asked next.

It knows counting; it does not know how answers came about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.annotate.ledger.entries import Decision, Given, Purpose, Stage, Standing
from engine.annotate.protocol.attributes import UNSURE, Attribute
from engine.annotate.records import Answer
from engine.train.evaluation.scores import wilson

BAR = 0.85  # of the lower bound; the paper's share


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What people say of one question, on which they do not contradict each other."""

    picture: str
    attribute: str
    value: str
    purpose: Purpose


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How often two people gave one answer."""

    asked: int
    agreed: int

    @property
    def share(self) -> float:
        """0 where nobody was asked twice."""
        return self.agreed / self.asked if self.asked else 0.0


def settled(given: Iterable[Given]) -> list[Settled]:
    """One value for each question; where two people differ, none: it neither measures nor teaches."""
    found: dict[tuple[str, str], list[Given]] = {}
    for each in given:
        found.setdefault((each.answer.picture, each.answer.attribute), []).append(each)
    return [
        Settled(picture=picture, attribute=attribute, value=some[0].answer.value, purpose=some[0].purpose)
        for (picture, attribute), some in found.items()
        if len({each.answer.value for each in some}) == 1
    ]


def agreement(given: Iterable[Given]) -> dict[str, Agreement]:
    """By attribute, over the questions that more than one person answered."""
    values: dict[tuple[str, str], list[str]] = {}
    for each in given:
        values.setdefault((each.answer.picture, each.answer.attribute), []).append(each.answer.value)
    found: dict[str, list[bool]] = {}
    for (_, attribute), some in values.items():
        if len(some) > 1:
            found.setdefault(attribute, []).append(len(set(some)) == 1)
    return {name: Agreement(asked=len(some), agreed=sum(some)) for name, some in found.items()}


def standings(
    people: Iterable[Settled],
    machine: Mapping[tuple[str, str], Answer],
    attributes: Sequence[Attribute],
    stage: Stage,
    bar: float = BAR,
    reviewed: Collection[str] = (),
) -> list[Standing]:
    """How a machine stands with each attribute, by the answers of people that measure.

    What people cannot tell is not counted. An attribute whose Wilson lower bound is below `bar`, or of which nothing
    was asked, goes to people again, and one of `reviewed` always does; the machine's answer that is missing is wrong.
    """
    counts: dict[str, list[bool]] = {}
    for each in people:
        if each.purpose is Purpose.EVALUATION and each.value != UNSURE:
            told = machine.get((each.picture, each.attribute))
            counts.setdefault(each.attribute, []).append(told is not None and told.value == each.value)
    found = []
    for attribute in attributes:
        some = counts.get(attribute.name, [])
        low, high = wilson(sum(some), len(some))
        good = some and low >= bar and attribute.name not in reviewed
        decision = Decision.FROZEN if good else Decision.QUEUED
        found.append(
            Standing(
                attribute=attribute.name,
                stage=stage,
                asked=len(some),
                right=sum(some),
                low=low,
                high=high,
                decision=decision,
            )
        )
    return found


def overall(some: Iterable[Standing]) -> float:
    """The share of all answers that were right; 0 where nothing was asked."""
    rows = list(some)
    asked = sum(row.asked for row in rows)
    return sum(row.right for row in rows) / asked if asked else 0.0
