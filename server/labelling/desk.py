"""What the page needs of whoever keeps questions and answers; it does not know where they are kept."""

from dataclasses import dataclass
from typing import Protocol


class GoneError(Exception):
    """The picture was taken down while somebody looked at it."""


class NotKeptError(Exception):
    """There was no room for an answer; what was kept before is whole."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One question.

    `values` are all its answers, `has_region` says whether a part of the picture can be shown, and `suggested` is what
    a model takes the answer to be, where one that only suggests has seen the picture.
    """

    picture: str
    attribute: str
    region: str
    question: str
    values: tuple[str, ...]
    has_region: bool
    done: int
    open: int
    suggested: str | None = None


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is open of all questions; `second` of these wait for a second person alone."""

    open: int
    second: int


class LabellingDesk(Protocol):
    """Called from worker threads, one call at a time."""

    def left(self) -> Left:
        """What is open for anybody."""
        ...

    def next(self, annotator: str) -> Task | None:
        """The question that comes next for a person; None where all is answered."""
        ...

    def answer(self, picture: str, attribute: str, value: str, annotator: str, seconds: float | None) -> None:
        """Keeps an answer; it is on the disk when this returns.

        Raises:
            ValueError: It was not asked, or is none of the answers there are.
            GoneError: The picture is not there any more.
            NotKeptError: There is no room for it.
        """
        ...

    def undo(self, annotator: str) -> Task | None:
        """Takes a person's last answer back; its question, or None where there is none.

        Raises:
            GoneError: The answer is taken back, and its picture is not there any more.
        """
        ...

    def picture(self, picture: str) -> bytes:
        """The picture as a PNG.

        Raises:
            KeyError: No question is about it.
            GoneError: It is not there any more.
        """
        ...

    def shade(self, picture: str, region: str) -> bytes:
        """A PNG as large as the picture that darkens what is not of the region.

        Raises:
            KeyError: No question is about the picture, or it does not show the region.
            GoneError: It is not there any more.
        """
        ...
