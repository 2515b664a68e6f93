"""What a reader of a text notices besides its phrases: words read otherwise than written, other languages.

It knows texts; it does not know requests.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.description.emphasis import Emphasis
from engine.description.grammar.rules.forms import is_mostly_unknown
from engine.description.grammar.tokens import fold, tokenise


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A word ``text[start:end]`` with a typing mistake."""

    start: int
    end: int
    #: How it is read.
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """What is noticed in one text."""

    #: The words that are read as other words, in order: "sneekers" as "sneakers".
    corrections: tuple[Correction, ...]
    #: Whether most of its words are unknown, so that none has a group but `other`: it is not in English.
    foreign: bool


def notices(emphasis: Emphasis) -> Notices:
    """Return what is noticed in a text; time is linear in its length."""
    folded = fold(emphasis.blanked())
    tokens = tokenise(folded)
    if is_mostly_unknown(tokens, folded):
        return Notices(corrections=(), foreign=True)
    found = [
        Correction(start=start, end=end, word=_cased(emphasis.text[start:end], word))
        for start, end, word in tokens.mended
    ]
    return Notices(corrections=tuple(found), foreign=False)


def corrections(text: str) -> tuple[Correction, ...]:
    """The words of a text that are read as other words, in order."""
    return notices(Emphasis(text)).corrections


def _cased(written: str, word: str) -> str:
    if written.isupper():
        return word.upper()
    return word.capitalize() if written[0].isupper() else word
