"""The parser's inverse: composes a description from attributes, and remembers which characters say which phrase.

Phrases come from CosmicMan-HQ rows (one dictionary for each of twenty slots); styles are the comma-separated list
that the published data set trains on, and prose. Spans are recorded while the text is assembled, never searched for,
so that a phrase which occurs twice keeps both its places.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.description.groups import GROUPS, Group
from engine.description.synonyms import HAIR_SYNONYMS, SYNONYMS

Style = Literal["list", "prose"]
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

_TIED = ("bun", "ponytail")
_PROSE_NOUNS = {"female": ("woman", "lady"), "male": ("man", "gentleman")}
_AFTER_NOUN: Mapping[str, tuple[str, ...]] = {
    "short sleeve": ("with short sleeves",),
    "long sleeve": ("with long sleeves",),
    "sleeveless": ("without sleeves",),
    "striped": ("with stripes",),
    "floral": ("with a floral pattern", "with flowers on it"),
    "dotted": ("with polka dots",),
    "plaid": ("with a plaid pattern", "with checks"),
}
_WORN = (Group.DRESS, Group.TOP, Group.OUTERWEAR, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT,
         Group.NECKWEAR, Group.HEADWEAR, Group.EYEWEAR)  # fmt: skip


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
    def labels(self) -> tuple[str, ...]:
        """Everything the phrase states, for supervision of each of its tokens."""
        stated = tuple(f"{key}={value}" for key, value in self.attributes)
        return (self.group.value, *stated, *((f"type={self.noun}",) if self.noun else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionSpan:
    """``text[start:end]`` says phrase number ``phrase`` (an index into the phrases given to :func:`compose`)."""

    start: int
    end: int
    phrase: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A composed description and where each phrase stands in it."""

    text: str
    spans: tuple[CaptionSpan, ...]


def row_phrases(row: Json) -> tuple[Phrase, ...]:
    """The phrases of one CosmicMan-HQ row: framing, slots 0 to 19, then ``extra`` if the row has it.

    Args:
        row: ``person_type``, ``aa_text`` and ``aa_ids`` (decoded, twenty entries each), optionally ``extra`` (a list
            of ``{"group", "text", "ids"}``).

    Raises:
        ValueError: if ``aa_text`` or ``aa_ids`` does not have twenty entries or an entry is of another type.
    """
    phrases = []
    shot = SHOTS.get(str(row.get("person_type", "")))
    if shot is not None:
        phrases.append(Phrase(group=Group.SHOT, attributes=(("shot", shot),), regions=GROUPS[Group.SHOT].regions))
    texts, ids = _twenty(row, "aa_text"), _twenty(row, "aa_ids")
    for index, (slot, said, regions) in enumerate(zip(SLOTS, texts, ids, strict=True)):
        if said is None:
            continue
        if not isinstance(said, Mapping):
            raise ValueError(f"aa_text[{index}]: expected an object or null, got {type(said).__name__}")
        phrase = _slot_phrase(index, slot, said, regions)
        if phrase is not None:
            phrases.append(phrase)
    extra = row.get("extra") or ()
    assert isinstance(extra, Iterable)
    phrases.extend(_extra_phrase(entry) for entry in extra)
    return tuple(phrases)


def _twenty(row: Json, column: str) -> Sequence[object]:
    value = row.get(column)
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != len(SLOTS):
        raise ValueError(f"{column}: expected a list of {len(SLOTS)} entries, got {type(value).__name__} {value!r:.60}")
    return value


def _slot_phrase(index: int, slot: Slot, said: Mapping[object, object], regions: object) -> Phrase | None:
    attributes = tuple((key, str(said[key])) for key in slot.adjectives if said.get(key))
    noun = str(said.get(slot.noun_key) or slot.noun) if slot.noun_key else slot.noun
    if not attributes and not (slot.noun_key and said.get(slot.noun_key)):
        return None
    default = GROUPS[slot.group].regions
    chosen = tuple(int(i) for i in regions) if isinstance(regions, Sequence) and index != 1 else default
    return Phrase(group=slot.group, attributes=attributes, noun=noun, regions=chosen, slot=index)


def _extra_phrase(entry: Mapping[str, object]) -> Phrase:
    group = Group(str(entry["group"]))
    ids = entry.get("ids")
    regions = tuple(int(i) for i in ids) if isinstance(ids, Sequence) else GROUPS[group].regions
    return Phrase(group=group, attributes=((group.value, str(entry["text"])),), regions=regions)


def compose(
    phrases: Sequence[Phrase],
    style: Style,
    rng: random.Random,
    *,
    phrase_dropout: float = 0.0,
    keep_minor: float = 1.0,
) -> Caption:
    """Writes a description that says every kept phrase once.

    Args:
        phrases: what to say; order matters only in the list style (framing, person, body, background first).
        style: ``list`` (comma-separated, as CosmicMan-HQ trains) or ``prose``.
        rng: decides shuffles, synonyms, templates and dropouts.
        phrase_dropout: probability that a phrase is left out.
        keep_minor: probability that a phrase of slot 14 or above is kept (0.5 in published training).
    """
    kept = [
        index
        for index, phrase in enumerate(phrases)
        if rng.random() >= phrase_dropout
        and (phrase.slot is None or phrase.slot < FIRST_MINOR_SLOT or rng.random() < keep_minor)
    ]
    writer = _Writer(phrases, rng)
    if style == "list":
        _compose_list(writer, kept)
    elif style == "prose":
        _compose_prose(writer, kept)
    else:
        raise ValueError(f"style: expected 'list' or 'prose', got {style!r}")
    return writer.caption()


class _Writer:
    """Text under construction, with the span of each phrase as it is written."""

    def __init__(self, phrases: Sequence[Phrase], rng: random.Random) -> None:
        self.phrases, self.rng = phrases, rng
        self.text = ""
        self.spans: list[CaptionSpan] = []
        self.sentence_start = True

    def say(self, text: str) -> None:
        if self.sentence_start and text:
            text = text[0].upper() + text[1:] if self.text or self.rng.random() < 0.7 else text
            self.sentence_start = False
        self.text += text

    def phrase(self, index: int, text: str) -> None:
        start = len(self.text)
        self.say(text)
        self.spans.append(CaptionSpan(start=start, end=len(self.text), phrase=index))

    def stop(self) -> None:
        if self.text and not self.text.endswith((". ", ".")):
            self.text += ". "
            self.sentence_start = True

    def word(self, value: str, group: Group = Group.OTHER) -> str:
        """The value itself or, now and then, a synonym (hair has its own words for colours)."""
        choices = (HAIR_SYNONYMS if group is Group.HAIR else {}).get(value) or SYNONYMS.get(value, ())
        return self.rng.choice(choices) if choices and self.rng.random() < 0.3 else value

    def caption(self) -> Caption:
        text = self.text.rstrip()
        spans = tuple(CaptionSpan(start=s.start, end=min(s.end, len(text)), phrase=s.phrase) for s in self.spans)
        return Caption(text=text, spans=spans)


def _compose_list(writer: _Writer, kept: list[int]) -> None:
    phrases, rng = writer.phrases, writer.rng
    leading = [
        i
        for i in kept
        if phrases[i].group is Group.SHOT or (phrases[i].slot is not None and phrases[i].slot in (0, 1, 2))
    ]
    rest = [i for i in kept if i not in leading]
    rng.shuffle(rest)
    writer.sentence_start = False
    for position, index in enumerate(leading + rest):
        writer.text += ", " if position else ""
        writer.phrase(index, _list_text(writer, phrases[index]))


def _list_text(writer: _Writer, phrase: Phrase) -> str:
    before, after = _modifiers(writer, phrase, keep_plain=0.5, move=0.0)
    noun = writer.word(phrase.noun)
    if phrase.slot == 0:
        noun = writer.rng.choice(_PROSE_NOUNS.get(noun, (noun,))) if writer.rng.random() < 0.4 else noun
        return _with_article(" ".join([*before, noun]))
    return " ".join([*before, noun, *after]).strip()


def _modifiers(writer: _Writer, phrase: Phrase, *, keep_plain: float, move: float) -> tuple[list[str], list[str]]:
    """The words before the noun, shuffled, and those after it ("with long sleeves", "in a bun")."""
    rng = writer.rng
    before, after = [], []
    for key, value in phrase.attributes:
        if value == "plain" and rng.random() >= keep_plain:
            continue
        if key == "hair style" and value in _TIED:
            after.append(rng.choice((f"in a {value}", f"tied in a {value}")))
        elif key in ("sleeve length", "pattern") and value in _AFTER_NOUN and rng.random() < move:
            after.append(rng.choice(_AFTER_NOUN[value]))
        else:
            before.append(writer.word(value, phrase.group))
    rng.shuffle(before)
    return before, after


def _compose_prose(writer: _Writer, kept: list[int]) -> None:
    by_group: dict[Group, list[int]] = {}
    for index in kept:
        by_group.setdefault(writer.phrases[index].group, []).append(index)
    pronoun, possessive = _pronouns(writer, by_group)
    _opening(writer, by_group, possessive)
    worn = [i for group in _WORN for i in by_group.get(group, ())]
    backdrop = by_group.get(Group.BACKGROUND, [])
    _wearing(writer, worn, pronoun)
    _rest(writer, by_group, pronoun)
    for index in backdrop:
        _backdrop(writer, index, possessive)


def _pronouns(writer: _Writer, by_group: Mapping[Group, list[int]]) -> tuple[str, str]:
    noun = writer.phrases[by_group[Group.PERSON][0]].noun if Group.PERSON in by_group else ""
    return {"female": ("she", "her"), "male": ("he", "his")}.get(noun, ("the person", "their"))


def _opening(writer: _Writer, by_group: Mapping[Group, list[int]], possessive: str) -> None:
    phrases, rng = writer.phrases, writer.rng
    if Group.SHOT in by_group:
        index = by_group[Group.SHOT][0]
        writer.phrase(index, phrases[index].words[0])
        writer.say(" of ")
    build = [i for i in by_group.get(Group.BODY, ()) if phrases[i].slot == 1]
    people = by_group.get(Group.PERSON, [])
    person = _person_text(writer, phrases[people[0]]) if people else "person"
    shape = [writer.word(phrases[i].words[0]) for i in build]
    writer.say("an " if (shape + [person])[0][0] in "aeiou" else "a ")
    for i, text in zip(build, shape, strict=True):
        writer.phrase(i, text)
        writer.say(" ")
    writer.phrase(people[0], person) if people else writer.say(person)
    attached = [i for i in by_group.get(Group.BODY, ()) if phrases[i].words[0].endswith("skin")]
    hair = by_group.get(Group.HAIR, [])
    late_hair = bool(hair) and bool(phrases[hair[0]].noun) and rng.random() < 0.3
    attached += [] if late_hair else hair
    rng.shuffle(attached)
    _joined(writer, attached, " with ")
    writer.stop()
    if late_hair:
        _late_hair(writer, hair[0], possessive)


def _person_text(writer: _Writer, phrase: Phrase) -> str:
    noun = writer.rng.choice(_PROSE_NOUNS.get(phrase.noun, (phrase.noun,)))
    return " ".join([*(writer.word(w) for w in phrase.words), noun])


def _late_hair(writer: _Writer, index: int, possessive: str) -> None:
    before, after = _modifiers(writer, writer.phrases[index], keep_plain=1.0, move=0.0)
    writer.say(possessive + " ")
    said = _and(before) if before else "done"
    writer.phrase(index, " ".join([writer.phrases[index].noun or "hair", "is", said, *after]))
    writer.stop()


def _wearing(writer: _Writer, worn: list[int], pronoun: str) -> None:
    if not worn:
        return
    phrases, rng = writer.phrases, writer.rng
    coats = [i for i in worn if phrases[i].group is Group.OUTERWEAR]
    under = [i for i in worn if phrases[i].group in (Group.TOP, Group.DRESS)]
    rest = [i for i in worn if i not in coats and i not in under]
    rng.shuffle(rest)
    writer.say(rng.choice((f"{pronoun} wears ", f"{pronoun} is wearing ", f"{pronoun} is dressed in ")))
    if coats and under:
        first, link, second = (coats, " over ", under) if rng.random() < 0.6 else (under, " under ", coats)
        _joined(writer, first, "")
        _joined(writer, second, link)
        _joined(writer, rest, ", " if len(rest) > 1 else " and ")
    else:
        order = coats + under + rest
        if rng.random() < 0.3:
            rng.shuffle(order)
        _joined(writer, order, "")
    writer.stop()


def _rest(writer: _Writer, by_group: Mapping[Group, list[int]], pronoun: str) -> None:
    phrases, rng = writer.phrases, writer.rng
    face, bags = by_group.get(Group.FACE, []), by_group.get(Group.BAG, []) + by_group.get(Group.ACCESSORY, [])
    doing = [
        i for i in by_group.get(Group.BODY, ()) if phrases[i].slot != 1 and not phrases[i].words[0].endswith("skin")
    ]
    looks = [i for i in face if phrases[i].words[0] in ("smiling", "laughing", "serious")]
    grown = [i for i in face if i not in looks]
    if grown:
        writer.say(f"{pronoun} has ")
        _joined(writer, grown, "")
        writer.stop()
    if looks or doing:
        writer.say(f"{pronoun} is ")
        actions = looks + doing
        rng.shuffle(actions)
        for position, index in enumerate(actions):
            writer.say(" and " if position else "")
            writer.say("standing with " if phrases[index].words[0].startswith("hands") else "")
            writer.phrase(index, writer.word(phrases[index].words[0]))
        writer.stop()
    if bags:
        writer.say(f"{pronoun} {rng.choice(('carries', 'is carrying', 'has'))} ")
        _joined(writer, bags, "")
        writer.stop()
    for index in by_group.get(Group.STYLE, ()):
        writer.phrase(index, phrases[index].words[0])
        writer.stop()


def _backdrop(writer: _Writer, index: int, possessive: str) -> None:
    place, rng = writer.word(writer.phrases[index].words[0]), writer.rng
    where = {"her": "her", "his": "him"}.get(possessive, "them")
    if place.endswith("background"):
        opening = rng.choice(("the picture has ", f"behind {where} is ", "against "))
    else:
        opening = rng.choice(
            (f"behind {where} is ", "the background is ", "the scene is ", "in the background there is ")
        )
    writer.say(opening)
    writer.phrase(index, _with_article(place))
    writer.stop()


def _joined(writer: _Writer, indices: Sequence[int], opening: str) -> None:
    """Writes noun phrases as "a, b and c" after ``opening``; nothing where there is none."""
    for position, index in enumerate(indices):
        link = opening if position == 0 else " and " if position == len(indices) - 1 else ", "
        writer.say(link)
        writer.phrase(index, _noun_phrase(writer, writer.phrases[index]))


def _noun_phrase(writer: _Writer, phrase: Phrase) -> str:
    """Words like "a red striped shirt with long sleeves": modifiers before the noun, some of them after it."""
    before, after = _modifiers(writer, phrase, keep_plain=0.3, move=0.3)
    noun = writer.word(phrase.noun)
    text = " ".join([*before, noun, *after]).strip()
    if phrase.group in (Group.HAIR, Group.BODY):
        return text
    return _with_article(text, noun)


def _with_article(text: str, noun: str = "") -> str:
    head = noun or text
    plural = head.endswith("s") and not head.endswith(("ss", "dress"))
    if plural or text.startswith(("a ", "an ", "the ")):
        return text
    return ("an " if text[:1].lower() in "aeiou" else "a ") + text


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
