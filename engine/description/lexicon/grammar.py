"""Function words and verbs that steer the parser: articles, prepositions, negation, wearing, attaching.

Pure data: comma-separated words and phrases; it does not know how they are matched or inflected.
"""

from __future__ import annotations

DETERMINERS = """
    a, an, the, his, her, their, its, my, your, our, this, these, those, some, any, each, every, another, one's
"""
PREDETERMINERS = """
    either, all, both, such, just, only, even, what looks like, way too much, too much, far too much, so much, loads
    of, tons of, heaps of
"""

CONJUNCTIONS = """
    and, or, but, yet, plus, while, whilst, then, though, although, because, n, also, so that, as well as, or else,
    but also, but instead, but rather
"""
RELATIVES = "who, which, that's, who's,  whose, where, when, that, whom"
SUBJECTS = """
    he, she, they, it, i, we, you, he's, she's, they're, it's, there, there's, here, everyone, he'd, she'd
"""
OBJECTS = "him, them, himself, herself, themselves, itself, me, us, you, hers, theirs"

COPULAS = """
    is, are, was, were, be, been, being, am, has, have, had, having, seems, seem, appears, gets, got, remains, feels,
    isnt, stays, become, becomes
"""

#: Prepositions whose object is the scene whatever it is.
SCENE_PREPOSITIONS = """
    in front of, next to, beside, alongside, near, nearby, outside, outside of, inside of, amid, amidst, among,
    amongst, surrounded by, opposite, overlooking, set against, against the backdrop of, against a backdrop of, in the
    middle of, at the edge of, on the edge of, by the side of, on the side of, in the shade of, in the shadow of, in
    the centre of, in the center of, backed by, lit by, illuminated by, bathed in, framed by, flanked by, close to,
    not far from, at the foot of, at the top of, on the corner of, at the back of, on the banks of, on the bank of, on
    the shore of, inside, on a backdrop of, silhouetted against, in the corner of, at the end of, on the steps of, in
    view of, in sight of, on board, aboard, atop
"""
#: Prepositions that may lead to a garment, a body part or a place.
PREPOSITIONS = """
    such as, in, into, within, on, onto, upon, at, by, over, under, beneath, underneath, below, above, behind, around,
    about, across, through, throughout, along, down, up, from, to, off, against, towards, toward, past, between,
    beyond, all round, all around, all down, all along, in spite of, despite, regardless of, before, after, during,
    until, up to, down to, out of, on top of, off of, for, as, like, than, via, per, down over, up around, just below,
    just above, just past, well past, right up to, all over
"""
WITH = "with, w/, along with, together with, including, featuring, plus a, complete with, and with, having, bearing"
OF = "of"
#: Verbs whose object stays inside what they speak of: "a wall covered with hats".
SWALLOWING = """
    covered with, covered in, covered by, full of, filled with, lined with, hung with, piled high with, piled with,
    stacked with, crowded with, packed with, strewn with, littered with, dotted with, patterned with, printed with,
    embroidered with, decorated with, adorned with, trimmed with, edged with, studded with, stuffed with, bulging
    with, made of, made from, made out of, stitched with, painted with, emblazoned with, crammed with, loaded with,
    heaped with, laden with, shaped like, in the shape of, made up of, fashioned from, made in, the colour of, the
    color of, the shade of, decked with, festooned with, overflowing with, draped with, lined in, trimmed in, cut
    from, crowned with, woven with, threaded with, tied with, secured with, fastened with, held up by, held in by,
    held by, held with, held back by, held in place by, sprinkled with, splattered with, spattered with, stained with,
    streaked with, smeared with, dusted with, flecked with, peppered with, speckled with, banded with, striped with,
    inscribed with, that reads, that says, saying, with the words, edged in, piped in, worked in, picked out in,
    decorated in, overgrown with
"""
#: Verbs after which garments follow.
WEARING = """
    wear, wears, wearing, wore, worn with, dressed, dressed in, dressed up in, dressed as, dressed up as, costumed as,
    dresses in, dressed all in, dressed entirely in, clad, clad in, sporting, sports, sported, dons, don, donning,
    donned, attired in, outfitted in, kitted out in, decked out in, has on, have on, had on, wrapped in, wrapped up
    in, bundled up in, swathed in, bundled in, swaddled in, paired with, pairs, pairing, pairs it with, teamed with,
    topped with, topped by, topped off with, accessorised with, accessorized with, accessorised by, accessorized by,
    completed by, completed with, complete the look, completes the look, complete the outfit, completes the outfit,
    completing the look, finished with, finished off with, finished by, layered with, layered over, layered under,
    worn over, worn under, worn beneath, pulled over, thrown over, over the top of, showing off, shows off, modelling,
    modeling, models, rocking, accompanied by, matched with, combined with, to reveal, revealing, peeking out from,
    peeking out of, peeking from, tucked into, stuffed into, in nothing but, in just, consisting of, consists of,
    comprising, equipped with, armed with, changed into, robed in, cloaked in, costumed in, arrayed in, garbed in,
    style it with, style with, styled with, pair it with, pair with, team it with, team with, wear it
    with, wear with, worn here with, shown with, shown over, shown here with, goes with, last seen wearing,
    last seen in, resplendent in, looking smart in, cosy in, snug in, elegant in
"""
#: Participles and verbs that keep what follows with the garment or hair before them.
ATTACHING = """
    cuts, cut off, tied, tucked, rolled, unbuttoned, buttoned, unzipped, zipped, slung, draped, knotted, wrapped,
    pulled, swept, pinned, piled, gathered, scraped, brushed, combed, slicked, falling, falls, fall, hanging, hangs,
    hang, flowing, flows, flow, cascading, cascades, cascade, trailing, trails, trail, trails behind, trailing behind,
    reaching, reaches, reach, skimming, skims, covering, covers, cover, hiding, hides, hide, framing, frames, resting,
    rests, perched, embroidered, printed, trimmed, decorated, adorned, patterned, made, cinched, fastened, worn, left,
    cut, dyed, styled, arranged, twisted, coiled, plaited, parted, bulging, peeking, poking, showing, shows, exposing,
    exposes, ending, ends, end, stopping, stops, matched, edged, emblazoned, splattered, stained, covered, shaded,
    shading, shades, held, set, done, put, woven, strapped, clipped, looped, hooked, pushed, tilted, cocked, tipped,
    angled, turned, flipped, flared, gaping, flapping, fluttering, blowing, blown, billowing, billows, swirling,
    swirls, swinging, dangling, dangles, dangle, glinting, glints, gleaming, gleams, shining, shines, sparkling,
    sparkles, clinging, clings, hugging, hugs, clasped, clutched, crossed, folded, raised, lifted, outstretched,
    stretched, extended, spread, bent, thrown, planted, shoved, stuffed, jammed, pressed, interlaced, clenched,
    balled, lowered, bowed, painted, pierced, lit, drawn, drawn back, tousled, cropped, shaved, shorn, clipped short,
    growing, grows, grown, fading, fades, turning, spilling, spills, spill, tumbling, tumbles, tumble, escaping,
    escapes, curling, curls around, brushing, brushes, touching, touches, grazing, sweeping, sweeps, dragging, pooled,
    pooling, bunched, bunching, scrunched, ruched up, hitched, hiked, sagging, sags, drooping, droops, slipping,
    sliding, catching, catches, catch, loosened, open, undone, askew, crooked, slightly, low, backwards, sideways,
    back, together, aside, down, up, away, loosely, tightly, neatly, half, twice, once, cross-body, crosswise,
    diagonally, inside out, out, apart, overhead, wide, high, peeled, tied back, pulled back, swept back, tied up,
    pinned up, put up, done up, rolled up, turned up, zipped up, buttoned up, pulled up, pulled down, pulled low, tied
    round, tied around, wrapped around, hung, twirled, waxed, trimmed short, oiled, combed back, brushed back, gelled,
    slicked back, slicked down, matted, plastered, sculpted, shaped, contrasts, contrast, contrasting with, matches,
    match, sets, complements, complement, peeks, pokes, pops, stands out, brightens, hugs his, frames her, keeps,
    keep, warms, shields, shield, protects, protect, shadows his, conceals, conceal, obscures, obscure, partly hides,
    reveals, reveal, bears, displays, has slipped, features, includes, sit, sits, sitting low, lies, lie, drapes,
    drape, swings, swing, circles, circle, encircles, encircle, adorns, adorn, decorates, decorate, crowns, tops,
    rises, ties, fastens, closes, buttons, zips, wraps, crosses, flung, caught, wound, bound, strung, sewn, stuck,
    shut, crisscrossing, criss-crossing, curves, curve, glitters, glitter, glows, glow, shine, jingling, jingle,
    clink, clinking, protrudes, sticks out, sticking out, sticking up, jutting, fitting, fits, fit snugly, clashing,
    clashes, can be seen, could be seen, may be seen, can just be seen, can be made out, could be made out
"""
#: Requests and filler: they belong to no group.
FILLER = """
    lol, haha, pls, plz, thx, omg, btw, tbh, please, make, make me, create, generate, render me, draw me, show, shows,
    showing a, show me, give, give me, i want, i would like, i'd like, i need, can you, could you, a photo of, a
    picture of, an image of, a pic of, pic of, a snap of, photo of, picture of, image of, photograph of,
    a photograph of, depicting, depicts,
    depiction, the photo shows, the picture shows, the image shows, the photograph shows, the scene shows, this is,
    whom, whose name, you can see, we see, imagine, want, need, would, should, could, will, can, must, let, do, does,
    etc, also, too, here is, here's, the look, the outfit, overall, altogether, finally, meanwhile, otherwise,
    everything, something, anything, let's, hello, hi, for that matter, as it happens, of course, in fact, indeed,
    however
"""
ADVERBS = """
    at an angle, at a jaunty angle, at an odd angle, on one side, to one side, off centre, in one corner, inside-out,
    the wrong way round, back to front, very, quite, rather, softly, gently, slightly, warmly, broadly, happily,
    quietly, calmly, slowly, quickly, confidently, directly, straight, forward, forwards, backward, together, alone,
    still, sternly, shyly, sadly, proudly, gracefully, elegantly, playfully, casually, relaxedly, thoughtfully,
    intently, seriously, cheerfully, closely, deeply, heavily, well, briskly, barely, nearly, almost, somewhat,
    perfectly, beautifully, freshly, carefully, simply, fully, downwards, upwards, ahead, sideways, mid, again, now,
    already, elsewhere, off-camera, carelessly, nonchalantly, triumphantly, mischievously, knowingly, faintly,
    serenely, peacefully, energetically, joyfully, wildly, lazily, stiffly, barefoot-ly, halfway, partway, two sizes
    too big, two sizes too large, two sizes too small, a size too big, too big, too large, too small, too long, too
    short, too tight, there, on top, at his heels, at her heels, at his side, at her side, by her side, by his side,
    tonight, today, this time, for once
"""
