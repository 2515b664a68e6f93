"""How far a list of absences goes: what commas, "and" and "or" add to what is not there, before its word and after.

It does not know where an absence begins.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import Chunk
from engine.description.grammar.rules.memory import DESCRIBED, Phrase
from engine.description.grammar.rules.removals import RemovalRules
from engine.description.lexicon.absences import EXCEPTIONS, OPENERS

#: Words of an exception: "no shoes apart from sandals".
EXCEPTING = frozenset(" ".join(phrase.split()) for phrase in EXCEPTIONS.split(","))
#: What an item of a list of absences can be.
_ITEMS = frozenset(
    (Kind.NOUN, Kind.SMALL, Kind.PART, Kind.PLACE, Kind.ACTION_OBJECT, Kind.UNKNOWN, Kind.ADJECTIVE, Kind.PERSON)
)
_NAMED = _ITEMS - {Kind.ADJECTIVE}
ENDS = frozenset((None, Kind.COMMA, Kind.STOP, Kind.CONJUNCTION))
_RULED_OUT = DESCRIBED | {Group.BODY}
_JOINS = frozenset(("and", "or", "nor", "&"))
_OR = frozenset(("or", "nor", "or else"))
#: What ends a list of bare things after a comma.
_GOES_ON = frozenset(
    (Kind.PREPOSITION, Kind.SCENE_PREPOSITION, Kind.WITH, Kind.WEAR, Kind.POSE, Kind.HOLD, Kind.EXPRESSION, Kind.FIXED)
)
MOST_ITEMS = 10
_TWO_MORE = 3  # chunks from a comma to the second thing after it
#: Openers after which "and" may begin something that is there: "no make-up and glasses".
_ALONE = frozenset(("no", "not", "not a", "not an", "never", "nor", "isn't", "aren't", "wasn't", "weren't", "zero"))
_LISTING = frozenset(("without", "without any", "w/o", "w/out", "sans", "minus", "lacking"))
_WITHOUT = EXCEPTING | frozenset(" ".join(phrase.split()) for phrase in OPENERS.split(",")) - _ALONE


class AbsenceLists(RemovalRules):
    """Decides for what joins things that are absent."""

    def _lists_without_commas(self) -> bool:
        """Whether a list of absences goes on without a comma: "without glasses beard or hat"."""
        denied, at = self._negated, self._at + 1
        if denied is None or self._negation is not None or denied is not self._phrases[-1] or self._after not in _NAMED:
            return False
        if at + 1 >= len(self._chunks) or self._chunks[at].word not in _OR or not is_plain(self._chunks[self._at]):
            return False
        return self._chunks[at + 1].kind in _NAMED and is_plain(self._chunks[at + 1])

    def _deny_list_before(self, last: Phrase) -> None:
        """Let a list of bare things be absent with its last: "hat, scarf and glasses are not visible"."""
        chunks, at = self._chunks, self._at
        while at >= 0 and chunks[at].start > last.start:
            at -= 1
        if at < 1 or chunks[at - 1].word not in _JOINS or not is_plain(chunks[at]):
            return
        if at > 1 and chunks[at - 2].kind is Kind.COMMA:
            at -= 1  # "hat, scarf, and glasses"
        for phrase in self._phrases[-2 : -2 - MOST_ITEMS : -1]:
            at -= 2
            if at < 0 or chunks[at].start != phrase.start or not self._are_bare((at,)):
                return
            phrase.group = Group.NEGATED
            if at < 1 or chunks[at - 1].kind is not Kind.COMMA:
                return

    def _lists_absences(self) -> bool:
        """Whether a comma after something absent is one of a list that goes on to "or": "no hat, scarf or glasses"."""
        if self._negated is None or self._negated is not self._phrases[-1]:
            return False
        if self._negation is not None:  # "neither a tie nor, for that matter, a belt"
            return self._negation.word in _OR and self._after in (Kind.NEGATION, Kind.FILLER)
        if self._at < self._absent_until:
            return True
        chunks, at = self._chunks, self._at + 1
        last = min(len(chunks), at + 2 * MOST_ITEMS)
        while at < last:
            if chunks[at].word in _OR and chunks[at].kind in (Kind.CONJUNCTION, Kind.NEGATION):
                return at + 1 < len(chunks) and chunks[at + 1].kind in _ITEMS
            if chunks[at].kind not in _NAMED:
                return chunks[at].kind in _GOES_ON and chunks[at - 1].kind is Kind.COMMA and self._goes_on_to(at - 2)
            after = chunks[at + 1] if at + 1 < last else None
            if after is None or after.kind is not Kind.COMMA and after.word not in _OR:
                return self._ends_with_bare_nouns(at)
            at += 2 if after.kind is Kind.COMMA else 1
        return False

    def _ends_with_bare_nouns(self, at: int) -> bool:
        """Whether a list ends with "and" and every noun in it stands alone: "without hat, scarf and glasses"."""
        chunks = self._chunks
        if at + 1 == len(chunks) or chunks[at + 1].kind is Kind.STOP:
            return self._goes_on_to(at)
        if at + 2 >= len(chunks) or chunks[at + 1].kind is not Kind.CONJUNCTION or chunks[at + 1].word != "and":
            return False
        if self._opener not in _WITHOUT or at + 3 < len(chunks) and chunks[at + 3].kind not in ENDS:
            return False
        if not self._are_bare((*range(self._at + 1, at + 1, 2), at + 2)):
            return False
        self._last_of_list = at + 1
        return True

    def _goes_on_to(self, last: int) -> bool:
        """Whether commas alone join a list of three things or more: "w/o hat, scarf, glasses"."""
        if self._at < self._last_of_list <= last:
            return True
        if self._opener not in _LISTING or last < self._at + _TWO_MORE:
            return False
        if not self._are_bare(range(self._at - 1, last + 1, 2)):
            return False
        self._last_of_list = last
        return True

    def _are_bare(self, places: Iterable[int]) -> bool:
        """Whether things stand alone, with an article at most: no colour or material asks for them."""
        items = [self._chunks[at] for at in places]
        return all(each.kind in _NAMED and each.group in _RULED_OUT and is_plain(each) for each in items)

    def _joins_absences(self, chunk: Chunk) -> bool:
        """Whether "and" adds to what is absent: "without a hat and scarf", but not "no hat and a scarf"."""
        if self._negated is None or chunk.word not in ("and", "&") or self._at + 1 >= len(self._chunks):
            return False
        if self._at == self._last_of_list or self._at < self._absent_until:
            return True
        after = self._chunks[self._at + 1]
        bare = is_plain if self._opener in _WITHOUT else _is_bare
        if after.kind not in _NAMED or not bare(after):
            return False
        if after.group not in DESCRIBED or self._denied_group not in DESCRIBED:
            return False
        if self._at + 2 < len(self._chunks) and self._chunks[self._at + 2].kind not in ENDS:
            return False
        return self._opener in _WITHOUT or not after.word.endswith("s")


def is_plain(chunk: Chunk) -> bool:
    """Whether a phrase is a noun alone, with an article at most."""
    opened = len(chunk.opener) + 1 if chunk.opener else 0
    return chunk.end - chunk.start == len(chunk.word) + opened


def _is_bare(chunk: Chunk) -> bool:
    return chunk.kind in _NAMED and not chunk.determined and chunk.end - chunk.start == len(chunk.word)
