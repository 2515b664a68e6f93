"""Phrases keep the paper's order and dropouts, and every span's tokens say what its phrase says."""

import random
from dataclasses import replace

import pytest
from transformers import CLIPTokenizer

from engine.description import Group
from engine.description.wording.caption import Phrase
from engine.train.captions.discretise import Discretised, choose_style, discretise, thin
from engine.train.captions.tokenizer import token_windows, train_tokenizer
from engine.train.recipe.caption import CaptionConfig

WHOLE = CaptionConfig(list_fraction=1.0, phrase_dropout=0.0, caption_dropout=0.0)
PROSE = replace(WHOLE, list_fraction=0.0)


def _phrase(group: Group, noun: str = "", slot: int | None = None, **attributes: str) -> Phrase:
    return Phrase(group=group, attributes=tuple(attributes.items()), noun=noun, regions=(1,), slot=slot)


PHRASES = (
    _phrase(Group.SHOT, shot="a full-body shot"),
    _phrase(Group.PERSON, "female", 0, age="young"),
    _phrase(Group.BODY, slot=1, shape="slim"),
    _phrase(Group.BACKGROUND, slot=2, background="beach"),
    _phrase(Group.HAIR, "hair", 3, color="black", length="long"),
    _phrase(Group.TOP, "blouse", 6, color="crimson", material="silk"),
    _phrase(Group.BOTTOM, "trousers", 8, color="crimson"),
    _phrase(Group.FOOTWEAR, "boots", 9, color="white"),
    _phrase(Group.STYLE, slot=14, style="casual"),
    _phrase(Group.LEGWEAR, "socks", 18, color="yellow"),
)


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    words = "a full-body shot young woman female slim beach long black hair crimson silk blouse trousers white boots"
    return train_tokenizer([words, "casual yellow socks she wears in the background on with and"] * 3, 1000, 77)


def _one(tokenizer: CLIPTokenizer, phrases: tuple[Phrase, ...], config: CaptionConfig, seed: int) -> Discretised:
    return discretise(phrases, token_windows(tokenizer), config, random.Random(seed))


def _said(tokenizer: CLIPTokenizer, caption: Discretised, span: int) -> str:
    found = caption.spans[span]
    return str(tokenizer.decode(list(caption.ids[found.start : found.end]))).strip()


@pytest.mark.parametrize("config", [WHOLE, PROSE])
def test_span_tokens_decode_to_the_phrases_words(tokenizer: CLIPTokenizer, config: CaptionConfig) -> None:
    for seed in range(40):
        caption = _one(tokenizer, PHRASES, config, seed)
        assert len(caption.ids) == 77 and caption.ids[caption.end] == tokenizer.eos_token_id
        for number, span in enumerate(caption.spans):
            assert 1 <= span.start < span.end <= caption.end
            words = _said(tokenizer, caption, number)
            if span.phrase.group is Group.TOP:
                assert "crimson" in words and "silk" in words and "blouse" in words and "trousers" not in words
            if span.phrase.group is Group.LEGWEAR:
                assert "yellow" in words and "socks" in words


def test_a_list_says_framing_person_body_background_first(tokenizer: CLIPTokenizer) -> None:
    later = set()
    for seed in range(20):
        groups = [span.phrase.group for span in _one(tokenizer, PHRASES, WHOLE, seed).spans]
        assert groups[:4] == [Group.SHOT, Group.PERSON, Group.BODY, Group.BACKGROUND]
        assert len(groups) == len(PHRASES)
        later.add(tuple(groups[4:]))
    assert len(later) > 10  # the rest is shuffled


def test_everyday_captions_are_as_many_as_asked_and_otherwise_nothing_changes() -> None:
    rng = random.Random(0)
    styles = [choose_style(replace(WHOLE, list_fraction=0.5, everyday_fraction=0.5), rng) for _ in range(2000)]
    assert 0.46 < styles.count("everyday") / 2000 < 0.54 and 0.21 < styles.count("list") / 2000 < 0.29
    seeds = range(50)
    before = ["list" if random.Random(seed).random() < 0.5 else "prose" for seed in seeds]
    assert [choose_style(replace(WHOLE, list_fraction=0.5), random.Random(seed)) for seed in seeds] == before


def test_everyday_captions_are_free_in_order(tokenizer: CLIPTokenizer) -> None:
    config = replace(WHOLE, everyday_fraction=1.0)
    first = {_one(tokenizer, PHRASES, config, seed).spans[0].phrase.group for seed in range(60)}
    assert {Group.PERSON, Group.BACKGROUND} < first


def test_adjectives_are_shuffled_inside_their_phrase(tokenizer: CLIPTokenizer) -> None:
    tops = (PHRASES[5],)
    said = {_said(tokenizer, _one(tokenizer, tops, WHOLE, seed), 0) for seed in range(20)}
    assert said == {"crimson silk blouse", "silk crimson blouse"}


def test_duplicate_phrases_keep_a_span_each(tokenizer: CLIPTokenizer) -> None:
    twice = (PHRASES[5], PHRASES[5], PHRASES[6])
    for seed in range(10):
        caption = _one(tokenizer, twice, WHOLE, seed)
        assert len(caption.spans) == 3
        assert len({(span.start, span.end) for span in caption.spans}) == 3


def test_dropouts_happen_as_often_as_asked() -> None:
    config = replace(WHOLE, phrase_dropout=0.1, late_slot_dropout=0.5)
    rng = random.Random(0)
    rounds = 2000
    kept = [thin(PHRASES, config, rng) for _ in range(rounds)]
    early = sum(PHRASES[5] in some for some in kept) / rounds
    late = sum(PHRASES[9] in some for some in kept) / rounds
    assert 0.87 < early < 0.93 and 0.45 < late < 0.55
    assert all(thin(PHRASES, replace(WHOLE, phrase_dropout=1.0), rng) == PHRASES[:1] for _ in range(3))


def test_short_captions_are_thinned_more() -> None:
    config = replace(WHOLE, short_fraction=1.0, short_dropout=0.6)
    rng = random.Random(0)
    mean = sum(len(thin(PHRASES, config, rng)) for _ in range(1000)) / 1000
    assert 0.35 < mean / len(PHRASES) < 0.45


def test_phrases_lose_attributes_but_never_all_they_say() -> None:
    shot, _, shape, _, hair, blouse = PHRASES[:6]
    config, rng = replace(WHOLE, attribute_dropout=0.5), random.Random(0)
    rounds = 2000
    seen = [thin((shot, shape, hair, blouse), config, rng) for _ in range(rounds)]
    assert all(some[:2] == (shot, shape) for some in seen)  # they have no noun to say without their only attribute
    assert all(some[2].attributes and some[2].noun == "hair" for some in seen)
    assert {some[3].attributes for some in seen} == {
        blouse.attributes, blouse.attributes[:1], blouse.attributes[1:], ()
    }  # fmt: skip
    beard = Phrase(group=Group.FACE, attributes=(("color", "grey"), ("face", "beard")))
    bearded = {thin((beard,), config, rng)[0].attributes for _ in range(50)}
    assert bearded == {beard.attributes, beard.attributes[1:]}  # never "grey" alone
    coloured = sum(("color", "crimson") in some[3].attributes for some in seen) / rounds
    assert 0.45 < coloured < 0.55
    kept = replace(PHRASES[5], attributes=())
    assert seen[0][3].regions == kept.regions and seen[0][3].slot == kept.slot
    assert thin(PHRASES, WHOLE, random.Random(1)) == PHRASES


def test_whole_captions_are_dropped_as_often_as_asked(tokenizer: CLIPTokenizer) -> None:
    config = replace(WHOLE, caption_dropout=0.25)
    empty = [_one(tokenizer, PHRASES[:2], config, seed).text == "" for seed in range(400)]
    assert 0.18 < sum(empty) / len(empty) < 0.32
    nothing = _one(tokenizer, (), config, 0)
    assert (nothing.text, nothing.end, nothing.spans) == ("", 1, ())


def test_whole_phrases_leave_until_the_caption_fits(tokenizer: CLIPTokenizer) -> None:
    many = PHRASES * 5
    caption = _one(tokenizer, many, WHOLE, 0)
    assert len(caption.ids) == 77 and 5 < len(caption.spans) < len(many)
    endless = (_phrase(Group.TOP, "blouse", 6, color="x" * 300),)
    with pytest.raises(ValueError, match="no phrase of this row fits 77 tokens"):
        _one(tokenizer, endless, WHOLE, 0)


def test_padding_left_on_by_another_user_changes_nothing(tokenizer: CLIPTokenizer) -> None:
    before = _one(tokenizer, PHRASES, WHOLE, 3)
    tokenizer(["", "a"], padding="max_length")
    assert _one(tokenizer, PHRASES, WHOLE, 3) == before
    tokenizer.backend_tokenizer.no_padding()


def test_the_same_seed_gives_the_same_caption(tokenizer: CLIPTokenizer) -> None:
    assert _one(tokenizer, PHRASES, PROSE, 5) == _one(tokenizer, PHRASES, PROSE, 5)
