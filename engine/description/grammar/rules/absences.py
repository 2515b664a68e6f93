"""Where an absence begins and ends, and whose predicate says that something is not there."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import Chunk
from engine.description.grammar.rules.absence_lists import ENDS, EXCEPTING, MOST_ITEMS, AbsenceLists, is_plain
from engine.description.grammar.rules.memory import DESCRIBED, WORN, Phrase
from engine.description.grammar.rules.verbs import VerbRules
from engine.description.lexicon.absences import CLOSING_WORDS, GONE, TRAILING

#: What names the things that a word before it means: "no accessories such as hats".
_NAMELY = frozenset(("such as", "like", "including", "e.g", "especially", "particularly", "for example"))
_THINGS = frozenset((Kind.NOUN, Kind.SMALL))
_STATES = frozenset((Kind.ATTACH, Kind.POSE))
_DOES_NOT = frozenset(("does not", "do not", "doesn't", "don't", "did not", "didn't"))
_LEFT = frozenset(("left", "leaves", "leaving", "forgotten"))
_ELSEWHERE = frozenset(("home", "behind", "indoors", "in the car", "on the bus"))
#: Where "leave the hat ..." leads.
_AWAY = frozenset(("out", "off", "away", "behind"))
#: What denies its subject where nothing more is said: "hat no, tie no".
_NO = frozenset(("no", "nope", "not"))
_IS_NOT = frozenset(("not", "isn't", "aren't", "wasn't", "weren't"))
_LACKING = frozenset(("without", "without a", "without any", "w/o"))
_SELDOM = (
    "never",
    "rarely",
    "seldom",
    "hardly ever",
    "scarcely ever",
    "won't",
    "wouldn't",
    "doesn't",
    "does not",
    "can't",
)
_LEADS = frozenset((Kind.PREPOSITION, Kind.ADVERB, Kind.FILLER, Kind.SUBJECT))
_PRONOUNS = frozenset((Kind.SUBJECT, Kind.OBJECT))
_NOBODY = ("no one", "nobody", "no-one", "none of")
_FAR_BACK = 6
_SUBJECT_IS = 2  # chunks of a subject and its verb
#: Whole outfits, after which an exception is there: "everything black apart from white trainers".
_WHOLES = ("everything", "dressed all", "dressed entirely", "naked", "nude", "barefoot", "undressed", "bare")


class AbsenceRules(AbsenceLists):
    """Decides for words of absence and for what follows them."""

    def _negate(self, chunk: Chunk) -> None:
        if self._after is Kind.SWALLOW and self._anchor is not None:  # "a t-shirt that says NO WAR"
            return self._grow(chunk)
        if self._denied_at >= self._at:
            return None  # the "nor" of "neither she nor her sister wears a hat"
        if self._is_kept(chunk) or chunk.word.startswith(_NOBODY) and self._compares():
            self._end_negation()
            self._anchor = self._preposition = None
            return None
        if self._is_handled(chunk):
            return self._pose(chunk)
        if self._answers(chunk):
            return None
        if chunk.word in EXCEPTING and self._is_there():
            self._end_negation()
            self._anchor = self._preposition = None
            return None
        self._preposition = None
        self._swallow = False
        if chunk.word in _LACKING and self._is_never_so():
            return self._wear(chunk)
        if chunk.word in _DOES_NOT and self._after is Kind.NOUN and self._anchor is not None:
            subject = self._anchor.subject or self._anchor.listed
            if subject and self._anchor.group in WORN and self._next_kind() in _STATES:
                return self._grow(chunk)  # a state that one sees: "her heels do not reach the ground"
        if self._says_no(chunk) or self._is_elsewhere(chunk):
            return None
        self._denied_at = self._denied_of_both(chunk)
        if self._denied_at >= 0:
            return None
        self._negation = chunk
        if chunk.word != "nor":
            self._negated = None
        return None

    def _compares(self) -> bool:
        """Whether nobody does as this one does: "no one wears a top hat like he does"."""
        chunks, at = self._chunks, self._at + 2
        return at + 1 < len(chunks) and chunks[at].word == "like" and chunks[at + 1].kind in _PRONOUNS

    def _verb_to_be(self, chunk: Chunk) -> None:
        if self._at == self._denied_at:
            return self._begin_denial(chunk)
        if self._is_at_home():
            anchor = self._anchor
            assert anchor is not None
            anchor.group, self._negated, self._absent_until = Group.NEGATED, anchor, self._at + 2
            self._anchor = None
            return None
        return super()._verb_to_be(chunk)

    def _wear(self, chunk: Chunk) -> None:
        return self._begin_denial(chunk) if self._at == self._denied_at else super()._wear(chunk)

    def _hold(self, chunk: Chunk) -> None:
        return self._begin_denial(chunk) if self._at == self._denied_at else super()._hold(chunk)

    def _begin_denial(self, chunk: Chunk) -> None:
        self._negation, self._negated = chunk, None

    def _says_no(self, chunk: Chunk) -> bool:
        """Whether this is all that is said of a thing that stands bare: "hat no, briefcase yes"."""
        if chunk.word not in _NO or self._after not in _THINGS or self._next_kind() not in ENDS or not self._anchor:
            return False
        if self._anchor.group not in DESCRIBED or not is_plain(self._chunks[self._at - 1]):
            return False
        return self._denies_subject(chunk)

    def _is_elsewhere(self, chunk: Chunk) -> bool:
        """Whether what is worn is said not to be at its place: "his watch is not on his wrist"."""
        chunks, at, anchor = self._chunks, self._at, self._anchor
        if chunk.word not in _IS_NOT or anchor is None or anchor.group not in WORN or at + 2 >= len(chunks):
            return False
        if self._after is not Kind.COPULA and chunk.word == "not":
            return False
        place = chunks[at + 2]
        if chunks[at + 1].word != "on" or place.kind is not Kind.PLACE or not place.determined:
            return False
        if not self._denies_subject(chunk):
            return False
        self._absent_until = at + 2
        return True

    def _pose(self, chunk: Chunk) -> None:
        if chunk.word == "leave" and self._negation is None and self._stays_at_home(_AWAY):
            return None
        return super()._pose(chunk)

    def _is_never_so(self) -> bool:
        """Whether what is lacking never lacks: "never leaves the house without her turban"."""
        for at in range(self._at - 1, max(-1, self._at - _FAR_BACK), -1):
            chunk = self._chunks[at]
            if chunk.kind is Kind.STOP or chunk.kind is Kind.COMMA:
                return False
            if chunk.word.startswith(_SELDOM):
                self._end_negation()
                for phrase in self._phrases[:-_FAR_BACK:-1]:
                    if phrase.group is Group.NEGATED and phrase.start >= chunk.start:
                        phrase.group = Group.OTHER
                return True
        return False

    def _is_there(self) -> bool:
        """Whether an exception is one to an absence or a whole: "no shoes apart from sandals"."""
        if self._negation is not None or self._negated is not None:
            return True
        before = self._chunks[self._at - 1] if self._at else None
        if before is not None and (before.kind is Kind.ADJECTIVE or before.word.startswith(_WHOLES)):
            return True
        opening = self._chunks[max(0, self._at - 3) : self._at]
        if opening and opening[0].word == "everything" and opening[-1].kind is Kind.WEAR:
            return False  # "everything a cowboy wears except the hat"
        return any(each.word.startswith(_WHOLES) for each in opening)

    def _noun(self, chunk: Chunk) -> None:
        if self._negated is not None and self._lists_without_commas():
            return self._deny(chunk)
        return VerbRules._noun(self, chunk)  # quicker than `super`, and asked for every noun

    def _names_absences(self, chunk: Chunk) -> bool:
        """Whether what is absent is named once more: "no accessories such as hats"."""
        denied = self._negated
        if denied is None or denied is not self._phrases[-1] or chunk.word not in _NAMELY or self._negation is not None:
            return False
        self._negation = chunk
        return True

    def _attach(self, chunk: Chunk) -> None:
        if self._ends_absence(chunk) or self._is_closing(chunk) and self._denies_subject(chunk):
            return None
        if chunk.word in _LEFT and self._negation is None and self._stays_at_home():
            return None
        return super()._attach(chunk)

    def _stays_at_home(self, elsewhere: frozenset[str] = _ELSEWHERE) -> bool:
        """Whether what was left is not there: "he has left his hat and glasses at home"."""
        for at, chunk in enumerate(self._chunks[self._at + 1 : self._at + MOST_ITEMS], self._at + 1):
            if chunk.kind is Kind.STOP or elsewhere is _AWAY and chunk.kind is Kind.COMMA:
                return False
            if chunk.word in elsewhere:
                self._negation, self._negated = self._chunks[self._at], None
                self._absent_until = at
                return True
        return False

    def _absent(self, chunk: Chunk) -> None:
        """Read a single word of absence: "hatless"."""
        self._negation = chunk
        self._negated = None
        self._deny(chunk)
        self._negation = None

    def _close(self, chunk: Chunk) -> None:
        """Read what says that its subject is absent: "her face is not visible"."""
        if self._after is Kind.NEGATION and self._negation is not None:
            return self._end_negation()  # "his tie is loosened, not removed"
        if self._takes_it(chunk):
            return None
        if not self._denies_subject(chunk):
            self._negation = chunk
            self._negated = None
            self._deny(chunk)
        self._end_negation()

    def _denies_subject(self, chunk: Chunk) -> bool:
        anchor = self._anchor
        if anchor is None or anchor.group in (Group.PERSON, Group.SHOT) or anchor is not self._phrases[-1]:
            return False
        if self._after in (Kind.COMMA, Kind.STOP, Kind.CONJUNCTION):
            return False
        part = self._own_subject(anchor)
        if part is not None:
            anchor.end = self._chunks[self._chunks.index(part, max(0, self._at - _FAR_BACK)) - 2].end
            anchor = Phrase(part.start, part.end, Group.NEGATED)
            self._phrases.append(anchor)
        if self._after is Kind.COPULA and any(
            each.opener == "one" for each in self._chunks[max(0, self._at - _SUBJECT_IS) : self._at]
        ):
            anchor.end = chunk.end  # "one sock is missing": the other is there
            return True
        anchor.group, anchor.end = Group.NEGATED, chunk.end
        self._deny_list_before(anchor)
        self._anchor = self._preposition = None
        self._negated = anchor
        self._copula = False
        self._clause_start = False
        return True

    def _adjective(self, chunk: Chunk) -> None:
        if chunk.word in _LEFT and self._negation is None and self._after is Kind.COPULA and self._stays_at_home():
            return None
        if self._ends_absence(chunk) or self._is_closing(chunk) and self._denies_subject(chunk):
            return None
        return super()._adjective(chunk)

    def _adverb(self, chunk: Chunk) -> None:
        if self._ends_absence(chunk) or self._is_closing(chunk) and self._denies_subject(chunk):
            return None
        return super()._adverb(chunk)

    def _unknown(self, chunk: Chunk) -> None:
        if self._ends_absence(chunk) or self._is_closing(chunk) and self._denies_subject(chunk):
            return None
        if self._negation is not None and self._negation.kind is Kind.NEGATION and self._next_kind() in _THINGS:
            if not chunk.determined and self._negation is self._chunks[self._at - 1]:
                return None  # "she never brings a bag"
        return super()._unknown(chunk)

    def _is_closing(self, chunk: Chunk) -> bool:
        if chunk.word not in CLOSING_WORDS or self._negation is not None:
            return False
        if self._next_kind() not in ENDS:
            gone = chunk.word in GONE and self._after is Kind.COPULA and self._next_kind() in _LEADS
            shaved = chunk.word == "off" and self._took_off()
            return gone or shaved and self._anchor is not None and self._anchor.group in DESCRIBED
        return chunk.word != "off" or self._anchor is not None and self._anchor.group in WORN

    def _ends_absence(self, chunk: Chunk) -> bool:
        """Whether this only says once more that something is not there: "no face visible"."""
        denied = self._negated
        if denied is None or self._negation is not None or denied is not self._phrases[-1]:
            return False
        if chunk.word not in TRAILING or self._after in ENDS or self._next_kind() not in ENDS:
            return False
        denied.end = chunk.end
        return True

    def _still_named(self, chunk: Chunk) -> bool:
        """Whether a pronoun ends an absence: "never wearing rings himself"."""
        denied = self._negated
        if denied is None or denied is not self._phrases[-1] or self._after in ENDS:
            return False
        denied.end = chunk.end
        return True
