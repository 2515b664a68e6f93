"""Words about setting, light, weather, framing, style and picture quality.

Pure data: comma-separated words and phrases; it does not know how they are matched or inflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

#: Nouns and fixed phrases about the scene and the picture.
SCENE_NOUNS: Mapping[Group, str] = MappingProxyType(
    {
        Group.BACKGROUND: """
            creel, creels, lobster pots, crab pots, sheep, cow, cows, cattle, front garden, back garden, car,
            darkness, net curtain, net curtains, hay, straw bale, snowing, raining, drizzling, hailing, background,
            backdrop, setting, scene, scenery, surroundings, location, environment, distance, horizon, foreground,
            landscape, cityscape, skyline, street, road, lane, alley, alleyway, avenue, boulevard, highway, motorway,
            path, footpath, pathway, trail, track, pavement, sidewalk, kerb, curb, crosswalk, zebra crossing,
            crossing, junction, intersection, roundabout, city, town, village, downtown, suburb, neighbourhood,
            neighborhood, district, chinatown, square, plaza, piazza, courtyard, quad, patio, terrace, balcony,
            rooftop, roof, garden, backyard, back yard, yard, lawn, park, playground, sandpit, sandbox, field, meadow,
            pasture, prairie, savannah, savanna, steppe, tundra, moor, moorland, heath, farm, farmyard, barn, stable,
            paddock, vineyard, orchard, plantation, greenhouse, conservatory, polytunnel, allotment, forest, wood,
            woodland, jungle, rainforest, grove, clearing, tree, treeline, bush, hedge, hedgerow, shrub, fern, leaf,
            leaves, foliage, grass, tall grass, wheat field, rice paddy, paddy field, cornfield, flower field,
            sunflower field, lavender field, cherry blossom, cherry blossoms, blossom, wildflowers, bamboo, ivy,
            vines, moss, mountain, hill, hillside, hilltop, cliff, cliff top, clifftop, canyon, valley, gorge, ravine,
            cave, rock, rocks, boulder, peak, summit, ridge, volcano, glacier, iceberg, ice, snow, snowfield,
            snowdrift, snowflakes, desert, dune, sand dune, dunes, sand, oasis, beach, shore, seashore, seaside,
            shoreline, coast, coastline, seafront, promenade, boardwalk, pier, jetty, dock, docks, quay, quayside,
            harbour, harbor, marina, port, lighthouse, sea, ocean, waves crashing, surf break, lake, lakeside, loch,
            river, riverbank, riverside, stream, creek, brook, canal, towpath, waterfall, pond, pool, swimming pool,
            poolside, hot spring, onsen, fountain, swamp, marsh, reef, lagoon, bay, cove, island, water, waterfront,
            wet sand, bridge, footbridge, tunnel, underpass, archway, arch, gate, gateway, fence, picket fence,
            railing, wall, brick wall, stone wall, graffiti, graffiti wall, mural, building, tower, skyscraper, tower
            block, block of flats, apartment, apartment block, flat, house, cottage, cabin, hut, shack, shed, castle,
            palace, fortress, fort, ruins, temple, shrine, pagoda, church, cathedral, chapel, abbey, monastery,
            mosque, synagogue, cemetery, graveyard, monument, statue, column, columns, pillar, pillars, stairs,
            staircase, stairwell, stairway, steps, doorway, door, doorstep, porch, veranda, verandah, window,
            windowsill, window sill, windows, shop, store, shopfront, storefront, shop window, boutique, market,
            street market, market stall, stall, bazaar, souk, mall, shopping mall, shopping centre, supermarket,
            aisle, checkout, cafe, café, coffee shop, tea house, restaurant, diner, canteen, cafeteria, bar, pub,
            tavern, inn, nightclub, club, dance floor, dancefloor, disco, casino, hotel, hotel lobby, lobby, foyer,
            reception, hallway, corridor, hall, ballroom, dining room, living room, lounge room, bedroom, bathroom,
            kitchen, kitchen counter, attic, basement, cellar, garage, workshop, studio, art studio, dance studio,
            photo studio, studio background, warehouse, factory, shipyard, construction site, building site,
            scaffolding, mine, quarry, foundry, forge, bakery, butcher's, butcher shop, barbershop, barber shop, hair
            salon, salon, laundromat, launderette, chippy, chip shop, corner shop, newsagent, garden centre, office,
            cubicle, meeting room, boardroom, conference room, library, bookshop, bookstore, museum, gallery, art
            gallery, school, classroom, lecture hall, campus, university, laboratory, lab, hospital, hospital ward,
            ward, clinic, surgery, waiting room, court, courtroom, courthouse, prison, prison cell, police station,
            fire station, station, train station, railway station, subway, subway station, metro, metro station, tube
            station, underground station, platform edge, train platform, railway platform, bus stop, bus station, bus
            shelter, airport, airport terminal, runway, hangar, tarmac, departure lounge, car park, parking lot,
            parking garage, petrol station, gas station, bus, train, tram, carriage, train carriage, subway car, taxi,
            cab, car interior, cockpit, ship deck, deck, boat, yacht, ferry, spaceship, spacecraft, space station,
            space, outer space, planet, moon, stadium, arena, football pitch, pitch, football field, soccer field,
            running track, tennis court, basketball court, golf course, gym, gymnasium, fitness centre, boxing ring,
            ring ropes, ropes, ice rink, rink, skatepark, skate park, ski slope, slope, slopes, racecourse, racetrack,
            stage, theatre, theater, opera house, concert, concert hall, festival, arcade, video arcade, fairground,
            funfair, carnival, circus, circus tent, tent, marquee, campsite, campfire, bonfire, fireplace, hearth,
            zoo, aquarium, amusement park, theme park, ferris wheel, carousel, catwalk, fashion show, fashion runway,
            red carpet, photo booth, phone box, telephone box, phone booth, sofa, couch, armchair, settee, bench, park
            bench, bed, throne, hammock, rug, carpet, curtain, curtains, table, desk, bookshelf, bookcase,
            bookshelves, shelf, shelves, shelving, hat rack, rack, clothes rail, coat stand, mirror, lamp, lampshade,
            lamppost, lamp post, street lamp, streetlamp, street lights, streetlights, street light, gas lamps, gas
            lamp, lantern, lanterns, paper lanterns, chandelier, candle, candles, fairy lights, string lights,
            christmas lights, christmas tree, christmas market, neon sign, neon signs, neon, neon lights, neon light,
            billboard, sign, signs, poster, posters, banner, bunting, crowd, crowds, bystanders, onlookers,
            spectators, audience, passers-by, passersby, traffic, cars, vehicles, skyscrapers, light, lighting,
            lights, sunlight, sunshine, sun, sunbeam, sunbeams, rays, sun rays, light rays, god rays, moonlight,
            starlight, candlelight, lamplight, firelight, torchlight, daylight, twilight, dusk, dawn, sunrise, sunset,
            golden hour, blue hour, night, midnight, noon, midday, morning, afternoon, evening, nighttime, night-time,
            daytime, day, shadow, shadows, shade of a tree, glow, rim light, rim lighting, backlight, backlighting,
            softbox, spotlight, spotlights, stage lights, studio light, studio lights, studio lighting, soft lighting,
            hard lighting, natural light, natural lighting, ambient light, volumetric lighting, volumetric light,
            dramatic lighting, cinematic lighting, soft light, warm light, window light, lens flare, bokeh, bokeh
            lights, bokeh background, blurred background, blurry background, simple background, white background,
            plain background, gradient background, grey background, gray background, black background, chiaroscuro,
            low-key lighting, low key, high key, low-key, high-key, high-key lighting, rembrandt lighting, ring light,
            harsh light, low light, flash photography light, sky, blue sky, cloud, clouds, storm, thunderstorm,
            lightning, rain, drizzle, raindrops, downpour, puddles of water, hail, sleet, snowfall, blizzard,
            snowstorm, fog, mist, haze, smoke, steam, dust, wind, breeze, weather, heatwave, spring, summer, autumn,
            fall colours, fall colors, winter, rainbow, stars, starry sky, night sky, milky way, aurora, northern
            lights, fireworks, confetti, petals, falling petals, falling leaves, bubbles, outdoors, outdoor, outside,
            indoors, indoor, inside, interior, exterior, nature, countryside, wilderness, urban setting, underwater,
            bus window, train window, hay bales, haystack, windmill, tractor, truck, pickup truck, lorry, van,
            motorcycle, motorbike, vespa, scooter parked, fruit stall, food stall, food truck, ice cream van,
            pavilion, bandstand, gazebo, pergola, trellis, flower bed, flowerbed, rose bushes, flower beds, potted
            plant, potted plants, plants, houseplant, houseplants, palm tree, palm trees, palms, pine trees, willow
            branches, branches, branch, log, tree trunk, stump, ginkgo trees, maple trees, tiles, tiled wall,
            wallpaper, panelling, wood panelling, blinds, shutters, awning, parasols, beach umbrellas, deckchairs,
            sailboats, boats, fishing boats, gondola, tulip field, tulips, poppy field, poppies, terraces, rice
            terraces, floor, wooden floor, ground, ceiling, counter, bar counter, bonnet, hood of a car, barre,
            riverbed, bamboo forest, autumn forest, snowy mountains, steam train, locomotive, control room, server
            room, archives, vault, crypt, dungeon, throne room, battlefield, trench warfare, camp, refugee camp, ship,
            cruise ship, submarine, harbour wall, sea wall, breakwater, salt flats, badlands, outback, bush country,
            wasteland, rubble, scrapyard, junkyard, landfill, recycling centre, churchyard, kirk, croft, glen, fen,
            dale, dell, copse, thicket, bluebell wood, heather, bracken, ditch, verge, lay-by, layby, cul-de-sac, high
            street, mews, close of houses, tenement, favela, slum, shanty town, township, kraal, yurt, tipi, teepee,
            igloo, souq, medina, kasbah, riad, ghats, ghat, haveli, gurdwara, bazaars, dhaba, izakaya, ryokan, torii
            gate, torii, zen garden, tatami room, dojo, bathhouse, hammam, sauna, spa, jacuzzi, ski lodge, ski lift,
            chairlift, cable car
        """,
        Group.SHOT: """
            full-length photo, full-length photograph, full-length picture, full-length image, full length photo, full
            length photograph, full length picture, full length image, full-body photo, full-body photograph,
            full-body picture, full-body image, full body photo, full body photograph, full body picture, full body
            image, half-body photo, half-body photograph, half-body picture, half-body image, half body photo, half
            body photograph, half body picture, half body image, half-length photo, half-length photograph,
            half-length picture, half-length image, upper-body photo, upper-body photograph, upper-body picture,
            upper-body image, upper body photo, upper body photograph, upper body picture, upper body image, close-up
            photo, close-up photograph, close-up picture, close-up image, close up photo, close up photograph, close
            up picture, close up image, closeup photo, closeup photograph, closeup picture, closeup image, wide-angle
            photo, wide-angle photograph, wide-angle picture, wide-angle image, head-and-shoulders photo,
            head-and-shoulders photograph, head-and-shoulders picture, head-and-shoulders image, waist-up photo,
            waist-up photograph, waist-up picture, waist-up image, waist up photo, waist up photograph, waist up
            picture, waist up image, low-angle photo, low-angle photograph, low-angle picture, low-angle image,
            high-angle photo, high-angle photograph, high-angle picture, high-angle image, overhead photo, overhead
            photograph, overhead picture, overhead image, aerial photo, aerial photograph, aerial picture, aerial
            image, macro photo, macro photograph, macro picture, macro image, profile photo, profile photograph,
            profile picture, profile image, shot, full-body shot, full body shot, full body, full-body, full-length,
            full length, full figure, upper body, upper-body, lower body, half body, half-body, waist-up, waist up,
            close-up, close up, closeup, extreme close-up, portrait, portraiture, headshot, head shot, head and
            shoulders, head-and-shoulders, bust shot, bust portrait, mugshot, selfie, mirror selfie, passport photo,
            id photo, portrait photo, portrait shot, portrait photography, full-length portrait, half-length portrait,
            three-quarter portrait, medium shot, mid shot, mid-shot, midshot, long shot, wide shot, wide-shot, wide
            angle, wide-angle, establishing shot, cowboy shot, american shot, knee shot, action shot, aerial shot,
            drone shot, over-the-shoulder shot, over the shoulder shot, tracking shot, group shot, product shot, view,
            side view, front view, back view, rear view, top view, top-down view, bird's-eye view, bird's eye view,
            worm's-eye view, worm's eye view, three-quarter view, three quarter view, 3/4 view, profile, profile view,
            side profile, in profile, angle, low angle, low-angle, high angle, high-angle, dutch angle, tilted angle,
            camera angle, eye level, eye-level, front-facing, rear-facing, point of view, pov, first-person view,
            framing, frame composition, composition, rule of thirds, centered composition, centred composition,
            symmetrical composition, crop shot, headroom, perspective, fisheye, fish-eye, fisheye lens, macro,
            telephoto, zoom lens, prime lens, camera, camera lens, dslr, film camera, depth of field, shallow depth of
            field, shallow focus, deep focus, soft focus, selective focus, focal length, aperture, shutter speed, long
            exposure, exposure, double exposure, iso, 35mm, 50mm, 85mm, 24mm, 70mm, 100mm, 135mm, 200mm, 28mm, 105mm,
            35mm film, canon, canon eos, nikon, leica, hasselblad, fujifilm, fuji, sony alpha, sony a7, kodak, kodak
            portra, portra 400, polaroid, gopro, motion blur, panning shot, tilt-shift, vertical frame, vertical
            format, portrait orientation, landscape orientation, close framing, tight framing, centered, waist up
            shot, thighs up, knees up, waist-high, three-quarter length, three-quarter length shot, nearly full-body
            shot, close up portrait shot, upper body shot, half body shot, over-the-shoulder, over the shoulder view,
            out of frame, in frame, facing the camera shot, candid shot, lens
        """,
        Group.STYLE: """
            style, fashion, vibe, vibes, aesthetic, mood, atmosphere, look book, lookbook, streetwear, street style,
            street fashion, black-and-white photo, black-and-white photograph, athleisure, sportswear, loungewear,
            menswear, womenswear, haute couture, couture, high fashion, fashion editorial, editorial, editorial
            photography, fashion photography, street photography, fashion photo, vogue, vogue cover, magazine cover,
            catalogue style, normcore, cottagecore, dark academia, light academia, gorpcore, y2k, grunge, punk style,
            goth style, gothic, steampunk, cyberpunk, dieselpunk, solarpunk, vaporwave, synthwave, retro, vintage,
            bohemian, boho, boho chic, chic, preppy, minimalist, minimalism, maximalist, business casual, smart
            casual, casual, formal, cinematic, cinematic still, film still, movie still, movie scene, film noir, noir,
            anime, manga, cartoon, comic book, comic, pixar, disney, ghibli, studio ghibli, 3d render, 3d, cgi,
            render, octane render, unreal engine, blender, photorealistic, photorealism, hyperrealistic,
            hyper-realistic, hyperrealism, realistic, realism, ultra-realistic, ultra realistic, surreal, surrealism,
            impressionist, impressionism, expressionist, cubist, art nouveau, art deco, baroque, rococo, renaissance,
            pre-raphaelite, pop art, ukiyo-e, oil painting, oil on canvas, watercolor, watercolour, acrylic painting,
            gouache, ink drawing, ink wash, charcoal drawing, pencil sketch, pencil drawing, sketch, line art,
            lineart, illustration, digital art, digital painting, concept art, painting, pastel drawing, vector art,
            flat illustration, pixel art, low poly, claymation, stop motion, fantasy art, fantasy, sci-fi, science
            fiction, black and white photography, black and white photo, monochrome, monochromatic, sepia, sepia tone,
            grayscale, greyscale, film grain, grain, grainy, analog, analogue, analog photo, analog film, film
            photography, analog photography, lo-fi, lofi, documentary, documentary style, photojournalism, candid,
            candid photo, candid photography, reportage, lifestyle, lifestyle photography, stock photo, national
            geographic, moody, dreamy atmosphere, ethereal, whimsical, romantic mood, nostalgic, dystopian,
            futuristic, color grading, colour grading, teal and orange, pastel colors, pastel colours, pastel palette,
            vibrant colors, vibrant colours, muted colors, muted colours, muted tones, muted palette, warm tones, cool
            tones, earth tones, warm colours, warm colors, color palette, colour palette, high contrast, low contrast,
            chiaroscuro style, tenebrism, technicolor, glamour, glamour photography, pin-up, pinup, rockabilly, hip
            hop style, hip-hop, kawaii, lolita, gothic lolita, harajuku, scandi style, western style, military style,
            sporty, elegant style, avant-garde, avant garde, biker chic, old money, quiet luxury, e-girl, emo style,
            boudoir, wedding photography, beauty shot style, commercial photography, advertising photography, studio
            photography, portrait style, vintage photograph, tintype, daguerreotype, cyanotype, lomography,
            cross-processed, vignette, vignetting, instagram, pinterest, tumblr, glossy magazine, storybook, storybook
            illustration, children's book illustration, woodcut, linocut, engraving, etching, stained glass style,
            mosaic style, graffiti style, chibi, cel shading, cel-shaded, realistic style, traditional style,
            professional photography, photography
        """,
        Group.OTHER: """
            masterpiece, best quality, high quality, top quality, amazing quality, great quality, good quality,
            quality, highest quality, worst quality, low quality, normal quality, 8k, 4k, 2k, 16k, uhd, 8k uhd, 4k
            uhd, hd, full hd, hdr, ultra hd, highres, high-res, high res, absurdres, high resolution, hi-res, ultra
            high resolution, resolution, detailed, highly detailed, ultra detailed, ultra-detailed, super detailed,
            extremely detailed, very detailed, insanely detailed, intricate details, intricate detail, fine details,
            high detail, high details, hyper detailed, hyperdetailed, intricate, detailed skin texture, sharp focus,
            sharp, crisp, in focus, focus, professional, award-winning, award winning, artstation, trending on
            artstation, trending, deviantart, pixiv, cgsociety, flickr, 500px, raw photo, raw, photo, photograph,
            picture, image, snapshot, artwork, wallpaper art, uhd quality, beautiful detailed, perfect, perfect
            anatomy, anatomically correct, perfect composition, stunning quality, epic, best, please, thanks, thank
            you, request, generate, rating safe, sfw, nsfw, safe, watermark, signature, text, caption, jpeg artifacts,
            unsplash, shutterstock, getty images, extremely high quality, official art, beautiful, newest, very
            aesthetic, break, lora, embedding, seed, lossless, noise-free, flawless, ray tracing, subsurface
            scattering, global illumination, skin texture, realistic skin texture, skin pores, visible pores, pores,
            true to life, lifelike, tack sharp, super sharp, extremely sharp, details, the best, print quality, studio
            quality, photo quality, megapixel, correct hands, good anatomy, five fingers, well drawn hands
        """,
    }
)

#: Adjectives that speak of scene, style, framing or quality when no noun follows.
SCENE_ADJECTIVES: Mapping[Group, str] = MappingProxyType(
    {
        Group.BACKGROUND: """
            drizzly, sunny, cloudy, rainy, snowy, foggy, misty, overcast, stormy, windy, sunlit, moonlit, candlelit,
            backlit, floodlit, dimly lit, dim, sun-drenched, rain-soaked, rain-streaked, snow-covered, snow-capped,
            cobbled, cobblestone, crowded, bustling, deserted, abandoned, derelict, ruined, leafy, grassy, rocky,
            sandy, dusty, muddy, hazy, urban, rural, suburban, coastal, tropical, alpine, underground, rain-slicked,
            graffiti-covered, tree-lined, ivy-covered, busy, well-lit, brightly lit, softly lit, neon-lit, lamplit,
            torch-lit, blurred, blurry, out-of-focus, out of focus, snow-dusted, moorish, industrial, overgrown,
            lantern-lit, snowbound, wooded, windowless, firelit
        """,
        Group.STYLE: """
            black and white, black-and-white, regal, stylish, trendy, fashionable, elegant, modern, contemporary,
            classic, traditional, festive, sophisticated, edgy, laid-back, rustic, artsy, romantic, luxurious, cosy,
            cozy, quirky, dramatic, timeless, old-fashioned, utilitarian, glam, painterly, stylised, stylized,
            cottagecore
        """,
        Group.OTHER: """
            ultra, hyper, insanely, extremely, award-winning, high-quality, best-quality, high-resolution, flawless
        """,
        Group.SHOT: """
            cropped at the waist, zoomed in, zoomed-in, centered, centred, wide-angled, off-centre, off-center,
            cropped at the knees
        """,
    }
)

#: Verbs that speak of the camera: "seen from behind".
CAMERA_VERBS = """
    photographed, shot on, shot from, shot with, shot in, shot at, seen, viewed, framed, filmed, pictured, captured,
    cropped at, taken from, shown from
"""

#: Fixed phrases that are whole answers: they end nothing and take nothing.
FIXED: Mapping[Group, str] = MappingProxyType(
    {
        Group.BODY: """
            en pointe, en pointe on one leg, looking at viewer, looking at the viewer, looking at camera, looking at
            the camera, looking into the camera, looking away, looking back, looking down, looking up, looking to the
            side, looking off camera, facing viewer, facing the viewer, facing camera, facing the camera, facing away,
            facing away from the camera, turned away, back to the camera, back to camera, eye contact, on one knee, on
            tiptoe, on tiptoes, on all fours, hand in hand, arm in arm, side by side, jumping in puddles, splashing in
            puddles, in a wheelchair, in her wheelchair, in his wheelchair, on crutches, on her back, on his back,
            mid-stride, in mid-air, in midair, at attention, to attention, at ease, holding hands, arms akimbo, legs
            crossed, one knee bent, thumbs up, in motion, in a fighting stance, in a crouch, on horseback, on his
            knees, on her knees
        """,
        Group.FACE: "eyes closed, mouth open, lips parted, tongue out, eyes shut, deep in thought, lost in thought",
        Group.PERSON: """
            in full bloom of youth, on leave, on duty, off duty, on parade, on holiday, on vacation, by trade
        """,
        Group.SHOT: """
            from above, from below, from behind, from the side, from the front, from the back, from side, from the
            waist up, from waist up, from the chest up, from the knees up, from the shoulders up, from the thighs up,
            from the neck up, from head to toe, head to toe, from the hips up, waist upwards, from a low angle, from a
            high angle, from a distance, from afar, at eye level, in close-up, in close up, from the ground up, over
            the shoulder, left to right, from left to right, from overhead, in full length, up close
        """,
        Group.BACKGROUND: """
            at night, by night, at dusk, at dawn, at sunset, at sunrise, at noon, at midnight, in the background, in
            the distance, in the foreground, in the rain, in the snow, in the sun, in the wind, in the dark, in the
            shade, in the fog, in the mist, in the open air, out of focus, in late afternoon light, all around, in
            daylight, by day, behind it, in the wings, in the stalls
        """,
        Group.STYLE: """
            in the style of, in the manner of, inspired by, reminiscent of, in black and white, in monochrome, in
            sepia, in watercolour, in watercolor, in oils
        """,
        Group.OTHER: "trending on artstation",
    }
)
