"""Typed words to chunks: noun phrases with the word that decides them, verbs, prepositions, separators.

The head decides a noun phrase ("hat rack", "dress shoes"). It does not know which garment a chunk belongs to.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.description.groups import Group
from engine.description.lexicon import Entry, Kind
from engine.description.tokens import Token


class Chunk(NamedTuple):
    """A noun phrase or a single other token."""

    kind: Kind
    group: Group | None
    start: int
    end: int
    #: The deciding word; empty for a phrase of several words.
    word: str
    #: Whether an article or possessive opens it.
    determined: bool = False
    #: Whether the head is a wrap (scarf, bandana) that takes the group of where it is worn.
    wrap: bool = False


_HEADS = frozenset((Kind.NOUN, Kind.PERSON, Kind.PART, Kind.PLACE, Kind.SMALL, Kind.ACTION_OBJECT))
_OPENERS = _HEADS | {Kind.DETERMINER, Kind.PREDETERMINER, Kind.ADJECTIVE, Kind.UNKNOWN}
_VERBS = frozenset((Kind.POSE, Kind.EXPRESSION, Kind.HOLD, Kind.ATTACH))
_AFTER_MODIFIER = _HEADS | {Kind.ADJECTIVE, Kind.UNKNOWN}
_GARMENTS = frozenset(
    (
        Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT,
        Group.NECKWEAR, Group.HEADWEAR, Group.EYEWEAR, Group.BAG, Group.ACCESSORY,
    )
)  # fmt: skip
#: Words that make a vest an outer garment.
_STURDY = frozenset(
    ("fluorescent", "reflective", "neon", "puffy", "quilted", "padded", "down", "denim", "studded", "fur", "shearling",
     "tactical", "utility", "insulated", "fleece", "leather", "hi-vis", "high-visibility", "cargo")
)  # fmt: skip
_OUTER_VEST = Entry(Kind.NOUN, Group.OUTERWEAR)
_LEADS = frozenset((Kind.PREPOSITION, Kind.SCENE_PREPOSITION, Kind.SWALLOW))
_BEFORE_NOUN = frozenset((Kind.DETERMINER, Kind.ADJECTIVE))
_SUBJECT_KINDS = frozenset((Kind.SUBJECT, Kind.RELATIVE))
_DECIDED_BY_SECOND = frozenset((Group.BACKGROUND, Group.HAIR))


class Chunker:
    """Reads tokens left to right into chunks; every token is read once."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._count = len(tokens)
        self.chunks: list[Chunk] = []

    def read(self) -> list[Chunk]:
        """Return the chunks of all tokens in order."""
        at = 0
        tokens = self._tokens
        append = self.chunks.append
        while at < self._count:
            entry, start, end, word = tokens[at]
            kind = entry.kind
            if kind in _VERBS and self._is_modifier(at):
                at = self._noun_phrase(at)
            elif entry.verb is not None and self._is_verb(at):
                append(Chunk(entry.verb, None, start, end, word))
                at += 1
            elif kind in _OPENERS or (kind is Kind.ADVERB and self._leads_modifier(at + 1)):
                at = self._noun_phrase(at)
            else:
                append(Chunk(kind, entry.group, start, end, word))
                at += 1
        return self.chunks

    def _kind_at(self, at: int) -> Kind | None:
        return self._tokens[at].entry.kind if at < self._count else None

    def _is_modifier(self, at: int) -> bool:
        """Whether a verb form stands before a noun it describes: "a dancing girl", "rolled sleeves"."""
        word = self._tokens[at].word
        if not word.endswith(("ing", "ed", "en", "wn", "t")):
            return False
        before = self._kind_at(at - 1) if at else None
        form = self._tokens[at].entry.kind
        if before is Kind.COPULA and form is Kind.ATTACH:
            return False
        if before is Kind.DETERMINER and word.endswith(("ing", "ed")):
            return True
        head = self._next_head(at)
        if head is None:
            return False
        if form is Kind.HOLD or (word.endswith("ing") and head.group is Group.ACCESSORY):
            return before in _BEFORE_NOUN
        return self._starts_phrase(at)

    def _opens_object(self, at: int) -> bool:
        return at < self._count and (
            self._kind_at(at) in (Kind.DETERMINER, Kind.PREDETERMINER) or self._tokens[at].word == "one"
        )

    def _leads_modifier(self, at: int) -> bool:
        """Whether a modifier stands here: "deeply tanned", "freshly cut hair"."""
        kind = self._kind_at(at)
        if kind is Kind.ADJECTIVE:
            return self._tokens[at].entry.verb is None or self._next_head(at) is not None
        return kind in _VERBS and self._is_modifier(at)

    def _next_head(self, at: int) -> Entry | None:
        """The noun that modifiers after a word lead to, at most four words on."""
        for ahead in range(at + 1, min(at + 5, self._count)):
            entry = self._tokens[ahead].entry
            if entry.kind in _HEADS:
                return entry
            if entry.kind is not Kind.ADJECTIVE and entry.kind is not Kind.ADVERB:
                return None
        return None

    def _starts_phrase(self, at: int) -> bool:
        return at == 0 or self._kind_at(at - 1) not in _HEADS and self._kind_at(at - 1) not in _SUBJECT_KINDS

    def _is_verb(self, at: int) -> bool:
        """Whether a word that can be noun or verb is a verb here."""
        entry, _, _, word = self._tokens[at]
        before = self._kind_at(at - 1) if at else None
        if entry.verb in _LEADS:
            return self._kind_at(at + 1) in (Kind.DETERMINER, Kind.PLACE)
        if before in _SUBJECT_KINDS:
            return True
        last = self.chunks[-1] if self.chunks else None
        if before is Kind.PREPOSITION and self._tokens[at - 1].word == "to" and not word.endswith("s"):
            return True
        if word.endswith("ing"):
            after = self._next_head(at)
            if after is not None and before is not Kind.COPULA:
                return last is not None and last.group is Group.PERSON and before in (Kind.NOUN, Kind.PERSON)
            return before is not Kind.DETERMINER
        if entry.verb is Kind.ATTACH:
            return before is Kind.ATTACH or (
                last is not None and last.kind is Kind.NOUN and before in _HEADS and self._kind_at(at + 1) not in _HEADS
            )
        if entry.verb is Kind.EXPRESSION and word.endswith("s") and before in (Kind.NOUN, Kind.PERSON):
            return True
        if (
            word.endswith("s")
            and last is not None
            and last.kind is Kind.NOUN
            and before in _HEADS
            and self._opens_object(at + 1)
        ):
            return True
        if word.endswith(("s", "ed")) and last is not None:
            return (
                last.group is Group.PERSON
                and last.kind in (Kind.NOUN, Kind.PERSON)
                and before not in (Kind.COMMA, None)
            )
        return False

    def _noun_phrase(self, at: int) -> int:
        """Read one noun phrase and return the index after it."""
        tokens, count = self._tokens, self._count
        first = at
        determined = False
        head: Entry | None = None
        head_word = ""
        partitive: Entry | None = None
        modifier: Group | None = None
        alone: Group | None = None
        sturdy = False
        last_kind: Kind | None = None
        end = tokens[at].start
        while at < count:
            entry, _, token_end, word = tokens[at]
            kind = entry.kind
            if kind in _VERBS and head is None:
                if self._is_modifier(at):
                    kind = Kind.ADJECTIVE
                elif last_kind in _BEFORE_NOUN and not word.endswith(("s", "ing", "ed")):
                    kind = Kind.UNKNOWN
            if entry.partitive and self._kind_at(at + 1) is Kind.OF and at + 2 < count:
                after = self._kind_at(at + 2)
                if head is None and (after in _OPENERS):
                    partitive, at, end = entry, at + 2, token_end
                    modifier, last_kind, head_word = None, None, word
                    continue
            if kind is Kind.DETERMINER or kind is Kind.PREDETERMINER:
                if word.endswith("'s"):
                    head, modifier = None, None
                elif last_kind is not None and last_kind is not Kind.DETERMINER and last_kind is not Kind.PREDETERMINER:
                    break
                determined = determined or kind is Kind.DETERMINER
            elif kind is Kind.ADJECTIVE:
                if head is not None:
                    if not head.soft or self._kind_at(at + 1) not in _AFTER_MODIFIER:
                        break
                    head = None
                modifier = entry.group or modifier
                alone = entry.alone
                sturdy = sturdy or word in _STURDY
            elif kind in _HEADS:
                if head is not None:
                    if self._splits(head, entry) or (
                        entry.verb is not None and at > first and self._verb_after(head, at)
                    ):
                        break
                    if kind is Kind.PART and head.group in _GARMENTS:
                        entry = head
                if sturdy and word in ("vest", "vests"):
                    entry = _OUTER_VEST
                head, head_word = entry, word
            elif kind is Kind.UNKNOWN:
                if head is not None or (last_kind is Kind.ADJECTIVE and self._looks_verbal(word)):
                    break
            elif (
                kind is Kind.ADVERB
                and head is None
                and (self._kind_at(at + 1) in _AFTER_MODIFIER or self._leads_modifier(at + 1))
            ):
                pass
            elif self._joins_modifiers(at, first, last_kind, head, determined):
                at += 1
                continue
            else:
                break
            last_kind, end, at = kind, token_end, at + 1
        if (
            alone is not None
            and (determined or self._kind_at(at) is Kind.PREPOSITION)
            and head is None
            and last_kind is Kind.ADJECTIVE
        ):
            head = Entry(Kind.PERSON if alone is Group.PERSON else Kind.NOUN, alone)
        self._append(first, end, head, head_word, partitive, modifier, last_kind, determined)
        return max(at, first + 1)

    @staticmethod
    def _looks_verbal(word: str) -> bool:
        return word.endswith(("ing", "ed"))

    def _verb_after(self, head: Entry, at: int) -> bool:
        word = self._tokens[at].word
        if word.endswith("s") and self._opens_object(at + 1):
            return True
        if self._tokens[at].entry.verb is Kind.EXPRESSION and word.endswith("s"):
            return head.kind is Kind.NOUN and self._kind_at(at + 1) not in _HEADS
        return head.group is Group.PERSON and word.endswith(("s", "ing", "ed")) and self._kind_at(at + 1) not in _HEADS

    @staticmethod
    def _splits(head: Entry, entry: Entry) -> bool:
        """Whether a second noun opens a phrase of its own: "woman beach" in terse tags."""
        return head.kind is Kind.PERSON and entry.kind is not Kind.PERSON and entry.group is not Group.PERSON

    def _joins_modifiers(
        self, at: int, first: int, last_kind: Kind | None, head: Entry | None, determined: bool
    ) -> bool:
        """Whether "and" or a comma stands between two adjectives of one noun."""
        kind = self._kind_at(at)
        if head is not None or last_kind is not Kind.ADJECTIVE:
            return False
        after = self._kind_at(at + 1)
        before = self._tokens[first - 1].entry.kind if first else None
        if kind is Kind.CONJUNCTION:
            if before is Kind.SWALLOW or before is Kind.OF or (before is Kind.COPULA and after in _HEADS):
                return False
            return after is Kind.ADJECTIVE or (after in _HEADS and self._tokens[at].word in ("and", "&", "+"))
        if kind is Kind.COMMA:
            return (determined or before in (Kind.WITH, Kind.WEAR)) and after in (
                Kind.ADJECTIVE,
                Kind.ADVERB,
            )
        return False

    def _append(
        self,
        first: int,
        end: int,
        head: Entry | None,
        head_word: str,
        partitive: Entry | None,
        modifier: Group | None,
        last_kind: Kind | None,
        determined: bool,
    ) -> None:
        start = self._tokens[first].start
        if partitive is not None and partitive.group is not None:
            if head is None or head.group not in _DECIDED_BY_SECOND:
                head = partitive
        if head is not None:
            chunk = Chunk(head.kind, head.group, start, end, head_word, determined, head.wrap)
        elif last_kind is Kind.ADJECTIVE or last_kind is Kind.ADVERB:
            chunk = Chunk(Kind.ADJECTIVE, modifier, start, end, head_word, determined)
        elif last_kind is Kind.UNKNOWN:
            chunk = Chunk(Kind.UNKNOWN, modifier, start, end, self._tokens[first].word, determined)
        else:
            chunk = Chunk(Kind.DETERMINER, None, start, end, "", determined)
        self.chunks.append(chunk)
