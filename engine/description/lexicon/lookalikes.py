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
    abide abode abort abound abreast abridge abridges abroad absents abstracts abundances abused accept accepts
    ached aches aching acing acorn acorns acoustics acres added adore adored adores aeons afield afloat afresh
    aground aided aides aiding ailed ailing aimless aired airing airline airlines align aligns aline alined alines
    alining alive allay allays allow alloy alloys almonds aloud alter alters amazes ameer amended amending amends
    americans amirs amounts ample amplified amplifies amply amuse amuses analogies analogy ancients anesthetic
    anesthetics anger angers angling antelope antenna antennas antic antics antiqued antiques antler anythings
    apiece aping appeals appear apposite apprenticed apricots apter aptly aquamarines arbor arbors arcane arced
    archeologist archeologists archery archest arching archived arcing arcked ardor ardors arias arise arises
    arising armed arming armory arrange arranges arrays ascent ascents ashed ashing ashore asians asides asked aspen
    aspire aspires assent asserted asses assist assists assortments astray astride athletics atone atoned attach
    attached attired aural avenge avenges averaged averages avoids awaited awaiting awaits awards awhile awing axing
    babble babbles babes babied babier babiest backed backer backers backing backpacked bacon badder badger badgers
    badly badness baffle baffles baggier baggiest bagging bailed bailing bails baited baiting baits balded balds
    baled bales baling balked balking balks ballad ballet ballets balling balms banal banded bandies banding bandy
    banged banging banish banjoes banked banking banknote banks banned banter bantered banters baptism baptisms
    baptize baptized baptizes baptizing barbed barbs bared barer bares barged baring barked barking barks barred
    barrel barrels barren barrens barricaded barrier barriers barring barrings barter bartered barters based baser
    bases bashed bashes bashing basics basil basin basing basis basked basking basks basses batch batched batches
    batching batted batter batters batting battle battles bauds bawled bawls bayed baying beached beaching beacon
    beacons beady beaked beaks beaned beaning beans bearding bearer bearers bearings beast beasts beater beaters
    beating beats beavers became beckoned beckoning bedded bedding bedside beefs beeper beets begging behead beheads
    behinds beings belated belch belches belie belied belies belled bellied belling bellow bellowing bellows benched
    benching bender bents bequest bequests bereft berries beset besets besides bested besting betted better bettered
    bettering betters betting bewared bewaring bicker bickers bided bides biding biked biking billed billow bills
    binding binds bingo binned biped birched birth bitch bitched bitches bitching bitten blacken blackens blacking
    blacks bladder bladders blamed blamer blames blaming blanch blanches bland blander blank blanked blanker
    blankest blanking blanks blare blared blares blaring blasted blaze blazed blazes bleach bleaches bleak bleaker
    bleat bleated bleats blend blended blending blends blent blessings blest blight blighted blighting blights
    blimps blinded blinder blinding blinker blips bliss blister blisters blithe blobbed blobs block blocks blocs
    blogged blogs blonder blondes blonds blooded blooding bloody bloom bloomed blooms blots bloused blubber blubbers
    bluebell bluffs blunder blunders blunting blunts blurt blurted bluster blusters boarder boarders boars boast
    boasted boasting boasts boated bobbing bobbins bobsledded boded bodes boding bogged bogging boggle boggles
    boiled boiler boils bolder boldness bolster bolsters bolted bolts bombed bombing bombs bondage bonded bonding
    bonds boned bones boney boning booby booed booing booked booking booming booms boons boorish boors boost booster
    boosters boosts bootee booth booths booty bores boring bossed bossing bossy bother bothers bottled bottom bough
    bought bounded bounding bounds bounties bouts bowel bowels bowlder bowlders bowled bowling braced bracing
    bracket brackets brackish bragged bragging brags brain brained braining brains brainstorm brainstorms brainy
    braise braised braises braising brake braked brakes braking branched brand brandied brands brash brasses
    brassier brassy brats brave braver braves brawl brawled brawling brawls brawn brayed braying brays breach
    breached breaches breaching breaded breading breath breaths breed breeds breezed breezing breezy brewed brews
    bribe bribes bridals bridged bridle bridles brief brighten brimming brine bring brings brink brinks brisk brisks
    broach broaches broads brocades broilers broke bronzes brood broods brooked browned browning browns bruised
    brunch brunched brunches brunching brunettes brunt brusk brusker brutish bubbled bubbly bucked bucking buddies
    buddy budge budges budging buffed buffer buffers bugged bugger buggers buggier buggiest bugging bugled bugler
    buglers bugling built bulge bulges bulked bulking bulks bulled bullet bullets bullies bulling bulls bully bummed
    bummer bumming bumped bumper bumpers bumping bumpy bundle bundles bungle bungles bunked bunking bunks burble
    burbles burglary burgle burned burner burners burning burns burps burred bursts bused buses bushed bushel
    bushels bushier bushing busied busier busies busing busted busting bustled busying butchery butted butter
    buttered butterflied butters butting buttock butts bytes cable cables cache cached caches caching caddied caddy
    cages caging caked caking calicos calked calking calks called caller calling callow calls calms calve
    camouflaged camouflages camped camping cancer cancers candied candled candling candor caned caning canister
    canisters canker cankers canned cannier cannon cannons canny canoed canter cantered canters canvass caped caper
    capered capers capped capping captor captors capture captures caramels carats carded carding cared career
    careers cares caress cargo cargoes caring carnal carouse caroused carouses carped carping carps carrier carriers
    carted carting carton cartons cascaded cased cases cashed cashew cashews cashing casing casings casket caskets
    casks cassino cassinos caste castes castled casualty catchings catchy cater caters caulk caulks causal cause
    caused causes causing caution cautions caved cavern caverns caving cawed cawing cease ceased ceases ceasing
    celli cells censor censors centering centimeter cents ceremonials certain certificated chafe chafed chafes
    chafing chalky champagnes champed champs changed changing chant chanted chanting chants chaos chaperoned
    chapping chapt charcoals charging charm charms charring chars charted charting chasm chasms chaste chatter
    chatters cheat cheats checker cheeked cheeking cheep cheeped cheeping cheeps cheery cheesed cheesing chestnuts
    chewy chick chicks chided chides chiding chile chiles chili chilis chill chillies chills chime chimes chimp
    chimps china chink chinked chinking chinks chinning chipped chipping chirps chiseled choir choirs choke choked
    chokes choking chopper choral chorals chords chore chores chose chosen chowed chowing chows chuck chucked
    chucking chugged chugging chummed chumming chunk chunks cider ciders cinch cinches cinder cinders circled cited
    cites citing clack clacking clacks clamber clambers clamp clamped clamping clamps clams clanging clangs clank
    clanking clanks clans clapper clappers clash clashed clasping class classed classes classics classing clattered
    claws cleanse cleansed cleanser cleansers cleansing cleared clearer clears cleave cleaved cleaves cleaving clefs
    cleft clefts clenches clever click clicked clicking clicks clime climes clinched cling clinked clinks clipping
    clipt clocked clods clone clones close closed closer closest closet closets clothe clothed clots clotting clout
    clouts clove clover clovers cloves clowned clubbed cluck clucked clucks clues clump clung clustered clusters
    clutter cluttering coached coaled coals coarsen coarser coasted coasting coated coaxes cobble cocking cocks
    cocky cocoanut cocoanuts coded codes coffer coffers coiling coined coked cokes coking colder colds colic collage
    collated colleges collide collides colon colones colonials colons coloreds colts comas combine comes comfortably
    coming command commandoes commands commerce commute commuted commutes compassed completion compliment
    compliments compose composed composes compute computed computes concealed conceit conceits concept concepts
    concern concerns concerti concerting concerto concertos concreted cones confidant congeal congeals conned
    conning consent contained contemplatives contend contents contest context contract contracting contracts
    controlled convent converge converges conversed convert converts cooed cooing cookbook cookbooks cooker cooky
    cooled cooler coolers cooling coolly cools cooped cooping coops coped copier copies copped coppers copping cored
    cores corked corking corks cornea corneas corned cornier corning corny corps corpse corpses corral corrals
    cosier cosies cosmic costly costs costumed cottons couched couching cough councilor councilors count counted
    countenanced counties countless counts coupled coups course courser covert coverts covet coveted coveting covets
    coward cowards cowed cower cowered cowering cowers cowing coyer cozier cozily crack cracks craft crafts crags
    crammed cramps crams crank cranked cranking cranks crashes crashing crass crated crating crave craved craves
    craving craze crazed crazes crazier crazing creak creaked creaks creamed creams creamy created creates creed
    creeds creepy cremate crepes crept crested cresting crewed crewing crews cribbed cribbing crimes crimsons cringe
    cringed cringes cringing crinkle crinkled crinkles crises crisis crispy croak croaked croaks crochets croci
    crock crockery crocks crocodiles crocus cronies crony crooking croon crooned croons cropping crosser crossest
    crossroad crowed crowing crowning crucifies cruise cruises crumb crumbled crumple crumples crunch crunched
    crunches crusade crusaded crusades crush crushed crushes crushing crust crusts cuddly culled culling culls
    cumming cunning curbing curdle curdled curdles curdling curds cures curing curled curried currying curse cursed
    curses cursing curtail curtails curtsy curtsying curved curving custard cutback cutbacks cuticle cuticles cutter
    cutters cutting cymbal cysts czars dabbed daemon daffodil dailies daily daises dames dammed damns damper damping
    damps dandier dandiest danger dangers danker dapper dares daring darns darted darting dashed dashes dashing
    dated dates dating daubed daunt daunts dawned dawning dazed dazes dazing deader deadlock deadlocked deadlocks
    deafer deals deans dearer dearly dears dearth dearths death deaths deaves decent deception deceptions decline
    declined declines declining dedicate deeded deeding deeds deems deeper deeps defective defectives defended
    defers delivery demurer denies denser dents depict deport deports derail derailed derailing derails derelicts
    derive derived derives deriving descend descends deserter deserved designed despot despots dessert desserts
    detain detained detaining detains determine determines deters developed dials diced dicing diets diffuses diked
    dikes diking dills dimer dimes diminutives dimmed dined dines dining dinned dinner dinners dinning dinosaurs
    diplomata dipped dipping direr disable disables discount discounts discs discuss dished dishes dishing disks
    displaced displacing disposables distanced distiller distillers distract distracts distresses ditched ditching
    ditty diverse divert diverts divest divine docked docking dodge dodges doers dogged dogging doily doing doled
    doles doling dollar dollars dolled dollies dolling dolly dolphin domed doming donors doodle doodles dooms doped
    dopes doping dosed doses dosing doted dotes doting doubled doubles doubly dough douse douses dowdy downed
    downing downs downward dowry dozens drabs drafts drained draining drama dramas drank drawer drawings drawl
    drawled drawling drawls dread dreaded dreading dream dreams dreary dregs drench drenches dressier dressy dried
    drier driers dries driest drifted drilled drily drinker dripped drips drivel drivels driven drizzled droll
    droller drone drones drooling drools droop dropped dropping drops dross droves drown drowned drowning drowns
    drowse drowsed drowses drowsing drugged drugging drugs drunk drunks drying ducked duckling ducts duded duding
    duels duets dulled dulling dulls dully dumber dummies dummy dumped dumping dumpling dumps dunce dunces dungs
    dunks dupes duping duress dusky dusted dustier dwell dwells dying dynamited earls earning earnings earns earthy
    eased eases easing eaten eater eaves eddies edger egged egging eggplants eighteens eighth eights either elevens
    elope elopes embeds ember embroider embroiders emits empire empires encircled ended endings engine entertained
    entice envelop enveloped envelops epaulet equality equated equating erotic erring escape escaped esthetic ethic
    ethnics evenest evens events evergreens evils evolutionary examiner examiners excepts excerpt excluded excludes
    exert exerts exotics expanses expansive expect expects expended expense explore explored explores export exports
    expose exposed express expresses extant extension extensive extras eying fable fables facet facets factor
    factors facts faeces failed failing failings fails fainted fainter fainting faints fairly fairs faked fakes
    faking falter falters famed fanned fantasied farces fared fares faring farmed farming farmland farther
    fashionably fasted fastener faster fasts fated fates fathered fathering fatigue fatigued fating fatten fattened
    fattening fattens fatter fault faults fauna faunas favorites fawned fawning fazed fazes fazing feared fearful
    fearing fears feathered feathery feats feature featured feces feeder feeler feelers feeling feint felled feller
    felling fells felted felts feminines fended fender fenders fending fends ferried fester festers fetching fetter
    fettering fetters feuded feuding feuds fever fewest fezzes fibbed fibbing fiche fickle fiddly fielded fielding
    fiend fiends fiercer fiery fifteens fifth figured filed filet filets filing filled filler filling fills filly
    filmy finch finding finds fined finely finer fines fingered fingering fingertip fining finished firearm firearms
    fired firing firmed firmer firming firms firsts fishery fishier fitter fittings fiver fives fizzy flagstone
    flair flairs flake flaked flakes flame flamed flaming flamingoes flank flanks flannels flapped flaring flashed
    flashes flashing flashy flattering flawed flawing flaws fleeced fleeing flees fleet fleets flesh fleshed flick
    flicked flicker flickers flicks flier fliers fliest flight flights fling flinging flings flint flints flipper
    flipping flips flits flitted flitting flock flocked flocks flogs flood flooder floods floored flopped flopping
    flops flora florae floras floss flossed flounced flounder flounders flout flouted flouting flouts flowed flown
    flues fluff fluffs fluke flukes flunk flurried flurry flush flusher flushes flushing fluster flustering fluted
    flutist flutists fluttered fluxed fluxes fluxing foamed foaming foamy focal focuses focussed fodder fodders
    fogey fogged fogging foiled foils foist foisted foisting foists folding folks follies follower followings folly
    fonder fonts foods fooled fooling fools forage foraged forages foray forayed force forces forded fords fores
    forged forger forgers forget forgets forgo forgoes forked forking format formats former forms forte fortes forth
    foster fosters fouls found founded founds fours fourteens fowls foxed foxing fraying frays freak freaks freeing
    frees freezer freezers frets fried fries frieze friezes fright frighted frightens frighting frights frond fronds
    frosty froze fruity frying fudge fudges fueled fuels fulled fulling fulls fumble fumbles fumbling function
    functions fungi funnel funnels funner funnies funny furling furls furred futility fuzes gable gables gaged gages
    gagging gaging gaining gains galas gales galled galley galleys galling gallon gallons galloped galloping gallows
    galls gambler gamblers gamed games gaming gander ganders ganged ganging gangling gangs garaged garbage garble
    garbled gases gashed gashes gashing gasket gaskets gasped gasping gasps gasses gated gatherings gating gauge
    gauged gavel gavels gawks gayer gazelle geared gearing gelded gelding gelds genera generated genes geneses
    gentile gentled gentler gentles gentries gentry genus germs getting giants gibes gifted gifting gigged gigging
    gilding gills gilts ginned ginning giraffe girdled gives giving gladder glade glades glads glamor glamors
    glamourous glassed glassy glaze glazed glazes glazing gleam glean gleaned gleaning gleans glider gliders
    glimpsed glimpses glint glistened glistening gloat gloated gloating gloats gloom gloss glosses gloving glowed
    glowered glowering gnarl gnarling gnarls gnats goads goals gobbed gobbing gobble gobbled gobbles godless goggle
    golds golfed goodie goodies goods goody goofs goons goosed gored gores gorged gouge gouges grabs grace graces
    gracing grade grader grades grading graduated graffito grafts grams grand grands grannie grant grants graph
    graphs grassed grassing grate grated gratefully grates grating grave graven graver graves graving grayed grayer
    grays graze grazed grazes greased greater greats greed greeks greened greening greens greetings grids griefs
    grill grilled grills grind grinding grinds gripe griped gripes griping grits groan groans grocery groin groins
    groove grooved grooves grooving grope gropes groping gross grossed grosses grossing grouch grouched grouches
    grouching groups grovel grovels grower growers growl growled growling growls grudge grudges grunt guerilla
    guerillas guess guild guilds guile guilt guise guises gulfs gulled gullet gullets gulley gulling gulps gummed
    gummier gummiest gumming gummy gunned gunning guppies guppy gushed gusher gushers gushes gushing gustier gusting
    gusts gusty gutted gutting guzzle guzzles hacked hacking hacks haddock haddocks hailed haled haler hales haling
    haloes halon halted halts halves halving hammed hammered hammering hamming hamper hampers handcuff handed
    handfuls handing handler handlers handsful handsomer handy hanger hangers hangings hanker hankers hapless harden
    hardened hardening hardens harder hardest hardy hared hares haring harks harming harmonic harms harnessed
    harried harries harrow harrows harry harrying harts hashed hashes hashing hasten hastened hastening hastens
    hatch hatched hatches hatching hated hates hating hatted hatting haunt haunted haunting haunts haven havens
    haves hawked hayed haying hazed hazels hazing headed header headers heading headings heady healed heals health
    heaped heaping heaps heard hearing hears hearties hearty heated heater heaters heathen heathens heating heats
    heave heaved heaves heaving heavyweights hedged hedging heeded heeding heeds heeled heeling heirs hellos helps
    hemmed hemming hence herbs heroes heroin heroins heron herons herring hewed hewing hicks highland highlight
    highlighted highs hilly hilts hinder hinders hinds hinged hinging hinted hinting hints hipped hipper hipping
    hired hires hiring hissed hisses hissing hitchhiker hitchhikers hived hives hiving hoard hoarded hoarding hoards
    hoarse hobbies hobble hobbled hobbles hobby hoboes hocked hocking hocks hogged hogging holder holders holdup
    holed holidays holing holler hollers hollies hollow hollowed hollowing hollows homes homesteaded homey honed
    hones honeys honked honks hooding hoofed hoofs hooking hooped hooping hoorah hoorahs hooted hooting hoots hoped
    hopeless hopes hoping hopper hopscotched horde horded hordes hording hornet hornets horny horsed hosed hosing
    hosted hostessed hosting hotter hours housed hovel hovels hover hovered hovering hovers howls huffed huffs huffy
    huger hulking hulks hulled hulling hulls humane humans humble humbler humbles humbling humped humping humps
    hundreds hunger hungers hunks hurdled hurdling hurled hurling hurls hurray hurraying hurting hurtle hurtles
    hurts hushed hushes hushing husked huskier huskiest husking husks hustle hustles hustling hutch hutches
    hypnotism icicle ikons imaged imagined imagines imaging imbedding imitations imperials imperil imply impress
    impresses incensed inched inches include included inert inferior inferiors influence influenced influences
    inhale inhaled inhales inked inking inland innate inner insect insects insider insiders insulate insulates
    insulted intenser inter interest interests interfaced interjection interjections interne internes inters
    inventory invert inverts investor investors irate irises isles itched itches itching jacked jacking jaded jades
    jading jagged jailed jailing jailor jailors jails jambs jangle jangled jangles jangling jarring jaunt jaunts
    jaunty jawed jawing jeered jeering jeers jelled jellied jelling jells jelly jerking jested jesting jests jetting
    jeweled jibes jigged jigging jiggle jiggled jiggles jiggling jigsawn jilted jilting jilts jingled jingles jobbed
    jobbing joined joins joint jointed jointing joints jokes joking jollies jolts jotted jotting journalism judged
    jugged jugging juiced juicy jumble jumbles jumbling jumpier jumpy junes junks junky juster karat karats kayaked
    keeled keeling keels keener keens keeping killer killers kills kinder kindled kinds kinked kinking kinks kipper
    kited kiting kneed kneeing knifed knifes knobs knockers knotting knowing knowings knows knuckled label labels
    labored lacier lacing lacked laded lades lading ladled lager lagged lagging lairs lamed lamer lames laming
    lanced lancing lander lands landscaped lapped lapping lapses larded larding lards larger larges larking larks
    laser lashed lashing lasts latch latched latches latching latent later lathe lathed lather lathered lathering
    lathers lathes lathing laths latins latter lauding laughter launch launches lawless laxer lazier lazies lazying
    leach leaden leafed leafing leafs leaked leaking leaks leaky leaner learned learning learns learnt lease leased
    leases leashed leasing least leathery leech leeches leered leering leers lefter lefts legal legged leggin
    lending lends lengthy leopards letting lever levies lewder lexica licked licking licks lifeline lifelines
    lighted lighten lightening lightens lightweights liked liken liker likes liking lilacs lilted lilting lilts
    limber limbers limbo limed limes liming limitation limper linear liner liners linked linker linking links lisped
    lisping lisps listed listener listing lists liter liters lither litter littering litters littler lived lively
    liven liver livers lives livid living livings loaded loader loading loafed loafs loaned loaning loans lobbed
    lobbied lobbing locale locals locked locker locking lodged lodger lodgers lofted lofting lofty logged logger
    logging loins loitered loitering lolled lolling lolls lollypop lollypops longed longer longing longs loomed
    looming loonie loonies loons looping loops loosed loosen looser looses loosing looted looting loots loped lopes
    lopped lopping loser losers loses losing losses lotion lotions louse louses lousy loved lover lovers loves lowed
    lowering lowers lowing lowly loyal lucked lucking lucks lulled lulling lulls lumber lumbers lumped lumping lumps
    lunch lunched lunches lunching lunge lunged lunges lunging lungs lurched lurches lured lures luring lusher
    lushes luster lustier lusting lusts lusty lymph maced machined macho macing madden maddens madder madly
    magnified magnifies mailed mailing mails maimed maiming maims mains maizes major majors makes making malady
    malign malted malts mamas manage managed manages mange manger mangers mangle mangled mangles mangling mangy
    mania manias manicure manicures manly manned manner manners mantel mantels mantled mantlepiece mantlepieces
    manure maples mapped mapper mapping marbles marcher mares maria marigold mariner mariners marked marker markers
    marks maroons marred marriage marriages married marries marring marrow marrows marry marrying marshy martin
    marts masculines mashed mashes mashing masqueraded masses massing matchmaker matchmakers mated maternal mates
    mating matriarchs matter mattered mattering matters mattes matts matured maturer matures mauled mauling mauls
    maxim maxims meals meaning means meant meats meddle meddles media mediaeval median medias mediate mediated
    mediates mediating medicate medicated medicates medicating mediums meets megaphoned mellow mellows melted melts
    mental menus merge merged merger mergers merges merging merrier merry messes messing metals meted meter meters
    mettle mewed mewing midst midway midways midwifed midwifes midwived miens might mighty miked mikes miking milder
    mildly miles milker milky milled millinery milling mince minced minces mincing minded minding minds mined mingle
    mingling miniatures mining minks minor minors minted mints mired mires miring miser misers mismatches missed
    misses mister misting misusing mites mixed mixer mixers mixes mixing moaning moans mobbed mobbing mocked
    mockeries mockery mocking mocks modelings moderns modes modesty moist moister molar molars molded moldier
    molding molds moldy molest molts momma monarchies monarchs monarchy monies monster monsters month months moodier
    moodiest mooed mooning moose moots mopes moping moral morals morns morons moths motion motions motorcycled
    motors mound mounded mounding mounds mount mourning moused mousey mousse mousses mouthful moved mover movers
    moves mowed mower mowers mowing mucked mucks mucus muddle muddled muddles muddling muffed muffing muffle muffled
    muffles mugged muggers mugging muggy mulled mulling mulls multiples multiply mumble mumbles mumbling mumps munch
    munched munches munching muscled mused muses mushed mushes mushing mushy muslims musses mussing muster musters
    mustier musts musty muter mutes mutter mutters mutton mutts muzzle muzzles nagging nailed nailing naive named
    names narrows natives naturalist naturalists naturals naught naval navies neared nearing nears nebulae needed
    needing needled needless needling needs nerve nerved nerves nerving nested nesting nests nether nettle nettled
    nettles nettling newer niceties nicety nicked nicking nicks nifty nightly nines nineteens ninnies ninny nipped
    nipping nippy nites nobler noblest nobly nodes noises noodle noodled nooks noose nooses normal nosed nosey
    nosing nostalgia noted notes notice notices noting notion notions nought nouns novel novels nuder nudes nudge
    nudges nulls numbed nutting nuzzle nuzzles oared oaring oases oaths obscured obscurer obscurest odder odors
    offed offerings ogled ogles oking okras olden oldest olives omens onion onset onsets oodles oozed oozes oozing
    opaqued opaquer opaques opens opposites option options orals orchestral order orders organism organisms other
    others otter otters ought ounce ounces ouster ousters ousting ousts outed outing outlay outlays outran outsider
    outsiders outwit outwits overate overcasts overgrow overgrows overheads overhear overheard overheat overs
    overshot owing owned owning pacified pacifies packaged packed packer packers packet packets packing pacts
    paddies padding paddy padlock padlocks paged pager pages paging pained paining pains palate palates paled paler
    pales paling palled palling pallor palls paltry pamper pampers pancaked pander pandered pandering panders
    paneling panes pangs panned pansies panted pantie panting panty papal papas papaya papayas papered parachuted
    parch parched parches parching pared pares paring parish parity parked parking parkway parrakeet parrakeets
    parred parring parse parsed parses parsing parsley parson parsons partied parties parts partying passed passes
    passing paste pasted pastels pastes pasties pasting pasts pastured pasty patching patchworks patents pates
    pathos patient patriarchs patrol patron patrons patted patter pattered patters patties patting patty paunchy
    pauper paupers paved paves paving pawed pawing pawned pawning pawns payed payer payers paying peace peaces
    peaches peaking pealed pealing peals pears pease pebble pecked pecking pecks pedalled pedalling pedant pedants
    peddle peddled peddles peddling peeked peeling peels peeped peeping peeps peeved peeving pegging pelted pelts
    penal pence penciled pended pending pends penes penis penned pennies penny pensioned peonies peons peopled
    perked perking perks permit permits persona personalized perter pester pesters pests petered petering peters
    petites petting petty phase phased phases phasing pheasant pheasants phoned phoney phoneys phonies phonograph
    phonographs phony photon photons pickax pickaxed picket pickets pickier pickle pickled pickles pickling picky
    piddle piddled piddles piddling pieced pieces piecing pierce pierces pigged pigging piked piking piling pillage
    pillages pilled pilling pillowing pills pimply pinched pinches pinching pined pining pinked pinker pinking pinks
    pinning piped pirated piston pistons pitched pitching pities pitted pitting pivot pivots placed placid placing
    plague plagues plaice plains planed planing planked planking planned planning planter planters plastics plateaux
    plated plating platter platters plead pleaded pleading pleads pleas pleasant pleased pledge pledges pliant plied
    plies plight plighted plighting plights plops plots plotter plotters plowed plowing plows ploys plugged plugging
    plumb plumbed plumbs plumed plumper plumps plums plungers pluses plush plusher plying poach poached poaches
    podded poems pointer pointers poised poises poising poison poisons poked poker pokers pokey polar polarize
    polarizes poled poles policed polices policy poling polios polite polled polling polls pompous pooped pooping
    poops popped popping popular pored poring ported porting portion portions posies posted posting posts postured
    potent potted pottery potting pouched pouching pounce pounced pounces pouncing pound power powered powering
    powers praise praised praises praising prance prances prank pranks prawn prayer prayers preceding preen prefect
    premise premised premiss premisses prepay press presses prevent prevented preventing prevents preyed preying
    preys price prices prick pricked pricking pricks pride prided prides priding pried pries printer printers
    printing printings privater probes processional processionals processor processors profiled programer programers
    programme programmed programmes project projects promenaded promises proms prone proofs propped props protected
    protecting protestor protestors protrude protruded prove proves prowler prows prying psalms pucker puckers pucks
    puddled puddling puffed puffier puffs pukes puking pulley pulped pulping pulps pulse pulsed pulses pulsing
    pumped pumping punker punned punning punted punter punters punting punts pupped puree purees purge purges
    purpler purples pursed pursing pursue pursues purveyor pusher pushers pushy pusses pussies putted putties
    putting puzzled pyres qualifies qualify quarried quaver quavers queer queers quell quells quest quests quieted
    quieter quieting quiets quirk quirks quits quitted quitter quitters quitting quote rabble rabbles rabies raced
    races racier racked racking radii radius raffle raffled raffles rafter raged rages ragged ragging raging raided
    raider raiders raiding raids railed rails rained raisin raisins rally ramble rambled rambles rammed rampant
    ramps ranch ranched ranches ranged ranges ranging ranked ranker ranking rankle rankles ranks rants raped rapes
    rapid rapider raping rapped rapping rared rarely rarer rares raring rasher rashes rasped rasping rasps rated
    rates rating ratio rationality ratios ratted rattle rattles raved ravel ravels raves raving ravings rawer razed
    razes razing react reacted reacting reader readers readied readings ready readying realer realist realists reals
    realty reamed reaming reams reaped reaping reaps reared rearing rears recipe recipes reckon reckons recorded
    redder reeked reeking reeks reeled reels refereed refuge refuges regains regale regulars reined reining reins
    related relates relating relay relayed relaying religions remain rending rends rented renting rents repaid
    repeal repealing repeals report reported reports researched researches resent resented resenting resents resets
    reside resident residents resolver respiratory restive retail retailed retailing retails retains retch retched
    retches retching retire retires retort retorts retrieve retrieved retrieves retry revel reveler revelers
    reveling revelled revelling revels revery revolution revolutions revolve revolved revolves rhinos rhododendron
    riced rices riches ricing ricksha rickshas ridded ridding riddle riddled riddles riddling ridged ridging rifer
    rifled rifted rifting rifts rigged righted righter righting rightly rights riled riles riling rimming rinds
    ringed ringing rinses riots riper ripping rippled risen riser risers rising risks rites rituals roach roaches
    roams roared roaring roars roast roasted roasting roasts robbed robber robbing robed robin robing robins rocket
    rockets rockier roles rolls romantics romped romps roofed rooked rookie rookies rooking rooks roomed rooming
    roomy roost roosted roosts rooter roped roping rosier roster rosters rostra rotaries rotary rotted rotting
    rotunda rouged roughs rounder rounds rouse rouses route routed routes routing routs royals rubbed rubbers
    rubbing rubier rubiest ruder ruffed rugged ruing ruining rules rumble rumbles rumbling rummer rummy rumpled
    rumps runaway runaways runes rungs runnier runny runts ruses rusted rustics rustier rusting rustle rustles
    rustling rusts rusty rutting sacked sacking sadder saddled saddling sades safaris safer safest saffrons sagas
    sager sages saint saintly saints sales sally saloon saloons salted salter salting salves sames sample sampling
    sandbag sanded sanding sandwiched saner sapped sapping satan sauted saved saver saves saving savvies savvy
    sayings scabs scald scalds scale scales scalped scaly scamper scampers scandal scandals scanner scanners scans
    scare scared scares scarfed scarfs scaring scary scattering scent scents scoffed scollop scolloping scollops
    scoop scooped scoops scoot scooted scooting scoots scope scopes score scores scorn scorns scour scours scouted
    scouting scrabble scrap scrape scrapes scrapped scraps scratchy scrawl scrawled scrawling scrawls scream screams
    scrub scruff scruffs scuffled scuffs scums scurries scurry scythed sealed sealing seals seaman seamed seamen
    seaming searched seared searing sears seating seats seceding seconds sedated seeded seeding seedy seeing seemed
    seeming seeped seeping seeps selves semen sender sending sends sense senses sensor sensors serener serial
    serials serum serums settle settled settles settling sevens seventeens seventh sever severest severs sewer
    sewers sexed sexes sexing shadowy shady shaft shafts shaikh shaikhs shaken shaky shall shallow shame shamed
    shames shaming shams shape shapes shaping share shared shares sharing shark sharked sharking sharks sharped
    sharpener sharper shatter shattering shatters shave shaven shaver shavers shaves shaving sheaf shear sheared
    shearing sheathe sheathes sheave sheaves shedding sheered sheerer sheering sheers sheet sheik sheiks shelled
    sheller shelling sheltered sheltering shelved sherries sherry shied shies shiftless shifty shined shingled
    shinned shinning shipped shipping shire shirk shirked shirking shirks shivered shivering shocking shocks shoed
    shoeing shone shooed shooing shook shoon shoos shopper shored shoring shorted shorten shorting shove shoves
    shoving showed showered showering showier showings shown showy shreds shrew shrink shrinks shuck shucked shucks
    shunning shuns shunted shunting shunts shuts shyer shying sicked sicken sicker sicking sickly sicks sided
    sidelined sidles sidling siege sieges sieved sifted sifting sifts sighs sight sighted sighting sights signed
    signer signing silhouetted silks sills silly silted silting silts silvers silvery simile similes simmer
    simmering simmers simpler simplex since singe singeing singes singled singles singling singly sinking sinned
    sinner sinners sinning sinus sired sires siring sited siting sitter sitters sixes sixteens sixth sizes sizing
    skein skeins sketched sketchy skewed skewing skids skill skills skimmed skimp skimped skimping skimps skinned
    skinnier skinniest skinning skits skulk skulked skulking skulks skyed skying slack slacked slacker slacking
    slain slake slaked slakes slaking slams slander slanders slang slant slanted slanting slants slapped slapping
    slaps slashed slashes slashing slated slates slating slats slave slaved slaying slays sleeked sleeking sleeks
    sleeper sleeted sleeting slewed slewing slews slice sliced slices slicing slick slicks slier slighted slighter
    slighting slights slime slimmed slimmer slimming slims slinging slink slinked slinking slinks slitter slitting
    sliver slivers slobs slogs sloped slopped slopping sloppy slosh sloshes slots slotted slowed slower slowing
    slows sludge slugged slugging slugs slumber slumbers slummer slump slumps slunk slurred slurs sluts slyer slyly
    smack smacked smacks smalls smarts smash smashes smatterings smears smell smelled smelling smells smidge smidges
    smite smites smiting smitten smocking smokestack smokier smoothes smooths smote smother smothers smoulder
    smouldered smouldering smoulders smudged smugger smuggle smuggled smuggles smuggling snack snacked snacks
    snagging snags snail snailed snailing snails snaked snaking snapped snapping snappy snare snared snares snaring
    sneakier sneaky sneezed sneezing snicker snickers snide snider snipe sniped snipes snipped snipping snips snitch
    snitches snitching snobs snoop snooped snoops snore snores snoring snort snorted snorting snorts snots snout
    snouts snowball snowballs snuck snuffed snugged snugging soaking soaks soaped soaping soaps sober sobers
    socialize socializes socked socket sockets socking sodas sodium soggy soiled soiling soils solder solders soled
    solicitous solider solids soling solves somber sombre somethings somewhats songs sonnet sonnets sooty
    sophisticate sophisticates sopped sopping sores sorest sorry sorted sorting sorts sought souls sounder soured
    souring sours south southwestern sowed sowing spaced spacing spaded spading spanks spanned spanning spans spare
    spared spares sparing spark sparking sparkle sparkled sparred spars spate spatted spattered spattering spaying
    spays speaker speared spearing specious speck specked specking specks spectacle speeds spell spelled speller
    spelling spells sperms spewed spewing spews sphinges spice spiced spices spicy spider spiders spied spilt
    spindly spite spited spites spitted spitting splat splinter splinters spoils spoke spokes spoof spoofs spook
    spooks spool spooled spooling spore spores spotting spout spouted spouting spouts sprang sprayed spraying sprays
    spreads spree spreed sprees spriest springy sprint sprinted sprints sprung spuds spurn spurns spurt spurted
    spurting spurts sputter sputters spying squad squads squared squarer squarest squaring squatted squatting
    squinter squired squirm squirms squirt squirted squirting squirts stabled stabler stablest stabs stacking stacks
    staffed staged staging stags staid stake staked stakes staking stale staled stales staling stalk stalked
    stalking stalks stamp stamping stamps stanch stanched stanches standings stank staple staples stapling starches
    stark starred starring start started starting starts starve starved starves starving state stated statements
    stater states stating stationery status statuses statute statutes stave staved staves staving stayed staying
    steal stealing steals steamy steeled steeling steels steeped steeping steeps stemming stems sterns stewed
    stewing stews stickier sticking stickler sticklers sticky stiff stiffed stiffs stifle stifles stilling stills
    stilted sting stinger stingers stinging stings stink stinks stinted stitched stocked stoke stoked stokes stoking
    stolen stolid stomached stomachs stomp stomped stomping stomps stoned stones stoney stony stooping stopper
    stored storey storeys stories storing stork storks story stowing stows straights strain strained strainer
    strainers straining strains stranded stranding strange straws stray strays streamed streaming stresses strew
    strews strife strike strikes strikings strings stringy striping stripped stript strive strived strives striving
    strode stroke strokes stroking strong stronger strove struck structure structures strut struts stubbier
    stubbiest stubby stubs studding studious stuff stuffs stung stunk stuns stunting stutter stutters stylus subbed
    subbing submit submits subset subsets subtler subtly suburbans sucked sucking suckle suckled suckles sucks
    suffer suffers suing suite suites sulky summary summed summing sunburn sunburns sunday sundays sunned sunnier
    sunniest sunning suntan suntans superb supers superstar supper suppers surer surge surged surging surly surprise
    surprises suspended swabs swallow swamping swampy swaps swarms swathed swathes swats swaying sways swear
    swearing swears sweeper sweepings sweeter sweethearts swelled sweller swelling swerve swerved swerves swerving
    swift swifts swigged swigging swigs swill swilled swilling swills swindle swindles swine swines swish switch
    switches switching swoon swoons swoop swooped swoops swore sworn symmetric symmetrical syringed tabbies tabled
    tabus tacked tackier tackiest tacking tackles tacks tagging tailed tailing taint tainted tainting taints taken
    taker takers tales talker talkers tallies tallow talon talons tamed tamer tames taming tamper tampered tampers
    tangerines tangles tangling tango tangoed tangos tangs tanked tanker tankers tanking taped taper tapers tapes
    taping tapped tapping tarried tarrier tarries tarring tarry tarrying tartans tartar tarter tarts tasked tasking
    tasks tasted tastes tasting tattle tattles taught taunt taunts taxed taxes taxies taxing teachings teaks teamed
    teaming teams teamster teamsters teared tearing teats tedium teems teeter teeters teethe teethed teethes
    telephoned telescoped teller tellers telling tells tended tender tenders tending tends tenets tense tenser
    tenses tensors tented tenth tenths tenting tepee tepees termed terms terraced tested tester testers testing
    tests tether tethers textured thank thanked thanking thatches thaws theme theses theta thicken thickens thicker
    thickest thing things thinker thinned thins thirsty thirteens thistle thistles thorn thorns thorough thought
    threat threats threes threshed threshes throb throbs throng throngs throughput throve thump thumps ticked
    ticking tickle tickles ticks tided tidies tiding tiffs tighter tilde tiling tilled tilling tills timed timer
    timers times timing tinder tinged tinging tingle tingled tingling tings tinkling tinned tinning tinny tinting
    tints tipping tiptoeing tireless titled titles titling titter titters toadstool toaster toddle toddled toddles
    toeing toffee toffees toffy togae toiled toils tolled tolling tolls tombed tombing tomes tones tongued tonic
    tonics toning tooled tooling tools tooted tooting toots topic topical topics topped topping torched torching
    torque torsi total totem totems totted totter totters totting touched touchings touchy tough toured touring
    tours tousle tousles touted touting touts towed toweling towellings towered towing toyed toying traced traces
    tracing tract tracts trade traded trades trailed trailer trailers trait traitor traitors traits tramp tramped
    tramps trance trapped traps trashes traveled travelled trawl trawled trawling trawls treading treat treats treed
    treeing trekked trekking trenched trend trends trestle trestles trial trialing trials trick tricks tried tries
    trifle trifles trill trilled trills trimmer trios tripe tripled triples triplet tripos tripped tripping trips
    trite triter trolled trollies trolling trolly trooping troops trough trouts trowelling truce truces trucked
    trues truffle truffles trumped trumpeted trunk trying tubes tucks tugged tugging tumbled tumor tumors tunas
    tuned tunes tuning turfed turfing turfs turner turnip turnips turquoises turves tusks tuxedoes tweet tweets
    twelves twigs twine twines twinged twinging twinning twist twister twitch twitches tying tzars udder umpired
    undergrounds underneaths understate understates understudied undertake undertaken undertakes undertow undertows
    undoes undress undresses unfair unfastened unfastening uninformed unions units unkind unset untie unties
    upholsterer upped uppers uprights uptight upward urbane users utter utters vague vaguer valves vandal vandals
    vanes vanillas vanish vanned vasts vatted veered veering veers vegetable veiling veined velvety vended vender
    venders vending vends venerate venerates verbs verged verier verse verses verve vested vesting vetting vices
    vicing viewer vigor viler villainy vinyls viola violas violent violets viper vipers vises vising vizor vizors
    vocal vocation vocations volcanoes volley volleys voted votes voting vouch vouches vouching vowed vowel vowels
    vowing vying wadded wadding waddle waddled waddles waddling wafer wafers waffled wafted wafting wafts waged
    wager wagers wages wagging waging waifs wailed wailing wails waived waiver waivers waives waiving waked wakes
    waking walled walling wallop wallops wallow wallows waned wanes waning wanner wanted wanting wanton wantons
    wants warble warbled warded warding warehoused warmer warns warps warren warrens warring warts washer washers
    washings wasps wasted wastes wasting watery watts waver wavers waxes waxing weaker wealthy weaned weaning weans
    wearying weasel weasels wedded wedder weddings wedged wedging weeded weeding weeds weeing weekended weigh weighs
    weighty weird welled welling wells welted welter welters welting welts westerns wetter wetting whack whacks
    whaled whats wheedled wheedling wheezed wheezing wheres whiled whiles whiling whimper whimpers whims whine
    whines whining whipped whirr whirred whirring whirrs whirs whisked whisker whiskys whispered whispering whiten
    whitens whiter whitest whitewashes whittle whittled whittles whittling wholes wholly whoops whore whores wicked
    wickers wicket wickets wicks wider wigged wigging wiggle wiggled wiggles wiggling wilder wilds wills wilted
    wilting wilts winch winched winches winching windowpanes wined wines winging wining winning wintery wiper wipers
    wipes wiping wired wires wises wished wishes wishful wishing witched witching witting wizes wobble wobbled
    wobbles woken wombat wombats wombs wonder wondered wondering wonders woodies woody wooed woofed woofs woolens
    woolie woolies wooly worded wording words workings world wormed worming worms worries worry worse woulds wounder
    wounds wowed wowing wrangler wrangles wrapt wrath wreak wreaks wreathe wreathes wrenched wrest wrested wresting
    wrests wretch wretches wrier wriest wright wringer wringers wrings writhe writhed writhes writhing writings
    writs yacking yacks yanks yapped yapping yearly yearns years yellows yelped yelping yelps yield yielded yielding
    yields yocks yodel yodeling yodelling yodels yoked yokel yokels yoking yours yowls yucks zeros zests zinced
    zincing zipping zombi zombis zoned zooms
    """.split()
)
