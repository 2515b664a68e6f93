"""More of what people and things do, as prose tells it: what hands do to things, what cloth, hair, light and rain do.

Pure data: comma-separated verbs in their bare form; it does not know how they are matched or inflected. Only the forms
in -s and -ing and the bare form are read from here: a past form after a noun describes it ("a shawl, darned twice").
"""

from __future__ import annotations

#: What people do.
DEEDS = """
    lace, lace up, tend, water, bat, flash, nail, pump, pitch, bowl, model, light, refill, trim down, throw on, throw
    off, sling on, limp along, hop, wipe, wash up, note, trudge off, tie up, mind, tend to, refuse, ignore, greet, pat
    down, sip at, draw back, draw up, cast, cut, set out, hold back, hold open, show off, squint at, smell of, search
    through, sift, sieve, stamp out, kick off, kick at, work at, wade through, wheel in, wheel out, swat, shield, cup,
    clasp, clench, grit, hitch up, hike up, roll down, roll back, pull down, pull back, pull out, peel back, lay out,
    pose with, stand over, stand by, drum on, count out, spoon, fork, slurp, swig, down, knot, bury, rest, ease,
    lower, cover, uncover, bare, present, brush back, sweep back, swing round, spin round, ladle, cock, stoop, share,
    straighten, stifle, tug, tie, doff, tuck, nudge, loosen, tighten, steady, smooth, stroke, pat, flick, fling, hurl,
    lob, scoop, dip, dunk, rinse, spray, sprinkle, smear, swill, gargle, spit, puff, strike, stub out, stamp, edge,
    squeeze, swerve, brake, freewheel, veer, brace, hunker, curl up, twist, wrench, pivot, swivel, incline, settle,
    sink, straighten up, keep watch, stand guard, thrust, stick out, hand over, grab, snatch, seize, tweak, twiddle,
    leaf through, fumble, grope, prise, pry, jam, unscrew, crank, tow, winch, sort, scour, iron, unpin, undo, buckle
    up, unbuckle, unbutton, unclip, shed, shrug, dab, blot, shave, lather, ruffle, rumple, shoo, wean, prune, hoe,
    weed, reap, winnow, churn, saddle up, bait, gut, weigh, weigh out, tot up, deal, shuffle, bluff, sign, scribble,
    scrawl, jot, erase, gawp, goggle, ogle, peek, contemplate, admire, compare, choose, taste, sample, savour, savor,
    murmur, mutter, mumble, croon, yodel, chant, bark, bellow, roar, shriek, scream, howl, hiss, jeer, boo, hail,
    summon, beg, plead, coax, scold, tease, comfort, console, waltz, jive, volley, spar, scull, punt, furl, unfurl,
    lower, whittle, glue, fold, press down, share out, wheel round, hone, shine, shell, strip, stay, keep still,
    block, guard, bar, attend, await, avoid her eye, help, assist, tempt, lure, scare, startle, drape, unroll, unfold,
    hook up, lock, bolt down, bang, rattle, jangle, ring the bell, tap, rap, thread, string up, wrestle with, rub,
    warm up, cool down, limber up, wind up, set down, lay down, put down, pick, pick at, pick out, pull on, pull off,
    pull up, put on, put out, take off, take out, tear up, tear open, rip open, slit, snip, clip on, prop, stack, pile
    up, heap, load up, heave, hump, manhandle, trundle, roll up, bundle, gather up, gather in, haul in, reel in, cast
    off, push off, shove off, step out, step up, step over, step down, get up, get down, get off, get out, come down,
    come up, come out, come off, come in, go up, go down, go past, set off, set out, stop to, hold up, hold out, stand
    up, sit down, sit up, lie back, lean back, turn away, turn back, look round, stare down, dry, press, spread, fill,
    drain, spill, toss back, knock back, tip out, tip back, crack, butter, dust off, blow out, dish up, dish out, ring
    up, weave through, thumb, finger, hum along, tune, rosin, polish up, tinker, tinker with, potter about, fuss over,
    bend over, bow to, give, pass, hand, ask, tell, say, sell, haggle over, play with, toy with, fiddle with, fidget
    with, fan, hunch over, shrink from
"""
#: What clothes, hair, light, weather and places do.
EFFECTS = """
    leave, pool, bead, stick, strain, gape, ripple, shimmer, glint, twinkle, stream, drip, trickle, drift, roll,
    squelch, creak, crunch, crackle, smoulder, smolder, burn, blaze, flare, bob, fog, mist, streak, whiten, darken,
    redden, soften, dapple, gild, silver, hug, grip, nip, bite into, chafe, slant, span, fade, recede, start, begin,
    graze, mask, halo, echo, suit, flatter, unravel, fray, empty, seep, ooze, soak, swell, puff out, jut, bristle,
    rustle, swish, sweep, whirl, tickle, prickle, itch, glisten, blur, frost, crust, coat, cake, bleach, stiffen, sag,
    droop, wilt, splay, stretch, bunch, ruck up, ride up, taper, widen, narrow, overlap, overhang, overflow, jangle,
    rattle, clatter, click, ring, clatter, throb, thunder, rumble, tower, loom, rise, soar, wheel overhead, crowd,
    swarm, gather, thicken, lift, clear, break, spread, crawl, wind, snake, plunge, shelve, give way, open on to, open
    onto, look on to, look out over, lie thick, pile up, settle, need, deserve, pinch, rub, match, tone with, go with,
    hide, hang loose, hang open, hang down, come undone, come loose, come down, work loose, twitch, quiver, tremble,
    flutter, sprout, grow, curl, crinkle, crease, wrinkle, pucker, clash with, belong to
"""
#: Participles that say how a thing was made, mended or come by, wherever they stand after it.
STATES = """
    darned, mended, woven, plaited, sewn, knitted, borrowed, bought, lent, handed down, passed down, inherited,
    crumpled, crushed, torn, ripped, ironed, starched, laced, buckled, belted, reworked, recut, altered, taken in, let
    out, hacked, bleached, faded, scuffed, frayed, unravelled, patched, soaked through, caked, crusted, streaked,
    spattered, smeared, splashed, dusted, creased, rumpled, bundled, folded, quartered, lined, edged, slashed,
    gathered, smocked, pleated, screwed, dried, clipped, unclipped, unlaced, unbuckled, yanked, jammed, crammed,
    squashed, perched, dangled, stuck, wedged, thrust, hooked, slung, carved, cast, forged, beaten, salvaged,
    mothballed, washed, bleached by, worn thin, worn through, worn smooth, gone thin, gone grey, gone white, turned
    inwards, turned outwards, that had seen better days, that have seen better days, that has seen better days, have
    seen better days, has seen better days, had seen better days, seen better days, past its best, past their best,
    the worse for wear, a size too small, a size too large, three sizes too big, three sizes too large, several sizes
    too big, several sizes too large, a size or two too big, much too big, far too big, far too large, far too small,
    much too large, going to seed, gone to seed
"""
#: What says what a thing is like; what follows stays with it.
LIKENESSES = """
    the size of, the length of, the height of, the texture of, the hue of, the hues of, the colours of, the colors of,
    built like, woven from, knitted from, carved from, sewn from, cut out of, woven out of, pieced together from,
    cobbled together from, crocheted from, run up from, bleached by, faded by, darkened by, weighed down with, weighed
    down by
"""
#: Where and how, said of clothes and bodies.
MANNERS = """
    in places, in two places, in three places, in several places, here and there, upside down, every which way, all
    over the place, in place, in check, over the top, on back to front, for warmth, for balance, for luck, by a
    thread, within an inch of its life
"""
#: Bare forms that are also nouns, and verbs after a plural: "rings crowd her fingers".
EITHER_DEEDS = "tie, iron, fan, shell, sort"
EITHER = "warm, crowd, swarm, glow, circle, streak, line, glint, gleam, flash, frame, shade, cloud, stream, trail"
#: Cities and countries, as captions name them.
CITIES = """
    liverpool, manchester, glasgow, edinburgh, cardiff, belfast, dublin, leeds, newcastle, brighton, bristol, bath,
    oxford street, cambridge, york, cornwall, yorkshire, scotland, wales, ireland, england, britain, marseille, lyon,
    nice, bordeaux, naples, venice, milan, rome, turin, palermo, sicily, tuscany, barcelona, madrid, seville, granada,
    lisbon, porto, athens, crete, istanbul, ankara city, vienna, salzburg, prague, budapest, warsaw, krakow,
    bucharest, sofia city, belgrade, zagreb, hamburg, munich, cologne, frankfurt, leipzig, dresden, amsterdam,
    rotterdam, antwerp, brussels, copenhagen, stockholm, oslo, helsinki, tallinn, riga, vilnius, reykjavik, moscow,
    kyiv, odessa, tbilisi, cairo, alexandria, marrakesh, marrakech, fez city, tangier, casablanca, tunis, algiers,
    dakar, lagos, accra, nairobi, kampala, addis ababa, cape town, johannesburg, durban, beirut, damascus, baghdad,
    tehran, kabul, karachi, lahore, delhi, new delhi, mumbai, bombay, calcutta, kolkata, jaipur, varanasi, colombo,
    kathmandu, dhaka, rangoon, yangon, bangkok, hanoi, saigon, ho chi minh city, phnom penh, kuala lumpur, singapore,
    jakarta, bali, manila, shanghai, beijing, taipei, seoul, busan, osaka, kyoto, yokohama, hokkaido, melbourne,
    auckland, wellington harbour, san francisco, los angeles, chicago, detroit, boston, philadelphia, new orleans,
    seattle, portland, texas, california, montana, alaska, toronto, montreal, vancouver, havana, mexico city, oaxaca,
    lima, cusco, bogota, quito, la paz, santiago, buenos aires, montevideo, rio de janeiro, sao paulo, salvador,
    harlem, brooklyn, manhattan, soho
"""
#: Things in the hand and at work that prose names.
TOOLS = """
    coal dust, chalk dust, plaster dust, brick dust, sawdust, soap suds, suds, lather, brine, foil, oar, oars, crutch,
    crutches, trowel, spade, hoe, rake, scythe, sickle, pitchfork, hayfork, churn, ladle, rolling pin, whisk, spatula,
    tongs, bellows, mallet, chisel, gouge, awl, last, bobbin, shuttle, spindle, distaff, skein of wool, ball of wool,
    knitting, crochet, embroidery hoop, sampler, trophy, rosette, ticket, tickets, coins, ledger, abacus, inkwell,
    quill, sketchbook, drawing board, palette, easel under one arm, tripod, lens cloth, light meter, barrow,
    wheelbarrow, handcart, pushchair, pram, buggy, carrycot, leash, lead, bridle, reins, halter, nosebag, crook,
    lobster pot, lobster pots, fishing net, landing net, harpoon, gaff, boathook, buoy rope, paper cup, tin mug, tin
    cup, enamel mug, billycan, ladle of soup, hip flask, stub of pencil, stub of chalk, dripping brush, censer,
    thurible, hymn book, prayer book, missal, breviary, order of service, telegram form, suitcase handle, sandwich
    board
"""
#: Places that prose names.
ROOMS = """
    dragon, unicorn, top deck, upper deck, lower deck, far bank, near bank, opposite bank, far shore, far side, far
    wall, linen room, sewing room, sickroom, schoolroom, servants' hall, back kitchen, pawnshop, pawnbroker's,
    ironmonger's, chandler's, draper's, haberdasher's, confectioner's, fishmonger's, greengrocer's, tobacconist's,
    milliner's, laundry, wash house, washhouse, boiler room, projection room, green room, orchestra pit, running
    board, footplate, guard's van, signal cabin, ticket office, taproom, snug, saloon bar, public bar, beer garden,
    allotment, allotments, potting shed, cold frame, bouncy castle, rock face, cliff face, scree, shale, hayrick,
    threshing floor, sheepfold, shearing shed, net loft, slipway, sail loft, dry dock, gangplank, companionway, crow's
    nest, poop deck, quarterdeck, foredeck, afterdeck
"""
#: Clothes that prose names.
CLOTHES = {
    "legwear": "batting pads, cricket pads, pads",
    "bottom": "flannels, corduroys, moleskins, ducks, bags, trouser legs, trouser leg",
    "headwear": "fencing mask, mesh mask, stocking cap, mob cap, mobcap, wimple, shako, kepi, forage cap, tam",
    "outerwear": "shop coat, warehouse coat, dust sheet cloak, frogged coat, guardsman's tunic, ermine cloak",
    "person": """
        ring bearer, standard bearer, flag bearer, torch bearer, pallbearer, fishwife, fishwives, goodwife, alderman,
        widower, usherette, lady vicar, schoolmistress, schoolmaster, scarecrow of a man, slip of a girl, lifeboatman,
        lifeboatmen, stallholder, rower, organist, sculptress, waif, urchin, ragamuffin, gamine, dowager, debutante,
        ingenue, clarinettist, oboist, bassoonist, harpist, timpanist, usher, footman, scullion, costermonger,
        rag-and-bone man, knife grinder, lamplighter, town crier, beadle, verger, sexton, churchwarden, choirmistress,
        bandsman, bandsmen, stoker, bargeman, bargewoman, lock keeper, wildfowler, ghillie, beater, poacher,
        lighthouse keeper, projectionist, usherettes, cigarette girl, hat-check girl, pump attendant, conductress,
        clippie, offender, suspect, assailant, perpetrator, culprit, attacker, intruder, mugger, accomplice, witness,
        eyewitness, complainant, missing person, missing persons, missing child, person of interest, burglar, robber,
        shoplifter, fugitive, escapee, runaway, absconder, ic1 male, ic1 female, ic2 male, ic3 male, ic3 female,
        ic4 male
    """,
}
