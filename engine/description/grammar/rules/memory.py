"""What the assembly of phrases remembers: the phrase that may still grow and what was just read.

It opens and grows phrases; it does not decide what belongs where.
"""

from __future__ import annotations

from engine.description.grammar.names import Group, Kind
from engine.description.grammar.noun_phrases import OWNERS, Chunk

WORN = frozenset(
    (
        Group.TOP, Group.OUTERWEAR, Group.DRESS, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT,
        Group.NECKWEAR, Group.HEADWEAR, Group.EYEWEAR, Group.BAG, Group.ACCESSORY,
    )
)  # fmt: skip
DESCRIBED = WORN | {Group.HAIR, Group.FACE}
GROWING = DESCRIBED | {Group.BACKGROUND, Group.STYLE, Group.SHOT}
PARTED = GROWING | {Group.OTHER}
_FAR = 8
_BODY_WORN = frozenset((Group.TOP, Group.OUTERWEAR, Group.DRESS))
_CLOTHES = _BODY_WORN | {Group.BOTTOM}
_CLOSED = _CLOTHES | {Group.BAG, Group.FOOTWEAR}
_PARTS: dict[str, frozenset[Group]] = {
    """sleeve sleeves lapel lapels collar neckline necklines yoke placket epaulette epaulettes bodice hood neck
    shoulder shoulders elbows elbow""": _BODY_WORN,
    "cuff cuffs hem hems hemline pleat pleats slit slits ruffle ruffles drape vent vents back front waist": _CLOTHES,
    "waistband crotch fly inseam knee knees leg legs thigh thighs": frozenset((Group.BOTTOM, Group.DRESS)),
    "ankle ankles": frozenset((Group.BOTTOM, Group.FOOTWEAR, Group.LEGWEAR)),
    "button buttons pocket pockets zip zips zipper zippers lining seam seams toggle toggles snap snaps": _CLOSED,
    "sole soles heel heels toe toes laces lace-up tongue insole toecap toecaps": frozenset((Group.FOOTWEAR,)),
    "strap straps": _CLOSED,
    "buckle buckles": frozenset((Group.BELT, Group.FOOTWEAR, Group.BAG, Group.OUTERWEAR)),
    "brim peak earflap earflaps crown": frozenset((Group.HEADWEAR,)),
    "handle handles": frozenset((Group.BAG,)),
    "frame frames rim rims lens": frozenset((Group.EYEWEAR,)),
}
#: A part -> the groups of the garments that can have it.
HOLDERS: dict[str, frozenset[Group]] = {word: groups for words, groups in _PARTS.items() for word in words.split()}
APART = frozenset((Kind.COMMA, Kind.STOP, Kind.CONJUNCTION))
_KNOWN_OWNERS = OWNERS | {"the"}
_VERBS = frozenset((Kind.ATTACH, Kind.POSE, Kind.HOLD, Kind.SWALLOW))


class Phrase:
    """A phrase that is being built: where it stands, its group, and what else is known of it."""

    # What is seldom set is of the class: a phrase is made for every few words.
    #: Takes the group of the place it is at.
    weak = False
    #: A scarf or the like: neckwear, headwear or belt by where it is worn.
    wrap = False
    #: The subject of its clause: verbs and "is ..." go to it.
    subject = False
    #: Has taken a verb.
    verbed = False
    #: Stands after a comma.
    listed = False
    #: The word that decided it.
    word = ""
    #: Stands, lies or hangs by itself.
    still = False
    #: What a verb is done to: "inspects his roses".
    handled = False
    #: Resumes an earlier phrase ("It has ..."); it is one of the text's phrases once it grows.
    ghost = False

    def __init__(self, start: int, end: int, group: Group) -> None:
        """Begin a phrase about nothing special."""
        self.start = start
        self.end = end
        self.group = group


class Memory:
    """The state of one pass over the chunks of a text."""

    def __init__(self, chunks: list[Chunk]) -> None:
        """Take the chunks to assemble."""
        self._chunks = chunks
        self._phrases: list[Phrase] = []
        self._anchor: Phrase | None = None
        self._preposition: Chunk | None = None
        self._context: Kind | None = None
        self._scene = False
        self._copula = False
        self._swallow = False
        self._negation: Chunk | None = None
        self._negated: Phrase | None = None
        #: The words that opened the last absence, and the group of what was denied last.
        self._opener = ""
        self._denied_group: Group | None = None
        #: Where "and" comes before the last of a list of absences.
        self._last_of_list = -1
        #: Up to here commas and "and" go on with what is absent: "left his hat, scarf and glasses at home".
        self._absent_until = -1
        #: The verb whose object is denied of two: "neither she nor her sister wears a hat".
        self._denied_at = -1
        self._pending: int | None = None
        self._after: Kind | None = None
        self._pronoun = False
        self._walking = False
        #: The garment that opened the sentence and has no verb yet, and how many commas came after it; -1 where a
        #: clause about it stands directly after it.
        self._waiting: Phrase | None = None
        self._asides = 0
        #: The verb of the hand moves what is worn: "lifts his hat".
        self._moving = False
        #: "is" speaks of the person, not of the garment just before it: "a man in a coat is seated".
        self._person_is = False
        #: The anchor has something "with" it, so that "and" may add to it.
        self._trimmed = False
        #: The last chunk was a verb that went to the anchor.
        self._attached = False
        #: A person opened the clause and has no verb yet: "a woman with silver hair ... laughs".
        self._awaiting_verb = False
        self._clause_start = True
        self._at = 0

    def _open(self, chunk: Chunk, group: Group, start: int | None = None) -> Phrase:
        """Begin a phrase at the chunk, or at what was waiting for it."""
        begin = chunk.start if start is None else start
        if self._pending is not None:
            begin = self._pending
        if self._phrases and self._phrases[-1].end > begin:
            begin = max(chunk.start, self._phrases[-1].end)
        phrase = Phrase(begin, chunk.end, group)
        phrase.subject = (
            self._preposition is None
            and (self._clause_start and self._context is None or self._verb_follows())
            and (not self._awaiting_verb or self._begins_own_clause(chunk))
        )
        phrase.listed = self._after is Kind.COMMA
        phrase.word = chunk.word
        if phrase.subject:
            if group is Group.PERSON:
                self._awaiting_verb = True
            elif chunk.determined and self._clause_start and group in DESCRIBED and self._next_kind() is Kind.COMMA:
                self._waiting, self._asides = phrase, 0
        self._phrases.append(phrase)
        self._anchor = phrase
        self._attached = self._trimmed = self._clause_start = False
        self._preposition = self._pending = None
        return phrase

    def _grow(self, chunk: Chunk) -> None:
        """Let the chunk, and whatever led to it, belong to the anchor."""
        anchor = self._anchor
        assert anchor is not None
        if anchor.ghost:
            anchor.ghost = False
            self._phrases.append(anchor)
        anchor.end = chunk.end
        self._attached = chunk.kind in _VERBS
        self._trimmed = self._trimmed or (self._preposition is not None and self._preposition.kind is Kind.WITH)
        self._preposition = self._pending = None
        self._clause_start = False

    def _settle(self) -> None:
        self._preposition = None
        self._pending = None
        self._clause_start = False

    def _verb_follows(self) -> bool:
        """Whether a finite verb comes next, so that the phrase just read is its subject."""
        if self._at + 1 >= len(self._chunks):
            return False
        after = self._chunks[self._at + 1]
        return after.kind is Kind.COPULA or (after.kind in _VERBS and not after.word.endswith(("ing", "ed")))

    def _begins_own_clause(self, chunk: Chunk) -> bool:
        """Whether a part or garment of the person has a verb of its own: "a woman, her hair is tied back"."""
        return self._after in APART and chunk.opener in _KNOWN_OWNERS and self._verb_follows()

    def _next_kind(self) -> Kind | None:
        return self._chunks[self._at + 1].kind if self._at + 1 < len(self._chunks) else None

    def _last_that_has(self, word: str) -> Group | None:
        """The group of the last garment, a few phrases back at most, that can have a part so named."""
        holders = HOLDERS.get(word.rpartition(" ")[2], frozenset())
        for phrase in self._phrases[:-_FAR:-1]:
            if phrase.group in holders:
                return phrase.group
        return None

    def _last_worn(self) -> Group | None:
        if self._phrases and self._phrases[-1].group in WORN:
            return self._phrases[-1].group
        return None

    def _in_scene(self, chunk: Chunk, group: Group | None) -> bool:
        if self._scene:
            return True
        lead = self._preposition
        return lead is not None and lead.kind is Kind.SCENE_PREPOSITION and self._context is not Kind.HOLD

    def _to_scene(self, chunk: Chunk) -> None:
        anchor, lead = self._anchor, self._preposition
        if anchor is not None and anchor.group is Group.BACKGROUND:
            return self._grow(chunk)
        self._open(chunk, Group.BACKGROUND, lead.start if lead is not None else None)
        return None

    def _deny(self, chunk: Chunk) -> None:
        """Let the chunk belong to what is absent."""
        if self._negated is None or self._negated is not self._phrases[-1]:
            start = self._negation.start if self._negation is not None else chunk.start
            if self._phrases:
                start = max(start, self._phrases[-1].end)
            self._negated = Phrase(start, chunk.end, Group.NEGATED)
            self._phrases.append(self._negated)
        else:
            self._negated.end = chunk.end
        if self._negation is not None and self._negation.kind is Kind.NEGATION:
            self._opener = self._negation.word
        self._denied_group = chunk.group
        self._anchor = None
        self._settle()
        if chunk.kind in (Kind.NOUN, Kind.PERSON, Kind.SMALL, Kind.PART, Kind.PLACE, Kind.UNKNOWN, Kind.ACTION_OBJECT):
            self._negation = None

    def _still_denied(self) -> bool:
        """Whether "on his feet" after "no shoes" says where nothing is."""
        return self._negated is not None and self._preposition is not None and self._negated is self._phrases[-1]

    def _end_negation(self) -> None:
        self._negation = None
        self._negated = None

    def _leads_scene(self, lead: Chunk) -> bool:
        """Whether the preposition is part of the scene rather than of the pose before it."""
        if lead.kind is Kind.SCENE_PREPOSITION:
            return True
        anchor = self._anchor
        taken = anchor is not None and anchor.group is Group.BODY and anchor.end >= lead.end
        return not taken
