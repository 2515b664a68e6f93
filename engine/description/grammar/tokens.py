"""Text to typed words: finds the words of a text and looks each up, longest known phrase first.

It knows single words and fixed phrases; it does not know the words around them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate
from typing import cast

from engine.description.grammar.homographs import HOMOGRAPHS, meaning
from engine.description.grammar.spelling import mended
from engine.description.groups import Group
from engine.description.lexicon import LEXICON, PHRASE_LENGTHS, Entry, Kind
from engine.description.lexicon.absences import thing_of
from engine.description.lexicon.lookalikes import LOOKALIKES
from engine.description.lexicon.modifiers import COMPOUND_ENDS


class Tokens:
    """The words, known phrases and separators of a text, as columns of one length.

    `kinds` has one more element, None: it is what stands before the first token (index -1) and after the last.
    """

    __slots__ = ("entries", "kinds", "starts", "ends", "words", "mended", "num_unknown")

    def __init__(self) -> None:
        """Begin with no tokens."""
        self.entries: list[Entry] = []
        self.kinds: list[Kind | None] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.words: list[str] = []
        #: Words with a typing mistake: where they begin and end, and how they are read.
        self.mended: list[tuple[int, int, str]] = []
        #: How many words are not understood at all.
        self.num_unknown = 0

    @property
    def num_words(self) -> int:
        """How many of them are no separators."""
        return len([kind for kind in self.kinds if kind is not Kind.COMMA and kind is not Kind.STOP]) - 1


# One group around all of it, so that `split` gives words and what is between them in turn. A plain word comes first,
# since most are: it is one where nothing follows that could go on with it.
_TOKEN = re.compile(
    r"([a-z]++(?![\w'\-./])"
    r"|^[ \t]*\d{1,2}[.)](?=[ \t])"  # the number of a list's line
    r"|(?! )(?:"
    r"<[^<>\n]{1,80}>"  # a network tag such as <lora:name:0.8>
    r"|f/\d[\d.]*"
    r"|w/(?=\s)"
    r"|(?:girls|boys|ladies|kids|babies|gents|womens|mens)'(?=\s)"
    r"|\w+(?:['\-./]\w+)*"
    r"|[&+]"
    r"|[,;.!?:\n|/\u2013\u2014()\[\]{}…、。，•]+(?:\s{1,16}[,;.!?:|()\[\]{}]+)*"
    r"|[\u2190-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]+"  # emoji
    r"|(?<=\s)-{1,3}(?=\s)))",
    re.MULTILINE,
)
_FOLD = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "_": " ", "\u2010": "-", "\u2011": "-"})

_COMMA = Entry(Kind.COMMA)
_STOP = Entry(Kind.STOP)
_UNKNOWN = Entry(Kind.UNKNOWN, guessed=True)
_LIKE_POSE = Entry(Kind.POSE, guessed=True)
_LIKE_PAST = Entry(Kind.ADJECTIVE, verb=Kind.ATTACH, guessed=True)
_LIKE_ADVERB = Entry(Kind.ADVERB)
_ADJECTIVE = Entry(Kind.ADJECTIVE)
_CONJUNCTION = Entry(Kind.CONJUNCTION)
_STOPS = frozenset(";.!?:\n…。")
#: A hyphened word the lexicon lacks: a modifier before a noun, an unknown thing after an article.
_COMPOUND = Entry(Kind.ADJECTIVE, alone=Group.OTHER)
_VERBS = frozenset((Kind.POSE, Kind.ATTACH, Kind.HOLD, Kind.EXPRESSION))
_IN_ACTION = Entry(Kind.NOUN, Group.BODY)
_LONGEST_WORD = 40
#: After "'s" these make a verb of it: "the hat's been taken off".
_AFTER_IS = frozenset(
    ("been", "being", "not", "gone", "missing", "off", "taken", "removed", "absent", "nowhere", "lost", "forgotten",
     "no")
)  # fmt: skip
_IS = LEXICON["is"]
_POSSESSIVE = LEXICON["her"]


def fold(text: str) -> str:
    """Return the text in lower case with plain apostrophes and hyphens, character for character as long as it was."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.translate(_FOLD)


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
        return _POSSESSIVE
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
    return _STOP if not _STOPS.isdisjoint(mark) else _COMMA


_Found = tuple[Entry | None, dict[str, tuple[int, ...]]]
_NO_PHRASES: dict[str, tuple[int, ...]] = {}
#: A word -> its own entry, and the phrases it may open by their second word.
_ALONE: dict[Entry, tuple[Entry | None, dict[str, tuple[int, ...]]]] = {
    entry: (entry, _NO_PHRASES) for entry in LEXICON.values()
}
_WORDS: dict[str, tuple[Entry | None, dict[str, tuple[int, ...]]]] = {
    word: (LEXICON.get(word), PHRASE_LENGTHS[word]) if word in PHRASE_LENGTHS else _ALONE[LEXICON[word]]
    for word in (*PHRASE_LENGTHS, *LEXICON)
    if " " not in word
}
#: The commonest separators, so that they need no look at their characters.
_WORDS.update({mark: (_STOP if mark in _STOPS else _COMMA, _NO_PHRASES) for mark in ",;.!?:"})
_NOTHING: _Found = (None, _NO_PHRASES)
_Words = tuple[list[str], list[int], list[int], list[_Found]]
_PLAIN = re.compile(r"([a-z0-9]+(?:['-][a-z0-9]+)*)([,;.!?:]?)")
_PLAIN_WORDS = {word: found for word, found in _WORDS.items() if _PLAIN.fullmatch(word) and word not in ",;.!?:"}
_ENDING_MARKS = frozenset(",;.!?:")


#: So many unknown words of a text are looked at for typing mistakes.
_MOST_LOOKED_AT = 200


def tokenise(folded: str) -> Tokens:
    """Return the typed words of a folded text, with known phrases of several words as one token."""
    words, starts, ends, found = _plain_words(folded) or _any_words(folded)
    tokens, unlisted = _read(words, starts, ends, found)
    if unlisted:
        changed: dict[int, str] = {}
        for at in unlisted[:_MOST_LOOKED_AT]:
            meant = mended(words[at])
            if meant is not None:
                changed[at] = words[at] = meant
        if changed:
            tokens, unlisted = _read(words, starts, ends, [_WORDS.get(word, _NOTHING) for word in words])
            tokens.mended = [(starts[at], ends[at], meant) for at, meant in changed.items()]
        tokens.num_unknown = sum(words[at] not in LOOKALIKES for at in unlisted)
    if not HOMOGRAPHS.isdisjoint(tokens.words):
        for at, word in enumerate(tokens.words):
            if word in HOMOGRAPHS:
                tokens.entries[at] = meaning(tokens.words, at) or tokens.entries[at]
    tokens.kinds = [entry.kind for entry in tokens.entries]
    tokens.kinds.append(None)
    return tokens


def _any_words(folded: str) -> _Words:
    """The words of a text with a last one that is empty, where each begins and ends, and what is known of each."""
    parts = _TOKEN.split(folded)
    words = [*parts[1::2], ""]
    reached = list(accumulate(map(len, parts)))
    known = _WORDS.get
    return words, reached[::2], reached[1::2], [known(word, _NOTHING) for word in words]


def _plain_words(folded: str) -> _Words | None:
    """The same of a text of plain words with a comma or the like after them, in half the time; None of any other."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    found: list[_Found] = []
    known, begins = _PLAIN_WORDS.get, 0
    for piece in folded.split(" "):
        ends_at = begins + len(piece)
        info = known(piece)
        mark = ""
        if info is None and piece:
            word = piece[:-1]
            info = known(word)
            if info is not None and piece[-1] in _ENDING_MARKS:
                mark, piece = piece[-1], word
            else:
                match = _PLAIN.fullmatch(piece)
                if match is None:
                    return None
                piece, mark = match.groups()
                info = known(piece, _NOTHING)
            if mark == "." and piece.isdigit():
                return None
        if info is not None:
            words.append(piece)
            starts.append(begins)
            found.append(info)
            if mark:
                ends.append(ends_at - 1)
                words.append(mark)
                starts.append(ends_at - 1)
                found.append(_WORDS[mark])
            ends.append(ends_at)
        begins = ends_at + 1
    words.append("")
    starts.append(len(folded))
    found.append(_NOTHING)
    return words, starts, ends, found


def _read(words: list[str], starts: list[int], ends: list[int], found: list[_Found]) -> tuple[Tokens, list[int]]:
    """Return the tokens, and the places of the words that neither the lexicon nor their form explains."""
    opened = [at for at, (pair, second) in enumerate(zip(found, words[1:], strict=False)) if second in pair[1]]
    tokens = _joined(words, starts, ends, found, opened)
    entries = cast("list[Entry | None]", tokens.entries)
    unlisted: list[int] = []
    parted: list[int] = []
    for at in [at for at, entry in enumerate(entries) if entry is None]:
        entry = _classify(tokens.words[at])
        if entry is _POSSESSIVE or entry.guessed:
            place = bisect_left(starts, tokens.starts[at])
            if entry.guessed:
                unlisted.append(place)
            elif words[place + 1] in _AFTER_IS and tokens.words[at][:-2] in LEXICON:
                parted.append(at)
        entries[at] = entry
    return _parted(tokens, parted) if parted else tokens, unlisted


def _joined(words: list[str], starts: list[int], ends: list[int], found: list[_Found], opened: list[int]) -> Tokens:
    """The tokens of a text, with one for each known phrase of several words; such a phrase may begin at `opened`.

    What is known of no word has no entry yet.
    """
    tokens = Tokens()
    known = [entry for entry, _ in found]
    entries, said, begun, ended = tokens.entries, tokens.words, tokens.starts, tokens.ends
    reached = 0
    for at in opened:
        if at < reached:
            continue
        for length in found[at][1][words[at + 1]]:
            phrase = " ".join(words[at : at + length])
            whole = LEXICON.get(phrase)
            if whole is not None:
                known[at] = whole
                entries += known[reached : at + 1]  # type: ignore[arg-type]
                said += words[reached:at]
                said.append(phrase)
                begun += starts[reached : at + 1]
                ended += ends[reached:at]
                reached = at + length
                ended.append(ends[reached - 1])
                break
    entries += known[reached:-1]  # type: ignore[arg-type]
    said += words[reached:-1]
    begun += starts[reached:-1]
    ended += ends[reached:]
    return tokens


def _parted(tokens: Tokens, places: list[int]) -> Tokens:
    """The tokens with two for each possessive at a place that is none: "the hat's been taken off"."""
    made, reached = Tokens(), 0
    for at in [*places, len(tokens.words)]:
        made.entries += tokens.entries[reached:at]
        made.words += tokens.words[reached:at]
        made.starts += tokens.starts[reached:at]
        made.ends += tokens.ends[reached:at]
        if at < len(tokens.words):
            noun, end = tokens.words[at][:-2], tokens.ends[at]
            made.entries += (LEXICON[noun], _IS)
            made.words += (noun, "is")
            made.starts += (tokens.starts[at], end - 2)
            made.ends += (end - 2, end)
        reached = at + 1
    return made


def _classify(word: str) -> Entry:
    if not word[0].isalnum() and word[0] != "<":
        return _separator(word) if word[-1] not in ".)" or not word[-2:-1].isdigit() else _STOP
    if word[-1] in ".)":
        return _STOP
    return _unlisted(word) if len(word) <= _LONGEST_WORD else _UNKNOWN
