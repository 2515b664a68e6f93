"""What a parsed description is: a text and the spans of it that belong to body groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.description.groups import Group

#: The greatest weight of a phrase that is drawn.
MAX_WEIGHT = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A phrase ``text[start:end]``; offsets count Unicode code points."""

    #: First code point of the phrase.
    start: int
    #: One past the last code point of the phrase.
    end: int
    #: The group the phrase belongs to.
    group: Group
    #: Emphasis the writer asked for; 1.0 where none was given.
    weight: float = 1.0


# A span of a plain text is made once for every phrase: set through its slots, that takes a third of the time of its
# own way, which looks up how to get past `frozen` for every field.
_new = object.__new__
_set_start, _set_end = Span.__dict__["start"].__set__, Span.__dict__["end"].__set__
_set_group, _set_weight = Span.__dict__["group"].__set__, Span.__dict__["weight"].__set__


def plain_spans(phrases: Iterable[tuple[int, int, Group]]) -> tuple[Span, ...]:
    """Return the spans of phrases (start, end and group) that have no emphasis."""
    spans = []
    for start, end, group in phrases:
        span = _new(Span)
        _set_start(span, start)
        _set_end(span, end)
        _set_group(span, group)
        _set_weight(span, 1.0)
        spans.append(span)
    return tuple(spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A text with its spans, sorted by offset and never overlapping."""

    #: The text exactly as it came.
    text: str
    #: The phrases found in it; glue words between phrases belong to none.
    spans: tuple[Span, ...]
