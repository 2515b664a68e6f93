"""What every machine annotator is: questions about pictures in, answers from the closed lists out, the rest counted.

It does not know how an annotator finds its answers, or what becomes of them.

Letters: H W sides in pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.annotate.protocol.attributes import Attribute, checked
from engine.annotate.protocol.gates import Mask
from engine.annotate.records import Answer

Pixels: TypeAlias = NDArray[np.uint8]  # [H, W, 3]
MOST_SAID = 160  # characters of an answer outside the schema that are kept


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A picture as an annotator sees it: pixels [H, W, 3], and the regions that are present with their masks."""

    id: str
    pixels: Pixels
    masks: Mapping[str, Mask]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A picture and what is asked about it, all at once."""

    picture: Shown
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, kw_only=True)
class Outside:
    """An answer that is none: what was said instead, cut short, and what is wrong with it."""

    picture: str
    attribute: str
    said: str
    why: str


@dataclass(kw_only=True)
class Replies:
    """What came back: answers, and what lies outside the schema."""

    answers: list[Answer] = field(default_factory=list)
    outside: list[Outside] = field(default_factory=list)

    def take(self, picture: str, attribute: str, said: object, annotator: str, confidence: float | None = None) -> None:
        """Count what was said of an attribute as an answer, or as outside the schema."""
        try:
            if not isinstance(said, str):
                raise ValueError(f"an answer must be text; got {type(said).__name__}")
            value = checked(attribute, said)
        except ValueError as error:
            self.refuse(picture, attribute, said, str(error))
            return
        self.answers.append(
            Answer(picture=picture, attribute=attribute, value=value, annotator=annotator, confidence=confidence)
        )

    def refuse(self, picture: str, attribute: str, said: object, why: str) -> None:
        """Count something outside the schema."""
        cut = str(said)[:MOST_SAID]
        self.outside.append(Outside(picture=picture, attribute=attribute, said=cut, why=why[: 2 * MOST_SAID]))

    def add(self, more: Replies) -> None:
        """Take another one's."""
        self.answers += more.answers
        self.outside += more.outside


class Annotator(Protocol):
    """A machine that answers."""

    @property
    def name(self) -> str:
        """What answers, with its version: answers are kept under it."""
        ...

    def answer(self, asked: Sequence[Asked]) -> Replies:
        """Answers in the order of the pictures; what is missing or outside the schema is in `outside`.

        Raises:
            ValueError: The machine cannot be asked at all.
        """
        ...


class Trained(Annotator, Protocol):
    """A machine that was made here and is kept in a file."""

    def save(self, path: Path) -> None:
        """Write the file, whole."""
        ...


class Learner(Protocol):
    """What makes an annotator from people's answers."""

    def learn(self, pictures: Sequence[Shown], answers: Sequence[Answer]) -> Trained:
        """A new annotator, of another version than any before."""
        ...
