"""The part a word plays among its neighbours: noun or verb, modifier or action.

It looks a few words to either side; it does not build phrases.
"""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.tokens import Tokens
from engine.description.lexicon import Entry

#: Kinds that can decide a noun phrase.
HEADS = frozenset((Kind.NOUN, Kind.PERSON, Kind.PART, Kind.PLACE, Kind.SMALL, Kind.ACTION_OBJECT))
#: Kinds that are verbs wherever they stand, unless they modify a noun.
VERBS = frozenset((Kind.POSE, Kind.EXPRESSION, Kind.HOLD, Kind.ATTACH))
_BEFORE_NOUN = frozenset((Kind.DETERMINER, Kind.ADJECTIVE))
_SUBJECTS = frozenset((Kind.SUBJECT, Kind.RELATIVE))
_LEADS = frozenset((Kind.PREPOSITION, Kind.SCENE_PREPOSITION, Kind.SWALLOW))
_AFTER_VERB = frozenset((Kind.DETERMINER, Kind.PREDETERMINER, Kind.PREPOSITION))
_PERSONS = frozenset((Kind.NOUN, Kind.PERSON))
_FOR_A_PURPOSE = frozenset(
    (Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.HEADWEAR, Group.BAG)
)
_OWN_VERBS = frozenset((Kind.NOUN, Kind.PLACE, Kind.SMALL, Kind.PART))
_ONWARD = frozenset(("into", "onto", "towards", "toward", "through", "past", "across", "out of"))
_LISTING = frozenset((Kind.COMMA, Kind.CONJUNCTION, Kind.WITH))
_LISTED = frozenset((None, Kind.COMMA, Kind.CONJUNCTION, Kind.STOP))
_DEEDS = frozenset((Kind.POSE, Kind.HOLD))
_OF_BODY = frozenset((Group.FACE, Group.BODY))
_FEATURES = frozenset((Group.FACE, Group.HAIR))
_PARTICIPLE_ENDS = ("ing", "ed", "en", "wn", "t")
_MOST_MODIFIERS = 4


class WordRoles:
    """Answers questions about one token from its neighbours."""

    def __init__(self, tokens: Tokens) -> None:
        """Take the tokens of one text."""
        self._tokens = tokens
        self._entries = tokens.entries
        self._kinds = tokens.kinds
        self._words = tokens.words
        self._count = len(tokens.words)

    def _next_head(self, at: int) -> Entry | None:
        """Return the noun that the modifiers after a word lead to, a few words on at most."""
        for ahead in range(at + 1, min(at + 1 + _MOST_MODIFIERS, self._count)):
            kind = self._kinds[ahead]
            if kind in HEADS or self._entries[ahead].alone is Group.TOP:
                return self._entries[ahead]
            if kind is not Kind.ADJECTIVE and kind is not Kind.ADVERB:
                return None
        return None

    def _is_modifier(self, at: int) -> bool:
        """Whether a verb form stands before a noun it describes: "a dancing girl", "rolled sleeves"."""
        word = self._words[at]
        before = self._kinds[at - 1]
        if not word.endswith(_PARTICIPLE_ENDS):
            return self._names_kind(at, before)
        form = self._kinds[at]
        if before is Kind.COPULA and form is Kind.ATTACH:
            return False
        if before is Kind.DETERMINER and word.endswith(("ing", "ed")):
            return True
        head = self._next_head(at)
        if head is None:
            if not word.endswith("ed") or self._kinds[at + 1] is not Kind.UNKNOWN:
                return False
            return before in VERBS or before in _LISTING and self._kinds[at + 2] in _LISTED
        if form is Kind.HOLD or (head.group is Group.ACCESSORY and word.endswith("ing")):
            return before in _BEFORE_NOUN
        return before not in HEADS and before not in _SUBJECTS

    def _names_kind(self, at: int, before: Kind | None) -> bool:
        """Whether a verb in its bare form says what a garment is for: "dance tights", "sleep shorts"."""
        after = self._kinds[at + 1]
        if self._kinds[at] is Kind.ATTACH and after is Kind.PART and before not in HEADS and before not in _SUBJECTS:
            return before is not Kind.COPULA and not self._words[at].endswith("s")  # "flutter sleeves"
        if self._kinds[at] is not Kind.POSE or before in HEADS or before in _SUBJECTS or self._words[at].endswith("s"):
            return False
        return after is Kind.NOUN and self._entries[at + 1].group in _FOR_A_PURPOSE

    def _leads_modifier(self, at: int) -> bool:
        """Whether a modifier stands here: "deeply tanned", "freshly cut hair"."""
        kind = self._kinds[at]
        if kind is Kind.ADJECTIVE:
            return self._entries[at].verb is None or self._next_head(at) is not None
        return kind in VERBS and self._is_modifier(at)

    def _opens_object(self, at: int) -> bool:
        kind = self._kinds[at]
        return kind is Kind.DETERMINER or kind is Kind.PREDETERMINER or (at < self._count and self._words[at] == "one")

    def _is_verb(self, at: int, last_kind: Kind | None, last_group: Group | None, last_word: str) -> bool:
        """Whether a word that can be a noun or a verb is a verb here, after the given phrase."""
        verb, word = self._entries[at].verb, self._words[at]
        before, after = self._kinds[at - 1], self._kinds[at + 1]
        if verb in _LEADS:
            return after is Kind.DETERMINER or after is Kind.PLACE
        if before in _SUBJECTS:
            return True
        plural = word.endswith("s")
        if before is Kind.ADVERB and at > 1 and self._kinds[at - 2] in _SUBJECTS:
            return True
        if plural and before is Kind.COMMA and (verb is Kind.POSE or verb is Kind.HOLD) and self._opens_object(at + 1):
            return True
        if plural and before is Kind.CONJUNCTION and (verb is Kind.POSE or verb is Kind.HOLD):
            if (
                self._opens_object(at + 1)
                or after is Kind.PREPOSITION
                and (self._entries[at].group in _OF_BODY or self._words[at + 1] in _ONWARD)
            ):
                return True
        if before is Kind.PREPOSITION and not plural and self._words[at - 1] == "to":
            return True
        if word.endswith("ing"):
            return self._is_action(at, before, last_group)
        if verb is Kind.ATTACH:
            return before is Kind.ATTACH or (last_kind in _OWN_VERBS and before in HEADS and after not in HEADS)
        if plural and last_kind is before is Kind.ADJECTIVE and self._opens_object(at + 1):
            return True
        if plural and verb is Kind.EXPRESSION and before in _PERSONS:
            return True
        if plural and last_kind in HEADS and before in HEADS:
            if self._opens_object(at + 1) or verb in _DEEDS and after is Kind.PREPOSITION and last_word[-1:] != "s":
                return True
        if not plural and last_kind in HEADS and before in HEADS and last_word.endswith("s"):
            return after in _AFTER_VERB
        acted = plural or word.endswith("ed")
        return acted and last_group is Group.PERSON and last_kind in _PERSONS and before is not Kind.COMMA

    def _is_action(self, at: int, before: Kind | None, last_group: Group | None) -> bool:
        """Whether an -ing form is an action rather than a word before its noun ("running shoes")."""
        head = self._next_head(at)
        if head is not None and head.group is Group.ACCESSORY:
            return before not in _BEFORE_NOUN
        if head is not None and before is not Kind.COPULA:
            return last_group is Group.PERSON and before in _PERSONS
        return before is not Kind.DETERMINER

    def _is_verb_of(self, head: Entry, head_word: str, at: int) -> bool:
        """Whether a word after the head of a phrase is that noun's verb: "a cap shades his eyes"."""
        word = self._words[at]
        plural = word.endswith("s")
        if plural and (self._opens_object(at + 1) or head.group is Group.PERSON and not head_word.endswith("s")):
            return True
        after = self._kinds[at + 1]
        if not plural and head_word.endswith("s") and after in _AFTER_VERB and not word.endswith(("ing", "ed")):
            return True
        if not plural and head_word.endswith("s") and after not in HEADS and head.group in _FEATURES:
            return self._entries[at].verb is Kind.ATTACH
        scenic = head.group is Group.BACKGROUND and self._entries[at].verb is not Kind.ATTACH
        if plural and after is Kind.PREPOSITION and not scenic:
            return True
        before_noun = after in HEADS
        if plural and self._entries[at].verb is Kind.EXPRESSION:
            return head.kind is Kind.NOUN and not before_noun
        acts = plural or word.endswith(("ing", "ed")) or head_word.endswith(("s", "men", "people", "children"))
        return head.group is Group.PERSON and not before_noun and acts
