"""One typing mistake in a word the lexicon lacks: "sneekers" is read as "sneakers" where nothing else fits better.

It knows letters and the words of the lexicon; it does not know the words around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from engine.description.groups import Group
from engine.description.lexicon import LEXICON, Entry, Kind
from engine.description.lexicon.lookalikes import LOOKALIKES

#: Shorter words have too many neighbours.
LEAST_LETTERS = 5
_MOST_LETTERS = 20
#: From this length on a word that nobody wears is looked for behind a wrong vowel or a missing letter as well, and any
#: word behind another letter.
_LONG, _LONGER = 6, 7
_NAMED = frozenset((Kind.NOUN, Kind.SMALL, Kind.PART, Kind.PLACE))
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = frozenset("aeiouy")
_FOREIGN_LETTERS = frozenset((Kind.FILLER, Kind.FIXED, Kind.CAMERA))
_NOT_LOOKED_FOR = frozenset((Group.OTHER, Group.STYLE))
#: What most words of a description are about, so that a mistake in one of them is the likeliest.
_LIKELY = frozenset(
    (
        Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT,
        Group.NECKWEAR, Group.HEADWEAR, Group.EYEWEAR, Group.BAG, Group.ACCESSORY, Group.HAIR, Group.FACE,
    )
)  # fmt: skip
_UNLIKELY = 2


class _Mistake(Enum):
    """What a slip of the fingers does; the likeliest first."""

    SWAPPED = "two letters swapped"
    DOUBLED = "a letter twice, or once in the place of twice"
    VOWEL = "another vowel"
    MISSING = "a letter left out"
    WRONG = "another letter, or one too many"


_SLIPS = frozenset((_Mistake.SWAPPED, _Mistake.DOUBLED))
_COSTS = {
    _Mistake.SWAPPED: 0, _Mistake.DOUBLED: 1, _Mistake.VOWEL: 2, _Mistake.MISSING: 2, _Mistake.WRONG: 3,
}  # fmt: skip


@lru_cache(maxsize=4096)
def mended(word: str) -> str | None:
    """The word of the lexicon that is meant by one it lacks, or None where none is one mistake away.

    A word of English that the lexicon lacks must stay what it is ("sable", "sienna", "burnt"). So the ends of words
    are left alone, where their forms differ, and words that nobody wears are looked for behind likely slips alone.
    """
    if not LEAST_LETTERS <= len(word) <= _MOST_LETTERS or not (word.isascii() and word.isalpha()):
        return None
    if word in LOOKALIKES:
        return None
    best: tuple[int, str] | None = None
    for mistake, candidate in _changes(word):
        entry = LEXICON.get(candidate)
        if entry is None or len(candidate) < LEAST_LETTERS - 1 or entry.kind in _FOREIGN_LETTERS:
            continue
        if mistake not in _SLIPS and not _is_likely(mistake, word, candidate, entry):
            continue
        cost = _COSTS[mistake]
        if candidate[0] != word[0]:
            cost += _UNLIKELY
        if entry.group in _NOT_LOOKED_FOR or entry.kind is not Kind.NOUN:
            cost += 1
        if best is None or (cost, candidate) < best:
            best = cost, candidate
    return best[1] if best is not None else None


def _is_likely(mistake: _Mistake, word: str, candidate: str, entry: Entry) -> bool:
    """Whether a mistake that is none of the commonest is likelier than a word that the lexicon lacks."""
    if entry.kind in _NAMED and entry.group in _LIKELY:
        return mistake is not _Mistake.WRONG or len(word) >= _LONG
    if mistake is _Mistake.WRONG or candidate[0] != word[0]:
        return False
    return len(word) >= _LONGER or mistake is _Mistake.MISSING and entry.kind is Kind.ADJECTIVE


def _changes(word: str) -> Iterator[tuple[_Mistake, str]]:
    """Every text one mistake away from a word that the lexicon may have, with what the mistake is.

    Where no word of the lexicon begins as this one does before the mistake, or ends as it does after, none is made:
    that leaves a twentieth of them.
    """
    last = len(word) - 1
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if before not in _BEGINNINGS:
            return
        if after and after[1:] in _ENDS and (before[-1:] == after[0] or 0 < at < last):
            yield (_Mistake.DOUBLED if before[-1:] == after[0] else _Mistake.WRONG), before + after[1:]
        if len(after) > 1 and after[2:] in _ENDS:
            yield _Mistake.SWAPPED, before + after[1] + after[0] + after[2:]
        inserts = after in _ENDS
        replaces = 0 < at < last and after[1:] in _ENDS
        if not inserts and not replaces:
            continue
        for letter in _LETTERS:
            if before + letter not in _BEGINNINGS:
                continue
            if inserts and (after or letter != "s"):  # a plural is no mistake
                doubled = letter in (before[-1:], after[:1])
                yield (_Mistake.DOUBLED if doubled else _Mistake.MISSING), before + letter + after
            if replaces:
                near = letter in _VOWELS and after[0] in _VOWELS
                yield (_Mistake.VOWEL if near else _Mistake.WRONG), before + letter + after[1:]


_MEANT = [word for word in LEXICON if len(word) >= LEAST_LETTERS - 1 and word.isalpha()]
#: How the words that may be meant begin and end, of every length.
_BEGINNINGS = frozenset(word[:end] for word in _MEANT for end in range(len(word) + 1))
_ENDS = frozenset(word[start:] for word in _MEANT for start in range(len(word) + 1))
