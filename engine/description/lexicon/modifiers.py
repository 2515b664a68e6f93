"""Adjectives that say how a garment looks: colour, pattern, material, sleeve, collar, length, fit, age, number.

They belong to the noun they stand at, before or after it. Pure data; it does not know how it is matched.
"""

from __future__ import annotations

COLOURS = """
    umber, burnt umber, sienna, burnt sienna, burnt sugar,
    sage green, olive drab, mint green, lemon yellow, mustard yellow, burnt orange, cherry red, wine red, brick red,
    dusky pink, dusky blue, pale pink, salmon pink, shocking pink, air force blue, duck egg blue, ice blue, sea green,
    teal blue, jade green, emerald green, ruby red, poppy red, pillar-box red, cornflower blue, bubblegum pink,
    chocolate brown, nut brown, tobacco brown, dove grey, slate grey, steel grey, charcoal grey, iron grey, iron-grey,
    silver-grey, blue-grey, blue-black, greige, sand-colour, black, white, red, blue, green, yellow, orange, purple,
    pink, brown, grey, gray, beige, tan, cream, ivory, navy, navy blue, teal, turquoise, maroon, burgundy, crimson,
    scarlet, vermilion, magenta, fuchsia, violet, lavender, lilac, mauve, indigo, cyan, aqua, mint, olive, olive
    green, khaki, mustard, gold, golden, silver, bronze, copper, rust, russet, ochre, ocher, amber, coral, peach,
    salmon, rose, blush pink, ruby, emerald, sapphire, jade, plum, aubergine, eggplant, wine, oxblood, claret,
    chocolate, coffee-brown, camel, caramel, taupe, charcoal, slate, ebony, off-white, ecru, sand, nude,
    flesh-coloured, neon-green, fluorescent, lime, lime green, chartreuse, sage, moss green, forest green, bottle
    green, bottle-green, racing green, hunter green, sky blue, sky-blue, baby blue, baby pink, powder blue, royal
    blue, electric blue, midnight blue, cobalt, cerulean, periwinkle, steel blue, denim blue, petrol blue, petrol,
    duck egg, hot pink, dusty pink, dusty rose, pastel, pastel pink, pastel blue, neon pink, neon yellow, neon orange,
    bright, dark, light, pale, deep, vivid, muted, faded, multicoloured, multicolored, multi-coloured, multi-colored,
    multicolour, multicolor, colourful, colorful, rainbow-coloured, two-tone, two-toned, tonal, iridescent, metallic,
    shiny, glossy, matte, monochrome-coloured, coloured, colored, reddish, bluish, greenish, yellowish, greyish,
    brownish, blackish, whitish, tawny, sandy-coloured, hazel, chestnut, honey, ash, platinum, jet, pearl, cherry,
    cherry-red, brick-red, blood-red, tomato, tangerine, apricot, lemon, canary, saffron, terracotta, cinnamon, mocha,
    espresso, mahogany, stone, oatmeal, buff-coloured, champagne, snow-white, pitch-black, jet black, coal-black,
    bone, vanilla, mulberry, berry, cranberry, raspberry, strawberry, wheat, sea-green, seafoam, aquamarine,
    ultramarine, puce, cerise, carmine, rouge-red, ruddy, sallow, ashen, fair, rosy, pinkish, purplish, gunmetal, rose
    gold, rose-gold, tartan green, kelly green, pea green, acid green, blonde-brown
"""

PATTERNS = """
    plain, solid, striped, stripy, stripey, pinstriped, pinstripe, breton, plaid, tartan, checked, chequered,
    checkered, check, gingham, houndstooth, dogtooth, herringbone, argyle, paisley, floral, flowery, flowered,
    florals, polka-dot, polka dot, polka-dotted, polka dotted, dotted, spotted, spotty, patterned, printed, print,
    geometric, abstract, zigzag, chevron, camouflage, camo, leopard, leopard-print, leopard print, zebra, zebra-print,
    zebra print, snakeskin, animal-print, animal print, tie-dye, tie-dyed, tie dye, tie dyed, dip-dyed, batik, ikat,
    block-printed, graphic, logo, colour-block, color-block, colour-blocked, color-blocked, fair isle, jacquard,
    brocade, embroidered, beaded, sequined, sequinned, sequin, bejewelled, bejeweled, jewelled, studded, spiked,
    fringed, tasselled, tasseled, frayed, distressed, ripped, torn, patched, patchwork, quilted, padded, puffy,
    pleated, ruffled, frilly, frilled, ruched, gathered, smocked, tiered, layered, draped, asymmetrical, asymmetric,
    cut-out, cutout, lace-trimmed, fur-trimmed, fur-lined, lined, hooded, belted, buttoned, double-breasted,
    single-breasted, zip-up, zipped, unzipped, unbuttoned, open-front, open, lace-up, laced, slip-on, strappy,
    backless, strapless, off-the-shoulder, off the shoulder, one-shoulder, halter, halter-neck, halter neck,
    cold-shoulder, wrap, wrapover, dinosaur print, dinosaur, cartoon, star-print, heart-print, flower-print,
    floral-print, crocheted, knitted, knit, hand-knitted, hand-knit, cable-knit, cable knit, ribbed, chunky,
    chunky-knit, woven, hand-woven, handwoven, crochet, macrame, macramé, ombre-dyed, marled, heathered, marbled,
    speckled, flecked, mottled, gold-trimmed, gilded, ornate, decorated, decorative, lacy, see-through, sheer,
    transparent, translucent, opaque, glittery, glittering, sparkly, sparkling, shimmering, holographic, reflective,
    windowpane, madras, ankara, kente, dutch wax, african-print, african print, wax-print, hawaiian-print,
    tropical-print, nordic-print, christmas, novelty, retro-print, stripes-and-dots, monogrammed, branded, designer,
    personalised, hand-painted, hand painted, bandhani, ajrakh, kalamkari, phulkari, chikan, chikankari, banarasi,
    kanjeevaram, kanchipuram, paithani, zardozi, sashiko, shibori, kasuri
"""

MATERIALS = """
    gauze, toile, sable,
    horsehair, cotton, wool, woollen, woolen, woolly, linen, silk, silken, silky, satin, velvet, velour, corduroy,
    denim, leather, suede, nubuck, patent, patent leather, patent-leather, faux leather, faux-leather, vegan leather,
    pleather, pu leather, latex, vinyl, pvc, rubber, plastic, nylon, polyester, lycra, spandex, viscose, rayon,
    chiffon, organza, tulle, taffeta, lace, mesh, netting, fishnet, cashmere, mohair, angora, merino, alpaca, tweed,
    harris tweed, flannel, flannelette, fleece, fleecy, felt, fur, faux fur, faux-fur, furry, fluffy, fuzzy,
    shearling, sheepskin, canvas, calico, muslin, cheesecloth, jersey knit, terry, terrycloth, towelling, seersucker,
    poplin, chambray, twill, gabardine, serge, barathea, worsted, crepe, crêpe, georgette, lamé, lame, lurex, straw,
    wicker, raffia, woven straw, rattan, rope, hemp, jute, burlap, hessian, cork, wood, wooden, metal,
    metallic-thread, steel, iron, brass, gilt, diamond, pearl-studded, turquoise-studded, crystal, glass, jean,
    tortoiseshell, horn, ivory-handled, bone-handled, stone-washed, stonewashed, acid-wash, acid-washed, acid wash,
    washed, dark-wash, light-wash, raw denim, selvedge, waxed, oiled, waterproof, water-resistant, rainproof,
    windproof, insulated, thermal, down, feather-filled, quilted down, techwear, technical, stretch, stretchy,
    elastic, elasticated, soft, rough, coarse, thick, thin-knit, heavy, lightweight, light-weight, heavyweight, crisp
    white, starched, crumpled, wrinkled-linen, creased, pressed, tailored-wool, khadi, madras cotton, kente cloth,
    barkcloth, buckskin, deerskin, rawhide, snakeskin leather, crocodile, ostrich, beaver, mink, fox fur, rabbit-fur,
    memory foam, gore-tex, goretex, ripstop, neoprene, bamboo fibre, tencel, modal, polycotton, cotton-blend,
    wool-blend, silk-blend, brocaded, damask, moire, duchesse, tin, paper, cardboard, porcelain, jade-green, marble,
    concrete, stucco, plastered, tiled, brick
"""

SHAPES = """
    bridle leather, saddle leather, bridle-leather, long, short, mid-length, knee-length, knee length, ankle-length,
    ankle length, floor-length, floor length,
    full-length-garment, calf-length, mid-calf, thigh-length, hip-length, waist-length-garment, elbow-length, cropped,
    crop, maxi, midi, mini, micro, long-sleeved, long-sleeve, long sleeve, long sleeved, short-sleeved, short-sleeve,
    short sleeve, short sleeved, half-sleeve, three-quarter-sleeve, three-quarter sleeve, 3/4 sleeve, cap-sleeve,
    cap-sleeved, puff-sleeved, puff-sleeve, bell-sleeved, bishop-sleeved, sleeveless, sleeved, normal length,
    normal-length, regular length, regular, medium, medium-length, medium length, v-neck, v-necked, crew-neck,
    crewneck, round-neck, round neck, round-necked, scoop-neck, scoop neck, boat-neck, high-neck, high-necked,
    cowl-neck, turtleneck, turtle-neck, polo-neck, roll-neck, mock-neck, square-neck, open-necked, collared,
    collarless, low-cut, high-cut, plunging, high-waisted, high waisted, high-waist, high-rise, low-rise, mid-rise,
    low-slung, low-waisted, wide-leg, wide leg, wide-legged, straight-leg, straight leg, bootcut, boot-cut, flared,
    skinny-fit, slim-fit, slim fit, loose-fit, loose-fitting, loose fitting, relaxed, relaxed-fit, form-fitting,
    figure-hugging, close-fitting, tight, tight-fitting, tightly-fitted, fitted, snug, baggy, loose, oversized,
    oversize, over-sized, boxy, slouchy, floppy, flowing, flowy, billowing, swirling, voluminous, full, a-line, a
    line, tapered, straight, tailored, structured, unstructured, sculpted, wide, narrow, broad-brimmed, wide-brimmed,
    wide brimmed, brimmed, brimless, peaked, pointed, pointy, pointed-toe, square-toed, round-toed, open-toed,
    open-toe, peep-toe, closed-toe, steel-toe, steel-toed, steel-toe-capped, steel toe, chunky-soled, thick-soled,
    flat, high-heeled, high-heel, low-heeled, kitten-heel, block-heeled, stiletto-heeled, platform, wedge-heeled,
    knee-high, knee high, thigh-high, thigh high, over-the-knee, ankle-high, high-top, low-top, mid-top, buckled,
    velcro, t-bar, tall, rimless, horn-rimmed, thick-rimmed, wire-rimmed, wire-framed, gold-rimmed, silver-rimmed,
    black-rimmed, round-framed, square-framed, rimmed, framed, mirrored, tinted, polarised, polarized, aviator,
    cat-eye, wraparound, round, square, oval, rectangular, octagonal, heart-shaped, star-shaped, oval-shaped, big,
    large, huge, small, tiny, little, giant, enormous, towering, mid-sized, medium-sized, miniature, slim-cut, skinny,
    straight-cut, cut-off, rolled-up, rolled up, turned-up, cuffed, tucked-in, untucked, half-tucked, tied-back,
    buttoned-up, done-up, undone, cross-body, crossbody, drawstring, button-down, button-up, button-through, zip-neck,
    quarter-zip, half-zip, full-zip, reversible, convertible, detachable, removable, four-piece, three-piece,
    two-piece, one-piece, matching, coordinating, contrasting, mismatched, odd, assorted, various, multiple, stacked,
    dangling, dangly, statement, delicate, chunky-linked, thin-strapped, spaghetti-strap, racerback, racer-back,
    sweetheart, empire-waist, empire-line, drop-waist, nipped-in, cinched, peplum, bubble-hem, handkerchief-hem,
    high-low, dipped-hem, side-slit, slitted, toe-capped, cap-toe, split-toe, elastic waist, elastic-waist,
    drop-shoulder, dropped-shoulder, padded-shoulder, bat-wing, batwing, dolman, dolman-sleeve
"""

MANNERS = """
    burnt, ruched, kilted,
    eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty, thirty, forty, fifty,
    sixty, seventy, eighty, ninety, hundred, new, shopping, skate, skating, training, jogging, writing, backwards,
    regal-looking, worn, worn-out, well-worn, old-school, shabby, scruffy, battered, scuffed, dirty, grubby, manky,
    stained, paint-splattered, paint-stained, muddy-kneed, dusty-looking, soaked, wet, damp, dripping, clean,
    pristine, neat, tidy, polished, smart, crisp, simple, basic, everyday, ordinary, regular-fit, fancy, posh, luxury,
    expensive, cheap, delicate-looking, dainty-looking, pretty-patterned, beautiful-patterned, comfortable, comfy,
    warm, cool, hot, cold, warm-looking, winter, summer, spring-weight, autumnal, wintry, summery, seasonal, holiday,
    military, army, navy-issue, police, military-style, tactical, combat, work, utility, hiking, walking, running,
    cycling, riding, sports, sport, gym, yoga, football, soccer, basketball, baseball, tennis, golf, rugby, cricket,
    ski, sailing, swimming, swim, fishing, hunting, racing, biker, motorcycle, rock, band, concert, prom, wedding,
    bridal, evening, cocktail, party, business, office, school, college, university, chef, chef's, nurse's, doctor's,
    cowboy, western, safari, nautical, sailor, pirate, pilot, aviator, bomber, varsity, letterman, collegiate,
    ivy-league, gothic-style, punky, ornamental, ceremonial, ritual, religious, tribal, ethnic, folk, folkloric,
    native, regional, local, imperial, royal, regal, noble, medieval, victorian, edwardian, georgian, regency,
    elizabethan, tudor, roman, greek-style, egyptian-style, colonial, 1920s, 1930s, 1940s, 1950s, 1960s, 1970s, 1980s,
    1990s, twenties-style, fifties-style, sixties-style, seventies-style, eighties-style, nineties-style,
    old-fashioned-looking, antique, second-hand, thrifted, hand-me-down, homemade, handmade, hand-stitched, bespoke,
    made-to-measure, ill-fitting, too-large, too-small, oversized-looking, half-open, half-buttoned, half-zipped,
    double, single, triple, twin, dual, several, three, two, four, five, six, seven, eight, nine, ten, dozen, few,
    many, some-kind, both, one, half, thick-framed, heavy-duty, lightly, softly, gently, neatly, slightly, tightly,
    loosely, brightly, richly, heavily, very, quite, rather, really, extra, super, too, so, almost, mostly, partly,
    fully, half-length, completely, bare, natural, artificial, fake, real, genuine, authentic, imitation, mock, faux,
    costume, fashion, statement-making, eye-catching, striking, bold, loud, subtle, understated, demure, modest,
    revealing, skimpy, sexy, cute-looking, lovely-looking, gorgeous-looking, nice, good, great, fine, fresh,
    raw-edged, smooth, sleek, fluffy-looking, messy, untidy, lush, thinning, thick-lensed, bushy, arched, pencilled,
    plucked, full-bodied, chapped, glossed, plump-lipped, crooked, broken, hooked, aquiline, button-nosed, snub,
    upturned, high, low, sharp, chiselled-jaw, soft-featured, gentle, kind, friendly, broad-smiled, faint, slight,
    wide-open, intense, piercing, deep-set, almond-shaped, almond, hooded-lid, droopy, sleepy-eyed, bloodshot, smoky,
    smokey, winged, dramatic-looking, heavy-lidded, glowing, dewy, porcelain-like, alabaster, olive-toned, bronzed,
    sun-kissed, weather-beaten, weathered, lined-face, scarred, pierced, bandaged, gloved, manicured, painted, hairy,
    slicked, gelled, oiled-back, combed, brushed, parted, swept, layered-cut, choppy, blunt, uneven, asymmetrical-cut,
    thick-set, glamorous-looking, shaggy, silky-smooth, lustrous, limp, lank, greasy, dry, wispy, downy, baby-fine,
    well-groomed, groomed, trimmed, untrimmed, neatly-trimmed, well-kept, scraggly, patchy, full-grown, waxed-tip,
    empty, quiet, peaceful, vast, open-plan, distant, nearby, far, lonely, ancient, historic, gleaming,
    elegant-looking, stone-built, thatched, whitewashed, lit, sunken, frozen, flooded, blooming, flowering, fallen,
    bare-branched, towering-high, leafless, evergreen, twinkling, flickering, dappled, diffused, diffuse, harsh,
    golden-hour, late, early, mid, late-afternoon, starry, cloudless, clear, stormy-grey, gathering, heavy-looking,
    light-filled, airy, spacious, cramped, cluttered, messy-looking, minimalistic, narrow-laned, winding, steep,
    flat-topped, rolling, wild-looking, wild, exotic, lush-green, dense, dark-wooded, mossy, pebbly, pebbled, shingle,
    seaside-town, bohemian-looking, gnarled, slippery, wet-look, traditional-looking, wire, bead, disposable,
    foldable, folded, furled, rolled, takeaway, steaming, half-empty, half-full, freshly, neon-coloured, toy,
    electric, acoustic, vintage-looking, old-looking, rickety, upholstered, tufted, chesterfield-style, wrought-iron,
    wrought iron, stained-glass, floor-to-ceiling, ornately, carved, sculptural, famous, typical, similar, same,
    different, other-coloured, own, favourite, favorite, opposite, left, right, upper, lower, top-down, entire, whole,
    extra-long, extra-large, xl, full-sized, mid-century, heavy-knit, light-coloured, light-colored, dark-coloured,
    dark-colored, brightly-coloured, brightly coloured, brightly colored, brightly patterned, richly embroidered,
    heavily embroidered, sand-coloured, sand-colored, cream-coloured, rust-coloured
"""

#: Last parts of hyphened words that make an adjective, with the group they speak of when no noun follows ("" for none).
COMPOUND_ENDS = {
    "hair": "haired, locked, tressed, maned, braided",
    "body": """
        skinned, shouldered, built, bodied, chested, bellied, hipped, limbed, figured, boned, muscled, stride, air,
        waisted-body
    """,
    "face": """
        eyed, faced, cheeked, jawed, lipped, nosed, toothed, browed, featured, mouthed, bearded, shaven, chinned,
        moustached
    """,
    "person": "year-old, something, looking, born",
    "background": "lit, drenched, soaked, streaked, swept, capped, strewn, filled, roofed, terraced",
    "style": "inspired, style, themed, esque, era, chic, core",
    "": """
        coloured, colored, length, sleeved, sleeve, necked, neck, collared, waisted, waist, rise, cut, fit, fitted,
        fitting, legged, leg, heeled, heel, toed, toe, soled, brimmed, rimmed, framed, shaped, sized, size, print,
        printed, patterned, striped, dyed, trimmed, lined, edged, piped, knit, knitted, woven, stitched, embroidered,
        covered, studded, encrusted, beaded, buttoned, breasted, piece, layered, tiered, pleated, tone, toned, hued,
        tinted, washed, wash, look, like, made, clad, high, deep, up, down, off, back, on, in, out, free, proof,
        resistant, worn, weight, duty, handled, strapped, strap, shouldered-cut, hooded, topped, tipped, pronged,
        fringed, splattered, stained, speckled, flecked, spotted, dotted, red, blue, green, yellow, pink, black,
        white, grey, gray, brown, purple, orange, gold, silver, cream, beige, dark, light, pale, bright, bodice,
        backed, panelled, paneled, textured, weave, haired-skin, wide, long, short, thin, thick, tight, loose, open,
        over, through, neckline, sleeved-shirt
    """,
}
