"""Words that the rules for nouns ask for: what is held, what covers, what hangs, what is part of what."""

from __future__ import annotations

from engine.description.grammar.names import EVERY_GROUP, Group, Kind
from engine.description.grammar.noun_phrases import OWNERS, Chunk
from engine.description.grammar.rules.memory import WORN

NEVER_HELD = frozenset((Group.BODY, Group.BACKGROUND, Group.FACE, Group.HAIR, Group.SHOT, Group.STYLE))
#: Held only right after the verb: "holding her stop sign".
SEEN = frozenset((Group.BACKGROUND, Group.STYLE, Group.SHOT))
NECK = frozenset(("neck", "throat", "shoulder", "shoulders", "chest", "collarbone", "nape"))
HAND = frozenset(("hand", "hands", "arm", "arms", "wrist", "wrists", "finger", "fingers", "ear", "ears", "lap"))
ANY = EVERY_GROUP
#: What children wear on their heads.
VESSELS = frozenset(("saucepan", "bucket", "colander", "paper bag", "lampshade"))
AND = Kind.CONJUNCTION
HEAD = frozenset(("head", "hair", "forehead", "ears", "brow", "face"))
NEVER_PRINTED = frozenset(
    ("background", "backdrop", "scenery", "setting", "surroundings", "lighting", "light", "distance", "foreground",
     "wall", "street", "room", "weather", "scene", "landscape", "crowd", "view", "bokeh", "horizon")
)  # fmt: skip
#: Marks on the skin: on the face or on the body, by the place named after them.
MARKED = frozenset(
    ("scar", "scars", "mole", "moles", "birthmark", "birthmarks", "bruise", "bruises", "burn", "burns", "scratch",
     "scratches", "graze", "grazes", "tattoo", "tattoos", "freckle", "freckles", "wrinkles", "wound", "wounds", "cut",
     "gash", "rash", "burn mark", "burn scar", "dimple", "spots", "sunburn", "henna", "vitiligo", "tan lines")
)  # fmt: skip
#: What soils the skin and takes the group of the place it is on.
SMEARS = frozenset(
    (
        "soot",
        "dirt",
        "mud",
        "paint",
        "flour",
        "grease",
        "glitter",
        "blood",
        "ash",
        "smudge",
        "oil",
        "chalk",
        "sand",
        "chocolate",
        "jam",
        "icing",
        "cream",
        "crumbs",
        "ketchup",
        "lipstick",
        "plaster",
        "ink",
        "lather",
        "foam",
    )
)
#: What has neither sleeves nor hems.
NO_SLEEVES = frozenset((Group.ACCESSORY, Group.BAG, Group.EYEWEAR, Group.HEADWEAR, Group.NECKWEAR, Group.FOOTWEAR))
#: "A tea towel as a cape", "a colander for a helmet": what serves as a garment is one.
SERVES_AS = {
    "as": WORN | {Group.OTHER, Group.HAIR},
    "for": frozenset((Group.OTHER, Group.ACCESSORY)),
}
#: Groups that words without commas begin anew after a thing that is held.
LISTED = WORN - {Group.ACCESSORY, Group.BAG} | {Group.HAIR}
HEADED = frozenset((Kind.NOUN, Kind.SMALL))
COMPARING = frozenset(("like", "as"))
NEAR = 6
#: Looks that come from what is on a thing: "a belt heavy with tools".
LADEN = frozenset(("heavy", "bright", "thick", "stiff", "busy", "rich", "dense", "laden", "bristling", "weighty"))
BEFORE_OBJECT = 2  # chunks from what is compared, over the preposition, to what it is like
BREAKS = frozenset((Kind.COMMA, Kind.STOP, Kind.CONJUNCTION, Kind.WEAR, Kind.SUBJECT))
ACTS = frozenset((Kind.ATTACH, Kind.POSE))
TO_PART = frozenset((Kind.POSE, Kind.PREPOSITION))
#: Verbs that put clothes in order.
ARRANGING = ("tug", "pluck", "pick", "adjust", "straighten", "fiddle", "tweak", "smooth", "button", "loosen", "fasten")
#: Things of the house that hands do something to: "folds sheets".
HANDLED = frozenset(("sheets", "bedsheets", "pillows", "books", "quilt", "vases", "clock", "screens", "paintings"))
QUALITIES = frozenset((Kind.ADJECTIVE, Kind.NOUN, Kind.PLACE, Kind.PART))
#: What holds hair.
HAIR_THINGS = frozenset(
    ("comb", "ribbon", "net", "clip", "pins", "pin", "band", "slide", "bow", "clips", "ribbons", "hairpin", "scrunchie")
)
#: Groups of what is said to be of a garment: "the checks of his shirt".
ON_GARMENTS = frozenset((Group.ACCESSORY, Group.OTHER, Group.NECKWEAR))
SEEN_IN_SCENES = frozenset((Group.BACKGROUND, Group.ACCESSORY))
#: Where clothes are: "a shirt stretched over his belly".
ON_PEOPLE = frozenset((Group.HAIR, Group.BODY, Group.FACE))
UNDERFOOT = frozenset(("floor", "ground"))
ROUND = frozenset(("round", "around", "below", "about", "past", "above", "against"))
THE = OWNERS | {"the"}
GIVERS = frozenset(("from", "by", "for"))
NEXT_CLAUSE = frozenset((Kind.COMMA, Kind.CONJUNCTION))
#: Parts that only clothes have.
OF_GARMENTS = frozenset(
    ("sleeve", "sleeves", "collar", "cuff", "cuffs", "laces", "lapel", "lapels", "hem", "hood", "buttons", "pockets")
)
GLOVES = frozenset(("gloves", "mittens", "gauntlets"))
OF_GLOVES = frozenset(("lining", "cuff", "cuffs", "trim", "buttons", "straps"))
GARMENT_GROUPS = WORN - {Group.ACCESSORY}
ARMS = frozenset(("shoulder", "arms", "lap", "hip", "back", "chest", "knee", "knees", "front"))
IN_ARMS = frozenset(("baby", "newborn", "infant", "newborn baby"))
MARKED_FACE = frozenset(("ear", "ears", "earlobe", "temple", "temples"))
#: What falls on people and stays there: "ice in his beard", "snow on her coat".
FALLEN = frozenset(
    ("ice", "frost", "snow", "snowflakes", "snowflake", "raindrops", "dust", "sand", "leaves", "petals", "confetti",
     "ash", "icicles", "rain", "hay", "straw", "cobwebs", "glitter")
)  # fmt: skip
COVERING = FALLEN | SMEARS | {"sweat", "tears", "salt", "water", "soap", "foam", "smoke", "light", "sunlight", "drops"}
#: What is headwear round the head.
CLOTHS = frozenset(("towel", "handkerchief", "cloth", "rag", "hanky", "t-towel", "ribbon", "strip"))
#: What hangs things: "glasses on a chain".
CORDS = frozenset(
    ("chain", "cord", "string", "ribbon", "lanyard", "strap", "leather cord", "gold chain", "silver chain")
)
CARRIED = frozenset((Group.ACCESSORY, Group.EYEWEAR, Group.BAG))
BRACES = frozenset(("braces", "suspenders"))
#: What hair can be in: "hair in a towel".
#: What rests on a hand.
PROPPED = frozenset(("chin", "cheek", "head", "forehead", "face"))
RESTING = frozenset(("resting", "rests", "propped", "cupped", "rested", "leaning"))
PROPS = frozenset(("hand", "hands", "fist", "fists", "palm", "palms", "knee", "knees", "elbow", "knuckles", "arms"))
#: What unknown stuff does to what it is on: "ink covers both her arms".
COVERS = frozenset(("covers", "cover", "coats", "stains", "streaks", "smears", "dusts", "crusts", "hides", "whitens"))
ROUND_HAIR = frozenset((Group.HEADWEAR, Group.ACCESSORY, Group.NECKWEAR))
#: What hoods and hems of garments have, though some are garments alone.
EDGES = frozenset(("hood", "ruff", "trim", "collar", "lining"))
#: What hair has in it.
IN_HAIR = frozenset(
    ("cuffs", "beads", "shells", "rings", "charms", "bows", "ribbons", "clips", "pins", "flowers", "feathers", "thread",
     "bow", "ribbon", "clip", "pin", "flower", "feather", "extensions", "tips", "rose", "roses", "orchid", "daisies",
     "jasmine", "gardenia", "hibiscus", "lily", "poppy", "comb", "combs", "hairpins", "scrunchie", "curlers")
)  # fmt: skip
HOODED = frozenset((Group.TOP, Group.OUTERWEAR, Group.DRESS))
#: Garments that are part of a dress they come with: "a dirndl with a blue apron".
DRESS_PARTS = frozenset(("apron", "bodice", "jeogori", "pinafore", "blouse", "choli", "bolero", "skirt"))
OWN_PLACES = {"head": Group.BODY, "heads": Group.BODY, "ear": Group.FACE, "ears": Group.FACE}
#: Words for a place on the body that are also part of a garment: "trousers with wide legs".
GARMENT_PLACES: dict[str, frozenset[Group]] = {
    **dict.fromkeys(("leg", "legs", "knee", "knees", "thigh", "thighs"), frozenset((Group.BOTTOM, Group.LEGWEAR))),
    **dict.fromkeys(("toe", "toes", "ankle", "ankles"), frozenset((Group.FOOTWEAR, Group.LEGWEAR, Group.BOTTOM))),
    **dict.fromkeys(("shoulder", "shoulders", "neck", "back", "waist", "side", "sides", "elbow", "elbows", "chest"),
                    frozenset((Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.HAIR))),
    **dict.fromkeys(("ear", "ears"), frozenset((Group.HEADWEAR,))),
    **dict.fromkeys(("temple", "temples", "tips"), frozenset((Group.HAIR,))),
}  # fmt: skip


def last_word(words: str) -> str:
    """The last word of a phrase of the lexicon."""
    return words.rpartition(" ")[2]


def last(chunk: Chunk) -> str:
    """The last word of what decides a noun phrase."""
    return last_word(chunk.word)
