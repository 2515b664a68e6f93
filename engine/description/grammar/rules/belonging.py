"""Whether a noun says more of the phrase before it: where that lies, what trims it, what soils it, what it is like."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import OWNERS, Chunk
from engine.description.grammar.rules.memory import DESCRIBED, WORN, Memory, Phrase
from engine.description.grammar.rules.noun_words import (
    ACTS,
    BEFORE_OBJECT,
    BRACES,
    BREAKS,
    CARRIED,
    COMPARING,
    CORDS,
    COVERING,
    COVERS,
    DRESS_PARTS,
    EDGES,
    FALLEN,
    GARMENT_GROUPS,
    GIVERS,
    HAIR_THINGS,
    HOODED,
    IN_HAIR,
    LADEN,
    NEVER_PRINTED,
    NEXT_CLAUSE,
    ON_PEOPLE,
    QUALITIES,
    ROUND,
    ROUND_HAIR,
    SEEN_IN_SCENES,
    SERVES_AS,
    UNDERFOOT,
    last,
    last_word,
)

#: Where what soils or wets something is: "flour on his eyelashes", "water streaming from his coat".
_OVER = frozenset(("on", "in", "across", "down", "from", "off"))


class Belonging(Memory):
    """Decides whether a noun only says more of the phrase before it."""

    def _belongs(self, chunk: Chunk, group: Group, anchor: Phrase, lead: Chunk | None) -> bool:
        """Whether a noun phrase only says more about the phrase before it."""
        found = self._says_more(group, anchor, lead)
        if found is None and lead is not None:
            found = self._is_where(chunk, group, anchor, lead)
        if found is None:
            found = self._trims(chunk, group, anchor, lead)
        return self._is_said_of(chunk, group, anchor, lead) if found is None else found

    def _says_more(self, group: Group, anchor: Phrase, lead: Chunk | None) -> bool | None:
        """Whether it is of what the phrase before it is of; None where that does not say."""
        if lead is not None and group is anchor.group and group in (
            Group.HAIR, Group.BACKGROUND, Group.PERSON, Group.FACE, Group.SHOT, Group.STYLE, Group.OTHER
        ):  # fmt: skip
            return True
        if group is Group.HAIR and anchor.weak and lead is not None and lead.kind is Kind.PREPOSITION:
            anchor.group, anchor.weak = Group.HAIR, False
            return True
        if group is Group.HAIR and anchor.wrap and lead is not None and lead.word in ("over", "on", "around", "round"):
            anchor.group = Group.HEADWEAR
            return True
        if group is Group.SHOT and lead is not None and anchor.group in (Group.BODY, Group.FACE):
            return True
        return None

    def _is_where(self, chunk: Chunk, group: Group, anchor: Phrase, lead: Chunk) -> bool | None:
        """Whether it is where the thing before it lies, hangs or is worn; None where that does not say."""
        if group in ON_PEOPLE and anchor.group in WORN and self._attached:
            return lead.kind is Kind.PREPOSITION and (group is Group.HAIR or chunk.determined)
        if anchor.group is Group.BACKGROUND and group in DESCRIBED and lead.word in ("in", "on"):
            if anchor.word in FALLEN:
                anchor.group = group
                return True
        if last_word(anchor.word) in COVERING and group in ON_PEOPLE and lead.word in _OVER:
            anchor.group, anchor.weak = group, False
            return True  # "flour on his eyelashes"
        if lead.word == "from" and group is Group.BACKGROUND and anchor.group in (Group.HAIR, Group.FACE):
            if self._chunks[self._at - BEFORE_OBJECT].kind is Kind.ADJECTIVE:
                return True  # "her hair damp from the bath"
        if lead.word == "on" and chunk.word in CORDS and anchor.group in WORN:
            return True
        if self._attached and chunk.word in UNDERFOOT and anchor.group in GARMENT_GROUPS:
            return True  # "the fabric pools on the floor"
        if lead.word in ROUND and group in GARMENT_GROUPS and chunk.opener in OWNERS:
            if self._attached and anchor.group in DESCRIBED:
                return True  # "a braid swings below her helmet"
        if anchor.group in CARRIED and (anchor.still or self._attached) and group in WORN:
            if lead.word in ("from", "on", "to", "at"):
                return True
        if (
            anchor.weak
            and not anchor.handled
            and anchor.group is not Group.OTHER
            and group in WORN
            and lead.word in ("on", "in", "at")
        ):
            anchor.group, anchor.weak = group, False
            return True
        return None

    def _trims(self, chunk: Chunk, group: Group, anchor: Phrase, lead: Chunk | None) -> bool | None:
        """Whether the thing before it is trimmed, tied or adorned with it; None where that does not say."""
        if (
            group is Group.BACKGROUND
            and anchor.group in WORN
            and last(chunk) not in NEVER_PRINTED
            and ((lead is not None and lead.kind is Kind.WITH) or (self._trimmed and self._after is Kind.CONJUNCTION))
        ):
            return True
        if chunk.word.endswith("neck") and anchor.group in HOODED and group is Group.TOP and group is not anchor.group:
            if lead is not None and lead.kind is Kind.WITH:
                return True  # "a dress with a crew neck"
        if group is Group.HAIR and anchor.group in WORN and last(chunk) in ("braid", "fringe", "fringes"):
            return lead is not None and lead.kind is Kind.WITH  # "a coat with gold braid"
        if group is Group.ACCESSORY and anchor.group is Group.HAIR and last(chunk) in IN_HAIR:
            if lead is not None and lead.kind is Kind.WITH:
                return True
        if group is Group.ACCESSORY and anchor.group is Group.HAIR and lead is not None:
            if self._attached and lead.kind is Kind.WITH or lead.word == "from" and chunk.opener == "its":
                return True  # "a bun skewered with a pencil", "hair coming loose from its net"
        if (
            group is Group.ACCESSORY
            and anchor.group in WORN
            and (
                (self._after is Kind.COPULA and anchor.subject)
                or (self._attached and lead is not None and lead.kind is Kind.WITH)
            )
        ):
            return True
        if (
            last(chunk) in EDGES
            and anchor.group in HOODED
            and (lead is not None and lead.kind is Kind.WITH or self._trimmed and self._after is Kind.CONJUNCTION)
        ):
            return True
        if chunk.word in DRESS_PARTS and anchor.group is Group.DRESS:
            if lead is not None and lead.kind is Kind.WITH or self._ends_parts(chunk):
                return True
        if (
            chunk.kind is Kind.SMALL
            and anchor.group in DESCRIBED
            and (
                lead is not None
                and lead.kind is Kind.WITH
                or self._copula
                and not (self._after in NEXT_CLAUSE and chunk.determined)
                or self._attached
                and self._after not in NEXT_CLAUSE
            )
        ):
            return True
        return None

    def _ends_parts(self, chunk: Chunk) -> bool:
        """Whether this is the last of the parts of a dress: "has puff sleeves and a tiered skirt"."""
        chunks, at = self._chunks, self._at
        parted = at > 1 and chunks[at - BEFORE_OBJECT].kind is Kind.PART
        return last(chunk) == "skirt" and self._after is Kind.CONJUNCTION and parted

    def _is_said_of(self, chunk: Chunk, group: Group, anchor: Phrase, lead: Chunk | None) -> bool:
        """Whether it is in the place before it, or what the subject before it is."""
        if anchor.group is Group.BACKGROUND and lead is not None and lead.kind is Kind.WITH:
            return self._furnishes(chunk, group, anchor)
        if self._copula and anchor.ghost:
            return group in WORN
        if self._copula and group in (Group.BACKGROUND, Group.STYLE, Group.OTHER, Group.SHOT):
            return anchor.subject and (anchor.group is group or anchor.group in DESCRIBED or anchor.group is Group.BODY)
        if self._copula and anchor.subject and anchor.group is Group.BACKGROUND:
            return True
        return anchor.group is Group.BACKGROUND and self._after is Kind.CONJUNCTION and group is Group.BACKGROUND

    def _soils(self, chunk: Chunk, lead: Chunk, anchor: Phrase) -> bool:
        """Whether this is why the phrase before looks so: "shorts black with sweat", "faces grey with coal dust"."""
        laden = self._at >= BEFORE_OBJECT and self._chunks[self._at - BEFORE_OBJECT].word in LADEN
        if chunk.determined or last(chunk) not in COVERING and not laden:
            return False
        return (
            anchor.group in DESCRIBED
            and self._chunks[self._at - 1] is lead
            and self._after is lead.kind
            and (self._chunks[self._at - BEFORE_OBJECT].kind in QUALITIES or self._attached)
        )

    def _covers(self, chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Give what soils or falls the group of what it covers: "frost whitens his eyebrows", "rain soaks her coat"."""
        acts = self._attached or self._copula or self._after in ACTS or self._after is Kind.HOLD
        if anchor.group is group or not acts:
            return False
        smeared = anchor.group is Group.OTHER and self._chunks[self._at - 1].word in COVERS
        if (
            anchor.word not in COVERING
            and not smeared
            and not (group is Group.HAIR and last_word(anchor.word) in HAIR_THINGS)
        ):
            return False
        if group not in DESCRIBED and group is not Group.BODY or self._phrases[-1] is not anchor:
            return False
        anchor.group, anchor.weak = group, False
        return True

    @staticmethod
    def _worn_with(chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Whether what holds or ties a garment is a garment of its own: "tied with a wide obi"."""
        own = group is not Group.ACCESSORY or chunk.word in BRACES
        return own and group in WORN and (anchor.group in DESCRIBED or anchor.group is Group.BODY)

    def _joined_by(self, chunk: Chunk, group: Group, anchor: Phrase, lead: Chunk) -> bool:
        """Whether a preposition joins the noun to the phrase before it by what it means: "as", "like", "from"."""
        kind = lead.kind
        if kind is Kind.WITH:
            return self._soils(chunk, lead, anchor)
        if kind is not Kind.PREPOSITION:
            return False
        word = lead.word
        if anchor.group is Group.HAIR and (word == "close to" or word == "in" and group in ROUND_HAIR):
            return self._chunks[self._at - 1].start == lead.start
        if word in COMPARING or word == "for":
            likened = self._chunks[self._at - BEFORE_OBJECT].kind
            if group in GARMENT_GROUPS and likened is not Kind.ADJECTIVE and anchor.group in SERVES_AS.get(word, ()):
                anchor.group, anchor.weak = group, False
                return True
            if word != "for" and self._at >= BEFORE_OBJECT and likened not in BREAKS:
                return anchor.group in DESCRIBED or anchor.group is Group.BODY  # "a coat like a sack"
        return group is Group.PERSON and word in GIVERS and self._attached and anchor.group in WORN

    def _done_to(self, chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Whether cloth or the scene does something to it: "his coat reaches the tiles", "fog hides the far bank"."""
        if group is Group.BACKGROUND and anchor.group in WORN:
            return True
        return anchor.group is Group.BACKGROUND and group in SEEN_IN_SCENES and chunk.opener not in OWNERS

    def _furnishes(self, chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Whether a thing after "with" is in the place before it: "a garden with roses", "a shop with hats"."""
        if group is Group.ACCESSORY or group is Group.OTHER:
            return not chunk.determined or chunk.kind is Kind.SMALL or anchor.listed or self._phrases[0] is anchor
        return group is Group.BACKGROUND or group in WORN and not chunk.determined and self._phrases[0] is anchor
