"""The lexicon: every word and phrase the parser knows, inflected and typed, in one table.

It knows what a word may be; it does not know the words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum, auto

from engine.description.groups import Group
from engine.description.lexicon import (
    absences,
    catalogue,
    doings,
    everyday,
    garments,
    grammar,
    modifiers,
    objects,
    person,
    places,
    regional,
    scene,
)


class Kind(IntEnum):
    """The part a word plays in a description."""

    # The hash of `Enum` is a function in Python, and sets of kinds are asked for every word.
    __hash__ = int.__hash__

    NOUN = auto()
    PERSON = auto()
    PART = auto()
    PLACE = auto()
    SMALL = auto()
    ACTION_OBJECT = auto()
    ADJECTIVE = auto()
    ADVERB = auto()
    UNKNOWN = auto()
    DETERMINER = auto()
    PREDETERMINER = auto()
    CONJUNCTION = auto()
    RELATIVE = auto()
    SUBJECT = auto()
    OBJECT = auto()
    COPULA = auto()
    WITH = auto()
    OF = auto()
    PREPOSITION = auto()
    SCENE_PREPOSITION = auto()
    SWALLOW = auto()
    WEAR = auto()
    HOLD = auto()
    POSE = auto()
    EXPRESSION = auto()
    CAMERA = auto()
    ATTACH = auto()
    NEGATION = auto()
    ABSENT = auto()
    CLOSER = auto()
    FILLER = auto()
    FIXED = auto()
    COMMA = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the lexicon says about one word or phrase."""

    kind: Kind
    group: Group | None = None
    #: The kind it has as a verb, where a noun or adjective can also be one ("smiles", "running").
    verb: Kind | None = None
    #: A word that may count or contain what follows "of".
    partitive: bool = False
    #: A wrap whose group follows from where it is worn.
    wrap: bool = False
    #: The group of an adjective that stands for a noun after an article ("a blonde").
    alone: Group | None = None
    #: A garment noun that is as often a modifier of another ("fleece jacket").
    soft: bool = False
    #: Whether the word's form alone says so.
    guessed: bool = False


def _phrases(table: str) -> Iterator[str]:
    return (phrase for part in table.split(",") if (phrase := " ".join(part.split())))


_SIBILANT = re.compile(r"(?:s|x|z|ch|sh)$")
_CONSONANT_Y = re.compile(r"[^aeiou]y$")


def plural(noun: str) -> str:
    """Return the regular plural of a singular noun; a noun that already ends in s keeps its form."""
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun
    if noun.endswith("man") and noun not in ("roman", "ottoman"):
        return noun[:-3] + "men"
    if noun.endswith(("scarf", "knife", "leaf", "shelf", "loaf", "wife")):
        return noun[:-2] + "ves" if noun.endswith("fe") else noun[:-1] + "ves"
    if _SIBILANT.search(noun):
        return noun + "es"
    if _CONSONANT_Y.search(noun):
        return noun[:-1] + "ies"
    return noun + "s"


_PLURAL = re.compile(r"[^sui]s$")
_DOUBLING = re.compile(r"(?:^|[^aeiou])[aeiou][bdgmnprt]$")


def inflections(verb: str) -> tuple[str, str, str]:
    """Return the third person, the past and the -ing form of a regular verb phrase."""
    head, _, rest = verb.partition(" ")
    rest = " " + rest if rest else ""
    last = head.rpartition("-")[2]
    doubles = _DOUBLING.search(head) and (len(_SYLLABLES.findall(last)) == 1 or last in _STRESSED_LAST)
    stem = head + head[-1] if doubles else head
    if head.endswith("ie"):
        past, gerund = head + "d", head[:-2] + "ying"
    elif head.endswith("e"):
        past, gerund = head + "d", (head if head.endswith("ee") else head[:-1]) + "ing"
    elif _CONSONANT_Y.search(head):
        past, gerund = head[:-1] + "ied", head + "ing"
    else:
        past, gerund = stem + "ed", stem + "ing"
    return plural(head) + rest if not head.endswith("s") else head + "es" + rest, past + rest, gerund + rest


_SYLLABLES = re.compile(r"[aeiouy]+")
#: Verbs of two syllables that double their last letter: "forgetting", but "whispering".
_STRESSED_LAST = frozenset(
    ("begin", "forget", "omit", "unpin", "unclip", "unzip", "unwrap", "overlap", "backflip", "worship")
)

#: Irregular pasts of the verbs in the tables.
_PASTS = {
    "stand": "stood", "sit": "sat", "run": "ran", "kneel": "knelt", "lie": "lay", "ride": "rode", "drive": "drove",
    "swim": "swam", "write": "wrote", "draw": "drew", "sing": "sang", "hold": "held", "weep": "wept", "sleep": "slept",
    "bend": "bent", "lean": "leant", "leap": "leapt", "fight": "fought", "swing": "swung", "throw": "threw",
    "come": "came", "go": "went", "shake": "shook", "take": "took", "break": "broke", "speak": "spoke", "rise": "rose",
    "fly": "flew", "blow": "blew", "grow": "grew", "sink": "sank", "spring": "sprang", "ring": "rang", "drink": "drank",
    "eat": "ate", "give": "gave", "fall": "fell", "wake": "woke", "creep": "crept", "sweep": "swept",
    "stride": "strode", "steal": "stole", "weave": "wove", "tear": "tore", "bite": "bit",
}  # fmt: skip


def _past(verb: str) -> str:
    """The irregular past of a verb with its particle, if it is no participle that could describe a thing."""
    head, _, rest = verb.partition(" ")
    past = _PASTS.get(head, "") if head in _TOLD_PASTS else ""
    return f"{past} {rest}".strip() if past else ""


#: Verbs whose past is only told, never a look.
_TOLD_PASTS = frozenset(("come", "go", "shake", "take", "fly", "fall", "give", "run", "throw", "rise", "sink"))

_GENERIC_PERSONS = frozenset(
    _phrases(
        """
        man, woman, men, women, boy, girl, boys, girls, lady, guy, bloke, person, people, male, female, lad, lass,
        gentleman, ladies, child, kid, toddler, teenager, 1girl, 1boy, adult female, adult male, adult, couple,
        teen, redhead
        """
    )
)


_ADJECTIVE = Entry(Kind.ADJECTIVE)
_AGED = Entry(Kind.FIXED, Group.PERSON)


class _Builder:
    """Collects entries; the first meaning given to a word wins."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    def add(self, phrases: Iterable[str], entry: Entry, *, spaced: bool = True) -> None:
        for phrase in phrases:
            self.entries.setdefault(phrase, entry)
            if spaced and "-" in phrase:
                self.entries.setdefault(phrase.replace("-", " "), entry)

    def nouns(self, table: str, kind: Kind, group: Group) -> None:
        for phrase in _phrases(table):
            for form in (phrase, plural(phrase)):
                entry = Entry(
                    Kind.PERSON if kind is Kind.NOUN and phrase in _GENERIC_PERSONS else kind,
                    group,
                    partitive=form in _PARTITIVES,
                    wrap=phrase in _WRAPS,
                    soft=group is Group.STYLE or group is Group.OTHER or kind is Kind.PART,
                )
                self.add((form,), entry)

    def singulars(self, table: str, group: Group) -> None:
        """Add the singular of nouns listed in the plural, where it means nothing else."""
        self.add((noun[:-1] for noun in _phrases(table) if _PLURAL.search(noun)), Entry(Kind.NOUN, group))

    def look(self, word: str, *, spaced: bool = True) -> None:
        """Add a modifier; a noun of the same form becomes one that may modify another."""
        known = self.entries.get(word)
        if known is not None and known.kind is Kind.NOUN and known.group is not Group.PERSON:
            self.entries[word] = replace(known, soft=True)
        self.add((word,), _ADJECTIVE, spaced=spaced and not word.startswith("one-"))

    def verbs(self, table: str, kind: Kind) -> None:
        for verb in _phrases(table):
            for form in (*inflections(verb), _PASTS.get(verb, ""), verb):
                if form:
                    self._verb(form, kind)

    def deeds(self, table: str, kind: Kind) -> None:
        """Add the bare form and those in -s and -ing of verbs; where a noun is so named, not the bare form."""
        for verb in _phrases(table):
            third, _, gerund = inflections(verb)
            for form in (third, gerund) if verb in self.entries else (verb, third, gerund):
                self._verb(form, kind)
            if kind is Kind.POSE and (past := _past(verb)):
                self.add((past,), Entry(kind))

    def _verb(self, form: str, kind: Kind) -> None:
        known = self.entries.get(form)
        if known is None:
            self.add((form,), Entry(kind))
        elif known.verb is None and known.kind in _NOMINAL:
            self.entries[form] = replace(known, verb=kind)


_NOMINAL = frozenset(
    (Kind.NOUN, Kind.PERSON, Kind.PART, Kind.PLACE, Kind.SMALL, Kind.ACTION_OBJECT, Kind.ADJECTIVE, Kind.ATTACH)
)
_PARTITIVES = frozenset(_phrases(objects.PARTITIVES))
_WRAPS = frozenset(_phrases(garments.WRAPS))


def _grammar(builder: _Builder) -> None:
    for table, kind in (
        (grammar.FILLER, Kind.FILLER),
        (absences.SEEMING, Kind.PREDETERMINER),
        (absences.SEEMING_WORN, Kind.WEAR),
        (absences.SEEMING_LOOKS, Kind.ADJECTIVE),
        (absences.OPENERS, Kind.NEGATION),
        (absences.EXCEPTIONS, Kind.NEGATION),
        (absences.CLOSERS, Kind.CLOSER),
        (", ".join(sorted(absences.TAKE_IT)), Kind.CLOSER),
        (grammar.SCENE_PREPOSITIONS, Kind.SCENE_PREPOSITION),
        (grammar.SWALLOWING, Kind.SWALLOW),
        (grammar.WEARING, Kind.WEAR),
        (grammar.WITH, Kind.WITH),
        (grammar.OF, Kind.OF),
        (grammar.DETERMINERS, Kind.DETERMINER),
        (grammar.PREDETERMINERS, Kind.PREDETERMINER),
        (grammar.RELATIVES, Kind.RELATIVE),
        (grammar.SUBJECTS, Kind.SUBJECT),
        (grammar.OBJECTS, Kind.OBJECT),
        (grammar.COPULAS, Kind.COPULA),
        (grammar.CONJUNCTIONS, Kind.CONJUNCTION),
        (grammar.PREPOSITIONS, Kind.PREPOSITION),
        (scene.CAMERA_VERBS, Kind.CAMERA),
    ):
        builder.add(_phrases(table), Entry(kind))


#: Words before the age of somebody: "maybe 60".
_GUESSES = ("maybe", "perhaps", "possibly", "approx", "approximately")
_TENS = "twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety"


def _numbered(builder: _Builder) -> None:
    """Numbers of jerseys and houses: "a no 10 jersey"."""
    builder.add((f"no {number}" for number in range(100)), _ADJECTIVE)
    builder.add((f"{word} {number}" for word in ("about", "aged", "like") for number in range(1, 100)), _AGED)
    builder.add((f"{word} {number}" for word in _GUESSES for number in range(14, 100)), _AGED)
    builder.add((f"about {number}" for number in _phrases(_TENS)), _AGED)
    builder.add(("bodice", "tie back", "tie-back", "tie front", "tie-front"), Entry(Kind.PART, Group.TOP, soft=True))
    builder.add((f"cigarette {cut}" for cut in ("trousers", "pants", "jeans")), Entry(Kind.NOUN, Group.BOTTOM))
    metals = ("brass", "silver", "gold", "copper", "metal", "wide", "wrist", "bangle", "hammered")
    builder.add((f"{metal} cuff" for metal in metals), Entry(Kind.NOUN, Group.ACCESSORY))
    decades = (f"{century}{tens}0s" for century in ("", "19") for tens in range(1, 10))
    kinds = (*_phrases("flash, film, vintage, old, retro, polaroid, candid, nasa"), *decades)
    builder.add((f"{kind} photo" for kind in kinds), Entry(Kind.NOUN, Group.STYLE, soft=True))
    clips = ("butterfly", "claw", "hair", "snap", "jaw")
    builder.add((f"{clip} {end}" for clip in clips for end in ("clip", "clips")), Entry(Kind.NOUN, Group.HAIR))
    drinks = _phrases("lager, beer, cola, coke, soda, cider, lemonade, pop, paint")
    builder.add((f"can of {drink}" for drink in drinks), Entry(Kind.NOUN, Group.ACCESSORY))
    lengths = ("long", "short", "three-quarter", "full", "half", "elbow-length", "raglan", "wide", "puffed", "puff")
    sleeves = (f"{length} {end}" for length in lengths for end in ("sleeve", "sleeves"))
    builder.add(sleeves, Entry(Kind.PART, Group.TOP, soft=True))
    builder.add(("tabard", "tabards"), Entry(Kind.NOUN, Group.OUTERWEAR))
    builder.add(("collar up",), Entry(Kind.PART, Group.TOP, soft=True))
    builder.add(("hood up", "hood down"), Entry(Kind.PART, Group.OUTERWEAR, soft=True))
    sizes = (*range(2, 60), "s", "m", "l", "xs", "xl", "xxl", "small", "medium", "large")
    builder.add((f"size {size}" for size in sizes), Entry(Kind.NOUN, Group.BODY, soft=True))
    builder.add(_phrases(catalogue.BRANDS), _ADJECTIVE)
    builder.add(_phrases(catalogue.WEARERS), _ADJECTIVE)
    builder.add(_phrases(catalogue.COMPARED), Entry(Kind.ADJECTIVE, alone=Group.PERSON))
    builder.add(_phrases(catalogue.POSTURES), Entry(Kind.POSE))
    builder.add(_phrases(catalogue.ERAS), Entry(Kind.ADJECTIVE, Group.STYLE))
    builder.add(absences.WORDS, Entry(Kind.ABSENT, Group.NEGATED))


def _wearable(builder: _Builder) -> None:
    builder.add(("chap", "old chap"), Entry(Kind.PERSON, Group.PERSON))
    for group, table in scene.FIXED.items():
        builder.add(_phrases(table), Entry(Kind.FIXED, group))
    for group, table in person.PERSON_NOUNS.items():
        if group is not Group.FACE and group is not Group.BODY:
            builder.nouns(table, Kind.NOUN, group)
    for group, table in garments.GARMENTS.items():
        builder.nouns(table, Kind.NOUN, group)


def _regional(builder: _Builder) -> None:
    for group, table in regional.REGIONAL.items():
        builder.nouns(table, Kind.NOUN, group)
    for table in (places.BUILDINGS, places.LANDSCAPE):
        builder.nouns(table, Kind.NOUN, Group.BACKGROUND)


def _catalogue(builder: _Builder) -> None:
    for group, table in catalogue.PARTS.items():
        builder.nouns(table, Kind.PART, group)
    for group, table in catalogue.MORE.items():
        builder.nouns(table, Kind.NOUN, group)
    for group, table in catalogue.SINGLE.items():
        builder.add(_phrases(table), Entry(Kind.NOUN, group, soft=True))
    builder.add(_phrases(catalogue.MANNERS), Entry(Kind.ADVERB))
    for word in _phrases(catalogue.LOOKS):
        builder.look(word)
    builder.nouns(catalogue.GRIPS, Kind.ACTION_OBJECT, Group.BODY)


def _everyday(builder: _Builder) -> None:
    for group, table in everyday.MORE.items():
        builder.nouns(table, Kind.NOUN, group)


def _nominal(builder: _Builder) -> None:
    for group, table in person.PLACES_ON_BODY.items():
        builder.nouns(table, Kind.PLACE, group)
    for group, table in person.PERSON_NOUNS.items():
        builder.nouns(table, Kind.NOUN, group)
    for group, table in garments.PARTS.items():
        builder.nouns(table, Kind.PART, group)
    builder.nouns(objects.ACTION_OBJECTS, Kind.ACTION_OBJECT, Group.BODY)
    builder.nouns(objects.SMALL_THINGS, Kind.SMALL, Group.ACCESSORY)
    builder.nouns(objects.ACCESSORIES, Kind.NOUN, Group.ACCESSORY)
    for group, table in scene.SCENE_NOUNS.items():
        builder.nouns(table, Kind.NOUN, group)


def _looks(builder: _Builder) -> None:
    for group, table in person.PERSON_ADJECTIVES.items():
        builder.add(_phrases(table), Entry(Kind.ADJECTIVE, group))
    for words in (
        modifiers.COLOURS,
        modifiers.PATTERNS,
        modifiers.MATERIALS,
        modifiers.SHAPES,
    ):
        for word in _phrases(words):
            builder.look(word)


def _manners(builder: _Builder) -> None:
    for group, table in scene.SCENE_ADJECTIVES.items():
        builder.add(_phrases(table), Entry(Kind.ADJECTIVE, group))
    for word in _phrases(modifiers.MANNERS):
        builder.look(word, spaced=False)


#: Adjectives that are something else before an article: "round glasses", "round his neck".
_TWO_SIDED = {
    "round": Entry(Kind.ADJECTIVE, None, Kind.PREPOSITION),
    "blonde": Entry(Kind.ADJECTIVE, Group.HAIR, alone=Group.PERSON),
    "brunette": Entry(Kind.ADJECTIVE, Group.HAIR, alone=Group.PERSON),
    "rose": Entry(Kind.ADJECTIVE, alone=Group.ACCESSORY),
    "orange": Entry(Kind.ADJECTIVE),
    "rope": Entry(Kind.ADJECTIVE, alone=Group.ACCESSORY),
    "chocolate": Entry(Kind.ADJECTIVE, alone=Group.ACCESSORY),
    **dict.fromkeys(("two", "three", "four", "five"), Entry(Kind.ADJECTIVE, partitive=True)),
    **dict.fromkeys(("shell", "shells"), Entry(Kind.NOUN, Group.ACCESSORY, soft=True)),
    **dict.fromkeys(("white collar", "blue collar"), Entry(Kind.PART, Group.TOP, soft=True)),
    **dict.fromkeys(("name badge", "name badges", "name tag", "name tags"), Entry(Kind.NOUN, Group.ACCESSORY)),
    "jean": Entry(Kind.ADJECTIVE, alone=Group.BOTTOM),
    "light": Entry(Kind.ADJECTIVE, alone=Group.BACKGROUND),
    "camel": Entry(Kind.ADJECTIVE, alone=Group.ACCESSORY),
    "platform": Entry(Kind.ADJECTIVE, alone=Group.BACKGROUND),
    "first": Entry(Kind.ADJECTIVE, alone=Group.PERSON),
    "second": Entry(Kind.ADJECTIVE, alone=Group.PERSON),
    "one": Entry(Kind.ADJECTIVE, alone=Group.PERSON),
    "square": Entry(Kind.ADJECTIVE, alone=Group.BACKGROUND),
    "sports": Entry(Kind.ADJECTIVE, None, Kind.WEAR),
    **dict.fromkeys(
        ("roll-neck", "polo-neck", "turtle-neck", "crew-neck", "v-neck", "mock-neck"),
        Entry(Kind.ADJECTIVE, alone=Group.TOP),
    ),
    **dict.fromkeys(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"),
        Entry(Kind.ADJECTIVE, Group.PERSON),
    ),
    **{f"19{tens}0s": Entry(Kind.ADJECTIVE, Group.STYLE) for tens in range(1, 10)},
    "black tie": Entry(Kind.NOUN, Group.NECKWEAR),
    "white tie": Entry(Kind.NOUN, Group.NECKWEAR),
    **{
        f"{half} {thing}": Entry(Kind.NOUN, group)
        for half, group in (("upper", Group.TOP), ("lower", Group.BOTTOM), ("outer", Group.OUTERWEAR))
        for thing in ("garment", "clothing", "clothes", "layer")
    },
    "three-piece": Entry(Kind.NOUN, Group.DRESS, soft=True),
    **dict.fromkeys(("mr", "mrs", "ms", "dr"), Entry(Kind.ADJECTIVE, Group.PERSON)),
    "letter": Entry(Kind.NOUN, Group.ACCESSORY),
    "other": Entry(Kind.ADJECTIVE, alone=Group.PERSON),
    "kind": Entry(Kind.UNKNOWN, partitive=True),
    "aviators": Entry(Kind.NOUN, Group.EYEWEAR),
    "joggers": Entry(Kind.NOUN, Group.BOTTOM),
    "boxers": Entry(Kind.NOUN, Group.BOTTOM),
    "from behind": Entry(Kind.FIXED, Group.SHOT, Kind.SCENE_PREPOSITION),
    "from above": Entry(Kind.FIXED, Group.SHOT, Kind.SCENE_PREPOSITION),
    "from below": Entry(Kind.FIXED, Group.SHOT, Kind.SCENE_PREPOSITION),
    "matching": Entry(Kind.ADJECTIVE, None, Kind.SWALLOW),
}


def _build() -> dict[str, Entry]:
    builder = _Builder()
    builder.entries.update(_TWO_SIDED)
    _grammar(builder)
    _numbered(builder)
    _wearable(builder)
    _looks(builder)
    _nominal(builder)
    _regional(builder)
    _manners(builder)
    _everyday(builder)
    _catalogue(builder)
    builder.add(_PARTITIVES, Entry(Kind.UNKNOWN, partitive=True))
    builder.add(_phrases(doings.STATES), Entry(Kind.ATTACH))
    builder.add(_phrases(doings.LIKENESSES), Entry(Kind.SWALLOW))
    builder.add(_phrases(doings.MANNERS), Entry(Kind.ADVERB))
    builder.verbs(person.HOLDS, Kind.HOLD)
    builder.verbs(person.EXPRESSIONS, Kind.EXPRESSION)
    builder.verbs(person.POSES, Kind.POSE)
    for word in _phrases(grammar.ATTACHING):
        builder._verb(word, Kind.ATTACH)
    builder.verbs(everyday.ACTIONS, Kind.POSE)
    builder.deeds(doings.DEEDS, Kind.POSE)
    builder.deeds(doings.EFFECTS, Kind.ATTACH)
    for kind, table in ((Kind.ATTACH, doings.EITHER), (Kind.POSE, doings.EITHER_DEEDS)):
        for word in _phrases(table):
            builder._verb(word, kind)
    builder.add(_phrases(doings.CITIES), Entry(Kind.NOUN, Group.BACKGROUND))
    builder.nouns(doings.TOOLS, Kind.NOUN, Group.ACCESSORY)
    builder.nouns(doings.ROOMS, Kind.NOUN, Group.BACKGROUND)
    for group, table in doings.CLOTHES.items():
        builder.nouns(table, Kind.NOUN, Group(group))
    builder.add(_phrases(grammar.ADVERBS), Entry(Kind.ADVERB))
    builder.singulars(scene.SCENE_NOUNS[Group.BACKGROUND], Group.BACKGROUND)
    builder.singulars(objects.ACCESSORIES, Group.ACCESSORY)
    # Words of which the same is known share what is known: a few hundred entries stay in the processor's cache.
    shared: dict[Entry, Entry] = {}
    return {word: shared.setdefault(entry, entry) for word, entry in builder.entries.items()}


#: Every known word and phrase (single spaces, lower case).
LEXICON: dict[str, Entry] = _build()


def _phrase_lengths() -> dict[str, dict[str, tuple[int, ...]]]:
    lengths: dict[str, dict[str, set[int]]] = {}
    for phrase in LEXICON:
        words = phrase.split(" ")
        if len(words) > 1:
            lengths.setdefault(words[0], {}).setdefault(words[1], set()).add(len(words))
    return {
        first: {second: tuple(sorted(found, reverse=True)) for second, found in seconds.items()}
        for first, seconds in lengths.items()
    }


#: First and second word of a known phrase -> the lengths in words of the phrases they open, longest first.
PHRASE_LENGTHS: dict[str, dict[str, tuple[int, ...]]] = _phrase_lengths()
