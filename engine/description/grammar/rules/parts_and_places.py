"""Where parts of garments belong, and what a place of the body makes of the thing that is at it."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import OWNERS, Chunk
from engine.description.grammar.rules.belonging import Belonging
from engine.description.grammar.rules.memory import APART, HOLDERS, PARTED, WORN, Phrase
from engine.description.grammar.rules.noun_words import (
    AND,
    ANY,
    ARRANGING,
    CLOTHS,
    COVERING,
    GARMENT_GROUPS,
    GARMENT_PLACES,
    GLOVES,
    HAND,
    HEAD,
    HEADED,
    MARKED,
    MARKED_FACE,
    NECK,
    NEXT_CLAUSE,
    NO_SLEEVES,
    OF_GARMENTS,
    OF_GLOVES,
    OWN_PLACES,
    PROPPED,
    PROPS,
    RESTING,
    SMEARS,
    TO_PART,
    VESSELS,
    last,
    last_word,
)


class PlaceRules(Belonging):
    """Decides for parts of garments, places of the body, and things that go with a pose."""

    def _part(self, chunk: Chunk) -> None:
        anchor = self._anchor
        if self._negation is not None or self._still_denied():
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if self._context is Kind.HOLD and self._after in HEADED and self._preposition is None:
            self._context = None
        if self._after in APART and (whole := self._whole_of_part()) is not None:
            self._open(chunk, whole)  # ", the sleeves of her blouse are rolled"
            return None
        if chunk.word == "tail" and chunk.determined and self._after is Kind.CONJUNCTION and anchor is not None:
            if anchor.group is Group.HAIR or anchor.group is Group.FACE:
                merfolk = any(phrase.word.startswith("merm") for phrase in self._phrases[:3])
                self._open(chunk, Group.DRESS if merfolk else Group.ACCESSORY)
                return None
        if anchor is not None and last(chunk) in OF_GLOVES and last_word(anchor.word) in GLOVES:
            return self._grow(chunk)
        if self._context is Kind.HOLD:
            part = self._open(chunk, Group.ACCESSORY)
            part.weak = self._moving
            return None
        whole = self._whole_of_part() if anchor is not None and anchor.group is Group.BODY else None
        if whole is not None:
            self._open(chunk, whole)
            return None
        if anchor is not None and anchor.group is Group.BODY and anchor.word.startswith(ARRANGING) and chunk.group:
            if chunk.determined and self._after in TO_PART:
                self._open(chunk, self._last_that_has(chunk.word) or chunk.group)
                return None
        if anchor is not None and anchor.group is Group.BODY and chunk.opener in OWNERS and chunk.group is not None:
            if self._preposition is not None and self._preposition.kind is Kind.WITH and last(chunk) in OF_GARMENTS:
                self._open(chunk, self._last_that_has(chunk.word) or chunk.group)
                return None
        if self._after is Kind.COMMA and anchor is not None and anchor.group is Group.BACKGROUND:
            if last(chunk) in OF_GARMENTS and chunk.group is not None:
                self._open(chunk, self._last_that_has(chunk.word) or chunk.group)
                return None
        listed = self._after is Kind.COMMA or self._after is Kind.CONJUNCTION and not self._trimmed
        if listed and (anchor is None or anchor.group not in HOLDERS.get(last(chunk), ANY)):
            holder = self._last_that_has(chunk.word)
            if holder is not None:
                self._open(chunk, holder)
                return None
            scenic = anchor is not None and anchor.group is Group.BACKGROUND and chunk.determined
            if chunk.group is not None and (scenic or anchor is not None and anchor.group in NO_SLEEVES):
                self._open(chunk, chunk.group)
                return None
        own = chunk.group is not Group.TOP and self._after is Kind.COMMA and last(chunk) not in HOLDERS
        if own and anchor is not None and anchor.group is not chunk.group and chunk.group is not None:
            self._open(chunk, chunk.group)
            return None
        if anchor is not None and (anchor.group in PARTED or anchor.group is Group.BODY and self._preposition):
            return self._grow(chunk)
        worn = self._last_worn()
        opened = self._open(chunk, worn if worn is not None else chunk.group or Group.OTHER)
        opened.weak = worn is None and chunk.group is Group.TOP
        return None

    def _whole_of_part(self) -> Group | None:
        """The group of the garment whose part this is: "kneels at the hem of a gown", "peers over its rims"."""
        chunks, at = self._chunks, self._at + 2
        if at >= len(chunks) or chunks[at - 1].kind is not Kind.OF or chunks[at].kind is not Kind.NOUN:
            return None
        return chunks[at].group if chunks[at].group in GARMENT_GROUPS else None

    def _place(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None or self._still_denied():
            return self._deny(chunk)
        if self._scene:
            return self._to_scene(chunk)
        if self._clause_start and lead is not None and lead.kind is not Kind.WITH and anchor is None:
            self._pending = lead.start if self._pending is None else self._pending
            self._preposition = None
            return None
        if chunk.sewn and lead is None and self._after in (Kind.COMMA, Kind.CONJUNCTION):
            holder = self._last_that_has(chunk.word)
            if holder is not None:
                if anchor is not None and anchor.group is holder:
                    return self._grow(chunk)
                self._open(chunk, holder)
                return None
        if anchor is not None and lead is not None and lead.word == "under" and chunk.word in ("eye", "eyes"):
            anchor.group = Group.FACE
            return self._grow(chunk)
        if anchor is not None and lead is not None and anchor.group in GARMENT_PLACES.get(chunk.word, ()):
            return self._grow(chunk)
        if anchor is not None and lead is not None and chunk.sewn and anchor.group in HOLDERS.get(chunk.word, ()):
            return self._grow(chunk)
        attaching = lead is not None and lead.kind is not Kind.WITH or self._swallow
        attaching = attaching or self._attached and self._after not in NEXT_CLAUSE
        if anchor is not None and attaching and anchor.group is not Group.PERSON:
            if chunk.opener in OWNERS and self._covers(chunk, group, anchor):
                return self._grow(chunk)
            marks = last_word(anchor.word)
            if (marks in MARKED or marks in COVERING) and anchor.group in (Group.FACE, Group.BODY):
                facial = group is Group.FACE or chunk.word in MARKED_FACE
                anchor.group = Group.FACE if facial else Group.BODY
            elif lead is not None and (chunk.word not in ("ear", "ears") or lead.word in ("behind", "above", "over")):
                self._relocate(anchor, chunk, group, lead)
            return self._grow(chunk)
        if anchor is not None and self._copula and anchor.group in WORN and anchor.subject and self._after is not AND:
            return self._grow(chunk)
        if chunk.opener in OWNERS and anchor is not None and self._covers(chunk, group, anchor):
            return self._grow(chunk)
        own = Group.BODY if self._rests_on_hand(chunk) else OWN_PLACES.get(chunk.word, group)
        self._open(chunk, own, lead.start if lead is not None and lead.kind is Kind.PREPOSITION else None)
        self._copula = False
        return None

    def _rests_on_hand(self, chunk: Chunk) -> bool:
        """Whether the head rests on a hand, which is a pose: "her chin on her fist", "cheek propped on one palm"."""
        if chunk.word not in PROPPED:
            return False
        chunks, at = self._chunks, self._at + 1
        if at < len(chunks) and chunks[at].word in RESTING:
            at += 1
        if at + 1 >= len(chunks) or chunks[at].word not in ("on", "in", "against"):
            return False
        return chunks[at + 1].kind is Kind.PLACE and last(chunks[at + 1]) in PROPS

    @staticmethod
    def _relocate(anchor: Phrase, chunk: Chunk, group: Group, lead: Chunk) -> None:
        """Give a small thing, a wrap or a thing in the hand the group of where it is."""
        in_hand = lead.word == "in" and chunk.word in ("hand", "hands")
        if anchor.group in WORN and anchor.group is not Group.BAG and in_hand:
            anchor.group = Group.ACCESSORY
        elif chunk.word == "head" and (anchor.group is Group.OTHER or lead.word == "on" and anchor.word in VESSELS):
            anchor.group, anchor.weak = Group.HEADWEAR, False
        elif last_word(anchor.word) in CLOTHS and chunk.word in ("head", "forehead", "hair", "brow"):
            anchor.group, anchor.weak = Group.HEADWEAR, False
        elif lead.word == "between" and anchor.group is not Group.OTHER:
            return
        elif anchor.wrap and lead.word in ("above", "in"):
            return
        elif (
            anchor.weak
            and not anchor.wrap
            and (group in (Group.FACE, Group.HAIR) or group is Group.BODY and anchor.word in SMEARS)
        ):
            anchor.group, anchor.weak = group, False
        elif anchor.group is Group.OTHER and chunk.word in HAND:
            anchor.group = Group.ACCESSORY
        elif anchor.wrap and anchor.group in (Group.HEADWEAR, Group.NECKWEAR, Group.ACCESSORY):
            if chunk.word in NECK:
                anchor.group = Group.NECKWEAR
            elif chunk.word in HEAD:
                anchor.group = Group.HEADWEAR
            elif chunk.word in ("waist", "hip", "hips"):
                anchor.group = Group.BELT

    def _lies_on(self, anchor: Phrase) -> bool:
        """Whether a garment hangs or lies on what comes: "a coat slung over the chair"."""
        return anchor.group in WORN and self._attached

    def _action_object(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if anchor is not None and anchor.group is Group.BODY:
            return self._grow(chunk)
        if lead is not None and lead.word == "having" and chunk.word.endswith(" break"):
            self._open(chunk, Group.BODY)
            return None
        scenic = anchor is not None and anchor.group is Group.BACKGROUND and (self._copula or self._attached)
        if scenic or anchor is not None and (lead is not None and lead.kind is Kind.OF or self._lies_on(anchor)):
            return self._grow(chunk)
        if lead is not None and lead.kind is Kind.PREPOSITION:
            self._open(chunk, Group.BODY, lead.start)
            return None
        self._open(chunk, Group.BACKGROUND if chunk.word.startswith("puddle") else Group.ACCESSORY)
        return None
