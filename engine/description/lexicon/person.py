"""Words about the person: who it is, body and pose, face, hair.

Pure data: comma-separated words and phrases; it does not know how they are matched or inflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

#: Nouns that name the person, and nouns about body, face and hair that decide a phrase.
PERSON_NOUNS: Mapping[Group, str] = MappingProxyType(
    {
        Group.PERSON: """
            walker, rambler, stroller by, onlooker, bedouin, shepherdess, paratrooper, commando, glassmaker, juggler,
            stilt walker, fire breather, fire-eater, tightrope walker, trapeze artist, lion tamer, ringmaster,
            contortionist, puppeteer, ventriloquist, storyteller, calligrapher, illustrator, cartoonist, animator,
            printmaker, bookbinder, typist, telephonist, switchboard operator, postmistress, milkman, ice cream man,
            paperboy, delivery driver, delivery man, delivery woman, courier rider, removal man, warehouse worker,
            forklift driver, crane driver, train driver, tram driver, bus conductor, ferryman, gondolier, boatman,
            bargee, deckhand, bosun, first mate, skipper, sea captain, cabin boy, submariner, coastguard,
            harbourmaster, oil rig worker, roughneck, diver woman, pearl diver, ama diver, whaler, trawlerman, crofter
            woman, beachcomber, forager, mushroom picker, gleaner, reaper, thresher, miller, cooper, wheelwright,
            thatcher, stonemason, mason, quarryman, tiler, glazier, surveyor, foreman, site manager, hod carrier,
            navvies, road worker, street sweeper, refuse collector, park keeper, groundskeeper, greenkeeper, caddie,
            ball boy, ball girl, linesman, cheer captain, mascot, drum major, bandleader, bandmaster, choirmaster,
            organ grinder, one-man band, troubadour, minstrel, gondola singer, folk singer, opera singer, soprano
            singer, backing singer, country singer, blues singer, jazz musician, street musician, rock musician,
            metalhead, headbanger, ravers, clubber, partygoer, reveller, guest of honour, best man, flower girl, page
            boy, matron of honour, newlyweds, pensioners, toddler girl, toddler boy, baby boy, baby girl,
            schoolteacher, headmaster, headmistress, headteacher, governess, tutor, professor emeritus, scholar girl,
            lab technician, radiographer, physiotherapist, optician, chiropodist, acupuncturist, herbalist, healer,
            witch doctor, medicine man, medicine woman, chaplain, deacon, curate, cardinal, archbishop, abbot, abbess,
            novice, novice monk, buddhist monk, friar, hermit, prophet, oracle, fortune-teller, tarot reader,
            astrologer, hypnotist, illusionist, sleuth, private eye, private detective, inspector, constable, bobby,
            traffic cop, state trooper, highway patrolman, border guard, customs officer, prison guard, warden,
            gaoler, jailer, convict, inmate, outlaw, bandit, bandito, highwayman, smuggler, thief, burglar, gangster,
            mobster, mafioso, hitman, mercenary, bounty hunter, gunslinger, rodeo rider, bull rider, bronco rider,
            vaquero, llanero, huaso, stockman, drover woman, jackaroo, jillaroo, sheep shearer, cane cutter, charcoal
            burner, woodsman, huntswoman, poacher, gamekeeper woman, falconry display man, dog walker, dog handler,
            dog trainer, vet nurse, zoologist, botanist, geologist, marine biologist, meteorologist, mathematician,
            physicist, philosopher, historian, archivist, curator woman, auctioneer, antiques dealer, pawnbroker,
            moneylender, bookmaker, croupier woman, estate agent, travel agent, tour guide, tourist guide, bellman,
            concierge, chambermaid, scullery maid, kitchen maid, kitchen porter, dishwasher, line cook, pastry chef,
            pastry cook, chocolatier, confectioner, ice cream seller, street food vendor, fruit seller, flower seller,
            balloon seller, newspaper seller, shoe shiner, shoeshine boy, water carrier, porter, coolie, sherpa,
            mahout, camel driver, snake charmer, carpet seller, rug seller, spice seller, tea lady, dabbawala, kimono
            dresser, sushi chef, ramen chef, noodle maker, tofu seller, rice planter, fisherwoman, fisherfolk, sea
            gypsy, islander, aborigine, inuk, eskimo hunter, reindeer herder, yak herder, goat herder, cattle herder,
            cowherd, sami herder, samurai warrior, ninja warrior, kung fu master, sumo, karate student, judoka,
            taekwondo fighter, kickboxer, mma fighter, prizefighter, pugilist, fighter, arm wrestler, strongman,
            powerlifter, shot putter, hammer thrower, javelin thrower, discus thrower, high jumper, long jumper, pole
            vaulter, hurdler, relay runner, marathon runner, triathlete, decathlete, oarsman, cox, canoeist,
            kitesurfer, paraglider, skydiver, base jumper, free climber, rock climber, ice climber, bobsledder, luger,
            ski jumper, biathlete, speed skater, ice dancer, goaltender, fly-half, prop forward, scrum-half, winger,
            striker, midfielder, defender, centre-back, point guard, shooting guard, lacrosse player, water polo
            player, badminton player, table tennis player, squash player, pool player, esports player, cosplayer,
            larper, reenactor, re-enactor, roman soldier, centurion, legionary, spartan, hoplite, gladiatrix, pharaoh,
            cleopatra, viking woman, shieldmaiden, druid, bard girl, alchemist, necromancer, sorcerer woman, paladin,
            cleric, ranger elf, rogue, barbarian, orc, dwarf, hobbit, gnome, goblin, dryad, nymph, siren, harpy,
            succubus, dragonborn, tiefling, catgirl, kitsune, fox girl, bunny girl, magical girl, mecha pilot, space
            marine, starship captain, space explorer, cyberpunk hacker, bounty hunter woman, steampunk captain,
            airship captain, maker, player, seller, dealer, owner, inventor, keeper, expert, apprentice, leader,
            member, champion, winner, volunteer, activist, protester, guide, operator, technician, attendant,
            assistant, agent, mountie, teddy boy, punk rocker, instructor, trainee, recruit, sergeant, general,
            colonel, lieutenant, admiral, curator, croupier, stuntman, lifesaver, weightlifter, trombonist, organist,
            flautist, harpist, percussionist, choirboy, chorister, soprano, tenor, crooner, busker, entertainer,
            presenter, host, hostess, commentator, weather presenter, vlogger, blogger, podcaster, climber, caver,
            kayaker, rower, sailor girl, yachtsman, windsurfer, archeress, bowler hat man, snooker player, darts
            player, chess player, gamekeeper, falconer, drover, ploughman, milkmaid, goatherd, shearer, farrier,
            saddler, stable hand, stable girl, groom boy, huntsman, rickshaw wallah, chaiwala, dhobi, sadhu, yogini,
            guru, swami, lama, dervish, mullah, sheikh, sultan, emir, raja, maharaja, maharani, shogun, oiran, emo
            kid, scene kid, mod girl, rude boy, new romantic, b-boy, b-girl, breakdancer, krumper, voguer, kpop idol,
            k-pop idol, idol, pop star, rock star, popstar, rockstar, diva, starlet, socialite, heiress, debutante,
            dandy, toff, gent, hiker girl, man, men, woman, women, person, people, boy, girl, lady, gentleman,
            gentlemen, guy, bloke, lad, lass, lassie, fellow, fella, dude, gal, child, children, kid, toddler, baby,
            infant, newborn, teen, teenager, youth, adolescent, tween, preteen, adult, senior, pensioner, elder, oap,
            granny, grandma, grandmother, grandpa, grandad, granddad, grandfather, nan, nana, gran, auntie, aunty,
            aunt, uncle, mother, mom, mum, mommy, father, dad, daddy, parent, sister, brother, daughter, son, twin,
            twins, couple, friend, friends, family, bride, groom, bridegroom, bridesmaid, wife, husband, girlfriend,
            boyfriend, widow, male, female, adult male, adult female, young adult, non-binary person, figure,
            character, model, subject, individual, human, somebody, someone, old boy, old girl, old-timer, old timer,
            youngster, schoolboy, schoolgirl, student, pupil, graduate, tourist, traveller, traveler, passenger,
            commuter, pedestrian, passerby, hiker, mountaineer, camper, explorer, doctor, nurse, surgeon, paramedic,
            midwife, dentist, vet, pharmacist, scientist, chemist, researcher, professor, teacher, lecturer,
            librarian, lawyer, judge, barrister, solicitor, accountant, banker, businessman, businesswoman,
            businessperson, executive, ceo, manager, secretary, clerk, receptionist, office worker, politician,
            president, king, queen, prince, princess, duke, duchess, emperor, empress, noble, nobleman, noblewoman,
            aristocrat, knight, squire, warrior, soldier, sailor, marine, officer, police officer, policeman,
            policewoman, cop, detective, sheriff, guard, security guard, bodyguard, spy, assassin, ninja, samurai,
            viking, gladiator, archer, pirate, cowboy, cowgirl, rancher, farmer, farmhand, shepherd, gardener,
            fisherman, fisher, fishmonger, butcher, baker, chef, cook, sous-chef, waiter, waitress, barista,
            bartender, barman, barmaid, server, steward, stewardess, flight attendant, pilot, aviator, astronaut,
            cosmonaut, captain, driver, taxi driver, bus driver, lorry driver, trucker, courier, postman, postwoman,
            mailman, firefighter, fireman, lifeguard, builder, bricklayer, carpenter, joiner, plumber, electrician,
            mechanic, welder, blacksmith, engineer, construction worker, factory worker, worker, labourer, laborer,
            miner, lumberjack, woodcutter, janitor, cleaner, maid, butler, housekeeper, tailor, seamstress, cobbler,
            potter, weaver, painter, artist, sculptor, photographer, musician, guitarist, pianist, violinist, cellist,
            drummer, bassist, saxophonist, trumpeter, piper, bagpiper, fiddler, singer, rapper, dj, conductor,
            composer, dancer, ballerina, ballet dancer, tap dancer, flamenco dancer, belly dancer, actor, actress,
            performer, acrobat, clown, mime, magician, comedian, celebrity, influencer, model woman, writer, author,
            poet, journalist, reporter, news anchor, athlete, runner, jogger, sprinter, footballer, soccer player,
            football player, basketball player, tennis player, rugby player, cricketer, golfer, boxer, wrestler, sumo
            wrestler, swimmer, diver, scuba diver, surfer, skateboarder, skater, figure skater, ice skater, skier,
            snowboarder, cyclist, biker, motorcyclist, racer, racing driver, gymnast, bodybuilder, martial artist,
            karateka, fencer, referee, umpire, coach, jockey, equestrian, horse rider, rider, yogi, yoga teacher,
            personal trainer, monk, nun, priest, vicar, bishop, pope, imam, rabbi, pastor, preacher, pilgrim, shaman,
            geisha, maiko, mermaid, witch, wizard, sorceress, sorcerer, mage, elf, fairy, vampire, zombie, angel,
            demon, cyborg, android, robot, superhero, superheroine, heroine, hero, villain, goth, punk, hipster,
            hippie, hippy, skinhead, rocker, mod, raver, emo, nerd, geek, redhead, blonde woman, blond man, beauty,
            vendor, shopkeeper, stallholder, hawker, merchant, trader, peasant, villager, nomad, herder, tribesman,
            refugee, beggar, homeless man, prisoner, hacker, gamer, streamer, programmer, designer, architect,
            florist, hairdresser, barber, stylist, beautician, makeup artist, tattooist, waitstaff, scout,
            cheerleader, majorette, bellboy, bellhop, usher, doorman, bouncer, fortune teller, undertaker, drag queen,
            drag king, nanny, au pair, caregiver, carer, babysitter, flapper, office lady, 1girl, 1boy, 2girls, 2boys,
            1woman, 1man, 1guy, 1lady, solo, solo female, solo male, caucasian, european, african, african american,
            african-american, asian man, latina, latino, latinx, hispanic, arab, indian, dancer girl, matador,
            bullfighter, torero, gaucho, mariachi, charro, crofter, laird, navvy, docker, crone, hag, maiden, damsel,
            belle, matron, matriarch, patriarch, spinster, bachelor, bystander, opponent, companion, partner,
            colleague, neighbour, neighbor, boss, stranger, visitor, guest, crowd member, newsreader, umpires, geezer,
            sheila, wee lassie, housewife, grandson, granddaughter, niece, nephew, cousin, sibling, octogenarian,
            septuagenarian, nonagenarian, centenarian, millennial, thirtysomething, twentysomething, forty-something,
            thirty-something, twenty-something, rickshaw driver, rickshaw puller, tuk-tuk driver, tea seller, street
            vendor, street performer, market trader, beekeeper, astronomer, archaeologist, zookeeper, ranger, park
            ranger, game warden, goalkeeper, goalie, quarterback, pitcher, batsman, bowler player, ice hockey player,
            hockey player, volleyball player, netball player, twenties, thirties, forties, fifties, sixties,
            seventies, eighties, nineties, teens, 20s, 30s, 40s, 50s, 60s, 70s, 80s, 90s, years old, year old, years
            of age, yo, y/o, gender, ethnicity, descent, heritage, origin, nationality, chieftain, chief, monarch,
            courtier, jester, bard, ranger woman, huntress, hunter, trapper, scholar, monk warrior, ronin, valkyrie,
            amazon, goddess, god, sculptress, potter woman, glassblower, watchmaker, jeweller, jeweler, locksmith,
            plasterer, roofer, scaffolder, decorator, window cleaner, chimney sweep, binman, dustman, bin man, traffic
            warden, lollipop lady, crossing guard, train conductor, flight engineer, air hostess, dinner lady,
            sommelier, brewer, winemaker, cheesemaker, ice-cream seller, harvester, picker, tea picker, fruit picker,
            rice farmer
        """,
        Group.BODY: """
            build, physique, figure build, body type, body shape, frame build, height, stature, skin, complexion, skin
            tone, skin colour, skin color, tan, tattoo, tattoos, sleeve tattoo, henna, mehndi, muscle, muscles, abs,
            six-pack, six pack, biceps, belly, pot belly, paunch, beer belly, baby bump, bump, curves, cleavage,
            midriff, bare midriff, navel, posture, pose, stance, gait, stride, bare chest, bare shoulders, bare legs,
            bare arms, bare back, physiques, body hair, chest hair, prosthetic leg, prosthetic arm, wheelchair user,
            vitiligo, birthmark, goosebumps, sweat, contrapposto, peace sign, v sign, thumbs up, thumbs-up, v, salute,
            shirtlessness, tan lines, body paint, love handles, hunch, bodybuilder build, hourglass figure, athletic
            body, slim body, curvy body, toned body, muscular body, slender body, dark-skin, wingspan, crossed legs,
            crossed arms, outstretched arms, arms crossed, arms folded, arms raised, arms up, hands on hips, hand on
            hip, hands on hip, arms behind back, hands in pockets, cross-legged
        """,
        Group.FACE: """
            face, eyes, eye, eyebrow, brow, eyelash, eyelashes, lashes, eyelid, eyeliner, eye liner, eye shadow,
            eyeshadow, mascara, lipstick, lip gloss, lip liner, blush, blusher, rouge, makeup, make-up, make up,
            foundation, face paint, war paint, concealer, contour, highlighter, smoky eye, smokey eye, smoky eyes,
            cat-eye liner, winged eyeliner, smile, grin, smirk, frown, scowl, pout, grimace, laugh, expression, facial
            expression, gaze, stare, glare, look, wink, yawn, tears, tear, teardrop, tear-streaked cheeks, beard,
            moustache, mustache, goatee, stubble, sideburns, sideburn, mutton chops, muttonchops, whiskers, van dyke,
            soul patch, five o'clock shadow, facial hair, designer stubble, handlebar moustache, walrus moustache,
            full beard, freckle, freckles, dimple, dimples, mole, beauty mark, beauty spot, wrinkle, wrinkles, laugh
            lines, crow's feet, smile lines, jaw, jawline, chin, double chin, cleft chin, cheekbone, cheekbones,
            cheek, cheeks, forehead, nose, lip, lips, mouth, teeth, tooth, gap teeth, gap tooth, buck teeth, nostril,
            bags under the eyes, features, facial features, profile nose, complexion glow, acne, pimple, spots on
            face, scar, black eye, bruise, tongue, open mouth, parted lips, bindi, tilak, tikka mark, crow's-feet, eye
            bags, bags under his eyes, bags under her eyes, dark circles, heterochromia, ahegao, blank expression,
            closed eyes, half-closed eyes, eyes closed, clown makeup, kabuki makeup, kohl, fangs, fang, elf ears,
            pointy ears, pointed ears, countenance, visage, squint, unibrow, monobrow, brows, braces on her teeth,
            braces on his teeth, dental braces, gap-toothed smile, toothy grin, beam, sneer, teary eyes, tash, tache,
            freckled nose, glances
        """,
        Group.HAIR: """
            half of her head, half of his head, half her head, half his head, one side of her head, one side of his
            head, side of her head, side of his head, sides of her head, sides of his head, liberty spikes, spiked
            hair, bowl shape, pudding-bowl cut, feathered cut, bubble braids, goddess braids, ghana braids, knotless
            braids, sisterlocks, faux locs, jheri curls, pin curls, barrel curls, sausage curls, milkmaid braids, halo
            braid, waterfall braid, ballerina bun, messy bun, low bun, high bun, double buns, side bun, half-up,
            half-up half-down, half up, half bun, half ponytail, hair, haircut, hairstyle, hairdo, hairline, bob,
            pixie cut, pixie, lob, bun, top knot, topknot, man bun, space buns, chignon, updo, up-do, french twist,
            ponytail, pony tail, pigtail, pigtails, bunches, twintails, twin tails, side ponytail, high ponytail, low
            ponytail, braid, plait, box braids, cornrow, cornrows, french braid, french plait, fishtail braid, dutch
            braids, crown braid, dreadlock, dreadlocks, dreads, locs, locks, tresses, mane, curls, curl, ringlet,
            ringlets, waves, beach waves, afro, afro puffs, afro puff, bantu knots, twists, twist-out, two-strand
            twists, mohawk, mohican, faux hawk, fauxhawk, quiff, pompadour, undercut, fade, taper fade, buzz cut,
            buzzcut, crew cut, crewcut, crop, flat top, flattop, mullet, bowl cut, bowl haircut, fringe, bangs,
            curtain bangs, blunt bangs, side bangs, ahoge, side part, side parting, middle part, centre parting,
            center parting, parting, widow's peak, comb-over, combover, highlights, lowlights, ombre, balayage, roots,
            dark roots, flyaways, strand, strands, layers hair, shag, shag cut, rat tail, rat's tail, hime cut,
            beehive, bouffant, perm, jheri curl, finger waves, victory rolls, wig, toupee, weave hair, extensions,
            hair extensions, hair ribbon, hair bow, hair clip, hairclip, hairpin, hair pin, hair tie, hair bobble,
            hair ornament, hair flower, hair accessory, hair slide, barrette, scrunchie, kanzashi, hairgrip, kirby
            grip, bobby pin, daenggi, payot, payos, sidelocks, side locks, tendril, tendrils, cowlick, shaved head,
            head is shaved, head is shaven, head shaved, head shaven, head is bald, bald head, bald patch, shaved
            sides, buzzed sides, scalp, crown of hair, hair stick, hair sticks, hair comb, hair beads, drill hair,
            odango, edgar cut, wolf cut, bed head, bedhead, bedhair, pageboy, page boy cut, rolls of hair, curlers,
            hair rollers, rollers, sideswept bangs, side-swept bangs, topknots, chonmage, queue, tonsure, sidecut,
            hairpiece, frosted tips, dip-dye, streaks, hair streaks, skin fade, short back and sides, two-block
            haircut, kinky hair, blowout, plaits, bald pate
        """,
    }
)

#: Places on the body: "around the neck", "on his cheeks". They name their own group only when nothing precedes.
PLACES_ON_BODY: Mapping[Group, str] = MappingProxyType(
    {
        Group.BODY: """
            earlobe, earlobes, lobe, collarbones, shoulder blade, shoulder blades, neck, throat, nape, shoulder,
            collarbone, chest, torso, bust, breast, stomach, tummy, waist, hip, back, lower back, arm, upper arm,
            forearm, elbow, wrist, hand, both hands, palm, fist, finger, fingertips, ring finger, thumb, knuckle,
            nail, fingernail, nails, leg, thigh, knee, calf, calves, shin, ankle, foot, feet, toes, heels of hands,
            lap, side, sides, body, bicep, limb, armpit, ribs, spine, bottom of spine, buttocks, bum, fingernails,
            middle, midsection
        """,
        Group.FACE: """
            nostril, nostrils, eyebrow, eyebrows, eyelid, eyelids, cheekbone, cheekbones, jawline, bridge of the nose,
            cheek, cheeks, nose, forehead, brow, chin, eye, eyes, temples, lip, lips, mouth, face, teeth, ear lobes,
            corner of his mouth, corner of her mouth, corners of his mouth, corners of her mouth, jaw, nose bridge,
            bridge of her nose, bridge of his nose
        """,
        Group.HAIR: """
            head, crown of her head, crown of his head, top of her head, top of his head, back of her head, back of
            his head, ear, ears
        """,
    }
)

#: Verbs of pose and action; all inflections are derived.
POSES = """
    wind, climb, glisten, frame, stand, sit, lean, walk, run, jog, jump, leap, dance, kneel, crouch, squat, lie, lay,
    recline, lounge, sprawl, rest, pose, stride, stroll, stretch, bend, swim, dive, surf, skate, ski, ride, cycle,
    drive, march, wade, float, spin, twirl, whirl, turn, hurry, rush, wander, hike, cook, bake, read, write, draw,
    paint, play, sing, strum, drum, perform, practise, practice, work, type, sew, knit, weave, mend, repair, fix,
    garden, plant, dig, rake, sweep, mop, wash, clean, fish, hunt, row, paddle, sail, fly, fall, hang, swing, slide,
    slip, kick, throw, toss, catch, hit, punch, box, fight, wrestle, fence, aim, shoot, salute, wave, point, gesture,
    clap, pray, meditate, sleep, nap, doze, wait, queue, shop, eat, drink, sip, bite, chew, smoke, blow, talk, speak,
    chat, shout, yell, whisper, listen, look, gaze, stare, glance, peer, watch, face, think, study, teach, exercise,
    train, lift, balance, juggle, perch, slouch, hunch, huddle, hug, cuddle, embrace, kiss, greet, bow, curtsey,
    cheer, celebrate, protest, campaign, pedal, gallop, trot, step, tiptoe, limp, stumble, trek, scramble, skip, hop,
    bounce, splash, sunbathe, relax, unwind, browse, inspect, examine, polish, chop, stir, pour, serve, deliver, pull,
    push, drag, reach, crawl, sled, skateboard, snowboard, rollerblade, bicycle, sell, display, harvest, pick, gather,
    feed, milk, groom, busk, pace, loiter, linger, emerge, enter, leave, arrive, cross, pause, stop, freeze,
    concentrate, dangle, snuggle, nestle, squint, straddle, adjust, fasten, unfasten, fiddle, scratch, check, text,
    scroll, film, photograph, take, operate, weld, hammer, saw, carve, sculpt, mould, throw pots, bathe, shower,
    brush, comb, apply, conduct, lecture, recite, act, mime, whistle, hum, shiver, glide, pirouette, plié, levitate,
    soar, prowl, sneak, creep, hide, seek, flex, crane, tilt, gape, shelter, hitch, hitchhike, board, disembark,
    alight, shepherd, herd, beckon, preach, bless, baptise, toast, cheers, cradle, rock, chase, guide, lead, follow,
    steer
"""

#: Verbs of the face; all inflections are derived.
EXPRESSIONS = """
    smile, grin, smirk, laugh, giggle, chuckle, frown, scowl, pout, sneer, grimace, blush, cry, weep, sob, wink,
    blink, yawn, beam, sulk, snarl, wince, glower, glare, squint
"""

#: Verbs that put a thing into the hands; all inflections are derived.
HOLDS = """
    hold, carry, clutch, grip, grasp, brandish, wield, cradle, balance, swing, shoulder, lug, hoist, haul, wheel,
    drag, twirl, raise, hug, offer, present, shake, bear, tote, support, handle, swirl, sip, lift, nurse, push, pull,
    walk, play, read, drink, eat, strum, throw, kick, wave, smoke, sharpen
"""

#: Adjectives that speak of one group when no noun follows.
PERSON_ADJECTIVES: Mapping[Group, str] = MappingProxyType(
    {
        Group.PERSON: """
            taller, shorter, older, younger, eldest, youngest, young, old, elderly, aged, middle-aged, middle aged,
            teenage, teenaged, adolescent, adult, mature, ageing, aging, senior, youthful, male, female, feminine,
            masculine, androgynous, non-binary, nonbinary, gender-neutral, trans, transgender, pregnant, asian,
            african, european, caucasian, hispanic, latin, latin american, american, african-american, african
            american, afro-american, afro-caribbean, black british, british, english, scottish, irish, welsh, french,
            german, italian, spanish, portuguese, greek, turkish, russian, ukrainian, polish, swedish, norwegian,
            danish, finnish, nordic, scandinavian, icelandic, dutch, belgian, swiss, austrian, hungarian, czech,
            romanian, bulgarian, serbian, croatian, indian, south indian, north indian, pakistani, bangladeshi, sri
            lankan, nepali, nepalese, tibetan, bhutanese, chinese, japanese, korean, vietnamese, thai, filipino,
            filipina, indonesian, malaysian, malay, burmese, cambodian, mongolian, kazakh, uzbek, afghan, iranian,
            persian, iraqi, arab, arabic, arabian, middle eastern, middle-eastern, saudi, emirati, lebanese, syrian,
            jordanian, palestinian, israeli, jewish, egyptian, moroccan, tunisian, algerian, libyan, sudanese,
            ethiopian, eritrean, somali, kenyan, tanzanian, ugandan, rwandan, nigerian, yoruba, igbo, hausa, ghanaian,
            senegalese, malian, congolese, angolan, zambian, zimbabwean, south african, zulu, xhosa, maasai, masai,
            berber, tuareg, mexican, brazilian, argentinian, argentine, peruvian, colombian, chilean, bolivian, cuban,
            jamaican, haitian, caribbean, dominican, puerto rican, maori, māori, samoan, tongan, fijian, hawaiian,
            polynesian, aboriginal, australian, new zealand, canadian, inuit, native american, indigenous, first
            nations, sikh, muslim, hindu, buddhist, east asian, south asian, southeast asian, south-east asian,
            central asian, eurasian, mixed-race, mixed race, biracial, multiracial, punjabi, bengali, tamil, gujarati,
            rajasthani, kashmiri, bavarian, sicilian, cornish, texan, parisian, roma, romani, sami, slavic,
            mediterranean, white-collar, handsome, beautiful, pretty, gorgeous, attractive, cute, lovely, stunning,
            glamorous, good-looking, charming, newlywed, homeless, blind, deaf, disabled, thirty-year-old,
            twenty-year-old, forty-year-old, fifty-year-old, ten-year-old, victorian-era, latina, latino, wee, little,
            small boy, twenty-something, thirty-something, forty-something, retired, kindly
        """,
        Group.BODY: """
            dripping wet, soaking wet, soaked to the skin, drenched, out of breath, breathless, average, thickset,
            thick-set, slim, slender, thin, skinny, lean, fit, athletic, muscular, toned, ripped abs, buff, brawny,
            burly, stocky, stout, sturdy, chubby, plump, fat, overweight, obese, heavyset, heavy-set, heavy set,
            curvy, curvaceous, voluptuous, petite, lanky, lithe, wiry, willowy, gaunt, bony, frail, tall, diminutive,
            statuesque, broad-shouldered, well-built, plus-size, plus size, plus-sized, full-figured, big-boned,
            portly, rotund, pot-bellied, hunched, stooped, tanned, sun-tanned, suntanned, sunburnt, sunburned,
            dark-skinned, light-skinned, fair-skinned, pale-skinned, brown-skinned, olive-skinned, ebony-skinned,
            tattooed, shirtless, topless, bare-chested, barechested, naked, nude, sweaty, seated, airborne,
            barelegged, bare-legged, upright, motionless, cross-legged, crosslegged, asleep, one-legged, one-armed,
            long-legged, leggy, average build, medium build, average height, medium height, life-size, ripped
            physique, mid-stride, mid-air, mid-jump, mid-leap, mid-step, midstride, midair, pear-shaped, hourglass,
            broad, lithesome, rangy, scrawny, dainty, svelte, chiselled, wet-skinned, lounging, shoulder-to-shoulder,
            kneeling, crouched, huddled, stationary, on tiptoe, on all fours, reclined
        """,
        Group.FACE: """
            clean-shaven, clean shaven, cleanshaven, unshaven, bearded, moustachioed, mustachioed, stubbly, freckled,
            freckly, rosy-cheeked, wrinkled, expressionless, happy, sad, angry, cheerful, joyful, serious, stern,
            calm, serene, thoughtful, pensive, surprised, shocked, confident, shy, tired, weary, sleepy, bored,
            worried, anxious, nervous, proud, fierce, stoic, melancholic, melancholy, content, smiling, grinning,
            laughing, frowning, blushing, crying, pouting, smirking, dimpled, gap-toothed, toothless, wide-eyed,
            bright-eyed, blue-eyed, green-eyed, brown-eyed, dark-eyed, hazel-eyed, tearful, open-mouthed,
            tight-lipped, square-jawed, baby-faced, round-faced, sharp-featured, bespectacled face, glum, grumpy,
            amused, mischievous, playful, solemn, poker-faced, deadpan, scowling, barefaced, bare-faced, made-up,
            flushed, sunken-cheeked, winking, deep in thought, lost in thought, ecstatic, relaxed face, stony-faced,
            contemplative, wistful, dreamy, determined, focused
        """,
        Group.HAIR: """
            bald, balding, curly, wavy, blond, blonde, ginger, auburn, brunette, raven-haired, red-haired,
            blonde-haired, fair-haired, dark-haired, white-haired, grey-haired, gray-haired, silver-haired,
            curly-haired, long-haired, short-haired, shaven-headed, bald-headed, frizzy, coily, kinky, permed,
            braided, plaited, tousled, unkempt, windswept, wind-swept, wind-blown, slicked-back, slicked back,
            swept-back, spiky, feathered hair, receding, greying, graying, salt-and-pepper, salt and pepper,
            pixie-cut, bobbed, dreadlocked, ponytailed, close-cropped, close-shaven, tangled, strawberry blonde,
            strawberry blond, dirty blonde, dirty blond, platinum blonde, platinum blond, ash blonde, honey blonde,
            jet-black, raven, mousy, bleached, balayaged, center-parted, centre-parted, side-parted, afro-textured,
            waist-length, chin-length, shoulder-length, swept-up, shoulder length, waist length, chin length,
            ear-length, matted
        """,
        Group.FOOTWEAR: "barefoot, barefooted, shoeless, bare-footed, bare footed, discalced",
        Group.EYEWEAR: "bespectacled",
        Group.HEADWEAR: "helmeted, turbaned, veiled, hooded, hijab-wearing, crowned, hijabi",
        Group.DRESS: "uniformed, suited",
    }
)
