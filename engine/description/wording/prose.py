"""The prose style: a few whole sentences, each about one thing - the person, what is worn, the face, the place."""

from collections.abc import Mapping

from engine.description.groups import Group
from engine.description.lexicon.modifiers import COLOURS
from engine.description.wording.phrases import Phrase
from engine.description.wording.writer import PEOPLE, Writer, in_a_row, joined, modifiers, with_article

WORN = (Group.DRESS, Group.TOP, Group.OUTERWEAR, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR, Group.BELT,
         Group.NECKWEAR, Group.HEADWEAR, Group.EYEWEAR)  # fmt: skip
_PLAIN = frozenset(f"{' '.join(colour.split())} background" for colour in COLOURS.split(","))


def compose_prose(writer: Writer) -> None:
    """Writes all phrases as sentences."""
    by_group: dict[Group, list[int]] = {}
    for index, phrase in enumerate(writer.phrases):
        by_group.setdefault(phrase.group, []).append(index)
    pronoun, possessive = _pronouns(writer, by_group)
    _opening(writer, by_group, possessive)
    worn = [i for group in WORN for i in by_group.get(group, ())]
    backdrop = by_group.get(Group.BACKGROUND, [])
    _wearing(writer, worn, pronoun)
    _rest(writer, by_group, pronoun)
    for index in backdrop:
        _backdrop(writer, index, possessive)


def _pronouns(writer: Writer, by_group: Mapping[Group, list[int]]) -> tuple[str, str]:
    noun = writer.phrases[by_group[Group.PERSON][0]].noun if Group.PERSON in by_group else ""
    return {"female": ("she", "her"), "male": ("he", "his")}.get(noun, ("the person", "their"))


def _opening(writer: Writer, by_group: Mapping[Group, list[int]], possessive: str) -> None:
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
    joined(writer, attached, " with ")
    writer.stop()
    if late_hair:
        _late_hair(writer, hair[0], possessive)


def _person_text(writer: Writer, phrase: Phrase) -> str:
    noun = phrase.noun if writer.own_words else writer.rng.choice(PEOPLE.get(phrase.noun, (phrase.noun,)))
    return " ".join([*(writer.word(w) for w in phrase.words), noun])


def _late_hair(writer: Writer, index: int, possessive: str) -> None:
    before, after = modifiers(writer, writer.phrases[index], keep_plain=1.0, move=0.0)
    writer.say(possessive + " ")
    said = in_a_row(before) if before else "done"
    writer.phrase(index, " ".join([writer.phrases[index].noun or "hair", "is", said, *after]))
    writer.stop()


def _wearing(writer: Writer, worn: list[int], pronoun: str) -> None:
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
        joined(writer, first, "")
        joined(writer, second, link)
        joined(writer, rest, ", " if len(rest) > 1 else " and ")
    else:
        order = coats + under + rest
        if rng.random() < 0.3:
            rng.shuffle(order)
        joined(writer, order, "")
    writer.stop()


def _rest(writer: Writer, by_group: Mapping[Group, list[int]], pronoun: str) -> None:
    phrases, rng = writer.phrases, writer.rng
    face, bags = by_group.get(Group.FACE, []), by_group.get(Group.BAG, []) + by_group.get(Group.ACCESSORY, [])
    doing = [
        i for i in by_group.get(Group.BODY, ()) if phrases[i].slot != 1 and not phrases[i].words[0].endswith("skin")
    ]
    looks = [i for i in face if phrases[i].words[0] in ("smiling", "laughing", "serious")]
    grown = [i for i in face if i not in looks]
    if grown:
        writer.say(f"{pronoun} has ")
        joined(writer, grown, "")
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
        joined(writer, bags, "")
        writer.stop()
    for index in by_group.get(Group.STYLE, ()):
        writer.phrase(index, phrases[index].words[0])
        writer.stop()


def _backdrop(writer: Writer, index: int, possessive: str) -> None:
    place, rng = writer.word(writer.phrases[index].words[0]), writer.rng
    where = {"her": "her", "his": "him"}.get(possessive, "them")
    if place in _PLAIN and rng.random() < 0.3:
        writer.phrase(index, f"the background is {place.removesuffix(' background')}")
        writer.stop()
        return
    if place.endswith("background"):
        opening = rng.choice(("the picture has ", f"behind {where} is ", "against "))
    else:
        opening = rng.choice(
            (f"behind {where} is ", "the background is ", "the scene is ", "in the background there is ")
        )
    writer.say(opening)
    writer.phrase(index, with_article(place))
    writer.stop()
