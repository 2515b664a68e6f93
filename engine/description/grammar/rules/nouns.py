"""Where nouns belong: a garment of its own, a part of one, a thing in the hand, or the scene."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import OWNERS, Chunk
from engine.description.grammar.rules.memory import WORN, Phrase
from engine.description.grammar.rules.noun_words import (
    ACTS,
    ARMS,
    CHILDREN,
    GARMENT_GROUPS,
    HANDLED,
    HEADED,
    IN_ARMS,
    LISTED,
    NEAR,
    NEVER_HELD,
    NEXT_CLAUSE,
    ON_GARMENTS,
    PARTICULAR,
    SEEN,
    THE,
)
from engine.description.grammar.rules.parts_and_places import PlaceRules


class NounRules(PlaceRules):
    """Decides for chunks whose head is a known noun."""

    def _noun(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None or self._negated is not None and self._of_the_denied(lead, group):
            return self._deny(chunk)
        if anchor is not None and anchor.still and lead is not None and group is Group.BACKGROUND:
            if anchor.group in WORN and not self._pronoun:
                anchor.group = Group.BACKGROUND
                return self._grow(chunk)
        if group is Group.PERSON and chunk.word == "other" and (pair := self._one_of_pair()) is not None:
            self._open(chunk, pair)  # "one sock pulled up, the other round his ankle"
            return None
        context = self._context
        if self._scene or lead is not None and lead.kind is Kind.SCENE_PREPOSITION and context is not Kind.HOLD:
            return self._to_scene(chunk)
        if context is Kind.HOLD and self._held(chunk, group, lead):
            return None
        if chunk.word in PARTICULAR and self._is_particular(chunk, lead):
            return None
        if anchor is not None:
            if lead is not None:
                if self._joined_by(chunk, group, anchor, lead):
                    return self._grow(chunk)
            elif self._attached and self._after in ACTS and self._done_to(chunk, group, anchor):
                return self._grow(chunk)
            if chunk.opener in OWNERS and self._covers(chunk, group, anchor):
                return self._grow(chunk)
        if lead is not None and lead.kind is Kind.OF and anchor is not None:
            if anchor.group is Group.OTHER and anchor.weak and group is Group.ACCESSORY and not chunk.determined:
                anchor.group = group  # "a trug of vegetables"
                return self._grow(chunk)
            if anchor.group in (Group.SHOT, Group.STYLE, Group.OTHER):
                self._new_noun(chunk, group)
                return None
            if anchor.group is Group.PERSON and group is Group.BODY and self._copula:
                self._open(chunk, group)  # "the man was of thin build"
                return None
            if anchor.group is Group.BODY and group is Group.BACKGROUND and anchor.word.endswith(" out"):
                self._open(chunk, group)  # "leans out of a window"
                return None
            if (
                (group is Group.BACKGROUND and anchor.group in WORN and not self._trimmed)
                or (anchor.weak and group in WORN and not self._at_part_of(anchor))
                or chunk.opener in OWNERS
                and anchor.group in ON_GARMENTS
                and not self._at_part_of(anchor)
                and self._context is not Kind.HOLD
                and (group in GARMENT_GROUPS or group is Group.HAIR)
            ):
                anchor.group = group
            return self._grow(chunk)
        if self._swallow and anchor is not None and not self._worn_with(chunk, group, anchor):
            return self._grow(chunk)
        # What comes right after a comma is a thing of its own; most do, so that is asked first.
        listed = lead is None and self._after is Kind.COMMA and not self._copula
        if anchor is not None and not listed and self._belongs(chunk, group, anchor, lead):
            return self._grow(chunk)
        self._new_noun(chunk, group)
        return None

    def _at_part_of(self, anchor: Phrase) -> bool:
        """Whether a thing is at a part of the garment that is named now: "a sprig pinned to the front of her coat"."""
        to, part = self._chunks[self._at - 3 : self._at - 1] if self._at > NEAR // 2 else (None, None)
        return to is not None and part is not None and to.word == "to" and part.start > anchor.start

    def _is_particular(self, chunk: Chunk, lead: Chunk | None) -> bool:
        """Read words that mean something of their own in their place."""
        word, after = chunk.word, self._after
        if word in HANDLED:
            held = after is Kind.POSE and lead is None
        elif word == "camera":
            held = after is Kind.POSE or lead is not None and lead.kind is Kind.WITH
        elif word in CHILDREN:
            led = lead is not None and lead.kind is Kind.WITH and self._anchor is not None
            held = led and word in IN_ARMS or (led or after is Kind.COMMA) and self._is_in_arms()
        else:
            return self._is_hood(chunk) if word == "hood" else self._is_top_of_hair(chunk)
        if held:
            self._open(chunk, Group.ACCESSORY)
        return held

    def _is_top_of_hair(self, chunk: Chunk) -> bool:
        alone = chunk.determined and chunk.end - chunk.start == len("the top") and self._after in NEXT_CLAUSE
        if not alone or not self._phrases or self._phrases[-1].group is not Group.HAIR:
            return False
        self._open(chunk, Group.HAIR)
        return True

    def _is_hood(self, chunk: Chunk) -> bool:
        """Read the hood of a garment: "the hood of his jacket", "a parka, fur round the hood"."""
        whole, anchor = self._whole_of_part(), self._anchor
        if whole is not None:
            self._open(chunk, whole)
            return True
        group = self._last_that_has("hood")
        if group is None or chunk.opener not in THE:
            return False
        if anchor is not None and (anchor.group is group or anchor.weak):
            anchor.group = group
            self._grow(chunk)
        else:
            self._open(chunk, group)
        return True

    def _one_of_pair(self) -> Group | None:
        """The group of a thing of which "one" was named a few words before."""
        for chunk in self._chunks[max(0, self._at - NEAR) : self._at]:
            if chunk.opener == "one" and chunk.group in GARMENT_GROUPS:
                return chunk.group
        return None

    def _is_in_arms(self) -> bool:
        """Whether a child lies on somebody who was named before."""
        ahead = self._chunks[self._at + 1 : self._at + NEAR]
        lies = any(chunk.kind is Kind.PLACE and chunk.word in ARMS for chunk in ahead)
        return lies and any(phrase.group is Group.PERSON for phrase in self._phrases[:NEAR])

    def _of_the_denied(self, lead: Chunk | None, group: Group) -> bool:
        """Whether an absent person would wear this: "not a photo of a woman in a hat"."""
        if self._denied_group is not Group.PERSON or group not in WORN or self._negated is not self._phrases[-1]:
            return False
        return self._opener.startswith("no") and lead is not None and self._after is lead.kind

    def _held(self, chunk: Chunk, group: Group, lead: Chunk | None) -> bool:
        """Open what is in the hands, or moved by them: "lifts his hat", but "holds his hat"."""
        if lead is None and self._after in HEADED and group in LISTED:
            self._context = None  # words without commas: "smoking a cigarette hat pulled low"
            return False
        if self._moving and chunk.opener in OWNERS and group in GARMENT_GROUPS:
            self._new_noun(chunk, group)
            return True
        if group in NEVER_HELD and (group not in SEEN or self._after is not Kind.HOLD or self._walking):
            return False
        self._open(chunk, Group.BAG if group is Group.BAG else Group.ACCESSORY)
        return True

    def _new_noun(self, chunk: Chunk, group: Group) -> None:
        lead = self._preposition
        if group is Group.PERSON and self._dresses_as():
            group = Group.DRESS  # "dressed as a superhero"
        start = None
        if lead is not None and self._leads_scene(lead):
            if group is Group.BACKGROUND or group is Group.ACCESSORY and lead.word in ("under", "beneath"):
                start = lead.start
        phrase = self._open(chunk, group, start)
        phrase.weak = chunk.kind is Kind.SMALL
        phrase.handled = self._after is Kind.POSE
        phrase.wrap = chunk.wrap
        self._copula = False

    def _dresses_as(self) -> bool:
        return self._at > 0 and self._chunks[self._at - 1].word in ("dressed as", "costumed as", "dressed up as")
