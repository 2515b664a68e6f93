"""Texts to phrases: forms and lists field by field, everything between fields as sentences.

It knows what a field's name makes of its value; how fields are found is `fields`'s to know.
"""

from __future__ import annotations

import re

from engine.description.grammar.assembly import Assembly
from engine.description.grammar.chunks import Chunker
from engine.description.grammar.fields import Field, find_fields
from engine.description.grammar.tokens import tokenise
from engine.description.groups import Group

Phrases = list[tuple[int, int, Group]]

#: Groups of garments, which keep their own group in the value of another: "upper body: a denim jacket".
_GARMENTS = frozenset(
    (
        Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.FOOTWEAR, Group.HEADWEAR, Group.EYEWEAR,
        Group.BAG, Group.NECKWEAR, Group.LEGWEAR, Group.NEGATED,
    )
)  # fmt: skip
_KEPT = _GARMENTS | {Group.BELT, Group.ACCESSORY, Group.HAIR, Group.FACE}
_NOTHING = re.compile(r"[\s\"'\[{*_]*(?:none|no|nothing|n/a|nil|null|absent)[\s\"'\]},.*_]*")
_PIECE = re.compile(r"[^\"\[\]{}|\n`]+")
_WORD = re.compile(r"[^\W_]")
_BULLET = re.compile(r"[\s,;:.*+•#>=-]+")
_AFTER = " \t,;:.*_+=-"


def read_phrases(folded: str) -> Phrases:
    """The phrases of a folded text in order; they never overlap."""
    found = find_fields(folded)
    if not found:
        return _sentences(folded)
    phrases: Phrases = []
    at = 0
    for field in found:
        phrases += _between(folded, at, field.start)
        phrases += _field(folded, field)
        at = field.end
    return phrases + _between(folded, at, len(folded))


def _sentences(folded: str) -> Phrases:
    return Assembly(Chunker(tokenise(folded)).read()).read()


def _between(folded: str, start: int, end: int) -> Phrases:
    if _WORD.search(folded, start, end) is None:
        return []
    return [(start + first, start + last, group) for first, last, group in _sentences(folded[start:end])]


def _field(folded: str, field: Field) -> Phrases:
    value = folded[field.value : field.end]
    group = field.group
    if group is None:
        return _between(folded, field.value, field.end)
    if _NOTHING.fullmatch(value):
        return [(field.start, field.value + len(value.rstrip("\"' ,.]}*_\n\t")), Group.NEGATED)]
    name = [(field.start, field.named, group)] if field.named > field.start else []
    if field.whole:
        return name + [phrase for piece in _PIECE.finditer(value) for phrase in _whole(folded, field, piece)]
    kept = _GARMENTS if field.garment else _KEPT
    inside = _between(folded, field.value, field.end)
    return name + [(first, last, own if own in kept else group) for first, last, own in inside]


def _whole(folded: str, field: Field, piece: re.Match[str]) -> Phrases:
    """A piece of a value that is of one group but for what it says is absent."""
    assert field.group is not None
    start, end = field.value + piece.start(), field.value + piece.end()
    phrases: Phrases = []
    for first, last, group in _between(folded, start, end):
        if group is Group.NEGATED:
            phrases += _trimmed(folded, start, first, field.group)
            phrases.append((first, last, group))
            start = last
    return phrases + _trimmed(folded, start, end, field.group)


def _trimmed(folded: str, start: int, end: int, group: Group) -> Phrases:
    bullet = _BULLET.match(folded, start, end)
    start = bullet.end() if bullet is not None else start
    end = start + len(folded[start:end].rstrip(_AFTER))
    return [(start, end, group)] if _WORD.search(folded, start, end) is not None else []
