"""Phrases to spans of one weight each: where brackets weigh a part of a phrase, that part is a span of its own.

It knows which words only join others; how weights are written is `emphasis`'s to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.description.emphasis import Emphasis
from engine.description.groups import Group
from engine.description.lexicon import LEXICON, Kind
from engine.description.spans import Description, Span

# A word, or a sign that is no punctuation, such as an emoji.
_WORD = re.compile(r"[^\W_]+|[^\w\s!-/:-@\[-`{-~]")
_JOINING = frozenset(
    (Kind.DETERMINER, Kind.PREDETERMINER, Kind.CONJUNCTION, Kind.RELATIVE, Kind.COPULA, Kind.WITH, Kind.OF,
     Kind.PREPOSITION, Kind.SCENE_PREPOSITION, Kind.SUBJECT, Kind.OBJECT, Kind.WEAR)
)  # fmt: skip


def weighted_spans(emphasis: Emphasis, start: int, end: int, group: Group) -> list[Span]:
    """The spans of the phrase ``text[start:end]``, in order, with the marks that touch them.

    Words that only join ("a", "with") weigh as the words they stand beside. What is absent carries no weight.
    """
    if group is Group.NEGATED:
        parts = [(start, end, 1.0)]
    else:
        parts = _parts(emphasis, start, end)
    widened = [(*emphasis.widen(first, last), weight) for first, last, weight in parts]
    return [Span(start=first, end=last, group=group, weight=weight) for first, last, weight in widened]


def weighted_glue(emphasis: Emphasis, start: int, end: int) -> Iterator[Span]:
    """Spans for words of no phrase that brackets weigh all the same: they belong to no group but `other`."""
    for first, last, weight in emphasis.stretches(start, end):
        words = list(_WORD.finditer(emphasis.spaced, first, last)) if weight != 1.0 else []
        if _say_something(words):
            first, last = emphasis.widen(words[0].start(), words[-1].end())
            yield Span(start=first, end=last, group=Group.OTHER, weight=weight)


def weighted(text: str) -> Description:
    """A text whose groups do not matter, as spans of its weights; where it has none, no span."""
    return Description(text=text, spans=tuple(weighted_glue(Emphasis(text), 0, len(text))))


def _parts(emphasis: Emphasis, start: int, end: int) -> list[tuple[int, int, float]]:
    """Where the parts of one weight begin and end; together they hold every word of the phrase."""
    if emphasis.is_even(start, end):
        return [(start, end, emphasis.weight(start))]
    parts: list[tuple[int, int, float]] = []
    reached = start  # where the words read so far end
    for first, last, weight in emphasis.stretches(start, end):
        words = list(_WORD.finditer(emphasis.spaced, first, last))
        if _say_something(words) and (not parts or parts[-1][2] != weight):
            if parts:
                parts[-1] = (parts[-1][0], reached, parts[-1][2])
            parts.append((words[0].start() if parts else start, end, weight))
        reached = words[-1].end() if words else reached
    return parts or [(start, end, emphasis.weight(start))]


def _say_something(words: list[re.Match[str]]) -> bool:
    for word in words:
        known = LEXICON.get(word.group().lower())
        if known is None or known.kind not in _JOINING:
            return True
    return False
