"""What a search for syntax finds, and what goes with it when it is taken out of a text.

It knows places; it does not know how any syntax looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple


class Goes(Enum):
    """How something goes out of a text."""

    #: As a word does: with the blanks before it, and a comma that joins nothing then.
    WORD = "word"
    #: Alone: it touches the words beside it.
    MARK = "mark"
    #: Phrases on its two sides are parted by it.
    PARTS = "parts"
    #: As the beginning of a line: the line break before it parts phrases.
    LINE = "line"
    #: A key is before it and the key's value after it.
    COLON = "colon"


class Ignored(NamedTuple):
    """Characters ``text[start:end]`` that no encoder reads, and why."""

    start: int
    end: int
    why: str


class Cut(NamedTuple):
    """Characters ``text[start:end]`` that are no words, and what a reader would have written there."""

    start: int
    end: int
    instead: str
    #: The separator that a parser is to see there; nothing where phrases go on.
    parting: str = ""


class Absent(NamedTuple):
    """Characters ``text[start:end]`` that name what must not be in the picture."""

    start: int
    end: int
    #: Whether commas part it into several things.
    listed: bool


class Found(NamedTuple):
    """One piece of syntax."""

    start: int
    end: int
    why: str
    goes: Goes


class Rule(NamedTuple):
    """How one kind of syntax is recognised."""

    #: A text without any of these has none of it.
    hints: tuple[str, ...]
    pattern: re.Pattern[str]
    why: str
    goes: Goes = Goes.WORD
    #: Whether a match is what it looks like, given all of the text.
    holds: Callable[[re.Match[str]], bool] | None = None


def found_by(rules: tuple[Rule, ...], text: str) -> list[Found]:
    """Everything that the rules find in a text, in no order; a group named "it" is what goes, else the whole match."""
    found = []
    for hints, pattern, why, goes, holds in rules:
        if any(hint in text for hint in hints):
            which = "it" if "it" in pattern.groupindex else 0
            for match in pattern.finditer(text):
                start, end = match.span(which)
                if start < end and (holds is None or holds(match)):
                    found.append(Found(start, end, why, goes))
    return found


_BLANKS = " \t"
_INSTEAD = {Goes.PARTS: (", ", ";"), Goes.LINE: (", ", "\n"), Goes.COLON: (": ", ":")}


def cut_of(text: str, found: Found, floor: int) -> Cut:
    """What is cut out of a text for one piece of syntax; the cut before it ends at `floor`."""
    start, end, _, goes = found
    if goes is Goes.MARK:
        return Cut(start, end, "")
    blanks = _BLANKS + "\r\n" if goes is Goes.LINE else _BLANKS
    while start > floor and text[start - 1] in blanks:
        start -= 1
    if goes is not Goes.WORD:
        while end < len(text) and text[end] in _BLANKS:
            end += 1
        return Cut(start, end, *_INSTEAD[goes])
    if start == floor or text[start - 1] in ",;\n":
        after = end
        while after < len(text) and text[after] in _BLANKS:
            after += 1
        if after < len(text) and text[after] in ",;":
            end = after = after + 1
        if start == 0:
            end = after + len(text[after:]) - len(text[after:].lstrip(_BLANKS))
    return Cut(start, end, "")
