"""The parser: gives every phrase of a free text its body group, with exact character spans.

It knows how chunks attach to one another; it loads no model and does not know what is drawn from the result.
"""

from __future__ import annotations

from engine.description.emphasis import Emphasis
from engine.description.grammar.rules.forms import read
from engine.description.grammar.tokens import fold
from engine.description.groups import Group
from engine.description.spans import Description, Span, plain_spans
from engine.description.weighted_spans import weighted_glue, weighted_spans


class Parser:
    """Parses descriptions; holds no state, so one parser serves any number of threads."""

    def parse(self, text: str) -> Description:
        """Return the description of a text.

        Total: any string is accepted (empty, lone surrogates, NUL, megabytes) and nothing is raised; time is linear
        in its length. Offsets count Unicode code points. Marks of emphasis change the group of no word; a span takes
        in those that touch it ("(red dress:1.2)"), and carries their weight. Words in no span belong to no group.
        """
        emphasis = Emphasis(text)
        phrases = read(fold(emphasis.blanked()))
        if emphasis.syntax.absent:
            phrases = sorted([*phrases, *((start, end, Group.NEGATED) for start, end in emphasis.syntax.absent)])
        if not emphasis.marks:
            return Description(text=text, spans=plain_spans(phrases))
        spans: list[Span] = []
        floor = 0
        for start, end, group in phrases:
            spans += weighted_glue(emphasis, floor, start)
            spans += weighted_spans(emphasis, start, end, group)
            floor = end
        spans += weighted_glue(emphasis, floor, len(text))
        return Description(text=text, spans=tuple(spans))


_PARSER = Parser()


def parse(text: str) -> Description:
    """Return the description of a text; see `Parser.parse`."""
    return _PARSER.parse(text)
