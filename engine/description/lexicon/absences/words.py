"""Words of absence: what opens one, what closes one, and what only looks like one.

Pure data; it does not know how they are matched.
"""

from __future__ import annotations

from engine.description.lexicon.absences import removals

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
_SAID = frozenset(removals.listed(OPENERS))
OPENERS += "".join(f", {opener}" for opener in removals.OPENERS if opener not in _SAID)
#: What comes before a thing that is absent, unless an absence or a whole comes before: "no jewellery except a ring".
EXCEPTIONS = (
    "apart from, except, except for, excepting, other than, aside from, save for, barring, with the exception of"
)
#: What a thing that one sees is, and what denies it: "is not in the picture", "shouldn't be visible".
SEEN = """
    visible, shown, showing, seen, to be seen, present, there, in frame, in shot, in view, in sight, in the frame, in
    the picture, in the image, in the photo, in the shot, in the photograph, in the scene, worn, included, allowed,
    wanted, needed, permitted, required, necessary, desired, requested, called for, to be shown, to be visible, to be
    drawn, to be included
"""
DENIED = """
    not, isn't, aren't, wasn't, weren't, should not be, shouldn't be, must not be, mustn't be, cannot be, can't be,
    could not be, couldn't be
"""
#: What comes after a thing that is absent.
CLOSERS = """
    nowhere to be seen, nowhere in sight, nowhere to be found, out of frame, out of the frame, out of shot, out of view,
    out of sight, cropped out, taken off, removed, shaved off, left at home, left behind, left out, forgotten at home,
    nonexistent, non-existent, does not appear, doesn't appear, do not appear, don't appear, did not appear, should not
    appear, shouldn't appear, must not appear, mustn't appear, never appears, should be absent, must be absent, should
    be missing, must be missing, should be left out, must be left out, should be omitted, must be omitted, wiped off,
    washed off, taken away, thrown away, ruled out, out of the question, edited out, blown away
"""
#: Those of them that are put together from nothing.
OWN_CLOSERS = CLOSERS
CLOSERS += "".join(
    f", {' '.join(denied.split())} {' '.join(seen.split())}"
    for denied in DENIED.split(",")
    for seen in SEEN.split(",")
    if not (" be" in denied and " be " in seen)
)
#: The same, where nothing more is said of the thing: "hat off", "left glove missing".
CLOSING_WORDS = frozenset(("off", "none", "nothing", "unseen", "no", "nope", *removals.GONE))
#: What may follow a thing that is absent and says no more.
TRAILING = frozenset(
    ("at home", "visible", "present", "shown", "showing", "seen", "worn", "on", "allowed", "needed", "please",
     "whatsoever", "at all", "anywhere", "in sight", "in view", "there", "here", "either", "anymore", "any more",
     "wanted", "included", "thanks", "else", "around", "today", "tonight", "now", "this time", "for once", "again",
     "in it", "in the picture", "in the image", "in the photo", "completely", "altogether", "entirely", "though",
     "as well")
)  # fmt: skip
#: What looks like an absence and is none; these go with the noun after them, as an article does.
SEEMING = """
    not one but two, not one but three, not one but four, not two but three, not one but several, not only, not just,
    not merely, not simply, not a strand of, not a single strand of, not a hair of, no less than, no fewer than, none
    other than, nothing but, nothing except, nothing other than, nothing apart from, no shortage of, no lack of, no end
    of, no dearth of, no absence of, no mistaking, no denying, no missing, no escaping, no ignoring, no hiding, no
    doubting, no getting away from, no doubt, no wonder, no question, no secret, no matter, no stranger to, can't miss,
    cannot miss, couldn't miss, could not miss, nobody could miss, no one could miss, you won't miss, no mean, no
    ordinary, nothing short of, nothing less than, nothing if not, nothing against, not unlike, could not have chosen a,
    couldn't have chosen a, not a little, none the less, nothing compared to, no end to
"""
#: The same before a garment: they say that it is worn.
SEEMING_WORN = "never without, never seen without, rarely without, rarely seen without, seldom without, not without"
#: The same as words that describe a thing.
SEEMING_LOOKS = """
    no-show, no show, no-makeup, no-nonsense, no nonsense, no-frills, no frills, no-iron, no-fuss, no-sew, missing
"""
