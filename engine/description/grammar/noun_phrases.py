"""Noun phrases: reads modifiers up to the word that decides them ("hat rack", "dress shoes", "red and white scarf").

It does not know which garment a phrase belongs to.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.description.grammar.compounds import GARMENTS, SEWN, WHOLE, WORN, splits
from engine.description.grammar.names import Group, Kind
from engine.description.grammar.tokens import Tokens
from engine.description.grammar.word_roles import HEADS, VERBS, WordRoles
from engine.description.lexicon import Entry


class Chunk(NamedTuple):
    """A noun phrase or a single other token."""

    kind: Kind
    group: Group | None
    start: int
    end: int
    #: The deciding word of a noun phrase, else the token itself.
    word: str
    #: Whether an article or possessive opens it.
    determined: bool = False
    #: Whether the head is a wrap (scarf, bandana) that takes the group of where it is worn.
    wrap: bool = False
    #: Whether a word of its modifiers says how a garment is made ("funnel", "dropped"), so that "neck" is a part of it.
    sewn: bool = False
    #: The article, possessive or "one" that opens it.
    opener: str = ""


#: Makes a chunk of all it has in order, in half the time of its own way: one is made for every other word.
new_chunk = tuple.__new__
#: Kinds that can open a noun phrase.
OPENERS = HEADS | {Kind.DETERMINER, Kind.PREDETERMINER, Kind.ADJECTIVE, Kind.UNKNOWN}
_AFTER_MODIFIER = HEADS | {Kind.ADJECTIVE, Kind.UNKNOWN}
_TO_THINGS = frozenset((Kind.WITH, Kind.SCENE_PREPOSITION, Kind.OF))
_LEADS_ON = frozenset((Kind.PREPOSITION, Kind.WITH, Kind.SCENE_PREPOSITION))
#: What opens the phrase for a thing that someone has.
OWNERS = frozenset(("his", "her", "their", "its", "my", "your", "our", "'s"))
_DETERMINERS = frozenset((None, Kind.DETERMINER, Kind.PREDETERMINER))
_PARTED = WORN | {Group.BODY, Group.FACE, Group.HAIR, Group.BACKGROUND}
#: Words that make a vest an outer garment.
_STURDY = frozenset(
    ("fluorescent", "reflective", "neon", "puffy", "quilted", "padded", "down", "denim", "studded", "fur", "shearling",
     "tactical", "utility", "insulated", "fleece", "leather", "hi-vis", "high-visibility", "cargo", "suede")
)  # fmt: skip
_ALONE = {Group.PERSON: Kind.PERSON, Group.OTHER: Kind.UNKNOWN, Group.ACCESSORY: Kind.SMALL}
#: Places of the body that garments have too: "one trouser leg".
_CUT_PLACES = frozenset(("leg", "legs", "toe", "toes", "heel", "heels", "knee", "knees", "back"))
_COUNTS = frozenset(("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "a dozen", "several"))
_BEFORE_COUNTS = frozenset((Kind.HOLD, Kind.WITH, Kind.WEAR))
_OF_PERSONS = frozenset((Kind.COPULA, Kind.WEAR))
_PRINTED = _LEADS_ON | {Kind.COMMA}
_PRINTS = frozenset(("print", "printed", "motif", "pattern"))
#: Parts that garments alone have: "storm cuffs".
_SEWN_ON = frozenset(
    ("sleeve", "sleeves", "collar", "cuff", "cuffs", "lapel", "lapels", "hem", "hood", "buttons", "pocket", "pockets",
     "flap", "flaps", "toggles", "zip", "zips", "neckline", "hemline", "belt buckle", "waistband", "lining",
     "drawstring")
)  # fmt: skip
#: What parts of other garments are named after: "storm cuffs", "a tie hem", "balloon sleeves".
_NAMED_AFTER = frozenset((Group.BACKGROUND, Group.ACCESSORY, Group.NECKWEAR, Group.HEADWEAR))
_FASTENERS = frozenset(("button", "buttons", "toggle", "toggles", "zip", "zips", "buckle", "buckles", "clasp"))
#: Materials that end a list item: "red silk, pearl earring".
_STUFFS = frozenset(
    ("silk", "lace", "velvet", "leather", "satin", "cotton", "linen", "wool", "tulle", "fur", "denim", "tweed", "gold",
     "silver", "chiffon", "suede", "brocade", "cashmere", "corduroy", "organza")
)  # fmt: skip
_VESTS = frozenset(("vest", "vests"))
_OUTER_VEST = Entry(Kind.NOUN, Group.OUTERWEAR)
#: In "a belt of pine trees" and "a crown of braids" the second noun decides; in "a belt of leather" the first.
_DECIDED_BY_SECOND = frozenset((Group.BACKGROUND, Group.HAIR, Group.FACE))


class NounPhrases(WordRoles):
    """Reads one noun phrase at a time; every token is read once."""

    def __init__(self, tokens: Tokens) -> None:
        """Take the tokens of one text."""
        super().__init__(tokens)
        self._reset(0)

    def _reset(self, first: int) -> None:
        self._first = first
        self._determined = False
        self._head: Entry | None = None
        self._word = ""
        self._partitive: Entry | None = None
        self._modifier: Group | None = None
        self._alone: Group | None = None
        self._sturdy = self._sewn = False
        self._opener = ""
        self._last: Kind | None = None

    def _read_phrase(self, first: int) -> tuple[Chunk, int]:
        """Return the noun phrase that begins at a token, and the index after it."""
        simple = self._read_simple(first)
        return simple if simple is not None else self._read_any(first)

    def _read_simple(self, first: int) -> tuple[Chunk, int] | None:
        """The same where it is articles, adjectives and one noun: in most places, in a third of the time."""
        entries, kinds, words = self._entries, self._kinds, self._words
        at, opener, determined, sewn = first, "", False, False
        kind = kinds[at]
        while kind is Kind.DETERMINER or kind is Kind.PREDETERMINER:
            opener = words[at]
            if opener[-2:] == "'s":
                return None
            determined = determined or kind is Kind.DETERMINER
            at += 1
            kind = kinds[at]
        while kind is Kind.ADJECTIVE:
            word = words[at]
            sewn = sewn or word in SEWN
            if word == "one" and at == first:
                opener = word
            at += 1
            kind = kinds[at]
        if kind not in HEADS:
            return None
        head, word, after = entries[at], words[at], kinds[at + 1]
        if after in _AFTER_MODIFIER and after is not Kind.UNKNOWN or word in _VESTS:
            return None
        if after is Kind.OF and head.partitive or head.verb is not None and kinds[first - 1] is Kind.OF:
            return None
        if after is Kind.DETERMINER and words[at + 1][-2:] == "'s":
            return None
        start, end = self._tokens.starts[first], self._tokens.ends[at]
        return new_chunk(Chunk, (kind, head.group, start, end, word, determined, head.wrap, sewn, opener)), at + 1

    def _read_any(self, first: int) -> tuple[Chunk, int]:
        """Read a noun phrase word by word."""
        self._reset(first)
        at, last, count = first, first, self._count
        entries, kinds = self._entries, self._kinds
        while at < count:
            if entries[at].partitive and self._counts(at):
                at, last = at + 2, at
                continue
            kind = kinds[at]
            if kind in VERBS and self._head is None:
                kind = self._role(at)
            if self._takes(kind, at):
                self._last, last = kind, at
            elif not self._joins(at):
                break
            at += 1
        return self._finish(last, at), max(at, first + 1)

    def _role(self, at: int) -> Kind | None:
        """Return what a verb form is before a noun."""
        if self._is_modifier(at):
            return Kind.ADJECTIVE
        word = self._words[at].partition(" ")[0]
        acts = word.endswith(("s", "ing", "ed")) and not word.endswith("ss")
        if self._last in (Kind.DETERMINER, Kind.ADJECTIVE) and (not acts or self._is_counted(at)):
            return Kind.UNKNOWN
        things = self._last is Kind.ADJECTIVE and word.endswith("s") and self._kinds[self._first - 1] in _TO_THINGS
        if things and not self._opens_object(at + 1):
            return Kind.UNKNOWN  # "surrounded by wooden blocks"
        return self._kinds[at]

    def _is_counted(self, at: int) -> bool:
        return self._words[at - 1] in _COUNTS and self._kinds[self._first - 1] in _BEFORE_COUNTS

    def _counts(self, at: int) -> bool:
        """Read "a pair of": what follows decides the phrase."""
        if self._entries[at].group is Group.SHOT:
            return False  # "an aerial view of a sunbather"
        counts = self._head is None and self._kinds[at + 1] is Kind.OF and self._kinds[at + 2] in OPENERS
        if counts:
            self._partitive, self._word = self._entries[at], self._words[at]
            self._modifier = self._last = None
        return counts

    def _takes(self, kind: Kind | None, at: int) -> bool:
        """Take the token into the phrase; return whether it belongs there."""
        if kind is Kind.ADJECTIVE:
            return self._takes_adjective(at)
        if kind in HEADS:
            return self._takes_noun(at)
        if kind is Kind.DETERMINER or kind is Kind.PREDETERMINER:
            return self._takes_determiner(kind, at)
        if self._head is not None:
            return False
        if kind is Kind.UNKNOWN:
            self._sewn = self._sewn or self._words[at] in SEWN
            return self._last is not Kind.ADJECTIVE or not self._words[at].endswith(("ing", "ed"))
        return kind is Kind.ADVERB and (self._kinds[at + 1] in _AFTER_MODIFIER or self._leads_modifier(at + 1))

    def _takes_determiner(self, kind: Kind, at: int) -> bool:
        if self._words[at].endswith("'s"):
            self._head = self._modifier = None
            self._opener = "'s"
        elif self._last not in _DETERMINERS:
            return False
        else:
            self._opener = self._words[at]
        self._determined = self._determined or kind is Kind.DETERMINER
        return True

    def _takes_adjective(self, at: int) -> bool:
        head = self._head
        if head is not None:
            printed = self._words[at] in _PRINTS and self._kinds[self._first - 1] in _PRINTED
            if not printed and (not head.soft or self._kinds[at + 1] not in _AFTER_MODIFIER):
                return False
            if head.group in GARMENTS and self._word in WHOLE:
                return False
            self._head = None
        entry = self._entries[at]
        if entry.verb is Kind.PREPOSITION and self._last is not None and self._kinds[at + 1] is Kind.DETERMINER:
            return False  # "plaited round her head"
        self._modifier = entry.group or self._modifier
        if not self._words[at].isdigit():
            self._alone = entry.alone
        word = self._words[at]
        if word == "one" and self._last is None:
            self._opener = word
        self._sturdy = self._sturdy or word in _STURDY
        self._sewn = self._sewn or word in SEWN
        return True

    def _takes_noun(self, at: int) -> bool:
        head, entry = self._head, self._entries[at]
        if head is None and entry.verb is not None and self._last is Kind.ADJECTIVE and self._words[at].endswith("s"):
            if self._kinds[self._first - 1] is Kind.OF and self._opens_object(at + 1):
                return False  # "a dress of black crêpe leaves her back bare"
        if head is not None:
            aged = self._modifier is Group.PERSON and head.group is Group.PERSON and entry.group in WORN
            if (
                aged
                or splits(head, self._word, entry, self._words[at])
                or (entry.verb is not None and self._is_verb_of(head, self._word, at))
            ):
                return False
            fastens = head.group is Group.ACCESSORY and self._words[at] in _FASTENERS
            if entry.kind is Kind.PART:
                sewn_on = head.group in _NAMED_AFTER and self._words[at] in _SEWN_ON
                if head.group in _PARTED and head.kind is not Kind.PLACE and not fastens and not sewn_on:
                    entry = head
            elif entry.kind is Kind.PLACE and head.group in GARMENTS and self._words[at] in _CUT_PLACES:
                entry = head
            self._sewn = self._sewn or self._word in SEWN
        self._word = self._words[at]
        self._head = _OUTER_VEST if self._sturdy and self._word in _VESTS else entry
        return True

    def _joins(self, at: int) -> bool:
        """Whether "and" or a comma stands between two modifiers of one noun."""
        kind = self._kinds[at]
        if self._head is not None or self._last is not Kind.ADJECTIVE:
            return False
        before, after = self._kinds[self._first - 1], self._kinds[at + 1]
        if kind is Kind.CONJUNCTION:
            if before is Kind.NEGATION and self._words[at] in ("but", "yet", "but rather", "but instead"):
                return False
            if before is Kind.COPULA and not self._determined and self._next_head(at) is not None:
                return False  # "her eyes are half closed and one gloved hand ..."
            if before is Kind.SWALLOW or before is Kind.OF or (before is Kind.COPULA and after in HEADS):
                return False
            return after is Kind.ADJECTIVE or (after in HEADS and self._words[at] in ("and", "&", "+"))
        if kind is Kind.COMMA and self._alone is not None and at - self._first > 1:
            return False  # "with a red rose, polka dots"
        if kind is Kind.COMMA and (after is Kind.ADJECTIVE or after is Kind.ADVERB):
            if self._words[at - 1] in _STUFFS:
                return False
            return self._determined or before is Kind.WITH or before is Kind.WEAR
        return False

    def _finish(self, last: int, after: int) -> Chunk:
        start, end = self._tokens.starts[self._first], self._tokens.ends[last]
        head = self._deciding(after)
        if head is not None:
            self._word = self._word or self._words[last]  # "the other" has no noun
            said = head.kind, head.group, start, end, self._word, self._determined, head.wrap, self._sewn, self._opener
            return new_chunk(Chunk, said)
        if self._last is Kind.ADJECTIVE or self._last is Kind.ADVERB:
            return Chunk(Kind.ADJECTIVE, self._modifier, start, end, self._words[last], self._determined)
        kind = Kind.UNKNOWN if self._last is Kind.UNKNOWN else Kind.DETERMINER
        return Chunk(kind, self._modifier, start, end, self._words[last], self._determined)

    def _deciding(self, after: int) -> Entry | None:
        head, partitive = self._head, self._partitive
        if partitive is not None and partitive.group is not None:
            return head if head is not None and head.group in _DECIDED_BY_SECOND else partitive
        if head is None and self._alone is not None and self._last is Kind.ADJECTIVE:
            if self._alone is Group.PERSON and self._kinds[self._first - 1] is Kind.PREPOSITION:
                return None  # "olive on one side, navy on the other"
            lit = self._alone is Group.BACKGROUND and after > self._first + 1
            acts = self._alone is Group.PERSON and self._kinds[after] in _OF_PERSONS  # "One has red hair"
            if lit or acts or self._determined or self._kinds[after] in _LEADS_ON:
                return Entry(_ALONE.get(self._alone, Kind.NOUN), self._alone)
        return head
