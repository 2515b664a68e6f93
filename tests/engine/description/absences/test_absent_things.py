"""What is forbidden is never drawn: every form of absence, end to end, and what only looks like one."""

import itertools
import random
import re

import pytest

from engine.description import Emphasis, Group, encoder_texts, parse
from engine.description.lexicon.absences import CLOSERS, OPENERS, WORDS, absent_things

FRAMES = (
    "a man in a red coat, {}, village lane",
    "a man in a red coat, {}",
    "{}, a man in a red coat",
    "A man in a red coat. {}. He stands in a village lane.",
    "a man in a red coat {}",
)
FORMS = (
    "no {}", "without {}", "without a {}", "w/o {}", "with no {}", "minus {}", "sans {}", "not wearing a {}",
    "isn't wearing {}", "free of {}", "lacking {}", "hardly any {}", "instead of a {}", "anything but a {}",
    "apart from the {}", "no sign of a {}", "there is no {}", "he has no {}", "doesn't have any {}", "{} off",
    "the {} is not visible", "his {} isn't visible", "{} missing", "the {} is missing", "no {} at all", "not a {}",
    "no visible {}", "neither {} nor {}", "no {} or {}", "no {}, {} or {}", "without {}, {} or {}",
    "no {} and no {}", "without a {} and without a {}", "without {}, {} and {}", "neither {}, {} nor {}",
    "no {}, {}, {} or {}", "he wears no {}", "never wearing a {}", "exclude {}", "avoid {}", "nor a {}",
    "Negative prompt: {}, {}\n\n", "Avoid: {}, {}\n", "\n{}: none\n", "\n{} - nothing\n", "{}-free", "\nwithout: {}\n",
)  # fmt: skip
THINGS = (
    "hat", "scarf", "tie", "belt", "necklace", "watch", "beard", "moustache", "umbrella", "backpack", "cape", "glasses",
    "gloves", "sunglasses", "earrings", "boots", "freckles", "jewellery", "smartwatch", "straw hat", "blue jeans",
)  # fmt: skip
SMALL = frozenset("a an the of in on or nor and no any is his her their he she it at".split())


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"[\w'-]+", text.lower()) if word not in SMALL}


def combinations() -> list[tuple[str, tuple[str, ...]]]:
    rng = random.Random(0)
    made = []
    for form, frame in itertools.product(FORMS, FRAMES):
        if form in ("{} off", "{} missing") and ", {}" not in frame and "{}." not in frame:
            continue
        count = form.count("{}")
        things = rng.sample([thing for thing in THINGS if " " not in thing or "-free" not in form], count)
        made.append((frame.format(form.format(*things)), tuple(things)))
    return made


@pytest.mark.parametrize(("text", "things"), combinations())
def test_what_is_forbidden_is_not_drawn(text: str, things: tuple[str, ...]) -> None:
    texts = encoder_texts(parse(text))
    for thing in things:
        assert words(thing).isdisjoint(words(texts.drawn.text)), texts.drawn.text
        assert words(thing) <= words(texts.negative.text), texts.negative.text
    assert {"man", "red", "coat"} <= words(texts.drawn.text)


@pytest.mark.parametrize(("text", "things"), combinations())
def test_no_content_word_of_a_negated_span_is_drawn(text: str, things: tuple[str, ...]) -> None:
    description = parse(text)
    texts, emphasis = encoder_texts(description), Emphasis(text)
    drawn, negative = words(texts.drawn.text), words(texts.negative.text)
    for span in description.spans:
        if span.group is Group.NEGATED:
            said = emphasis.words(span.start, span.end)
            content = set().union(*map(words, absent_things(said)))
            assert content, said
            assert content.isdisjoint(drawn) and content <= negative


@pytest.mark.parametrize("opener", sorted(" ".join(each.split()) for each in OPENERS.split(",")))
def test_every_opener_leaves_exactly_the_thing(opener: str) -> None:
    assert absent_things(f"{opener} red hat") == ("red hat",)
    texts = encoder_texts(parse(f"a man in a coat, {opener} red hat, boots"))
    assert texts.negative.text == "red hat"
    assert texts.drawn.text == "a man in a coat, boots"


@pytest.mark.parametrize(
    ("text", "drawn", "negative"),
    [
        ("a man without a hat, a scarf and glasses", "a man", "hat, scarf and glasses"),
        ("a man, w/o hat, scarf, glasses", "a man", "hat, scarf, glasses"),
        ("a man, w/o hat, scarf, glasses, in a park", "a man, in a park", "hat, scarf, glasses"),
        ("a man without a hat and a scarf", "a man", "hat and a scarf"),
        ("a man without a hat, a red scarf and blue jeans", "a man, a red scarf and blue jeans", "hat"),
        ("a man without a hat, her scarf is red", "a man, her scarf is red", "hat"),
        ("a man in no hat and a scarf", "a man in a scarf", "hat"),
        ("hair not covered by a hat", "hair", "hat"),
        ("this is not a photo of a woman in a hat", "this", "photo of a woman in a hat"),
        ("a boy, one sock is missing", "a boy, one sock is missing", ""),
        ("a boy, his heels do not reach the floor", "a boy, his heels do not reach the floor", ""),
    ],
)
def test_how_far_a_list_goes(text: str, drawn: str, negative: str) -> None:
    texts = encoder_texts(parse(text))
    assert (texts.drawn.text, texts.negative.text) == (drawn, negative)


@pytest.mark.parametrize("closer", sorted(" ".join(each.split()) for each in CLOSERS.split(",")))
def test_every_closer_takes_its_subject(closer: str) -> None:
    assert absent_things(f"red hat {closer}") == ("red hat",)
    texts = encoder_texts(parse(f"a man in a coat, red hat {closer}, boots"))
    assert texts.negative.text == "red hat"
    assert texts.drawn.text == "a man in a coat, boots"


@pytest.mark.parametrize(("word", "thing"), WORDS.items())
def test_single_words_name_their_thing(word: str, thing: str) -> None:
    texts = encoder_texts(parse(f"a man in a coat, {word}, boots"))
    assert (texts.drawn.text, texts.negative.text) == ("a man in a coat, boots", thing)


LISTS = (
    "hat, scarf or glasses",
    "a hat, a scarf or glasses",
    "a hat, scarf, or glasses",
    "hat or scarf",
    "beard or hat",
)
LISTING_FORMS = (
    "no {}", "without {}", "without any {}", "without either {}", "not wearing {}", "not wearing either {}",
    "has no {}", "free of {}", "hardly any {}", "anything but {}", "but instead of {}", "no accessories such as {}",
    "I don't want {}", "I do not want to see {}", "without accessories like {}", "he refuses to wear {}",
    "he never wears {}", "he has forgotten {}", "no one wears {}", "none of them has {}",
    "the only thing missing is {}", "nor does he have {}", "everything except {}", "Not: {}", "Avoid: {}",
    "{} not allowed", "{} are not visible", "{} missing",
)  # fmt: skip


@pytest.mark.parametrize("form", LISTING_FORMS)
@pytest.mark.parametrize("things", LISTS)
def test_every_thing_of_a_list_is_absent(form: str, things: str) -> None:
    texts = encoder_texts(parse("a man in a red coat, " + form.format(things)))
    assert words(things).isdisjoint(words(texts.drawn.text)), texts.drawn.text
    assert words(things) <= words(texts.negative.text), texts.negative.text
    assert {"man", "red", "coat"} <= words(texts.drawn.text)


@pytest.mark.parametrize(
    ("text", "drawn", "negative"),
    [
        ("an actress free of make-up and jewellery, grey jumper", "an actress, grey jumper", "make-up and jewellery"),
        ("a man, no make-up and glasses, a coat", "a man, glasses, a coat", "make-up"),
        ("The hat and scarf are gone, red coat", "red coat", "hat, scarf"),
        ("a red hat and scarf off, boots", "a red hat, boots", "scarf"),
        ("a man who has left his hat, scarf and tie at home", "a man", "hat, scarf and tie"),
        ("his beard shaved off, red coat", "red coat", "beard"),
        ("hat? no. glasses? no. red coat", "red coat", "hat, glasses"),
        ("a coat, hat? none", "a coat", "hat"),
    ],
)
def test_what_a_list_takes_in(text: str, drawn: str, negative: str) -> None:
    texts = encoder_texts(parse(text))
    assert (texts.drawn.text, texts.negative.text) == (drawn, negative)


@pytest.mark.parametrize(
    ("text", "drawn", "negative"),
    [
        ("a hatless man in a coat", "a man in a coat", "hat"),
        ("A bareheaded, tieless clerk", "A clerk", "hat, tie"),
        ("a man with no hat and a red scarf", "a man with a red scarf", "hat"),
        ("He wears not a dress but a jumpsuit.", "He wears a jumpsuit.", "dress"),
        ("He has no gloves and heavy boots.", "He has heavy boots.", "gloves"),
        ("a boy. He has no beard and no cap. He smiles.", "a boy. He smiles.", "beard, cap"),
        ("a man with nothing on his head", "a man", "hat on head"),
        ("a man, no face visible, black coat", "a man, black coat", "face"),
        ("a woman, nobody in the background", "a woman", "people in the background"),
        ("no shoes apart from sandals", "sandals", "shoes"),
        ("a man without glasses in a shirt or jacket", "a man in a shirt or jacket", "glasses"),
    ],
)
def test_what_is_left_reads_on(text: str, drawn: str, negative: str) -> None:
    texts = encoder_texts(parse(text))
    assert (texts.drawn.text, texts.negative.text) == (drawn, negative)


@pytest.mark.parametrize(
    "text",
    [
        "Not a strand of her hair was out of place",
        "a boy with a missing front tooth",
        "a footballer in a no 10 jersey",
        "not one but two hats on her head",
        "a girl in no-show socks",
        "a woman wearing nothing but a towel",
        "not only a hat but also a scarf",
        "an old lady, never without her red hat",
        "My neighbour never leaves the house without her turban",
        "he is rarely seen out without a scarf",
        "everything black apart from white trainers",
        "a man in a t-shirt that says NO WAR",
        "a sleeveless top, a careless look, barefoot",
    ],
)
def test_what_only_looks_absent_is_drawn(text: str) -> None:
    description = parse(text)
    assert Group.NEGATED not in {span.group for span in description.spans}
    texts = encoder_texts(description)
    assert (texts.drawn.text, texts.negative.text) == (text, "")


def test_the_users_own_negative_words_come_first_and_each_once() -> None:
    description = parse("a man, no hat, scarf or glasses")
    assert encoder_texts(description, "blur, Hat ").negative.text == "blur, Hat, scarf, glasses"
    assert encoder_texts(description, "blur", guided=False).negative.text == ""
