"""Names of things people wear, by body group: American, British and regional words.

Pure data: comma-separated words and phrases in the singular; it does not know how they are matched or inflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

#: Head nouns that name a garment wherever they stand.
GARMENTS: Mapping[Group, str] = MappingProxyType(
    {
        Group.TOP: """
            shirt, t-shirt, tee shirt, tee, t shirt, tshirt, top, blouse, sweater, jumper, pullover, hoodie, hoody,
            sweatshirt, hooded sweatshirt, vest, tank top, tank, tanktop, camisole, cami, polo, polo shirt, polo neck,
            roll neck, rollneck, turtleneck, turtle neck, mock neck, crewneck, crew neck, v-neck, jersey, singlet,
            tunic, bodice, corset, bustier, bandeau, tube top, crop top, halter, halterneck, halter top, bra, sports
            bra, bralette, undershirt, vest top, base layer, henley, raglan, rugby shirt, dress shirt, guernsey,
            gansey, fair isle, aran, aran jumper, slipover, sweater vest, tank-top, waistcoat, weskit, dashiki, kurta,
            kurti, kameez, choli, guayabera, barong, barong tagalog, huipil, huipile, vyshyvanka, kebaya, batik shirt,
            aloha shirt, hawaiian shirt, rash guard, rash vest, bodysuit, jeogori, knit, knitwear, sweat top, muscle
            tee, muscle shirt, wifebeater, peasant blouse, tabard, doublet, buba, skivvy, thermal top, long johns top,
            undertop, smock top, smock, pyjama top, pajama top, bikini top, overshirt, shell top, peplum, peplum top,
            kaftan top, button-down, button-up, button down, button up, tailored shirt, football shirt, football top,
            rugby top, cycling jersey, basketball jersey, twinset, twin set, baselayer, chainmail shirt, chemise,
            jerkin, kaba, jama, breastplate, cuirass, binder, gilet top, shell, swim top, longsleeve, long-sleeve,
            long sleeve, short-sleeve, undervest, string vest, mesh vest, cardigan vest, shirtfront, dickey,
            tangzhuang, mandarin shirt, salwar top, popover, baju, baju melayu, kariyushi, cheongsam top, sweatervest
        """,
        Group.OUTERWEAR: """
            coat, jacket, blazer, cardigan, cardie, cardi, cape, cloak, capelet, overcoat, greatcoat, topcoat,
            raincoat, rain coat, trench coat, trenchcoat, trench, parka, anorak, cagoule, windbreaker, windcheater,
            mac, mackintosh, macintosh, pea coat, peacoat, duffel coat, duffle coat, duffle, duffel, duster coat,
            duster, poncho, gilet, body warmer, bodywarmer, puffer, puffer vest, puffer jacket, down vest, down
            jacket, padded vest, quilted vest, fleece vest, fleece, shacket, bomber, bomber jacket, biker jacket,
            leather jacket, denim jacket, jean jacket, letterman jacket, varsity jacket, track jacket, tracksuit top,
            tracksuit jacket, rain jacket, ski jacket, sports jacket, sport coat, sports coat, suit jacket, suit coat,
            dinner jacket, tuxedo jacket, smoking jacket, tailcoat, tail coat, morning coat, frock coat, lab coat,
            white coat, chef coat, chef's whites, haori, hanten, happi, happi coat, kimono jacket, bolero, shrug,
            sherwani, bandhgala, nehru jacket, mao jacket, achkan, chapan, burnous, burnoose, caban, ulster, inverness
            cape, chesterfield, crombie, barbour, waxed jacket, donkey jacket, harrington, denim vest, leather vest,
            jean vest, utility vest, safety vest, hi-vis vest, hi-vis, hi-vis jacket, hi vis vest, high-vis vest,
            high-visibility vest, high-visibility jacket, fishing vest, tactical vest, bulletproof vest, flak jacket,
            life jacket, life vest, flight jacket, field jacket, safari jacket, overjacket, opera cloak, mantle,
            pelisse, redingote, spencer, jacquard coat, housecoat, apron, pinny, tabard apron, pinafore apron, wrap
            coat, teddy coat, camel coat, shuka, serape, sarape, ruana, huaso poncho, agbada robe, mantilla cape,
            shearling, sheepskin, afghan coat, kuspuk, atigi, lopapeysa cardigan, twill jacket, zip-up, zip up,
            softshell, hardshell, rainjacket, storm coat, car coat, swing coat, macintosh coat, waterproof,
            waterproofs, oilskin, slicker, dust coat, sou'wester coat, riding coat, hacking jacket, tweed jacket,
            norfolk jacket, eton jacket, mess jacket, doctor's coat, chore jacket, chore coat, work jacket, denim
            coat, overgarment, surcoat, houppelande, cassock coat, puffa, puffa jacket, north face, kagool, dinner
            suit jacket
        """,
        Group.DRESS: """
            dress, gown, frock, top hat and tails, white tie and tails, hat and tails, sundress, jumpsuit, romper,
            playsuit, onesie, robe, bathrobe, dressing gown, kimono, yukata, suit, uniform, school uniform, tuxedo,
            tux, three-piece suit, two-piece suit, pantsuit, trouser suit, pant suit, skirt suit, tracksuit, track
            suit, shell suit, sweatsuit, jogging suit, swimsuit, swimming costume, swimming suit, bathing suit,
            bikini, one-piece, tankini, wetsuit, wet suit, drysuit, spacesuit, space suit, flight suit, boiler suit,
            boilersuit, coverall, overall suit, catsuit, leotard, unitard, bodystocking, costume, outfit, attire,
            ensemble, garb, ao dai, regalia, sari, saree, salwar kameez, shalwar kameez, salwar suit, salwar, shalwar,
            lehenga, lehenga choli, ghagra choli, anarkali, anarkali suit, kaftan, caftan, abaya, thobe, thawb,
            dishdasha, kandura, djellaba, jellabiya, galabeya, gandoura, boubou, bubu, agbada, kaba and slit, hanbok,
            hanfu, qipao, cheongsam, áo dài, deel, chuba, bakhu, gho, kira, baju kurung, dirndl, pinafore, pinafore
            dress, gymslip, jumper dress, sweater dress, shirt dress, shirtdress, shirtwaister, slip dress, tea dress,
            wrap dress, maxi dress, midi dress, mini dress, cocktail dress, evening dress, evening gown, evening wear,
            ball gown, ballgown, prom dress, wedding dress, wedding gown, wedding outfit, bridal gown, party dress,
            dress uniform, highland dress, national dress, fancy dress, traditional dress, nightgown, nightdress,
            nightie, nightshirt, negligee, pyjamas, pajamas, pjs, lingerie, scrubs, habit, nun's habit, cassock,
            vestment, toga, chiton, sarong dress, muumuu, shift, sheath, shirt-dress, bodycon, bodycon dress, maxi,
            maxidress, minidress, midi, tutu dress, babydoll, zoot suit, armour, armor, plate armour, plate armor,
            chainmail, suit of armour, suit of armor, exosuit, hazmat suit, ski suit, snowsuit, judogi, gi, karate gi,
            dobok, hospital gown, graduation gown, academic gown, football kit, kit, strip, rugby kit, cricket whites,
            tennis whites, whites, fatigues, bdu, battledress, morning suit, white tie, black tie, black-tie, dinner
            suit, leisure suit, co-ord, co-ords, coord set, two-piece, two piece, matching set, iro and buba, aso ebi,
            aso oke, kente cloth, kente, bodypaint suit, burqa, burka, chador, vestido, qipao dress, kitenge dress,
            ankara dress, zentai, morphsuit, plugsuit, tangsuit, tang suit, zhongshan suit, mao suit, shalwar suit,
            work clothes, clothes, clothing, garment, garments, tracksuits, livery, gear, workwear, overalls set,
            school dress, serafuku, maid outfit, cosplay, bodysuit dress, polonaise, crinoline, farthingale dress,
            sarafan, kebaya dress, jilbab, jelabiya
        """,
        Group.BOTTOM: """
            trousers, pants, jeans, shorts, skirt, slacks, chinos, khakis, cords, corduroys, joggers, sweatpants,
            sweat pants, tracksuit bottoms, track pants, trackies, trackie bottoms, tracky bottoms, bottoms, jogging
            bottoms, jogger, cargos, cargo pants, cargo trousers, cargo shorts, culottes, capris, capri pants, pedal
            pushers, palazzos, palazzo pants, bell bottoms, bell-bottoms, flares, bootcuts, drainpipes, breeches,
            jodhpurs, plus fours, plus-fours, knickerbockers, bloomers, pantaloons, harem pants, dungarees, dungaree,
            dungaree shorts, overalls, bib overalls, bib shorts, shortalls, lederhosen, chaps, leather chaps, waders,
            salopettes, ski pants, snow pants, waterproof trousers, hot pants, hotpants, boy shorts, board shorts,
            boardshorts, bermudas, bermuda shorts, cycling shorts, bike shorts, running shorts, gym shorts, swim
            trunks, swimming trunks, trunks, swim shorts, swim briefs, briefs, boxers, boxer shorts, boxing shorts,
            underpants, underwear, knickers, panties, thong, speedos, bikini bottoms, pyjama bottoms, pajama bottoms,
            pyjama trousers, skort, miniskirt, mini skirt, midi skirt, maxi skirt, mini-skirt, pencil skirt, pleated
            skirt, tutu, kilt, sarong, pareo, lungi, dhoti, veshti, mundu, longyi, lavalava, lava-lava, lappa,
            wrapper, kanga, kikoi, churidar, patiala, ghagra, hakama, jean shorts, denim shorts, cutoffs, cut-offs,
            jorts, moleskins, dress pants, dress trousers, suit trousers, suit pants, tehmat, tamba, petticoat, hoop
            skirt, poodle skirt, grass skirt, hula skirt, loincloth, fustanella, shendyt, qun, chima, jeggings,
            treggings, pantalons, daisy dukes, sweat shorts, sweatshorts, basketball shorts, football shorts, rugby
            shorts, leather trousers, leather pants, yoga pants, stirrup pants, hosen, ra-ra skirt, kickpleat skirt,
            tap pants, sampot, sinh, pollera, trews, combats, combat trousers, strides, britches, levis, levi's,
            boyfriend jeans, mom jeans
        """,
        Group.LEGWEAR: """
            sock, stocking, tights, leggings, legging, pantyhose, hose, hosiery, nylons, fishnets, fishnet stocking,
            fishnet tights, knee socks, knee-highs, thigh-highs, thighhighs, thigh highs, thigh high socks, stay-ups,
            hold-ups, holdups, leg warmers, legwarmers, leg warmer, ankle socks, bobby socks, over-the-knee socks,
            garters, garter, garter straps, garter belt, suspender belt, tabi, tabi socks, puttees, gaiters, spats,
            kneehighs, knee-high socks, crew socks, football socks, compression tights, running tights, kneesocks, toe
            socks, bed socks, footless tights, long johns, thermals
        """,
        Group.FOOTWEAR: """
            shoe, boot, birkenstock, birkenstocks, havaianas, nike shoes, adidas shoes, reeboks, pumas, new balances,
            air maxes, yeezys, clarks, blundstones, hush puppies, sandal, sneaker, trainer, heel, high heel, high
            heels, heels, loafer, flip-flop, flip flop, flipflop, thongs, slipper, moccasin, mocassin, pump, stiletto,
            wedge, wedges, platform, platforms, plimsoll, pump shoes, brogue, oxford, oxfords, derby shoes, derbies,
            monk strap, monk straps, moon boots, skate shoes, chelsea boot, ankle boot, ankle boots, combat boots,
            cowboy boots, hiking boots, walking boots, work boots, rain boots, rainboots, rubber boots, ugg, uggs, ugg
            boots, wellies, welly, wellie, wellington, wellingtons, wellington boots, gumboots, gumboot, galoshes,
            galosh, overshoe, clog, crocs, croc, mule, mules, espadrille, ballet flats, ballet flat, ballet pumps,
            ballet shoes, flats, ballerinas, pointe shoes, ballet slippers, mary jane, mary janes, mary-janes, kitten
            heels, court shoes, court shoe, slingback, peep-toes, peep toes, slip-on, slip-ons, slides, sliders,
            slider, dress shoes, football boots, football boot, soccer cleats, cleats, cleat, running shoes, tennis
            shoes, basketball shoes, gym shoes, high-tops, high tops, hightops, low-tops, kicks, converse, vans, dr
            martens, doc martens, docs, timberlands, jordans, air jordans, nikes, adidas, winklepickers, creepers,
            brothel creepers, desert boots, chukkas, chukka boots, jandals, jandal, daps, sandshoes, geta, zori,
            waraji, juttis, jutti, mojari, mojaris, kolhapuris, kolhapuri chappals, chappals, chappal, huaraches,
            huarache, babouches, babouche, valenki, mukluks, mukluk, ghillies, ghillie brogues, ghillie shoes, snow
            boots, snowboots, ski boots, ice skates, skates, roller skates, rollerskates, rollerblades, riding boots,
            thigh boots, thigh-high boots, knee-high boots, jackboots, jackboot, dms, bare feet, jelly shoes, jellies,
            boat shoes, deck shoes, footwear, dress boots, sabatons, bast shoes, opanci, paduka, crakows, pantofles,
            house shoes, bovver boots, lace-ups, lace ups, desert boot, brothel creeper, flippers, footie boots,
            steel-toe boots, jelly shoe, stillettos, veldskoen, veldskoens, tackies, takkies
        """,
        Group.BELT: """
            belt, sash, obi, cummerbund, girdle, waist belt, utility belt, tool belt, toolbelt, cinch belt, gun belt,
            waist sash, rope belt, corset belt, waist chain, belly chain, kamarband, kamarbandh, cincture, webbing
            belt, ammo belt, snake belt, champion belt
        """,
        Group.NECKWEAR: """
            scarf, stole, fur stole, tie, bow tie, bow-tie, bowtie, necktie, neck tie, shawl, cravat, ascot, ascot
            tie, bolo tie, bolo, bootlace tie, neckerchief, pashmina, snood, muffler, wrap, neck scarf, neck warmer,
            neckwarmer, neck gaiter, buff, dupatta, chunni, rebozo, fichu, jabot, ruff, feather boa, boa, dicky bow,
            dickie bow, neck bandana, clerical collar, dog collar, infinity scarf, cowl, tippet, kerchief, neck
            ribbon, tallit, prayer shawl, school tie, stock tie, foulard, pelerine, gamcha, angavastram, uttariya,
            kata, tichel shawl, keffiyeh scarf, football scarf, neck wrap, gamosa
        """,
        Group.HEADWEAR: """
            hat, cap, beanie, beret, headband, head band, headscarf, head scarf, head-scarf, hijab, veil, helmet,
            fedora, trilby, bowler, bowler hat, derby hat, top hat, boater, panama, panama hat, straw hat, sun hat,
            sunhat, bucket hat, cowboy hat, stetson, baseball cap, flat cap, newsboy cap, baker boy cap, bakerboy hat,
            peaked cap, cloth cap, deerstalker, bobble hat, woolly hat, wooly hat, toque, tuque, ushanka, trapper hat,
            fur hat, papakha, balaclava, turban, pagri, pagdi, dastar, patka, puggaree, fez, tarboosh, kufi, taqiyah,
            skullcap, skull cap, kippah, yarmulke, songkok, peci, niqab, bonnet, cloche, cloche hat, pillbox hat,
            pillbox, fascinator, tiara, crown, diadem, circlet, coronet, flower crown, floral crown, wreath, laurel
            wreath, garland, headdress, headpiece, head wrap, headwrap, head-wrap, gele, doek, duku, head tie,
            headtie, wimple, coif, mitre, zucchetto, biretta, mortarboard, mortar board, graduation cap, hard hat,
            hardhat, crash helmet, bike helmet, cycle helmet, pith helmet, visor, sun visor, sombrero, sou'wester,
            southwester, tam, tam o'shanter, tammy, glengarry, balmoral, busby, bearskin, shako, kepi, bicorne,
            tricorn, tricorne, santa hat, party hat, chef's hat, chef hat, toque blanche, nurse's cap, shower cap,
            swimming cap, swim cap, bathing cap, conical hat, nón lá, non la, rice hat, coolie hat, akubra, slouch
            hat, pork pie hat, porkpie hat, bush hat, boonie hat, kokoshnik, ghutra, gutra, shemagh, agal, keffiyeh,
            kufiya, kaffiyeh, kufiyeh, bandana, bandanna, do-rag, durag, doo-rag, hairnet, hair net, sweatband, alice
            band, hairband, hair band, earmuffs, ear muffs, ear-muffs, bunny ears, cat ears, animal ears, halo, horned
            helmet, space helmet, hood, mantilla, tichel, sheitel, snapback, trucker hat, trucker cap, dad cap, gat,
            jokduri, hachimaki, topi, gandhi cap, nehru cap, jinnah cap, karakul, sindhi topi, mask helmet, ski hat,
            bobble cap, tea cosy hat, watch cap, docker hat, pompom hat, pom-pom hat, maid headdress, war bonnet,
            feather headdress, witch hat, wizard hat, stovepipe hat, sunbonnet, headgear, snapback cap, chullo,
            headcloth, eyeshade, isicholo, capirote, chaperon, wig cap, panama cap
        """,
        Group.EYEWEAR: """
            glasses, eyeglasses, sunglasses, spectacles, specs, shades, goggles, monocle, eye patch, eyepatch,
            aviators, aviator sunglasses, wayfarers, reading glasses, pince-nez, lorgnette, bifocals, swimming
            goggles, ski goggles, safety glasses, safety goggles, eyewear, sunnies, contact lenses, visor glasses,
            lenses, horn-rims, horn rims, ray-bans, ray bans, varifocals, opera glasses, 3d glasses, blindfold
        """,
        Group.BAG: """
            bag, handbag, backpack, rucksack, knapsack, satchel, purse, clutch, clutch bag, briefcase, tote, tote bag,
            messenger bag, shoulder bag, crossbody, cross-body bag, crossbody bag, duffel bag, duffle bag, holdall,
            suitcase, gym bag, sports bag, school bag, schoolbag, book bag, bookbag, bum bag, bumbag, fanny pack,
            waist pack, belt bag, pouch, shopping bag, carrier bag, paper bag, grocery bag, laptop bag, camera bag,
            sling bag, drawstring bag, bucket bag, hobo bag, minaudière, evening bag, carpet bag, gladstone bag,
            doctor's bag, potli, potli bag, jhola, reticule, saddlebag, wash bag, carry-on, trolley case, weekender,
            valise, attaché case, attache case, attache, portfolio case, quiver, kitbag, kit bag, pocketbook, luggage,
            wristlet, furoshiki, haversack, daypack, baguette bag, beach bag
        """,
    }
)

#: Parts of garments and what is put on them: they belong to the garment before them, else to the group given here.
PARTS: Mapping[Group, str] = MappingProxyType(
    {
        Group.TOP: """
            boxy fit, relaxed fit, regular fit, loose fit, tailored fit, oversized fit, the rest, the other half, the
            remainder, collar, hood up, hood down, hood pulled up, sleeve, cuff, neckline, button, pocket, breast
            pocket, zip, zipper, placket, hem, hemline, lapel, shoulder pad, epaulette, logo, print, motif, emblem,
            crest, slogan, graphic, lettering, stripe, pinstripe, polka dot, dot, spot, check, plaid, pattern,
            paisley, ruffle, frill, flounce, lace, lace trim, trim, trimming, piping, embroidery, bead, beading,
            beadwork, sequin, rhinestone, stud, fringe trim, tassel, pompom, pom-pom, bobble, patch, elbow patch,
            applique, appliqué, ribbing, seam, stitch, stitching, contrast stitching, quilting, pleat, dart, drape,
            panel, mesh panel, inset, insert, cut-out, cutout, slit, split, vent, lining, shoulder strap, spaghetti
            strap, strap, drawstring, toggle, hook, snap, fastening, clasp, crew neckline, boat neck, v neck,
            sweetheart neckline, scoop neck, cowl neck, mandarin collar, peter pan collar, shawl collar, peak lapel,
            detail, detailing, accent, decoration, border, edging, edge, scallop, monogram, spike, rivet, grommet,
            number, lapel pin, name badge, waist tie, tail, bustle, back, front, yoke, bib, cape sleeve, cap sleeve,
            puff sleeve, bell sleeve, thread, fabric, material, weave, texture, finish, hue, shade, colour, color,
            fit, cut, silhouette, style cut, draping, fold, layer, tier, crease, hole, tear, rip, stain, paint stain,
            grease stain, coat of arms, leaf motif, geometric pattern, floral pattern, floral print, animal print,
            leopard print, flower print, floral embroidery, stars, polka dots, swirl, zigzag, chevron, diamond
            pattern, numeral, letter, name tag, shoulder, trim of fur, fur trim, fur collar, length, brocade work,
            sheen, appliqués, cable pattern, rib, zari, zari border, mirror work, mirrorwork, peplum hem, neck,
            scalloping, eyelet, cord, drawcord
        """,
        Group.BOTTOM: """
            crotch, waistband, waistline, turn-up, turnup, knee patch, side stripe, leg opening, belt loop, creases,
            inseam, frayed hem, cuffs, hem slit
        """,
        Group.FOOTWEAR: """
            sole, insole, heel tab, shoelace, lace-up, laces, low heel, block heel, kitten heel, wedge heel, platform
            sole, toe cap, toecap, toe, buckle strap, ankle strap, rubber sole, spur, stiletto heel, chunky heel,
            tread, velcro strap, tongue, velcro
        """,
        Group.LEGWEAR: "shin guards, shin pads, knee pads",
        Group.BELT: "buckle, belt buckle, silver buckle, gold buckle",
        Group.HEADWEAR: """
            brim, peak, earflap, ear flap, feather, plume, net veil, chinstrap, chin strap, hatband, hat band
        """,
        Group.EYEWEAR: "frame, rim, tinted lens",
        Group.NECKWEAR: "knot, windsor knot, fringe ends",
        Group.BAG: "handle, shoulder chain, flap, chain strap, front pocket",
    }
)

#: Wraps whose group follows from where they are worn: around the neck, or over head and hair.
WRAPS = """
    scarf, shawl, bandana, bandanna, keffiyeh, kufiya, kaffiyeh, shemagh, dupatta, kerchief, wrap, pashmina, snood,
    cowl, rebozo, chunni, ghutra, buff, neckerchief, muffler, gamcha
"""
