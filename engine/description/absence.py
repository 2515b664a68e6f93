"""Phrases that say something is absent: what exactly, and which group would have held it.

It knows the words of absence; it does not know what is done with what is absent.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.description.emphasis import Emphasis
from engine.description.groups import Group
from engine.description.lexicon.absences import absent_things
from engine.description.parser import Parser
from engine.description.spans import Description


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative:
    """Something that must not be in the picture: "no hat" is headwear, "hat"."""

    #: The group it would belong to.
    group: Group
    #: The words, without those of absence.
    text: str


def negatives(description: Description, parser: Parser) -> tuple[Negative, ...]:
    """Return what the description's negated phrases rule out, each with the group that its own words have."""
    found = []
    emphasis = Emphasis(description.text)
    for span in description.spans:
        if span.group is Group.NEGATED:
            for words in absent_things(emphasis.words(span.start, span.end)):
                inner = (each.group for each in parser.parse(words).spans if each.group is not Group.NEGATED)
                found.append(Negative(group=next(inner, Group.OTHER), text=words))
    return tuple(found)
