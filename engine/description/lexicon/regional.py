"""More names of clothes and things worn, by region and trade.

Pure data: comma-separated words and phrases in the singular; it does not know how they are matched or inflected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.description.groups import Group

REGIONAL: Mapping[Group, str] = MappingProxyType(
    {
        Group.TOP: """
            pheran, dudou, áo bà ba, rubakha, jelek, lusekofte, lopapeysa, madiba shirt, kitenge shirt, ankara top,
            iro top, sokoto top, mola, edelweiss shirt, ganzie, semmit, simmet, wooly pully, flanno, flannie, bunny
            hug, geansaí, banian, baniyan, ganji, fatua, jama top, bata shirt, payjama top, dobok top, gi top,
            rashguard, marinière top, kosovorotka, telnyashka, ao ba ba, angarkha, kediyu, phiran, kurti top, kaba
            top, isiagu, bogolanfini tunic, gandoura top, djellaba top, camisa, pirate shirt, poet shirt, grandad
            shirt, granddad shirt, bowling shirt, camp shirt, cuban shirt, work shirt, flannel shirt, denim shirt,
            chambray shirt, rugby jersey, hockey jersey, cricket jumper, cricket sweater, fisherman's jumper,
            fisherman's sweater, fisherman jumper, christmas jumper, school jumper, v-neck jumper, cable jumper,
            rollneck jumper, gym top, running top, workout top, cropped top, halterneck top, vest, boob tube, bandeau
            top, bardot top, gypsy top, smock dress top, artist's smock, scrub top, tunic top, kurta top, sports top,
            sports vest, running vest, undershirt top, thermal vest, body suit, basque, corselet, stays, brassiere,
            plastron, fencing jacket top, gambeson, hauberk, mail shirt, chain mail, chainmail, tabard, surplice,
            cotta, alb, clerical shirt, dog-collar shirt, tank, muscle vest, singlet, wrap top, shrug top, twin-set,
            half-zip, quarter-zip, zip-neck, midlayer, sweats, sweatervest, jumper vest, pullover vest, knitted tank,
            knitted vest, sleeveless pullover, sleeveless jumper, button-up shirt, button-down shirt, bib shirt,
            tuxedo shirt, wing-collar shirt, tattersall shirt, jumperdress top, blouson top, mariniere, marinière,
            breton
        """,
        Group.OUTERWEAR: """
            jodhpuri, jodhpuri jacket, manteau, cepken, kontusz, shuba, dublenka, luhkka, jorongo, chamanto, gabán,
            karakou, magoja, pangden, noragi, peenie, bluey jacket, donkey coat, tabarro, korowai cloak, arisaid, fly
            plaid, bush jacket, dustcoats, car-coat, overall coat, shop coat, lab coats, duster jacket, telogreika,
            dolman, bekishe, bisht, burka cloak, durumagi, jangot, changshan jacket, magua, tangzhuang jacket, kaftan
            coat, caftan coat, loden coat, loden jacket, tracht jacket, janker, mackinaw, mackinaw jacket, drizabone,
            driza-bone, oilskin coat, oilskins, stockman's coat, swandri, swanndri, bush shirt, kaross, basotho
            blanket, shuka cloth, kikoy wrap, burnoose cloak, selham, jebba, djellaba coat, tebenna, chlamys,
            himation, toga praetexta, houppelande, justaucorps, frockcoat, frock-coat, paletot, carrick, coachman's
            coat, cutaway, morning jacket, shooting jacket, waxed coat, wax jacket, quilted jacket, quilted coat,
            puffer coat, padded coat, padded jacket, parka coat, fishtail parka, snorkel parka, ski coat, shell
            jacket, hiking jacket, running jacket, cycling jacket, motorcycle jacket, motorbike jacket, moto jacket,
            aviator jacket, flying jacket, sheepskin jacket, sheepskin coat, fur jacket, faux fur coat, fur coat,
            astrakhan coat, mink coat, drape jacket, teddy jacket, boating blazer, school blazer, sport jacket, suit
            blazer, tux jacket, tailcoats, tails, cutaway coat, drum major jacket, pelisse coat, hussar jacket,
            military jacket, military coat, army jacket, camo jacket, combat jacket, flak vest, stab vest, body
            armour, body armor, bullet-proof vest, lifevest, buoyancy aid, high-vis, high-vis jacket, high vis vest,
            hi-vis coat, reflective vest, tabard vest, chef jacket, chef's jacket, chef whites, dental tunic,
            laboratory coat, painter's smock, leather apron, butcher's apron, waist apron, bib apron, kitchen apron,
            tea apron, cobbler apron, mandilion, cotehardie, caraco, kebaya jacket, choga, jama coat, achkan coat,
            nehru vest, modi jacket, modi vest, bandi, koti, sadri, denim gilet, fur gilet, padded gilet, quilted
            vest, shawl coat, blanket coat, capote, poncho cape, rain poncho, rain cape, plastic poncho, plastic mac,
            pac-a-mac, pacamac, kagoul, windproof, softshell jacket, hard shell, down coat, duvet coat, teddy bear
            coat, swagger coat, princess coat, opera cape, opera coat, evening cape, evening coat, cocoon coat, kimono
            robe jacket, dustcoat, shacket jacket, overshirt jacket, jean vest, cut, patch vest, battle vest, biker
            vest, leather cut, trucker jacket, coach jacket, souvenir jacket, sukajan, stadium jacket, baseball
            jacket, fleece jacket, zip fleece, longline cardigan, boyfriend cardigan, kimono cardigan, waterfall
            cardigan, shawl cardigan, bed jacket, blouson, windjammer, jerkin coat
        """,
        Group.DRESS: """
            melhfa, haik, takchita, jabador, busuti, gomesi dress, mushanana, dirac, guntiino, toub, seshoeshoe,
            shweshwe, pattu pavadai, pavada, mundum neriyathum, kasavu, kasavu sari, pathani suit, pathani, perahan
            tunban, ruqun, ma mian qun set, seifuku, gakuran, traje de luces, suit of lights, traje de flamenca,
            baiana dress, cossie, bathers, togs, goonie, nightie dress, adire dress, aso-oke, iro, kaftan set, boubou
            dress, mumu, isicwaya, isidwaba set, sulu jaba, holomu, changshan, cheongsam dress, habesha kemis, habesha
            dress, kemis, netela dress, kitenge, ankara gown, kaftan gown, boubou gown, grand boubou, babban riga,
            riga, kanzu, jalabiya, jellabia, jubbah, thobe robe, dishdash, khameez, kameez set, salwar set, shalwar,
            gharara, sharara, sharara set, ghagra set, langa voni, half sari, mekhela chador, phanek, angarkha suit,
            gákti, gakti, kofte, bunad, folk costume, national costume, tracht, flamenco dress, flamenco gown, bata de
            cola, charro suit, mariachi suit, china poblana, tehuana dress, huipil dress, mola dress, pollera dress,
            aguayo dress, gomesi, kikoi dress, shweshwe dress, zulu dress, mother hubbard, lavalava dress, puletasi,
            aloha dress, holoku, kapa, grass dress, piupiu, korowai, atoyatte, junihitoe, furisode, tomesode,
            shiromuku, uchikake, kosode, jinbei, samue, montsuki, gisaeng hanbok, wonsam, hwarot, ao tu than, chut
            thai, sabai, sinh set, baro't saya, terno, barot saya, baju kebaya, kebaya set, songket, deel robe, del,
            chyba, chapan robe, khalat, sarafan dress, kokoshnik costume, ball dress, bridesmaid dress, communion
            dress, christening gown, flower girl dress, prom gown, graduation robe, judge's robe, judicial robe,
            barrister's robe, choir robe, monk's robe, saffron robe, priest's robe, chasuble, vestments, cope, wizard
            robe, wizard's robe, bath robe, spa robe, silk robe, towelling robe, smoking robe, hospital scrubs,
            nurse's uniform, nurse uniform, police uniform, army uniform, military uniform, naval uniform, sailor
            suit, sailor uniform, dress blues, mess dress, mess uniform, firefighter's gear, turnout gear, bunker
            gear, firefighting gear, racing suit, race suit, racing leathers, motorcycle leathers, leathers, skinsuit,
            cycling kit, running kit, gym kit, pe kit, netball kit, hockey kit, football strip, swim costume, swimming
            trunks and top, swimdress, burkini, triathlon suit, dive suit, diving suit, pressure suit, g-suit, hazmat,
            protective suit, forensic suit, paper suit, bee suit, beekeeper suit, beekeeper's suit, bear costume,
            animal costume, halloween costume, clown suit, clown costume, superhero costume, superhero suit, santa
            suit, mascot costume, gorilla suit, jester costume, pierrot costume, harlequin costume, carnival costume,
            samba costume, showgirl costume, figure skating dress, skating dress, ballroom dress, tango dress, salsa
            dress, swing dress, flapper dress, charleston dress, poodle dress, circle dress, skater dress, a-line
            dress, shift dress, sheath dress, column gown, empire dress, empire gown, regency gown, mantua, robe a la
            francaise, kirtle, houppelande gown, bliaut, tunic dress, smock dress, prairie dress, peasant dress,
            milkmaid dress, nap dress, house dress, day dress, denim dress, leather dress, lace dress, sequin dress,
            sequinned dress, knitted dress, knit dress, jersey dress, t-shirt dress, tshirt dress, hoodie dress,
            blazer dress, trench dress, halter dress, halterneck dress, bandage dress, bandeau dress, tube dress,
            one-shoulder dress, fishtail dress, mermaid gown, mermaid dress, trumpet gown, puffball dress, tiered
            dress, high-low dress, maternity dress, cheongsam gown, boilersuits, utility suit, utility jumpsuit,
            flightsuit, mechanic's overalls suit, siren suit, playsuits, teddy, bodystocking, babygro, baby grow,
            sleepsuit, pramsuit, snow suit, union suit, zoot suit, lounge suit, business suit, trouser suit, linen
            suit, tweed suit, pinstripe suit, pinstriped suit, double-breasted suit, velvet suit, white suit, safari
            suit, disco suit, jump suit, power suit, evening suit, wedding suit, wedding sari, silk sari, bridal
            lehenga, bridal outfit, bridal wear, ballgowns, finery, sunday best, mourning dress, widow's weeds, rags,
            tatters, uniforms, fatigues uniform, combat gear, riot gear, swat gear, hunting gear, ski gear, hiking
            gear, rain gear, foul-weather gear, activewear set, loungewear set, pyjama set, pajama set, matching
            tracksuit, velour tracksuit, adidas tracksuit, silk pyjamas, nightwear, sleepwear, slip, chemise dress,
            negligée
        """,
        Group.BOTTOM: """
            sirwal, serwal, seroual, shalvar, salvar, sokoto, macawis, guntino skirt, samping, sarung, malong, chong
            kraben, pha sin, htamein, paso, monpe, baji, ie faitaga, sulu, plakhta, poneva, foustanela, kecks, keks,
            breeks, dacks, daks, trackie dacks, half-pant, half pant, full-pant, pant, isidwaba, umblaselo, tonban,
            izar, bombacha, chaparreras, zouave trousers, sweatpant, shalwars, pyjama, pajama, sharovary, gauchos,
            bombachas, harem, harem trousers, aladdin pants, thai fishermen pants, fisherman pants, boardies,
            stubbies, footy shorts, rugger shorts, ruggers, drainpipe, drainpipe trousers, drainpipe jeans, skinny
            jeans, mom jeans, dad jeans, boyfriend jeans, baggies, parachute pants, cargo skirt, denim skirt, leather
            skirt, tweed skirt, wool skirt, tulle skirt, wrap skirt, sarong skirt, kilt skirt, kilted skirt, circle
            skirt, skater skirt, a-line skirt, bubble skirt, puffball skirt, peasant skirt, gypsy skirt, prairie
            skirt, tiered skirt, broomstick skirt, bodycon skirt, tube skirt, hobble skirt, maxiskirt, midiskirt,
            pannier, farthingale, crinoline skirt, bustle skirt, underskirt, overskirt, petticoats, half slip, tap
            shorts, culotte, gaucho pants, palazzo, palazzo trousers, wide-leg trousers, pleated trousers, pinstripe
            trousers, tuxedo trousers, suit bottoms, school trousers, school skirt, school shorts, riding breeches,
            riding trousers, ski trousers, snowboard pants, hiking trousers, hiking shorts, walking trousers, walking
            shorts, zip-off trousers, waterproofs trousers, rain trousers, over-trousers, overtrousers, work trousers,
            work pants, chef trousers, chef pants, checked chef's trousers, scrub bottoms, scrub pants, bondage
            trousers, bondage pants, leather shorts, leather breeches, bundhosen, knee breeches, pantalettes, bloomer,
            pedal-pushers, clamdiggers, three-quarter trousers, cropped trousers, cropped jeans, cropped pants,
            maternity jeans, jogging pants, gym pants, training pants, tracksuit trousers, track bottoms, sweats
            bottoms, basketball short, split shorts, running short, cycling bibs, lycra shorts, compression shorts,
            hot-pants, booty shorts, jean short, denim cut-offs, cut-off jeans, cut-off shorts, swim short, jammers,
            budgie smugglers, fundoshi, dhoti pants, churidars, salwars, gathered trousers, patiala salwar, panche,
            kacha, kachera, lungis, kain, kain batik, pha nung, longyis, sompot, izaar, futa, macawiis, lavalavas,
            pareu, pāreu, piu piu, raffia skirt, hula skirts, sealskin trousers, buckskin leggings trousers, chausses
            trousers, dropped-crotch trousers, drop-crotch trousers, ponte trousers, denims, levi jeans, wranglers,
            carpenter jeans, carpenter pants, painter pants, painter's trousers, dickies, sweat bottoms, pj bottoms,
            pyjama shorts, pajama pants, lounge pants, lounge shorts, undies, boyshorts, g-string, nappy, diaper
        """,
        Group.LEGWEAR: """
            beoseon, loferl, loferls, kilt socks, stirrup socks, poodle socks, bobby-socks, wellie socks, welly socks,
            boot socks, lace stockings, seamed stockings, silk stockings, nylon stockings, compression socks,
            compression stockings, compression sleeves, hiking socks, walking socks, wool socks, woollen socks,
            football sock, rugby socks, knee stockings, kilt hose, diced hose, argyle socks, tube socks, slipper
            socks, trainer socks, no-show socks, frilly socks, school socks, odd socks, fishnet, chausses, greaves,
            leg wraps, shin guard, gym leggings, yoga leggings, running leggings, opaque tights, sheer tights, woolly
            tights, woollen tights, ballet tights, support stockings, hold up stockings, thigh socks, thigh-high
            stockings, thigh-high socks, over-knee socks, pop socks, jodhpur socks, legwarmer
        """,
        Group.FOOTWEAR: """
            alpargata, alpargatas, ojota, ojotas, abarka, abarkas, opanak, tsarouchi, tsarouchia, haferlschuhe, gutal,
            uwabaki, gomusin, kkotsin, baffies, sannies, gummies, blundies, dunlops, tennies, hard shoes, soft shoes,
            irish dance shoes, reel shoes, bathroom slippers, rubber slippers, slip ons, pumps and socks, brogans
            shoes, guaraches, caligae, buskins, cothurni, poulaines, sollerets, sabaton, brogans, wingtips, wing tips,
            monkstraps, flatforms, flatform, drivers, driving shoes, driving loafers, penny loafers, tassel loafers,
            horsebit loafers, snaffle loafers, wholecuts, bluchers, saddle shoes, spectator shoes, co-respondent
            shoes, two-tone shoes, bucks, white bucks, desert wellies, hunter boots, hunters, hessian boots, hessians,
            riding boot, paddock boots, jodhpur boots, dealer boots, blundstone boots, rigger boots, safety boots,
            safety shoes, steel toe caps, steel toecap boots, toecap boots, army boots, jungle boots, paratrooper
            boots, jump boots, motorcycle boots, biker boots, engineer boots, harness boots, logger boots, duck boots,
            bean boots, moon boot, apres ski boots, fur boots, fur-lined boots, sheepskin boots, suede boots, sock
            boots, stiletto boots, knee boots, over-the-knee boots, go-go boots, gogo boots, wrestling boots, boxing
            boots, wrestling shoes, climbing shoes, cycling shoes, cycle shoes, clip-in shoes, cricket shoes, bowling
            shoes, golf shoes, track spikes, football trainers, astros, astro turfs, basketball trainers, skate
            trainers, dad trainers, dad sneakers, platform trainers, platform sneakers, platform shoes, platform
            boots, platform heels, platform sandals, wedge sandals, wedge heels, wedge trainers, gladiator sandals,
            fisherman sandals, jesus sandals, walking sandals, tyre sandals, tire sandals, rope sandals, thong
            sandals, jelly sandals, t-bar shoes, t-bars, tap shoes, jazz shoes, character shoes, dance shoes, ballet
            flat shoes, pointe shoe, pointes, ballroom shoes, latin shoes, flamenco shoes, opera pumps, patent pumps,
            patent shoes, school shoes, church shoes, wedding shoes, court heels, block heels, kitten-heels, spike
            heels, stiletto heels, stiletto shoes, strappy heels, slingback heels, mary jane shoes, brothel-creepers,
            winkle-pickers, winkle pickers, cuban heels, cuban-heeled boots, chelsea boots, beatle boots, demob shoes,
            carpet slippers, bedroom slippers, house slippers, bunny slippers, moccasin slippers, grecian slippers,
            babouche slippers, turkish slippers, pantofle, tsarouhia, opinci, espadrille wedges, avarcas, menorcan
            sandals, birkis, wooden clogs, wooden shoes, klompen, sabots, sabot, geta sandals, jikatabi, jika-tabi,
            tabi boots, zori sandals, khussa, khussas, peshawari chappals, peshawaris, hawai chappals, padukas, slops,
            thong shoes, pluggers, double pluggers, desert boot, veldskoene, vellies, felt boots, reindeer boots,
            reindeer-skin boots, sealskin boots, kamiks, kamik, nutukas, skin boots, bare-foot shoes, barefoot shoes,
            water shoes, aqua shoes, swim shoes, swim fins, fins, ice skate, hockey skates, figure skates, inline
            skates, quad skates, snowshoes, crampons, football cleats, track shoes, sneaks, sneaker boots, hi-tops, hi
            tops, stan smiths, gazelles, superstars, air force ones, chuck taylors, chucks, converse all stars,
            converse trainers, vans slip-ons, plimsoles, pumps shoes, gutties, sand shoes, gymmies, trabs, creps,
            brogue, brogue boots, brogue shoes
        """,
        Group.HEADWEAR: """
            tagelmust, tagelmoust, cheche, litham, sheshia, chechia, kofia, koofiyad, umqhele, tudung, telekung, gaung
            baung, roosari, rusari, lungee, šajkača, sajkaca, rogatywka, vinok, ochipok, caubeen, bunnet, titfer,
            coppola, tenugui, toortsog, monkey cap, madras headwrap, terry towelling hat, dutch bonnet, welsh hat,
            stovepipe, cholita hat, bombín, mollera, kippot, koppel, montera, barretina, txapela, boina, chupalla,
            chupallo, jipijapa, vueltiao, charro hat, gaucho hat, boss of the plains, ten-gallon hat, ten gallon hat,
            cattleman, outback hat, slouch, digger hat, campaign hat, mountie hat, ranger hat, scout hat, forage cap,
            garrison cap, side cap, field cap, patrol cap, army cap, sailor cap, sailor hat, captain's hat, captain
            hat, captain's cap, breton cap, fisherman cap, fisherman's cap, fiddler cap, mariner cap, greek
            fisherman's cap, newsboy hat, eight-panel cap, gatsby cap, paperboy cap, driving cap, golf cap, ivy cap,
            cheese-cutter, dutch cap, tam-o'-shanter, tam o shanter, balmoral bonnet, feather bonnet, busby hat,
            bearskin hat, pickelhaube, stahlhelm, brodie helmet, combat helmet, army helmet, riot helmet, police
            helmet, custodian helmet, fireman's helmet, firefighter helmet, fire helmet, motorcycle helmet, motorbike
            helmet, racing helmet, cycling helmet, bicycle helmet, riding helmet, riding hat, ski helmet, climbing
            helmet, safety helmet, construction helmet, welding mask, welding helmet, batting helmet, football helmet,
            hockey helmet, fencing mask, knight's helmet, visored helmet, great helm, sallet, bascinet, barbute,
            corinthian helmet, galea, kabuto, viking helmet, winged helmet, diving helmet, astronaut helmet, flying
            helmet, pilot's cap, pilot cap, aviator cap, aviator hat, leather flying helmet, chauffeur cap,
            chauffeur's cap, conductor's cap, bellhop hat, nurse cap, nurse's hat, surgical cap, scrub cap, scrub hat,
            chef toque, baker's hat, paper hat, forage hat, mob cap, mobcap, night cap, nightcap, sleeping cap, sleep
            cap, bonnet cap, poke bonnet, easter bonnet, straw bonnet, cartwheel hat, picture hat, saucer hat,
            cocktail hat, half hat, birdcage veil, pheasant feather hat, turban hat, turbans, taqiyah cap, prayer cap,
            kopiah, ketayap, topor, pheta, safa, mysore peta, gandhi topi, himachali cap, dhaka topi, pakol, chitrali
            cap, karakul hat, astrakhan hat, papaha, malahai, tubeteika, tubeteyka, doppa, kalpak, telpek, cossack
            hat, ear-flap hat, earflap hat, trapper, deerstalker hat, tibetan hat, yak fur hat, mongolian hat, khalkha
            hat, eboshi, kanmuri, sugegasa, kasa, jingasa, tengai, amigasa, gache, satgat, jeonmo, ayam, nambawi, ao
            dai turban, khan dong, khăn đóng, salakot, buntal hat, songkok hat, destar, udeng, blangkon, tengkolok,
            bulang, iket, kufi cap, kufi hat, fila, fila cap, abeti aja, bolga hat, mokorotlo, basotho hat, zulu hat,
            inkehli, gele headwrap, ichafu, moussor, tignon, dhuku, chiffon scarf on the head, babushka, babushka
            scarf, platok, khimar, al-amira, shayla, dupatta veil, ghoonghat, bridal veil, wedding veil, mourning
            veil, lace veil, net veil hat, wimple veil, nun's veil, cornette, hennin, french hood, gable hood, coif
            cap, snood hat, juliet cap, caul, circlet crown, laurel crown, olive wreath, ivy crown, daisy chain, daisy
            crown, flower wreath, flower garland on head, floral headpiece, floral wreath, feathered headdress,
            carnival headdress, samba headdress, showgirl headdress, cat-ear headband, bunny-ear headband, devil
            horns, antlers, antler headband, horns, unicorn horn, alice bands, sweat band, tennis headband, sports
            headband, terry headband, elastic headband, velvet headband, beaded headband, headkerchief, head kerchief,
            head bandana, pirate hat, pirate's hat, tricorn hat, tricorne hat, bicorn, cavalier hat, musketeer hat,
            puritan hat, pilgrim hat, capotain, amish hat, homburg, pork-pie hat, porkpie, derby, coke hat, opera hat,
            gibus, silk hat, straw boater, skimmer, sisal hat, raffia hat, bamboo hat, palm hat, leaf hat, beach hat,
            floppy hat, floppy sun hat, swim hat, rain hat, rainhat, sou'wester hat, storm hat, waterproof hat, fleece
            hat, knit cap, knitted hat, knit hat, knit beanie, stocking cap, ski cap, toboggan hat, sherpa hat,
            peruvian hat, reggae hat, rasta hat, rastacap, rasta cap, tams, kangol, kangol hat, fitted cap, five-panel
            cap, camp cap, painter's cap, cyclist cap, cycling cap, running cap, school cap, cricket cap, baggy green,
            jockey cap, jockey's cap, polo helmet, pith hat, safari hat, explorer hat, mosquito net hat, beekeeper
            hat, beekeeper's hat, beekeeper's veil, cone hat, dunce cap, birthday hat, paper crown, cracker hat, santa
            cap, elf hat, witch's hat, wizard's hat, jester hat, jester cap, cap and bells, clown hat, magician's hat,
            leprechaun hat, mortar boards, doctoral bonnet, tudor bonnet, judge's wig hat, mitre hat, kamilavka,
            skufia, klobuk, shtreimel, spodik, kolpik, black hat, kippa, kipa, tefillin
        """,
        Group.NECKWEAR: """
            gabi, shamma, ipele, ajrak, ulos, khăn rằn, manta, sudarium, stola shawl, chunari, doupatta, shahtoosh,
            kani shawl, kullu shawl, pattu shawl, maflar, silk scarf, wool scarf, woolly scarf, knitted scarf, tartan
            scarf, college scarf, university scarf, striped scarf, cashmere scarf, blanket scarf, tube scarf, skinny
            scarf, neck tube, bandana scarf, scout scarf, scout neckerchief, sailor scarf, sailor collar tie, kipper
            tie, skinny tie, knitted tie, silk tie, regimental tie, club tie, clip-on tie, clip-on bow tie, string
            tie, western tie, jabots, stock, riding stock, ruff collar, lace ruff, fur collar stole, netela, netela
            shawl, kaross shawl, paisley shawl, fringed shawl, lace shawl, spanish shawl, manton, mantón, tallis,
            stola, khata, khada, chador shawl, pashmina shawl, phulkari dupatta, odhni, gamchha, lei of flowers,
            feather boas, priest's stole, clergy stole, hood scarf, fichus, kitenge scarf, kikoy, kikoi scarf, krama,
            pha biang, sabai shawl, selendang, rebosos, reboso, quechquemitl, lliclla
        """,
        Group.BELT: """
            rastra, kiekie, ta'ovala, kamarbandh belt, tagai, leather belt, canvas belt, rope belt, woven belt, webbed
            belt, elastic belt, chain belt, studded belt, western belt, champion's belt, wide belt, thin belt, skinny
            belt, waist cincher, karate belt, black belt, judo belt, obijime, obi sash, faja, chumpi, kushak, patka
            sash, cummerband, money belt, weight belt, weightlifting belt, sam browne, sam browne belt, bandolier,
            bandoleer, cartridge belt, duty belt, sword belt, weapon belt, climbing belt, tool-belt, ceinture fléchée,
            gamuda
        """,
        Group.EYEWEAR: """
            horn-rimmed glasses, half-moon glasses, half-moon spectacles, cat-eye glasses, cat-eye sunglasses, aviator
            glasses, round glasses, granny glasses, john lennon glasses, nerd glasses, thick glasses, wire-rimmed
            glasses, wraparound shades, wraparounds, mirror shades, mirrored sunglasses, polarised sunglasses,
            oversized sunglasses, heart-shaped sunglasses, steampunk goggles, welding goggles, flying goggles, aviator
            goggles, motorcycle goggles, motorbike goggles, lab goggles, protective goggles, safety specs,
            night-vision goggles, vr headset, vr goggles, virtual reality headset, ar glasses, smart glasses,
            magnifying visor, jeweller's loupe, loupe, opera-glasses, lorgnettes, pince nez, clip-on sunglasses,
            varifocal glasses, snow goggles, swim goggles, diving mask, dive mask, eye mask, domino mask
        """,
        Group.BAG: """
            market bag, string bag, net bag, jute bag, cloth bag, canvas bag, leather bag, sack, hessian sack, mail
            bag, mailbag, postbag, post bag, courier bag, satchel bag, saddle bag, tool bag, medical bag, camera case,
            guitar case, violin case, instrument case, cello case, garment bag, weekend bag, overnight bag, travel
            bag, wheeled suitcase, rolling suitcase, trolley bag, cabin bag, hand luggage, kit sack, swag bag, goody
            bag, gift bag, grocery sack, shopping basket bag, bucket purse, coin purse, wallet purse, evening purse,
            beaded purse, clutch purse, box clutch, envelope clutch, frame bag, doctor bag, bowling bag, saddle purse,
            chain bag, shoulder purse, sling, chest bag, chest pack, hip bag, hip pack, hip sack, bumbags, sporran
            bag, medicine bundle, medicine pouch, drawstring pouch, drawstring purse, tobacco pouch, dilly bag, bilum,
            chuspa, mochila, yarn bag, kiondo, potli pouch, batua, omikuji bag, kinchaku, randoseru, schoolbags, lunch
            bag, lunchbox bag, cool bag, nappy bag, diaper bag, changing bag, baby bag, bike bag, pannier bag,
            panniers, golf bag, tennis bag, racket bag, quivers, ammo pouch, rucksacks, backpacks, hiking backpack,
            hiking pack, bergen, pack
        """,
        Group.ACCESSORY: """
            norigae, binyeo pin, bichiya, toe rings, ring binder, sgian-dubh, sgian dubh, dirk, hand bells, alms
            bowls, llama on a rope, gaida, bagpipe, tiepin, tie pin, tie clip, tie bar, collar pin, lapel flower,
            carnation in his lapel, watch chain, fob watch, fob, sweatbands, wrist sweatband, wrist strap, kada, kara,
            karas, chooda, choora, bajuband, armbands, vambrace, vambraces, bracers, hathphool, haath phool, finger
            ring, signet, nose pin, nosepin, nathni, septum, labret, stretched ears, ear gauges, gauges, ear plugs,
            earplugs, ear studs, clip-on earrings, pearl studs, pearl drops, diamond studs, diamond earrings,
            statement earrings, statement necklace, shell necklace, puka shells, cowrie shells, tooth necklace, bone
            necklace, bead bracelet, beaded necklace, beaded bracelet, beaded jewellery, silver jewellery, gold
            jewellery, gold jewelry, silver jewelry, turquoise jewellery, jewels, gems, body chain, belly ring, navel
            ring, navel piercing, tongue piercing, belly button ring, ankle bracelet, ankle chain, ghungroos,
            ghungroo, ankle bells, ankle rattles, bells, leg bells, kneepads, elbow pads, elbow pad, wrist guards,
            shoulder pads, shoulder plates, pauldron, pauldrons, gloves, leather gloves, lace gloves, satin gloves,
            rubber gloves, latex gloves, surgical gloves, gardening gloves, driving gloves, goalkeeper gloves, goalie
            gloves, baseball glove, catcher's mitt, batting gloves, cycling gloves, ski gloves, falconry glove, hand
            wraps, wrist wraps, hand warmers, mitten gloves, evening gloves, elbow-length gloves, sleeve bands,
            kerchief in pocket, stole pin, kilt pin, epaulettes badge, medals, ribbons on his chest, war medals,
            sheriff's badge, police badge, name tag, visitor badge, poppy pin, ear defenders, ear protectors,
            headphones around neck, gaming headset, bluetooth earpiece, earpiece, microphone headset, walkman,
            discman, mp3 player, ipod, ipad, kindle, e-reader, selfie stick, tripod, camcorder, video camera, old
            camera, vintage camera, film camera in hand, polaroid camera, gimbal, boom mic, mic, microphone stand, mic
            stand, loudhailer, tin whistle, recorder, tuba, oboe, bassoon, piccolo, xylophone, marimba, bongo, bongos,
            djembe, conga, tabla drums, kora, erhu, pipa lute, shamisen, koto, didgeridoo, bodhrán, bodhran,
            concertina, squeezebox, hurdy-gurdy, mandolin, balalaika, bouzouki, oud, fiddle bow, violin bow, cello
            bow, trumpet case, bugle, horn instrument, french horn, cornet, euphonium, triangle, cymbals, gong,
            handbell, bell, baton twirl, pom-poms, pom poms, pompoms, cheerleading pompoms, hoop, hula-hoop, ribbon
            wand, juggling balls, juggling clubs, juggling pins, diabolo, yo-yo, yoyo, rubik's cube, playing card,
            chess piece, dice, domino, puzzle, jigsaw, crossword, sketchbook, sketchpad, sketch pad, drawing pad,
            canvas on easel, watercolours set, spray can, spray paint, paint tube, paint pot, paintpot, roller,
            trowel, plasterer's float, hod, bricks, brick in hand, plank, ladder, stepladder, secateurs, shears,
            pruning shears, hedge trimmer, chainsaw, lawnmower, strimmer, leaf blower, garden hose, hosepipe, plant
            pot, seedling, seedlings, sapling, pumpkin, pumpkins, cabbage, carrot, carrots, vegetables, basket of
            vegetables, basket of fruit, fruit, oranges, lemons, watermelon, slice of watermelon, pineapple, mango,
            mangoes, coconut, strawberries, cherries, corn cob, loaf of bread, loaf, croissant, pastry, bagel,
            pretzel, hot dog, kebab, taco, noodles, bowl of noodles, bowl of soup, bowl of rice, ramen bowl, fish,
            eel, crab, lobster, steak, chicken leg, turkey leg, sausage, eggs, egg, cheese, wheel of cheese, honey
            jar, jam jar, jar, lunchbox, lunch box, bento, bento box, pizza slice, slice of pizza, pizza box, takeaway
            box, chips, bag of chips, fish and chips, crisps, chocolate bar, sweets, sweet, candy, candy cane, toffee
            apple, candied apple, ice lolly, popsicle, birthday cake, wedding cake, tray of drinks, tray of cupcakes,
            tray of champagne, cocktail glass, martini, martini glass, whisky, whisky glass, tumbler, goblet, chalice,
            glass, glass of water, glass of beer, glass of champagne, glass of milk, glass of tea, can, beer can, soda
            can, coke can, beer bottle, wine bottle, bottle of wine, bottle of beer, bottle of water, milk bottle,
            baby bottle, bubble tea, boba, smoothie, milkshake, iced coffee, espresso cup, coffee mug, coffee pot,
            kettle, samovar, hookah, shisha pipe, e-cigarette, cigarette holder, snuff box, matchbox, matches, candle,
            oil lantern, torch flame, flaming torch, firework, sparklers, flare, glow stick, glow sticks, lightstick,
            fire poi, poi, bubble wand, soap bubbles, water pistol, water gun, nerf gun, catapult, slingshot,
            boomerang, spear gun, harpoon, musket, blunderbuss, machine gun, assault rifle, ak-47, sniper rifle,
            bazooka, grenade, handgun, laser gun, ray gun, blaster, energy sword, broadsword, longsword, long sword,
            rapier, cutlass, scimitar, claymore, machete, kukri, kirpan, tanto, wakizashi, naginata, halberd, pike,
            lance, mace, flail, war hammer, battle axe, battleaxe, tomahawk, hatchet, bow in hand, recurve bow,
            compound bow, arrows, round shield, riot shield, truncheon, police baton, nightstick, handcuffs, cuffs
            handcuffs, radio handset, speed gun, hand mirror, mirror in hand, hairbrush, hairdryer, hair dryer,
            curling iron, razor, shaving brush, toothbrush, lipstick in hand, powder compact, perfume bottle, nail
            file, feather fan, lace fan, pair of scissors, tailor's tape, measuring tape, pincushion, ball of wool,
            ball of yarn, yarn, wool, knitting basket, embroidery hoop, spindle, distaff, loom shuttle, rolling
            suitcase handle, wheel, tyre, tire, hubcap, spare tyre, oil can, jerrycan, petrol can, car keys, jack,
            crowbar, pliers, scalpel, forceps, thermometer, x-ray, chart, pill bottle, inhaler, bandages, first aid
            kit, medical mask, plaster cast, cast, sling on arm, arm sling, splint, neck brace, knee brace, wrist
            brace, wrist support, ankle brace, hospital wristband, oxygen tank, iv drip, stretcher, blood pressure
            cuff, teddy bears, dolls, rag doll, puppet, marionette, hand puppet, ventriloquist dummy, toy sword, toy
            plane, toy boat, toy train, paper plane, paper aeroplane, paper boat, pinwheel, windmill toy, bucket and
            spade, beach bucket, spade and bucket, armbands for swimming, rubber ring, swim ring, inflatable, lilo,
            bodyboard, boogie board, paddleboard, paddle board, kiteboard, windsurf board, water skis, snowboard under
            arm, sledge, sled, toboggan, hockey puck, curling stone, curling broom, golf ball, golf clubs, putter,
            driver club, tennis balls, table tennis bat, ping pong paddle, badminton racket, squash racket, lacrosse
            stick, polo mallet, croquet mallet, pool cue, snooker cue, cue, dart, bowling ball, bow quiver, fishing
            basket, fishing line, fish basket, landing net, butterfly net, shrimping net, lobster pot, crab pot, oar
            in hand, boat hook, anchor chain, ship in a bottle, telescope in hand, sextant, globe, atlas, guidebook,
            guide book, brochure, leaflet, flyer, flyers, poster roll, banner pole, protest sign, sign in hand,
            cardboard sign, stop sign, lollipop sign, chequered flag, rainbow flag, white flag, national flag,
            pennant, bunting string, letter, love letter, postcard, diary, journal, ledger, ledgers, files, briefs,
            manuscript, sheet of paper, sheaf of papers, blueprint, blueprints, plans, diploma, certificate, medal on
            ribbon, bowl of petals, thali, diya, diyas, incense sticks, incense burner, censer, crozier, bishop's
            staff, crosier, holy book, quran, koran, torah, torah scroll, prayer flags, prayer shawl bag, singing
            bowl, alms box, collecting tin, collection box, money, banknotes, coins, cash, credit card, shopping bags,
            shopping list, shopping bag handle, baby, newborn baby, toddler in her arms, baby carrier, papoose, snake,
            python, lizard, iguana, ferret, hedgehog, pangolin, hamster, guinea pig, mouse, rat, budgie, cockatoo,
            macaw, raven, crow, eagle, hawk, pigeons, dove, doves, swan, duck, ducks, ducklings, goose, geese, turkey,
            rooster, cockerel, piglet, pig, calf, calf rope, sheepskin rug, foal, llama, alpaca on a lead, monkey,
            tiger, lion, wolf, fox, bear, deer, fawn, husky, bulldog, pug, chihuahua, collie, border collie, alsatian,
            german shepherd, golden retriever, retriever, setter, beagle, hound, hounds, foxhound, lurcher, mastiff,
            rottweiler, dobermann, doberman, dalmatian, shih tzu, pomeranian, boxer dog, guide dog, police dog, stray
            dog, tabby cat, ginger cat, black cat, siamese cat, persian cat, bird, birds, birdcage, bird cage,
            butterfly, butterflies, beehive, honeycomb, smoker
        """,
    }
)
