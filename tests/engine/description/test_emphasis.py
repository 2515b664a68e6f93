r"""The grammar of weights: what is a mark, what is text, and what is a mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.description import Description, Emphasis, Group, cautions, encoder_texts, parse, plain


def said(text: str) -> list[tuple[str, float]]:
    """Every phrase of a text, as it was written, and its weight."""
    return [(text[span.start : span.end], span.weight) for span in parse(text).spans]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("red dress", 1.0),
        ("(red dress)", 1.1),
        ("((red dress))", 1.21),
        ("(((red dress)))", 1.331),
        ("[red dress]", 0.9091),
        ("(red dress:1)", 1.0),
        ("(red dress:1.0)", 1.0),
        ("(red dress:1.2)", 1.2),
        ("(red dress:+1.5)", 1.5),
        ("(red dress: 0.85)", 0.85),
        ("( red dress : 1.2 )", 1.2),
        ("((red dress:1.2))", 1.32),
        ("((red dress:1.2):1.1)", 1.32),
        ("([red dress])", 1.0),
        ("(red dress:.5)", 0.5),
        ("(red dress:1.)", 1.0),
        ("(red dress:2e-1)", 0.2),
        ("(red dress:1e3)", 1000.0),
        ("(red dress:9999)", 9999.0),
        ("(red dress:0)", 0.0),
        (r"\(red dress\)", 1.0),
        (r"\(red dress:1.2\)", 1.0),
        ("(red dress", 1.0),
        ("red dress)", 1.0),
        ("(red dress]", 1.0),
        ("red dress :)", 1.0),
    ],
)
def test_weight_of_one_phrase(text: str, weight: float) -> None:
    assert said(text)[0][1] == weight
    assert not Emphasis(text).mistakes


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("(red dress:-1)", "a weight must be a number such as 1.2; got '-1'"),
        ("(red dress:1,5)", "a weight must be a number such as 1.2; got '1,5'"),
        ("(red dress:1.2.3)", "a weight must be a number such as 1.2; got '1.2.3'"),
        ("(red dress:120%)", "a weight must be a number such as 1.2; got '120%'"),
        ("(red dress:1.2x)", "a weight must be a number such as 1.2; got '1.2x'"),
        ("[red dress:0.8]", "square brackets take no number"),
        ("(red dress:1.2, boots", "the bracket of a weight must be closed"),
        ("(red dress:1.2", "the bracket of a weight must be closed"),
        ("red dress:1.2)", "the bracket of a weight must be opened"),
    ],
)
def test_what_is_written_like_a_weight_and_is_none_is_a_mistake(text: str, rule: str) -> None:
    [mistake] = Emphasis(f"boots, {text}").mistakes
    assert mistake.rule.startswith(rule)
    assert 7 <= mistake.start < mistake.end <= 7 + len(text)
    assert "1" in f"boots, {text}"[mistake.start : mistake.end] or "0.8" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("((a)) [b] c:d (e:1.1)", "a b c:d e"),
        ("(a woman: tall)", "a woman: tall"),
        ("(height: 180 cm), boots", "height: 180 cm, boots"),
        ("(a (b:1.5):0.5)", "a b"),
        ("hat(black)boots", "hat black boots"),
        ("(hat)(boots)", "hat boots"),
        (r"saber \(fate\)", "saber (fate)"),
        (r"\(x:1.2\)", "(x:1.2)"),
        (r"\[x\] \\ \(", r"[x] \ ("),
        (r"\\(x)", "\\x"),
        (r"C:\dir ¯\_", r"C:\dir ¯\_"),
        ("((hat", "hat"),
        ("1) hat", "1 hat"),
        ("(hat:1,5) (boots:-1) [bag:0.5]", "hat boots bag"),
        ("(:1.2)()", ""),
    ],
)
def test_marks_are_no_words_and_everything_else_is(text: str, words: str) -> None:
    assert plain(text) == words


@given(st.text(st.sampled_from("abz09 ,")))
def test_a_text_that_can_hold_no_marks_is_all_words(text: str) -> None:
    assert plain(text) == Emphasis(text).words(0, len(text)) == text


def test_the_span_takes_in_the_marks_that_touch_it() -> None:
    assert said("freckles, (white blouse:1.2), red bow tie")[1] == ("(white blouse:1.2)", 1.2)
    assert said("freckles, ((white blouse:1.2):1.5), red bow tie")[1] == ("((white blouse:1.2):1.5)", 1.8)


def test_one_bracket_over_several_phrases() -> None:
    assert said("(red dress, blue hat:1.3), green shoes") == [
        ("(red dress", 1.3),
        ("blue hat:1.3)", 1.3),
        ("green shoes", 1.0),
    ]


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("a (red:1.3) dress", [("a (red:1.3)", 1.3), ("dress", 1.0)]),
        ("a red (dress:1.3)", [("a red", 1.0), ("(dress:1.3)", 1.3)]),
        ("a (red dress:1.3)", [("a (red dress:1.3)", 1.3)]),
        ("(a (red:1.5) dress:0.5)", [("(a (red:1.5)", 0.75), ("dress:0.5)", 0.5)]),
        ("a red dress (with:1.3) pockets", [("a red dress (with:1.3) pockets", 1.0)]),
    ],
)
def test_a_part_weighted_otherwise_is_a_span_of_its_own(text: str, phrases: list[tuple[str, float]]) -> None:
    assert said(text) == phrases
    assert {span.group for span in parse(text).spans} == {Group.DRESS}


def test_weighted_words_of_no_group_are_other() -> None:
    text = "a woman standing and (blorping zworps:1.4), boots"
    [span] = [span for span in parse(text).spans if span.weight != 1.0]
    assert "(blorping zworps:1.4)" in text[span.start : span.end]


def words_with_groups(text: str) -> list[tuple[str, Group]]:
    description, emphasis = parse(text), Emphasis(text)
    return [(word, span.group) for span in description.spans for word in emphasis.words(span.start, span.end).split()]


@pytest.mark.parametrize(
    ("marked", "unmarked"),
    [
        ("a man with no (red hat:1.2)", "a man with no red hat"),
        ("no ((red hat)), boots", "no red hat, boots"),
        ("without (a hat or glasses:1.3), boots", "without a hat or glasses, boots"),
        ("a (red:1.3) dress with (long sleeves)", "a red dress with long sleeves"),
        ("a woman in a (red dress:1.2)(blue hat:1.1)", "a woman in a red dress blue hat"),
        ("a hat (black), a shirt (white), boots", "a hat black, a shirt white, boots"),
        ("a shirt (white) and trousers", "a shirt white, and trousers"),
    ],
)
def test_marks_change_the_group_of_no_word(marked: str, unmarked: str) -> None:
    assert words_with_groups(marked) == words_with_groups(unmarked)


def test_deep_nesting_stays_finite() -> None:
    assert said("(" * 5000 + "hat" + ")" * 5000)[0][1] == 1e6
    assert said("[" * 5000 + "hat" + "]" * 5000)[0][1] == 0.0


def test_an_absence_carries_no_weight() -> None:
    assert parse("boots, (no hat:1.5)").spans[1].weight == 1.0
    assert isinstance(parse("(no hat:1.5)"), Description)


def kinds(text: str) -> list[str]:
    description = parse(text)
    return [each.kind for each in cautions(description, drawn=encoder_texts(description).drawn.text)]


@pytest.mark.parametrize("text", ["a woman, (red hair:1,3)", "(a hat:-1)", "a man (in a coat:1.2"])
def test_what_is_no_weight_is_told_once(text: str) -> None:
    assert kinds(text) == ["weight"]


def test_a_weight_too_great_is_told() -> None:
    (caution,) = cautions(parse("a woman, (red hair:9)"))
    assert caution.message == (
        "no picture is drawn of this text: a weight must be from 0 to 4; got 9 for '(red hair:9)'"
    )


@pytest.mark.parametrize(
    "text", ["no hat", "without a hat, scarf or glasses", "(a hat:0)", ",,,", "\N{SLIGHTLY SMILING FACE}"]
)
def test_a_text_that_draws_nothing_is_told(text: str) -> None:
    assert kinds(text) == ["nothing-drawn"]


def test_a_negative_text_in_another_language_is_told() -> None:
    (caution,) = cautions(parse("a woman"), "chapeau, lunettes de soleil, barbe")
    assert caution.kind == "language" and caution.message.startswith("negative_description is read in English")
    assert cautions(parse("a woman"), "lowres, worst quality, bad anatomy, extra fingers, nsfw") == ()


@pytest.mark.parametrize("text", ["", "  ", "a man, no hat", "a woman, (red hair:1.3), [a hat]"])
def test_other_texts_are_not_warned_of(text: str) -> None:
    assert kinds(text) == []
