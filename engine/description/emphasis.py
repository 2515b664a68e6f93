r"""Emphasis: how a text says that some of its words weigh more or less, and the one place that reads it.

The grammar, left to right over the characters of a text::

    text   = { escape | round | square | any other character }
    round  = "(" text [ ":" number ] ")"     the words inside, times the number; times 1.1 without one
    square = "[" text "]"                    the words inside, divided by 1.1
    escape = "\" ( "(" | ")" | "[" | "]" | "\" )     that character itself, as text
    number = [ "+" ] digits [ "." [ digits ] ] [ exponent ] | [ "+" ] "." digits [ exponent ]

Blanks may stand around the colon and the number. Groups nest, and their factors multiply. Brackets, a number with its
colon and the backslash of an escape are *marks*: they are never words. A bracket without a partner is a mark that says
nothing. What is written like a weight and is none is a *mistake* that a request is refused for: another number than
the grammar has ("-1", "1,5", "120%"), a number in square brackets, or one whose bracket has no partner. Everything
else, such as the colon of "(a woman: tall)", is text.

It knows brackets and numbers; it does not know words or groups, or which weights a request may ask for.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from engine.description.syntax import Syntax

#: A round bracket without a number multiplies by this, a square one divides by it.
STEP = 1.1
#: However deep the brackets nest, a weight stays below this, and so finite.
HIGHEST = 1e6

_MARK = re.compile(r"\\[()\[\]\\]|[(\[]|(?::(?P<number>[-+.,%×xeE0-9 \t]*))?[)\]]")
_NUMBER = re.compile(r"\+?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
# What only a number would be written as: it is no text.
_NEARLY_NUMBER = re.compile(r"[-+]*[ \t]*[.,]?[0-9][0-9.,]*(?:[eE][-+]?[0-9]*)?[ \t]*[%×x]?")
# A number after a bracket that is never closed: "(red dress:1.2, boots".
_UNCLOSED = re.compile(r"[^()\[\]:\\]*:[ \t]*\+?[0-9.]*[0-9][ \t]*(?:$|[,;\n])")
# After these a bracket closes an aside, as a comma would: "a shirt (white) and trousers".
_GOES_ON = re.compile(r"[)\]]*\s+(?:and|or|with|in|on|at|over|under|for|from|by)\b", re.IGNORECASE)
# Before these a bracket opens what the sentence goes on with, and no aside.
_LEADS_ON = re.compile(
    r"\b(?:an?|the|no|not|without|any|in|on|at|with|of|and|or|over|under|his|her|their|wearing)\s*$", re.IGNORECASE
)
# Neither marks nor syntax can be made of these alone, and most of what a data set says is.
_UNMARKED = re.compile(r"[a-z0-9 ,]*")
_WORD_BEFORE = 12  # characters, more than the longest of them


class Mistake(NamedTuple):
    """What is written like a weight and is none: the characters from `start` to `end`, and the rule they break."""

    start: int
    end: int
    rule: str


class _Pair(NamedTuple):
    """Two brackets that belong together: where each begins and ends, and the factor of what is between them."""

    open_start: int
    open_end: int
    close_start: int
    close_end: int
    factor: float


class Emphasis:
    """The marks of one text and the weight of every character of it; reading takes time linear in the length.

    Attributes:
        text: The text as it was written.
        marks: Where its marks begin and end, in order.
        mistakes: What is written like a weight and is none, in order.
        spaced: The text with a space for every character of a mark.
    """

    def __init__(self, text: str) -> None:
        """Read a text; any string is accepted."""
        self.text = text
        self.syntax = syntax = Syntax(text)
        # What is no language can be no part of a weight either.
        self._readable = _spaced(text, [(cut.start, cut.end) for cut in syntax.cuts], "\0") if syntax.cuts else text
        self.marks: list[tuple[int, int]] = []
        self.mistakes: list[Mistake] = []
        self._pairs: list[_Pair] = []
        # Five searches for one character each are eight times as fast as one for any of them.
        readable = self._readable
        if "(" in readable or ")" in readable or "[" in readable or "]" in readable or "\\" in readable:
            self._read()
        self._seams = self._add_cuts() if syntax.cuts else {}
        self.spaced = _spaced(text, self.marks) if self.marks else text
        self._mark_ends = [end for _, end in self.marks]
        self._opens = {pair.open_end: pair.open_start for pair in self._pairs}
        self._closes = {pair.close_start: pair.close_end for pair in self._pairs}
        self._offsets, self._weights = _steps(self._pairs)

    def weight(self, offset: int) -> float:
        """The weight of one character."""
        return self._weights[bisect_right(self._offsets, offset)]

    def is_even(self, start: int, end: int) -> bool:
        """Whether all of ``text[start:end]`` lies inside the same brackets."""
        return bisect_right(self._offsets, start) == bisect_right(self._offsets, end - 1)

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int, float]]:
        """The parts of ``text[start:end]`` that have one weight each: start, end and weight."""
        index = bisect_right(self._offsets, start)
        while start < end:
            stop = min(end, self._offsets[index]) if index < len(self._offsets) else end
            if start < stop:
                yield start, stop, self._weights[index]
            start, index = stop, index + 1

    def widen(self, start: int, end: int) -> tuple[int, int]:
        """A part of the text grown over the marks that touch it, so that "(red dress:1.2)" is one phrase."""
        while start in self._opens:
            start = self._opens[start]
        while end in self._closes:
            end = self._closes[end]
        return start, end

    def blanked(self) -> str:
        """The text with a space for every character that no grammar reads, so that offsets stay.

        A bracket that closes an aside becomes the comma that could stand there, and syntax that parts phrases what
        would part them. What is absent by a heading or its value is read already.
        """
        syntax = self.syntax
        if not self.marks and not syntax.absent:
            return self.text
        asides = [pair.close_start for pair in self._pairs if self._is_aside(pair)]
        partings = [(cut.start, cut.parting) for cut in syntax.cuts if cut.parting]
        if not asides and not partings and not syntax.absent:
            return self.spaced
        characters = list(self.spaced)
        for start, end in syntax.absent:
            characters[start:end] = ";" + " " * (end - start - 1)
        for place, parting in [*partings, *((place, ",") for place in asides)]:
            characters[place] = parting
        return "".join(characters)

    def between_marks(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The parts of ``text[start:end]`` that hold no mark, none of them empty."""
        for index in range(bisect_right(self._mark_ends, start), len(self.marks)):
            first, last = self.marks[index]
            if first >= end:
                break
            if start < first:
                yield start, first
            start = last
        if start < end:
            yield start, end

    def words(self, start: int, end: int) -> str:
        """``text[start:end]`` without marks; a space stands where a mark alone parted two words."""
        parts: list[str] = []
        for first, last in self.between_marks(start, end):
            if parts and parts[-1][-1].isalnum() and self.text[first].isalnum():
                parts.append(self.seam(first) or " ")
            parts.append(self.text[first:last])
        return "".join(parts)

    def seam(self, offset: int) -> str:
        """What a reader would have written between the marks that end at an offset and what is before them."""
        return self._seams.get(offset, "")

    def _add_cuts(self) -> dict[int, str]:
        """Let what is no language be marks as well; where a run of marks ends, and what stands instead."""
        self.marks = sorted([*self.marks, *((cut.start, cut.end) for cut in self.syntax.cuts)])
        instead = {cut.start: cut.instead for cut in self.syntax.cuts}
        seams: dict[int, str] = {}
        reached, seam = 0, ""
        for start, end in self.marks:
            seam = (seam if start == reached else "") or instead.get(start, "")
            if seam:
                seams[end] = seam
            reached = end
        return seams

    def _read(self) -> None:
        opened: list[tuple[str, int]] = []
        for match in _MARK.finditer(self._readable):
            mark, start, end = match.group(), match.start(), match.end()
            if mark[0] == "\\":
                self.marks.append((start, start + 1))
            elif mark in "([":
                self.marks.append((start, end))
                opened.append((mark, start))
            else:
                self._close(opened, match)
        for _, start in opened:
            number = _UNCLOSED.match(self._readable, start + 1)
            if number is not None:
                end = number.end() - (number.group()[-1:] in (",", ";", "\n"))
                self.mistakes.append(Mistake(start, end, "the bracket of a weight must be closed"))
        self._pairs.sort()
        self.mistakes.sort()

    def _close(self, opened: list[tuple[str, int]], match: re.Match[str]) -> None:
        start, end = match.span()
        written, factor, rule = (match.group("number") or "").strip(), None, ""
        if not _NEARLY_NUMBER.fullmatch(written):
            start, written = end - 1, ""
        elif _NUMBER.fullmatch(written):
            factor = min(float(written), HIGHEST)
        else:
            rule = f"a weight must be a number such as 1.2; got {written[:20]!r}"
        self.marks.append((start, end))
        wanted = "(" if match.group()[-1] == ")" else "["
        partner = opened.pop()[1] if opened and opened[-1][0] == wanted else None
        if written and wanted == "[":
            rule = rule or "square brackets take no number, as in [red dress]; (red dress:0.8) does"
        if written and partner is None:
            rule = rule or "the bracket of a weight must be opened"
        if rule:
            self.mistakes.append(Mistake(start if partner is None else partner, end, rule))
        if partner is not None:
            bare = STEP if wanted == "(" else 1 / STEP
            self._pairs.append(_Pair(partner, partner + 1, start, end, bare if factor is None else factor))

    def _is_aside(self, pair: _Pair) -> bool:
        if pair.close_end - pair.close_start > 1 or _GOES_ON.match(self._readable, pair.close_end) is None:
            return False
        before = self._readable[max(0, pair.open_start - _WORD_BEFORE) : pair.open_start]
        return before.rstrip()[-1:].isalnum() and not _LEADS_ON.search(before)


def _spaced(text: str, marks: list[tuple[int, int]], blank: str = " ") -> str:
    """The text with a blank for every character of a mark."""
    parts, reached = [], 0
    for start, end in marks:
        parts += [text[reached:start], blank * (end - start)]
        reached = end
    return "".join([*parts, text[reached:]])


def plain(text: str) -> str:
    """Return the text without marks: "(red dress:1.2)" reads "red dress"."""
    if _UNMARKED.fullmatch(text):
        return text
    return Emphasis(text).words(0, len(text))


def escapes(before: str, after: str) -> bool:
    """Whether the end of one text could make text of a bracket that another begins with."""
    return before.endswith("\\") and after[0] in "()[]\\"


def _steps(pairs: list[_Pair]) -> tuple[list[int], list[float]]:
    """Where the weight changes, and the weights before, between and after these places."""
    opening = [(pair.open_end, 0, pair.factor) for pair in pairs]
    closing = [(pair.close_start, 1, pair.factor) for pair in pairs]
    stack, offsets, weights = [1.0], [], [1.0]
    # An opening comes before a closing at the same offset: the pair is empty.
    for offset, closes, factor in sorted(opening + closing):
        if closes:
            stack.pop()
        else:
            stack.append(min(stack[-1] * factor, HIGHEST))
        offsets.append(offset)
        weights.append(round(stack[-1], 4))
    return offsets, weights
