"""Descriptions from phrases that come with their groups, and weights for whole groups.

The phrases are taken at their word: none is parsed into another group. Spans are recorded while the text is put
together. It knows texts and spans; it does not check what a request may ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from engine.description.emphasis import Emphasis
from engine.description.groups import Group
from engine.description.spans import Description, Span

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

# What is left hanging before a phrase that is taken out, where nothing follows in its clause, and after one otherwise.
_BEFORE = re.compile(
    r"(?:[\s,;]*\b(?:with|and|in|wearing|has|having|over|under|on|carrying|dressed|a|an|the)\b){0,4}[\s,;]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"^\s*(?:(?:,|;|and\b|with\b|over\b|under\b)\s*){0,3}", re.IGNORECASE)
_NUM_LOOKED_AT = 60  # characters of glue beside a phrase; longer glue is a sentence of its own


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that stands in the result, with what it is a phrase of; glue has no span."""

    text: str
    span: Span | None = None


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
    first = next((offset for offset, character in enumerate(words) if character.isalnum()), 0)
    weight = Emphasis(words).weight(first)
    return _Piece(words, Span(start=0, end=len(words), group=group, weight=weight))


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
    for index, span in enumerate(spans):
        words = phrases.get(span.group)
        kept = words is None or (words and span.group not in placed)
        if kept:
            pieces.append(_Piece(text[floor : span.start]))
            own = _Piece(text[span.start : span.end], span) if words is None else _phrase(words, span.group)
            pieces.append(own)
            floor = span.end
        else:
            ceiling = spans[index + 1].start if index + 1 < len(spans) else len(text)
            begins = not any(piece.text.strip() for piece in pieces)
            before, floor = _around(text, floor, span, ceiling, begins=begins)
            pieces.append(_Piece(before))
        if words is not None:
            placed.add(span.group)
    pieces.append(_Piece(text[floor:]))
    return _with_rest(
        pieces, [_phrase(words, group) for group, words in phrases.items() if words and group not in placed]
    )


def _around(text: str, floor: int, span: Span, ceiling: int, *, begins: bool) -> tuple[str, int]:
    """The glue before a phrase that is taken out, and where the text goes on after it."""
    glue = text[floor : span.start]
    following = text[span.end : ceiling]
    ends = not following.strip() and ceiling == len(text)
    if ends or following.lstrip()[:1] in (".", ",", ";", "!", "?"):
        head, tail = glue[:-_NUM_LOOKED_AT], glue[-_NUM_LOOKED_AT:]
        glue = head + _BEFORE.sub("", tail)
        if begins and not glue.strip():  # the text begins here now
            return "", span.end + len(following) - len(following.lstrip(" \t\n,;."))
        return glue, span.end
    match = _AFTER.match(following)
    assert match is not None
    return glue, span.end + match.end()


def _with_rest(pieces: list[_Piece], added: Sequence[_Piece]) -> Description:
    """The pieces, and at their end what the text did not name."""
    if not added:
        return _written(pieces)
    while pieces and pieces[-1].span is None:
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
    offset = 0
    for piece in pieces:
        if piece.span is not None:
            spans.append(replace(piece.span, start=offset, end=offset + len(piece.text)))
        offset += len(piece.text)
    return Description(text="".join(piece.text for piece in pieces), spans=tuple(spans))
