"""What part a word plays that the lexicon does not list, guessed from its form: "overshirt", "beard-free", "thinner".

It sees one word alone; it does not know the words around it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from engine.description.groups import Group
from engine.description.lexicon import LEXICON, Entry, Kind
from engine.description.lexicon.absences import thing_of
from engine.description.lexicon.modifiers import COMPOUND_ENDS

COMMA = Entry(Kind.COMMA)
STOP = Entry(Kind.STOP)
_UNKNOWN = Entry(Kind.UNKNOWN, guessed=True)
_LIKE_POSE = Entry(Kind.POSE, guessed=True)
_LIKE_PAST = Entry(Kind.ADJECTIVE, verb=Kind.ATTACH, guessed=True)
_LIKE_ADVERB = Entry(Kind.ADVERB)
_ADJECTIVE = Entry(Kind.ADJECTIVE)
_CONJUNCTION = Entry(Kind.CONJUNCTION)
STOPS = frozenset(";.!?:\n…。")
#: A hyphened word the lexicon lacks: a modifier before a noun, an unknown thing after an article.
_COMPOUND = Entry(Kind.ADJECTIVE, alone=Group.OTHER)
_VERBS = frozenset((Kind.POSE, Kind.ATTACH, Kind.HOLD, Kind.EXPRESSION))
_IN_ACTION = Entry(Kind.NOUN, Group.BODY)
_LONGEST_WORD = 40
POSSESSIVE = LEXICON["her"]


_PATTERNS: tuple[tuple[re.Pattern[str], Entry], ...] = (
    (re.compile(r"f/[\d.]+|\d+mm|f\d\.\d"), Entry(Kind.NOUN, Group.SHOT)),
    (
        re.compile(r"\d+(?:\+|multiple)?(?:girl|boy|woman|women|man|men|person|people)s?"),
        Entry(Kind.PERSON, Group.PERSON),
    ),
    (re.compile(r"(?:score|rating)[\d ]*|\d+k|<.*>|\d+p"), Entry(Kind.NOUN, Group.OTHER)),
    (
        re.compile(r"\d+-?(?:yo|y/o|years?-olds?|year-old)|\d+-something|\w+-year-olds?"),
        Entry(Kind.ADJECTIVE, Group.PERSON),
    ),
    (re.compile(r"(?:mid|late|early)-(?:teens|\w+ties|\d0s)|\d0s"), Entry(Kind.NOUN, Group.PERSON)),
    (re.compile(r"\d+(?:[.,]\d+)?(?:cm|kg|lbs?|kilos?|ft)|\d'\d{1,2}"), Entry(Kind.NOUN, Group.BODY)),
    (re.compile(r"(?:1[89]|20)\d0s"), Entry(Kind.ADJECTIVE, Group.STYLE)),
    (re.compile(r"1[89]\d\d|20[0-2]\d"), Entry(Kind.ADJECTIVE, Group.STYLE)),
    (re.compile(r"[\d.,/]+"), _ADJECTIVE),
    (re.compile(r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty-[a-z]{3,5}"), Entry(Kind.ADJECTIVE, Group.PERSON)),
)
_PATTERN_HINT = re.compile(r"\d|year|^<|mid-|late-|early-|ty-")

#: Ends of one-word names, tried on words the lexicon lacks: "overshirt", "craftswoman", "snowboots".
_WORD_ENDS: tuple[tuple[str, Entry], ...] = tuple(
    (end, Entry(Kind.NOUN, group))
    for ends, group in (
        ("shirt shirts sweater blouse tunic", Group.TOP),
        ("coat coats jacket jackets cloak poncho", Group.OUTERWEAR),
        ("dress dresses gown gowns suit suits uniform robe", Group.DRESS),
        ("pants trousers jeans skirt skirts shorts breeches", Group.BOTTOM),
        ("boot boots shoe shoes sandals slippers sneakers", Group.FOOTWEAR),
        ("hat hats cap caps helmet helmets hood", Group.HEADWEAR),
        ("glasses goggles", Group.EYEWEAR),
        ("scarf scarves", Group.NECKWEAR),
        ("bag bags", Group.BAG),
        ("socks stockings tights", Group.LEGWEAR),
        ("belt belts", Group.BELT),
        ("hair braids", Group.HAIR),
        ("necklace bracelet earrings gloves", Group.ACCESSORY),
        ("woman women person people", Group.PERSON),
        ("field fields forest street shop house room yard side park", Group.BACKGROUND),
        ("core punk", Group.STYLE),
        ("man men ist ologist keeper maker", Group.PERSON),
    )
    for end in ends.split()
)
_COMPOUND_ENDS: dict[str, Entry] = {
    " ".join(end.split()): Entry(Kind.ADJECTIVE, Group(group) if group else None)
    for group, ends in COMPOUND_ENDS.items()
    for end in ends.split(",")
}


#: Groups of what a word can say is absent: "beard-free", "scarfless".
_LACKED = frozenset(
    (Group.FACE, Group.TOP, Group.OUTERWEAR, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT, Group.NECKWEAR,
     Group.HEADWEAR, Group.EYEWEAR, Group.BAG, Group.ACCESSORY, Group.HAIR)
)  # fmt: skip
_ABSENT = Entry(Kind.ABSENT, Group.NEGATED)
#: The same of "-free", which says it of anything: "tattoo-free arms", "a crowd-free beach".
_FREED = _LACKED | {Group.BODY, Group.BACKGROUND, Group.PERSON}
_FREED_KINDS = frozenset((Kind.NOUN, Kind.SMALL, Kind.PERSON, Kind.PART))
_PRINTS = frozenset(("logo", "print", "pattern"))


def _is_absent(word: str) -> bool:
    thing = thing_of(word)
    if thing is None:
        return False
    found = LEXICON.get(thing[0]) or LEXICON.get(thing[1])
    if found is None or not word.endswith("free"):
        return found is not None and found.kind in (Kind.NOUN, Kind.SMALL) and found.group in _LACKED
    return found.kind in _FREED_KINDS and found.group in _FREED or thing[0] in _PRINTS


def _hyphened(word: str) -> Entry | None:
    spaced = word.replace("-", " ")
    found = LEXICON.get(spaced) or LEXICON.get(word.replace("-", ""))
    if found is not None:
        return found if found.kind not in _VERBS else Entry(Kind.ADJECTIVE, verb=found.kind)
    if word.startswith("mid-") and (deed := LEXICON.get(word[4:])) is not None:
        if deed.kind in _VERBS or deed.verb is not None or deed.kind is Kind.ACTION_OBJECT:
            return _IN_ACTION
    last = word.rpartition("-")[2]
    adjective = _COMPOUND_ENDS.get(last)
    if adjective is not None:
        return adjective
    found = LEXICON.get(last)
    if found is not None and found.kind in (Kind.NOUN, Kind.PERSON, Kind.SMALL):
        return found
    return _COMPOUND


def _compared(word: str) -> Entry | None:
    """Return the adjective that a word compares: "thinner", "curlier", "longest"."""
    for end in ("er", "est"):
        if word.endswith(end) and len(word) > len(end) + 2:
            stem = word[: -len(end)]
            for base in (stem, stem + "e", stem[:-1], stem[:-1] + "y"):
                found = LEXICON.get(base)
                if found is not None and found.kind is Kind.ADJECTIVE:
                    return found
    return None


@lru_cache(maxsize=4096)
def _unlisted(word: str) -> Entry:
    """Guess the part a word plays that the lexicon does not list, from its form alone."""
    if _PATTERN_HINT.search(word):
        for pattern, entry in _PATTERNS:
            if pattern.fullmatch(word):
                return entry
    if word.endswith(("'s", "s'")):
        return POSSESSIVE
    if "/" in word or "." in word:
        return LEXICON.get(word.replace("/", "-")) or LEXICON.get(re.split(r"[/.]", word)[-1], _UNKNOWN)
    if word.endswith(("less", "free")) and _is_absent(word) or word.startswith("no-") and _is_absent(word):
        return _ABSENT
    if "-" in word:
        hyphened = _hyphened(word)
        if hyphened is not None:
            return hyphened
    if word.endswith("ly") and len(word) > 4:
        return _LIKE_ADVERB
    compared = _compared(word)
    if compared is not None:
        return compared
    if len(word) > 5 and word.endswith("ing"):
        return _LIKE_POSE
    if len(word) > 4 and word.endswith("ed"):
        return _LIKE_PAST
    for end, entry in _WORD_ENDS:
        if word.endswith(end) and len(word) > len(end) + 1:
            return entry
    return _UNKNOWN


def _separator(mark: str) -> Entry:
    if mark in "&+":
        return _CONJUNCTION
    return STOP if not STOPS.isdisjoint(mark) else COMMA


def classify(word: str) -> Entry:
    """Return the part that a word or a separator plays, whatever it is."""
    if not word[0].isalnum() and word[0] != "<":
        return _separator(word) if word[-1] not in ".)" or not word[-2:-1].isdigit() else STOP
    if word[-1] in ".)":
        return STOP
    return _unlisted(word) if len(word) <= _LONGEST_WORD else _UNKNOWN
