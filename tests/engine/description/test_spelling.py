"""Typing mistakes are understood and reported; a text in another language is never parsed with confidence."""

import pytest

from engine.description import Group, cautions, corrections, drawn_text, parse
from engine.description.lexicon import LEXICON, inflections
from engine.description.lexicon.lookalikes import LOOKALIKES


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sneekers", "sneakers"), ("jumpr", "jumper"), ("jackit", "jacket"), ("trowsers", "trousers"),
        ("spectecles", "spectacles"), ("shrit", "shirt"), ("aporn", "apron"), ("sunglases", "sunglasses"),
        ("HANDBAGG", "handbag"), ("moustach", "moustache"), ("balerina", "ballerina"), ("lether", "leather"),
        ("velvt", "velvet"), ("stiped", "striped"), ("yelow", "yellow"), ("eyebrowes", "eyebrows"),
        ("moutain", "mountain"),
    ],
)  # fmt: skip
def test_one_mistake_in_a_long_word_is_understood(written: str, meant: str) -> None:
    text = f"a woman, blue {written}"
    assert [span.group for span in parse(text).spans] == [span.group for span in parse(f"a woman, blue {meant}").spans]
    (found,) = corrections(text)
    assert (text[found.start : found.end], found.word.lower()) == (written, meant)
    assert [each.kind for each in cautions(parse(text))] == ["spelling"]
    assert drawn_text(parse(text)).text.lower() == f"a woman, blue {meant}"


@pytest.mark.parametrize(
    "word",
    [
        "dessert", "rocket", "satan", "hatt", "xyzzyx", "blorptastic", "burnt", "dwelt", "sienna", "umber", "sable",
        "gauze", "toile", "peony", "stoat", "favour", "ruching", "frogging", "moustached", "appliqued", "hydrangea",
        "handlebar",
    ],
)  # fmt: skip
def test_other_words_stay_what_they_are(word: str) -> None:
    assert corrections(f"a woman with a {word}") == ()


def test_no_word_is_both_known_and_a_lookalike() -> None:
    assert not [word for word in LOOKALIKES if word in LEXICON]


def test_offsets_of_corrections_in_fields_are_those_of_the_text() -> None:
    text = "Hair: long\nShoes: white (sneekers:1.2), a jumpr"
    assert [text[found.start : found.end] for found in corrections(text)] == ["sneekers", "jumpr"]


@pytest.mark.parametrize(
    "text",
    [
        "una mujer con un vestido rojo y zapatos negros en la playa",
        "eine Frau mit langen blonden Haaren und einem roten Kleid",
        "une femme aux cheveux longs portant une robe rouge et un chapeau de paille",
        "赤いドレスを着た女性",
        "женщина в красном платье и черных туфлях",
        "한국 여자 빨간 드레스",
    ],
)
def test_a_text_of_unknown_words_has_a_warning_and_no_group(text: str) -> None:
    assert {span.group for span in parse(text).spans} == {Group.OTHER}
    (warning,) = cautions(parse(text))
    assert warning.kind == "language" and "English" in warning.message and corrections(text) == ()


@pytest.mark.parametrize("text", ["", "Aisha Mwangi", "a woman in a 着物, smiling", "wearing a blorptastic", "🙂 ✨"])
def test_a_name_or_a_foreign_word_makes_no_foreign_text(text: str) -> None:
    assert cautions(parse(text)) == ()


def test_a_corrected_word_is_drawn_as_part_of_its_phrase() -> None:
    drawn = drawn_text(parse("a man, (red sneekers:1.2), no hatts, a jumpr"))
    assert drawn.text == "a man, red sneakers, a jumper"
    assert len(drawn.owners) == len(drawn.text)


@pytest.mark.parametrize(
    ("verb", "past", "gerund"),
    [
        ("whisper", "whispered", "whispering"),
        ("tighten", "tightened", "tightening"),
        ("open", "opened", "opening"),
        ("crochet", "crocheted", "crocheting"),
        ("gallop", "galloped", "galloping"),
        ("sit", "sitted", "sitting"),
        ("forget", "forgetted", "forgetting"),
        ("window-shop", "window-shopped", "window-shopping"),
        ("overlap", "overlapped", "overlapping"),
        ("tie", "tied", "tying"),
        ("carry", "carried", "carrying"),
    ],
)
def test_forms_of_verbs(verb: str, past: str, gerund: str) -> None:
    assert inflections(verb)[1:] == (past, gerund)


@pytest.mark.parametrize("ending", ["enning", "erring", "enned", "erred", "orring"])
def test_no_form_doubles_a_letter_of_a_weak_syllable(ending: str) -> None:
    right = ("herring", "stirring", "whirring", "earring", "preferred", "transferred")
    assert [word for word in LEXICON if word.endswith(ending) and not word.endswith(right)] == []


@pytest.mark.parametrize("text", ["a man tightening his belt", "a woman watering roses", "a boy opening an umbrella"])
def test_what_is_spelled_right_is_drawn_so(text: str) -> None:
    assert corrections(text) == ()
    assert drawn_text(parse(text)).text == text
