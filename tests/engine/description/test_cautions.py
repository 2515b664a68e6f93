"""Warnings about a text: what would be refused as a weight, and a text of which nothing is drawn."""

import pytest

from engine.description import cautions, encoder_texts, parse


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


@pytest.mark.parametrize("text", ["no hat", "without a hat, scarf or glasses", "(a hat:0)"])
def test_a_text_that_draws_nothing_is_told(text: str) -> None:
    assert kinds(text) == ["nothing-drawn"]


@pytest.mark.parametrize("text", ["", "  ", "a man, no hat", "a woman, (red hair:1.3), [a hat]"])
def test_other_texts_are_not_warned_of(text: str) -> None:
    assert kinds(text) == []
