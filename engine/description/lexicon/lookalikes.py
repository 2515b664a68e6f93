"""English words that look like a word of the lexicon with a typing mistake in it, and are none.

Pure data: common words and names of five letters and more that are one change away from a word of the lexicon
("dessert"). Chosen from SCOWL (Spell Checker Oriented Word Lists), size 35, and its names. Copyright 2000-2011 by
Kevin Atkinson. Permission to use, copy, modify, distribute and sell these word lists, the associated scripts, the
output created from the scripts, and its documentation for any purpose is hereby granted without fee, provided that
the above copyright notice appears in all copies and that both that copyright notice and this permission notice appear
in supporting documentation. Kevin Atkinson makes no representations about the suitability of this array for any
purpose. It is provided "as is" without express or implied warranty.
"""

from __future__ import annotations

LOOKALIKES = frozenset(
    """
    tracker trackers coords certs helmut reusing retried accessor packagers crashed ticker tickers loaders linting
    drafter
    drafting borrow borrows reorder preset presets miter macos clobber resolvers breaker spake caret toddy solvers
    medians
    messaging triad spinner scoping pagers inlining drafts
    channel channels dither eschew monoid rhino truss maths jacobian initially creped
    dreamt dwelt stoat rucked ruching frogging gusset revers peony
    aaron abbott abide abode abort abound abreast abridge abridges abroad abstracts abundances abused acadia
    accented accenting ached aches aching acing acorn acorns acoustics acres acton adams added addie adore adored
    adores advil aeons afghani afghans afield afloat afresh africa agnes aground ahmad ahmed aided aides aiding
    ailed ailing aimee aimless aired aires airing airline airlines akiva akron alden algeria algerians alice align
    aligns aline alined alines alining alive allay allays allen allied allies allow allowed allowing allows alloy
    alloys allying almonds aloud altai altair alter alters amazes ameer amended amending amends america americana
    americans americas amirs amounts ample amplified amplifies amply amuse amuses analogies analogy ancients andres
    anesthetic anesthetics angara angela angeles angelo anger angers angie angling anglo angola angolans angoras
    anita announcer announcers antarctic antelope antenna antennas antic antics antiqued antiques antler anton
    anythings anzus apiece aping appeals appear apposite apprenticed apricots apter aptly aquamarines aquarius
    arabia arabians araby arbor arbors arcane arced archeologist archeologists archery archest archie arching
    archived arcing arcked arden ardor ardors argentina argentinians argos argus arias aries arise arises arising
    armand armed arming armory arrange arranges arrays arron aryans ascent ascents ashed ashing ashore asians asides
    asked aspen aspire aspires asserted asses assortments astor astray astride aswan athletics atone atoned attach
    attached attica attired aural australia australians austria austrians avenge avenges averaged averages avery
    awaited awards awhile awing axing ayers babbage babble babbles babel babels babes babied babier babiest backed
    backer backers backing backpacked backus bacon badder badger badgers badly badness baggier
    baggiest bagging bailed bailey bailing bails baird baited balded balds baled bales baling balked balking balks
    ballad ballard ballet ballets balling balms banal banded bandies banding bandy banged bangladesh bangladeshis
    banished banishes banishing banjoes banked banking banknote banks banned banter bantered banters banting
    baptism baptisms baptist baptiste baptists baptize baptized baptizes baptizing barbadian barbadians barbed
    barbing barbs bared barents barer barged barging barked barker barkley barnes barney barred barrel barrels
    barren barrens barrett barricaded barrie barrier barriers barrings barron barry barth barton
    based basel baser bases bashed bashes bashing basics basie basil basin basing basis basses basted basting batch
    batched batches batching bates batista batted batter batters battle battles bauds bauer bavaria bawled
    bawls baxter bayed bayer bayes baying beached beaching beacon beacons beady beaked beaks beaned beaning beans
    bearding bearer bearers bearings beast beasts beating beatles beats beavers became becker becket     bedded
    bedding bedside beecher beefs beeper beeton beets begged behead beheads behinds behring beings
    belated belau belch belches belgians belie belied belies bella belled bellied belling bellying belting belying
    benched benching bender benet bengal benito bennie benny benton bents bequest bequests berbers bereft beretta
    berger bering berle bermuda bernie berra berries beset besets besides bested besting bethe bette betted better
    bettered bettering betters betting betty bewared bewaring biddle bided bides biding bierce
    biggles biked biking billed billing billow bills billy bimini binding binds bingo binned biped birched birth
    bitch bitched bitches bitching bitten bitter blackbeard blacken blackens blacking blacks bladder bladders blake
    blamed blamer blames blaming blanch blanche blanches bland blander blank blanked blanker blankest blanking
    blanks blare blared blares blaring blasted blazed bleak bleaker bleat bleated bleats bleed blend blended
    blending blends blent blessings blest blight blighted blighting blights blimps blinded blinder blinding blinker
    blips bliss blister blisters blithe blobbed blobs blocs blogged blogs blondel blonder blondes blondie blonds
    blooded blooding bloody bloom bloomed blooms bloused blubber blubbers blucher bluebell blunder blunders blunting
    blunts blurt blurted bluster blusters boarder boarders boars boast boasted boasting boasts boated bobbi bobbie
    bobsledded boded bodes boding boeing boers bogged bogging boggle boggles bohemia boiled boiler boils bolder
    boldness bolivia bolivians bolster bolsters bolted bolts bombed bombing bombs bondage bonded bonding bonds boned
    bones boney boning bonner booby booed booked booker booking boomed booming booms boons boorish boors boost
    booster boosters boosts bootee booth booths bootlegs booty borden bores borges boring boris bossed bossing bossy
    bother bothers bottled bottom bough boughs bounded bounding bounds bounties bouts bowel bowels bowen bowers
    bowie bowlder bowlders bowled boyer braced bracket brackets brackish bradly bragged bragging brags brahe brain
    brained braining brains brainstorm brainstorms brainy braise braised braises braising braked branched brand
    branden brandi brandied brands brash brasses brassier brassy brats brave braved braver braves braving brawl
    brawled brawling brawls brawn brayed braying brays brazilians breach breached breaches breaching breaded
    breading breath breaths breed breeds breezed breezing breezy brenton brest brewed brews bribe bribes brice
    bridals bridged bridger bridget brief brighten brimming bring bringing brings brink brinks brisk brisks briton
    britons brits broach broaches broads brocades brock broilers broke bronte bronzes brood broods brooke brooked
    browne browned browning browns bruce bruised brunch brunched brunches brunching brunettes brunt brusk brusker
    brutish bryce bubbled bubbly bucked bucking buckley buddhism buddhists budge budges budging buffed
    buffer buffers buffy bugged bugger buggers buggier buggiest bugging bugled bugler buglers bugling buick built
    bulgaria bulgarians bulge bulges bulked bulking bulks bulled bullet bullets bullies bulling bulls bully bummed
    bummer bumming bumped bumper bumpers bumping bumpy bunche bungle bungles bunked bunking bunks bunyan buoyed
    buoying burble burbles burch burgess burglary burgle burke burks burma burned burner burners burred burring
    burrs bursa bursts burton busch bused buses bushed bushel bushels bushier bushing busied busier busies busing
    busted busting bustled busying butchery butted buttered butterflied butting buttock butts buyer byers byron
    bytes cabbed cabbing cable cables cabot cache cached caches caching cackle cackled cackles cackling caddied
    caddy cages caging cains calder calicos californian californians calked calking calks called caller callie
    calling callow calls calms calve cambodia cambodians camouflaged camouflages camped camping campos camry camus
    canadians cancer cancers candide candied candled candling candor caned caning canister canisters canker cankers
    canned cannes cannier canning cannon cannons canny canoed canton canvass caped capek caper
    capered capers capet capone capped capping capri captor captors capture captures capulet caracas caramels carats
    carded cardin carding cared career careers cares carey cargo cargoes caribbeans carina caring carlos carly
    carmen carnal carnot carouse caroused carouses carped carping carps carrie carrier carriers carted carter
    carting carton cartons carver casals cascaded cased cases cashed cashew cashews cashing casing casings casio
    casket caskets casks casper cassie cassino cassinos caste caster casters castes castled castor castries casualty
    catchings catchy cater caters cather caulk caulks causal cause caused causes causing caution cautions caved
    cavern caverns caving cawed cawing cease ceased ceases ceasing celli cells celts censor censors centaurus
    centering centimeter cents ceremonials certain certificated cesar chafed chalky chamber chambers champagnes
    champaign champed champlain champs changed changing changsha chanted chaos chaplin chapman chapping chapt
    charbray charcoals charging charm charmin charms charring chars charted charting chasm chasms chaste chatter
    chatters cheat cheats chechen checker cheeked cheeking cheep cheeped cheeping cheeps cheery cheesed cheesing
    cheops chestnuts chewy chiba chick chicks chico chided chides chiding chile chileans chiles chili chilis
    chill chillies chills chime chimes chimp chimps chimu china chink chinked chinking chinks chinning chipped
    chipping chirps chiselling chivas choir choirs chopper chopra choral chorals chords chore chores chose chosen
    chowed chowing chows chrystal chuck chucked chucking chugged chugging chummed chumming chunk chunks cider ciders
    cinch cinches cinching cinder cinders cindy circe circled cisco cited cites citing clack clacking clacks clair
    clammed clamming clamp clamped clamping clamps clams clanging clangs clank clanked clanking
    clanks clans clapper clappers clare clark clarke clash clashed class classed classes classics classing clattered
    claus claws cleanse cleansed cleanser cleansers cleansing cleared clearer cleave cleaved cleaves cleaving clefs
    cleft clefts clemons clever clicked clime climes clinch clinched clinches clinching cline cling clint clipping
    clipt clive clocked clods clone clones close closed closer closest closet closets clothe clothed clotho clots
    clotting clout clouts clove clover clovers cloves clowned clubbed cluck clucked clucking clucks clues clump
    clumped clumping clumps clung clustered clusters clutter cluttering coached coaled coals coarsen coarser coasted
    coasting coated cobble cocky cocoanut cocoanuts codded codding coded codes coffer coffers coffey coiling coined
    coked cokes coking colder colds colic collage collated colleges collide collides collier collin collins colombia
    colombians colon colones colonials colons coloreds colts comas combine comes comfortably coming command
    commandoes commands commerce commune communed communes communing compassed completion compliment compliments
    compose composed composes compute computed computes computing comte concealed conceit conceits concept concepts
    concern concerns concerti concerting concerto concertos concreted cones confidant congeal congeals congo conned
    conner conning consent consort consorted consorting consorts contained contemplatives contend contents contest
    context contract contracting contracts controlled convent converge converges conversed convert converts cooed
    cooing cookbook cookbooks cooke cooker cooky cooled cooler coolers cooling coolly cools cooped cooping coops
    coors coped copier copies copped coppers copping cored cores coring corked corking corks cornea corneas corned
    cornier corning cornwallis corny corps corpse corpses corral corrals corvette cosier cosies cosmic costly costs
    costumed cottons couched couching coulter councilor councilors countenanced counties countless county coupled
    coups course courser courted courting covert coverts covet coveted coveting covets coward cowards cowed cower
    cowered cowering cowers cowing cowper coyer cozier cozily craft crafts crags cramp cramping cramps cranked
    crashes crashing crass crated crating crave craved craves craving craze crazed crazes crazier crazing creaked
    creamed creams creamy created creates creed creeds creepy cremate crepes crested cresting crewed crewing
    crews cribbed cribbing crick crimes crimsons cringe cringed cringes cringing crinkled crises crisis crispy croak
    croaked croaks croat croatia croatians croats croce croci crock crockery crocks crocodiles crocus
    cronies cronin cronus crony crookes crooking crooned cropping crosser crossest crossroad crowed crowing crowning
    crucifies cruel cruise cruises crumb crumbled crumple crumples crunchy crusade crusaded crusades crush crushes
    crushing cubans cuddly culled culling culls cumming cunning curbing curdle curdled curdles curdling curds cures
    curie curing curled curried currier currying curse cursed curses cursing curtail curtails curtis curved curving
    custard custer cutback cutbacks cuticle cuticles cutter cutters cymbal cysts czars czechia czechs dabbed daemon
    daffodil dailies daily daises daley dalian dallied dallies dally dallying dames dammed damned damning damns
    damon damper damping damps dandier dandiest danes danger dangers danker danny dante danton dapper darby dared
    dares darin daring darling darrow darted darth darting dashed dashes dashing dated dates dating daubed daunt
    daunted daunting daunts dawes dawned dawning daydreamt dazed dazes dazing deader deadlock deadlocked deadlocks
    deafer deans dearer dearly dears dearth dearths death deaths deaves debby debra decanter deceive deceived
    deceives deceiving decent deception deceptions decker decline declined declines declining dedicate deeded
    deeding deeds deems deeper deeps deere defective defectives defended defers delay delayed delaying delays delia
    delius delivery della delphi demurer denies denis denise dennis denser dents depict deport deports derail
    derailed derailing derails derelicts derive derived derives deriving descend descends deserter deserved designed
    despise despot despots dessert desserts detain detained detaining detains determine determines deters detour
    detoured detouring detours developed devon devout diagnosis dials diced dicing dickens diets diffuses diked
    dikes diking dills dimer dimes diminutives dimmed dined dines dining dinned dinner dinners dinning dinosaurs
    diplomata dipped dipper directer direr direst disable disables discord discorded discording discords discount
    discounted discounting discounts discs discuses dished dishes dishing disks displaced displacing disposables
    disraeli distanced distiller distillers distract distracts distresses ditched ditching ditty diverse divert
    diverts divest divine dixie docked docking doers dogged dogging doily doing doled doles doling dollar dollars
    dolled dollie dollies dolling dolly dolphin domed doming domingo dominica dominicans donne donner donny donors
    doomed dooming dooms doped dopes doping doris dorset dosed doses dosing doted dotes doting doubled doubles
    doubly dough douse douses dover dowdy downed downward dowry dozens drabs drafts drained drake drama dramas 
    drawer drawings drawl drawled drawling drawls dread dreaded dreading dream dreams dreary dregs dreiser drench
    drenches dressier dressy drier driers driest drifted drily drinker dripped drivel drivels driven drizzled droll
    droller drone droned drones droning drooling drools drooped droppings dross droves drowse drowsed drowses
    drowsing drudge drudged drudges drudging drugged drugging drugs drunk drunks ducked ducking duckling ducts duded
    duding duels duets duffy dulled dulling dulls dully dumas dumber dummies dummy dumped dumping dumpling dumps
    dunce dunces dunged dunging dungs dupes duping duran duress durex dusky dustier dustin dwell dwells dying
    dynamited earle earls earned earning earnings earns earthy eased easts eaten eater eaton eaves eddies edger
    edsel egged egging eggplants egyptians eighteens eighth eights elevens elizabethans ellie ellington elmer
    elvia elvis embeds ember emery emile emits emitting empire empires encircled ended endings engels
    engine engraver engravers entertained entice envelop enveloped envelops epaulet equality equated equating erick
    erises eritrea eroses erotic erring escape escaped ester esthetic ether ethic ethiopia ethiopians ethnics
    eurasia eurasians evenest evens events everett evergreens evert evils evolutionary ewing examiner examiners
    excepts excerpt excerpting excluded exert exerts exotics expanses expansive expect expects expended expense
    explore explored explores export exports expose exposed express expresses extant extension extensive
    extinguisher extinguishers extras eying fable fables facet facets factor factors facts faeces failed failing
    failings fails fainter fairly fairs faked fakes faking falter falters famed fanned fannie fanny fantasied farces
    fared fares faring farley farmed farming farmland farrow farther fashionably fasted fastener faster fasts fated
    fates fathered fathering fatigue fatigued fating fatten fattened fattening fattens fatter fault faults fauna
    faunas favorites fawned fawning fazed fazes fazing feared fearful fearing fears feathered feathery feats feature
    featured feces feeder feeler feelers feeling feint feinted feinting feints felled feller felling fells felted
    felting felts feminines fended fender fenders fending fends ferber ferried ferris fervent fester festers fetich
    fetiches fetter fettering fetters feuded feuding feuds fever fewest fezzes fibbed fibbing fiche fickle fiddly
    fidgety fielded fielding fiend fiends fiercer fiery fifteens fifth figured fijians filed
    filet filets filing filipinos filled filler filly filmy finch finches finding finds fined finely finer fines
    fingered fingertip fining finished firearm firearms fired firing firmed firmer firming firms firsts
    fischer fishery fishier fitch fitter fittings fiver fives fizzy flagstone flair flairs flake flaked flakes flame
    flamed flaming flamingoes flank flanks flapped flashed flashy flatt flawed flawing flaws fleas
    fleeced fleecing fleet fleeting fleets fleming flesh fleshed flicked flicker flickers flier fliers fliest flight
    flights flint flints flipper flipping flips flits flitted flitting flock flocked flocks flogs flood flooder
    floods floored flora florae floras flores flory floss flossed flounced flounder flounders flout flouted flouting
    flouts flowed flown flues fluff fluffs fluke flukes flunk flurried flurry flush flusher flushes flushing fluster
    flustering fluted flutist flutists fluttered fluxed fluxes fluxing foamed foaming foamy focal focuses focussed
    fodder fodders fogey fogged foiled foist foisted foisting foists folgers folks follies follower followings folly
    fonder fonts foods fooled fooling fools foosball foray forayed foraying forbes force forced forces forcing
    forded fording fords fores forger forgers forget forgets forgo forked format formats formed
    former forming forms forrest forte fortes forth foster fosters fouls found founded founds fount founts fourier
    fours fourteens fowler fowls foxed foxing france frances franny freak freaks freed freeing frees freezer
    freezers frenches fresno frets frieda frieze friezes fright frighted frightens frighting frights fringing frisco
    frolicked frolicking frond fronds frosty froze fruity fudge fudges fueled fuels fulled fulling fulls function
    functions fungi funnel funnels funner funnies funny furies furred futility fuzes gabbed gabbing gable gables
    gaged gages gagging gaging gaining gains galas galen gales galled galley galleys galling gallo gallon gallons
    gallows galls gallup gamble gambled gambler gamblers gambles gambling gamed games gaming
    gander ganders ganged ganging gangling gangs garaged garbage garble garbled garbo gardner garner garrick garry
    garth gases gashed gashes gashing gasket gaskets gassed gasses gassing gated gatherings gating gauge gauged
    gauls gaunter gavel gavels gawks gayer gazelle geared gearing gelded gelding gelds geller genera generated genes
    geneses gentile gentled gentler gentles gentries gentry genus george georges georgia georgians georgina gerber
    germans germany germs gerry getting getty ghanian giants gibbon gibbs gibes gifted gifting gigged gigging giles
    gills gilts ginned ginning ginny giraffe girdled gladder glade glades glads glamor glamors glamourous glassed
    glassy glean gleaned gleaning gleans glenn glider gliders glimpsed glimpses gloat gloated
    gloating gloats gloom gloss glosses glover gloving glowed gnarl gnarling gnarls gnats goads
    goals gobbed gobbing godless golding golds golfed gompers goodie goodies goods goody goofs goons goosed gored
    gores gorgas gorged gorging goring gould grace graced graces gracing grade grader grades grading graduated
    graffito grafts grail grams grand grands grannie grant grants graph graphs grassed grassing grate grated
    gratefully grates grating grave graved gravel graveled graveling gravels graven graver graves graving grayed
    grayer grays grazed greased greater greats greed greeks greene greened greening greens greer greetings grenada
    greta grids griefs grille grilles grinder gripe griped gripes griping grizzly groan groans grocery groin groins
    groove grooved grooves grooving gross grossed grosses grossing grouch grouched grouches grouching groups grovel
    grovels grover grower growers growl growled growling growls grudge grudged grudges grudging grunt guerilla
    guerillas guess guido guild guilds guile guilt guise guises gujarat gulfs gullah gulled gullet gullets gulley
    gulling gummed gummier gummiest gumming gummy gunned gunning guppies guppy gushed gusher gushers gushes gushing
    gustier gusting gusts gusty gutted guyed guying guzzle guzzled guzzles guzzling haber haddock haddocks hades
    hagar hailed haitians haled haler hales haling halley haloes halon halted halts halves halving haman hamburgs
    hammed hamming hamper hampers handed handel handfuls handler handlers handsful handsomer
    handy haney hanger hangers hangings hanker hankers hanna hansen hapless harden hardened hardening hardens harder
    hardest harding hardy hared hares haring harked harking harks harming harmonic harms harnessed harper
    harried harries harris harrow harrows harry harrying harts hashed hashes hashing hasten hastened hastening
    hastens hatch hatched hatches hatching hated hatfield hating hatted hatteras hatting havel haven havens
    haves hawaiians hawked hawking hayed hayes haying hazed hazels hazing headed header headers heading headings
    heady healed healing heals health heaped heard hearing hears hearst hearties hearty heated heater heaters
    heathen heathens heating heats heaven heavens heavies heavyweights heckler hecklers hedged hedging heeded
    heeding heeds heeled heeling heirs heller hellman hellos hells hemet hemmed hemming hence hench hensley herbs
    herman hermitage hermite herod heroes heroin heroins heron herons herring hersey hester hewed hewing     hicks
    highland highlight highlighted highs hilly hilts himalaya hinder hinders hindi hinds hindus
    hines hinged hinging hinted hinting hints hipped hipper hipping hired hires hiring hissed hitchhiker hitchhikers
    hived hives hiving hmong hoard hoarded hoarding hoards hoarse hobbes hobbies hobby hoboes hocked hocking hockney
    hocks hodge hodges hogged hogging holden holder holders holdup holed holidays holing holler hollers hollie
    hollies hollow hollowed hollowing hollows holman holmes holst homes homesteaded homey honed honeys honked honks
    hooding hoofed hoofs hooke hooker hooking hooped hooper hooping hoorah hoorahs hooted hooter hooters hooting
    hoots hooves hoped hopeless hopes hoping hopper hopscotched horde horded hordes hording horne hornet hornets
    horny horsed horus hosea hosed hosing hosted hostessed hosting hotter hours housed hovel hovels hover hovered
    hovering hovers howard hubble huffed huffs huffy huger huggins hulking hulks hulled hulling hulls humane humans
    humble humbler humbles humbling hummer humped hundreds hungarians hunger hungers hunks hurdled hurdling hurled
    hurray hurraying hurting hurtle hurtles hurts hushed hushes hushing husked huskier huskiest husking husks hustle
    hustles hustling hutch hutches hutton hymen hypnotism hypnotize hypnotized hypnotizes hypnotizing iberia icicle
    ikons imaged imagined imagines imaging imbedding imitations imperials imperil imply impress impresses incensed
    inched inches inching include included india indiana indies indio indonesia indonesians inert infect infected
    infecting infects inferior inferiors influence influenced influences inked inking inland innate inner insect
    insects insider insiders insulate insulates insulted intenser inter interest interests interfaced interjection
    interjections interne internes inters inuits inventory invert inverts investor investors iranians iraqis irate
    irises irtish isles israel israelis israels italians itched izaak jabber jacked jacking jacky jaded jades jading
    jagged jagger jailed jailing jailor jailors jails jamaica jamaicans jamal jamar jambs jamel james jangled janis
    japaneses jarring jason jaunt jaunted jaunting jaunts jaunty javanese javas jawed jawing jeanie jeered jelled
    jellied jelling jells jelly jenkins jenna jerking jerry jested jesting jests jetting jeweled jewell jibes jigged
    jigging jiggle jiggled jiggles jiggling jigsawn jilted jilting jilts jingled jingles jinny jitters jobbed
    jobbing joined joins joint jointed jointing joints joked jokes joking jollies jolts jones joplin jordan
    jordanians jorge jotted journalism joyner juana judged jugged jugging juiced juicy jules jumble jumbles jumbling
    jumpier jumpy junes junks junky juries juster jutted kansan kansans kansas karat karats karina kasai kashmir
    katina kaunas kayaked keeled keeling keels keener keens keeping keisha keller kellie kelly kempis kennan kenya
    kenyans kenyon kermit kerry kettering keven killed killer killers killing kills kinder kindred kinds kinked
    kinking kinks kipper kited kiting kmart knack knacks kneed kneeing knickerbocker knifed knifes knobs knocker
    knockers knowing knowings knows knuckled kodiak kojak kongo korea koreans krebs kristine krystal laban label
    labels labored lacey lacier lacked laded lades lading ladled lager lagged lagging lairs lamar lamed lamer
    lames laming lanced lancing lander landon landry lands landscaped lanka lanny lansing lapped lapping lapps
    lapses larded larding lardner lards larges larked larking larks larry laser lashed lashing lassa lassen
    latch latched latches latching latent later lathe lathed lathered lathes lathing laths latins latter
    lauder lauding laughter launch launches lavern lawless laxer lazier lazies lazying leach leaden leafed leafing
    leafs leaked leaking leaks leaky leander leaner leann learned learning learns learnt leary lease leased leases
    leasing least leathery leech leeches leered leering leers lefter lefts legal leger legged leggin leila lending
    lends lengthy lents leonard leopards lessie lester lethe letting levant lever levies lewder lewis lexica libby
    liberia libya libyans lifeline lifelines lighted lighten lightening lightens lightweights liked liken liker
    likes liking lilacs lilted lilting lilts limber limbers limbo limed limes liming limitation limper lindy linear
    liner liners linked linker linking links linus lisped lisping lisps listed listener lister listing liston lists
    liter liters lither littler lived lively liven liver livers lives livid living livings loaded
    loader loading loafed loafs loaned loaning loans lobbed lobbied locale locals locke locked locker lodged lodger
    lodgers lodging lofted lofting lofty logan logged logger logging loins loire lollard lollypop
    lollypops longed longer longing longs loonie loonies loons looping loops loosed looser looses loosing looted
    looting loots loped lopes loping lopped lopping lorre lorrie loser losers loses losing losses lotion lotions
    louie louis louse louses lousy loved lover lovers loves lowed lowery lowing lowly loyal lucked lucking
    lucks luigi lulled lulling lulls lully lumber lumbers lumped lumping lumps lunch lunched lunches lunching lungs
    lurched lurches lured lusher lushes luster lustier lusting lusts lusty luther lymph lyndon lyons mable macao
    maced machined macho macing mackinac macon madden maddens madder madge madly magnified magnifies mahican
    mahicans mailed mailer mailing mails maiman maimed maiming maims maine mains maizes major majors makes making
    malady malays malaysia malaysians malians malign malone malta malted malting malts mamas manage managed manages
    manama mandy manet mange manger mangers mangle mangled mangles mangling mangy mania manias manicure manicures
    manilla manly manned manner manners manson mantel mantels mantled mantlepiece mantlepieces manure maoris maples
    mapped mapper mapping marbles marcel marcher marci marco marcos marcy mares margarito marge margo maria marian
    mariana marianas marie marigold marin mariner mariners marion maris marisa marked marker markers marks marley
    marlon marne maroons marple marquez marred marriage marriages marring marrow marrows marses marsha marshall
    marshy marta martin martina marts marty masculines mashed mashes mashing masked masqueraded masses massing
    matchmaker matchmakers mated maternal mather mating matriarchs mattel matter mattered mattering matters
    mattes mattie matts matured maturer matures maude mauled mauling mauls maurine mauro mavis maxim maxims maxine
    mayas mayer mcintosh mclean meals meaning means meant meats medan meddle meddles media mediaeval median medias
    mediate mediated mediates mediating medicate medicated medicates medicating medici mediterraneans mediums
    meeting meets megaphoned mellow mellows mendel mendez menes mental menus meowed meowing merge merged merger
    mergers merges merging merlin merrier merry meshed meshes meshing message messages messes messing
    metals meted meter meters meting mettle meuse mewed mewing mexicans michel mickey midas midget midgets midst
    midway midways midwifed midwifes midwived miens might mighty miked mikes miking milder mildly miles milken
    milker milky milled millet millinery milling mince minced minces mincing minded mindy mined mingle mingling
    mingus miniatures mining minks minor minors minos minted mints minuit mired mires miring miser misers mismatches
    missed misses missy mister misusing mitch mites mitty mixed mixer mixers mixes mixing moaning moans mobbed
    mobbing mobil mocked mockeries mockery mocking mocks modelings moderns modes modesto modesty moira moises moist
    moister molar molars molded moldier molding molds moldy molest mollie molted molting molts momma monarchies
    monarchs monarchy monera monet mongolia mongolians monies monster monsters monte month months monty moodier
    moodiest mooed mooing mooned mooney mooning moore moorings moose mooted mooting moots mopes moping moral morals
    moran morns moroccans morons morse moses moths motion motions motorcycled motored motoring motors mound mounded
    mounding mounds mount mounted mounting mounts mourner moused mousey mousse mousses mouthe mouthful moved mover
    movers moves moving mower mowers mucked mucking mucks mucus muddle muddled muddles muddling muffed muffing
    muffle muffled muffles mugged mugging muggy mulch mulched mulches mulching mulled mullen muller mulling
    mulls multan multiples multiply mumps muppet murat murine muscled mused muses mushed mushes mushing mushy
    muslims musses mussing muster musters mustier musts musty muter mutes mutton mutts muzzle muzzled muzzles
    muzzling myles nabbed nabbing nagging nailed naive named names naming nanak nancy nannie napier natives
    naturalist naturalists naturals naught naval navies neared nearing nears nebulae needed needled needless
    needling nellie nelly nepal nerve nerved nerves nerving nested nesting nests nether nettle nettled nettles
    nettling nevis newer niccolo niceties nicety nicked nicking nicks nieves nifty niger nigeria nigerians nightly
    nimble nines nineteens ninnies ninny nipped nippy nites nixon nobel nobler noblest nobly nodes noises noodle
    noodled noodling nooks noose nooses norad nordics normal norse norwegians nosed nosey nosing nostalgia noted
    notice notices notion notions nought nouns novel novels noyes nozzle nozzles nuder nudes nulls numbed nutted
    nutting oared oaring oases oates oaths oberlin obscured obscurer obscurest observer observers oceanus odder
    odors offed offerings ogled oking okras olden oliver olives ollie olsen olympia olympiad olympiads
    olympias omens onion onset onsets oodles oozed opaqued opaquer opaques opposites option options
    orals orchestral order orders organism organisms oscars others otter otters ought ounce ounces ouster ousters
    ousting ousts outed outing outlay outlays outran outsider outsiders outwit outwits overate overcasts overgrow
    overgrows overheads overhear overheard overheat overs overshot owens owing owned owning pacified pacifies pacino
    packaged packed packer packers packet packets packing pacts paddies padding paddy padlock padlocks paged pager
    pages paging paine pained paining pains pakistan pakistanis palate palates paled paler pales palestinians paling
    palled palling pallor palls paltry pamirs pamper pampers pancaked pander pandered pandering panders pandora
    paneling panes pangs panned panning pansies pantaloon pantie panty panza papal papas papaya papayas papered
    parachuted parch parched parches parching parcs pared pares pareto paring parish parisians parity parked parking
    parkway paroled paroling parrakeet parrakeets parred parring parse parsed parses parsi parsing parsley parson
    parsons partied parties parts partying passage passages passed paste pasted pastels pastes pasties pasting pasts
    pastured pasty patagonian patching patchworks patel patents pates pathos patient patna patriarchs patrolled
    patrolling patron patrons patted patter pattered patters patties patty paulette pauling paunchy pauper paupers
    paved paves paving pawed pawing pawned pawning pawns payer payers paypal peace peaces peaches peaking pealed
    pealing peals pears pearson peary pease pebble pecked pecking pecks pecos pedalled pedalling pedant pedants
    peddle peddled peddles peddling peeked peeped peeping peeps peeved peeving peggy peiping peking pelted pelting
    pelts penal pence penciled pended pending pends penes penis penned pennies penning penny pensioned peonies peons
    peopled percy perked perking perkins perks perls permian permit permits peron perrier perry pershing persia
    persians persona personalized perter perth peruvians pester pesters pests petered petering peters petites petted
    petting petty phase phased phases phasing pheasant pheasants phobos phoney phoneys phonied phonies phonograph
    phonographs phony phonying photocopier photocopiers photon photons pickax pickaxed picket pickets pickier pickle
    pickled pickles pickling picky piddle piddled piddles piddling pieced pieces piecing pierce pierces pigged
    pigging piked piking pilate piling pillage pillages pilled pilling pillowing pills pimply pined pining
    pinked pinker pinking pinks pinning pinter piped pirated pisces piston pistons pitched pities pitted pitting
    pitts placed placid placing plague plagues plaice plains planck planed planing planked planking planned planning
    planter planters plastics plateaux plated plath plating plato platte platter platters pleaded pleas pleasant
    pleased pledge pledges pliant plied plies plight plighted plighting plights plopped plopping plops plots plotter
    plotters ploys plucky plugged plugging plumb plumbed plumbs plumed plumped plumping plumps plums plunger
    plungers pluses plush plusher plying poach poached poaches podded podding poems pointer pointers poised poises
    poising poison poisons poker pokers pokey polar polarize polarizes poled policed polices policy poling
    polios polite pollard polled polling polls polynesia polynesians pomerania pompous poole pooped pooping poops
    popped popper popping poppins popular ported porting portion portions posies posted posting posts postured
    potent potted pottery potting potts pouched pouching pounce pounced pounces pouncing pound power powered
    powering powers praise praised praises praising prank pranks prawn prayer prayers preceding preen prefect
    premise premised premiss premisses prepay prevent prevented preventing prevents preyed preying preys price
    prices prick pricked pricking pricks pride prided prides priding pried printer printers printing printings
    privater probes processional processionals processor processors profiled programer programers programme
    programmed programmes project projects promenaded promises proms prone proofs propped protected protecting
    protestor protestors protrude protruded prove proves prowler prows prussian psalms pucks puddled puddling puffed
    puffier puked pukes puking pulley pulped pulping pulps pulse pulsed pulses pulsing pumped punic punjab punker
    punned punning punted punter punters pupped purdue puree purees purge purges purpler purples pursed pursing
    purus purveyor pusher pushers pushy pusses pussies puttied putties putty puttying puzzled puzzling pyres qantas
    qualifies qualify quarrelled quarrelling quarried quaver quavers queer queers quell quells quest quests quieted
    quieter quieting quiets quirk quirks quits quitted quitter quitters quitting qumran quote rabble rabbles rabies
    rabin raced races racier racine racked racking radii radius raffle raffled raffles rafter raged rages ragged
    ragging raging raided raider raiders raiding raids railed rails rained raisin raisins rallied rallies rally
    rallying ramble rambled rambles rambling rammed ramming ramon rampant ramps ramses ranch ranched ranches randal
    randi randy ranged ranges ranging ranked ranker ranking rankle rankles ranks ranted ranting rants raped rapes
    rapid rapider raping rapped rared rarely rarer rares rarest raring rasher rashes rasped rasping rasps rastaban
    rated rates rating ratio rationality ratios ratted ravel raveled raveling ravels ravings rawer razed razes
    razing react reacted reacting reader readers readied readings ready readying realer realist realists reals
    realty reamed reaming reams reaped reared rearing rears recant recanted recanting recants receiver receivers
    recife recipe recipes reckon reckons recorded recovery redder redding reeked reeking
    reeks reeled reeling reels reese referred refuge refuges regains regale regulars reich reilly reined reining
    related relates relating relay relayed relaying relays religions remain remote removes rending rends rented
    renting rents repaid repeal repealing repeals report reported reports rescuer rescuers researched researches
    resent resented resenting resents resets reside resident residents resolver respiratory respite restive retail
    retailed retailing retails retains retch retched retches retching retire retires retort retorts retrieve
    retrieved retrieves retry revel reveler revelers reveling revelled revelling revels revery revolution
    revolutions revolve revolved revolves rhine rhinos rhododendron rhone riced rices riches ricing rickey ricksha
    rickshas ricky ridded ridding riddle riddled riddles riddling ridged ridging rifer rifled rifted rifting rifts
    rigged riggs righted righter righting rightly rights riled riles riling rimming rinds ringed ringling ringo
    riots riper ripping rippled risen riser risers risks rites rituals rivas rivera roach roaches
    roams roared robbed robbing robby robed robin robing robins robles rocco rocha rocket rockets rockier
    rodin roger rogers rojas roles rollins romania romanians romano romans romantics romany romeo roofed rooked
    rookie rookies rooking rooks roomed rooming roomy roost roosted roosting roosts rooter roped roping rosetta
    rosier roster rosters rostra rotaries rotary rotted rotting rotunda rouged roughed roughing roughs rounder
    rounds rouse rouses route routed routes routing routs rover rowling royals rubbed rubbers rubier rubiest ruder
    ruffed rufus rugged ruing ruining rules rummer rummy rumps runes rungs runnier runny runts
    ruses russel russia russians rusted rustics rustier rusting rusts rusty rutgers rutted rutting rwanda rwandans
    rwandas ryder sabin sachs sacked sacking sadder saddled saddling sades safaris safer safest saffrons sagas sager
    sages saint saintly saints sakai saladin salado salas sales sally saloon saloons salted salter salting salton
    salves samara sames sammy samoa samuel sandbag sanded sanders sanding sandwiched saner sanger sankara santa
    santos sapped sapping sasha sassoon satan saudis saunders sauted saved saver saves saving
    savvies savvy sawyer saxon saxons sayers sayings scabbed scabbing scabs scala scald scalds scale scales scalped
    scaly scandal scandals scandinavia scandinavians scanner scanners scant scanted scanter
    scanting scants scared scarfed scarfs scary scent scents scoffed scollop scolloping
    scollops scooped scoot scooted scooting scoots scope scopes score scored scores scoring scorn scorns scots scott
    scotty scouted scouting scrabble scrammed scramming scrams scrape scrapes scrapped scraps scratchy
    scrawled scruff scruffs scuffle scuffled scuffles scuffling scuffs sculley scums scythed sealed sealing seals
    seaman seamed seamen seaming seared searing sears seating seats seceding seconds sedated seders seeded seeding
    seedy seeing seemed seeming seeped segre seine selectric selves semen sender sending sends sense senses sensor
    sensors sequoya serbia serbians serbs serena serener sergei serial serials serum serums seton settled sevens
    seventeens seventh sever severest severn severs seward sewer sewers sexed sexes sexing sextans shadowy shady
    shaft shafts shaikh shaikhs shaka shaken shaky shall shallow shallows shame shamed shames shaming shams shane
    shape shapes shaping shared shari shark sharked sharking sharks sharpe sharped sharpener sharper shatter
    shattering shatters shaula shauna shaven shaver shavers shawn sheaf sheathe sheathes sheave sheaves sheba sheena
    sheered sheerer sheering sheers sheet sheik sheiks shelia shelled sheller shelly sheol
    sherries sherry shied shies shiftless shifty shined shingled shinned shinning shipped shipping shire shirk
    shirked shirking shirks shocking shocks shoed shoeing shone shooed shoon shored
    shoring shorted shorten shorting shovelled shovelling showed showier showings shown showy
    shrank shreds shrew shrieked shriner shrunk shuck shucked shucking shucks shula shunning shunted shunting
    shunts shuts shuttled shuttling shyer shying siberian sicilians sicked sicken sicker sicking sickly sicks sided
    sidelined sidles sidling sidney siege sieges sieved sifted sight sighted sighting sights signalled signalling
    signed signer sikhs silas silhouetted sills silly silted silting silts silvery simile similes simmer simmering
    simmers simpler simplex sinai since singe singeing singes singh singled singles singling singly sinned sinner
    sinners sinning sinus sired sires siring sited siting sitter sitters sixes sixteens sixth sizes sizing skein
    skeins sketchy skewed skewing skids skill skills skimmed skimp skimped skimping skimps skinned skinnier
    skinniest skinning skippy skits skulk skulked skulking skulks skyed skying slabbed slabbing slabs slack slacked
    slacker slacking slain slake slaked slakes slaking slams slander slanders slang slanted slated slater slates
    slating slats slave slaved slavs slaying slays sleeked sleeking sleeks sleeper sleeted sleeting slewed slewing
    slews slick slicking slicks slier slighted slighter slighting slights slime slimmed slimmer slimming slims
    slinging slink slinked slinking slinks slitter sliver slivers sloan slobs slogs sloped sloping slopped slopping
    sloppy slosh sloshed sloshes sloshing slots slotted slowed slower slowing slows sludge slugged slugging slugs
    sluice sluiced sluices sluicing slumber slumbers slummed slummer slumming slunk slurpee slurred slurring slurs
    sluts slyer slyly smalls smarts smash smashed smashes smashing smatterings smelly smelt smelted smelting smelts
    smidge smidges smite smites smiting smitten smocking smokestack smokier smoothed smoothes smote smother smothers
    smouldered smudged smugger smuggle smuggled smuggles smuggling snack snacked snacking snacks
    snagging snags snail snailed snailing snails snaked snappy snare snared snares snaring snead sneakier sneaky
    snell snicker snickers snide snider sniffled sniffling snipe sniped snipes sniping snipped snitch snitched
    snitches snitching snobs snoop snooped snoops snorkelled snorkelling snort snorted snorting snorts snots snout
    snouts snowball snowballs snowed snuck snuff snuffed snuffing snuffs snugged snugging soaped soaping soaps sober
    sobers socialize socializes socked socket sockets socking sodas sodded sodding sodium sofia soggy soiled soiling
    soils soled solicitous solider solids soling solis solon solves somalia somalis somber sombre
    somethings somewhats songs sonnet sonnets sonny sooty sophisticate sophisticates sopped sopping sores sorest
    sorry sorted soses sought souls sounder soured souring sours south souths southwestern spaced spacing spaded
    spading spain spanks spanned spare spared spares sparing spark sparking sparkle sparkled sparred sparta spate
    spatted spatter spattering spatters spayed spaying spays speaker speared spearing specious speck specked
    specking specks spectacle speeds speer spell spelled speller spelling spells spence spenser sperms spewed
    spewing spews sphinges spice spiced spices spicing spicy spider spiders spied spilt spindly spinx spiro spite
    spited spites spitted spitz splat splice spliced splices splicing splinted splinter splinters splinting spock
    spoils spokes spoof spoofs spook spooks spool spooled spooling spore spores spotting spout spouted
    spouting spouts sprang sprayed spree spreed sprees spriest springing springy sprung spuds spurn spurt
    spurted spurting spurts sputter sputters spying squad squads squared squarer squarest squaring squatted
    squatting squinter squired squiring squirt squirted squirting squirts stabled stabler stablest stabling staci
    stacy stael staffed staged staging stags staid stake staked stakes staking stale staled
    stales stalin staling stalled stalling stamped stanch stanched stanches standings stank stapler staplers starch
    starches starching stark starr starred starring started starve starved starves starving state stated statements
    stater states stating stationery status statuses statute statutes stave staved staves staving stayed steal
    stealing steals steamy steele steeled steeling steels steeped steeping steeps stemming stems sterne sterno
    sterns steve steven stewart stewed stewing stews stickier stickler sticklers sticky stiff stiffed
    stiffing stiffs stilled stilling stills stilted stine sting stinger stingers stinging stings stink stinks
    stinted stirling stocked stolen stolid stomached stomachs stomp stomped stomping stomps stoned stones stoney
    stoning stony stopper stored storey storeys stories storing stork storks story stowe stowed stowing stows
    straights strained strainer strainers stranded stranding strange straws stray strays streamed stresses strew
    strews strife strikings strings stringy striping stripped stript strive strived strives striving stroked
    strong stronger strove struck structure structures stubbed stubbier stubbiest stubbing stubby stubs studding
    studious stuff stuffs stumped stumping stung stunk stuns stunting stutter stutters stylus subbed subbing submit
    submits subset subsets subtler subtly suburbans sucker suckle suckled suckles suckling suffer suffers suing
    suite suites sulky summary summed summing sumner sumter sunburn sunburns sundanese sundas sunday sundays sunned
    sunni sunnier sunniest sunning suntan suntans superb supers superstar supper suppers surer surge surged surging
    surly surprise surprises suspended sutton swabbed swabbing swabs swampy swapped swapping
    swaps swathed swathes swazi swear swearing swears swede sweeper sweepings sweeter sweethearts swelled sweller
    swerved swift swifts swigged swilled swindle swindles swine swines switch switched switches switching swoon
    swoons swoop swooped swoops swore sworn symmetric symmetrical syria syriac syrians syringed tabbed tabbies
    tabbing tabled tabus tacked tackier tackiest tacking tacks tagging tailed tailing taint tainted tainting taints
    taken taker takers tales talker talkers talley tallow talon talons tamer tamera tamest tammi tammie tampa tamper
    tampered tampers tamra tangerines tangles tangling tango tangoed tangos tangs tanked tanker tankers tanking
    tanzania tanzanians taped tapes taping tapped tarbell tarried tarrier tarries tarring tarry tarrying tartans
    tartar tarter tarts tarzan tasked tasking tasks tasted tattle tattles taught taunt taunted taunting taunts
    tawney taxed taxes taxies taxing taylor teachings teaks teamed teaming teams teamster teamsters teared tearing
    teats tedium teems teethe teethed teethes telephoned telescoped teller tellers tempe tender
    tenders tenets tense tensed tenser tenses tensing tensors tented tenth tenths tenting tepee tepees termed terms
    terra terraced terrance terri terrie tested tester testers testing tests texans texes
    textured thais thales thalia thames thank thanked thanking tharp thatches thaws thebes theme theses theta
    thicker thickest thieu thing things thinker thinned thins thirsty thirteens thistle thistles thorn thorns
    thorough thoth thought thrace threat threats threes threshed threshes throng throngs throughput throve thumbed
    tiber tibetans ticked ticking ticks tided tidies tiding tiffs tighter tilde tiling timed timer timers times
    timing timmy tinder tinged tinging tingle tingled tingling tings tinkle tinkled tinkles tinkling tinned tinning
    tinny tinting tints tipping tiptoeing tireless titled titles titling titter titters titus toadstool toaster
    toddle toddled toddles toeing toffee toffees toffy togae toiled toils tolled tolling tolls tomas tombed tombing
    tomes tommy tones tonga tongans tongued tonic tonics toning tonto tooled tooling tooted tooting toots
    topic topical topics topped topping torched torching tories torque torsi total totem totems totted totter
    totters totting touched touchings touchy tough toughs toured touring tours touted touting touts towed toweling
    towellings towered townes toyed toying tracey traci tracie tracked tracking tract tracts tracy trade traded
    trades trading trailed trailer trailers trait traitor traitors traits tramp tramped tramps trance trances
    trapped traps trashes travelings travelled travelling trawl trawled trawling trawls treading treat treats treble
    trebled trebles trebling treed treeing trekked trekking trenched trend trended trends trestle trestles trial
    trialing trials trick trickled tricks tried tries trifle trifles trill trilled trilling trills trimmer trios
    tripe tripled triples triplet tripos trippe tripped tripping trips trite triter trolled trollies trolling trolly
    trooping troops trough trouts trowelling truce truces trucked truckee trues truffle truffles trump trumped
    trumpeted trumping trumps trunk trust trusted trusting trusts trying tubes tucker tugged tumbled tumor tumors
    tunas tuned tunisia tunisians tunney turfed turfing turfs turing turks turner turnip turnips turquoises turves
    tuscan tusks tuxedoes twain tweaked tweet tweets twelves twigs twila twine twines twinged twinging twinning
    twister tyler tyree tyrone tzars udder uganda ugandans ukrainians unblock unblocked unblocking unblocks
    undergrounds underneaths understate understates understudied undertake undertaken undertakes undertow undertows
    undoes undying unfair uninformed unions unite united unites unities units unkind unpick
    unset upholsterer upload upped uppers uprights uptight upward urals urbane users utter utters vague vaguer
    valenti valves vance vandal vandals vanes vanillas vanned varnish varnished varnishes varnishing vasts vatted
    vaxes veered vegetable veiling veined velvety vended vender venders vending vends venerate venerates venus
    venuses verbs verde verged verier verne verse verses verve vesta vested vesting vetting vices vicing victoria
    victorians viewer vigor viler villainy vilma vince vinyls viola violas violent violets viper vipers vises vising
    vizor vizors vocal vocation vocations voiding volcanoes vomits voted votes voting vouch vouches vouching
    vowed vowel vowels vowing vying wadded wadding waddle waddled waddles waddling wafer wafers waffled wafted
    wafting wafts waged wager wagers wages wagging waging wailed wailing wails waite waived waiver waivers waives
    waiving waked wakes waking walden walled waller walling wallis walloon wallop walloped walloping wallops walsh
    walter walters wanda waned wanes waning wanner wanted wanting wanton wantons wants warble warbled warded warding
    warehoused waring warmer warned warning warns warps warren warrens warring warts washer washers washings wasps
    wasted wastes wasting watery watts waugh waver wavers waxes waxing weaker wealthy weaned wearying weasel weasels
    wedder weddings wedging weeded weeing weekended weighty weird weiss welch welland welled weller welles welling
    wells welted welter welters welting wendy westerns wests wetter wetting whack whacked whacking whacks
    whaled whats wheedled wheedling wheeler wheres whigs whiled whiles whiling whimper whimpers whims whine whines
    whining whirr whirred whirring whirrs whirs whisker whiskys whistler whiter whitest
    whitewashes whitman whittled wholes wholly whoops whore whores wicked wickers wicket wickets wicks wider wigged
    wigging wiggle wiggled wiggles wiggling wigner wilder wilds wiles willa willed willie willing wills willy wilted
    winched windex windowpanes wined wines winging wining winkle winning wintery wiper wipers wired wires wiring
    wises wished wishes wishful wishing witched witching witting wizes wobbly woken wolfe wolff wombat wombats wombs
    wonder wondered wondering wonders woodies woody wooed woofed woofs woolens woolf woolie woolies wooly wooster
    wooten worded wording words workings world wormed worming worms worries worry worse worshiped worshiping
    worshipper wotan woulds wounder wounds wowed wowing wrangler wrangles wrapt wrath wreak wreaks wreathe wreathes
    wrenched wrest wrested wresting wrests wretch wretches wrier wriest wright wringer wringers writhe writhed
    writhes writhing writings writs wrong wronged wronging wrongs wrung yacked yacking yacks yanks yapped yapping
    yates yearly yearns years yellows yelped yelping yelps yield yielded yielding yields yocks yodelling yoked yokel
    yokels yoking yours yowls yucks yules zambia zambians zappa zeros zests zimbabweans zinced zincing zions zipping
    zombi zombis zoned zoomed zooming zooms zulus
    """.split()
)
