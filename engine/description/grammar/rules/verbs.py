"""Where verbs belong, and what they make of the words after them: wearing, holding, posing, attaching."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import OWNERS, Chunk
from engine.description.grammar.rules.memory import DESCRIBED, PARTED, WORN
from engine.description.grammar.rules.modifiers import ModifierRules
from engine.description.grammar.rules.noun_words import COVERING

HEADED = frozenset((Kind.NOUN, Kind.PART, Kind.ADJECTIVE))
_CLOTH = WORN | {Group.HAIR}
_HELD_BY = HEADED | {Kind.PLACE, Kind.COPULA}
_THING = frozenset((Kind.NOUN, Kind.SMALL))
_OBJECTS = frozenset((Kind.NOUN, Kind.SMALL, Kind.ACTION_OBJECT, Kind.UNKNOWN, Kind.PLACE))
_GARMENTS = _CLOTH - {Group.ACCESSORY}
_BODILY = frozenset((Group.BODY, Group.HAIR, Group.FACE))
#: What is worn or lies over something else.
_CAST_OVER = frozenset(("thrown over", "pulled over", "worn over"))
#: How people sit and stand; of a garment such words say nothing.
_POSTURES = ("seat", "crouch", "perch", "huddl", "hunch", "slump", "pos", "stood", "sat", "bent", "sprawl", "lean")
#: What clothes and hair do.
_OF_CLOTH = frozenset(
    ("reach", "reaches", "fold", "folds", "pool", "pools", "fan", "fans", "slipping", "sliding", "reaching",
     "rising", "drifting", "swinging", "blowing", "wrapping", "crossing", "dangling", "sweeping",
     "stretching", "curling", "dripping", "flying", "streaming", "stretched", "tilted",
     "turned", "raised", "drawn", "lowered", "whipping", "hanging", "bouncing", "unravelling",
    "fraying")
)  # fmt: skip
_THINGS = frozenset((Group.ACCESSORY, Group.BAG))
#: Verbs of what is somewhere by itself: "a cat sleeps on the sill", "boots stand by the door".
_STILL = frozenset(
    ("stand", "stands", "standing", "stood", "lie", "lies", "lying", "lay", "hang", "hangs", "hanging", "hung", "sleep",
     "sleeps", "sleeping", "slept", "lean", "leans", "leaning", "sit", "sits", "sitting", "sat", "rest", "rests",
     "resting", "wait", "waits", "waiting", "doze", "dozes", "dozing", "asleep", "parked", "graze", "grazes", "grazing",
     "nap", "naps", "napping", "float", "floats", "floating", "perch", "perches", "perched", "dry", "drying", "pecking",
     "left", "propped", "stacked", "curled")
)  # fmt: skip
#: Verbs that move what the person wears.
_MOVING = ("lift", "rais", "push", "pull", "tug")
_ENDS = frozenset((None, Kind.COMMA, Kind.STOP, Kind.CONJUNCTION))


class VerbRules(ModifierRules):
    """Decides for verbs and participles."""

    def _verb_to_be(self, chunk: Chunk) -> None:
        self._copula = True
        self._preposition = None
        self._person_is = self._awaiting_verb and self._anchor is not None and not self._anchor.subject
        if self._anchor is not None and not self._anchor.subject:
            self._clause_start = False

    def _wear(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return
        if (
            self._anchor is not None
            and self._anchor.group in DESCRIBED
            and (self._after in HEADED or self._after is Kind.COPULA and self._anchor.group is not Group.ACCESSORY)
            and chunk.word == "tucked into"
        ):
            self._anchor.end = chunk.end
        wrapped = chunk.word.startswith(("wrapped", "swaddled", "bundled"))
        if wrapped and self._anchor is not None and self._context is Kind.HOLD and self._after in HEADED:
            return self._swallowing(chunk)
        if chunk.word in _CAST_OVER and self._lies_over():
            self._attach(chunk)
            self._attached = True
            return None
        if wrapped and self._anchor is not None and self._anchor.group is Group.HAIR and self._after in _HELD_BY:
            return self._swallowing(chunk)  # "hair wrapped in a towel"
        if wrapped and self._anchor is not None and self._anchor.group in _BODILY and self._after in _HELD_BY:
            self._anchor.end = chunk.end  # "her hands wrapped in bandages"
        self._anchor = None
        self._preposition = None
        self._context = Kind.WEAR
        self._pronoun = False
        self._scene = False
        self._copula = False

    def _held_up(self, chunk: Chunk) -> Group | None:
        """The group of the garment that a thing holds: "braces hold up his breeches"."""
        anchor, after = self._anchor, self._chunks[self._at + 1] if self._at + 1 < len(self._chunks) else None
        if anchor is None or after is None or anchor.group is not Group.ACCESSORY or self._after not in _THING:
            return None
        holds = chunk.word.startswith("hold") and anchor is self._phrases[-1] and (anchor.subject or anchor.listed)
        return after.group if holds and after.opener in OWNERS and after.group in _GARMENTS else None

    def _goes_behind(self) -> bool:
        """Whether a participle after a comma says where the hair is: "long hair, pushed behind her ears"."""
        chunks, at, anchor = self._chunks, self._at, self._anchor
        if anchor is None or anchor.group is not Group.HAIR or self._after is not Kind.COMMA or at + 2 >= len(chunks):
            return False
        return (
            chunks[at].word.endswith("ed")
            and chunks[at + 1].kind is Kind.PREPOSITION
            and chunks[at + 2].kind is Kind.PLACE
        )

    def _lies_over(self) -> bool:
        """Whether a garment is said to lie over something: "his coat is thrown over the chair"."""
        anchor = self._anchor
        if anchor is None or anchor.group not in _CLOTH or self._after not in _HELD_BY:
            return False
        after = self._chunks[self._at + 1] if self._at + 1 < len(self._chunks) else None
        return after is not None and (after.kind is not Kind.NOUN or after.group not in DESCRIBED)

    def _hold(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return
        participle = chunk.word.endswith(("held", "ed")) and self._after in HEADED
        if (
            self._attaches_to_subject(chunk)
            or participle
            and self._anchor is not None
            and self._anchor.group in DESCRIBED
        ):
            return self._grow(chunk)
        if self._goes_behind():
            return self._grow(chunk)
        held = self._held_up(chunk)
        if held is not None and self._anchor is not None:
            self._anchor.group = held
            return self._grow(chunk)
        self._scene = False
        self._open(chunk, Group.BODY)
        self._context = Kind.HOLD
        self._pronoun = False
        self._walking = chunk.word.startswith("walk")
        self._moving = chunk.word.startswith(_MOVING)
        self._copula = False

    def _pose(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return self._deny(chunk)
        anchor = self._anchor
        if anchor is not None and anchor.group is Group.BODY and anchor.subject and self._after is Kind.COPULA:
            return self._grow(chunk)  # "her legs are crossed"
        if self._scene and not self._pronoun or self._attaches_to_subject(chunk):
            if anchor is not None:
                anchor.still = anchor.still or chunk.word in _STILL
                anchor.verbed = anchor.verbed or anchor.group in _CLOTH
                return self._grow(chunk)
        self._context = None
        self._scene = False
        self._copula = False
        self._pronoun = False
        self._open(chunk, Group.BODY)

    def _attaches_to_subject(self, chunk: Chunk) -> bool:
        """Whether the verb's subject is a garment, hair or face rather than the person."""
        anchor = self._anchor
        if anchor is None or self._pronoun:
            return False
        if (
            anchor.word in COVERING
            and (anchor.subject or anchor.listed)
            and (self._after in HEADED or self._after is Kind.COPULA)
        ):
            return True
        if anchor.group not in PARTED:
            return False
        if chunk.word in _OF_CLOTH and anchor.group in _CLOTH and (self._after in HEADED or anchor.subject):
            return anchor.subject or not self._acts_on_thing()
        if (
            anchor.listed
            and anchor.group in _CLOTH
            and self._after is Kind.NOUN
            and self._next_kind() is Kind.PREPOSITION
        ):
            if chunk.word.partition(" ")[0].endswith("ed") and not chunk.word.startswith(_POSTURES):
                return True  # ", a shawl crossed over her chest"
        if self._after is Kind.CONJUNCTION and anchor.subject and chunk.word.endswith("s") and anchor.group in _CLOTH:
            return True
        if self._after in (Kind.COMMA, Kind.CONJUNCTION, Kind.STOP):
            return False
        if anchor.listed and chunk.word in _STILL and anchor.group in _THINGS:
            return True
        if anchor.listed and chunk.word.endswith("ing"):
            return anchor.group is Group.BACKGROUND or self._next_kind() in _ENDS
        return anchor.subject and anchor.group is not Group.SHOT

    def _acts_on_thing(self) -> bool:
        """Whether a verb has an object that only people deal with: "a boy in shorts flying a kite"."""
        after = self._chunks[self._at + 1] if self._at + 1 < len(self._chunks) else None
        if after is not None and not after.determined and after.kind in _THING and after.group is Group.ACCESSORY:
            return self._chunks[self._at].word == "blowing"  # "a girl with pigtails blowing bubbles"
        return after is not None and after.determined and after.kind in _OBJECTS and after.group not in _GARMENTS

    def _expression(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return self._deny(chunk)
        anchor = self._anchor
        if anchor is not None and anchor.group in WORN and anchor.listed and chunk.word.startswith("wink"):
            return self._grow(chunk)  # ", the buttons of his coat winking"
        self._context = None
        self._copula = False
        self._pronoun = False
        self._open(chunk, Group.FACE)

    def _camera(self, chunk: Chunk) -> None:
        self._open(chunk, Group.SHOT)

    def _attach(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return
        self._preposition = None
        anchor = self._anchor
        if anchor is None:
            if self._pronoun and self._copula and self._handles_worn():
                self._pending = chunk.start
                self._pronoun = False
                return None
            if self._phrases and self._after in (Kind.COMMA, Kind.CONJUNCTION) and self._phrases[-1].group in WORN:
                self._anchor = self._phrases[-1]
                return self._grow(chunk)
            self._open(chunk, Group.BODY if self._pronoun else Group.OTHER).weak = True
            return None
        if anchor.group is Group.PERSON or self._person_is and self._after is Kind.COPULA:
            self._open(chunk, Group.BODY)
            return None
        anchor.verbed = True
        anchor.still = anchor.still or chunk.word in _STILL
        self._grow(chunk)
        return None

    def _swallowing(self, chunk: Chunk) -> None:
        if self._anchor is not None:
            if self._anchor.group is Group.PERSON and chunk.word.startswith("built"):
                self._open(chunk, Group.BODY)
            else:
                self._grow(chunk)
            self._swallow = True
