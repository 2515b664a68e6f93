"""The everyday style: what people type into a field, most of it one loose sentence or a row of bare words.

"a woman in a red coat in a forest", "In a park, a smiling girl with short hair", "guy, blue hoodie, at night". Framing,
build and skin, which people seldom mention, are left out of half of the captions.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.description.groups import Group
from engine.description.wording.phrases import Phrase
from engine.description.wording.prose import WORN
from engine.description.wording.synonyms import AGES, ALL_PEOPLE, PLACES, SHOT_WORDS, YOUNG_PEOPLE
from engine.description.wording.writer import Writer, joined, modifiers, noun_phrase, with_article

_LOOKS = ("smiling", "laughing", "serious")
_SELDOM_SAID = 0.5
_PRONOUNS = {"female": "she", "male": "he"}


def compose_everyday(writer: Writer) -> None:
    """Writes the phrases, the seldom said not always, as a sentence or as tags."""
    phrases, rng = writer.phrases, writer.rng
    said = [i for i, phrase in enumerate(phrases) if not _seldom(phrase) or rng.random() < _SELDOM_SAID]
    parts = _Parts.of(phrases, said or range(len(phrases))[:1])
    writer.sentence_start = rng.random() < 0.4
    (_sentence if rng.random() < 0.65 else _tags)(writer, parts)


def _seldom(phrase: Phrase) -> bool:
    return phrase.group is Group.SHOT or phrase.slot == 1 or _is_skin(phrase)


def _is_skin(phrase: Phrase) -> bool:
    return phrase.group is Group.BODY and phrase.words[:1] != () and phrase.words[0].endswith("skin")


@dataclass(slots=True, kw_only=True)
class _Parts:
    """Numbers of phrases by the place they take in a sentence."""

    shots: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    before: list[int] = field(default_factory=list)  # build: adjectives of the person
    features: list[int] = field(default_factory=list)  # skin, hair, beard
    looks: list[int] = field(default_factory=list)  # smiling, waving
    worn: list[int] = field(default_factory=list)
    carried: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    others: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, phrases: Sequence[Phrase], said: Iterable[int]) -> "_Parts":
        parts = cls()
        for index in said:
            parts._place_of(phrases[index]).append(index)
        return parts

    def _place_of(self, phrase: Phrase) -> list[int]:
        group = phrase.group
        if group is Group.BODY and phrase.slot != 1:
            return self.features if _is_skin(phrase) else self.looks
        if group is Group.FACE and phrase.words[:1] != () and phrase.words[0] in _LOOKS:
            return self.looks
        if group in WORN:
            return self.worn
        table = {
            Group.SHOT: self.shots,
            Group.PERSON: self.people,
            Group.BODY: self.before,
            Group.HAIR: self.features,
            Group.FACE: self.features,
            Group.BAG: self.carried,
            Group.ACCESSORY: self.carried,
            Group.BACKGROUND: self.places,
        }
        return table.get(group, self.others)


def _sentence(writer: Writer, parts: _Parts) -> None:
    rng = writer.rng
    where = rng.choices(("first", "person", "end", "own"), weights=(15, 25, 50, 10))[0]
    if where == "first":
        _places(writer, parts, "")
        writer.say(", " if parts.places else "")
    _opening(writer, parts)
    if where == "person":
        _places(writer, parts, " standing " if not parts.looks and rng.random() < 0.3 else " ")
    clauses = [_features, _worn, _carried]
    clauses.insert(rng.choice((0, 1, 1, 2, 3, 3)), _looks)
    for clause in clauses:
        clause(writer, parts)
    if where == "end":
        _places(writer, parts, rng.choice((" ", " ", ", ")))
    _listed(writer, parts.others, ", ")
    if where == "own" and parts.places:
        writer.stop()
        subject = _PRONOUNS.get(_noun_of_person(writer), "the person")
        _places(writer, parts, subject + rng.choice((" is ", " is standing ")))
    if rng.random() < 0.35:
        writer.stop()


def _opening(writer: Writer, parts: _Parts) -> None:
    """Framing or "photo of", then the person, with or without an article."""
    rng, article = writer.rng, writer.rng.random() < 0.8
    for index in parts.shots:
        shot = writer.phrases[index].words[0]
        writer.phrase(index, rng.choice((shot, *SHOT_WORDS.get(shot, ()))))
        writer.say(" of ")
    if not parts.shots and rng.random() < 0.2:
        writer.say(rng.choice(("a photo of ", "photo of ", "a picture of ", "picture of ", "an image of ")))
    adjectives = _adjectives(writer, parts)
    person = _person(writer, writer.phrases[parts.people[0]]) if parts.people else "person"
    if article:
        writer.say("an " if [*(text for _, text in adjectives), person][0][0] in "aeiou" else "a ")
    for index, text in adjectives:
        writer.phrase(index, text)
        writer.say(" ")
    writer.phrase(parts.people[0], person) if parts.people else writer.say(person)
    _listed(writer, parts.people[1:], " and ")


def _adjectives(writer: Writer, parts: _Parts) -> list[tuple[int, str]]:
    """Build, and now and then "smiling" or "bald", which are then said nowhere else."""
    rng = writer.rng
    found = [(index, writer.word(writer.phrases[index].words[0])) for index in parts.before]
    for home, value, text in ((parts.looks, "smiling", "smiling"), (parts.features, "bald head", "bald")):
        for index in [i for i in home if writer.phrases[i].words[:1] == (value,)]:
            if rng.random() < 0.3:
                home.remove(index)
                found.append((index, text))
    rng.shuffle(found)
    return found


def _person(writer: Writer, phrase: Phrase) -> str:
    rng, words = writer.rng, list(phrase.words)
    nouns = YOUNG_PEOPLE if "young" in words else ALL_PEOPLE
    noun = rng.choice(nouns.get(phrase.noun, (phrase.noun,)))
    if noun in ("girl", "boy") and rng.random() < 0.5:
        words.remove("young")  # the noun says it
    return " ".join([*(rng.choice(AGES[word]) if word in AGES else writer.word(word) for word in words), noun]).strip()


def _features(writer: Writer, parts: _Parts) -> None:
    """Hair, skin and beard; glasses are as often told here as among the clothes."""
    rng, features = writer.rng, parts.features
    for index in [i for i in parts.worn if writer.phrases[i].group is Group.EYEWEAR]:
        if rng.random() < 0.5:
            parts.worn.remove(index)
            features.append(index)
    rng.shuffle(features)
    _listed(writer, features, rng.choice((" with ", " with ", " with ", ", ", " who has ")))


def _worn(writer: Writer, parts: _Parts) -> None:
    rng = writer.rng
    lead = rng.choices(
        (" wearing ", ", wearing ", " in ", " dressed in ", " who is wearing ", " wears ", " is wearing ", ", "),
        weights=(24, 12, 30, 6, 5, 4, 7, 12),
    )[0]
    glasses = [i for i in parts.worn if writer.phrases[i].group is Group.EYEWEAR] if lead in (" in ", ", ") else []
    order = _dressing_order(writer, [i for i in parts.worn if i not in glasses])
    groups = [writer.phrases[index].group for index in order[:2]]
    over = groups in ([Group.OUTERWEAR, Group.TOP], [Group.OUTERWEAR, Group.DRESS]) and rng.random() < 0.6
    _listed(writer, order[:1] if over else order, lead)
    if over:
        _listed(writer, order[1:2], " over ")
        _listed(writer, order[2:], " and " if len(order) == 3 else ", ")
    _listed(writer, glasses, " with ")


def _dressing_order(writer: Writer, worn: list[int]) -> list[int]:
    """Mostly from coat and top down, the rest after it; at times as it comes to mind."""
    rng = writer.rng
    first = (Group.OUTERWEAR, Group.TOP, Group.DRESS, Group.BOTTOM, Group.LEGWEAR, Group.FOOTWEAR)
    order = worn.copy()
    rng.shuffle(order)
    if rng.random() < 0.7:
        order.sort(key=lambda i: first.index(writer.phrases[i].group) if writer.phrases[i].group in first else 9)
    return order


def _carried(writer: Writer, parts: _Parts) -> None:
    leads = (" with ", " with ", " carrying ", ", carrying ", " holding ", " and ")
    _listed(writer, parts.carried, writer.rng.choice(leads))


def _looks(writer: Writer, parts: _Parts) -> None:
    rng = writer.rng
    rng.shuffle(parts.looks)
    for position, index in enumerate(parts.looks):
        text = writer.word(writer.phrases[index].words[0])
        leads = [", ", " ", " who is "] if text.split()[0].endswith("ing") else [", "]
        leads = [" with ", ", "] if text.startswith("hands") else leads
        writer.say(rng.choice(leads) if position == 0 else " and ")
        writer.phrase(index, text)


def _places(writer: Writer, parts: _Parts, lead: str) -> None:
    for index in parts.places:
        preposition, place = _place(writer, index)
        preposition = "in front of " if " is " in lead and preposition == "with " else preposition
        writer.say(lead + preposition if lead or preposition else "")
        writer.phrase(index, place)
        lead = ", "


def _place(writer: Writer, index: int) -> tuple[str, str]:
    """A preposition that suits the place, and its name: ("in ", "a forest"), ("", "at night")."""
    rng, value = writer.rng, writer.phrases[index].words[0]
    if value.endswith("background"):
        value = value.replace("grey", "gray") if rng.random() < 0.3 else value
        preposition = rng.choice(("against ", "on ", "with ", "with ", "in front of "))
        return preposition, with_article(rng.choice((value, value, value, f"plain {value}")))
    if rng.random() < 0.1:
        behind = {"female": "her", "male": "him"}.get(_noun_of_person(writer), "them")
        return "with ", with_article(value) + rng.choice((" in the background", f" behind {behind}"))
    choice: str = rng.choice(PLACES.get(value, (f"in |{with_article(value)}",)))
    preposition, _, name = choice.partition("|")
    return preposition, name


def _noun_of_person(writer: Writer) -> str:
    return next((phrase.noun for phrase in writer.phrases if phrase.group is Group.PERSON), "")


def _listed(writer: Writer, indices: Sequence[int], opening: str) -> None:
    joined(writer, indices, opening, _thing)


def _thing(writer: Writer, phrase: Phrase) -> str:
    """A noun phrase; one in ten has no article."""
    if writer.rng.random() < 0.1:
        return _bare(writer, phrase)
    text = noun_phrase(writer, phrase)
    return with_article(text) if text.endswith("head") else text


def _bare(writer: Writer, phrase: Phrase) -> str:
    """Modifiers and noun without an article: "short black hair", "green sweater"."""
    before, after = modifiers(writer, phrase, keep_plain=0.1, move=0.1)
    return " ".join([*before, writer.word(phrase.noun), *after]).strip()


def _tags(writer: Writer, parts: _Parts) -> None:
    """Bare words between commas, the person first or anywhere."""
    rng = writer.rng
    order = [*parts.shots, *parts.before, *parts.features, *parts.looks, *parts.worn, *parts.carried]
    order += [*parts.others, *parts.places]
    rng.shuffle(order)
    at = 0 if rng.random() < 0.6 else rng.randrange(len(order) + 1)
    order[at:at] = parts.people
    for position, index in enumerate(order):
        writer.say(", " if position else "")
        if writer.phrases[index].group is Group.BACKGROUND:
            _place_tag(writer, index)
        else:
            writer.phrase(index, _tag(writer, index))


def _tag(writer: Writer, index: int) -> str:
    rng, phrase = writer.rng, writer.phrases[index]
    if phrase.group is Group.SHOT:
        return rng.choice(SHOT_WORDS.get(phrase.words[0], phrase.words))
    if phrase.group is Group.PERSON:
        text = _person(writer, phrase)
        return with_article(text) if rng.random() < 0.3 else text
    return "average build" if phrase.words == ("average",) else _bare(writer, phrase)


def _place_tag(writer: Writer, index: int) -> None:
    """The place with its preposition, or its name alone."""
    if writer.rng.random() < 0.5:
        preposition, place = _place(writer, index)
        writer.say(preposition)
        writer.phrase(index, place)
    else:
        writer.phrase(index, writer.word(writer.phrases[index].words[0]))
