"""Everyday captions are put as people put them, and the parser finds in them what they say."""

import random
import re
from collections import Counter

import pytest

from engine.description import Group, parse
from engine.description.wording.caption import SHOTS, Caption, Phrase, compose
from engine.description.wording.synonyms import AGES, ALL_PEOPLE, PLACES, SHOT_WORDS, SYNONYMS, YOUNG_PEOPLE
from engine.train.figures.attributes import SCENES
from engine.train.questions.table import QUESTIONS


def _phrase(group: Group, noun: str = "", slot: int | None = None, **attributes: str) -> Phrase:
    named = tuple((key.replace("_", " "), value) for key, value in attributes.items())
    return Phrase(group=group, attributes=named, noun=noun, regions=(1,), slot=slot)


def _place(text: str) -> Phrase:
    return _phrase(Group.BACKGROUND, slot=2, background=text)


WOMAN = _phrase(Group.PERSON, "female", 0, age="young")
OLD_MAN = _phrase(Group.PERSON, "male", 0, age="elderly")
SLIM = _phrase(Group.BODY, slot=1, body_shape="slim")
SKIN = _phrase(Group.BODY, body="fair skin")
SHOT = _phrase(Group.SHOT, shot=SHOTS["full_body"])
HAIR = _phrase(Group.HAIR, "hair", 3, hair_color="black", hair_length="long")
SMILE = _phrase(Group.FACE, face="smiling")
GLASSES = _phrase(Group.EYEWEAR, eyewear="glasses")
COAT = _phrase(Group.OUTERWEAR, "coat", 7, color="red")
SHIRT = _phrase(Group.TOP, "shirt", 6, color="white")
JEANS = _phrase(Group.BOTTOM, "jeans", 8, color="blue")
BOOTS = _phrase(Group.FOOTWEAR, "boots", 9, color="black")
CAP = _phrase(Group.HEADWEAR, "cap", 11, color="red")
BAG = _phrase(Group.BAG, "handbag", 10, color="red")
FOREST = _place("forest")
EVERYTHING = (SHOT, WOMAN, SLIM, SKIN, HAIR, SMILE, GLASSES, COAT, SHIRT, JEANS, BOOTS, CAP, BAG, FOREST)


def _captions(*phrases: Phrase, count: int = 400) -> list[Caption]:
    return [compose(phrases, "everyday", random.Random(seed)) for seed in range(count)]


@pytest.mark.parametrize(
    ("phrases", "pattern"),
    [
        ((WOMAN, COAT, FOREST), r"a (young )?(woman|girl) in a red coat in a forest"),
        ((WOMAN, COAT, FOREST), r"in the woods, a .* coat"),
        ((WOMAN, COAT, FOREST), r"(photo|picture) of a? ?.* in a forest"),
        ((WOMAN, COAT, _place("beach")), r".* (on a|on the|at the) beach"),
        ((WOMAN, COAT, _place("brick wall")), r"a .* in front of a brick wall wearing a .*coat"),
        ((WOMAN, COAT, _place("night sky")), r".* at night"),
        ((WOMAN, COAT, _place("mountains")), r".* in the mountains"),
        ((WOMAN, COAT, _place("city street")), r".* in the city"),
        ((WOMAN, COAT, _place("red background")), r".* against a red background"),
        ((WOMAN, COAT, _place("white background")), r".* on a white background"),
        ((WOMAN, COAT, _place("blue background")), r".* with a blue background"),
        ((WOMAN, COAT, _place("park")), r".*\. She is (standing )?in a park"),
        ((WOMAN, COAT, SHIRT, JEANS), r".* wearing a .*coat over a .*shirt and .*jeans"),
        ((OLD_MAN, JEANS), r"an (old|older|elderly) (man|guy|gentleman) in blue jeans"),
        ((WOMAN, SMILE), r"a smiling (young |teenage )?(woman|girl)"),
        ((WOMAN, SMILE), r"a .* who is smiling"),
        ((WOMAN, BAG), r"a .* with a red handbag"),
        ((WOMAN, BAG), r"a .* (carrying|holding) a red handbag"),
        ((WOMAN, GLASSES, CAP), r"a .* wearing glasses and a red cap"),
        ((HAIR, GLASSES, SHIRT), r"(black long|long black) hair, glasses, white shirt"),
        ((WOMAN, COAT, FOREST), r"(young )?(woman|girl), (forest|in a forest), red coat"),
    ],
)
def test_people_say_it_like_this(phrases: tuple[Phrase, ...], pattern: str) -> None:
    texts = [caption.text for caption in _captions(*phrases, count=3000)]
    assert any(re.fullmatch(pattern + r"\.?", text, re.IGNORECASE) for text in texts), texts[:20]


def test_what_is_said_stands_at_its_span() -> None:
    for caption in _captions(*EVERYTHING):
        said = [span.phrase for span in caption.spans]
        assert len(said) == len(set(said))
        assert set(range(len(EVERYTHING))) - set(said) <= {0, 2, 3}  # framing, build and skin may go unsaid
        for span in caption.spans:
            text = caption.text[span.start : span.end]
            assert text == text.strip(" ,.") != ""
            noun = EVERYTHING[span.phrase].noun
            nouns = YOUNG_PEOPLE[noun] if noun in YOUNG_PEOPLE else (noun, *SYNONYMS.get(noun, ()))
            assert any(form in text.lower() for form in nouns), text


def test_half_of_the_captions_leave_framing_build_and_skin_out() -> None:
    captions = _captions(*EVERYTHING)
    for number in (0, 2, 3):
        share = sum(any(span.phrase == number for span in caption.spans) for caption in captions) / len(captions)
        assert 0.4 < share < 0.6


def test_texts_read_well() -> None:
    for caption in _captions(*EVERYTHING):
        assert not re.search(r"  | ,|,,|, ?\.|\.\.|^[ ,.]", caption.text), caption.text
    starts = [caption.text[0].isupper() for caption in _captions(WOMAN, COAT)]
    ends = [caption.text.endswith(".") for caption in _captions(WOMAN, COAT)]
    assert 0.2 < sum(starts) / len(starts) < 0.5 and 0.1 < sum(ends) / len(ends) < 0.5


def test_little_is_said_where_there_is_little_to_say() -> None:
    assert all(caption.spans == () for caption in _captions(count=20))
    for caption in _captions(SHOT, count=20):
        assert [span.phrase for span in caption.spans] == [0]
    cosmicman = (_phrase(Group.STYLE, slot=14, overall_style="casual"), _place("indoor"))
    for caption in _captions(*cosmicman, count=50):
        assert {span.phrase for span in caption.spans} == {0, 1}


def test_the_words_are_those_of_the_figures() -> None:
    assert set(PLACES) == set(SCENES) and set(SHOT_WORDS) == set(SHOTS.values())
    values = {question.key: set(question.values) for question in QUESTIONS}
    assert set(AGES) == values["age"] and set(YOUNG_PEOPLE) == set(ALL_PEOPLE) == values["gender"]
    for place, ways in PLACES.items():
        assert all(way.count("|") == 1 for way in ways), place


def _group_found(text: str, start: int, end: int) -> Group | None:
    found: Counter[Group] = Counter()
    for span in parse(text).spans:
        found[span.group] += max(0, min(end, span.end) - max(start, span.start))
    group, characters = found.most_common(1)[0] if found else (None, 0)
    return group if characters else None


@pytest.mark.parametrize("place", SCENES)
def test_the_parser_takes_every_way_to_say_a_place_for_one(place: str) -> None:
    for way in PLACES[place]:
        text = "a woman in a red coat " + way.replace("|", "")
        start = len(text) - len(way.partition("|")[2])
        assert _group_found(text, start, len(text)) is Group.BACKGROUND, text
