"""Where noun phrases belong: a garment of its own, a part of one, a place on the body, or the scene."""

from __future__ import annotations

from engine.description.grammar.memory import APART, DESCRIBED, HOLDERS, PARTED, WORN, Memory, Phrase
from engine.description.grammar.names import EVERY_GROUP, Group, Kind
from engine.description.grammar.noun_phrases import OWNERS, Chunk

_NEVER_HELD = frozenset((Group.BODY, Group.BACKGROUND, Group.FACE, Group.HAIR, Group.SHOT, Group.STYLE))
#: Held only right after the verb: "holding her stop sign".
_SEEN = frozenset((Group.BACKGROUND, Group.STYLE, Group.SHOT))
_NECK = frozenset(("neck", "throat", "shoulder", "shoulders", "chest", "collarbone", "nape"))
_HAND = frozenset(("hand", "hands", "arm", "arms", "wrist", "wrists", "finger", "fingers", "ear", "ears", "lap"))
_ANY = EVERY_GROUP
#: What children wear on their heads.
_VESSELS = frozenset(("saucepan", "bucket", "colander", "paper bag", "lampshade"))
_AND = Kind.CONJUNCTION
_HEAD = frozenset(("head", "hair", "forehead", "ears", "brow", "face"))
_NEVER_PRINTED = frozenset(
    ("background", "backdrop", "scenery", "setting", "surroundings", "lighting", "light", "distance", "foreground",
     "wall", "street", "room", "weather", "scene", "landscape", "crowd", "view", "bokeh", "horizon")
)  # fmt: skip
#: Marks on the skin: on the face or on the body, by the place named after them.
_MARKED = frozenset(
    ("scar", "scars", "mole", "moles", "birthmark", "birthmarks", "bruise", "bruises", "burn", "burns", "scratch",
     "scratches", "graze", "grazes", "tattoo", "tattoos", "freckle", "freckles", "wrinkles", "wound", "wounds", "cut",
     "gash", "rash", "burn mark", "burn scar", "dimple", "spots", "sunburn", "henna", "vitiligo", "tan lines")
)  # fmt: skip
#: What soils the skin and takes the group of the place it is on.
_SMEARS = frozenset(
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
_NO_SLEEVES = frozenset((Group.ACCESSORY, Group.BAG, Group.EYEWEAR, Group.HEADWEAR, Group.NECKWEAR, Group.FOOTWEAR))
#: "A tea towel as a cape", "a colander for a helmet": what serves as a garment is one.
_SERVES_AS = {
    "as": WORN | {Group.OTHER, Group.HAIR},
    "for": frozenset((Group.OTHER, Group.ACCESSORY)),
}
#: Groups that words without commas begin anew after a thing that is held.
_LISTED = WORN - {Group.ACCESSORY, Group.BAG} | {Group.HAIR}
_HEADED = frozenset((Kind.NOUN, Kind.SMALL))
_COMPARING = frozenset(("like", "as"))
_NEAR = 6
_BEFORE_OBJECT = 2  # chunks from what is compared, over the preposition, to what it is like
_BREAKS = frozenset((Kind.COMMA, Kind.STOP, Kind.CONJUNCTION, Kind.WEAR, Kind.SUBJECT))
_ACTS = frozenset((Kind.ATTACH, Kind.POSE))
_TO_PART = frozenset((Kind.POSE, Kind.PREPOSITION))
#: Verbs that put clothes in order.
_ARRANGING = ("tug", "pluck", "pick", "adjust", "straighten", "fiddle", "tweak", "smooth", "button", "loosen", "fasten")
#: Things of the house that hands do something to: "folds sheets".
_HANDLED = frozenset(("sheets", "bedsheets", "pillows", "books", "quilt", "vases", "clock", "screens", "paintings"))
_QUALITIES = frozenset((Kind.ADJECTIVE, Kind.NOUN, Kind.PLACE, Kind.PART))
#: What holds hair.
_HAIR_THINGS = frozenset(
    ("comb", "ribbon", "net", "clip", "pins", "pin", "band", "slide", "bow", "clips", "ribbons", "hairpin", "scrunchie")
)
#: Groups of what is said to be of a garment: "the checks of his shirt".
_ON_GARMENTS = frozenset((Group.ACCESSORY, Group.OTHER, Group.NECKWEAR))
_SEEN_IN_SCENES = frozenset((Group.BACKGROUND, Group.ACCESSORY))
#: Where clothes are: "a shirt stretched over his belly".
_ON_PEOPLE = frozenset((Group.HAIR, Group.BODY, Group.FACE))
_UNDERFOOT = frozenset(("floor", "ground"))
_ROUND = frozenset(("round", "around", "below", "about", "past", "above", "against"))
_THE = OWNERS | {"the"}
_GIVERS = frozenset(("from", "by", "for"))
_NEXT_CLAUSE = frozenset((Kind.COMMA, Kind.CONJUNCTION))
#: Parts that only clothes have.
_OF_GARMENTS = frozenset(
    ("sleeve", "sleeves", "collar", "cuff", "cuffs", "laces", "lapel", "lapels", "hem", "hood", "buttons", "pockets")
)
_GARMENT_GROUPS = WORN - {Group.ACCESSORY}
_IN_ARMS = frozenset(("baby", "newborn", "infant", "newborn baby"))
_MARKED_FACE = frozenset(("ear", "ears", "earlobe", "temple", "temples"))
#: What falls on people and stays there: "ice in his beard", "snow on her coat".
_FALLEN = frozenset(
    ("ice", "frost", "snow", "snowflakes", "snowflake", "raindrops", "dust", "sand", "leaves", "petals", "confetti",
     "ash", "icicles", "rain", "hay", "straw", "cobwebs", "glitter")
)  # fmt: skip
COVERING = (
    _FALLEN | _SMEARS | {"sweat", "tears", "salt", "water", "soap", "foam", "smoke", "light", "sunlight", "drops"}
)
#: What is headwear round the head.
_CLOTHS = frozenset(("towel", "handkerchief", "cloth", "rag", "hanky", "t-towel", "ribbon", "strip"))
#: What hangs things: "glasses on a chain".
_CORDS = frozenset(
    ("chain", "cord", "string", "ribbon", "lanyard", "strap", "leather cord", "gold chain", "silver chain")
)
_CARRIED = frozenset((Group.ACCESSORY, Group.EYEWEAR, Group.BAG))
_BRACES = frozenset(("braces", "suspenders"))
#: What hair can be in: "hair in a towel".
#: What rests on a hand.
_PROPPED = frozenset(("chin", "cheek", "head", "forehead", "face"))
_RESTING = frozenset(("resting", "rests", "propped", "cupped", "rested", "leaning"))
_PROPS = frozenset(("hand", "hands", "fist", "fists", "palm", "palms", "knee", "knees", "elbow", "knuckles", "arms"))
#: What unknown stuff does to what it is on: "ink covers both her arms".
_COVERS = frozenset(("covers", "cover", "coats", "stains", "streaks", "smears", "dusts", "crusts", "hides", "whitens"))
_ROUND_HAIR = frozenset((Group.HEADWEAR, Group.ACCESSORY))
#: What hoods and hems of garments have, though some are garments alone.
_EDGES = frozenset(("hood", "ruff", "trim", "collar", "lining"))
#: What hair has in it.
_IN_HAIR = frozenset(
    ("cuffs", "beads", "shells", "rings", "charms", "bows", "ribbons", "clips", "pins", "flowers", "feathers", "thread",
     "bow", "ribbon", "clip", "pin", "flower", "feather", "extensions", "tips", "rose", "roses", "orchid", "daisies",
     "jasmine", "gardenia", "hibiscus", "lily", "poppy", "comb", "combs", "hairpins", "scrunchie", "curlers")
)  # fmt: skip
_HOODED = frozenset((Group.TOP, Group.OUTERWEAR, Group.DRESS))
#: Garments that are part of a dress they come with: "a dirndl with a blue apron".
_DRESS_PARTS = frozenset(("apron", "bodice", "jeogori", "pinafore", "blouse", "choli", "bolero", "skirt"))
_OWN_PLACES = {"head": Group.BODY, "heads": Group.BODY, "ear": Group.FACE, "ears": Group.FACE}
#: Words for a place on the body that are also part of a garment: "trousers with wide legs".
_GARMENT_PLACES: dict[str, frozenset[Group]] = {
    **dict.fromkeys(("leg", "legs", "knee", "knees", "thigh", "thighs"), frozenset((Group.BOTTOM, Group.LEGWEAR))),
    **dict.fromkeys(("toe", "toes", "ankle", "ankles"), frozenset((Group.FOOTWEAR, Group.LEGWEAR, Group.BOTTOM))),
    **dict.fromkeys(("shoulder", "shoulders", "neck", "back", "waist", "side", "sides", "elbow", "elbows", "chest"),
                    frozenset((Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.HAIR))),
    **dict.fromkeys(("ear", "ears"), frozenset((Group.HEADWEAR,))),
    **dict.fromkeys(("temple", "temples", "tips"), frozenset((Group.HAIR,))),
}  # fmt: skip


def _last_word(words: str) -> str:
    return words.rpartition(" ")[2]


def _last(chunk: Chunk) -> str:
    return _last_word(chunk.word)


class NounRules(Memory):
    """Decides for chunks whose head is a known noun."""

    def _noun(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None or self._negated is not None and self._of_the_denied(lead, group):
            return self._deny(chunk)
        if anchor is not None and anchor.still and lead is not None and group is Group.BACKGROUND:
            if anchor.group in WORN and not self._pronoun:
                anchor.group = Group.BACKGROUND
                return self._grow(chunk)
        if group is Group.PERSON and chunk.word == "other" and (pair := self._one_of_pair()) is not None:
            self._open(chunk, pair)  # "one sock pulled up, the other round his ankle"
            return None
        context = self._context
        if self._scene or lead is not None and lead.kind is Kind.SCENE_PREPOSITION and context is not Kind.HOLD:
            return self._to_scene(chunk)
        if context is Kind.HOLD and self._held(chunk, group, lead):
            return None
        if self._after is Kind.POSE and lead is None and chunk.word in _HANDLED:
            self._open(chunk, Group.ACCESSORY)
            return None
        if chunk.word == "top" and chunk.determined and self._phrases and self._phrases[-1].group is Group.HAIR:
            if self._after in (Kind.COMMA, Kind.CONJUNCTION) and chunk.end - chunk.start == len("the top"):
                self._open(chunk, Group.HAIR)
                return None
        if chunk.word == "hood" and chunk.opener in _THE and self._last_that_has("hood") is not None:
            return self._hood(chunk)
        if chunk.word == "camera" and (self._after is Kind.POSE or lead is not None and lead.kind is Kind.WITH):
            self._open(chunk, Group.ACCESSORY)
            return None
        if anchor is not None:
            if lead is not None:
                if lead.kind is Kind.WITH and chunk.word in _IN_ARMS:
                    self._open(chunk, Group.ACCESSORY)
                    return None
                if self._joined_by(chunk, group, anchor, lead):
                    return self._grow(chunk)
            elif self._attached and self._after in _ACTS and self._done_to(chunk, group, anchor):
                return self._grow(chunk)
            if chunk.opener in OWNERS and self._covers(chunk, group, anchor):
                return self._grow(chunk)
        if lead is not None and lead.kind is Kind.OF and anchor is not None:
            if anchor.group is Group.OTHER and anchor.weak and group is Group.ACCESSORY and not chunk.determined:
                anchor.group = group  # "a trug of vegetables"
                return self._grow(chunk)
            if anchor.group in (Group.SHOT, Group.STYLE, Group.OTHER):
                self._new_noun(chunk, group)
                return None
            if anchor.group is Group.BODY and group is Group.BACKGROUND and anchor.word.endswith(" out"):
                self._open(chunk, group)  # "leans out of a window"
                return None
            if (
                (group is Group.BACKGROUND and anchor.group in WORN and not self._trimmed)
                or (anchor.weak and group in WORN)
                or chunk.opener in OWNERS
                and anchor.group in _ON_GARMENTS
                and self._context is not Kind.HOLD
                and (group in _GARMENT_GROUPS or group is Group.HAIR)
            ):
                anchor.group = group
            return self._grow(chunk)
        if self._swallow and anchor is not None and not self._worn_with(chunk, group, anchor):
            return self._grow(chunk)
        if anchor is not None and self._belongs(chunk, group, anchor, lead):
            return self._grow(chunk)
        self._new_noun(chunk, group)
        return None

    def _one_of_pair(self) -> Group | None:
        """The group of a thing of which "one" was named a few words before."""
        for chunk in self._chunks[max(0, self._at - _NEAR) : self._at]:
            if chunk.opener == "one" and chunk.group in _GARMENT_GROUPS:
                return chunk.group
        return None

    def _hood(self, chunk: Chunk) -> None:
        """Read the hood of a garment that was named: "a parka, fur round the hood"."""
        anchor, group = self._anchor, self._last_that_has("hood")
        assert group is not None
        if anchor is not None and (anchor.group is group or anchor.weak):
            anchor.group = group
            return self._grow(chunk)
        self._open(chunk, group)
        return None

    def _of_the_denied(self, lead: Chunk | None, group: Group) -> bool:
        """Whether an absent person would wear this: "not a photo of a woman in a hat"."""
        if self._denied_group is not Group.PERSON or group not in WORN or self._negated is not self._phrases[-1]:
            return False
        return self._opener.startswith("no") and lead is not None and self._after is lead.kind

    def _held(self, chunk: Chunk, group: Group, lead: Chunk | None) -> bool:
        """Open what is in the hands, or moved by them: "lifts his hat", but "holds his hat"."""
        if lead is None and self._after in _HEADED and group in _LISTED:
            self._context = None  # words without commas: "smoking a cigarette hat pulled low"
            return False
        if self._moving and chunk.opener in OWNERS and group in _GARMENT_GROUPS:
            self._new_noun(chunk, group)
            return True
        if group in _NEVER_HELD and (group not in _SEEN or self._after is not Kind.HOLD or self._walking):
            return False
        self._open(chunk, Group.BAG if group is Group.BAG else Group.ACCESSORY)
        return True

    def _joined_by(self, chunk: Chunk, group: Group, anchor: Phrase, lead: Chunk) -> bool:
        """Whether a preposition joins the noun to the phrase before it by what it means: "as", "like", "from"."""
        kind = lead.kind
        if kind is Kind.WITH:
            return self._soils(chunk, lead, anchor)
        if kind is not Kind.PREPOSITION:
            return False
        word = lead.word
        if anchor.group is Group.HAIR and (word == "close to" or word == "in" and group in _ROUND_HAIR):
            return self._chunks[self._at - 1].start == lead.start
        if word in _COMPARING or word == "for":
            likened = self._chunks[self._at - _BEFORE_OBJECT].kind
            if group in _GARMENT_GROUPS and likened is not Kind.ADJECTIVE and anchor.group in _SERVES_AS.get(word, ()):
                anchor.group, anchor.weak = group, False
                return True
            if word != "for" and self._at >= _BEFORE_OBJECT and likened not in _BREAKS:
                return anchor.group in DESCRIBED or anchor.group is Group.BODY  # "a coat like a sack"
        return group is Group.PERSON and word in _GIVERS and self._attached and anchor.group in WORN

    def _done_to(self, chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Whether cloth or the scene does something to it: "his coat reaches the tiles", "fog hides the far bank"."""
        if group is Group.BACKGROUND and anchor.group in WORN:
            return True
        return anchor.group is Group.BACKGROUND and group in _SEEN_IN_SCENES and chunk.opener not in OWNERS

    def _soils(self, chunk: Chunk, lead: Chunk, anchor: Phrase) -> bool:
        """Whether this is why the phrase before looks so: "shorts black with sweat", "faces grey with coal dust"."""
        if chunk.determined or _last(chunk) not in COVERING:
            return False
        return (
            anchor.group in DESCRIBED
            and self._chunks[self._at - 1] is lead
            and self._after is lead.kind
            and (self._chunks[self._at - _BEFORE_OBJECT].kind in _QUALITIES or self._attached)
        )

    def _covers(self, chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Give what soils or falls the group of what it covers: "frost whitens his eyebrows", "rain soaks her coat"."""
        acts = self._attached or self._copula or self._after in _ACTS or self._after is Kind.HOLD
        if anchor.group is group or not acts:
            return False
        smeared = anchor.group is Group.OTHER and self._chunks[self._at - 1].word in _COVERS
        if (
            anchor.word not in COVERING
            and not smeared
            and not (group is Group.HAIR and _last_word(anchor.word) in _HAIR_THINGS)
        ):
            return False
        if group not in DESCRIBED and group is not Group.BODY or self._phrases[-1] is not anchor:
            return False
        anchor.group, anchor.weak = group, False
        return True

    @staticmethod
    def _worn_with(chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Whether what holds or ties a garment is a garment of its own: "tied with a wide obi"."""
        own = group is not Group.ACCESSORY or chunk.word in _BRACES
        return own and group in WORN and (anchor.group in DESCRIBED or anchor.group is Group.BODY)

    def _new_noun(self, chunk: Chunk, group: Group) -> None:
        lead = self._preposition
        if group is Group.PERSON and self._dresses_as():
            group = Group.DRESS  # "dressed as a superhero"
        start = None
        if lead is not None and self._leads_scene(lead):
            if group is Group.BACKGROUND or group is Group.ACCESSORY and lead.word in ("under", "beneath"):
                start = lead.start
        phrase = self._open(chunk, group, start)
        phrase.weak = chunk.kind is Kind.SMALL
        phrase.handled = self._after is Kind.POSE
        phrase.wrap = chunk.wrap
        self._copula = False

    def _dresses_as(self) -> bool:
        return self._at > 0 and self._chunks[self._at - 1].word in ("dressed as", "costumed as", "dressed up as")

    def _belongs(self, chunk: Chunk, group: Group, anchor: Phrase, lead: Chunk | None) -> bool:
        """Whether a noun phrase only says more about the phrase before it."""
        if lead is not None and group is anchor.group and group in (
            Group.HAIR, Group.BACKGROUND, Group.PERSON, Group.FACE, Group.SHOT, Group.STYLE, Group.OTHER
        ):  # fmt: skip
            return True
        if group is Group.HAIR and anchor.weak and lead is not None and lead.kind is Kind.PREPOSITION:
            anchor.group, anchor.weak = Group.HAIR, False
            return True
        if group is Group.HAIR and anchor.wrap and lead is not None and lead.word in ("over", "on", "around", "round"):
            anchor.group = Group.HEADWEAR
            return True
        if group is Group.SHOT and lead is not None and anchor.group in (Group.BODY, Group.FACE):
            return True
        if group in _ON_PEOPLE and anchor.group in WORN and self._attached and lead is not None:
            return lead.kind is Kind.PREPOSITION and (group is Group.HAIR or chunk.determined)
        if lead is not None and anchor.group is Group.BACKGROUND and group in DESCRIBED and lead.word in ("in", "on"):
            if anchor.word in _FALLEN:
                anchor.group = group
                return True
        if lead is not None and lead.word == "on" and chunk.word in _CORDS and anchor.group in WORN:
            return True
        if lead is not None and self._attached and chunk.word in _UNDERFOOT and anchor.group in _GARMENT_GROUPS:
            return True  # "the fabric pools on the floor"
        if lead is not None and lead.word in _ROUND and group in _GARMENT_GROUPS and chunk.opener in OWNERS:
            if self._attached and anchor.group in DESCRIBED:
                return True  # "a braid swings below her helmet"
        if lead is not None and anchor.group in _CARRIED and (anchor.still or self._attached) and group in WORN:
            if lead.word in ("from", "on", "to", "at"):
                return True
        if (
            anchor.weak
            and not anchor.handled
            and anchor.group is not Group.OTHER
            and group in WORN
            and lead is not None
            and lead.word in ("on", "in", "at")
        ):
            anchor.group, anchor.weak = group, False
            return True
        if (
            group is Group.BACKGROUND
            and anchor.group in WORN
            and _last(chunk) not in _NEVER_PRINTED
            and ((lead is not None and lead.kind is Kind.WITH) or (self._trimmed and self._after is Kind.CONJUNCTION))
        ):
            return True
        if group is Group.ACCESSORY and anchor.group is Group.HAIR and _last(chunk) in _IN_HAIR:
            if lead is not None and lead.kind is Kind.WITH:
                return True
        if group is Group.ACCESSORY and anchor.group is Group.HAIR and lead is not None:
            if self._attached and lead.kind is Kind.WITH or lead.word == "from" and chunk.opener == "its":
                return True  # "a bun skewered with a pencil", "hair coming loose from its net"
        if (
            group is Group.ACCESSORY
            and anchor.group in WORN
            and (
                (self._after is Kind.COPULA and anchor.subject)
                or (self._attached and lead is not None and lead.kind is Kind.WITH)
            )
        ):
            return True
        if (
            _last(chunk) in _EDGES
            and anchor.group in _HOODED
            and (lead is not None and lead.kind is Kind.WITH or self._trimmed and self._after is Kind.CONJUNCTION)
        ):
            return True
        if chunk.word in _DRESS_PARTS and anchor.group is Group.DRESS and lead is not None and lead.kind is Kind.WITH:
            return True
        if (
            chunk.kind is Kind.SMALL
            and anchor.group in DESCRIBED
            and (
                lead is not None
                and lead.kind is Kind.WITH
                or self._copula
                and not (self._after in _NEXT_CLAUSE and chunk.determined)
                or self._attached
                and self._after not in _NEXT_CLAUSE
            )
        ):
            return True
        if anchor.group is Group.BACKGROUND and lead is not None and lead.kind is Kind.WITH:
            return self._furnishes(chunk, group, anchor)
        if self._copula and anchor.ghost:
            return group in WORN
        if self._copula and group in (Group.BACKGROUND, Group.STYLE, Group.OTHER, Group.SHOT):
            return anchor.subject and (anchor.group is group or anchor.group in DESCRIBED or anchor.group is Group.BODY)
        if self._copula and anchor.subject and anchor.group is Group.BACKGROUND:
            return True
        return anchor.group is Group.BACKGROUND and self._after is Kind.CONJUNCTION and group is Group.BACKGROUND

    def _furnishes(self, chunk: Chunk, group: Group, anchor: Phrase) -> bool:
        """Whether a thing after "with" is in the place before it: "a garden with roses", "a shop with hats"."""
        if group is Group.ACCESSORY or group is Group.OTHER:
            return not chunk.determined or chunk.kind is Kind.SMALL or anchor.listed or self._phrases[0] is anchor
        return group is Group.BACKGROUND or group in WORN and not chunk.determined and self._phrases[0] is anchor

    def _part(self, chunk: Chunk) -> None:
        anchor = self._anchor
        if self._negation is not None or self._still_denied():
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if self._context is Kind.HOLD and self._after in _HEADED and self._preposition is None:
            self._context = None
        if self._after in APART and (whole := self._whole_of_part()) is not None:
            self._open(chunk, whole)  # ", the sleeves of her blouse are rolled"
            return None
        if self._context is Kind.HOLD:
            part = self._open(chunk, Group.ACCESSORY)
            part.weak = self._moving
            return None
        whole = self._whole_of_part() if anchor is not None and anchor.group is Group.BODY else None
        if whole is not None:
            self._open(chunk, whole)
            return None
        if anchor is not None and anchor.group is Group.BODY and anchor.word.startswith(_ARRANGING) and chunk.group:
            if chunk.determined and self._after in _TO_PART:
                self._open(chunk, self._last_that_has(chunk.word) or chunk.group)
                return None
        if anchor is not None and anchor.group is Group.BODY and chunk.opener in OWNERS and chunk.group is not None:
            if self._preposition is not None and self._preposition.kind is Kind.WITH and _last(chunk) in _OF_GARMENTS:
                self._open(chunk, self._last_that_has(chunk.word) or chunk.group)
                return None
        if self._after is Kind.COMMA and anchor is not None and anchor.group is Group.BACKGROUND:
            if _last(chunk) in _OF_GARMENTS and chunk.group is not None:
                self._open(chunk, self._last_that_has(chunk.word) or chunk.group)
                return None
        listed = self._after is Kind.COMMA or self._after is Kind.CONJUNCTION and not self._trimmed
        if listed and (anchor is None or anchor.group not in HOLDERS.get(_last(chunk), _ANY)):
            holder = self._last_that_has(chunk.word)
            if holder is not None:
                self._open(chunk, holder)
                return None
            scenic = anchor is not None and anchor.group is Group.BACKGROUND and chunk.determined
            if chunk.group is not None and (scenic or anchor is not None and anchor.group in _NO_SLEEVES):
                self._open(chunk, chunk.group)
                return None
        own = chunk.group is not Group.TOP and self._after is Kind.COMMA and _last(chunk) not in HOLDERS
        if own and anchor is not None and anchor.group is not chunk.group and chunk.group is not None:
            self._open(chunk, chunk.group)
            return None
        if anchor is not None and (anchor.group in PARTED or anchor.group is Group.BODY and self._preposition):
            return self._grow(chunk)
        worn = self._last_worn()
        opened = self._open(chunk, worn if worn is not None else chunk.group or Group.OTHER)
        opened.weak = worn is None and chunk.group is Group.TOP
        return None

    def _whole_of_part(self) -> Group | None:
        """The group of the garment whose part this is: "kneels at the hem of a gown", "peers over its rims"."""
        chunks, at = self._chunks, self._at + 2
        if at >= len(chunks) or chunks[at - 1].kind is not Kind.OF or chunks[at].kind is not Kind.NOUN:
            return None
        return chunks[at].group if chunks[at].group in _GARMENT_GROUPS else None

    def _place(self, chunk: Chunk) -> None:
        group = chunk.group
        assert group is not None
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None or self._still_denied():
            return self._deny(chunk)
        if self._scene:
            return self._to_scene(chunk)
        if self._clause_start and lead is not None and lead.kind is not Kind.WITH and anchor is None:
            self._pending = lead.start if self._pending is None else self._pending
            self._preposition = None
            return None
        if chunk.sewn and lead is None and self._after in (Kind.COMMA, Kind.CONJUNCTION):
            holder = self._last_that_has(chunk.word)
            if holder is not None:
                if anchor is not None and anchor.group is holder:
                    return self._grow(chunk)
                self._open(chunk, holder)
                return None
        if anchor is not None and lead is not None and lead.word == "under" and chunk.word in ("eye", "eyes"):
            anchor.group = Group.FACE
            return self._grow(chunk)
        if anchor is not None and lead is not None and anchor.group in _GARMENT_PLACES.get(chunk.word, ()):
            return self._grow(chunk)
        if anchor is not None and lead is not None and chunk.sewn and anchor.group in HOLDERS.get(chunk.word, ()):
            return self._grow(chunk)
        attaching = lead is not None and lead.kind is not Kind.WITH or self._swallow
        attaching = attaching or self._attached and self._after not in _NEXT_CLAUSE
        if anchor is not None and attaching and anchor.group is not Group.PERSON:
            if chunk.opener in OWNERS and self._covers(chunk, group, anchor):
                return self._grow(chunk)
            if _last_word(anchor.word) in _MARKED and anchor.group in (Group.FACE, Group.BODY):
                facial = group is Group.FACE or chunk.word in _MARKED_FACE
                anchor.group = Group.FACE if facial else Group.BODY
            elif lead is not None and (chunk.word not in ("ear", "ears") or lead.word in ("behind", "above", "over")):
                self._relocate(anchor, chunk, group, lead)
            return self._grow(chunk)
        if anchor is not None and self._copula and anchor.group in WORN and anchor.subject and self._after is not _AND:
            return self._grow(chunk)
        if chunk.opener in OWNERS and anchor is not None and self._covers(chunk, group, anchor):
            return self._grow(chunk)
        own = Group.BODY if self._rests_on_hand(chunk) else _OWN_PLACES.get(chunk.word, group)
        self._open(chunk, own, lead.start if lead is not None and lead.kind is Kind.PREPOSITION else None)
        self._copula = False
        return None

    def _rests_on_hand(self, chunk: Chunk) -> bool:
        """Whether the head rests on a hand, which is a pose: "her chin on her fist", "cheek propped on one palm"."""
        if chunk.word not in _PROPPED:
            return False
        chunks, at = self._chunks, self._at + 1
        if at < len(chunks) and chunks[at].word in _RESTING:
            at += 1
        if at + 1 >= len(chunks) or chunks[at].word not in ("on", "in", "against"):
            return False
        return chunks[at + 1].kind is Kind.PLACE and _last(chunks[at + 1]) in _PROPS

    @staticmethod
    def _relocate(anchor: Phrase, chunk: Chunk, group: Group, lead: Chunk) -> None:
        """Give a small thing, a wrap or a thing in the hand the group of where it is."""
        in_hand = lead.word == "in" and chunk.word in ("hand", "hands")
        if anchor.group in WORN and anchor.group is not Group.BAG and in_hand:
            anchor.group = Group.ACCESSORY
        elif chunk.word == "head" and (anchor.group is Group.OTHER or lead.word == "on" and anchor.word in _VESSELS):
            anchor.group, anchor.weak = Group.HEADWEAR, False
        elif _last_word(anchor.word) in _CLOTHS and chunk.word in ("head", "forehead", "hair", "brow"):
            anchor.group, anchor.weak = Group.HEADWEAR, False
        elif lead.word == "between" and anchor.group is not Group.OTHER:
            return
        elif anchor.wrap and lead.word in ("above", "in"):
            return
        elif (
            anchor.weak
            and not anchor.wrap
            and (group in (Group.FACE, Group.HAIR) or group is Group.BODY and anchor.word in _SMEARS)
        ):
            anchor.group, anchor.weak = group, False
        elif anchor.group is Group.OTHER and chunk.word in _HAND:
            anchor.group = Group.ACCESSORY
        elif anchor.wrap and anchor.group in (Group.HEADWEAR, Group.NECKWEAR, Group.ACCESSORY):
            if chunk.word in _NECK:
                anchor.group = Group.NECKWEAR
            elif chunk.word in _HEAD:
                anchor.group = Group.HEADWEAR
            elif chunk.word in ("waist", "hip", "hips"):
                anchor.group = Group.BELT

    def _lies_on(self, anchor: Phrase) -> bool:
        """Whether a garment hangs or lies on what comes: "a coat slung over the chair"."""
        return anchor.group in WORN and self._attached

    def _action_object(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if self._negation is not None:
            return self._deny(chunk)
        if self._in_scene(chunk, chunk.group):
            return self._to_scene(chunk)
        if anchor is not None and anchor.group is Group.BODY:
            return self._grow(chunk)
        scenic = anchor is not None and anchor.group is Group.BACKGROUND and (self._copula or self._attached)
        if scenic or anchor is not None and (lead is not None and lead.kind is Kind.OF or self._lies_on(anchor)):
            return self._grow(chunk)
        if lead is not None and lead.kind is Kind.PREPOSITION:
            self._open(chunk, Group.BODY, lead.start)
            return None
        self._open(chunk, Group.BACKGROUND if chunk.word.startswith("puddle") else Group.ACCESSORY)
        return None
