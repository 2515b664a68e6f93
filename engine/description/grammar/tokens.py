"""Text to typed words: finds the words of a text and looks each up, longest known phrase first.

It knows single words and fixed phrases; it does not know the words around them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import accumulate
from typing import cast

from engine.description.grammar.homographs import HOMOGRAPHS, meaning
from engine.description.grammar.spelling import mended
from engine.description.grammar.word_forms import COMMA, POSSESSIVE, STOP, STOPS, classify
from engine.description.lexicon import LEXICON, PHRASE_LENGTHS, Entry, Kind
from engine.description.lexicon.lookalikes import LOOKALIKES


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

#: After "'s" these make a verb of it: "the hat's been taken off".
_AFTER_IS = frozenset(
    ("been", "being", "not", "gone", "missing", "off", "taken", "removed", "absent", "nowhere", "lost", "forgotten",
     "no")
)  # fmt: skip
_IS = LEXICON["is"]


def fold(text: str) -> str:
    """Return the text in lower case with plain apostrophes and hyphens, character for character as long as it was."""
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lowered.translate(_FOLD)


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
_WORDS.update({mark: (STOP if mark in STOPS else COMMA, _NO_PHRASES) for mark in ",;.!?:"})
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
        entry = classify(tokens.words[at])
        if entry is POSSESSIVE or entry.guessed:
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
