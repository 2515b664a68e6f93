"""Single words that say an absence, and what any phrase of absence leaves when its words of absence are taken off.

One reading for all who make something of an absence; it does not know where in a text the phrase stands.
"""

from __future__ import annotations

import re

from engine.description.lexicon.absences.removals import TAKE_IT, listed
from engine.description.lexicon.absences.words import (
    CLOSING_WORDS,
    DENIED,
    EXCEPTIONS,
    OPENERS,
    OWN_CLOSERS,
    SEEN,
    TRAILING,
)

#: Single words, and the thing that they say is absent.
WORDS: dict[str, str] = {
    "bareheaded": "hat", "bare-headed": "hat", "bare headed": "hat", "hatless": "hat", "tieless": "tie",
    "shoeless": "shoes", "sockless": "socks", "gloveless": "gloves", "bootless": "boots", "nobody": "people",
    "no one": "people", "no-one": "people", "nobody else": "people", "no one else": "people",
    "no one else around": "people", "nobody else around": "people", "nobody around": "people", "unbearded": "beard",
    "unaccessorised": "accessories", "unaccessorized": "accessories", "spectacleless": "spectacles",
    "browless": "eyebrows", "eyebrowless": "eyebrows", "lashless": "eyelashes", "barefaced": "make-up",
    "bare-faced": "make-up", "bare faced": "make-up", "barehanded": "gloves", "bare-handed": "gloves",
    "unshod": "shoes", "hairless": "hair",
    **dict.fromkeys(("unjewelled", "unjeweled"), "jewellery"), "unadorned": "ornaments", "unarmed": "weapons",
    **{
        f"un{thing}{'d' if thing.endswith('e') else end + 'ed'}": f"{thing}{many}"
        for thing, end, many in (
            ("mask", "", ""), ("helmet", "", ""), ("glove", "", "s"), ("hat", "t", ""), ("veil", "", ""),
            ("crown", "", ""), ("armour", "", ""), ("armor", "", ""), ("tattoo", "", "s"), ("moustache", "", ""),
            ("turban", "", ""), ("spectacle", "", "s"), ("bonnet", "", ""), ("whisker", "", "s"),
        )
    },
}  # fmt: skip
#: A place where nothing is, and what would be there.
_WORN_AT = {
    "head": "hat", "heads": "hats", "feet": "shoes", "foot": "shoe", "neck": "scarf", "hands": "gloves",
    "hand": "glove", "wrist": "watch", "wrists": "watches", "shoulder": "bag", "shoulders": "bag",
}  # fmt: skip
_PLURALS = {
    thing: f"{thing}s"
    for thing in ("shoe", "sock", "glove", "boot", "earring", "sandal", "tattoo", "whisker", "freckle", "wrinkle",
                  "car", "spectacle", "logo", "button", "crease", "window")
}  # fmt: skip
LEAST_NO = 5  # letters of "no-tie"
_ENDING = re.compile(r"(?P<thing>[a-z]{2,20}?s?)-?(?:less|free)|(?P<compound>[a-z]{2,12}-[a-z]{2,8})-(?:less|free)")


def thing_of(word: str) -> tuple[str, str] | None:
    """The stem and the name of the thing that a word may say is absent: "beard-free" is "beard"."""
    match = _ENDING.fullmatch(word)
    if match is None:
        return (word[3:], word[3:]) if word.startswith("no-") and len(word) > LEAST_NO else None
    stem = match["thing"] or match["compound"]
    return stem, _PLURALS.get(stem, stem)


def _alternatives(phrases: list[str]) -> str:
    return "|".join(
        re.escape(phrase).replace("\\ ", r"\s+").replace("'", "['\u2019]")
        for phrase in sorted(phrases, key=len, reverse=True)
    )


_GLUE = """
    with, and, but, or, nor, wearing, having, holding, carrying, sporting, is, are, was, were, be, been, being, am,
    has, have, had, does, do, did, got, wear, wears, wore, hold, holds, carry, carries, want, wants, need, needs,
    show, shows, include, add, draw, see, to, you, we, i, he, she, they, there, there's, it, any, a, an, the,
    single, his, her, their, its, my, your, our, some, of, all, in, by, just, give, him, them, either, left his,
    left her, left their, left the, leaves his, leaves her, leaving his, leaving her, leaving their, leave the,
    leave his, leave her, leave their, leave any, leave, kind of, kinds of, sort of, sorts of, type of, form of,
    pair of, please, if, when, brings, bring, uses, use, using, takes, take, owns, own, keeps, keep, puts, puts on,
    put on, given, bought, brought, usual, for that matter, as it happens, of course, in fact, indeed, however
"""
#: What is taken off before a thing, and the words of the longest of it.
_BEFORE = frozenset((*listed(OPENERS), *listed(EXCEPTIONS), *listed(_GLUE)))
_MOST_WORDS = max(opener.count(" ") for opener in _BEFORE) + 1
_WORD = re.compile(r"\s*([\w'\u2019/-]+)")
_MARKS = ",:;.!?-"
_AFTER = (
    rf"{_alternatives([*listed(OWN_CLOSERS), *CLOSING_WORDS, *TRAILING, *TAKE_IT, 'out'])}"
    rf"|(?:{_alternatives(listed(DENIED))})\s+(?:{_alternatives(listed(SEEN))}|on\s+(?:his|her|their|the)\s+[\w-]+)"
)
#: Denials of a thing that was named as a topic: "Hat? She hasn't got one".
_NOT = listed("""
    not, no, isn't, aren't, hasn't, haven't, has not, have not, doesn't, does not, don't, do not, didn't, never, won't,
    wasn't, weren't
""")
_HAVE = "wearing|wears?|got|have|has|need|needs|want|wants|on|carry|carries|like|likes"
_COPULA = r"(?:(?:is|are|was|were|has|have|been|being|both|all|also|still|completely|entirely|just|simply)\s+){0,4}"
_CLOSING = re.compile(
    rf"(?:\s*[:=|\u2013\u2014-])?\s*{_COPULA}(?<![\w-])(?:{_AFTER}|no|n/?a|nil|null|without|false|none\s+\w+"
    rf"|(?:\?\s*)?(?:(?:he|she|they|i|it)\s+)?(?:{_alternatives(_NOT)})(?:\s+(?:{_HAVE}))*"
    r"\s+(?:any|one|them|it|today|tonight)"
    r"|not\s+wearing\s+(?:any|one)|nothing\s+(?:at\s+all|on))\s*[.,;!]*\s*$",
    re.IGNORECASE,
)
_IS = re.compile("['\u2019]s$")
_MOST_CLOSERS, _LONGEST_CLOSER = 3, 80
_FIELD_NAME = re.compile(r"^[\w'/ -]{1,30}[*_]{0,2}[:=]\s*(?=(?:no|not|without)\s+\w)", re.IGNORECASE)
_NO_THING = frozenset(("nothing", "none", "no"))  # "Carries: nothing"
_NOTHING_AT = re.compile(r"\bnothing\b", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:,|;|\bor\b|\bnor\b)\s*", re.IGNORECASE)
_IN_WORDS = re.compile(rf"(?<![\w-])(?:{_alternatives(list(WORDS))})(?![\w-])", re.IGNORECASE)
_EDGES = ' \t\r\n,.;:|=-!?"\u201c\u201d\u2013\u2014\u2717\u2718\u274c'


def absent_things(phrase: str) -> tuple[str, ...]:
    """What a phrase says is absent, each thing in its own words: "no hat, scarf or glasses" is three.

    Words of absence are taken from both ends as often as they stand there; a single word of absence is replaced by its
    thing. Where nothing is said to be at a place, the thing that would be there is named first.
    """
    text = " ".join(phrase.split())
    if text.lower() in WORDS:
        return (WORDS[text.lower()],)
    text = _without_openers(_FIELD_NAME.sub("", text))
    for _ in range(_MOST_CLOSERS):
        tail = max(0, len(text) - _LONGEST_CLOSER)
        closing = _CLOSING.search(text, tail)
        if closing is None or not text[: closing.start()].strip(_EDGES):
            break
        text = _IS.sub("", text[: closing.start()])  # "the hat's been removed"
    kind, named, things = text.partition(" such as ")
    text = f"{things}, {kind}" if named else text  # what is named first weighs most
    found = []
    nothing = _NOTHING_AT.search(phrase) is not None
    for part in _PARTS.split(text):
        words = _without_openers(part)
        if words and words.lower() not in _NO_THING:
            found.append(_named(words, nothing))
    return tuple(found)


def _without_openers(part: str) -> str:
    end = 0
    while (further := _after_opener(part, end)) > end:
        end = further
    return " ".join(part[end:].strip(_EDGES).split())


def _after_opener(part: str, start: int) -> int:
    """Where a text goes on after the longest words of absence, or the mark, that it has at a place."""
    opener, end = "", start
    ends: list[tuple[str, int]] = []
    while len(ends) < _MOST_WORDS and (match := _WORD.match(part, end)) is not None:
        end = match.end()
        opener = f"{opener} {match[1]}".lstrip()
        ends.append((opener.lower().replace("\u2019", "'"), end))
    for said, end in reversed(ends):
        if said in _BEFORE:
            return end
    marked = start + len(part[start:]) - len(part[start:].lstrip())
    return marked + 1 if part[marked : marked + 1] in _MARKS and part[marked:] else start


def _named(words: str, nothing: bool) -> str:
    words = _IN_WORDS.sub(lambda match: WORDS[match.group().lower()], words)
    lowered = words.lower()
    if nothing and lowered in _WORN_AT:
        return f"{_WORN_AT[lowered]} on {words}"
    thing = thing_of(lowered)
    return thing[1] if thing is not None and " " not in lowered else words
