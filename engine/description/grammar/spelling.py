"""One typing mistake in a word the lexicon lacks: "sneekers" is read as "sneakers" where nothing else fits better.

It knows letters and the words of the lexicon; it does not know the words around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from engine.description.groups import Group
from engine.description.lexicon import LEXICON, Kind
from engine.description.lexicon.lookalikes import LOOKALIKES

#: Shorter words have too many neighbours.
LEAST_LETTERS = 5
_MOST_LETTERS = 20
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_VOWELS = frozenset("aeiouy")
_FOREIGN_LETTERS = frozenset((Kind.FILLER, Kind.FIXED, Kind.CAMERA))
_NOT_LOOKED_FOR = frozenset((Group.OTHER, Group.STYLE))
_UNLIKELY = 2


@lru_cache(maxsize=4096)
def mended(word: str) -> str | None:
    """The word of the lexicon that is meant by one it lacks, or None where none is one mistake away."""
    if not LEAST_LETTERS <= len(word) <= _MOST_LETTERS or not (word.isascii() and word.isalpha()):
        return None
    if word in LOOKALIKES:
        return None
    best: tuple[int, str] | None = None
    for cost, candidate in _changes(word):
        entry = LEXICON.get(candidate)
        if entry is None or len(candidate) < LEAST_LETTERS - 1 or entry.kind in _FOREIGN_LETTERS:
            continue
        if candidate[0] != word[0]:
            cost += _UNLIKELY
        if entry.group in _NOT_LOOKED_FOR or entry.kind is not Kind.NOUN:
            cost += 1
        if best is None or (cost, candidate) < best:
            best = cost, candidate
    return best[1] if best is not None else None


def _changes(word: str) -> Iterator[tuple[int, str]]:
    """Every text one mistake away from a word, with how unlikely the mistake is."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield (1 if before[-1:] == after[0] else 3), before + after[1:]
        if len(after) > 1:
            yield 0, before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield (1 if letter in (before[-1:], after[:1]) else 2), before + letter + after
            if after:
                near = letter in _VOWELS and after[0] in _VOWELS
                yield (2 if near else 3), before + letter + after[1:]
