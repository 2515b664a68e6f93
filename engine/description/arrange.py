"""Descriptions from phrases that come with their groups, and weights for whole groups.

The phrases are taken at their word: none is parsed into another group. Spans are recorded while the text is put
together. It knows texts and spans; it does not check what a request may ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.description.emphasis import Emphasis, escapes
from engine.description.gaps import around_phrase
from engine.description.groups import Group
from engine.description.spans import Description, Span
from engine.description.weighted_spans import weighted_spans

#: The order of published training: framing, then CosmicMan-HQ's slots; groups without a slot stand beside their kin.
ORDER: tuple[Group, ...] = (
    Group.SHOT,
    Group.PERSON,
    Group.BODY,
    Group.BACKGROUND,
    Group.FACE,
    Group.HAIR,
    Group.DRESS,
    Group.TOP,
    Group.OUTERWEAR,
    Group.BOTTOM,
    Group.FOOTWEAR,
    Group.BAG,
    Group.HEADWEAR,
    Group.EYEWEAR,
    Group.BELT,
    Group.NECKWEAR,
    Group.ACCESSORY,
    Group.STYLE,
    Group.LEGWEAR,
    Group.OTHER,
    Group.NEGATED,
)
assert set(ORDER) == set(Group)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that stands in the result, with the spans in it, counted from its own beginning; glue has none."""

    text: str
    spans: tuple[Span, ...] = ()


def arrange(description: Description, groups: Mapping[Group, str], weights: Mapping[Group, float]) -> Description:
    """Return the description with phrases given for groups, and with weights multiplied into every phrase of a group.

    A text that says nothing is composed from the groups alone, in the order of `ORDER`. Otherwise a group's phrase
    takes the place of the first phrase that the text has for it, and the text's other phrases of that group are taken
    out; a group that the text does not name is added at the end. An empty phrase takes the group out.
    """
    phrases = {group: groups[group].strip() for group in ORDER if group in groups}
    if not description.text.strip():
        description = _joined([_phrase(words, group) for group, words in phrases.items() if words])
    elif phrases:
        description = _replaced(description, phrases)
    spans = [
        replace(span, weight=round(span.weight * weights[span.group], 4)) if span.group in weights else span
        for span in description.spans
    ]
    return Description(text=description.text, spans=tuple(spans))


def _phrase(words: str, group: Group) -> _Piece:
    """A whole phrase, its own emphasis read as the parser would."""
    return _Piece(words, tuple(weighted_spans(Emphasis(words), 0, len(words), group)))


def _joined(phrases: Sequence[_Piece]) -> Description:
    pieces: list[_Piece] = []
    for phrase in phrases:
        pieces += [_Piece(", "), phrase] if pieces else [phrase]
    return _written(pieces)


def _replaced(description: Description, phrases: Mapping[Group, str]) -> Description:
    text, spans = description.text, description.spans
    pieces: list[_Piece] = []
    placed: set[Group] = set()
    floor = 0  # what is before it stands in `pieces` or is gone
    begins = True  # whether nothing of the text stands there
    for index, span in enumerate(spans):
        words = phrases.get(span.group)
        kept = words is None or (words and span.group not in placed)
        if kept:
            pieces.append(_Piece(text[floor : span.start]))
            pieces.append(_own(text, span) if words is None else _phrase(words, span.group))
            floor, begins = span.end, False
        else:
            ceiling = spans[index + 1].start if index + 1 < len(spans) else len(text)
            cut, after = around_phrase(text, floor, span.start, span.end, ceiling, begins=begins)
            pieces.append(_Piece(text[floor:cut]))
            floor, begins = after, begins and not pieces[-1].text.strip()
        if words is not None:
            placed.add(span.group)
    pieces.append(_Piece(text[floor:]))
    return _with_rest(
        pieces, [_phrase(words, group) for group, words in phrases.items() if words and group not in placed]
    )


def _own(text: str, span: Span) -> _Piece:
    return _Piece(text[span.start : span.end], (replace(span, start=0, end=span.end - span.start),))


def _with_rest(pieces: list[_Piece], added: Sequence[_Piece]) -> Description:
    """The pieces, and at their end what the text did not name."""
    if not added:
        return _written(pieces)
    while pieces and not pieces[-1].spans:
        stripped = pieces[-1].text.rstrip(" \t\n,;")
        pieces[-1] = _Piece(stripped)
        if stripped:
            break
        pieces.pop()
    if pieces:
        pieces.append(_Piece(" " if pieces[-1].text.endswith((".", "!", "?")) else ", "))
    for number, phrase in enumerate(added):
        pieces += [_Piece(", "), phrase] if number else [phrase]
    return _written(pieces)


def _written(pieces: Sequence[_Piece]) -> Description:
    spans: list[Span] = []
    parts: list[str] = []
    offset = 0
    for piece in pieces:
        if parts and piece.text and escapes(parts[-1], piece.text):
            parts.append(" ")
            offset += 1
        spans += [replace(span, start=offset + span.start, end=offset + span.end) for span in piece.spans]
        if piece.text:
            parts.append(piece.text)
        offset += len(piece.text)
    return Description(text="".join(parts), spans=tuple(spans))
