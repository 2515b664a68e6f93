"""Composed descriptions say their phrases, and every span says its phrase."""

import hashlib
import random
from collections import Counter
from typing import Any

import pytest

from engine.description import Group, parse
from engine.description.wording.caption import SHOTS, SLOTS, Caption, Phrase, Style, compose, row_phrases
from engine.description.wording.synonyms import HAIR_SYNONYMS, SYNONYMS

STYLES: tuple[Style, ...] = ("list", "prose")
ALL_STYLES: tuple[Style, ...] = (*STYLES, "everyday")
SAME = "a2c33e873c17adcc1cef454cdb452419c7f76ac218a02ac0810ca896ad0e3dae"


def row(**slots: dict[str, str]) -> dict[str, Any]:
    """A row with the given slots, such as ``slot6={...}``."""
    texts: list[dict[str, str] | None] = [None] * 20
    for name, said in slots.items():
        texts[int(name.removeprefix("slot"))] = said
    ids = [[4] if text is not None else None for text in texts]
    return {"person_type": "full_body", "aa_text": texts, "aa_ids": ids}


DENSE = row(
    slot0={"age": "young", "gender": "female"},
    slot1={"body shape": "slim"},
    slot2={"background": "city street"},
    slot3={"hair color": "blonde", "hair length": "long", "hair style": "wavy"},
    slot6={"type": "sweater", "color": "red", "pattern": "striped", "sleeve length": "long sleeve"},
    slot7={"type": "coat", "color": "black", "coat length": "long"},
    slot8={"type": "trousers", "color": "grey", "pattern": "plain"},
    slot9={"type": "sneakers", "color": "white"},
    slot10={"type": "handbag", "color": "brown"},
    slot11={"type": "beanie", "color": "green"},
    slot12={"color": "orange"},
    slot13={"pattern": "plaid", "color": "pink"},
    slot14={"overall-style": "casual"},
    slot18={"color": "yellow"},
) | {
    "extra": [
        {"group": "body", "text": "fair skin", "ids": [11]},
        {"group": "body", "text": "waving", "ids": [1]},
        {"group": "face", "text": "smiling", "ids": [11]},
        {"group": "eyewear", "text": "glasses", "ids": [3]},
    ]
}
PHRASES = row_phrases(DENSE)


def texts(caption: Caption) -> dict[int, str]:
    return {span.phrase: caption.text[span.start : span.end] for span in caption.spans}


def forms(value: str) -> tuple[str, ...]:
    return (value, *SYNONYMS.get(value, ()), *HAIR_SYNONYMS.get(value, ()))


def test_row_phrases_reads_every_column() -> None:
    assert len(PHRASES) == 1 + 14 + 4
    assert PHRASES[0] == Phrase(
        group=Group.SHOT, attributes=(("shot", SHOTS["full_body"]),), regions=tuple(range(1, 18))
    )
    sweater = next(phrase for phrase in PHRASES if phrase.slot == 6)
    assert (sweater.group, sweater.noun, sweater.regions) == (Group.TOP, "sweater", (4,))
    assert sweater.words == ("striped", "long sleeve", "red")
    assert sweater.labels == ("top", "pattern=striped", "sleeve length=long sleeve", "color=red", "type=sweater")
    assert [phrase.regions for phrase in PHRASES if phrase.group is Group.EYEWEAR] == [(3,)]
    assert {phrase.noun for phrase in PHRASES if phrase.slot in (12, 13, 18)} == {"belt", "scarf", "socks"}


@pytest.mark.parametrize("style", STYLES)
def test_every_phrase_is_said_once_at_its_span(style: Style) -> None:
    for seed in range(60):
        caption = compose(PHRASES, style, random.Random(seed))
        said = texts(caption)
        assert len(caption.spans) == len(said) == len(PHRASES)
        for index, text in said.items():
            phrase = PHRASES[index]
            assert text == text.strip(" ,.") != ""
            for key, value in phrase.attributes:
                if key in ("color", "hair color", "background", "shot", "age"):
                    assert any(form.lower() in text.lower() for form in forms(value)), (text, value)
            if phrase.noun and phrase.slot not in (0,) and not text.startswith("hair is"):
                assert any(form in text for form in forms(phrase.noun)), (text, phrase.noun)


@pytest.mark.parametrize("style", ALL_STYLES)
def test_spans_are_in_order_and_apart(style: Style) -> None:
    for seed in range(60):
        caption = compose(PHRASES, style, random.Random(seed))
        ends = [0, *(span.end for span in caption.spans)]
        assert all(end <= span.start < span.end for end, span in zip(ends, caption.spans, strict=False))
        assert ends[-1] <= len(caption.text)


def test_the_list_style_is_framing_person_body_background_then_a_shuffle() -> None:
    orders = set()
    for seed in range(20):
        spans = compose(PHRASES, "list", random.Random(seed)).spans
        assert [span.phrase for span in spans[:4]] == [0, 1, 2, 3]
        orders.add(tuple(span.phrase for span in spans))
    assert len(orders) == 20


def test_the_list_style_is_joined_by_commas() -> None:
    caption = compose(PHRASES, "list", random.Random(1))
    assert caption.text == ", ".join(texts(caption)[span.phrase] for span in caption.spans)


def test_prose_is_made_of_sentences() -> None:
    for seed in range(40):
        text = compose(PHRASES, "prose", random.Random(seed)).text
        assert text.endswith(".")
        sentences = text.removesuffix(".").split(". ")
        assert len(sentences) >= 4
        assert all(sentence[0].isupper() for sentence in sentences[1:])
        assert "  " not in text
        assert " ," not in text


def test_the_article_suits_the_word() -> None:
    clothes = row_phrases(row(slot6={"type": "frock", "color": "indigo"}, slot9={"type": "clogs", "color": "teal"}))
    for seed in range(20):
        text = compose(clothes, "prose", random.Random(seed)).text.lower()
        assert "an indigo frock" in text
        assert "teal clogs" in text
        assert "a teal clogs" not in text


def test_a_plain_background_is_said_in_two_ways_that_the_parser_reads_alike() -> None:
    for background, ways in (("orange background", 2), ("studio background", 1)):
        phrases = row_phrases(row(slot0={"gender": "female"}, slot2={"background": background}))
        said = set()
        for seed in range(40):
            caption = compose(phrases, "prose", random.Random(seed))
            place = next(span for span in caption.spans if phrases[span.phrase].group is Group.BACKGROUND)
            said.add(caption.text[place.start : place.end].startswith("The background is "))
            (read,) = (span for span in parse(caption.text).spans if span.group is Group.BACKGROUND)
            assert read.end == place.end
        assert len(said) == ways


def test_same_random_state_same_caption() -> None:
    for style in ALL_STYLES:
        assert compose(PHRASES, style, random.Random(5)) == compose(PHRASES, style, random.Random(5))
    assert len({compose(PHRASES, "prose", random.Random(seed)).text for seed in range(10)}) == 10


@pytest.mark.parametrize("style", ALL_STYLES)
def test_a_phrase_that_occurs_twice_keeps_both_places(style: Style) -> None:
    frock = Phrase(group=Group.TOP, attributes=(("color", "teal"),), noun="frock", regions=(4,), slot=6)
    for seed in range(10):
        caption = compose((frock, frock), style, random.Random(seed))
        first, second = caption.spans
        assert {first.phrase, second.phrase} == {0, 1}
        assert first.end <= second.start
        assert all("teal frock" in text.lower() for text in texts(caption).values())


def test_no_phrases_are_nobody_in_particular() -> None:
    assert [compose((), style, random.Random(0)).text for style in STYLES] == ["", "a person."]


def test_the_caption_of_a_seed_stays_what_it_was() -> None:
    texts = "\n".join(compose(PHRASES, style, random.Random(seed)).text for style in ALL_STYLES for seed in range(50))
    assert hashlib.sha256(texts.encode()).hexdigest() == SAME


def test_plain_and_unknown_keys() -> None:
    phrases = row_phrases(
        row(slot6={"type": "frock", "pattern": "plain", "colour": "ignored"}, slot8={"nothing": "here"})
    )
    assert [phrase.slot for phrase in phrases] == [None, 6]
    spoken = {texts(compose(phrases, "list", random.Random(seed)))[1] for seed in range(20)}
    assert spoken == {"frock", "plain frock"}


def test_a_row_without_regions_takes_those_of_the_group() -> None:
    plain = row(slot9={"type": "boots", "color": "red"})
    plain["aa_ids"] = [None] * 20
    assert row_phrases(plain)[1].regions == (9, 10)


def test_equal_values_of_other_types_are_not_taken_for_each_other() -> None:
    said = [row_phrases(row(slot9={"type": each}))[1].noun for each in (1, True, 1.0, [1])]
    assert said == ["1", "True", "1.0", "1"]  # brackets are marks of emphasis


def test_an_unknown_framing_is_not_said() -> None:
    assert row_phrases(row(slot9={"type": "boots"}) | {"person_type": "unheard of"})[0].slot == 9


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"aa_text": [None] * 19}, "aa_text: expected a list of 20"),
        ({"aa_text": "[]"}, "aa_text: expected a list of 20"),
        ({"aa_ids": None}, "aa_ids: expected a list of 20"),
        ({"aa_text": ["red shirt", *[None] * 19]}, r"aa_text\[0\]: expected an object or null, got str"),
        ({"extra": [{"group": "nowhere", "text": "x"}]}, "nowhere"),
    ],
)
def test_a_broken_row_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        row_phrases(row(slot6={"type": "shirt"}) | change)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="style: expected 'list', 'prose' or 'everyday', got 'poem'"):
        compose(PHRASES, "poem", random.Random(0))  # type: ignore[arg-type]


def test_the_table_of_slots_is_complete() -> None:
    assert len(SLOTS) == 20
    assert all(slot.adjectives for slot in SLOTS)


# Of the kind the published data set has: its own words, of which figures' synonyms would make something else.
PHOTOGRAPH = row_phrases(
    row(
        slot0={"country": "Asian", "age": "young", "gender": "female"},
        slot1={"body shape": "slim"},
        slot2={"background": "city street"},
        slot3={"hair style": "bun", "hair color": "red", "hair length": "above chest"},
        slot6={
            "type": "shirt",
            "color": "white",
            "pattern": "plain",
            "sleeve length": "long sleeve",
            "material": "cotton",
        },
        slot8={"type": "skirt", "pattern": "plaid", "length": "short", "bottom shape": "pleated"},
        slot9={"type": "boots", "material": "leather"},
        slot10={"type": "handbag", "color": "beige"},
        slot14={"overall-style": "casual"},
    )
)


@pytest.mark.parametrize("style", STYLES)
def test_without_synonyms_every_phrase_is_said_in_its_own_words(style: Style) -> None:
    for seed in range(200):
        caption = compose(PHOTOGRAPH, style, random.Random(seed), synonyms=0.0)
        for number, said in texts(caption).items():
            phrase = PHOTOGRAPH[number]
            own = " ".join([*phrase.words, phrase.noun]).lower().split()
            extra = Counter(said.lower().replace(",", "").split()) - Counter(own)
            assert not Counter(own) - Counter(said.lower().replace(",", "").split()), said
            assert extra.keys() <= {"a", "an", "is", "and"}, said  # what grammar needs


def test_with_synonyms_the_same_row_is_reworded() -> None:
    captions = [compose(PHOTOGRAPH, "list", random.Random(seed)).text for seed in range(200)]
    assert any("rubber boots" in text for text in captions) and any("teenage" in text for text in captions)
