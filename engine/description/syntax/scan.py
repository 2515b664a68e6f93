"""One pass over a text that finds what is written for other tools and not for a reader.

It knows how such syntax looks; it does not know words, groups or weights.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NETWORK = re.compile(r"<[a-z]{2,16}:[^<>\n]{1,200}>", re.IGNORECASE)
_BLANKS = " \t"
_JOINING = ",;"


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


class Syntax:
    """The syntax in one text; reading takes time linear in the length.

    Attributes:
        ignored: What is no language, in order, never overlapping.
        cuts: What goes with it: the same, and blanks and commas that join nothing then; in order, never overlapping.
    """

    def __init__(self, text: str) -> None:
        """Read a text; any string is accepted."""
        self.ignored: list[Ignored] = []
        self.cuts: list[Cut] = []
        if "<" in text:
            for match in _NETWORK.finditer(text):
                start, end = match.span()
                self.ignored.append(Ignored(start, end, "a network of another tool: none is loaded by a description"))
                self._cut(text, start, end)

    def _cut(self, text: str, start: int, end: int) -> None:
        """Let a whole word go, with the blanks before it, and with a comma that joins nothing then."""
        floor = self.cuts[-1].end if self.cuts else 0
        while start > floor and text[start - 1] in _BLANKS:
            start -= 1
        if start == floor or text[start - 1] in _JOINING or text[start - 1] == "\n":
            after = end
            while after < len(text) and text[after] in _BLANKS:
                after += 1
            if after < len(text) and text[after] in _JOINING:
                end = after + 1
            elif start == floor == 0:
                end = after
        self.cuts.append(Cut(start, end, ""))
