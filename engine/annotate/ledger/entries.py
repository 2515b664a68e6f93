"""What is written into a ledger and read from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.annotate.records import Answer


class Purpose(StrEnum):
    """What a question to people is for."""

    EVALUATION = "evaluation"  # drawn by chance within strata: tells how often the machine is right, and teaches
    TRAINING = "training"  # where the machine is least sure: teaches alone


class Stage(StrEnum):
    """Which machine a decision is about."""

    BEFORE = "before"  # the one that the round began with
    AFTER = "after"  # the one that learnt from the round's answers


class Decision(StrEnum):
    """What becomes of an attribute."""

    QUEUED = "queued"  # people are asked about it in the next round
    FROZEN = "frozen"  # the machine is good enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question to people: `wanted` of them are asked."""

    picture: str
    attribute: str
    purpose: Purpose
    wanted: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A person's answer, in which round and in how many seconds it was given."""

    answer: Answer
    round: int
    purpose: Purpose
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How often a machine is right about an attribute: counts, the Wilson interval, and what follows."""

    attribute: str
    stage: Stage
    asked: int
    right: int
    low: float
    high: float
    decision: Decision

    @property
    def accuracy(self) -> float:
        """The share that is right; 0 where nothing was asked."""
        return self.right / self.asked if self.asked else 0.0
