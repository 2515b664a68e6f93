"""One pass over a text that finds what is written for other tools and not for a reader.

It knows how such syntax looks; it does not know words, groups or weights.
"""

from __future__ import annotations

import re

from engine.description.syntax import markdown, prompt_tools
from engine.description.syntax.found import Absent, Cut, Found, Ignored, cut_of, found_by
from engine.description.syntax.headings import Headings
from engine.description.syntax.json_text import read_json

_NOT_ASCII = re.compile("[\u2022\u2013\u2014\u2212\u274c\u26d4\u2716\u2717\u2718\U0001f6ab\U0001f645]")
_AFTER_BRACKET = re.compile(r"\)[-+.01]")
_ITEM = re.compile(r"[^,;\n|]+")
_AROUND_ITEM = " \t\r\"'\u201c\u201d-*\u2022."


class Syntax:
    """The syntax in one text; reading takes time linear in the length.

    Attributes:
        ignored: What is no language, in order, never overlapping.
        cuts: What goes with it: the same, and blanks and commas that join nothing then; in order, never overlapping.
        absent: Where a heading, a parameter or a value says what must not be in the picture: start and end of each
            thing, in order, never overlapping.
    """

    __slots__ = ("ignored", "cuts", "absent")

    def __init__(self, text: str) -> None:
        """Read a text; any string is accepted."""
        self.ignored: list[Ignored] = []
        self.cuts: list[Cut] = []
        self.absent: list[tuple[int, int]] = []
        if _has_signs(text):
            self._read(text)

    def _read(self, text: str) -> None:
        json = read_json(text)
        if json is not None:
            self.ignored, self.cuts = json.ignored, json.cuts
            self._deny(text, json.absent)
            return
        headings = Headings(text)
        found = [*headings.found, *found_by(prompt_tools.RULES, text)]
        found += markdown.found_in(text)
        self._take(text, sorted(found, key=_place))
        self._deny(text, headings.absent)

    def _take(self, text: str, found: list[Found]) -> None:
        floor = cut_floor = 0
        for each in found:
            if each.start >= floor:
                cut = cut_of(text, each, cut_floor)
                self.ignored.append(_stripped(text, each))
                self.cuts.append(cut)
                floor, cut_floor = each.end, cut.end
                floor = max(floor, cut.end)

    def _deny(self, text: str, absent: list[Absent]) -> None:
        reached = 0
        for start, end, listed in sorted(absent):
            if start < reached:
                continue
            if listed:
                items = (_trimmed(text, *match.span()) for match in _ITEM.finditer(text, start, end))
                self.absent += [place for place in items if place[0] < place[1]]
            else:
                self.absent.append((start, end))
            reached = end


def _has_signs(text: str) -> bool:
    """Whether a text has any sign that syntax is made of; most have none.

    One question after another: that takes an eighth of the time of a loop over the signs.
    """
    return (
        ":" in text
        or "\n" in text
        or "- " in text
        or "--" in text
        or ", -" in text
        or "AND" in text
        or "[" in text
        or "<" in text
        or ">" in text
        or "{" in text
        or "}" in text
        or "|" in text
        or "=" in text
        or "#" in text
        or "*" in text
        or "`" in text
        or "__" in text
        or "~~" in text
        or "++" in text
        or "+ " in text
        or ";;" in text
        or "; -" in text
        or "? " in text
        or "BREAK" in text
        or "ADD" in text
        or "/imagine" in text
        or (")" in text and _AFTER_BRACKET.search(text) is not None)
        or (not text.isascii() and _NOT_ASCII.search(text) is not None)
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    first = start + len(words) - len(words.lstrip(_AROUND_ITEM))
    return first, max(first, end - len(words) + len(words.rstrip(_AROUND_ITEM)))


def _place(found: Found) -> tuple[int, int]:
    return found.start, -found.end


def _stripped(text: str, found: Found) -> Ignored:
    said = text[found.start : found.end]
    start = found.start + len(said) - len(said.lstrip())
    return Ignored(start, start + len(said.strip()), found.why)
