"""The parser: gives every phrase of a free text its body group, with exact character spans.

It knows how chunks attach to one another; it loads no model and does not know what is drawn from the result.
"""

from __future__ import annotations

from engine.description.emphasis import Emphasis
from engine.description.grammar.assembly import Assembly
from engine.description.grammar.chunks import Chunker
from engine.description.grammar.tokens import fold, tokenise
from engine.description.spans import Description, Span


class Parser:
    """Parses descriptions; holds no state, so one parser serves any number of threads."""

    def parse(self, text: str) -> Description:
        """Return the description of a text.

        Total: any string is accepted (empty, lone surrogates, NUL, megabytes) and nothing is raised; time is linear
        in its length. Offsets count Unicode code points. A span takes in the emphasis syntax that touches it
        ("(red dress:1.2)"), and carries its weight. Words in no span belong to no group.
        """
        phrases = Assembly(Chunker(tokenise(fold(text))).read()).read()
        if "(" not in text and "[" not in text:
            return Description(
                text=text, spans=tuple([Span(start=start, end=end, group=group) for start, end, group in phrases])
            )
        emphasis = Emphasis(text)
        spans: list[Span] = []
        floor = 0
        for start, end, group in phrases:
            weight = emphasis.weight(start)
            start, end = emphasis.widen(start, end)
            start = max(start, floor)
            spans.append(Span(start=start, end=end, group=group, weight=weight))
            floor = end
        return Description(text=text, spans=tuple(spans))


_PARSER = Parser()


def parse(text: str) -> Description:
    """Return the description of a text; see `Parser.parse`."""
    return _PARSER.parse(text)
