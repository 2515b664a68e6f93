"""Verbs of removing: whether what they are said of is gone, is kept in after all, or is only being handled."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import Chunk
from engine.description.grammar.rules.memory import DESCRIBED, WORN, Phrase
from engine.description.grammar.rules.verbs import VerbRules
from engine.description.lexicon.absences import BIDDEN, KEEPING, TAKE_IT

_NOTS = frozenset(("not", "never", "cannot"))
#: Where a text bids something.
_STARTS = frozenset((Kind.STOP, Kind.COMMA, Kind.FILLER, Kind.CONJUNCTION, Kind.NEGATION, Kind.CLOSER, Kind.ADVERB))
_BIDDERS = frozenset(("i'd", "you", "we", "i", "let's", "you'd", "just"))
_TOLD = frozenset(("told", "asked", "made", "ordered", "had", "has", "have", "forced", "want", "you", "like"))
_THINGS = frozenset((Kind.NOUN, Kind.SMALL, Kind.PART, Kind.PERSON))
#: What may come after a denial of what was named before: "Hat? She hasn't got one".
_ANSWERS = frozenset((Kind.COPULA, Kind.OBJECT, Kind.WEAR, Kind.HOLD, Kind.ADVERB))
_ANSWERING = frozenset(("one", "any", "it", "today", "need", "want", "like", "likes", "on", "them", "time"))
_LONGEST_ANSWER = 4
_AT_HOME = frozenset(("home", "the cleaner's"))
_AWAY_VERBS = (
    "take", "took", "taken", "shav", "pull", "kick", "strip", "throw", "threw", "thrown", "toss", "fl", "peel", "whip",
    "cut", "wip", "wash", "blow", "blew", "tear", "tore", "torn", "leave", "left", "had", "has",
)  # fmt: skip
_MOST_SUBJECTS = 5
_HAS = frozenset((Kind.WEAR, Kind.HOLD, Kind.COPULA))
_WHO = frozenset((Kind.OBJECT, Kind.OF, Kind.CONJUNCTION))
_PHRASES_BACK = 3


class RemovalRules(VerbRules):
    """Decides what verbs of removing take away."""

    def _is_kept(self, chunk: Chunk) -> bool:
        """Whether a word of absence is itself denied: "don't forget the hat", "cannot do without his pipe"."""
        if self._after is not Kind.NEGATION or chunk.word not in KEEPING:
            return False
        before = self._chunks[self._at - 1].word
        return before.endswith("n't") or before.rpartition(" ")[2] in _NOTS

    def _is_handled(self, chunk: Chunk) -> bool:
        """Whether a verb that could bid is something that is done: "reaches up to take off his hat"."""
        if chunk.word not in BIDDEN or not self._at:
            return False
        before = self._chunks[self._at - 1]
        if before.kind in _STARTS or before.word in _BIDDERS:
            return False
        return before.word != "to" or self._at < 2 or self._chunks[self._at - 2].word not in _TOLD  # noqa: PLR2004

    def _takes_it(self, chunk: Chunk) -> bool:
        """Whether what was named last is to go: "if there's a hat in the picture, take it out"."""
        if chunk.word not in TAKE_IT:
            return False
        for back in range(1, min(_PHRASES_BACK, len(self._phrases)) + 1):
            phrase = self._phrases[-back]
            if phrase.group in DESCRIBED:
                del self._phrases[len(self._phrases) - back + 1 :]
                phrase.group, phrase.end = Group.NEGATED, chunk.end
                break
        self._anchor = self._preposition = None
        self._end_negation()
        return True

    def _answers(self, chunk: Chunk) -> bool:
        """Whether this denies what was asked or named before: "Hat? She hasn't got one"."""
        chunks, at = self._chunks, self._at
        end = at + 1
        while end < len(chunks) and end <= at + _LONGEST_ANSWER:
            if chunks[end].kind not in _ANSWERS and chunks[end].word not in _ANSWERING:
                break
            end += 1
        if end == at + 1 or end < len(chunks) and chunks[end].kind not in (Kind.STOP, Kind.COMMA):
            return False
        asked = at - 1 if at and chunks[at - 1].kind is not Kind.SUBJECT else at - 2
        if asked < 1 or chunks[asked - 1].kind not in _THINGS or not self._is_topic(asked):
            return False
        for phrase in self._phrases[:-_PHRASES_BACK:-1]:
            if phrase.end == chunks[asked - 1].end and phrase.group in DESCRIBED:
                phrase.group, phrase.end = Group.NEGATED, chunk.end
                self._negation, self._negated, self._anchor = None, phrase, None
                self._absent_until = end - 1
                return True
        return False

    def _is_topic(self, asked: int) -> bool:
        chunks = self._chunks
        if chunks[asked].word.startswith("?"):
            return asked < 2 or chunks[asked - 2].kind in (Kind.STOP, Kind.COMMA)  # noqa: PLR2004
        named = asked > 2 and chunks[asked - 2].word == "for" and chunks[asked - 3].word == "as"  # noqa: PLR2004
        return named and chunks[asked].kind is Kind.COMMA

    def _is_at_home(self) -> bool:
        """Whether what is worn is elsewhere: "her glasses are at home"."""
        chunks, at, anchor = self._chunks, self._at, self._anchor
        if at + 2 >= len(chunks) or chunks[at + 1].word != "at" or chunks[at + 2].word not in _AT_HOME:
            return False
        return anchor is not None and anchor.group in WORN and anchor is self._phrases[-1]

    def _took_off(self) -> bool:
        """Whether the verb of an "off" stands before its object: "he has shaved his beard off by now"."""
        return self._at > 1 and self._chunks[self._at - 2].word.startswith(_AWAY_VERBS)

    def _own_subject(self, anchor: Phrase) -> Chunk | None:
        """The part that a closing word is said of, if it is one of a phrase: "a coat with buttons missing"."""
        chunks, at = self._chunks, self._at - 1
        while at > 0 and chunks[at].kind is Kind.COPULA:
            at -= 1
        if at < 1 or chunks[at].kind not in _THINGS or chunks[at].start <= anchor.start:
            return None
        return chunks[at] if chunks[at - 1].kind in (Kind.RELATIVE, Kind.WITH) else None

    def _denied_of_both(self, chunk: Chunk) -> int:
        """Where the verb of "neither she nor her sister wears a hat" stands, or -1."""
        if chunk.word != "neither":
            return -1
        who = False
        for at in range(self._at + 1, min(len(self._chunks), self._at + 1 + _MOST_SUBJECTS)):
            each = self._chunks[at]
            if each.kind in _HAS and who:
                return at
            someone = each.kind is Kind.SUBJECT or each.group is Group.PERSON
            if not someone and each.kind not in _WHO and each.word != "nor":
                return -1
            who = who or someone
        return -1
