"""Words for what people wear as ornament, hold or use, and for small things that take the group of their place.

Pure data: comma-separated words and phrases; it does not know how they are matched or inflected.
"""

from __future__ import annotations

#: Ornaments and objects that are accessories wherever they stand.
ACCESSORIES = """
    jet beads, glass beads, amber beads, coral beads, wooden beads, prayer beads, string of beads, strings of beads,
    pearl beads, thimble, pincushion, secateurs, yoke, kite string, baton, fob watch, glasses of champagne, glasses of
    wine, glasses of beer, glasses of water, glasses of milk, glasses of juice, glasses of tea, drinking glasses, beer
    glasses, champagne glasses, rag, cuppa, grapes, jewellery, jewelry, safety pin, chain wallet, towel, sling, baby
    sling, candle in hand, bunch of keys, necklace, pendant, locket, choker, chain, gold chain, silver chain, pearls,
    pearl necklace, string of pearls, medallion, amulet, crucifix, cross necklace, rosary, dog tags, bracelet, bangle,
    bangles, cuff bracelet, anklet, armlet, armband, arm band, wristband, charm bracelet, friendship bracelet,
    cufflink, cufflinks, ring, wedding ring, engagement ring, signet ring, nose ring, nose stud, septum ring, septum
    piercing, lip ring, eyebrow ring, eyebrow piercing, nose piercing, ear piercing, piercing, piercings, earring, ear
    ring, hoop, hoop earring, leather cuff, ear cuffs, id card, id badge, microscope, stud earring, drop earring,
    hoops, studs earring, earcuff, ear cuff, jhumka, jhumkas, maang tikka, tikka, nath, payal, mangalsutra, kangan,
    coral beads, prayer beads, love beads, brooch, cameo, pin badge, badge, name badge, lanyard, medal, rosette,
    corsage, boutonniere, buttonhole flower, lapel flower, pocket square, handkerchief, hankie, hanky, watch,
    wristwatch, wrist watch, pocket watch, smartwatch, smart watch, fitness tracker, glove, mitten, mitts, gauntlet,
    opera gloves, fingerless gloves, boxing gloves, work gloves, oven mitts, arm warmers, arm warmer, wrist warmers,
    muff, elbow gloves, suspenders, braces, harness, holster, sporran, sheath knife, headphones, headphone, earphones,
    earbuds, airpods, headset, hearing aid, ear trumpet, face mask, surgical mask, medical mask, gas mask, respirator,
    mask, masquerade mask, sleep mask, snorkel, oxygen mask, stethoscope, whistle, umbrella, brolly, parasol, paper
    parasol, cane, walking stick, walking cane, stick, staff, crutch, crutches, crook, trekking poles, ski poles, hand
    fan, folding fan, paper fan, fan, phone, smartphone, mobile, mobile phone, cellphone, cell phone, telephone,
    tablet, laptop, computer, microphone, megaphone, walkie-talkie, radio, boombox, cigarette, cigar, pipe, vape,
    lighter, cup, mug, coffee, coffee cup, cup of coffee, cup of tea, mug of tea, paper cup, takeaway coffee, tea,
    teacup, teapot, glass of wine, wine glass, wine glasses, champagne flute, champagne glass, cocktail, beer, pint,
    pint glass, tankard, steins, stein, bottle, water bottle, flask, thermos, can of soda, juice, drink, plate, bowl,
    tray, spoon, ladle, fork, chopsticks, knife, frying pan, pan, wok, rolling pin, sandwich, burger, pizza, bread,
    baguette, cake, cupcake, doughnut, donut, ice cream, ice-cream, ice cream cone, lollipop, candy floss, candyfloss,
    popcorn, apple, banana, book, notebook, newspaper, magazine, map, letter envelope, envelope, scroll, paper,
    papers, document, documents, clipboard, folder, pen, pencil, quill, paintbrush, brush, palette, paint palette,
    easel, chalk, scissors, tape measure, needle, knitting needles, knitting, torch, flashlight, lantern in hand,
    candlestick, oil lamp, bouquet, bunch of flowers, flowers in hand, single rose, flower basket, basket, wicker
    basket, bucket, pail, box, parcel, package, crate, gift, present, balloon, balloons, kite, teddy bear, teddy,
    doll, toy, toy car, soft toy, stuffed animal, plushie, ball, soccer ball, rugby ball, tennis racket, racket,
    racquet, tennis racquet, cricket bat, baseball bat, bat, hockey stick, golf club, bow and arrow, arrow, dumbbell,
    dumbbells, kettlebell, barbell, skipping rope, yoga mat, hula hoop, frisbee, surfboard, board, snowboard, skis,
    longboard, sword, katana, dagger, spear, shield, axe, hammer, mallet, chisel, saw, spanner, wrench, screwdriver,
    drill, spade, shovel, rake, hoe, pitchfork, scythe, sickle, watering can, wheelbarrow, broom, mop, vacuum, hose
    pipe, fishing rod, fishing net, net, rope, lasso, whip, riding crop, gun, pistol, rifle, revolver, crossbow, bow
    weapon, wand, magic wand, orb, crystal ball, sceptre, scepter, lightsaber, trident, guitar, acoustic guitar,
    electric guitar, violin, fiddle, cello, double bass, trumpet, trombone, saxophone, sax, flute, clarinet,
    accordion, harmonica, bagpipes, drum, drums, drumsticks, tambourine, castanets, maracas, ukulele, banjo, lute,
    harp, sitar, tabla, baton, conductor's baton, keyboard, music sheet, sheet music, binoculars, telescope,
    magnifying glass, compass, stopwatch, remote control, game controller, controller, key, keys, wallet, passport,
    ticket, boarding pass, fan of cards, playing cards, cards, coin, trophy, cup trophy, flag, placard, hand-held
    sign, sparkler, syringe, test tube, beaker, pram, pushchair, stroller, buggy, shopping trolley, shopping cart,
    walking frame, zimmer frame, walker frame, puppy, dog, cat, kitten, parrot, falcon, owl, whippet, spaniel,
    terrier, labrador, poodle, greyhound, dachshund, corgi, sheepdog, goat, lamb, hen, chicken, rabbit, bunny, leash,
    lead rope, spears, wings, fairy wings, angel wings, bridal bouquet, beads, bead necklace, beaded collar, torc,
    chatelaine, garter snake, toe ring, accessories, accessory, flower garland, lei, marigold garland, knapsack stick,
    satay, spatula, tongs, whisk, feather duster, ski pole, ice axe, paddle, oar, canoe paddle, lifebuoy, life ring,
    fire extinguisher, fire hose, toolbox, tool kit, spirit level, paint roller, paint can, blowtorch, soldering iron,
    rugby football, cricket ball, tennis ball, beach ball, javelin, discus, relay baton, hurdle, shuttlecock, epee,
    foil sword, sabre, saber, dumb-bell, thurible, bible, prayer book, hymn book, rosary beads, incense, prayer mat,
    prayer wheel, bracers, bracer, longbow, shotgun, bib number, race number, blanket, laundry, bottle cap, sleeve
    garters, alms bowl, pigeon, trolley, cart, mala, mala beads, wrist beads
"""

#: Small things that take the group of the place they are at: "a bow in her hair", "soot on his cheeks".
SMALL_THINGS = """
    ornament, bow, ribbon, flower, daisy, lily, feather plume, comb, clip, pin, slide, grip, band, elastic, soot,
    dirt, mud, paint, flour, grease, glitter, blood, ash, bandage, plaster, band-aid, sticker, gem, jewel,
    rhinestones, crystals, star, heart, leaf sprig, sprig, chopstick, pencil tucked, hibiscus, orchid, frangipani,
    jasmine, gajra, gardenia, marigolds, roses, carnation, camellia, magnolia, lotus, blossoms in hair, poppy,
    sunflower, bead, towel, net cap, tie-back, cloth, shimmer, sheen of sweat, dust smudge, smudge, streak, streaks of
    paint, crumbs, foam, snowflake, raindrop, sweat drop
"""

#: Vehicles, seats and game objects that complete an action: "sitting in a wheelchair", "riding a bicycle".
ACTION_OBJECTS = """
    wheelchair, chair, stool, bar stool, rocking chair, deckchair, deck chair, director's chair, swing, horse, pony,
    donkey, camel, elephant, piano, grand piano, swivel chair, office chair, high chair, unicycle, tricycle, cushion,
    crate seat, saddle, treadmill, bicycle, bike, pushbike, skateboard, scooter, moped, motorcycle, motorbike, quad
    bike, rollercoaster, trampoline, seesaw, puddle, puddles, football, basketball, volleyball, tennis, cricket, golf,
    harley, harley-davidson, coffee break, tea break, lunch break, cigarette break, smoke break, rugby, chess,
    cards game, hockey, baseball, hopscotch, hide-and-seek
"""

#: Words that count or contain what follows "of": the group is that of the second noun.
PARTITIVES = """
    pair, set, couple, row, rows, line, lines, lot, lots, number, group, pile, piles, heap, stack, sea, wall, walls,
    field, series, variety, range, layer, layers, mass, tangle, cascade, mop, shock, head, wisp, wisps, belt, carpet,
    curtain, cloud, bunch, cluster, touch, hint, trace, dusting, splash, smear, tuft, curl, smattering, handful,
    strip, piece, bit, kind, sort, type, amount, flash, patch, spray, rows and rows, blur, glimpse, stretch, backdrop,
    forest, crowd, most, some, many, several, band, ring, circle, view, avenue, maze, canopy, blanket, bank, wealth,
    array, assortment, plenty, abundance, loads, tons, streak, streaks, lick, week, weeks, day's growth, days, string,
    swathe, expanse, arc, strand, coils, halo, veil, smudge, pinch, slash
"""
