"""Where modifiers and unknown words belong: to the phrase before them, or to the group they speak of alone."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import Chunk
from engine.description.grammar.rules.memory import DESCRIBED, GROWING, WORN, Phrase
from engine.description.grammar.rules.nouns import NounRules

_PLACE_PREPOSITIONS = frozenset(
    ("at", "through", "along", "across", "beyond", "throughout", "past", "against", "under", "beneath", "by")
)
_THROUGH = frozenset(("through", "across", "along", "past", "beyond", "down", "up"))
_AFTER_POSE = frozenset(
    (
        "in",
        "on",
        "onto",
        "down",
        "up",
        "into",
        "above",
        "below",
        "around",
        "over",
        "behind",
        "between",
        "from",
        "off",
        "towards",
        "toward",
        "to",
    )
)
#: Participles after which comes what a garment lies on.
_LAID = frozenset(("draped", "stretched", "slung", "hooked", "folded", "flung", "thrown", "laid", "hung", "tossed"))
_NUMBERS = frozenset(
    ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
     "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
)  # fmt: skip
_OF_PERSONS = frozenset((Kind.POSE, Kind.HOLD, Kind.EXPRESSION, Kind.WEAR))
#: Words before a name, and the ends of what is no name but a verb.
_TITLES = frozenset(
    ("captain", "aunt", "uncle", "auntie", "sister", "brother", "father", "mother", "professor", "doctor", "inspector",
     "sergeant", "colonel", "major", "lieutenant", "detective", "officer", "nurse", "lady", "lord", "sir", "king",
     "queen", "prince", "princess", "granny", "grandma", "grandpa", "general", "admiral", "constable", "judge", "count",
     "countess", "duke", "duchess", "baron", "madame", "mademoiselle", "monsieur", "señora", "saint", "cousin", "miss",
     "reverend", "bishop", "corporal", "private", "commander")
)  # fmt: skip
_OF_VERBS = ("s", "ed", "ing")
_FAR_BACK = 4
_CLOTH = WORN | {Group.HAIR}
_THING = frozenset((Kind.NOUN, Kind.SMALL, Kind.UNKNOWN, Kind.PART))
_AFTER_PERSON = frozenset((Kind.WITH, Kind.WEAR, Kind.HOLD, Kind.POSE, Kind.EXPRESSION, Kind.PREPOSITION))


class ModifierRules(NounRules):
    """Decides for adjectives, adverbs and words the lexicon lacks."""

    def _unknown(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, None):
            return self._to_scene(chunk)
        if lead is not None and chunk.determined and self._leads_through(lead):
            self._open(chunk, Group.BACKGROUND, lead.start)
            return None
        if self._context is Kind.HOLD and (chunk.determined or lead is None) and self._after is not Kind.ADVERB:
            self._open(chunk, Group.ACCESSORY)
            return None
        if not self._phrases and anchor is None and lead is None and self._names_person():
            self._open(chunk, Group.PERSON)
            return None
        if self._unknown_place(chunk, anchor, lead):
            return None
        if self._is_name(chunk):
            return self._grow(chunk)
        described = chunk.determined or chunk.end - chunk.start > len(chunk.word)
        if self._after is Kind.POSE and described and lead is None:
            self._open(chunk, Group.ACCESSORY)
            return None
        if anchor is not None and self._unknown_belongs(chunk, anchor, lead):
            return self._grow(chunk)
        acting = self._pronoun and self._after in (Kind.SUBJECT, Kind.RELATIVE, Kind.ADVERB)
        if acting or (
            anchor is not None
            and anchor.group is Group.PERSON
            and self._after is not Kind.COMMA
            and lead is None
            and not chunk.determined
        ):
            self._pronoun = False
            self._open(chunk, Group.BODY)
            return None
        if chunk.determined and lead is None and self._is_someone():
            self._open(chunk, Group.PERSON)
            return None
        group = chunk.group if chunk.group in (Group.BACKGROUND, Group.HAIR, Group.PERSON) else Group.OTHER
        self._open(chunk, group).weak = group is Group.OTHER
        return None

    def _is_name(self, chunk: Chunk) -> bool:
        """Whether an unknown word is the name of somebody with a title: "Captain Hale paced", "Aunt Violet wore"."""
        if not self._at or self._anchor is None or self._anchor.group is not Group.PERSON or self._preposition:
            return False
        before = self._chunks[self._at - 1]
        if before.word not in _TITLES or before.determined or chunk.start - before.end > 1:
            return False
        return not chunk.word.endswith(_OF_VERBS)

    def _leads_through(self, lead: Chunk) -> bool:
        """Whether what is done goes through a place: "walking her dog through a wood"."""
        return self._context is Kind.HOLD and lead.word in _THROUGH

    def _names_person(self) -> bool:
        """Whether a text opens with an unknown word for the person: "Mountie: red tunic", "Toff in a top hat"."""
        if self._at + 1 >= len(self._chunks):
            return False
        after = self._chunks[self._at + 1]
        return after.kind in _AFTER_PERSON or after.word == ":"

    def _is_someone(self) -> bool:
        """Whether an unknown noun is a person by its place: "a girl, a brunnel of seven", "an usherette yawns"."""
        if self._after is Kind.COMMA and self._phrases and self._phrases[-1].group is Group.PERSON:
            ends = self._next_kind() in (Kind.COMMA, Kind.STOP, *_OF_PERSONS)
            chunks, aged = self._chunks, self._at + 2
            return ends or aged < len(chunks) and chunks[aged].group is Group.PERSON
        if not self._clause_start or self._anchor is not None or self._next_kind() not in _OF_PERSONS:
            return False
        return all(phrase.group is not Group.PERSON for phrase in self._phrases[:-_FAR_BACK:-1])

    def _handles_worn(self) -> bool:
        """Whether the verb's object is a garment or a part of one: "she has knotted her shirt", "he buttons it"."""
        if self._at + 1 >= len(self._chunks):
            return False
        after = self._chunks[self._at + 1]
        return after.determined and (after.kind is Kind.PART or after.kind is Kind.NOUN and after.group in _CLOTH)

    def _unknown_place(self, chunk: Chunk, anchor: Phrase | None, lead: Chunk | None) -> bool:
        """Read an unknown noun as the scene where its preposition says so."""
        if lead is None or lead.kind is not Kind.PREPOSITION:
            return False
        posed = anchor is not None and anchor.group is Group.BODY
        described = anchor is not None and anchor.group in DESCRIBED
        scenic = lead.word in _PLACE_PREPOSITIONS and not described and (lead.word != "by" or chunk.determined)
        if (
            scenic
            or (posed and lead.word in _AFTER_POSE)
            or (anchor is None and self._clause_start and lead.word in ("in", "on"))
        ):
            self._open(chunk, Group.BACKGROUND, lead.start if self._leads_scene(lead) else None)
            return True
        return False

    def _unknown_belongs(self, chunk: Chunk, anchor: Phrase, lead: Chunk | None) -> bool:
        group = anchor.group
        if lead is not None:
            return group in GROWING or group in (Group.BODY, Group.OTHER) or lead.kind is Kind.OF
        if self._swallow or self._copula and anchor.subject:
            return True
        if self._after is Kind.COMMA or self._after is Kind.STOP or self._after is Kind.CONJUNCTION:
            return group is Group.BACKGROUND and self._after is Kind.CONJUNCTION
        return group in GROWING or group is Group.BODY

    def _adjective(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if lead is not None and chunk.determined and self._leads_through(lead):
            self._open(chunk, Group.BACKGROUND, lead.start)
            return None
        if self._context is Kind.HOLD and chunk.determined:
            self._open(chunk, Group.ACCESSORY)
            return None
        if self._pronoun and chunk.group is None and chunk.word.endswith("ed") and self._handles_worn():
            self._pending, self._pronoun = chunk.start, False
            return None
        if chunk.word in ("tattooed", "inked") and anchor is not None and (self._after in _THING or self._copula):
            if anchor.group is not Group.PERSON:
                anchor.group, anchor.weak = Group.BODY, False
                return self._grow(chunk)
        if (
            lead is not None
            and lead.word in ("in", "of", "about", "around")
            and anchor is not None
            and anchor.group is Group.PERSON
        ):
            return self._grow(chunk)
        named = chunk.word.isdigit() and anchor is not None and anchor.group is Group.PERSON and lead is None
        if self._is_name(chunk) or named and self._after is not Kind.COMMA:
            return self._grow(chunk)  # "Aunt Violet", "suspect 2"
        if self._poses_again(chunk):
            self._open(chunk, Group.BODY)
            return None
        worn = self._context is Kind.WEAR or self._pronoun and lead is not None and lead.word == "in"
        if worn and anchor is None:
            self._open(chunk, Group.DRESS)
            return None
        if anchor is not None and self._adjective_belongs(chunk, anchor, lead):
            anchor.verbed = anchor.verbed or self._after is Kind.COMMA
            anchor.still = anchor.still or chunk.word == "asleep"
            after = self._after
            self._grow(chunk)
            fixed = chunk.word in _LAID or chunk.word.endswith("ed") and self._next_kind() is Kind.WITH
            self._attached = after is Kind.COPULA and fixed
            return None
        group = chunk.group
        if group is None and chunk.word in _NUMBERS and anchor is not None and anchor.group is Group.PERSON:
            return self._grow(chunk)  # "two brothers, perhaps nine and eleven"
        if group is None:
            if anchor is not None and anchor.group is Group.PERSON or self._pronoun:
                group = Group.BODY
            elif self._person_is and self._after is Kind.COPULA:
                group = Group.BODY
            elif anchor is not None and anchor.group in GROWING:
                return self._grow(chunk)
            else:
                group = self._last_worn() if self._pending is None else None
        opened = self._open(chunk, group or Group.OTHER)
        opened.weak = group is None
        return None

    def _poses_again(self, chunk: Chunk) -> bool:
        """Whether a participle after the scene is the person's: "on a lawn, propped on her elbows"."""
        chunks, at = self._chunks, self._at
        if self._after is not Kind.COMMA or self._anchor is None or self._anchor.group is not Group.BACKGROUND:
            return False
        if not chunk.word.endswith("ed") or at + 2 >= len(chunks) or chunks[at + 1].kind is not Kind.PREPOSITION:
            return False
        return chunks[at + 2].kind is Kind.PLACE and chunks[at + 2].determined

    def _adjective_belongs(self, chunk: Chunk, anchor: Phrase, lead: Chunk | None) -> bool:
        if lead is not None or self._swallow:
            return anchor.group is not Group.PERSON
        if chunk.group is anchor.group:
            return True
        if self._copula:
            return anchor.subject and (anchor.group in GROWING or anchor.group is Group.BODY)
        if self._after in (Kind.COMMA, Kind.CONJUNCTION):
            return chunk.group is None and (anchor.group in GROWING or anchor.group is Group.BODY)
        bodily = chunk.group is None or self._after is Kind.PLACE and chunk.group is Group.BACKGROUND
        return anchor.group in GROWING or (anchor.group is Group.BODY and bodily)

    def _adverb(self, chunk: Chunk) -> None:
        if self._negation is not None or self._anchor is None:
            return
        if self._anchor.group in GROWING or self._anchor.group is Group.BODY:
            if self._after not in (Kind.COMMA, Kind.CONJUNCTION, Kind.STOP):
                self._anchor.end = chunk.end
