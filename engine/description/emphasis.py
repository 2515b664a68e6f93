"""Prompt-engineer emphasis: "(red dress:1.2)", "((x))", "[x]" as weights of the characters they enclose.

It knows brackets and numbers; it does not know words or groups.
"""

from __future__ import annotations

import re
from typing import NamedTuple

#: A bare round bracket multiplies by this, a square one divides by it.
STEP = 1.1
#: Weights stay within these bounds however deep the brackets nest.
LOWEST, HIGHEST = 0.1, 10.0

# Far more than any weight may be: what is absurd is read as one, so that it can be refused.
_NUMBER = r"\d{1,12}(?:\.\d{0,6})?(?:[eE]\+?\d{1,3})?|\.\d{1,6}"
_SYNTAX = re.compile(rf"(?<!\\)(?:[(\[]|(?::\s*({_NUMBER})\s*)?[)\]])")
_STRIPPED = re.compile(rf"(?<!\\)(?:[(\[]|(?::\s*(?:{_NUMBER})\s*)?[)\]])")


class Bracket(NamedTuple):
    """One matched pair of brackets: offsets of its opening and closing syntax and the factor inside."""

    open_start: int
    open_end: int
    close_start: int
    close_end: int
    factor: float


def brackets(text: str) -> list[Bracket]:
    """Return the matched pairs of a text, ordered by their opening; unmatched brackets mean nothing."""
    stack: list[tuple[str, int, int]] = []
    pairs: list[Bracket] = []
    for match in _SYNTAX.finditer(text):
        mark = match.group()
        if mark in "([":
            stack.append((mark, match.start(), match.end()))
            continue
        wanted = "(" if mark.endswith(")") else "["
        if not stack or stack[-1][0] != wanted:
            continue
        _, start, end = stack.pop()
        number = match.group(1)
        factor = float(number) if number else STEP if wanted == "(" else 1 / STEP
        pairs.append(Bracket(start, end, match.start(), match.end(), factor))
    pairs.sort()
    return pairs


def plain(text: str) -> str:
    """Return the text without emphasis syntax: "(red dress:1.2)" reads "red dress"."""
    return _STRIPPED.sub("", text)


def clamp(weight: float) -> float:
    """Return the weight within the bounds, rounded to four decimals."""
    return round(min(max(weight, LOWEST), HIGHEST), 4)


class Emphasis:
    """Weights along a text, read left to right with non-decreasing offsets."""

    def __init__(self, text: str) -> None:
        self._pairs = brackets(text)
        self._boundaries = _boundaries(self._pairs)
        self._opens = {pair.open_end: pair.open_start for pair in self._pairs}
        self._closes = {pair.close_start: pair.close_end for pair in self._pairs}
        self._next = 0
        self._weight = 1.0

    def weight(self, offset: int) -> float:
        """Return the weight at an offset; offsets of successive calls must not decrease."""
        while self._next < len(self._boundaries) and self._boundaries[self._next][0] <= offset:
            self._weight = self._boundaries[self._next][1]
            self._next += 1
        return self._weight

    def widen(self, start: int, end: int) -> tuple[int, int]:
        """Return a span grown over the syntax that touches it, so that "(red dress:1.2)" is one phrase."""
        while start in self._opens:
            start = self._opens[start]
        while end in self._closes:
            end = self._closes[end]
        return start, end


def _boundaries(pairs: list[Bracket]) -> list[tuple[int, float]]:
    # An opening comes before a closing at the same offset: the pair is empty.
    opening = [(pair.open_end, 0, pair.factor) for pair in pairs]
    closing = [(pair.close_start, 1, pair.factor) for pair in pairs]
    stack = [1.0]
    boundaries: list[tuple[int, float]] = []
    for offset, closes, factor in sorted(opening + closing):
        if not closes:
            stack.append(min(max(stack[-1] * factor, 1e-9), 1e9))
        else:
            stack.pop()
        boundaries.append((offset, clamp(stack[-1])))
    return boundaries
