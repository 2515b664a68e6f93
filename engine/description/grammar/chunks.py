"""Typed words to chunks: noun phrases, verbs, prepositions and separators in order."""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import OPENERS, Chunk, NounPhrases, new_chunk
from engine.description.grammar.tokens import Tokens
from engine.description.grammar.word_roles import HEADS, VERBS

_AFTER_VERB = frozenset((Kind.PREPOSITION, Kind.DETERMINER, Kind.ADVERB, Kind.SCENE_PREPOSITION))
#: Verbs that speak of the face before an adjective: "looks tired".
_SEEMING = frozenset(("look", "looks", "looking", "looked"))


class Chunker(NounPhrases):
    """Reads the tokens of one text into chunks."""

    def __init__(self, tokens: Tokens) -> None:
        """Take the tokens to read."""
        super().__init__(tokens)
        self._chunks: list[Chunk] = []

    def read(self) -> list[Chunk]:
        """Return the chunks of all tokens in order."""
        entries, words = self._entries, self._words
        starts, ends = self._tokens.starts, self._tokens.ends
        chunks = self._chunks
        at, count = 0, self._count
        while at < count:
            entry = entries[at]
            kind = entry.kind
            verb = entry.verb
            if verb is not None and kind not in VERBS and self._acts(at):
                kind, group = verb, None
                if words[at] in _SEEMING and self._seems(at + 1):
                    kind = Kind.EXPRESSION
            elif kind is Kind.NOUN and self._kinds[at - 1] is Kind.RELATIVE and self._tells(at):
                kind, group = Kind.ATTACH, None
            elif kind in OPENERS or self._opens(kind, at):
                if kind is not Kind.UNKNOWN or not entry.guessed or not self._must_act(at):
                    chunk, at = self._read_phrase(at)
                    chunks.append(chunk)
                    continue
                kind, group = Kind.POSE, None
            else:
                group = entry.group
            chunks.append(new_chunk(Chunk, (kind, group, starts[at], ends[at], words[at], False, False, False, "")))
            at += 1
        return chunks

    def _opens(self, kind: Kind, at: int) -> bool:
        """Whether a verb form or adverb opens a noun phrase: "rolled sleeves", "deeply tanned"."""
        if kind in VERBS:
            return self._is_modifier(at)
        return kind is Kind.ADVERB and self._leads_modifier(at + 1)

    def _seems(self, at: int) -> bool:
        return self._kinds[at] is Kind.ADJECTIVE and self._words[at] not in ("straight", "right", "back")

    def _tells(self, at: int) -> bool:
        """Whether a noun of the lexicon is a verb here, after "that": "a gown that pools at her feet"."""
        told = self._words[at].endswith("s") and self._words[at - 1] in ("that", "which", "who")
        return told and self._kinds[at + 1] in _AFTER_VERB

    def _must_act(self, at: int) -> bool:
        """Whether an unknown word can only be a verb: "a seamstress basts the hem", "steam wafts over the bowls"."""
        word = self._words[at]
        if not word.endswith("s") or word.endswith("ss") or not self._chunks:
            return False
        last = self._chunks[-1]
        if last.kind is Kind.SUBJECT:
            return True
        if last.kind in HEADS and self._opens_object(at + 1):
            return True
        if last.kind not in HEADS or last.word.endswith("s"):
            return False
        after = self._kinds[at + 1]
        return after is Kind.PREPOSITION and self._opens_object(at + 2) or last.group is Group.PERSON

    def _acts(self, at: int) -> bool:
        last = self._chunks[-1] if self._chunks else None
        if last is None:
            return self._is_verb(at, None, None, "")
        return self._is_verb(at, last.kind, last.group, last.word)
