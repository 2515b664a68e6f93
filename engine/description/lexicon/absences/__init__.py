"""Absences: the words that say them, and what they say is absent.

One table for all who read or write an absence: the parser that finds it, and the texts that are made of it.
"""

from engine.description.lexicon.absences.removals import BIDDEN, GONE, KEEPING, TAKE_IT
from engine.description.lexicon.absences.things import LEAST_NO, WORDS, absent_things, thing_of
from engine.description.lexicon.absences.words import (
    CLOSERS,
    CLOSING_WORDS,
    EXCEPTIONS,
    OPENERS,
    SEEMING,
    SEEMING_LOOKS,
    SEEMING_WORN,
    TRAILING,
)

__all__ = [
    "BIDDEN",
    "GONE",
    "KEEPING",
    "TAKE_IT",
    "CLOSERS",
    "CLOSING_WORDS",
    "EXCEPTIONS",
    "LEAST_NO",
    "OPENERS",
    "SEEMING",
    "SEEMING_LOOKS",
    "SEEMING_WORN",
    "TRAILING",
    "WORDS",
    "absent_things",
    "thing_of",
]
