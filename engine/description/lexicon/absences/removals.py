"""Verbs of removing: what was taken off is not there, and what must not be removed is.

Pure data, put together from verbs and the words after them; it does not know how they are matched.
"""

from __future__ import annotations

from collections.abc import Iterable


def listed(table: str) -> list[str]:
    """The phrases of a table, with single spaces."""
    return [" ".join(part.split()) for part in table.split(",") if part.strip()]


def _joined(firsts: Iterable[str], seconds: Iterable[str]) -> list[str]:
    seconds = list(seconds)
    return [f"{first} {second}" for first in firsts for second in seconds]


_OWN = listed("the, his, her, their, my, both, both his, both her, all his, all her, all the, every, most of")
#: Past forms of what people and the wind do to things that are gone then.
_REMOVED = listed("""
    took off, taken off, removed, lost, mislaid, thrown away, threw away, cast off, cast aside, kicked off, pulled off,
    stripped off, torn off, tore off, shrugged off, slipped off, discarded, shed, doffed, shaved off,
    ditched, abandoned, flung off, peeled off, whipped off, wiped off, washed off, blown away, blown off, blew away,
    blew off, sold, pawned, given away, gave away, tossed aside, set aside, put away, laid aside, cut off, chopped off,
    plucked off, snatched off, stolen, unpinned and put away
""")
#: The same with anything after them.
_RID = listed("""
    given up, gave up, got rid of, gotten rid of, getting rid of, let go of, done away with, did away with,
    dispensed with, parted with, no longer has, no longer have, no longer had, no longer carries, no longer sports
""")
#: What a text bids: "drop the hat". Those with an article after them mean something else without one.
_BIDDEN = listed("""
    take off, take out, take away, throw out, throw away, edit out, crop out, do away with, forget, forget about, lose,
    drop, skip, scrap, ditch, replace, cut, cut out, leave off, leave out
""")
_BIDDEN_ALONE = listed("""
    scrap, discard, delete, erase, eliminate, banish, get rid of, do away with, dispense with, edit out, crop out, lose
    all, remove all, drop all, skip all, remove any, delete any
""")
_TO_PUT_ON = listed("wear, put on, bring, take, pack, carry")
_FORGOT = listed("forgot to, forgotten to, forgets to, forgetting to, failed to, refused to, refuses to, neglected to")
_BEING_WITHOUT = listed("""
    freed of, freed from, rid of, deprived of, emptied of, empty of, clear of, clean of, wiped clean of, wiped of, shy
    of, wholly without, entirely without, quite without, completely without, totally without, clearly without,
    absence of, the absence of, a complete absence of, an absence of, an utter lack of, a
    lack of, a complete lack of, a total lack of, complete lack of, total lack of, lack of, want of, for want of, for
    lack of, the loss of, far from wearing, far from having, far from carrying, instead of wearing, instead of
    carrying, instead of holding, rather than wearing, rather than carrying, rather than holding, in lieu of
""")
_NOBODY = [
    *_joined(
        listed("nobody has, no one has, no-one has, nobody had, no one had"), listed("given, lent, bought, brought")
    ),
    *listed("nobody gave her, nobody gave him, no one gave her, no one gave him"),
]
_WILL_NOT = listed("""
    won't, will not, wouldn't, would not, can't, cannot, couldn't, could not, shouldn't, should not, mustn't, must not,
    doesn't, does not, don't, do not, didn't, did not, never, need not, needn't, may not
""")
_HAVING = listed(
    "be any, be a, be an, have any, have a, have an, see any, see a, see an, be wearing, be holding, be carrying"
)
_BRINGING = listed("bring, use, own, possess, keep, take, need, like, bother with, care for, believe in, go for")

#: Openers made of them.
OPENERS = [
    *_joined(_REMOVED, _OWN),
    *_joined(listed("lost, mislaid, has removed, had removed, have removed"), ("a", "an", "one")),
    *_RID,
    *_joined(_BIDDEN, _OWN),
    *_BIDDEN_ALONE,
    *_joined(_FORGOT, _TO_PUT_ON),
    *_BEING_WITHOUT,
    *_NOBODY,
    *_joined(_WILL_NOT, _HAVING),
    *_joined(_WILL_NOT, _BRINGING),
    *_joined(("never",), listed("brings, uses, owns, keeps, takes, needs, carries, bothers with, sports, puts on")),
]
#: Past forms, which say that a thing before them is gone where no subject is: "a man, hat removed".
PAST = frozenset(_joined(_REMOVED, _OWN))
#: What a text bids to remove; after "to" it is something that is done: "reaches up to take off his hat".
BIDDEN = frozenset((*_joined(_BIDDEN, _OWN), *_BIDDEN_ALONE))
_KEEPING = listed("""
    forget, forget the, omit, leave out, leave off, leave behind, remove, avoid, do without, lose, lose the, drop the,
    skip the, skip, exclude, hide, hide the, get rid of, ditch the, lack, lacks, take away, without, missing a, missing
    any, missing the, avoiding, lacking, forgetting, go without, dispense with
""")
#: What keeps a thing in after "not": "don't forget the hat", "cannot do without his pipe".
KEEPING = BIDDEN | frozenset(_KEEPING)
#: What bids to remove the thing that was named last: "if there's a hat, take it out".
TAKE_IT = frozenset(
    [
        *_joined(_joined(listed("take, leave, crop, edit, cut"), ("it", "them")), ("out", "off", "away")),
        *_joined(listed("remove, delete, erase, get rid of"), ("it", "them")),
    ]
)
#: Words for a thing that is gone, after "is": "her pearls are absent tonight".
GONE = frozenset(
    ("missing", "absent", "gone", "forgotten", "stolen", "mislaid", "forbidden", "banned", "prohibited", "unwanted",
     "unwelcome", "optional", "invisible")
)  # fmt: skip
