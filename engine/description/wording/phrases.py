"""Phrases: what a CosmicMan-HQ row says of a picture, one dictionary for each of twenty slots.

Marks of emphasis in it are read as in a description, so that training shows the text encoder what serving does. It
knows the published columns; it does not know how a phrase is put into words (caption.py).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from engine.description.emphasis import plain
from engine.description.groups import GROUPS, Group

Json = Mapping[str, object]

SHOTS: Mapping[str, str] = {
    "full_body": "a full-body shot",
    "nearly_full_body": "a nearly full-body shot",
    "upper_body": "an upper body shot",
    "portrait": "a close up portrait shot",
    "headshot": "a headshot",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One of the twenty slots of ``aa_text``: its group, its adjective keys, and its noun or the key that holds it."""

    group: Group
    adjectives: tuple[str, ...]
    noun: str = ""
    noun_key: str = ""


_CLOTH = ("pattern", "material", "sleeve length", "top length", "length", "coat length", "collar shape", "color",
          "graphic", "bottom shape", "boots length", "shoulder exposure level")  # fmt: skip
SLOTS: tuple[Slot, ...] = (
    Slot(group=Group.PERSON, adjectives=("country", "age"), noun_key="gender"),
    Slot(group=Group.BODY, adjectives=("body shape",)),
    Slot(group=Group.BACKGROUND, adjectives=("background",)),
    Slot(group=Group.HAIR, adjectives=("hair color", "hair style", "hair length"), noun="hair"),
    Slot(group=Group.DRESS, adjectives=_CLOTH, noun_key="type"),
    Slot(group=Group.DRESS, adjectives=_CLOTH, noun_key="type"),
    Slot(group=Group.TOP, adjectives=_CLOTH, noun_key="type"),
    Slot(group=Group.OUTERWEAR, adjectives=_CLOTH, noun_key="type"),
    Slot(group=Group.BOTTOM, adjectives=_CLOTH, noun_key="type"),
    Slot(group=Group.FOOTWEAR, adjectives=_CLOTH, noun_key="type"),
    Slot(group=Group.BAG, adjectives=("material", "color"), noun_key="type"),
    Slot(group=Group.HEADWEAR, adjectives=("material", "color"), noun_key="type"),
    Slot(group=Group.BELT, adjectives=("material", "color"), noun="belt"),
    Slot(group=Group.NECKWEAR, adjectives=("pattern", "material", "color"), noun="scarf"),
    Slot(group=Group.STYLE, adjectives=("overall-style",)),
    Slot(group=Group.HEADWEAR, adjectives=("pattern", "material", "color"), noun="headband"),
    Slot(group=Group.HEADWEAR, adjectives=("pattern", "material", "color"), noun="headscarf"),
    Slot(group=Group.HEADWEAR, adjectives=("pattern", "material", "color"), noun="veil"),
    Slot(group=Group.LEGWEAR, adjectives=("pattern", "material", "color"), noun_key="type", noun="socks"),
    Slot(group=Group.NECKWEAR, adjectives=("pattern", "material", "color"), noun_key="type", noun="tie"),
)
FIRST_MINOR_SLOT = 14  # published training keeps slots from here on with probability 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One thing a description says: ``attributes`` as (key, value) pairs, a noun, and the ATR-18 ids it is about."""

    group: Group
    attributes: tuple[tuple[str, str], ...] = ()
    noun: str = ""
    regions: tuple[int, ...] = ()
    slot: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The modifiers, in the order of their keys."""
        return tuple(value for _, value in self.attributes)

    @property
    def modifiers(self) -> tuple[tuple[str, str], ...]:
        """The attributes that may be left out: all but what is as good as a noun."""
        return tuple((key, value) for key, value in self.attributes if not self.is_noun(key))

    def is_noun(self, key: str) -> bool:
        """Whether the value of this attribute is as good as a noun: what the group's own key names, such as a beard."""
        return key == self.group.value

    def without(self, modifiers: Collection[tuple[str, str]]) -> "Phrase":
        """The phrase that leaves these attributes out."""
        return replace(self, attributes=tuple(pair for pair in self.attributes if pair not in modifiers))

    @property
    def labels(self) -> tuple[str, ...]:
        """Everything the phrase states, for supervision of each of its tokens."""
        stated = tuple(f"{key}={value}" for key, value in self.attributes)
        return (self.group.value, *stated, *((f"type={self.noun}",) if self.noun else ()))


def row_phrases(row: Json) -> tuple[Phrase, ...]:
    """The phrases of one CosmicMan-HQ row: framing, slots 0 to 19, then ``extra`` if the row has it.

    Args:
        row: ``person_type``, ``aa_text`` and ``aa_ids`` (decoded, twenty entries each), optionally ``extra`` (a list
            of ``{"group", "text", "ids"}``, with the ``color`` of what the text names if that is said).

    Raises:
        ValueError: if ``aa_text`` or ``aa_ids`` does not have twenty entries or an entry is of another type.
    """
    texts, ids = _twenty(row, "aa_text"), _twenty(row, "aa_ids")
    of_slots = [slot_phrase(index, *each) for index, each in enumerate(zip(texts, ids, strict=True))]
    phrases = [phrase for phrase in (shot_phrase(row.get("person_type", "")), *of_slots) if phrase is not None]
    extra = row.get("extra") or ()
    assert isinstance(extra, Iterable)
    return (*phrases, *map(extra_phrase, extra))


def shot_phrase(person_type: object) -> Phrase | None:
    """The framing, where a row's ``person_type`` tells one."""
    shot = SHOTS.get(str(person_type))
    if shot is None:
        return None
    return Phrase(group=Group.SHOT, attributes=(("shot", shot),), regions=GROUPS[Group.SHOT].regions)


def slot_phrase(index: int, said: object, regions: object) -> Phrase | None:
    """What an entry of ``aa_text`` says of the regions in that of ``aa_ids``, if anything.

    Raises:
        ValueError: if either is of another type.
    """
    if said is None:
        return None
    if not isinstance(said, dict):
        raise ValueError(f"aa_text[{index}]: expected an object or null, got {type(said).__name__}")
    # Where a value is not text, another one may be equal to it and be written otherwise: 1 and True.
    of_slot = _slot_phrase if all(isinstance(each, str) for each in said.values()) else _slot_phrase.__wrapped__
    return of_slot(index, tuple(said.items()), _numbers(regions))


def extra_phrase(entry: Json) -> Phrase:
    """What an entry of ``extra`` says.

    Raises:
        KeyError: if it lacks ``group`` or ``text``.
        ValueError: if there is no such group, or an id is no number.
    """
    group = Group(str(entry["group"]))
    ids = entry.get("ids")
    regions = tuple(int(i) for i in ids) if isinstance(ids, Sequence) else GROUPS[group].regions
    colour = (("color", _plain(str(entry["color"]))),) if entry.get("color") else ()
    return Phrase(group=group, attributes=(*colour, (group.value, _plain(str(entry["text"])))), regions=regions)


# A data set says few different things, millions of times.
_remembered = lru_cache(maxsize=1 << 16)
_plain = _remembered(plain)


def _twenty(row: Json, column: str) -> Sequence[object]:
    value = row.get(column)
    if not isinstance(value, list | tuple) or len(value) != len(SLOTS):
        raise ValueError(f"{column}: expected a list of {len(SLOTS)} entries, got {type(value).__name__} {value!r:.60}")
    return value


def _numbers(regions: object) -> tuple[int, ...] | None:
    return tuple(map(int, regions)) if isinstance(regions, list | tuple) else None


@_remembered
def _slot_phrase(index: int, said: tuple[tuple[object, object], ...], regions: tuple[int, ...] | None) -> Phrase | None:
    slot, words = SLOTS[index], dict(said)
    attributes = tuple((key, _plain(str(words[key]))) for key in slot.adjectives if words.get(key))
    noun = _plain(str(words.get(slot.noun_key) or slot.noun)) if slot.noun_key else slot.noun
    if not attributes and not (slot.noun_key and words.get(slot.noun_key)):
        return None
    chosen = GROUPS[slot.group].regions if regions is None or index == 1 else regions
    return Phrase(group=slot.group, attributes=attributes, noun=noun, regions=chosen, slot=index)
