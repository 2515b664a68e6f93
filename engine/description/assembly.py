"""Chunks to phrases: decides which garment, body part or scene each chunk belongs to.

One pass with a small memory: the phrase that may still grow (the anchor), the verb or preposition just read, and the
sentence's scene. It does not know words, only the kinds and groups of chunks.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.description.groups import Group
from engine.description.lexicon import Kind
from engine.description.noun_phrases import Chunk

_WORN = frozenset(
    (
        Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT,
        Group.NECKWEAR, Group.HEADWEAR, Group.EYEWEAR, Group.BAG, Group.ACCESSORY,
    )
)  # fmt: skip
_DESCRIBED = _WORN | {Group.HAIR, Group.FACE}
_GROWING = _DESCRIBED | {Group.BACKGROUND, Group.STYLE, Group.SHOT}
_NEVER_HELD = frozenset((Group.BODY, Group.BACKGROUND, Group.FACE, Group.HAIR, Group.SHOT, Group.STYLE))
#: Prepositions that stay with a verb of pose before them: "leans against", "walking down".
_WITH_POSE = frozenset(
    ("by", "against", "down", "along", "across", "through", "past", "up", "over", "into", "on", "in", "at", "onto",
     "towards", "toward", "off", "from", "around", "to", "beside")
)  # fmt: skip
_PLACE_PREPOSITIONS = frozenset(
    ("at", "through", "along", "across", "beyond", "throughout", "past", "against", "under", "beneath", "by")
)
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
_NECK = frozenset(("neck", "throat", "shoulder", "shoulders", "chest", "collarbone", "nape"))
_HEAD = frozenset(("head", "hair", "forehead", "ears", "brow", "face"))


_PARTED = _GROWING | {Group.OTHER}
_VERBS = frozenset((Kind.ATTACH, Kind.POSE, Kind.HOLD, Kind.SWALLOW))
_FINITE = frozenset((Kind.WEAR, Kind.HOLD, Kind.POSE, Kind.EXPRESSION, Kind.STOP, Kind.SUBJECT))
#: Garments that are part of a dress they come with: "a dirndl with a blue apron".
_DRESS_PARTS = frozenset(("apron", "jeogori", "pinafore", "blouse", "choli", "bolero"))
_OWN_PLACES = {"head": Group.BODY, "heads": Group.BODY, "ear": Group.FACE, "ears": Group.FACE}
_AFTER_PERSON = frozenset((Kind.WITH, Kind.WEAR, Kind.HOLD, Kind.POSE, Kind.EXPRESSION, Kind.PREPOSITION))
_HEADED = frozenset((Kind.NOUN, Kind.PART, Kind.ADJECTIVE))
_ENDS = frozenset((None, Kind.COMMA, Kind.STOP, Kind.CONJUNCTION))
#: Words for a place on the body that are also part of a garment: "trousers with wide legs".
_GARMENT_PLACES: dict[str, frozenset[Group]] = {
    **dict.fromkeys(("leg", "legs", "knee", "knees", "thigh", "thighs"), frozenset((Group.BOTTOM, Group.LEGWEAR))),
    **dict.fromkeys(("toe", "toes", "ankle", "ankles"), frozenset((Group.FOOTWEAR, Group.LEGWEAR, Group.BOTTOM))),
    **dict.fromkeys(("shoulder", "shoulders", "neck", "back", "waist", "side", "sides", "elbow", "elbows", "chest"),
                    frozenset((Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.HAIR))),
    **dict.fromkeys(("ear", "ears"), frozenset((Group.HEADWEAR,))),
    **dict.fromkeys(("temple", "temples", "tips"), frozenset((Group.HAIR,))),
}  # fmt: skip


class _Phrase:
    """A phrase that is being built."""

    __slots__ = ("start", "end", "group", "weak", "wrap", "subject", "verbed", "listed")

    def __init__(self, start: int, end: int, group: Group) -> None:
        self.start = start
        self.end = end
        self.group = group
        self.weak = False
        self.wrap = False
        self.subject = False
        self.verbed = False
        self.listed = False


class Assembly:
    """Turns the chunks of one text into (start, end, group) triples; every chunk is looked at once."""

    def __init__(self, chunks: list[Chunk]) -> None:
        self._chunks = chunks
        self._phrases: list[_Phrase] = []
        self._anchor: _Phrase | None = None
        self._preposition: Chunk | None = None
        self._context: Kind | None = None
        self._scene = False
        self._copula = False
        self._swallow = False
        self._negation: Chunk | None = None
        self._negated: _Phrase | None = None
        self._pending: int | None = None
        self._gap: int | None = None
        self._after: Kind | None = None
        self._pronoun = False
        self._walking = False
        #: The last chunk was a verb that went to the anchor.
        self._attached = False
        #: A person opened the clause and has no verb yet: "a woman with silver hair ... laughs".
        self._awaiting_verb = False
        self._clause_start = True
        self._at = 0
        self._handlers: dict[Kind, Callable[[Chunk], None]] = {
            Kind.NOUN: self._noun,
            Kind.PERSON: self._noun,
            Kind.PART: self._part,
            Kind.PLACE: self._place,
            Kind.SMALL: self._noun,
            Kind.ACTION_OBJECT: self._action_object,
            Kind.ADJECTIVE: self._adjective,
            Kind.ADVERB: self._adverb,
            Kind.UNKNOWN: self._unknown,
            Kind.DETERMINER: self._glue,
            Kind.PREDETERMINER: self._glue,
            Kind.CONJUNCTION: self._conjunction,
            Kind.RELATIVE: self._relative,
            Kind.SUBJECT: self._subject,
            Kind.OBJECT: self._object,
            Kind.COPULA: self._verb_to_be,
            Kind.WITH: self._lead,
            Kind.OF: self._lead,
            Kind.PREPOSITION: self._lead,
            Kind.SCENE_PREPOSITION: self._lead,
            Kind.SWALLOW: self._swallowing,
            Kind.WEAR: self._wear,
            Kind.HOLD: self._hold,
            Kind.POSE: self._pose,
            Kind.EXPRESSION: self._expression,
            Kind.CAMERA: self._camera,
            Kind.ATTACH: self._attach,
            Kind.NEGATION: self._negate,
            Kind.FILLER: self._filler,
            Kind.FIXED: self._fixed,
            Kind.COMMA: self._comma,
            Kind.STOP: self._stop,
        }

    def read(self) -> list[tuple[int, int, Group]]:
        """Return the phrases in order; they never overlap."""
        handlers = self._handlers
        for at, chunk in enumerate(self._chunks):
            self._at = at
            kind = chunk.kind
            handlers[kind](chunk)
            if kind in _FINITE or kind is Kind.COPULA and self._next_kind() not in _FINITE:
                self._awaiting_verb = False
            self._after = kind
        return [(phrase.start, phrase.end, phrase.group) for phrase in self._phrases]

    # building

    def _open(self, chunk: Chunk, group: Group, start: int | None = None) -> _Phrase:
        """Begin a phrase at the chunk, or at what was waiting for it."""
        begin = chunk.start if start is None else start
        if self._pending is not None:
            begin = self._pending
        phrase = _Phrase(begin, chunk.end, group)
        phrase.subject = (
            self._preposition is None
            and (self._clause_start and self._context is None or self._verb_follows())
            and not self._awaiting_verb
        )
        phrase.listed = self._after is Kind.COMMA
        if group is Group.PERSON and phrase.subject:
            self._awaiting_verb = True
        self._phrases.append(phrase)
        self._anchor = phrase
        self._attached = False
        self._settle()
        return phrase

    def _grow(self, chunk: Chunk) -> None:
        """Let the chunk, and whatever led to it, belong to the anchor."""
        assert self._anchor is not None
        self._anchor.end = chunk.end
        self._attached = chunk.kind in _VERBS
        self._settle()

    def _settle(self) -> None:
        self._preposition = None
        self._pending = None
        self._gap = None
        self._clause_start = False

    def _verb_follows(self) -> bool:
        """Whether a finite verb comes next, so that the phrase just read is its subject."""
        if self._at + 1 >= len(self._chunks):
            return False
        after = self._chunks[self._at + 1]
        return after.kind is Kind.COPULA or (after.kind in _VERBS and not after.word.endswith(("ing", "ed")))

    def _next_kind(self) -> Kind | None:
        return self._chunks[self._at + 1].kind if self._at + 1 < len(self._chunks) else None

    # noun phrases

    def _noun(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, group):
            return self._to_scene(chunk)
        if self._context is Kind.HOLD and (
            group not in _NEVER_HELD or group is Group.BACKGROUND and self._after is Kind.HOLD and not self._walking
        ):
            self._open(chunk, Group.BAG if group is Group.BAG else Group.ACCESSORY)
            return None
        if lead is not None and lead.kind is Kind.OF and anchor is not None:
            if anchor.group in (Group.SHOT, Group.STYLE, Group.OTHER):
                self._new_noun(chunk, group)
                return None
            if group is Group.BACKGROUND and anchor.group in _WORN:
                anchor.group = group
            return self._grow(chunk)
        if self._swallow and anchor is not None and not self._worn_with(group, anchor):
            return self._grow(chunk)
        if anchor is not None and self._belongs(chunk, group, anchor, lead):
            return self._grow(chunk)
        self._new_noun(chunk, group)
        return None

    @staticmethod
    def _worn_with(group: Group, anchor: _Phrase) -> bool:
        """Whether what holds or ties a garment is a garment of its own: "tied with a wide obi"."""
        return group in _WORN and group is not Group.ACCESSORY and anchor.group in _DESCRIBED

    def _new_noun(self, chunk: Chunk, group: Group) -> None:
        lead = self._preposition
        start = None
        if lead is not None and self._leads_scene(lead):
            if group is Group.BACKGROUND or group is Group.ACCESSORY and lead.word in ("under", "beneath"):
                start = lead.start
        phrase = self._open(chunk, group, start)
        phrase.weak = chunk.kind is Kind.SMALL
        phrase.wrap = chunk.wrap
        self._copula = False

    def _leads_scene(self, lead: Chunk) -> bool:
        """Whether the preposition is part of the scene rather than of the pose before it."""
        if lead.kind is Kind.SCENE_PREPOSITION:
            return True
        anchor = self._anchor
        taken = anchor is not None and anchor.group is Group.BODY and anchor.end >= lead.end
        return not taken

    def _belongs(self, chunk: Chunk, group: Group, anchor: _Phrase, lead: Chunk | None) -> bool:
        """Whether a noun phrase only says more about the phrase before it."""
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
        if anchor.weak and group in _WORN and lead is not None and lead.kind is Kind.PREPOSITION:
            anchor.group, anchor.weak = group, False
            return True
        if group is Group.BACKGROUND and anchor.group in _WORN and lead is not None and lead.kind is Kind.WITH:
            return True
        if chunk.word in _DRESS_PARTS and anchor.group is Group.DRESS and lead is not None and lead.kind is Kind.WITH:
            return True
        if (
            chunk.kind is Kind.SMALL
            and anchor.group in _DESCRIBED
            and (self._copula or self._attached or lead is not None and lead.kind is Kind.WITH)
        ):
            return True
        if self._copula and group in (Group.BACKGROUND, Group.STYLE, Group.OTHER, Group.SHOT):
            return anchor.subject and (
                anchor.group is group or anchor.group in _DESCRIBED or anchor.group is Group.BODY
            )
        if self._copula and anchor.subject and anchor.group is Group.BACKGROUND:
            return True
        return anchor.group is Group.BACKGROUND and self._after is Kind.CONJUNCTION and group is Group.BACKGROUND

    def _in_scene(self, chunk: Chunk, group: Group | None) -> bool:
        if self._scene:
            return True
        lead = self._preposition
        return lead is not None and lead.kind is Kind.SCENE_PREPOSITION and self._context is not Kind.HOLD

    def _to_scene(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if anchor is not None and anchor.group is Group.BACKGROUND:
            return self._grow(chunk)
        self._open(chunk, Group.BACKGROUND, lead.start if lead is not None else None)
        return None

    def _part(self, chunk: Chunk) -> None:
        anchor = self._anchor
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if self._context is Kind.HOLD:
            self._open(chunk, Group.ACCESSORY)
            return None
        own = chunk.group is not Group.TOP and self._after is Kind.COMMA
        if own and anchor is not None and anchor.group is not chunk.group and chunk.group is not None:
            self._open(chunk, chunk.group)
            return None
        if anchor is not None and (anchor.group in _PARTED or anchor.group is Group.BODY and self._preposition):
            return self._grow(chunk)
        worn = self._last_worn()
        self._open(chunk, worn if worn is not None else chunk.group or Group.OTHER)
        return None

    def _last_worn(self) -> Group | None:
        if self._phrases and self._phrases[-1].group in _WORN:
            return self._phrases[-1].group
        return None

    def _place(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._scene:
            return self._to_scene(chunk)
        if self._clause_start and lead is not None and lead.kind is not Kind.WITH and anchor is None:
            self._pending = lead.start if self._pending is None else self._pending
            self._preposition = None
            return None
        if anchor is not None and lead is not None and lead.word == "under" and chunk.word in ("eye", "eyes"):
            anchor.group = Group.FACE
            return self._grow(chunk)
        if anchor is not None and lead is not None and anchor.group in _GARMENT_PLACES.get(chunk.word, ()):
            return self._grow(chunk)
        attaching = lead is not None and lead.kind is not Kind.WITH or self._swallow or self._attached
        if anchor is not None and attaching and anchor.group is not Group.PERSON:
            if lead is not None:
                self._relocate(anchor, chunk, group)
            return self._grow(chunk)
        if anchor is not None and self._copula and anchor.group in _WORN and anchor.subject:
            return self._grow(chunk)
        own = _OWN_PLACES.get(chunk.word, group)
        self._open(chunk, own, lead.start if lead is not None and lead.kind is Kind.PREPOSITION else None)
        self._copula = False
        return None

    @staticmethod
    def _relocate(anchor: _Phrase, chunk: Chunk, group: Group) -> None:
        """A small thing or a wrap takes its group from where it is worn."""
        if anchor.weak and group in (Group.FACE, Group.HAIR):
            anchor.group, anchor.weak = group, False
        elif anchor.wrap and anchor.group in (Group.HEADWEAR, Group.NECKWEAR, Group.ACCESSORY):
            if chunk.word in _NECK:
                anchor.group = Group.NECKWEAR
            elif chunk.word in _HEAD:
                anchor.group = Group.HEADWEAR
            elif chunk.word in ("waist", "hip", "hips"):
                anchor.group = Group.BELT

    def _action_object(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if anchor is not None and anchor.group is Group.BODY:
            return self._grow(chunk)
        if lead is not None and lead.kind is Kind.PREPOSITION:
            self._open(chunk, Group.BODY, lead.start)
            return None
        self._open(chunk, Group.BACKGROUND if chunk.word.startswith("puddle") else Group.ACCESSORY)
        return None

    def _unknown(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, None):
            return self._to_scene(chunk)
        if self._context is Kind.HOLD and (chunk.determined or lead is None) and self._after is not Kind.ADVERB:
            self._open(chunk, Group.ACCESSORY)
            return None
        if not self._phrases and anchor is None and lead is None and self._next_kind() in _AFTER_PERSON:
            self._open(chunk, Group.PERSON)
            return None
        if self._unknown_place(chunk, anchor, lead):
            return None
        if anchor is not None and self._unknown_belongs(chunk, anchor, lead):
            return self._grow(chunk)
        if self._pronoun or (
            anchor is not None
            and anchor.group is Group.PERSON
            and self._after is not Kind.COMMA
            and lead is None
            and not chunk.determined
        ):
            self._pronoun = False
            self._open(chunk, Group.BODY)
            return None
        group = chunk.group if chunk.group in (Group.BACKGROUND, Group.HAIR) else Group.OTHER
        self._open(chunk, group).weak = group is Group.OTHER
        return None

    def _unknown_place(self, chunk: Chunk, anchor: _Phrase | None, lead: Chunk | None) -> bool:
        """Read an unknown noun as the scene where its preposition says so."""
        if lead is None or lead.kind is not Kind.PREPOSITION:
            return False
        posed = anchor is not None and anchor.group is Group.BODY
        described = anchor is not None and anchor.group in _DESCRIBED
        scenic = lead.word in _PLACE_PREPOSITIONS and not described
        if (
            scenic
            or (posed and lead.word in _AFTER_POSE)
            or (anchor is None and self._clause_start and lead.word in ("in", "on"))
        ):
            self._open(chunk, Group.BACKGROUND, lead.start if self._leads_scene(lead) else None)
            return True
        return False

    def _unknown_belongs(self, chunk: Chunk, anchor: _Phrase, lead: Chunk | None) -> bool:
        group = anchor.group
        if lead is not None:
            return group in _GROWING or group in (Group.BODY, Group.OTHER) or lead.kind is Kind.OF
        if self._swallow or self._copula and anchor.subject:
            return True
        if self._after is Kind.COMMA or self._after is Kind.STOP or self._after is Kind.CONJUNCTION:
            return group is Group.BACKGROUND and self._after is Kind.CONJUNCTION
        return group in _GROWING or group is Group.BODY

    def _adjective(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if self._context is Kind.HOLD and chunk.determined:
            self._open(chunk, Group.ACCESSORY)
            return None
        if (
            lead is not None
            and lead.word in ("in", "of", "about", "around")
            and anchor is not None
            and anchor.group is Group.PERSON
        ):
            return self._grow(chunk)
        if self._context is Kind.WEAR and anchor is None:
            self._open(chunk, Group.DRESS)
            return None
        if anchor is not None and self._adjective_belongs(chunk, anchor, lead):
            return self._grow(chunk)
        group = chunk.group
        if group is None:
            if anchor is not None and anchor.group is Group.PERSON or self._pronoun:
                group = Group.BODY
            elif anchor is not None and anchor.group in _GROWING:
                return self._grow(chunk)
            else:
                group = self._last_worn() or Group.OTHER
        self._open(chunk, group)
        return None

    def _adjective_belongs(self, chunk: Chunk, anchor: _Phrase, lead: Chunk | None) -> bool:
        if lead is not None or self._swallow:
            return anchor.group is not Group.PERSON
        if chunk.group is anchor.group:
            return True
        if self._copula:
            return anchor.subject and (anchor.group in _GROWING or anchor.group is Group.BODY)
        if self._after in (Kind.COMMA, Kind.CONJUNCTION):
            return (
                chunk.group is None and anchor.group in _GROWING or anchor.group is Group.BODY and chunk.group is None
            )
        return anchor.group in _GROWING

    def _adverb(self, chunk: Chunk) -> None:
        if self._negation is not None or self._anchor is None:
            return
        if self._anchor.group in _GROWING or self._anchor.group is Group.BODY:
            if self._after not in (Kind.COMMA, Kind.CONJUNCTION, Kind.STOP):
                self._anchor.end = chunk.end

    # verbs

    def _verb_to_be(self, chunk: Chunk) -> None:
        self._copula = True
        self._preposition = None
        if self._anchor is not None and not self._anchor.subject:
            self._clause_start = False

    def _wear(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return
        if (
            self._anchor is not None
            and self._anchor.group in _WORN
            and self._after in _HEADED
            and chunk.word == "tucked into"
        ):
            self._anchor.end = chunk.end
        if self._anchor is not None and self._context is Kind.HOLD and self._after in _HEADED:
            return self._swallowing(chunk)
        self._anchor = None
        self._preposition = None
        self._context = Kind.WEAR
        self._scene = False
        self._copula = False

    def _hold(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return
        participle = chunk.word.endswith(("held", "ed")) and self._after in _HEADED
        if (
            self._attaches_to_subject(chunk)
            or participle
            and self._anchor is not None
            and self._anchor.group in _DESCRIBED
        ):
            return self._grow(chunk)
        self._scene = False
        self._open(chunk, Group.BODY)
        self._context = Kind.HOLD
        self._walking = chunk.word.startswith("walk")
        self._copula = False

    def _pose(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return self._deny(chunk)
        anchor = self._anchor
        if self._scene and not self._pronoun or self._attaches_to_subject(chunk):
            if anchor is not None:
                return self._grow(chunk)
        self._context = None
        self._scene = False
        self._copula = False
        self._pronoun = False
        self._open(chunk, Group.BODY)

    def _attaches_to_subject(self, chunk: Chunk) -> bool:
        """Whether the verb's subject is a garment, hair or face rather than the person."""
        anchor = self._anchor
        if anchor is None or anchor.group not in _GROWING or self._pronoun:
            return False
        if self._after in (Kind.COMMA, Kind.CONJUNCTION, Kind.STOP):
            return False
        if anchor.listed and chunk.word.endswith("ing"):
            return anchor.group is Group.BACKGROUND or self._next_kind() in _ENDS
        return anchor.subject and anchor.group is not Group.SHOT

    def _expression(self, chunk: Chunk) -> None:
        if self._negation is not None:
            return self._deny(chunk)
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
            if self._phrases and self._after in (Kind.COMMA, Kind.CONJUNCTION) and self._phrases[-1].group in _WORN:
                self._anchor = self._phrases[-1]
                return self._grow(chunk)
            self._open(chunk, Group.BODY if self._pronoun else Group.OTHER).weak = True
            return None
        if anchor.group is Group.PERSON:
            self._open(chunk, Group.BODY)
            return None
        anchor.verbed = True
        self._grow(chunk)
        return None

    def _swallowing(self, chunk: Chunk) -> None:
        if self._anchor is not None:
            self._grow(chunk)
            self._swallow = True

    # leads

    def _lead(self, chunk: Chunk) -> None:
        anchor = self._anchor
        self._swallow = False
        if self._after is Kind.HOLD:
            self._context, self._after = None, Kind.POSE
        if (
            chunk.kind is Kind.SCENE_PREPOSITION
            or self._context is Kind.HOLD
            and anchor is not None
            and anchor.group is not Group.BODY
        ):
            self._context = None
        if (
            anchor is not None
            and anchor.group is Group.BODY
            and self._after is Kind.POSE
            and chunk.word in _WITH_POSE
            and self._next_kind() is not Kind.PLACE
        ):
            anchor.end = chunk.end
        if self._next_kind() in _ENDS:
            return self._adverb(chunk)
        self._preposition = chunk
        if self._next_kind() in (Kind.OBJECT, Kind.DETERMINER) and chunk.word in (
            "behind",
            "around",
            "beyond",
            "above",
        ):
            self._scene_of_pronoun(chunk)

    def _scene_of_pronoun(self, chunk: Chunk) -> None:
        """Read "behind her, a snowy park": the rest of the sentence is the scene."""
        if self._clause_start and self._anchor is None:
            self._scene = True
            self._pending = chunk.start

    def _object(self, chunk: Chunk) -> None:
        anchor = self._anchor
        lead = self._preposition
        self._preposition = None
        if self._pending is not None or lead is None or anchor is None:
            return
        if lead.word in ("behind", "around", "beyond") or lead.kind is Kind.SCENE_PREPOSITION:
            if anchor.group not in (Group.PERSON, Group.BODY, Group.FACE, Group.HAIR) and not anchor.verbed:
                anchor.group = Group.BACKGROUND
            if anchor.group is not Group.PERSON:
                anchor.end = chunk.end
        elif anchor.group in _GROWING or anchor.group is Group.BODY:
            anchor.end = chunk.end

    # separators and small words

    def _conjunction(self, chunk: Chunk) -> None:
        self._preposition = None
        self._swallow = False
        if self._negated is not None:
            if chunk.word in ("or", "nor"):
                self._negation = chunk
            else:
                self._end_negation()

    def _relative(self, chunk: Chunk) -> None:
        self._end_negation()
        self._preposition = None
        if chunk.word in ("who", "whose") or self._anchor is None or self._anchor.group is Group.PERSON:
            self._anchor = None
            self._clause_start = True
            self._pronoun = chunk.word == "who"
        else:
            self._anchor.subject = True

    def _subject(self, chunk: Chunk) -> None:
        self._end_negation()
        self._anchor = None
        self._preposition = None
        self._context = None
        self._scene = False
        self._copula = False
        if chunk.word.startswith("there"):
            self._pending = chunk.start
        self._pronoun = not chunk.word.startswith(("there", "here", "it"))
        self._clause_start = True

    def _glue(self, chunk: Chunk) -> None:
        """An article alone is a pronoun after a preposition: "behind her"."""
        if self._preposition is not None:
            self._object(chunk)

    def _filler(self, chunk: Chunk) -> None:
        self._anchor = None
        self._preposition = None

    def _fixed(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor = self._anchor
        if self._negation is not None:
            return self._deny(chunk)
        if group is Group.BACKGROUND and anchor is not None and self._retroactive(chunk, anchor):
            anchor.group = Group.BACKGROUND
            return self._grow(chunk)
        if anchor is not None and (anchor.group is group or self._scene):
            return self._grow(chunk)
        self._preposition = None
        self._open(chunk, group)
        return None

    def _retroactive(self, chunk: Chunk, anchor: _Phrase) -> bool:
        """Whether, as in "a hat rack in the background", the place makes what it holds part of the scene."""
        return (
            anchor.group not in (Group.PERSON, Group.BODY, Group.FACE, Group.HAIR)
            and chunk.word in ("in the background", "in the distance")
            and self._after not in (Kind.COMMA, Kind.STOP, Kind.CONJUNCTION)
        )

    def _comma(self, chunk: Chunk) -> None:
        self._preposition = None
        self._swallow = False
        self._end_negation()
        if self._context is Kind.HOLD:
            self._context = None
        self._copula = False
        if not self._scene:
            self._clause_start = True

    def _stop(self, chunk: Chunk) -> None:
        self._end_negation()
        self._preposition = None
        self._swallow = False
        self._context = None
        self._scene = False
        self._copula = False
        self._pronoun = False
        self._anchor = None
        self._pending = None
        self._clause_start = True

    # negation

    def _negate(self, chunk: Chunk) -> None:
        self._preposition = None
        self._swallow = False
        self._negation = chunk
        self._negated = None

    def _deny(self, chunk: Chunk) -> None:
        if self._negated is None:
            assert self._negation is not None
            self._negated = _Phrase(self._negation.start, chunk.end, Group.NEGATED)
            self._phrases.append(self._negated)
        else:
            self._negated.end = chunk.end
        self._anchor = None
        self._settle()
        if chunk.kind in (Kind.NOUN, Kind.PERSON, Kind.SMALL, Kind.PART, Kind.PLACE, Kind.UNKNOWN, Kind.ACTION_OBJECT):
            self._negation = None

    def _end_negation(self) -> None:
        self._negation = None
        self._negated = None
