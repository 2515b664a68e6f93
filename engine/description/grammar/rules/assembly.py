"""Chunks to phrases: one pass that gives each chunk to a garment, body part or scene.

The rules for nouns, modifiers and verbs are its bases; here are the words between them and the order of things.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import Chunk
from engine.description.grammar.rules.absences import AbsenceRules
from engine.description.grammar.rules.memory import DESCRIBED, GROWING, WORN, Phrase
from engine.description.grammar.word_roles import HEADS

#: Prepositions that stay with a verb of pose before them: "leans against", "walking down".
_WITH_POSE = frozenset(
    ("by", "against", "down", "along", "across", "through", "past", "up", "over", "into", "on", "in", "at", "onto",
     "towards", "toward", "off", "from", "around", "to", "beside")
)  # fmt: skip
_FINITE = frozenset((Kind.WEAR, Kind.HOLD, Kind.POSE, Kind.EXPRESSION, Kind.STOP, Kind.SUBJECT))
#: What "it" and "they" take up again.
RESUMED = WORN | {Group.HAIR}
_CLAUSE_VERBS = frozenset((Kind.ATTACH, Kind.POSE, Kind.HOLD, Kind.EXPRESSION))
_CLAUSE_GOES_ON = _CLAUSE_VERBS | {Kind.COPULA, Kind.OF}
_AT_BODY = ("on her ", "on his ", "in her ", "in his ", "over her ", "over his ", "on their ")
_FIRST = 3  # phrases in which a text names who is drawn
_SHOWS = frozenset(("show", "shows"))
_NO_ASIDE = 9
_CARRIED_AT = frozenset(("on her back", "on his back"))
_NOBODY = ("nobody", "no one", "no-one")
_RESUMES = frozenset(("it", "they", "it's", "they're"))
_PARTICLE_BEFORE = frozenset((None, Kind.COMMA, Kind.STOP, Kind.CONJUNCTION, Kind.PREPOSITION))


class Assembly(AbsenceRules):
    """Turns the chunks of one text into (start, end, group) triples; every chunk is looked at once."""

    def read(self) -> list[tuple[int, int, Group]]:
        """Return the phrases in order; they never overlap."""
        for at, chunk in enumerate(self._chunks):
            self._at = at
            kind = chunk.kind
            if at == self._absent_until and self._negated is not None:
                self._negated.end = chunk.end  # "left his hat at home"
                self._end_negation()
                continue
            if self._waiting is not None and self._after is not Kind.SUBJECT and self._ends_aside(chunk):
                self._resume(chunk, self._waiting)
                self._waiting = None
            _HANDLERS[kind](self, chunk)
            if kind in _FINITE or kind is Kind.COPULA and self._next_kind() not in _FINITE:
                self._awaiting_verb = False
            self._after = kind
        return [(phrase.start, phrase.end, phrase.group) for phrase in self._phrases]

    def _lead(self, chunk: Chunk) -> None:
        if self._names_absences(chunk):
            return None
        anchor = self._anchor
        self._swallow = False
        if chunk.word == "close to" and anchor is not None and anchor.group is Group.HAIR:
            chunk = chunk._replace(kind=Kind.PREPOSITION)  # "hair cut close to the skull"
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
        if self._next_kind() in _PARTICLE_BEFORE:
            return self._adverb(chunk)
        self._preposition = chunk
        if self._next_kind() in (Kind.OBJECT, Kind.DETERMINER) and chunk.word in (
            "behind",
            "around",
            "beyond",
            "above",
        ):
            self._scene_of_pronoun(chunk)
        return None

    def _scene_of_pronoun(self, chunk: Chunk) -> None:
        """Read "behind her, a snowy park": the rest of the sentence is the scene."""
        if self._clause_start and self._anchor is None:
            self._scene = True
            self._pending = chunk.start

    def _object(self, chunk: Chunk) -> None:
        anchor = self._anchor
        lead = self._preposition
        self._preposition = None
        if lead is None and self._still_named(chunk):
            return
        if self._pending is not None or lead is None or anchor is None:
            return
        if lead.word in ("behind", "around", "beyond") or lead.kind is Kind.SCENE_PREPOSITION:
            if anchor.group is Group.PERSON and anchor.listed and self._are_others(anchor):
                anchor.group = Group.BACKGROUND  # ", photographers behind her"
            if anchor.group not in (Group.PERSON, Group.BODY, Group.FACE, Group.HAIR) and not anchor.verbed:
                anchor.group = Group.BACKGROUND
            if anchor.group is not Group.PERSON:
                anchor.end = chunk.end
        elif anchor.group in GROWING or anchor.group is Group.BODY:
            anchor.end = chunk.end

    def _are_others(self, anchor: Phrase) -> bool:
        """Whether people in the plural are named after the one who is drawn."""
        return anchor.word.endswith("s") and any(
            each.group is Group.PERSON for each in self._phrases[:_FIRST] if each is not anchor
        )

    def _begins_clause(self) -> bool:
        """Whether a thing with a verb of its own follows: ", and the hem of her dress has ripped"."""
        chunks, at = self._chunks, self._at + 1
        if at + 1 >= len(chunks) or chunks[at].kind not in HEADS:
            return False
        if not chunks[at].determined:
            acts = chunks[at + 1].kind in _CLAUSE_VERBS and chunks[at + 1].word.endswith("s")
            return acts and at + 2 < len(chunks) and chunks[at + 2].determined
        if chunks[at + 1].kind is Kind.OF and at + 3 < len(chunks) and chunks[at + 2].kind in HEADS:
            at += 2
        after = chunks[at + 1]
        if after.kind is Kind.COPULA:
            return True
        return after.kind in _CLAUSE_VERBS and after.word.endswith("s") is not chunks[at].word.endswith("s")

    def _end_clause(self) -> None:
        self._anchor = self._context = self._waiting = None
        self._scene = self._copula = self._pronoun = False
        self._clause_start = True

    def _conjunction(self, chunk: Chunk) -> None:
        self._preposition = None
        self._swallow = False
        at = self._at + 2
        if at < len(self._chunks) and self._chunks[at].kind in _CLAUSE_GOES_ON and self._negated is None:
            if self._begins_clause():
                return self._end_clause()
        if self._negated is not None:
            if self._negated is not self._phrases[-1]:
                self._end_negation()
            elif chunk.word in ("or", "nor") or self._joins_absences(chunk):
                self._negation = chunk
            else:
                self._end_negation()

    def _relative(self, chunk: Chunk) -> None:
        self._end_negation()
        self._preposition = None
        if chunk.word == "whose" and self._anchor is not None and self._anchor.group in WORN:
            if self._next_kind() is Kind.PART:
                self._anchor.subject = True
                return
        if chunk.word in ("who", "whose") or self._anchor is None or self._anchor.group is Group.PERSON:
            self._anchor = None
            self._clause_start = True
            self._pronoun = chunk.word == "who"
            self._awaiting_verb = self._awaiting_verb and chunk.word != "whose"
        else:
            self._anchor.subject = True

    def _subject(self, chunk: Chunk) -> None:
        if chunk.word == "it" and self._preposition is not None and self._chunks[self._at - 1] is self._preposition:
            return self._object(chunk)  # "the vest beneath it"
        self._end_negation()
        self._anchor = None
        self._preposition = None
        self._context = None
        self._scene = False
        self._copula = False
        if chunk.word.startswith("there"):
            self._pending = chunk.start
        self._pronoun = not chunk.word.startswith(("there", "here", "it"))
        resumed = self._phrases[-1] if self._phrases else None
        if self._after is Kind.NOUN and resumed is not None and resumed.group in WORN:
            self._waiting, self._asides = resumed, -1  # "the coat he carries over his arm is wet"
        if resumed is not None and resumed.group in RESUMED and chunk.word in _RESUMES:
            if chunk.word != "they" or resumed.word.endswith("s") and not resumed.word.endswith("ss"):
                self._resume(chunk, resumed)
        self._clause_start = True

    def _ends_aside(self, chunk: Chunk) -> bool:
        """Whether this is the verb of a garment after what was put in: "The dress, lent by a sister, gapes"."""
        if chunk.kind is Kind.COPULA:
            return self._after is Kind.COMMA and self._asides > 1 or self._asides < 0
        if chunk.kind is not Kind.ATTACH and chunk.kind is not Kind.POSE:
            return False
        if self._asides < 0 and self._after is Kind.WEAR:
            return chunk.word.endswith("s")  # "the kaftan she wears reaches the floor"
        return self._after is Kind.COMMA and self._asides > 1 and chunk.word.endswith("s")

    def _resume(self, chunk: Chunk, phrase: Phrase) -> None:
        """Let what follows "it" or "they" speak of the garment before."""
        ghost = Phrase(chunk.start, chunk.end, phrase.group)
        ghost.ghost = ghost.subject = True
        ghost.word = phrase.word
        self._anchor, self._pronoun = ghost, False

    def _glue(self, chunk: Chunk) -> None:
        """An article alone is a pronoun after a preposition: "behind her"."""
        if self._preposition is not None:
            self._object(chunk)

    def _filler(self, chunk: Chunk) -> None:
        if chunk.word in _SHOWS and self._anchor is not None and self._anchor.group in DESCRIBED | {Group.BODY}:
            if (
                self._after is Kind.PLACE
                and self._next_kind() in _PARTICLE_BEFORE
                or self._after is Kind.NOUN
                or self._after is Kind.PART
            ):
                self._attach(chunk)
                self._attached = True
                return None  # "her torn shirt shows her ribs"
        if self._ends_absence(chunk) or chunk.word == "too" and self._next_kind() is Kind.ADJECTIVE:
            return
        self._anchor = None
        self._preposition = None

    def _fixed(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor = self._anchor
        denied = (
            self._negated is not None
            and self._negated is self._phrases[-1]
            and self._after is not Kind.COMMA
            and (self._after is not Kind.ABSENT or self._chunks[self._at - 1].word.startswith(_NOBODY))
        )  # "nobody in the background", but "hatless in the rain"
        if self._negation is not None or (denied and group is Group.BACKGROUND and chunk.word.startswith("in the")):
            return self._deny(chunk)
        if group is Group.BACKGROUND and anchor is not None and self._retroactive(chunk, anchor):
            anchor.group = Group.BACKGROUND
            return self._grow(chunk)
        if anchor is not None and (anchor.group is group or self._scene):
            return self._grow(chunk)
        if group is Group.BODY and anchor is not None and anchor.group in WORN and chunk.word in _CARRIED_AT:
            if self._after is Kind.NOUN:
                return self._grow(chunk)
        if group is Group.BODY and anchor is not None and anchor.group in WORN and self._attached:
            if chunk.word.startswith(_AT_BODY):
                return self._grow(chunk)  # "a bag clasped on her knees"
        self._preposition = None
        self._open(chunk, group)
        return None

    def _retroactive(self, chunk: Chunk, anchor: Phrase) -> bool:
        """Whether, as in "a hat rack in the background", the place makes what it holds part of the scene."""
        if (
            anchor.group is Group.PERSON
            and anchor.listed
            and chunk.word.startswith("in the")
            and self._are_others(anchor)
        ):
            return True  # "a teacher, pupils in the foreground"
        return (
            anchor.group not in (Group.PERSON, Group.BODY, Group.FACE, Group.HAIR)
            and chunk.word in ("in the background", "in the distance")
            and self._after not in (Kind.COMMA, Kind.STOP, Kind.CONJUNCTION)
        )

    def _comma(self, chunk: Chunk) -> None:
        self._preposition = None
        self._swallow = False
        if self._negated is not None and self._lists_absences():
            self._negation = self._negation or chunk
            return
        self._negation = self._negated = None
        self._asides = self._asides + 1 if self._asides >= 0 else _NO_ASIDE
        at = self._at + 2
        if at < len(self._chunks) and self._chunks[at].kind in _CLAUSE_GOES_ON and self._begins_clause():
            return self._end_clause()
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
        self._pending = self._waiting = None
        self._clause_start = True


#: What each kind of chunk does.
_HANDLERS: dict[Kind, Callable[[Assembly, Chunk], None]] = {
    Kind.NOUN: Assembly._noun,
    Kind.PERSON: Assembly._noun,
    Kind.PART: Assembly._part,
    Kind.PLACE: Assembly._place,
    Kind.SMALL: Assembly._noun,
    Kind.ACTION_OBJECT: Assembly._action_object,
    Kind.ADJECTIVE: Assembly._adjective,
    Kind.ADVERB: Assembly._adverb,
    Kind.UNKNOWN: Assembly._unknown,
    Kind.DETERMINER: Assembly._glue,
    Kind.PREDETERMINER: Assembly._glue,
    Kind.CONJUNCTION: Assembly._conjunction,
    Kind.RELATIVE: Assembly._relative,
    Kind.SUBJECT: Assembly._subject,
    Kind.OBJECT: Assembly._object,
    Kind.COPULA: Assembly._verb_to_be,
    Kind.WITH: Assembly._lead,
    Kind.OF: Assembly._lead,
    Kind.PREPOSITION: Assembly._lead,
    Kind.SCENE_PREPOSITION: Assembly._lead,
    Kind.SWALLOW: Assembly._swallowing,
    Kind.WEAR: Assembly._wear,
    Kind.HOLD: Assembly._hold,
    Kind.POSE: Assembly._pose,
    Kind.EXPRESSION: Assembly._expression,
    Kind.CAMERA: Assembly._camera,
    Kind.ATTACH: Assembly._attach,
    Kind.NEGATION: Assembly._negate,
    Kind.ABSENT: Assembly._absent,
    Kind.CLOSER: Assembly._close,
    Kind.FILLER: Assembly._filler,
    Kind.FIXED: Assembly._fixed,
    Kind.COMMA: Assembly._comma,
    Kind.STOP: Assembly._stop,
}
