"""More names of places: buildings, streets, landscape, rooms and furniture, vehicles as settings.

Pure data: comma-separated words and phrases in the singular; it does not know how they are matched or inflected.
"""

from __future__ import annotations

BUILDINGS = """
    back step, back steps, back garden, back yard, back street, back room, back alley, back porch, back stairs,
    estate, tower blocks, terrace house, room, area, place, corner, spot, zone, site, grounds, venue, premises, edge,
    centre, center, interior space, rehearsal room, waiting area, seating area, play area, picnic area, front room,
    back room, spare room, bar room, hotel room, hospital room, control centre, visitor centre, garden room, common
    room, tea house garden, street light glow, hat stand, market stand, fruit stand, music stand, coat rack, hat
    shelf, clothes rack, observatory, planetarium, cloister, nunnery, bungalow, chalet, bothy, silo, watermill, mill,
    viaduct, aqueduct, gantry, scaffold, depot, turnstile, escalator, elevator, lift, atrium, mezzanine, parapet,
    battlement, rampart, moat, drawbridge, turret, belfry, steeple, spire, dome, minaret, stupa, ziggurat, pyramid,
    sphinx, colosseum, amphitheatre, amphitheater, forum, acropolis, kiosk, newsstand, phonebox, letterbox, post box,
    postbox, mailbox, post office, bank building, town hall, city hall, parliament, embassy, barracks, bunker,
    watchtower, guardhouse, gatehouse, courthouse steps, villa, mansion, manor, manor house, stately home, townhouse,
    terraced house, penthouse, loft, loft apartment, studio flat, dormitory, hostel, guesthouse, bed and breakfast,
    motel, resort, lodge, hunting lodge, log cabin, treehouse, boathouse, lifeguard tower, beach hut, bathing hut,
    changing room, locker room, dressing room, green room, backstage, wings of a theatre, orchestra pit, recording
    studio, sound stage, film set, newsroom, tv studio, television studio, radio studio, call centre, call center,
    coworking space, trading floor, stock exchange, assembly line, production line, shop floor, mill floor, brewery,
    distillery, winery, wine cellar, cheese cellar, dairy, abattoir, fish market, flower market, flea market,
    vegetable market, farmers market, farmers' market, antique shop, bookstall, bike shop, florist's, flower shop, toy
    shop, sweet shop, candy store, record shop, record store, tailor's shop, shoe shop, hat shop, dress shop, clothes
    shop, clothing store, department store, charity shop, thrift store, convenience store, delicatessen, deli, bodega,
    taqueria, trattoria, bistro, brasserie, pizzeria, ramen bar, sushi bar, noodle bar, tapas bar, wine bar, cocktail
    bar, jazz club, beer garden, beer hall, beer tent, tea room, tearoom, teahouse, tea garden, canteen hall, mess
    hall, refectory, banquet hall, village hall, community centre, leisure centre, swimming baths, diving board,
    velodrome, racetrack pit, pit lane, paddock club, grandstand, terraces of a stadium, dugout, penalty area,
    goalmouth, touchline, sidelines, sideline, finish line, starting line, starting blocks, climbing wall, bouldering
    wall, trapeze, big top, bowling alley, pool hall, pool table, snooker table, arcade hall, nursery, crib, playroom,
    day nursery, kindergarten, staffroom, schoolyard, school gate, school corridor, hallway lockers, lockers, science
    lab, art room, art class, pottery studio, life class, reading room, archive, study, home office, den, parlour,
    parlor, drawing room, sitting room, lounge, conservatory roof, utility room, laundry room, larder, pantry,
    scullery, sink, bathtub, bath, shower, shower cubicle, toilet, restroom, nursery room, operating theatre,
    operating room, emergency room, intensive care, surgery room, dentist's chair, pharmacy, chemist's, morgue, chapel
    of rest, mausoleum, tomb, crypt steps, altar, pew, pews, pulpit, nave, aisle of a church, confessional, shrine
    gate, prayer hall, ashram, monastery courtyard, stupa steps, pagoda roof, garage door, shutter, roller shutter,
    loading bay, loading dock, container, shipping container, containers, crane, cranes, skip, fire escape, staircase
    window, landing, banister, bannister, railings, guardrail, ledge, rooftop terrace, roof terrace, roof garden,
    veranda steps, stoop, front door, front step, back door, garden gate, garden shed, garden path, patio doors,
    french windows, bay window, picture window, skylight, rose window, stained glass windows, stained glass,
    stained-glass window, window seat, window box, alcove, niche, archways, colonnade, arcade of arches, pergola path,
    maze, hedge maze, topiary, rockery, lily pond, koi pond, birdbath, greenhouse shelves
"""

LANDSCAPE = """
    wharf, lido, esplanade, weir, reservoir, dam, lock, lockside, canal bank, barge, narrowboat, houseboat, estuary,
    delta, mudflat, sandbank, spit, headland, peninsula, inlet, fjord, sound, strait, rapids, whitewater, spring
    meadow, water meadow, floodplain, wetland, wetlands, bayou, mangrove, mangroves, rice field, rice fields, tea
    plantation, tea field, coffee plantation, barley field, barley, corn, maize field, hayfield, hay meadow, haybale,
    haystacks, stubble field, ploughed field, poppy meadow, wildflower meadow, bluebells, daffodils, snowdrops,
    sunflowers, tulip fields, lavender, lavender fields, rose garden, rose bush, herb garden, kitchen garden,
    vegetable garden, vegetable patch, walled garden, japanese garden, botanical garden, botanic garden, arboretum,
    rosebush, rhododendrons, hydrangeas, wisteria, bougainvillea, jasmine hedge, cypress, cypresses, cedar, cedars,
    oak, oaks, oak tree, birch, birches, birch tree, beech, beeches, fir, firs, fir tree, pine, pines, pine tree,
    willow, willows, weeping willow, poplar, poplars, plane tree, plane trees, chestnut tree, apple tree, apple trees,
    orange grove, olive grove, olive tree, olive trees, palm, palm grove, palm fronds, coconut palms, banana leaves,
    cactus, cacti, agave, joshua trees, baobab, acacia, acacia trees, eucalyptus, gum tree, fern fronds, mossy rocks,
    undergrowth, brambles, reeds, rushes, lily pads, kelp, coral reef, seabed, tide pool, rock pool, rockpool,
    shingle, shingle beach, pebbles, driftwood, sea foam, surf, breakers, swell, tide, sea spray, sea mist, sea
    breeze, horizon line, skyline view, mountain range, mountainside, mountain pass, mountain top, mountaintop,
    mountain trail, foothill, foothills, plateau, mesa, butte, gully, crevasse, ice cave, ice field, lava field,
    geyser, hot springs, caldera, crater, sand dunes, salt flat, salt pan, dust storm, sandstorm, tumbleweed, dirt
    road, dirt track, gravel path, gravel road, country lane, country road, mountain road, coastal road, coast path,
    cliff path, hairpin bend, crossroads, level crossing, railway line, railway track, railway tracks, train tracks,
    tracks, siding, signal box, overpass, flyover, motorway services, toll booth, border crossing, checkpoint, market
    square, town square, village green, village street, cobbles, cobblestones, paving stones, flagstones, manhole,
    gutter, drain, puddle-strewn street, hydrant, bollard, streetlight, traffic light, traffic lights, traffic jam,
    rush hour, rush-hour traffic, rush-hour crowd, pedestrian crossing, tram stop, tram tracks, taxi rank, bike rack,
    bicycle rack, bike lane, cycle path, cycle lane, underpass wall, graffiti tunnel, shop sign, shop front, shop
    fronts, shopfronts, neon shop signs, street corner, side street, back street, backstreet, back alley, street food
    stall, street scene, night sky full of stars, full moon, crescent moon, new moon, moonrise, stargazing sky,
    meteor, comet, galaxy, nebula, planet surface, martian landscape, mars, lunar surface, moon surface, earth,
    cloudscape, storm clouds, rain clouds, thunder clouds, dark clouds, grey sky, gray sky, overcast sky, cloudy sky,
    clear sky, pink sky, orange sky, red sky, evening sky, morning sky, morning mist, morning light, morning sun,
    evening light, evening sun, low sun, midday sun, afternoon light, afternoon sun, setting sun, rising sun, winter
    sun, winter light, autumn light, autumn leaves, autumn colours, autumn colors, falling snow, fresh snow, deep
    snow, slush, frost, icicles, ice floe, snow bank, snowbank, heat haze, light rain, heavy rain, pouring rain,
    driving rain, rainstorm, monsoon, monsoon rain, wet pavement, wet street, wet asphalt, asphalt, concrete, concrete
    wall, concrete ramp, plaster wall, stucco wall, whitewashed wall, bare wall, white wall, chalkboard, blackboard,
    whiteboard, notice board, noticeboard, pinboard, map on the wall, painting on the wall, paintings, tapestry,
    tapestries, mosaic floor, marble floor, parquet floor, tiled floor, checkerboard floor, floorboards, tatami,
    tatami mat, straw mat, mat, picnic blanket, picnic rug, picnic, picnic table, campervan, camper van, caravan, rv,
    pickup, jeep, land rover, taxi cab, rickshaw, tuk-tuk, tuk tuk, horse-drawn carriage, wagon, hay wagon, cart
    track, stagecoach, airplane, aeroplane, plane, aircraft, helicopter, hot air balloon, rowing boat, rowboat,
    sailing boat, sailboat, fishing boat, canoe, kayak, raft, gondola ride, pontoon, buoy, mast, rigging, helm, ship's
    wheel, engine room, control panel, dashboard, steering wheel, back seat, passenger seat, driver's seat, saddle
    room, stall, stable door, hayloft, chicken coop, pigsty, sheepfold, sheep pen, dry stone wall, drystone wall,
    stile, kissing gate, five-bar gate, farm gate, wooden fence, chain-link fence, wire fence, barbed wire, signpost,
    milestone, cairn, standing stones, stone circle, obelisk, war memorial, memorial, gravestone, gravestones,
    headstone, tombstone, wreaths on a grave, ruin, ruined abbey, ruined castle, castle courtyard, castle wall, city
    wall, city walls, city gate, old town, historic centre, business district, financial district, red-light district,
    docklands, industrial estate, housing estate, council estate, retail park, roundabout island, park path, park
    bench at dusk, duck pond, boating lake, bandstand steps, ice cream stand, hot dog stand, food court, taco stand,
    lemonade stand, merry-go-round, helter-skelter, roller coaster, rollercoaster track, big wheel, dodgems,
    candyfloss stall, fairground lights, bunting overhead, paper lantern, lantern light, fairy light, string light,
    disco ball, laser light, lasers, strobe, strobe lights, smoke machine, haze of smoke, steam rising, dust motes,
    light beam, beams of light, shaft of light, shafts of light, shafts of sunlight, dappled light, dappled sunlight,
    dappled shade, sun flare, sunbeam light, lamp light, table lamp, desk lamp, floor lamp, overhead light, strip
    light, strip lighting, fluorescent light, fluorescent lights, fluorescent lighting, incandescent light, tungsten
    light, gaslight, streetlamp glow, headlight, headlights, tail lights, car headlights, screen glow, monitor,
    monitors, screen, screens, computer screen, computer screens, server racks, machinery, machine, machines, engines,
    pipes, boilers, furnace, kiln, oven, stove, aga, range cooker, hob, fridge, worktop, kitchen table, dining table,
    dinner table, coffee table, side table, dressing table, vanity table, workbench, drawing board, drafting table,
    sewing machine, loom, spinning wheel, potter's wheel, anvil, chest of drawers, wardrobe, cupboard, dresser,
    sideboard, cabinet, display case, glass case, shop counter, shopping bags on the floor, bookcases, filing cabinet,
    piles of books, stack of books, books, bunk bed, four-poster bed, cot, mattress, sheets, bedsheets, pillow,
    pillows, duvet, quilt, headboard, bean bag, beanbag, chaise longue, chaise, daybed, recliner, ottoman, pouffe,
    footstool, wicker chair, leather armchair, velvet sofa, sunbed, sun lounger, lounger, beach towel, sandcastle,
    parasol stand, windbreak, lifeguard chair, umbrella stand, umbrella rack, potted palm, plant pots, flowerpot,
    flowerpots, hanging baskets, hanging plants, vases, vase, bowl of fruit, fruit bowl, piano in the corner, record
    player, television, tv, radiator, clock, grandfather clock, wall clock, fireplace mantel, mantelpiece, fire,
    flames, embers, sparks, explosion, smoke clouds, ash cloud
"""
