"""More of what everyday texts name, by group: trades, kin, styles of hair, things in the hand, animals, places, cities.

Pure data: comma-separated words and phrases in the singular or as they are said; what the other tables say of a word
comes first. It does not know how they are matched or inflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

MORE: Mapping[Group, str] = MappingProxyType(
    {
        Group.SHOT: """
            bust, bust-length, half length, half-length portrait shot, three quarter length, three-quarter shot, full
            shot, medium close-up, medium close up, medium full shot, medium long shot, extreme wide shot, overhead
            view, overhead shot, bird's eye, birds-eye view, birds eye view, worm's eye, eye-level shot, low-angle
            shot, low angle shot, high-angle shot, high angle shot, dutch tilt, canted angle, point-of-view shot, pov
            shot, two-shot, two shot, insert shot, reaction shot, profile shot, side profile shot, side-on, front-on,
            head-on, back shot, rear shot, face shot, beauty shot, environmental portrait, studio portrait, candid
            portrait, outdoor portrait, mirror shot, reflection shot, silhouette shot, drone view, satellite view,
            ground-level shot, ground level, hip-level shot, knee-level shot, shoulder-level shot, anamorphic,
            anamorphic lens, 16mm, 20mm, 40mm, 45mm, 55mm, 65mm, 75mm, 90mm, 300mm, 400mm, f1.4, f1.8, f2.8, medium
            format, large format, 120 film, 35mm photo, 35mm photograph, disposable camera, iphone photo, phone photo,
            webcam, cctv, security camera, body cam, dash cam, fish eye, split screen, negative space, off-centre
            framing, centre frame, center frame, dead centre
        """,
        Group.PERSON: """
            prospector, postie, ice hockey fan, football fan, landlady, landlord, rasta, rastafarian, rastaman,
            supporter, beachgoer, sunbather, festivalgoer, concertgoer, backpacker, wanderer, drifter, vagabond,
            pickpocket, medic, physician, masseuse, veterinarian, oceanographer, developer, coder, navigator,
            dockworker, stevedore, ironworker, steelworker, pipefitter, seamster, milliner, hatter, furrier, tanner,
            leatherworker, goldsmith, silversmith, swordsmith, gunsmith, luthier, piano tuner, lead singer, beatboxer,
            choreographer, film director, cinematographer, gaffer, stagehand, understudy, luchador, showgirl,
            freerunner, traceur, rally driver, cabin crew member, ground crew member, baggage handler, maître d',
            maitre d', pizzaiolo, patissier, grocer, greengrocer, cheesemonger, tea master, grandparent, grandparents,
            grandchild, grandchildren, stepmother, godmother, triplets, kindergartner, preschooler, schoolkid,
            schoolchild, schoolchildren, undergraduate, sophomore, alumna, playwright, screenwriter, war
            correspondent, paparazzo, cashier, broker, financier, tycoon, entrepreneur, startup founder, founder,
            consultant, intern, civil servant, diplomat, ambassador, senator, mayor, councillor, campaigner,
            revolutionary, guerrilla, suffragette, cavalier, musketeer, crusader, templar, conquistador, settler,
            pioneer, homesteader, outrider, marshal, gunfighter, desperado, buccaneer, corsair, privateer,
            swashbuckler, cutpurse, alewife, barkeep, wench, serf, seer, warlock, warlord, berserker, jarl, skald,
            courtesan, concubine, eunuch, vizier, caliph, nawab, rani, tsar, tsarina, kaiser, countess, baron,
            baroness, marquis, viscount, lord, dowager, chaperone, valet, scullion, ghost, skeleton, werewolf, mummy,
            ogre, troll, giantess, centaur, faun, satyr, minotaur, humanoid, alien, droid, gunner, sniper, sapper,
            cadet, squaddie, veteran, war veteran, amputee, paralympian, olympian, fisherboy, chauffeur, cabbie,
            stationmaster, window washer, exterminator, pest controller, customs official, coroner, mortician,
            gravedigger, sexton, verger, choirgirl, acolyte, fakir, muezzin, cantor, missionary, psychic, clairvoyant,
            postwoman, prospectors, fan, fangirl, aviatrix, fisherfolk, passer-by, quilter, angler, referee woman,
            choreographer woman, lifeguards, anaesthetists, nursery teacher, dinner guest, ice dancer, ballroom
            dancer, salsa dancer, tango dancer, samba dancer, contemporary dancer, pearl fisher, cattle rancher, bus
            passenger, train passenger, fruit vendor, street artist, graffiti artist, tattoo artist, nail artist, sand
            artist, chess master, grandmaster, mathematician woman, teaching assistant, headteacher woman, lollipop
            man, school crossing guard, ticket inspector, conductor woman, ski instructor, driving instructor,
            swimming teacher, dance teacher, music teacher, piano teacher, art teacher, science teacher, foster
            mother, old couple, elderly couple, young couple, young lady, young lad, young lass, old lady, old man,
            old woman, old fella, old timer, old sailor, old king, young mum, young mother, young dad, young father,
            new mum, single mother, working mother, mums, dads, cockney, scouser, geordie, londoner, parisian woman,
            new yorker, texan man, aussie, kiwi, viking warrior, space pirate, time traveller, time traveler, cat
            burglar, jewel thief, private investigator, paranormal investigator, ghost hunter, vampire hunter, monster
            hunter, dragon rider, dragon slayer, demon hunter, rogue assassin, elven archer, wood elf, dark elf, high
            elf, half-elf, half-orc
        """,
        Group.BODY: """
            kg, kilos, kilogram, kilograms, lbs, pounds, stone in weight, cm, centimetres, centimeters, feet tall,
            foot tall, metres tall, meters tall, stone weight, bodyweight, weight, scar, scars, birthmarks, stretch
            marks, bruises, scratches, cellulite, veins, six-packs, dad bod, beer gut, gut, swimmer's build, runner's
            build, dancer's posture, good posture, bad posture, jazz hands, air guitar, fist bump, high five,
            high-five, thumbs down, peace signs, victory sign, finger guns, arms outstretched, arms spread, arms wide,
            arms aloft, fists raised, fist raised, fists clenched, hands clasped, hands folded, hands raised, hands
            behind her back, hands behind his back, hands on her hips, hands on his hips, hand on chin, hand on heart,
            finger to her lips, finger to his lips, legs apart, legs spread, feet apart, feet up, back to viewer, head
            tilted, head bowed, head down, head turned, head thrown back, shoulders back, shoulders hunched, leg
            raised, one leg raised, knees bent, knees drawn up, cartwheel, handstand, headstand, backflip, back flip,
            somersault, splits, downward dog, warrior pose, lotus position, lotus pose, arabesque, tree pose, fighting
            stance, battle stance, power pose, action pose, dynamic pose, catwalk walk
        """,
        Group.FACE: """
            eye glitter, cheek glitter, apple cheeks, missing tooth, missing front tooth, gap between her teeth, gap
            between his teeth, gap between her front teeth, gap between his front teeth, worry lines, age spots, liver
            spots, peach fuzz, five-o'clock shadow, horseshoe moustache, neckbeard, lamb chops, eyeliner wings,
            graphic liner, contouring, bronzer, corpse paint, camouflage paint, cupid's bow, bow lips, raised eyebrow,
            raised eyebrows, twinkle in his eye, twinkle in her eye, glint in his eye, glint in her eye, tear tracks,
            nosebleed, steely gaze, side-eye, duck face
        """,
        Group.HAIR: """
            lock of hair, locks of hair, strand of hair, strands of hair, wisp of hair, wisps of hair, knot of hair,
            mop top, mop-top, moptop, caesar cut, ivy league cut, face-framing layers, layered cut, butterfly cut,
            jellyfish cut, bixie, rooster cut, liberty spike, deathhawk, chelsea cut, microlocs, braid crown, braided
            crown, wash-and-go, wash and go, finger coils, mermaid waves, laid edges, french pleat, sock bun, high
            pony, low pony, half-pony, sidelock, forelock, kiss curl, duck's arse, duck tail, shaved lines, shaved
            temple, shaved nape, undershave, stubble hair, hair rings, braid rings, pink streak, white streak, skunk
            stripe, money piece, root shadow, split dye, ombré, babylights, greying temples, grey temples, baldness,
            male pattern baldness, tonsured head, lace front, hair net
        """,
        Group.HEADWEAR: """
            antennae, fox ears, wolf ears, mouse ears, bear ears, rabbit ears, kitty ears, hooded cowl, welder's mask,
            face shield, hockey mask, ski mask, theatre mask, carnival mask, venetian mask, masquerade, plague mask,
            plague doctor mask, bird mask, wolf mask, fox mask, kitsune mask, oni mask, noh mask, skull mask, lucha
            mask, luchador mask, wrestling mask, horse mask, animal mask, bull mask, golden mask, silver mask, head
            covering, head cloth, head chain, matha patti, headchain, face veil, papakhi, malgai, escoffion, eye shade
        """,
        Group.EYEWEAR: """
            half-moons, half moons, clubmasters, cat eyes glasses, cat-eyes, swim mask, scuba mask, snorkel mask,
            sports glasses, clip-ons, eyeglass, opera glass, quizzing glass
        """,
        Group.TOP: """
            silks, racing silks, shirtsleeves, shirt sleeves, polo-neck, bralet, quarter-zip, quarter zip, half-zip,
            half zip, waist coat, vestee, batakari, chainmail, chestplate, chest plate, linothorax, chemisette,
            shirtwaist, waspie, scrubs top
        """,
        Group.OUTERWEAR: """
            pullover jacket, track top, zip-up top, chaquetilla, kevlar vest, plate carrier, chest rig, load-bearing
            vest, photographer's vest, safari vest, hunting vest, coatigan, coatee, beach kimono, tabards, hi-vis
            waistcoat, hi viz vest, road worker's vest, life preserver, personal flotation device, dotera, jinbei top,
            banyan
        """,
        Group.DRESS: """
            lbd, beach cover-up, surplice, alb, soutane, babygrow, karategi, sumo mawashi, gymwear, sweat set, lounge
            set, twin-set, skirt set, shorts set, trouser set, plate mail, spider-man suit, belly dance costume,
            sarong kebaya, filipiniana, toghu, kandora, bisht, jubba, salwaar kameez, lehnga, chaniya choli, dhoti
            kurta, kurta pajama, kurta pyjama, trachten, monokini, beachwear, body suit, formal wear, formalwear,
            sackcloth
        """,
        Group.BOTTOM: """
            trouser, bikini bottom, string bikini bottom, y-fronts, galligaskins, trunk hose, pumpkin hose, braies,
            buckskins, adidas bottoms, bib-and-brace, bib and brace, bib tights, skinnies, dungas, penis sheath
        """,
        Group.LEGWEAR: """
            leggins, shinpads, shin pad, shinguards, kneepad, knee pad, leg bindings, gaiter, jegging, overknees,
            bobby sox, sox
        """,
        Group.FOOTWEAR: """
            trail runners, chelseas, pixie boots, sambas, plimsole, golf spikes, cricket spikes, running spikes,
            topsiders, top-siders, birks, tevas, double monks, demonias, dr. martens, okobo, pokkuri, lotus shoes,
            booties, baby booties, bootees, bootie, ankle booties, roller skate, chopines, stocking feet, stockinged
            feet
        """,
        Group.BELT: """
            belly dance belt, hip scarf, monk's cord
        """,
        Group.NECKWEAR: """
            self-tie bow, four-in-hand, neck cloth, neckcloth, silk square, fur stole, fox stole, mink stole, stole,
            stoles, feather stole, collar of feathers, tube bandana, wild rag, keffiyehs, graduation stole, kente
            stole, clergy collar, roman collar, detachable collar, winged collar, clerical bands, pussy bow
        """,
        Group.BAG: """
            baguette, pochette, minaudiere, bin liner, fannypack, gymsack, overnight case, vanity case, pencil case,
            steamer trunk, wheeled case, wheely case, flight case, pilot case, document case, art portfolio, bike
            pannier, bindle
        """,
        Group.ACCESSORY: """
            diamonds, emeralds, rubies, sapphires, gold cuff, silver cuff, arm cuff, upper-arm cuff, waist beads, lip
            stud, eyebrow stud, dangling earrings, cross earring, knuckle duster, brass knuckles, id tag, press pass,
            backstage pass, boutonnière, epaulets, aiguillette, sash of medals, stop watch, diving watch, rolex, kid
            gloves, gardening glove, goalkeeping gloves, wrist cuffs, sheath, tool roll, beard beads, n95, walking
            pole, nordic poles, hiking stick, hiking pole, hiking poles, staff of office, mace of office, riding whip,
            e-cig, hookah hose, cigarillo, ashtray, zippo, latte, cappuccino, lemonade, glass of lemonade, cola, glass
            of red wine, glass of whisky, whiskey, whiskey glass, shot glass, jug, jug of beer, jug of water, pitcher
            of beer, milk carton, carton of milk, sports bottle, canteen, canteen of water, water skin, drinking horn,
            horn of ale, ale, mojito, margarita, salad, soup, ramen, sushi, sushi roll, dumplings, dim sum, curry,
            pasta, spaghetti, slice of toast, cookie, cookies, biscuit, biscuits, muffin, pancake, pancakes, waffle,
            slice of cake, slice of pie, chocolates, ice pop, gelato, sundae, marshmallow, marshmallows, tomato plant,
            onions, leeks, potatoes, mushrooms, mushroom, corn on the cob, serving tray, saucepan, cooking pot, clay
            pot, brass pot, water pot, amphora, urn, vase of flowers, cauldron, mixing bowl, sieve, grater, cleaver,
            carving knife, chopping board, cutting board, baking tray, peeler, corkscrew, tin opener, paperback,
            hardback, textbook, textbooks, exercise book, stack of textbooks, armful of books, sheaf of paper,
            parchment, telegram, invitation, receipt, cheque, giant cheque, notepad, note pad, crayons, crayon, felt
            tip, biro, spray paint can, aerosol can, stencil, set square, protractor, calculator, payphone, ear buds,
            earpods, mp3, cassette player, cassette, vinyl record, dvd, games console, game boy, gameboy, nintendo
            switch, headlamp, headtorch, storm lantern, hurricane lamp, candelabra, glowstick, lightsabre, spellbook,
            grimoire, potion, vial, skull, pendulum, greatsword, hunting knife, switchblade, throwing knives,
            shuriken, nunchucks, nunchaku, sai, shinai, bokken, pickaxe, pick axe, sledgehammer, quiver of arrows,
            hunting rifle, six-shooter, six shooter, flintlock, flamethrower, dynamite, duct tape, roll of tape,
            bucket of water, mop and bucket, squeegee, dustpan, dustpan and brush, vacuum cleaner, clothes peg, pegs,
            ironing board, toolkit, wheelbrace, dishcloth, napkin, serviette, spools, spool of thread, thread and
            needle, crochet hook, dress form, pot plant, potted cactus, wildflowers bunch, lavender bunch, wheat
            sheaf, sheaf of wheat, bundle of sticks, firewood, bundle of firewood, log of wood, theodolite, magnifier,
            magnifying lens, tweezers, pipette, petri dish, blood pressure monitor, oxygen cylinder, nasal cannula,
            pacifier, baby rattle, teether, action figure, toy truck, bubble blower, jump rope, jump-rope, spinning
            top, dominoes, softball, bowling pin, hand weights, exercise ball, yoga block, cheer pompoms, pompom,
            skateboard deck, wakeboard, climbing rope, carabiners, carabiner, climbing harness, parachute, fishing
            pole, fishing reel, salmon, starfish, seashell, conch shell, seashells, violin case, ukelele, lyre,
            panpipes, sousaphone, music score, hymnal, clapperboard, light meter, sculpting tool, mallet and chisel,
            lump of clay, gospel, holy water, palm frond, groceries, bag of groceries, shopping basket, handcart, sack
            truck, labradoodle, cockapoo, pitbull, pit bull, great dane, saint bernard, st bernard, samoyed, shiba
            inu, akita, lapdog, ginger tom, parakeet, budgerigar, peacock, flamingo, penguin, turtle, tortoise, frog,
            toad, boa constrictor, gecko, chameleon, chimpanzee, sloth, koala, red panda, panda, squirrel, devil tail,
            devil's tail, tinsel, ear plug, ice pack, loupe, jeweller's eyeglass, conch horn
        """,
        Group.BACKGROUND: """
            gravel drive, driveway, playgroup, soft play, ball pit, skate ramp, half-pipe, halfpipe, skateboard ramp,
            dance hall, orchestra, mosh pit, drum kit, amplifier, amplifiers, speakers, spotlight beam, car boot sale,
            jumble sale, haberdashery, oak beams, wooden beams, ceiling beams, sheepskin rug, hearthrug, doormat,
            porch swing, garden chair, hot tub, slipway, gangway, gangplank, ship's anchor, anchor, anchors, crow's
            nest, tugboat, paddle steamer, speedboat, lifeboat, oil rig, solar panels, pylons, pylon, chimney,
            chimneys, smokestacks, steelworks, printing press, sawmill, mineshaft, pottery wheel, film studio,
            cyclorama, peeling paint, exposed brick, exposed brickwork, brickwork, corrugated iron, corrugated metal,
            ticket barrier, ticket barriers, concourse, departures board, security queue, airstrip, biplane, fighter
            jet, private jet, spitfire, airship, zeppelin, hot-air balloon, launch pad, launchpad, mission control,
            cratered surface, shooting star, shooting stars, sunburst, torch light, torches, flaming torches,
            fireflies, glow-worms, cloudburst, floodwater, hailstorm, flurries, snowy peaks, husky sled, dog sled, ski
            run, ski piste, piste, heathland, gorse, redwoods, sequoia, sequoias, sugar cane, golden wheat,
            toadstools, climbing roses, meadow flowers, grassland, grasslands, serengeti, route 66, gas pump, petrol
            pump, petrol pumps, jukebox, drive-in cinema, cinema, cinema seats, ticket booth, popcorn stand, carousel
            horses, carousel horse, coconut shy, circus ring, aviary, aquarium tank, fish tank, shark tank, orangery,
            compost heap, vegetable plot, beehives, chicken run, pig pen, cowshed, sheep, sheep fold, flock of sheep,
            herd of cows, cows, cattle, horses, wild horses, herd of elephants, elephants, camels, deer, antelopes,
            zebras, giraffes, seagulls, gulls, swans, flamingos, flock of birds, flock of pigeons, murmuration, whale,
            whales, dolphins, shoal of fish, jellyfish, coral, seaweed, shipwreck, mandap, birthday party, cocktail
            party, protest march, protest, demonstration, picket line, witness stand, jury box, press conference,
            lectern, podium, trade fair, comic con, reading lamp, double decker, car bonnet, car boot, sports car,
            convertible, cadillac, ambulance, trenches, trench, sandbags, barricade, debris, wreckage, tokyo, kyoto,
            paris, london, new york, manhattan, brooklyn, venice, rome, tuscany, santorini, marrakech, cairo, sahara,
            dubai, mumbai, delhi, rajasthan, jaipur, varanasi, ganges, himalayas, everest, tibet, shanghai, hong kong,
            seoul, bangkok, bali, hawaii, california, los angeles, san francisco, las vegas, havana, rio, rio de
            janeiro, buenos aires, patagonia, andes, machu picchu, iceland, norway, lapland, scottish highlands,
            highlands, cornwall, edinburgh, berlin, prague, vienna, budapest, barcelona, madrid, lisbon, istanbul,
            moscow, siberia, sydney, melbourne, antarctica, arctic, yosemite, niagara falls, big ben, taj mahal, mount
            fuji, seamless paper, white cyclorama, white seamless, canal side, lakeshore, sea view, ocean view, city
            view, chimney pots, brownstone, brownstones, hair salon chair, barber's chair, barber chair, makeup table,
            makeup mirror, clothes line, washing line, washing line of sheets, laundry line, laundrette, toy box, rope
            swing, tyre swing, climbing frame, sand pit, pumpkin patch, strawberry patch, cabbage patch, melon patch,
            oak beam, wooden beam, ceiling beam, rivers, lakes, marketplace, doorways, side road, bus lane, tram line,
            docks at night, ice sheet, snow-clad hills, village hall stage, changing tent, window display, front
            porch, back porch, front lawn, front yard, cul de sac, bus depot, train depot, freight train, goods train,
            railway bridge, subway tunnel, subway entrance, tube entrance, school field, playing field, playing
            fields, cricket pitch, cricket ground, cricket pavilion, rugby pitch, hockey pitch, netball court, squash
            court, badminton court, volleyball court, handball court, running lane, stadium lights, floodlight,
            floodlights, packed stadium, bleachers, terracing, scoreboard, goalposts, goal net, hoop net, basketball
            hoop, boxing corner, wrestling mat, gym mat, gym mats, weight room, weights room, weight rack, treadmills,
            exercise bikes, swimming lane, starting block, podium steps, judges' table
        """,
        Group.STYLE: """
            1900s, 1910s, 2000s, 2010s, 90s style, 80s style, 70s style, 60s style, 50s style, nineties, eighties, y2k
            style, retro style, film look, sports style, sporty style, rock style, boho style, goth look, goth
            aesthetic, fairycore, goblincore, balletcore, barbiecore, coquette, clean girl, indie sleaze, scandi, art
            photography, fine art photography, fine-art photography, beauty photography, portrait photography style,
            product photography, macro photography, double-exposure, cross process, kodachrome, ektachrome, velvia,
            super 8, vhs, vhs style, glitch art, lino print, screen print, risograph, fresco, mosaic, tapestry style,
            icon painting, oil sketch, pastel sketch, chalk drawing, crayon drawing, marker sketch, ballpoint drawing,
            etching style, comic style, cartoon style, anime style, manga style, pixar style, disney style, cgi style,
            game art, splash art, character sheet, character design, fashion illustration, fashion sketch, editorial
            style, magazine style, catalogue photo, catalog photo, lookbook photo, e-commerce photo, ecommerce, stock
            photography, press photo, news photo, wedding photo, school photo, family photo, holiday photo, vintage
            photo, old photo, polaroid style, family portrait style, victorian portrait style, expressionism, cubism,
            futurism, symbolism, romanticism, realism style, naturalism, brutalist, memphis style, bauhaus,
            constructivist, vaporwave style, outrun, lowbrow, folk art, naive art, outsider art, street art
        """,
    }
)

#: More verbs of what people do; all inflections are derived.
ACTIONS = """
    whip, swamp, pore, drown, engulf, dwarf, open, count, hammer, collect, trim, peel, tend, grind, slice, fry, grill,
    roast, knead, whisk, sniff, smell, inhale, exhale, sigh, gasp, cough, sneeze, hiccup, burp, swallow, gulp, slurp,
    lick, suck, nibble, munch, crunch, devour, gobble, tickle, pinch, poke, prod, slap, smack, thump, knock, phone,
    swipe, snap, unlock, unwrap, unpack, peg, scrub, wring, vacuum, hoover, polish, wipe, mow, sow, scatter, till,
    plow, chop wood, shear, ferment, uncork, decant, rehearse, scratch, spin, dj, headbang, mosh, rave, bop, sway,
    twerk, moonwalk, somersault, cartwheel, backflip, sprint, chase, pursue, flee, dodge, dive, plunge, paddle,
    snorkel, tread water, wakeboard, kitesurf, windsurf, bodyboard, abseil, climb, rappel, belay, clamber, shimmy,
    dribble, shoot, tackle, putt, umpire, referee, stretch, squat, bench-press, deadlift, jab, grapple, choke, parry,
    lunge, thrust, slash, stab, hack, ambush, stalk, hunt, patrol, arrest, handcuff, interrogate, announce, broadcast,
    argue, discuss, explain, demonstrate, lecture, read aloud, narrate, translate, autograph, sketch, doodle, trace,
    etch, engrave, chisel, glaze, stitch, embroider, crochet, darn, quilt, drill, solder, rivet, forge, melt, unload,
    shelve, staple, photocopy, scan, calculate, tally, sell, buy, barter, haggle, pay, browse, window-shop, try on,
    undress, unlace, untie, unzip, tousle, toss, twiddle, fidget, chew gum, bite nails, massage, caress, nuzzle,
    cuddle, soothe, feed, breastfeed, bathe, piggyback, chaperone, welcome, greet, shake hands, curtsy, nod, shrug,
    beckon, signal, direct, instruct, cheer, sing along, applaud, heckle, whistle, flag down, hitch, board, disembark,
    commute, travel, moor, sail, steer, navigate, dig up, excavate, unearth, brush off, examine, study, observe,
    survey, search, seek, rummage, forage, gather, pluck, pick up, drop, discard, litter, recycle, sweep, rake,
    shovel, bury, mourn, grieve, kneel, worship, bow, genuflect, kindle, stoke, extinguish, rescue, resuscitate,
    bandage, inject, operate, diagnose, prescribe, x-ray, dismount, gallop, canter, trot, muck out, tether, leash,
    fetch, tame, juggle, contort, conjure, levitate, hypnotise, vanish, haunt, lurk, loom, daydream, doze off, snore,
    convalesce, recover, sunbathe, bask, shiver, pant, wheeze, tremble, faint, collapse, stagger, crawl, wriggle,
    squirm, twitch, flinch, recoil, shrink, celebrate, clink, receive, accept, marry, wed, propose, elope, flirt, hug,
    kiss, canoodle, quarrel, bicker, protest, campaign, sip from, drink from, perch, dangle, lounge, loll, flop,
    slump, wallow, loiter, dawdle, amble, saunter, stroll, trudge, plod, trek, hobble, limp, shuffle, swagger, strut,
    sashay, skip, frolic, romp, prance, gambol, scamper, scurry, scuttle, balance, teeter, wobble, topple, lean in,
    lean out, lean over, huddle, cram, queue, jostle, shove, push, heave, hoist, drag, haul
"""
