"""Weights of prompt-engineer brackets."""

import pytest

from engine.description import parse, plain


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("red dress", 1.0),
        ("(red dress)", 1.1),
        ("((red dress))", 1.21),
        ("[red dress]", 0.9091),
        ("(red dress:1.2)", 1.2),
        ("(red dress: 0.85)", 0.85),
        ("((red dress:1.2))", 1.32),
        ("([red dress])", 1.0),
        ("(red dress:.5)", 0.5),
        (r"\(red dress\)", 1.0),
        ("(red dress", 1.0),
        ("red dress)", 1.0),
        ("(red dress]", 1.0),
        ("(red dress:9999)", 10.0),
        ("(red dress:0)", 0.1),
    ],
)
def test_weight_of_one_phrase(text: str, weight: float) -> None:
    (span,) = parse(text).spans
    assert span.weight == weight


def test_the_span_takes_in_the_syntax_that_touches_it() -> None:
    text = "freckles, (white blouse:1.2), red bow tie"
    blouse = parse(text).spans[1]
    assert text[blouse.start : blouse.end] == "(white blouse:1.2)"
    assert plain(text[blouse.start : blouse.end]) == "white blouse"


def test_one_bracket_over_several_phrases() -> None:
    text = "(red dress, blue hat:1.3), green shoes"
    assert [(text[s.start : s.end], s.weight) for s in parse(text).spans] == [
        ("(red dress", 1.3),
        ("blue hat:1.3)", 1.3),
        ("green shoes", 1.0),
    ]


def test_deep_nesting_stays_within_bounds() -> None:
    (span,) = parse("(" * 5000 + "hat" + ")" * 5000).spans
    assert span.weight == 10.0
    (span,) = parse("[" * 5000 + "hat" + "]" * 5000).spans
    assert span.weight == 0.1


def test_plain_keeps_everything_else() -> None:
    assert plain("((a)) [b] c:d (e:1.1)") == "a b c:d e"
