"""What catalogues, tags and captions name that everyday words do not: cuts, trims, parts, bags, places.

Pure data: comma-separated words and phrases; what the other tables say of a word comes first. It does not know how
they are matched or inflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

#: Nouns by group, in the singular or as they are said.
MORE: Mapping[Group, str] = MappingProxyType(
    {
        Group.PERSON: """
            bro, gym bro, fella, geezer, gal, priestess, sorceress, enchantress, huntress, seer, oracle, squire,
            jester, mate, pal, bestie, buddy, shopper, picnicker, contestant, quiz contestant, wheelchair user,
            usherette, cabin crew
        """,
        Group.BODY: """
            spray tan, fake tan, farmer's tan, goose bumps, goosebumps, washboard stomach, love handles, french
            manicure, nail polish, nail varnish, chipped nail polish
        """,
        Group.FACE: """
            lippy, red lippy, eyebrow slit, glossy lid, monolid, rosacea, snaggle tooth, gap tooth, contact lens,
            contact lenses
        """,
        Group.HAIR: """
            streak of white, streak of grey, streak of gray, streak of silver, blue rinse, ducktail, duck's tail, kiss
            curl, cowlick
        """,
        Group.TOP: "quarter-zip, quarter zip, half-zip, half zip, half-zip fleece, quarter-zip fleece, jockey silks",
        Group.DRESS: "kasaya",
        Group.FOOTWEAR: "derbys, smoking slippers, velvet slippers",
        Group.HEADWEAR: "topper, dixie cup hat, headtorch, head torch, head lamp, headlamp",
        Group.BAG: "man bag, manbag, pouch bag, camera bag, bike bag, pannier, birkin, birkin bag",
        Group.ACCESSORY: """
            wedding band, name tag, nametag, buttonhole, pom-poms, pompoms, cocktail shaker, cross pendant, cross,
            diamond stud, gold stud, silver stud, ear stud, nose stud, poles, ski poles, tool, power tool, sceptre,
            karabiner, half-eaten croissant, trug, pot, stockpot, coffee pot, jug, casserole, oil can
        """,
        Group.BACKGROUND: "half-light, back row, front row, void, brazier, snowy peak, snow-capped peak",
        Group.STYLE: """
            film look, 35mm film look, analog look, analogue look, vintage look, retro look, hdr, techwear, kodak
            portra, double exposure, long exposure, desaturated
        """,
    }
)
#: Parts of garments by the garment that a part speaks of where none was named.
PARTS: Mapping[Group, str] = MappingProxyType(
    {
        Group.BOTTOM: "zip fly, button fly, bellows pocket, cargo pocket, coin pocket, knee patch",
        Group.FOOTWEAR: """
            pull tab, pull-tab, ankle collar, heel collar, heel loop, heel counter, welt, storm welt, commando sole,
            crepe sole
        """,
        Group.BAG: """
            chain strap, gold chain strap, silver chain strap, crossbody strap, laptop sleeve, top zip, top handle,
            grab handle, inside pocket, phone pocket, bottle pocket
        """,
        Group.TOP: """
            top pocket, back zip, side zip, side pocket, patch pocket, side slit, racer back, racerback, deep v,
            deep-v, initial, monogram, hallmark
        """,
        Group.OUTERWEAR: """
            stand collar, funnel collar, baffle, quilted baffle, storm flap, storm cuff, throat latch, gun flap
        """,
    }
)
#: Words that say how a thing looks.
LOOKS = """
    heather grey, heather gray, marl grey, grey marl, sterling silver, shirred, prince of wales check, glen check,
    wolf fur, fox fur, rabbit fur, raccoon fur, beaver fur, bear fur
"""
#: Things that people sit at or hold on to; they go with the pose.
GRIPS = "handlebars, tai chi, pilates, karate, judo, taekwondo, kung fu, hopscotch, hula hoop"
#: Singulars that catalogues use of garments in pairs: "the wide-leg jean".
SINGLE = {
    Group.BOTTOM: "jean, trouser, chino, jogger, culotte, palazzo, skinny jean, mom jean, cargo pant, sweatpant",
    Group.LEGWEAR: "legging, knee sock, ankle sock, stocking",
}
#: Where on a garment or in hair something is.
MANNERS = """
    at the top, at the bottom, at the front, at the sides, at the tips, at the ends, at the roots, at the crown, in
    sight, in view, down the front, down the sides, down the side, in front, round the edges, around the edges, along
    the edges
"""
#: Makers and clubs that are named like something else.
BRANDS = """
    star wars, supreme, north face, the north face, fred perry, ralph lauren, polo ralph lauren, calvin klein, tommy
    hilfiger, under armour, new balance, off-white, stone island, canada goose, ben sherman, dr martens, doc marten,
    jack wolfskin, helly hansen, ralph, diesel, fila, kappa, levi's, levis, carhartt, dickies,
    nike, adidas, puma, reebok, gucci, prada, chanel, hermès, hermes, burberry, versace, dior, balenciaga, louis
    vuitton, zara, uniqlo, patagonia, superdry, batman, superman, spider-man, spiderman, pokemon, hello
    kitty, mickey mouse, harry potter, disney, marvel, led zeppelin, pink floyd, iron maiden, rolling stones, metallica,
    ac/dc, nirvana, ramones, joy division, black sabbath, chicago bulls, arsenal, chelsea, liverpool fc, manchester
    united, real madrid
"""
#: Comparatives that stand for one of several people: "the taller wears a cap".
COMPARED = """
    taller, smaller, shorter, bigger, larger, tallest, smallest, shortest, biggest, eldest, oldest, plumper, fairer,
    darker-haired
"""
#: Words of possession before a garment: "mens brogues".
WEARERS = "mens, womens, ladies', girls', boys', kids', babies', mens', womens', gents', unisex"
#: How people lie and sit, as participles.
POSTURES = "curled up, sprawled out, stretched out, propped up, huddled up, slumped over, hunched over, doubled over"
#: Ages of fashion and art: alone they are a style, before a garment they say what it is like.
ERAS = "victorian, edwardian, regency, medieval, georgian, tudor, elizabethan, jacobean, surrealist"
