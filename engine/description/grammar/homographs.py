"""Words of two meanings, told apart by the words around them: two mules on a path, mules on her feet.

It looks a few words to either side; it does not build phrases.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.description.groups import Group
from engine.description.lexicon import Entry, Kind


class _Meaning(NamedTuple):
    """What a word means beside others."""

    entry: Entry
    #: Words before it that say so, and how many places back they are looked for.
    before: frozenset[str] = frozenset()
    reach_before: int = 1
    #: The same after it.
    after: frozenset[str] = frozenset()
    reach_after: int = 1
    #: Words before it that say otherwise.
    never_after: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _noun(group: Group) -> Entry:
    return Entry(Kind.NOUN, group)


_NUMBERS = _words("two three four five six several many few some both young old female male brave fellow")
_FORMAL = _words("in wear wears wearing full formal strict strictly for wore")
_OCCASION = _words("event gala attire dinner outfit dress ball function evening party")
_GOWN = _words("gown dress bride bridal wedding veil skirt it satin lace ivory robe silk tulle")
_MEANINGS: dict[str, _Meaning] = {
    "aviators": _Meaning(_noun(Group.PERSON), _NUMBERS, after=_words("pose stand sit walk lean wait are were smile")),
    "mules": _Meaning(
        Entry(Kind.SMALL, Group.ACCESSORY),
        _words("leading driving riding pack two three four loading herding leads drives and"),
        1,
        _words("up along down carrying laden pull pulling plod graze grazing loaded cart"),
    ),
    "mule": _Meaning(
        Entry(Kind.SMALL, Group.ACCESSORY), _words("a his her the leading riding pack stubborn old grey brown"), 1
    ),
    "crown": _Meaning(
        Entry(Kind.PLACE, Group.HAIR),
        _words("bald balding thinning shaved up hair whorl curls cropped high parted"),
        4,
        never_after=_words("gold golden silver a paper jewelled jeweled heavy flower her his wears wearing"),
    ),
    "beam": _Meaning(_noun(Group.BACKGROUND), _words("light torch laser wooden oak roof low"), after=_words("of from")),
    "braces": _Meaning(
        _noun(Group.FACE),
        _words("teeth smile smiling grin grinning girl teen teenager teenage schoolgirl freckles dental kid boy"),
        5,
        _words("teeth smile smiling freckles"),
        3,
        never_after=_words("leather wide tan red trousers by up"),
    ),
    "black tie": _Meaning(_noun(Group.DRESS), _FORMAL, 1, _OCCASION, 1),
    "white tie": _Meaning(_noun(Group.DRESS), _FORMAL, 1, _OCCASION, 1),
    "tails": _Meaning(_noun(Group.DRESS), _words("in hired white wears wearing"), 1),
    "train": _Meaning(Entry(Kind.PART, Group.DRESS), _GOWN, 12, never_after=_words("on by steam")),
    "hoops": _Meaning(Entry(Kind.ACTION_OBJECT, Group.BODY), _words("shooting shoot shoots playing")),
    "pitcher": _Meaning(_noun(Group.ACCESSORY), after=_words("of")),
    "palms": _Meaning(Entry(Kind.PLACE, Group.BODY), _words("her his their both open two upturned")),
    "pumps": _Meaning(_noun(Group.BACKGROUND), _words("gas petrol water fuel")),
    "temple": _Meaning(Entry(Kind.PLACE, Group.FACE), _words("each one his her left right grey greying either")),
    **dict.fromkeys(
        ("lantern", "candle", "torch"),
        _Meaning(_noun(Group.ACCESSORY), _words("with holding holds carrying carries lifts raises swings swinging"), 3),
    ),
    "blush": _Meaning(
        Entry(Kind.ADJECTIVE),
        after=_words(
            "tulle silk satin chiffon lace pink gown dress linen crepe velvet organza cotton blouse suede tones"
        ),
    ),
    "bubbles": _Meaning(_noun(Group.ACCESSORY), _words("blowing blows blow")),
    "lining": _Meaning(Entry(Kind.ATTACH), after=_words("the both either")),
    "anchor": _Meaning(_noun(Group.PERSON), _words("news tv television")),
    "shades": _Meaning(_noun(Group.BACKGROUND), _words("window lamp roller")),
    "trunks": _Meaning(_noun(Group.BACKGROUND), _words("tree oak pine birch among between mossy fallen")),
    "boxers": _Meaning(_noun(Group.PERSON), _words("two young the female amateur"), after=_words("spar fight face")),
    "band": _Meaning(
        _noun(Group.BACKGROUND),
        _words("brass jazz rock marching military live wedding steel"),
        after=_words("plays playing play performs performing marches marching behind"),
    ),
}
HOMOGRAPHS = frozenset(_MEANINGS)


def meaning(words: Sequence[str], at: int) -> Entry | None:
    """What the word at a place means beside its neighbours, if that is not its first meaning."""
    other = _MEANINGS[words[at]]
    # A known phrase is one word: its last is the noun.
    before = words[max(0, at - other.reach_before) : at]
    near = words[max(0, at - 2) : at]
    if not other.never_after.isdisjoint(near):
        return None
    if not other.before.isdisjoint(before):
        return other.entry
    after = words[at + 1 : at + 1 + other.reach_after]
    return other.entry if not other.after.isdisjoint(after) else None
