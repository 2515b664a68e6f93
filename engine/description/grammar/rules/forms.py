"""Texts to phrases: forms and lists field by field, everything between fields as sentences.

It knows what a field's name makes of its value; how fields are found is `fields`'s to know.
"""

from __future__ import annotations

import re

from engine.description.grammar.chunks import Chunker
from engine.description.grammar.fields import Field, find_fields
from engine.description.grammar.rules.assembly import Assembly
from engine.description.grammar.tokens import Tokens, tokenise
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
_CLAUSE = re.compile(r"[^,;.!?:\n|()\[\]{}\u3001\u3002\uff0c]+")
_WORDS = re.compile(r"[^\W_](?:.*[^\W_])?", re.DOTALL)
#: Letters of other scripts than the Latin.
_OTHER_SCRIPT = re.compile("[\u0370-\u1dff\u2c00-\ua6ff\ua830-\uf8ff\uff66-\uffdc]")
_A_NAME = 2
_BULLET = re.compile(r"[\s,;:.*+•#>=-]+")
_AFTER = " \t,;:.*_+=-"


def read(folded: str) -> Phrases:
    """The start, end and group of each phrase of a folded text, in order, never overlapping.

    Time is linear in its length. A text of which most words are unknown is no English: none of its words has a group
    but `other`.
    """
    reader = _Reader(folded)
    reader.read()
    if reader.num_unknown and is_mostly_unknown(reader.tokens or tokenise(folded), folded):
        return _clauses(folded)
    return reader.phrases


def is_mostly_unknown(tokens: Tokens, folded: str) -> bool:
    """Whether a text is in no language the lexicon knows, by how many of its words are unknown.

    Two unknown words can be a name; where they are in another script, one is enough.
    """
    if tokens.num_unknown <= _A_NAME and (folded.isascii() or _OTHER_SCRIPT.search(folded) is None):
        return False
    return tokens.num_unknown * 2 > tokens.num_words


def _clauses(folded: str) -> Phrases:
    """What stands between separators, as phrases that belong to no group but `other`."""
    clauses = (_WORDS.search(folded, clause.start(), clause.end()) for clause in _CLAUSE.finditer(folded))
    return [(words.start(), words.end(), Group.OTHER) for words in clauses if words is not None]


class _Reader:
    """Reads the fields of one text, and what stands between them."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self.phrases: Phrases = []
        self.num_unknown = 0
        #: The tokens of all of the text, where it is read in one go.
        self.tokens: Tokens | None = None

    def read(self) -> None:
        found = find_fields(self._folded)
        if not found:
            self.tokens = tokenise(self._folded)
            self.phrases = self._sentences(self.tokens)
            return
        at = 0
        for field in found:
            self.phrases += self._between(at, field.start)
            self.phrases += self._field(field)
            at = field.end
        self.phrases += self._between(at, len(self._folded))

    def _sentences(self, tokens: Tokens) -> Phrases:
        self.num_unknown += tokens.num_unknown
        return Assembly(Chunker(tokens).read()).read()

    def _between(self, start: int, end: int) -> Phrases:
        if _WORD.search(self._folded, start, end) is None:
            return []
        inside = self._sentences(tokenise(self._folded[start:end]))
        return [(start + first, start + last, group) for first, last, group in inside]

    def _field(self, field: Field) -> Phrases:
        value = self._folded[field.value : field.end]
        group = field.group
        if group is None:
            return self._between(field.value, field.end)
        if _NOTHING.fullmatch(value):
            return [(field.start, field.value + len(value.rstrip("\"' ,.]}*_\n\t")), Group.NEGATED)]
        name = [(field.start, field.named, group)] if field.named > field.start else []
        if field.whole:
            return name + [phrase for piece in _PIECE.finditer(value) for phrase in self._whole(field, group, piece)]
        kept = _GARMENTS if field.garment else _KEPT
        inside = self._between(field.value, field.end)
        if name and self._only_denies_its_name(field, inside):
            return [(field.start, inside[0][1], Group.NEGATED)]  # "Bag: no bag"
        return name + [(first, last, own if own in kept else group) for first, last, own in inside]

    def _only_denies_its_name(self, field: Field, inside: Phrases) -> bool:
        """Whether a value says no more than that there is no such thing as its name."""
        if len(inside) != 1 or inside[0][2] is not Group.NEGATED:
            return False
        name, said = self._folded[field.start : field.named], self._folded[inside[0][0] : inside[0][1]]
        return name.strip("\"'`*_ \t:=-").rstrip("s") == said.rpartition(" ")[2].rstrip("s")

    def _whole(self, field: Field, group: Group, piece: re.Match[str]) -> Phrases:
        """A piece of a value that is of one group but for what it says is absent."""
        start, end = field.value + piece.start(), field.value + piece.end()
        phrases: Phrases = []
        for first, last, own in self._between(start, end):
            if own is Group.NEGATED:
                phrases += self._trimmed(start, first, group)
                phrases.append((first, last, own))
                start = last
        return phrases + self._trimmed(start, end, group)

    def _trimmed(self, start: int, end: int, group: Group) -> Phrases:
        bullet = _BULLET.match(self._folded, start, end)
        start = bullet.end() if bullet is not None else start
        end = start + len(self._folded[start:end].rstrip(_AFTER))
        return [(start, end, group)] if _WORD.search(self._folded, start, end) is not None else []
