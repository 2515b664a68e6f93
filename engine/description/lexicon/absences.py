"""Words of absence: what opens one, what closes one, and single words that say one; what is absent is what they leave.

One table for all who read or write an absence: the parser that finds it, and the texts that are made of it.
"""

from __future__ import annotations

import re

#: What comes before a thing that is absent.
OPENERS = """
    no, without, without any, w/o, w/out, not, never, neither, nor, minus, sans, lacking, lacks, lack, devoid of,
    bereft of, free of, free from, not a, not an, no longer, not even, not even a, not a single, not wearing, isn't
    wearing, aren't wearing, wasn't wearing, never wearing, never wears, no longer wearing, no longer wears, not
    holding, not carrying, isn't holding, isn't carrying, does not wear, doesn't wear, do not wear, don't wear, does
    not have, doesn't have, do not have, don't have, hasn't, haven't, hasn't got, has not got, isn't, aren't, wasn't,
    weren't, doesn't, don't, didn't, won't, wouldn't, shouldn't, hasn't any, no sign of, no trace of, no hint of, not
    a trace of, not a hint of, without a trace of, without a hint of, no visible, none of, not any, instead of, rather
    than, in place of, nothing on, nothing in, nothing around, nothing over, exclude, excludes, excluding, avoid,
    avoids, avoiding, omit, omits, omitting, forgoing, in the absence of, not in, zero, no more, ain't, cannot, can't,
    could not, couldn't, cannot see, can't see, don't see, do not see, do not show, don't show, do not draw, don't
    draw, do not add, don't add, do not include, don't include, do not want, don't want, hardly any, barely any,
    scarcely any, hardly a, barely a, scarcely a, little or no, little to no, next to no, almost no, virtually no,
    practically no, anything but, everything but, has taken off, have taken off, had taken off, having taken off, has
    removed, having removed, missing a, missing an, missing any, missing his, missing her, missing their, missing the,
    missing both, without so much as, not so much as, absolutely no, definitely no, strictly no, not covered by, not
    covered with, not hidden by, not hidden under, not shaded by, does not, do not, did not, don't give, do not give,
    do not want to see, don't want to see, do not want any, never want to see, would rather not have, rather not have,
    no need for, nothing like, refuses to wear, refused to wear, refusing to wear, refuses, will not wear, won't wear,
    would not wear, wouldn't wear, must not wear, mustn't wear, should not wear, shouldn't wear, cannot wear, can't
    wear, must not have, should not have, avoids wearing, avoid wearing, has forgotten, forgot, forgetting, forget
    the, forget about the, has lost his, has lost her, has lost their, has lost a, but instead of, without either,
    without either a, not wearing either, do not put, don't put, everything except, everything apart from, everything
    except for, all except, no one wears, no one is wearing, no one has, nobody wears, nobody is wearing, nobody has,
    no-one wears, no-one is wearing, no-one has, nobody carries, no one carries, none of them wears, none of them has,
    none of them have, none wears, none wear, the only thing missing is, all that is missing is, nor does he have, nor
    does she have, nor do they have, nor does he wear, nor does she wear, nor do they wear, nor is he wearing, nor is
    she wearing, nor are they wearing, nor has he, nor has she, nor have they, nor is there, nor are there, nor any,
    stripped of, bare of, shorn of, relieved of, robbed of, dispensing with, dispenses with, forgoes, foregoing,
    foregoes, shuns, spurns, eschews, eschewing, has stopped wearing, used to wear, used to have, has shaved off,
    having shaved off, not one, leave out, leave off, leaving out, remove, ditch the, lose the, drop the, skip the,
    get rid of, take away, do without, going without, goes without, decided
    against, decides against, deciding against, opted out of, opts out of, opted against, chose not to wear, chooses not
    to wear, choosing not to wear, decided not to wear, decides not to wear, prefers not to wear, prefers no, hates, i
    hate, dislikes, i dislike, detests, loathes, can do without, can't stand, cannot stand, don't ever, do not ever,
    don't ever put, do not ever put, never put, never draw, never add, never show, never include, does not want, doesn't
    want, did not want, didn't want, does not like, doesn't like, do not like, don't like, does not need, doesn't need,
    do not need, don't need, has no need of, has no need for, rather not see, rather not see any, would rather not see,
    took off his, took off her, took off their, took off the
"""
OPENERS += "".join(
    f", nor {verb} {who}{doing}"
    for verb, who in (("is", "he"), ("is", "she"), ("is", "it"), ("are", "they"), ("was", "he"), ("was", "she"))
    for doing in ("", " holding", " carrying", " showing")
)
OPENERS += "".join(
    f", {denied} {state}"
    for denied in ("isn't", "aren't", "wasn't", "weren't")
    for state in ("covered by", "covered with", "hidden by", "hidden under", "shaded by")
)
OPENERS += "".join(
    f", {given} {whose}"
    for given in ("ditched", "ditches", "swapped", "swaps", "traded", "exchanged")
    for whose in ("the", "his", "her", "their")
)
#: What comes before a thing that is absent, unless an absence or a whole comes before: "no jewellery except a ring".
EXCEPTIONS = (
    "apart from, except, except for, excepting, other than, aside from, save for, barring, with the exception of"
)
#: What a thing that one sees is, and what denies it: "is not in the picture", "shouldn't be visible".
_SEEN = """
    visible, shown, showing, seen, to be seen, present, there, in frame, in shot, in view, in sight, in the frame, in
    the picture, in the image, in the photo, in the shot, in the photograph, in the scene, worn, included, allowed,
    wanted, needed
"""
_DENIED = """
    not, isn't, aren't, wasn't, weren't, should not be, shouldn't be, must not be, mustn't be, cannot be, can't be,
    could not be, couldn't be
"""
#: What comes after a thing that is absent.
CLOSERS = """
    nowhere to be seen, nowhere in sight, nowhere to be found, out of frame, out of the frame, out of shot, out of view,
    out of sight, cropped out, taken off, removed, shaved off, left at home, left behind, left out, forgotten at home,
    nonexistent, non-existent, does not appear, doesn't appear, do not appear, don't appear, did not appear, should not
    appear, shouldn't appear, must not appear, mustn't appear, never appears, should be absent, must be absent, should
    be missing, must be missing, should be left out, must be left out, should be omitted, must be omitted
"""
_OTHER_CLOSERS = CLOSERS
CLOSERS += "".join(
    f", {' '.join(denied.split())} {' '.join(seen.split())}"
    for denied in _DENIED.split(",")
    for seen in _SEEN.split(",")
    if not (" be" in denied and " be " in seen)
)
#: The same, where nothing more is said of the thing: "hat off", "left glove missing".
CLOSING_WORDS = frozenset(
    ("off", "missing", "absent", "gone", "none", "nothing", "invisible", "unseen", "forgotten", "no", "nope")
)
#: What may follow a thing that is absent and says no more.
TRAILING = frozenset(
    ("at home", "visible", "present", "shown", "showing", "seen", "worn", "on", "allowed", "needed", "please",
     "whatsoever", "at all", "anywhere", "in sight", "in view", "there", "here", "either", "anymore", "any more",
     "wanted", "included", "thanks", "else", "around")
)  # fmt: skip
#: What looks like an absence and is none; these go with the noun after them, as an article does.
SEEMING = """
    not one but two, not one but three, not one but four, not two but three, not one but several, not only, not just,
    not merely, not simply, not a strand of, not a single strand of, not a hair of, no less than, no fewer than, none
    other than, nothing but, nothing except, nothing other than, nothing apart from
"""
#: The same before a garment: they say that it is worn.
SEEMING_WORN = "never without, never seen without, rarely without, rarely seen without, seldom without, not without"
#: The same as words that describe a thing.
SEEMING_LOOKS = """
    no-show, no show, no-makeup, no-nonsense, no nonsense, no-frills, no frills, no-iron, no-fuss, no-sew, missing
"""
#: Single words, and the thing that they say is absent.
WORDS: dict[str, str] = {
    "bareheaded": "hat", "bare-headed": "hat", "bare headed": "hat", "hatless": "hat", "tieless": "tie",
    "shoeless": "shoes", "sockless": "socks", "gloveless": "gloves", "bootless": "boots", "nobody": "people",
    "no one": "people", "no-one": "people", "nobody else": "people", "no one else": "people",
    "no one else around": "people", "nobody else around": "people", "nobody around": "people", "unbearded": "beard",
    "unaccessorised": "accessories", "unaccessorized": "accessories", "spectacleless": "spectacles",
}  # fmt: skip
#: A place where nothing is, and what would be there.
_WORN_AT = {
    "head": "hat", "heads": "hats", "feet": "shoes", "foot": "shoe", "neck": "scarf", "hands": "gloves",
    "hand": "glove", "wrist": "watch", "wrists": "watches", "shoulder": "bag", "shoulders": "bag",
}  # fmt: skip
_PLURALS = {"shoe": "shoes", "sock": "socks", "glove": "gloves", "boot": "boots", "earring": "earrings",
            "sandal": "sandals", "freckle": "freckles", "wrinkle": "wrinkles", "spectacle": "spectacles"}  # fmt: skip
LEAST_NO = 5  # letters of "no-tie"
_ENDING = re.compile(r"(?P<thing>[a-z]{2,20}?s?)-?(?:less|free)|(?P<compound>[a-z]{2,12}-[a-z]{2,8})-(?:less|free)")


def thing_of(word: str) -> tuple[str, str] | None:
    """The stem and the name of the thing that a word may say is absent: "beard-free" is "beard"."""
    match = _ENDING.fullmatch(word)
    if match is None:
        return (word[3:], word[3:]) if word.startswith("no-") and len(word) > LEAST_NO else None
    stem = match["thing"] or match["compound"]
    return stem, _PLURALS.get(stem, stem)


def _words(table: str) -> list[str]:
    return [" ".join(part.split()) for part in table.split(",")]


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
    pair of, please
"""
_BEFORE = _alternatives([*_words(OPENERS), *_words(EXCEPTIONS), *_words(_GLUE)])
_OPENING = re.compile(rf"\s*(?:(?:{_BEFORE})(?![\w'\u2019-])|[,:;.!?-])", re.IGNORECASE)
_AFTER = (
    rf"{_alternatives([*_words(_OTHER_CLOSERS), *CLOSING_WORDS, *TRAILING, 'out'])}"
    rf"|(?:{_alternatives(_words(_DENIED))})\s+(?:{_alternatives(_words(_SEEN))}|on\s+(?:his|her|their|the)\s+[\w-]+)"
)
_COPULA = r"(?:(?:is|are|was|were|has|have|been|being|both|all|also|still|completely|entirely|just|simply)\s+){0,4}"
_CLOSING = re.compile(
    rf"(?:\s*[:=|\u2013\u2014-])?\s*{_COPULA}(?<![\w-])(?:{_AFTER}|no|n/?a|nil|null|without|false|none\s+\w+"
    r"|not\s+wearing\s+(?:any|one)|nothing\s+(?:at\s+all|on))\s*[.,;!]*\s*$",
    re.IGNORECASE,
)
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
        text = text[: closing.start()]
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
    while (match := _OPENING.match(part, end)) is not None:
        end = match.end()
    return " ".join(part[end:].strip(_EDGES).split())


def _named(words: str, nothing: bool) -> str:
    words = _IN_WORDS.sub(lambda match: WORDS[match.group().lower()], words)
    lowered = words.lower()
    if nothing and lowered in _WORN_AT:
        return f"{_WORN_AT[lowered]} on {words}"
    thing = thing_of(lowered)
    return thing[1] if thing is not None and " " not in lowered else words
