"""What a reader of a text wants to know besides its phrases: words read otherwise than written, other languages.

It knows texts; it does not know requests.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.description.emphasis import Emphasis
from engine.description.grammar.forms import read
from engine.description.grammar.tokens import fold

#: What is said of a text of which most words are unknown.
NOT_ENGLISH = (
    "descriptions are read in English; most words of this one are unknown, so none was given to a part of the picture"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A word ``text[start:end]`` with a typing mistake."""

    start: int
    end: int
    #: How it is read.
    word: str


def corrections(text: str) -> tuple[Correction, ...]:
    """The words of a text that are read as other words, in order: "sneekers" as "sneakers"."""
    reading = read(fold(Emphasis(text).blanked()))
    return tuple(Correction(start=start, end=end, word=word) for start, end, word in sorted(reading.mended))


def warnings(text: str) -> tuple[str, ...]:
    """What in a text may not be as its writer meant, in sentences for people."""
    reading = read(fold(Emphasis(text).blanked()))
    if reading.foreign:
        return (NOT_ENGLISH,)
    return tuple(f"{text[start:end]!r} is read as {word!r}" for start, end, word in sorted(reading.mended))
