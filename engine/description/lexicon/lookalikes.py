"""English words that look like a word of the lexicon with a typing mistake in it, and are none.

Pure data: common words of five letters and more that are one change away from a word of the lexicon ("dessert"). Chosen
from SCOWL (Spell Checker Oriented Word Lists), size 35. Copyright 2000-2011 by Kevin Atkinson. Permission to use, copy,
modify, distribute and sell these word lists, the associated scripts, the output created from the scripts, and its
documentation for any purpose is hereby granted without fee, provided that the above copyright notice appears in all
copies and that both that copyright notice and this permission notice appear in supporting documentation. Kevin Atkinson
makes no representations about the suitability of this array for any purpose. It is provided "as is" without express or
implied warranty.
"""

from __future__ import annotations

LOOKALIKES = frozenset(
    """
    abide abode abort abound abreast abridge abridges abroad absents abstracts abundances abused accented accenting
    ached aches aching acing acorn acorns acoustics acres added adore adored adores aeons afield afloat afresh
    aground aided aides aiding ailed ailing aimless aired airing airline airlines align aligns aline alined alines
    alining alive allay allays allied allies allow allowed allowing allows alloy alloys allying almonds aloud alter
    alters amazes ameer amended amending amends americans amirs amounts ample amplified amplifies amply amuse amuses
    analogies analogy ancients anesthetic anesthetics anger angers angling announcer announcers antelope antenna
    antennas antic antics antiqued antiques antler anythings apiece aping appeals appear apposite apprenticed
    apricots apter aptly aquamarines arbor arbors arcane arced archeologist archeologists archery archest arching
    archived arcing arcked ardor ardors arias arise arises arising armed arming armory arrange arranges arrays
    ascent ascents ashed ashing ashore asians asides asked asking aspen aspire aspires assent asserted asses assist
    assists assortments astray astride athletics atone atoned attach attached attired aural avenge avenges averaged
    averages avoids awaited awaiting awaits awards awhile awing axing babble babbles babes babied babier babiest
    backed backer backers backing backpacked bacon badder badger badgers badly badness baffle baffles baggier
    baggiest bagging bailed bailing bails baited baiting baits balded balds baled bales baling balked balking balks
    ballad ballet ballets balling balms banal banded bandies banding bandy banged banging banish banished banishes
    banishing banjoes banked banking banknote banks banned banter bantered banters baptism baptisms baptize baptized
    baptizes baptizing barbed barbs bared barer bares barged baring barked barking barks barred barrel barrels
    barren barrens barricaded barrier barriers barring barrings bartered bartering based baser bases bashed bashes
    bashing basics basil basin basing basis basses basted basting batch batched batches batching batted batter
    batters batting battle battles bauds bawled bawls bayed baying beached beaching beacon beacons beady beaked
    beaks beaned beaning beans bearding bearer bearers bearings beast beasts beater beaters beating beats beavers
    became beckoned beckoning bedded bedding bedside beefs beeper beets begged begging behead beheads behinds beings
    belated belch belches belie belied belies belled bellied belling bellow bellowing bellows bellying belting
    belying benched benching bender bents bequest bequests bereft berries beset besets besides bested besting betted
    better bettered bettering betters betting bewared bewaring bickered bickering bided bides biding biked biking
    billed billing billow bills binding binds bingo binned biped birched birth bitch bitched bitches bitching bitten
    bitter blacken blackens blacking blacks bladder bladders blamed blamer blames blaming blanch blanches bland
    blander blank blanked blanker blankest blanking blanks blare blared blares blaring blasted blaze blazed blazes
    blazing bleach bleaches bleak bleaker bleat bleated bleats bleed blend blended blending blends blent blessings
    blest blight blighted blighting blights blimps blinded blinder blinding blinker blips bliss blister blisters
    blithe blobbed blobs block blocks blocs blogged blogs blonder blondes blonds blooded blooding bloody bloom
    bloomed blooms blots bloused blubber blubbers bluebell bluffs blunder blunders blunting blunts blurt blurted
    bluster blusters boarder boarders boars boast boasted boasting boasts boated bobbing bobbins bobsledded boded
    bodes boding bogged bogging boggle boggles boiled boiler boils bolder boldness bolster bolsters bolted bolts
    bombed bombing bombs bondage bonded bonding bonds boned bones boney boning booby booed booing booked booking
    boomed booming booms boons boorish boors boost booster boosters boosts bootee booth booths booty bores boring
    bossed bossing bossy bother bothers bottled bottom bough boughs bought bounded bounding bounds bounties bouts
    bowel bowels bowlder bowlders bowled bowling braced bracing bracket brackets brackish bragged bragging brags
    brain brained braining brains brainstorm brainstorms brainy braise braised braises braising brake braked brakes
    braking branched brand brandied brands brash brasses brassier brassy brats brave braved braver braves braving
    brawl brawled brawling brawls brawn brayed braying brays breach breached breaches breaching breaded breading
    breath breaths breed breeds breezed breezing breezy brewed brews bribe bribes bridals bridged bridle bridles
    brief brighten brimming brine bring bringing brings brink brinks brisk brisks broach broaches broads brocades
    broilers broke bronzes brood broods brooked browned browning browns bruised brunch brunched brunches brunching
    brunettes brunt brusk brusker brutish bubbled bubbly bucked bucking buddies buddy budge budges budging buffed
    buffer buffers bugged bugger buggers buggier buggiest bugging bugled bugler buglers bugling built bulge bulges
    bulked bulking bulks bulled bullet bullets bullies bulling bulls bully bummed bummer bumming bumped bumper
    bumpers bumping bumpy bundle bundles bungle bungles bunked bunking bunks buoyed buoying burble burbles burglary
    burgle burned burner burners burning burns burred burring burrs bursts bused buses bushed bushel bushels bushier
    bushing busied busier busies busing busted busting bustled busying butchery butted butter buttered butterflied
    butters butting buttock butts buyer bytes cabbed cabbing cable cables cache cached caches caching cackle cackled
    cackles cackling caddied caddy cages caging caked caking calicos calked calking calks called caller calling
    callow calls calms calve camouflaged camouflages camped camping cancer cancers candied candled candling candor
    caned caning canister canisters canker cankers canned cannier canning cannon cannons canny canoed cantered
    cantering canvass caped caper capered capers capped capping captor captors capture captures caramels carats
    carded carding cared career careers cares cargo cargoes caring carnal carouse caroused carouses carped carping
    carps carrier carriers carted carting carton cartons cascaded cased cases cashed cashew cashews cashing casing
    casings casket caskets casks cassino cassinos caste caster casters castes castled casualty catchings catchy
    cater caters caulk caulks causal cause caused causes causing caution cautions caved cavern caverns caving cawed
    cawing cease ceased ceases ceasing celli cells censor censors centering centimeter cents ceremonials certain
    certificated chafe chafed chafes chafing chalky chamber chambers champagnes champed champs changed changing
    chant chanted chanting chants chaos chapping chapt charcoals charging charm charms charring chars charted
    charting chasm chasms chaste chatter chatters cheat cheats checker cheeked cheeking cheep cheeped cheeping
    cheeps cheery cheesed cheesing chestnuts chewy chick chicks chided chides chiding chile chiles chili chilis
    chill chillies chills chime chimes chimp chimps china chink chinked chinking chinks chinning chipped chipping
    chirps chiselling choir choirs chopper choral chorals chords chore chores chose chosen chowed chowing chows
    chuck chucked chucking chugged chugging chummed chumming chunk chunks cider ciders cinch cinches cinching cinder
    cinders circled cited cites citing clack clacking clacks clambered clambering clammed clamming clamp clamped
    clamping clamps clams clanging clangs clank clanked clanking clanks clans clapper clappers clash clashed
    clasping class classed classes classics classing clattered claws cleanse cleansed cleanser cleansers cleansing
    cleared clearer clears cleave cleaved cleaves cleaving clefs cleft clefts clenches clever click clicked clicking
    clicks clime climes clinch clinched clinches clinching cling clipping clipt clocked clods clone clones close
    closed closer closest closet closets clothe clothed clots clotting clout clouts clove clover clovers cloves
    clowned clubbed cluck clucked clucking clucks clues clump clumped clumping clumps clung clustered clusters
    clutter cluttering coached coaled coals coarsen coarser coasted coasting coated coaxes cobble cocking cocks
    cocky cocoanut cocoanuts codded codding coded codes coffer coffers coiling coined coked cokes coking colder
    colds colic collage collated colleges collide collides colon colones colonials colons coloreds colts comas
    combine comes comfortably coming command commandoes commands commerce commune communed communes communing
    compassed completion compliment compliments compose composed composes compute computed computes computing
    concealed conceit conceits concept concepts concern concerns concerti concerting concerto concertos concreted
    cones confidant congeal congeals conned conning consent consort consorted consorting consorts contained
    contemplatives contend contents contest context contract contracting contracts controlled convent converge
    converges conversed convert converts cooed cooing cookbook cookbooks cooker cooky cooled cooler coolers cooling
    coolly cools cooped cooping coops coped copier copies copped coppers copping cored cores corked corking corks
    cornea corneas corned cornier corning corny corps corpse corpses corral corrals cosier cosies cosmic costly
    costs costumed cottons couched couching councilor councilors countenanced counties countless county coupled
    coups course courser courted courting covert coverts covet coveted coveting covets coward cowards cowed cower
    cowered cowering cowers cowing coyer cozier cozily crack cracks craft crafts crags cramp cramping cramps crank
    cranked cranking cranks crashes crashing crass crated crating crave craved craves craving craze crazed crazes
    crazier crazing creak creaked creaks creamed creams creamy created creates creed creeds creepy cremate crepes
    crept crested cresting crewed crewing crews cribbed cribbing crimes crimsons cringe cringed cringes cringing
    crinkle crinkled crinkles crises crisis crispy croak croaked croaks crocheting croci crock crockery crocks
    crocodiles crocus cronies crony crooking croon crooned croons cropping crosser crossest crossroad crowed crowing
    crowning crucifies cruise cruises crumb crumbled crumple crumples crunchy crusade crusaded crusades crush
    crushed crushes crushing crust crusts cuddly culled culling culls cumming cunning curbing curdle curdled curdles
    curdling curds cures curing curled curried currying curse cursed curses cursing curtail curtails curved curving
    custard cutback cutbacks cuticle cuticles cutter cutters cutting cymbal cysts czars dabbed dabbing daemon
    daffodil dailies daily daises dallied dallies dally dallying dames dammed damned damning damns damper damping
    damps dandier dandiest danger dangers danker dapper dared dares daring darling darted darting dashed dashes
    dashing dated dates dating daubed daunt daunted daunting daunts dawned dawning daydreamt dazed dazes dazing
    deader deadlock deadlocked deadlocks deafer deals deans dearer dearly dears dearth dearths death deaths deaves
    decanter deceive deceived deceives deceiving decent deception deceptions decline declined declines declining
    dedicate deeded deeding deeds deems deeper deeps defective defectives defended defers delay delayed delaying
    delays delivery demurer denies denser dents depict deport deports derail derailed derailing derails derelicts
    derive derived derives deriving descend descends deserter deserved designed despise despot despots dessert
    desserts detain detained detaining detains determine determines deters detour detoured detouring detours
    developed devout diagnosis dials diced dicing diets diffuses diked dikes diking dills dimer dimes diminutives
    dimmed dined dines dining dinned dinner dinners dinning dinosaurs diplomata dipped dipping directer direr direst
    disable disables discord discorded discording discords discount discounted discounting discounts discs discuses
    dished dishes dishing disks displaced displacing disposables distanced distiller distillers distract distracts
    distresses ditched ditching ditty diverse divert diverts divest divine docked docking doers dogged dogging doily
    doing doled doles doling dollar dollars dolled dollies dolling dolly dolphin domed doming donors doomed dooming
    dooms doped dopes doping dosed doses dosing doted dotes doting doubled doubles doubly dough douse douses dowdy
    downed downing downs downward dowry dozens drabs drafts drained draining drama dramas drank drawer drawings
    drawl drawled drawling drawls dread dreaded dreading dream dreams dreary dregs drench drenches dressier dressy
    dried drier driers dries driest drifted drily drinker dripped drips drivel drivels driven drizzled droll droller
    drone drones drooling drools droop drooped droppings dross droves drown drowned drowning drowns drowse drowsed
    drowses drowsing drudge drudged drudges drudging drugged drugging drugs drunk drunks drying ducked ducking
    duckling ducts duded duding duels duets dulled dulling dulls dully dumber dummies dummy dumped dumping dumpling
    dumps dunce dunces dunged dunging dungs dunks dupes duping duress dusky dusted dustier dwell dwells dying
    dynamited earls earned earning earnings earns earthy eased eases easing eaten eater eaves eddies edger egged
    egging eggplants eighteens eighth eights either elevens embeds ember embroidering emits empire empires encircled
    ended endings engine engraver engravers entertained entice envelop enveloped envelops epaulet equality equated
    equating erotic erring escape escaped esthetic ether ethic ethnics evenest evens events evergreens evils
    evolutionary examiner examiners excepts excerpt excluded excludes exert exerts exotics expanses expansive expect
    expects expended expense explore explored explores export exports expose exposed express expresses extant
    extension extensive extinguisher extinguishers extras eying fable fables facet facets factor factors facts
    faeces failed failing failings fails fainter fairly fairs faked fakes faking falter falters famed fanned
    fantasied farces fared fares faring farmed farming farmland farther fashionably fasted fastener faster fasts
    fated fates fathered fathering fatigue fatigued fating fatten fattened fattening fattens fatter fault faults
    fauna faunas favorites fawned fawning fazed fazes fazing feared fearful fearing fears feathered feathery feats
    feature featured feces feeder feeler feelers feeling feint feinted feinting feints felled feller felling fells
    felted felting felts feminines fended fender fenders fending fends ferried fervent fester festers fetich
    fetiches fetter fettering fetters feuded feuding feuds fever fewest fezzes fibbed fibbing fiche fickle fiddly
    fidgeted fidgeting fidgety fielded fielding fiend fiends fiercer fiery fifteens fifth figured filed filet filets
    filing filled filler filling fills filly filmy finch finches finding finds fined finely finer fines fingered
    fingering fingertip fining finished firearm firearms fired firing firmed firmer firming firms firsts fishery
    fishier fitter fittings fiver fives fizzy flagstone flair flairs flake flaked flakes flame flamed flaming
    flamingoes flank flanks flannels flapped flaring flashed flashes flashing flashy flattering flawed flawing flaws
    fleas fleeced fleecing fleet fleeting fleets flesh fleshed flick flicked flicker flickers flicking flicks flier
    fliers fliest flight flights fling flinging flings flint flints flipper flipping flips flits flitted flitting
    flock flocked flocks flogs flood flooder floods floored flora florae floras floss flossed flounced flounder
    flounders flout flouted flouting flouts flowed flown flues fluff fluffs fluke flukes flunk flurried flurry flush
    flusher flushes flushing fluster flustering fluted flutist flutists fluttered fluxed fluxes fluxing foamed
    foaming foamy focal focuses focussed fodder fodders fogey fogged fogging foiled foils foist foisted foisting
    foists folding folks follies follower followings folly fonder fonts foods fooled fooling fools foray forayed
    foraying force forced forces forcing forded fording fords fores forger forgers forget forgets forgo forgoes
    forgoing forked forking format formats formed former forming forms forte fortes forth foster fosters fouls found
    founded founds fount founts fours fourteens fowls foxed foxing fraying frays freak freaks freed freeing frees
    freezer freezers frets frieze friezes fright frighted frightens frighting frights fringing frolicked frolicking
    frond fronds frosty froze fruity fudge fudges fueled fuels fulled fulling fulls fumble fumbles fumbling function
    functions fungi funnel funnels funner funnies funny furies furling furls furred futility fuzes gabbed gabbing
    gable gables gaged gages gagging gaging gaining gains galas gales galled galley galleys galling gallon gallons
    galloped galloping gallows galls gamble gambled gambler gamblers gambles gambling gamed games gaming gander
    ganders ganged ganging gangling gangs garaged garbage garble garbled gases gashed gashes gashing gasket gaskets
    gassed gasses gassing gated gatherings gating gauge gauged gaunter gavel gavels gawks gayer gazelle geared
    gearing gelded gelding gelds genera generated genes geneses gentile gentled gentler gentles gentries gentry
    genus germs getting giants gibes gifted gifting gigged gigging gilding gills gilts ginned ginning giraffe
    girdled gives giving gladder glade glades glads glamor glamors glamourous glassed glassy gleam glean gleaned
    gleaning gleans glider gliders glimpsed glimpses glint glistened glistening gloat gloated gloating gloats gloom
    gloss glosses gloving glowed glowered glowering gnarl gnarling gnarls gnats goads goals gobbed gobbing godless
    goggle golds golfed goodie goodies goods goody goofs goons goosed gored gores gorged gorging gouge gouges grabs
    grace graced graces gracing grade grader grades grading graduated graffito grafts grams grand grands grannie
    grant grants graph graphs grassed grassing grate grated gratefully grates grating grave graved gravel graveled
    graveling gravels graven graver graves graving grayed grayer grays graze grazed grazes greased greater greats
    greed greeks greened greening greens greetings grids griefs grille grilles grinder gripe griped gripes griping
    grits groan groans grocery groin groins groove grooved grooves grooving grope gropes groping gross grossed
    grosses grossing grouch grouched grouches grouching groups grovel grovels grower growers growl growled growling
    growls grudge grudged grudges grudging grunt guerilla guerillas guess guild guilds guile guilt guise guises
    gulfs gulled gullet gullets gulley gulling gummed gummier gummiest gumming gummy gunned gunning guppies guppy
    gushed gusher gushers gushes gushing gustier gusting gusts gusty gutted gutting guyed guying guzzle guzzled
    guzzles guzzling haddock haddocks hailed haled haler hales haling haloes halon halted halts halves halving
    hammed hammered hammering hamming hamper hampers handed handfuls handing handler handlers handsful handsomer
    handy hanger hangers hangings hanker hankers hapless harden hardened hardening hardens harder hardest hardy
    hared hares haring harked harking harks harming harmonic harms harnessed harried harries harrow harrows harry
    harrying harts hashed hashes hashing hasten hastened hastening hastens hatch hatched hatches hatching hated
    hates hating hatted hatting haven havens haves hawked hawking hayed haying hazed hazels hazing headed header
    headers heading headings heady healed healing heals health heaped heaping heaps heard hearing hears hearties
    hearty heated heater heaters heathen heathens heating heats heaven heavens heavies heavyweights heckler hecklers
    hedged hedging heeded heeding heeds heeled heeling heirs hellos helps hemmed hemming hence herbs heroes heroin
    heroins heron herons herring hewed hewing hiccuped hiccuping hicks highland highlight highlighted highs hilly
    hilts hinder hinders hinds hinged hinging hinted hinting hints hipped hipper hipping hired hires hiring hissed
    hisses hissing hitchhiker hitchhikers hived hives hiving hoard hoarded hoarding hoards hoarse hobbies hobby
    hoboes hocked hocking hocks hogged hogging holder holders holdup holed holidays holing holler hollers hollies
    hollow hollowed hollowing hollows homes homesteaded homey honed hones honeys honing honked honks hooding hoofed
    hoofs hooking hooped hooping hoorah hoorahs hooted hooter hooting hoots hooves hoped hopeless hopes hoping
    hopper hopscotched horde horded hordes hording hornet hornets horny horsed hosed hosing hosted hostessed hosting
    hotter hours housed hovel hovels hover hovered hovering hovers howls huffed huffs huffy huger hulking hulks
    hulled hulling hulls humane humans humble humbler humbles humbling humped humping humps hundreds hunger hungers
    hunks hurdled hurdling hurled hurling hurls hurray hurraying hurting hurtle hurtles hurts hushed hushes hushing
    husked huskier huskiest husking husks hustle hustles hustling hutch hutches hypnotism hypnotize hypnotized
    hypnotizes hypnotizing icicle ikons imaged imagined imagines imaging imbedding imitations imperials imperil
    imply impress impresses incensed inched inches inching include included inert infect infected infecting infects
    inferior inferiors influence influenced influences inked inking inland innate inner insect insects insider
    insiders insulate insulates insulted intenser inter interest interests interfaced interjection interjections
    interne internes inters inventory invert inverts investor investors irate irises isles itched itches itching
    jabber jacked jacking jaded jades jading jagged jailed jailing jailor jailors jails jambs jangle jangled jangles
    jangling jarring jaunt jaunted jaunting jaunts jaunty jawed jawing jeered jeering jeers jelled jellied jelling
    jells jelly jerking jested jesting jests jetting jeweled jibes jigged jigging jiggle jiggled jiggles jiggling
    jigsawn jilted jilting jilts jingled jingles jitters jobbed jobbing joined joins joint jointed jointing joints
    joked jokes joking jollies jolts jotted jotting journalism judged jugged jugging juiced juicy jumble jumbles
    jumbling jumpier jumpy junes junks junky juries juster jutted karat karats kayaked keeled keeling keels keener
    keens keeping killed killer killers killing kills kinder kindred kinds kinked kinking kinks kipper kited kiting
    knack knacks kneed kneeing knifed knifes knobs knocker knockers knotting knowing knowings knows knuckled label
    labels labored lacier lacing lacked laded lades lading ladled lager lagged lagging lairs lamed lamer lames
    laming lanced lancing lander lands landscaped lapped lapping lapses larded larding lards larger larges larked
    larking larks laser lashed lashing lasts latch latched latches latching latent later lathe lathed lather
    lathered lathering lathers lathes lathing laths latins latter lauding laughter launch launches lawless laxer
    lazier lazies lazying leach leaden leafed leafing leafs leaked leaking leaks leaky leaner learned learning
    learns learnt lease leased leases leasing least leathery leech leeches leered leering leers lefter lefts legal
    legged leggin lending lends lengthy leopards letting lever levies lewder lexica lifeline lifelines lighted
    lighten lightening lightens lightweights liked liken liker likes liking lilacs lilted lilting lilts limber
    limbers limbo limed limes liming limitation limper linear liner liners linked linker linking links lisped
    lisping lisps listed listener listing lists liter liters lither littered littering littler lived lively liven
    liver livers lives livid living livings loaded loader loading loafed loafs loaned loaning loans lobbed lobbied
    lobbing locale locals locked locker locking lodged lodger lodgers lodging lofted lofting lofty logged logger
    logging loins loitered loitering lollypop lollypops longed longer longing longs loonie loonies loons looping
    loops loosed loosen looser looses loosing looted looting loots loped lopes loping lopped lopping loser losers
    loses losing losses lotion lotions louse louses lousy loved lover lovers loves lowed lowering lowers lowing
    lowly loyal lucked lucking lucks lulled lulling lulls lumber lumbers lumped lumping lumps lunch lunched lunches
    lunching lungs lurched lurches lured lures luring lusher lushes luster lustier lusting lusts lusty lymph maced
    machined macho macing madden maddens madder madly magnified magnifies mailed mailing mails maimed maiming maims
    mains maizes major majors makes making malady malign malted malting malts mamas manage managed manages mange
    manger mangers mangle mangled mangles mangling mangy mania manias manicure manicures manly manned manner manners
    mantel mantels mantled mantlepiece mantlepieces manure maples mapped mapper mapping marbles marcher mares maria
    marigold mariner mariners marked marker markers marks maroons marred marriage marriages marring marrow marrows
    marshy martin marts masculines mashed mashes mashing masked masking masqueraded masses massing matchmaker
    matchmakers mated maternal mates mating matriarchs matter mattered mattering matters mattes matts matured
    maturer matures mauled mauling mauls maxim maxims meals meaning means meant meats meddle meddles media mediaeval
    median medias mediate mediated mediates mediating medicate medicated medicates medicating mediums meeting meets
    megaphoned mellow mellows mental menus meowed meowing merge merged merger mergers merges merging merrier merry
    meshed meshes meshing message messages messes messing metals meted meter meters meting mettle mewed mewing
    midget midgets midst midway midways midwifed midwifes midwived miens might mighty miked mikes miking milder
    mildly miles milker milky milled millinery milling mince minced minces mincing minded minding minds mined mingle
    mingling miniatures mining minks minor minors minted mints mired mires miring miser misers mismatches missed
    misses mister misting misusing mites mixed mixer mixers mixes mixing moaning moans mobbed mobbing mocked
    mockeries mockery mocking mocks modelings moderns modes modesty moist moister molar molars molded moldier
    molding molds moldy molest molted molting molts momma monarchies monarchs monarchy monies monster monsters month
    months moodier moodiest mooed mooing mooned mooning moorings moose mooted mooting moots mopes moping moral
    morals morns morons moths motion motions motorcycled motored motoring motors mound mounded mounding mounds mount
    mounted mounting mounts mourner moused mousey mousse mousses mouthful moved mover movers moves moving mower
    mowers mucked mucking mucks mucus muddle muddled muddles muddling muffed muffing muffle muffled muffles mugged
    muggers mugging muggy mulch mulched mulches mulching mulled mulling mulls multiples multiply mumble mumbles
    mumbling mumps muscled mused muses mushed mushes mushing mushy muslims musses mussing muster musters mustier
    musts musty muter mutes mutter mutters mutton mutts muzzle muzzled muzzles muzzling nabbed nabbing nagging
    nailed nailing naive named names naming narrows natives naturalist naturalists naturals naught naval navies
    neared nearing nears nebulae needed needing needled needless needling needs nerve nerved nerves nerving nested
    nesting nests nether nettle nettled nettles nettling newer niceties nicety nicked nicking nicks nifty nightly
    nimble nines nineteens ninnies ninny nipped nipping nippy nites nobler noblest nobly nodes noises noodle noodled
    noodling nooks noose nooses normal nosed nosey nosing nostalgia noted notes notice notices noting notion notions
    nought nouns novel novels nozzle nozzles nuder nudes nudge nudges nulls numbed nutted nutting oared oaring oases
    oaths obscured obscurer obscurest observer observers odder odors offed offerings ogled ogles oking okras olden
    oldest olives omens onion onset onsets oodles oozed oozes oozing opaqued opaquer opaques opened opening
    opposites option options orals orchestral order orders organism organisms other others otter otters ought ounce
    ounces ouster ousters ousting ousts outed outing outlay outlays outran outsider outsiders outwit outwits overate
    overcasts overgrow overgrows overheads overhear overheard overheat overs overshot owing owned owning pacified
    pacifies packaged packed packer packers packet packets packing pacts paddies padding paddy padlock padlocks
    paged pager pages paging pained paining pains palate palates paled paler pales paling palled palling pallor
    palls paltry pamper pampers pancaked pander pandered pandering panders paneling panes pangs panned panning
    pansies pantie panty papal papas papaya papayas papered parachuted parch parched parches parching pared pares
    paring parish parity parked parking parkway paroled paroling parrakeet parrakeets parred parring parse parsed
    parses parsing parsley parson parsons partied parties parts partying passage passages passed passes passing
    paste pasted pastels pastes pasties pasting pasts pastured pasty patching patchworks patents pates pathos
    patient patriarchs patrolled patrolling patron patrons patted patter pattered patters patties patting patty
    paunchy pauper paupers paved paves paving pawed pawing pawned pawning pawns payer payers peace peaces peaches
    peaking pealed pealing peals pears pease pebble pecked pecking pecks pedalled pedalling pedant pedants peddle
    peddled peddles peddling peeked peeped peeping peeps peeved peeving pelted pelting pelts penal pence penciled
    pended pending pends penes penis penned pennies penning penny pensioned peonies peons peopled perked perking
    perks permit permits persona personalized perter pester pesters pests petered petering peters petites petted
    petting petty phase phased phases phasing pheasant pheasants phoney phoneys phonied phonies phonograph
    phonographs phony phonying photocopier photocopiers photon photons pickax pickaxed picket pickets pickier pickle
    pickled pickles pickling picky piddle piddled piddles piddling pieced pieces piecing pierce pierces pigged
    pigging piked piking piling pillage pillages pilled pilling pillowing pills pimply pined pining pinked pinker
    pinking pinks pinning piped pirated piston pistons pitched pitching pities pitted pitting pivot pivots placed
    placid placing plague plagues plaice plains planed planing planked planking planned planning planter planters
    plastics plateaux plated plating platter platters plead pleaded pleading pleads pleas pleasant pleased pledge
    pledges pliant plied plies plight plighted plighting plights plopped plopping plops plots plotter plotters ploys
    plucky plugged plugging plumb plumbed plumbs plumed plumped plumper plumping plumps plums plunger plungers
    pluses plush plusher plying poach poached poaches podded podding poems pointer pointers poised poises poising
    poison poisons poker pokers pokey polar polarize polarizes poled poles policed polices policy poling polios
    polite polled polling polls pompous pooped pooping poops popped popping popular pored poring ported porting
    portion portions posies posted posting posts postured potent potted pottery potting pouched pouching pounce
    pounced pounces pouncing pound power powered powering powers praise praised praises praising prank pranks prawn
    prayer prayers preceding preen prefect premise premised premiss premisses prepay press presses prevent prevented
    preventing prevents preyed preying preys price prices prick pricked pricking pricks pride prided prides priding
    pried pries printer printers printing printings privater probes processional processionals processor processors
    profiled programer programers programme programmed programmes project projects promenaded promises proms prone
    proofs propped propping props protected protecting protestor protestors protrude protruded prove proves prowler
    prows prying psalms pucker puckers pucks puddled puddling puffed puffier puffs puked pukes puking pulley pulped
    pulping pulps pulse pulsed pulses pulsing pumped pumping punker punned punning punted punter punters punting
    punts pupped puree purees purge purges purpler purples pursed pursing purveyor pusher pushers pushy pusses
    pussies puttied putties putty puttying puzzled puzzling pyres qualifies qualify quarrelled quarrelling quarried
    quaver quavers queer queers quell quells quest quests quieted quieter quieting quiets quirk quirks quits quitted
    quitter quitters quitting quote rabble rabbles rabies raced races racier racked racking radii radius raffle
    raffled raffles rafter raged rages ragged ragging raging raided raider raiders raiding raids railed rails rained
    raisin raisins rallied rallies rally rallying ramble rambled rambles rambling rammed ramming rampant ramps ranch
    ranched ranches ranged ranges ranging ranked ranker ranking rankle rankles ranks ranted ranting rants raped
    rapes rapid rapider raping rapped rapping rared rarely rarer rares rarest raring rasher rashes rasped rasping
    rasps rated rates rating ratio rationality ratios ratted rattle rattles ravel raveled raveling ravels ravings
    rawer razed razes razing react reacted reacting reader readers readied readings ready readying realer realist
    realists reals realty reamed reaming reams reaped reaping reaps reared rearing rears recant recanted recanting
    recants receiver receivers recipe recipes reckon reckons recorded recovered recovering recovery redder reeked
    reeking reeks reeled reeling reels referred refuge refuges regains regale regulars reined reining reins related
    relates relating relay relayed relaying relays religions remain rending rends rented renting rents repaid repeal
    repealing repeals report reported reports rescuer rescuers researched researches resent resented resenting
    resents resets reside resident residents resolver respiratory respite restive retail retailed retailing retails
    retains retch retched retches retching retire retires retort retorts retrieve retrieved retrieves retry revel
    reveler revelers reveling revelled revelling revels revery revolution revolutions revolve revolved revolves
    rhinos rhododendron riced rices riches ricing ricksha rickshas ridded ridding riddle riddled riddles riddling
    ridged ridging rifer rifled rifted rifting rifts rigged righted righter righting rightly rights riled riles
    riling rimming rinds ringed ringing rinses riots riper ripping rippled risen riser risers rising risks rites
    rituals riveted riveting roach roaches roams roared roaring roars robbed robber robbing robed robin robing
    robins rocket rockets rockier roles rolls romantics roofed rooked rookie rookies rooking rooks roomed rooming
    roomy roost roosted roosting roosts rooter roped roping rosier roster rosters rostra rotaries rotary rotted
    rotting rotunda rouged roughed roughing roughs rounder rounds rouse rouses route routed routes routing routs
    royals rubbed rubbers rubbing rubier rubiest ruder ruffed rugged ruing ruining rules rumble rumbles rumbling
    rummer rummy rumpled rumps runaway runaways runes rungs runnier runny runts ruses rusted rustics rustier rusting
    rustle rustles rustling rusts rusty rutted rutting sacked sacking sadder saddled saddling sades safaris safer
    safest saffrons sagas sager sages saint saintly saints sales sally saloon saloons salted salter salting salves
    sames sample sampling sandbag sanded sanding sandwiched saner sapped sapping satan sauntered sauntering sauted
    saved saver saves saving savvies savvy sayings scabbed scabbing scabs scald scalds scale scales scalped scaly
    scampered scampering scandal scandals scanner scanners scant scanted scanter scanting scants scare scared scares
    scarfed scarfs scaring scary scattered scattering scent scents scoffed scollop scolloping scollops scoop scooped
    scoops scoot scooted scooting scoots scope scopes score scored scores scoring scorn scorns scour scours scouted
    scouting scrabble scrammed scramming scrams scrap scrape scrapes scrapped scraps scratchy scrawl scrawled
    scrawling scrawls scream screams scruff scruffs scuffle scuffled scuffles scuffling scuffs scums scythed sealed
    sealing seals seaman seamed seamen seaming seared searing sears seating seats seceding seconds sedated seeded
    seeding seedy seeing seemed seeming seeped seeping seeps selves semen sender sending sends sense senses sensor
    sensors serener serial serials serum serums settle settled settles settling sevens seventeens seventh sever
    severest severs sewer sewers sexed sexes sexing shadowy shady shaft shafts shaikh shaikhs shaken shaky shall
    shallow shallows shame shamed shames shaming shams shape shapes shaping share shared shares sharing shark
    sharked sharking sharks sharped sharpener sharper shatter shattering shatters shave shaven shaver shavers shaves
    shaving sheaf sheathe sheathes sheave sheaves shedding sheered sheerer sheering sheers sheet sheik sheiks
    shelled sheller shelling sheltered sheltering sherries sherry shied shies shiftless shifty shined shingled
    shinned shinning shipped shipping shire shirk shirked shirking shirks shivered shivering shocking shocks shoed
    shoeing shone shooed shooing shook shoon shoos shopper shored shoring shorted shorten shorting shovelled
    shovelling showed showered showering showier showings shown showy shrank shreds shrew shriek shrieked shrieking
    shrieks shrunk shuck shucked shucking shucks shunning shuns shunted shunting shunts shuts shuttle shuttled
    shuttles shuttling shyer shying sicked sicken sicker sicking sickly sicks sided sidelined sidles sidling siege
    sieges sieved sifted sifting sifts sight sighted sighting sights signalled signalling signed signer signing
    silhouetted silks sills silly silted silting silts silvers silvery simile similes simmer simmering simmers
    simpler simplex since singe singeing singes singled singles singling singly sinking sinned sinner sinners
    sinning sinus sired sires siring sited siting sitter sitters sixes sixteens sixth sizes sizing skein skeins
    sketchy skewed skewing skids skill skills skimmed skimp skimped skimping skimps skinned skinnier skinniest
    skinning skits skulk skulked skulking skulks skyed skying slabbed slabbing slabs slack slacked slacker slacking
    slain slake slaked slakes slaking slams slander slanders slang slant slanted slanting slants slated slates
    slating slats slave slaved slaying slays sleeked sleeking sleeks sleeper sleeted sleeting slewed slewing slews
    slick slicking slicks slier slighted slighter slighting slights slime slimmed slimmer slimming slims slinging
    slink slinked slinking slinks slitter slitting sliver slivers slobs slogs sloped sloping slopped slopping sloppy
    slosh sloshed sloshes sloshing slots slotted slowed slower slowing slows sludge slugged slugging slugs sluice
    sluiced sluices sluicing slumber slumbers slummed slummer slumming slunk slurred slurring slurs sluts slyer
    slyly smalls smarts smash smashed smashes smashing smatterings smeared smearing smears smelly smelt smelted
    smelting smelts smidge smidges smite smites smiting smitten smocking smokestack smokier smolder smolders
    smoothed smoothes smoothing smooths smote smother smothers smoulder smouldered smouldering smoulders smudged
    smugger smuggle smuggled smuggles smuggling snack snacked snacking snacks snagging snags snail snailed snailing
    snails snaked snaking snappy snare snared snares snaring sneakier sneaky snicker snickers snide snider sniffled
    sniffling snipe sniped snipes sniping snipped snipping snips snitch snitched snitches snitching snobs snoop
    snooped snoops snorkelled snorkelling snort snorted snorting snorts snots snout snouts snowball snowballs snowed
    snuck snuff snuffed snuffing snuffs snugged snugging soaking soaks soaped soaping soaps sober sobers socialize
    socializes socked socket sockets socking sodas sodded sodding sodium soggy soiled soiling soils soldered
    soldering soled solicitous solider solids soling solves somber sombre somethings somewhats songs sonnet sonnets
    sooty sophisticate sophisticates sopped sopping sores sorest sorry sorted sorting sorts sought souls sounder
    soured souring sours south southwestern spaced spacing spaded spading spanks spanned spanning spans spare spared
    spares sparing spark sparking sparkle sparkled sparred spars spate spatted spatter spattered spattering spatters
    spayed spaying spays speaker speared spearing specious speck specked specking specks spectacle speeds spell
    spelled speller spelling spells sperms spewed spewing spews sphinges spice spiced spices spicing spicy spider
    spiders spied spilt spindly spite spited spites spitted spitting splat splice spliced splices splicing splinted
    splinter splinters splinting spoils spoke spokes spoof spoofs spook spooks spool spooled spooling spore spores
    spotting spout spouted spouting spouts sprang sprayed spraying sprays spreads spree spreed sprees spriest
    springing springy sprung spuds spurn spurns spurt spurted spurting spurts sputter sputters spying squad squads
    squared squarer squarest squaring squatted squatting squinter squired squiring squirt squirted squirting squirts
    stabled stabler stablest stabling stacking stacks staffed staged staggered staggering staging stags staid stake
    staked stakes staking stale staled stales staling stalled stalling stamp stamping stamps stanch stanched
    stanches standings stank stapler staplers starch starches starching stark starred starring start started
    starting starts starve starved starves starving state stated statements stater states stating stationery status
    statuses statute statutes stave staved staves staving stayed staying steal stealing steals steamy steeled
    steeling steels steeped steeping steeps stemming stems sterns stewed stewing stews stickier sticking stickler
    sticklers sticky stiff stiffed stiffing stiffs stifle stifles stilled stilling stills stilted sting stinger
    stingers stinging stings stink stinks stinted stocked stolen stolid stomached stomachs stomp stomped stomping
    stomps stoned stones stoney stoning stony stooping stopper stored storey storeys stories storing stork storks
    story stowed stowing stows straights strain strained strainer strainers straining strains stranded stranding
    strange straws stray strays streamed streaming stresses strew strews strife strike strikes strikings strings
    stringy striping stripped stript strive strived strives striving strode stroke stroked strokes stroking strong
    stronger strove struck structure structures stubbed stubbier stubbiest stubbing stubby stubs studding studious
    stuff stuffs stumped stumping stung stunk stuns stunting stutter stutters stylus subbed subbing submit submits
    subset subsets subtler subtly suburbans sucker suckle suckled suckles suckling suffer suffers suing suite suites
    sulky summary summed summing sunburn sunburns sunday sundays sunned sunnier sunniest sunning suntan suntans
    superb supers superstar supper suppers surer surge surged surging surly surprise surprises suspended swabbed
    swabbing swabs swaggered swaggering swamping swampy swapped swapping swaps swarms swathed swathes swats swear
    swearing swears sweeper sweepings sweeter sweethearts swelled sweller swelling swerve swerved swerves swerving
    swift swifts swigged swigging swigs swill swilled swilling swills swindle swindles swine swines swish switch
    switched switches switching swoon swoons swoop swooped swoops swore sworn symmetric symmetrical syringed tabbed
    tabbies tabbing tabled tabus tacked tackier tackiest tacking tacks tagging tailed tailing taint tainted tainting
    taints taken taker takers tales talker talkers tallow talon talons tamer tamest tamper tampered tampers
    tangerines tangles tangling tango tangoed tangos tangs tanked tanker tankers tanking taped taper tapers tapes
    taping tapped tapping tarried tarrier tarries tarring tarry tarrying tartans tartar tarter tarts tasked tasking
    tasks tasted tastes tasting tattle tattles taught taunt taunted taunting taunts taxed taxes taxies taxing
    teachings teaks teamed teaming teams teamster teamsters teared tearing teats tedium teems teetered teetering
    teethe teethed teethes telephoned telescoped teller tellers telling tells tender tenders tenets tense tensed
    tenser tenses tensing tensors tented tenth tenths tenting tepee tepees termed terms terraced tested tester
    testers testing tests tethered tethering textured thank thanked thanking thatches thaws theme theses theta
    thicken thickens thicker thickest thing things thinker thinned thins thirsty thirteens thistle thistles thorn
    thorns thorough thought threat threats threes threshed threshes throb throbs throng throngs throughput throve
    thumbed thumbing ticked ticking ticks tided tidies tiding tiffs tighter tilde tiling timed timer timers times
    timing tinder tinged tinging tingle tingled tingling tings tinkle tinkled tinkles tinkling tinned tinning tinny
    tinting tints tipping tiptoeing tireless titled titles titling titter titters toadstool toaster toddle toddled
    toddles toeing toffee toffees toffy togae toiled toils tolled tolling tolls tombed tombing tomes tones tongued
    tonic tonics toning tooled tooling tools tooted tooting toots topic topical topics topped topping torched
    torching torque torsi total totem totems totted totter totters totting touched touchings touchy tough toughs
    toured touring tours touted touting touts towed toweling towellings towered towing toyed toying tracked tracking
    tract tracts trade traded trades trading trailed trailer trailers trait traitor traitors traits tramp tramped
    tramps trance trances trapped traps trashes travelings travelled travelling trawl trawled trawling trawls
    treading treat treats treble trebled trebles trebling treed treeing trekked trekking trenched trend trended
    trends trestle trestles trial trialing trials trick trickle trickled trickles trickling tricks tried tries
    trifle trifles trill trilled trilling trills trimmer trios tripe tripled triples triplet tripos tripped tripping
    trips trite triter trolled trollies trolling trolly trooping troops trough trouts trowelling truce truces
    trucked trues truffle truffles trump trumped trumpeted trumping trumps trunk trust trusted trusting trusts
    trying tubes tucking tucks tugged tugging tumbled tumor tumors tunas tuned tunes tuning turfed turfing turfs
    turner turnip turnips turquoises turves tusks tuxedoes tweak tweaked tweaking tweaks tweet tweets twelves twigs
    twine twines twinged twinging twinning twist twister tying tzars udder unblock unblocked unblocking unblocks
    undergrounds underneaths understate understates understudied undertake undertaken undertakes undertow undertows
    undoes undying unfair unfastened unfastening uninformed unions unite united unites unities units unkind unpick
    unset upholsterer upload upped uppers uprights uptight upward urbane users utter utters vague vaguer valves
    vandal vandals vanes vanillas vanned varnish varnished varnishes varnishing vasts vatted veered veering veers
    vegetable veiling veined velvety vended vender venders vending vends venerate venerates verbs verged verier
    verse verses verve vested vesting vetting vices vicing viewer vigor viler villainy vinyls viola violas violent
    violets viper vipers vises vising vizor vizors vocal vocation vocations volcanoes volley volleys voted votes
    voting vouch vouches vouching vowed vowel vowels vowing vying wadded wadding waddle waddled waddles waddling
    wafer wafers waffled wafted wafting wafts waged wager wagers wages wagging waging waifs wailed wailing wails
    waived waiver waivers waives waiving waked wakes waking walled walling wallop walloped walloping wallops waned
    wanes waning wanner wanted wanting wanton wantons wants warble warbled warded warding warehoused warmer warned
    warning warns warps warren warrens warring warts washer washers washings wasps wasted wastes wasting watery
    watts waver wavers waxes waxing weaker wealthy weaned weaning weans wearying weasel weasels wedder weddings
    wedged wedging weeded weeding weeds weeing weekended weigh weighs weighty weird welled welling wells welted
    welter welters welting welts westerns wetter wetting whack whacked whacking whacks whaled whats wheedled
    wheedling wheres whiled whiles whiling whimper whimpers whims whine whines whining whipped whirr whirred
    whirring whirrs whirs whisker whiskys whispered whispering whiten whitens whiter whitest whitewashes whittle
    whittled whittles whittling wholes wholly whoops whore whores wicked wickers wicket wickets wicks wider wigged
    wigging wiggle wiggled wiggles wiggling wilder wilds willed willing wills wilted wilting wilts winch winched
    winches winching windowpanes wined wines winging wining winning wintery wiper wipers wired wires wiring wises
    wished wishes wishful wishing witched witching witting wizes wobbly woken wombat wombats wombs wonder wondered
    wondering wonders woodies woody wooed woofed woofs woolens woolie woolies wooly worded wording words workings
    world wormed worming worms worries worry worse worshiped worshiping worshipper woulds wounder wounds wowed
    wowing wrangler wrangles wrapt wrath wreak wreaks wreathe wreathes wrenched wrest wrested wresting wrests wretch
    wretches wrier wriest wright wringer wringers writhe writhed writhes writhing writings writs wrong wronged
    wronging wrongs wrung yacked yacking yacks yanks yapped yapping yearly yearns years yellows yelped yelping yelps
    yield yielded yielding yields yocks yodel yodeling yodelling yodels yoked yokel yokels yoking yours yowls yucks
    zeros zests zinced zincing zipping zombi zombis zoned zoomed zooming zooms
    """.split()
)
