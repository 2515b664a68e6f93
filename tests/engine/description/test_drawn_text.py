"""What of a description goes into the picture, what is kept out of it, and how long it takes to tell."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from engine.description import Description, Group, Span, arrange, drawn_text, parse


@pytest.mark.parametrize(
    ("text", "drawn", "absences"),
    [
        ("a man with no (red hat:1.2), smiling", "a man, smiling", ("red hat",)),
        ("a man, ((no hat)), smiling", "a man, smiling", ("hat",)),
        ("((a red plaid shirt:1.2):1.1), boots", "a red plaid shirt, boots", ()),
        ("a woman in a (red dress:0), boots", "a woman, boots", ()),
        ("a woman in a (red dress:0) and boots", "a woman in boots", ()),
        ("(red dress:0), boots", "boots", ()),
        ("boots and a (red dress:0)", "boots", ()),
        ("a ([red dress:1.2):1.1), hat", "a red dress, hat", ()),
        (r"boots, saber \(fate\)", "boots, saber (fate)", ()),
    ],
)
def test_what_is_drawn(text: str, drawn: str, absences: tuple[str, ...]) -> None:
    found = drawn_text(parse(text))
    assert (found.text, found.absences) == (drawn, absences)
    assert len(found.owners) == len(found.text)


def test_every_character_of_a_phrase_keeps_its_span() -> None:
    description = parse("a woman in a (red:1.3) dress, no hat, boots")
    found = drawn_text(description)
    for index, span in enumerate(description.spans):
        words = "".join(c for c, owner in zip(found.text, found.owners, strict=True) if owner == index)
        assert words == ("" if span.group is Group.NEGATED else {1: "a red", 2: "dress"}.get(index, words))
    assert found.continued == {2}


def _calls(work: Callable[[], object]) -> int:
    """Count the Python and C calls that some work takes."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "unit", ["no hat, ", "no hat. ", "(no hat:1.2), ", "(hat:0), ", "red hat, no hat, ", "no (", ")(", ":1) "]
)
def test_work_grows_in_proportion_to_length(unit: str) -> None:
    short, long = parse(unit * 300), parse(unit * 1200)
    assert _calls(lambda: drawn_text(long)) <= 5 * _calls(lambda: drawn_text(short))


def test_taking_out_many_phrases_is_linear() -> None:
    def taken_out(count: int) -> int:
        spans = tuple(Span(start=7 * n, end=7 * n + 5, group=Group.FOOTWEAR) for n in range(count))
        boots = Description(text="boots, " * count, spans=spans)
        return _calls(lambda: arrange(boots, {Group.FOOTWEAR: ""}, {}))

    assert taken_out(1200) <= 5 * taken_out(300)
