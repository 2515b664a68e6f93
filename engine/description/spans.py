"""What a parsed description is: a text and the spans of it that belong to body groups."""

from __future__ import annotations

from dataclasses import dataclass

from engine.description.groups import Group


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A text with its spans, sorted by offset and never overlapping."""

    #: The text exactly as it came.
    text: str
    #: The phrases found in it; glue words between phrases belong to none.
    spans: tuple[Span, ...]
