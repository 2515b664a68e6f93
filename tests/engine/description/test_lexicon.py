"""The lexicon's tables agree with each other and its inflections are right."""

import pytest

from engine.description import Group
from engine.description.grammar.tokens import fold, tokenise
from engine.description.lexicon import LEXICON, PHRASE_LENGTHS, Kind, inflections, plural


@pytest.mark.parametrize(
    ("singular", "many"),
    [
        ("shirt", "shirts"),
        ("dress", "dresses"),
        ("scarf", "scarves"),
        ("knife", "knives"),
        ("sash", "sashes"),
        ("hoody", "hoodies"),
        ("policeman", "policemen"),
        ("trousers", "trousers"),
        ("wristwatch", "wristwatches"),
    ],
)
def test_plural(singular: str, many: str) -> None:
    assert plural(singular) == many


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("hold", ("holds", "holded", "holding")),
        ("sit", ("sits", "sitted", "sitting")),
        ("lie", ("lies", "lied", "lying")),
        ("dance", ("dances", "danced", "dancing")),
        ("carry", ("carries", "carried", "carrying")),
        ("shoulder", ("shoulders", "shouldered", "shouldering")),
        ("ski", ("skis", "skied", "skiing")),
    ],
)
def test_inflections(verb: str, forms: tuple[str, str, str]) -> None:
    assert inflections(verb) == forms


def test_entries_are_lower_case_single_spaced_and_typed() -> None:
    assert len(LEXICON) > 15_000
    for phrase, entry in LEXICON.items():
        assert phrase == fold(" ".join(phrase.split())), phrase
        assert isinstance(entry.kind, Kind)
        if entry.kind in (Kind.NOUN, Kind.PERSON, Kind.PART, Kind.PLACE, Kind.SMALL, Kind.ACTION_OBJECT, Kind.FIXED):
            assert entry.group is not None, phrase


def test_every_phrase_of_several_words_can_be_found() -> None:
    for phrase in LEXICON:
        words = phrase.split(" ")
        if len(words) > 1:
            assert len(words) in PHRASE_LENGTHS[words[0]][words[1]]


def test_garments_have_one_group_whatever_their_number() -> None:
    for one, many, group in (("boot", "boots", Group.FOOTWEAR), ("scarf", "scarves", Group.NECKWEAR)):
        assert LEXICON[one].group is LEXICON[many].group is group


def test_the_longest_phrase_wins() -> None:
    tokens = tokenise("bow tie, tie-dye shirt, bus stop")
    assert [word for word in tokens.words if word != ","] == ["bow tie", "tie-dye", "shirt", "bus stop"]


@pytest.mark.parametrize(
    ("word", "group"),
    [
        ("overshirts", Group.TOP),
        ("snowboots", Group.FOOTWEAR),
        ("craftswoman", Group.PERSON),
        ("3girls", Group.PERSON),
        ("135mm", Group.SHOT),
        ("f/1.8", Group.SHOT),
        ("12k", Group.OTHER),
        ("25-year-old", Group.PERSON),
        ("teal-haired", Group.HAIR),
        ("amber-eyed", Group.FACE),
    ],
)
def test_words_the_lexicon_lacks_are_read_from_their_form(word: str, group: Group) -> None:
    assert tokenise(word).entries[0].group is group


@pytest.mark.parametrize("text", ["İstanbul", "ẞtraße", "a\u2019b", "x\0y", "\ud800Z"])
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)
