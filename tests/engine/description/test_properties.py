"""What holds for every string: the parser is total and its spans are sorted, disjoint and inside the text."""

import sys
from types import FrameType

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.description import Description, Group, cautions, parse
from engine.description.lexicon import LEXICON

_WORDS = st.sampled_from(sorted(LEXICON))
_MARKS = st.sampled_from(
    [", ", ". ", " and ", " or ", " (", ":1.2) ", " [", "] ", " no ", " with ", " in ", " ", "\n", "; "]
)
_SENTENCES = st.lists(st.one_of(_WORDS, _MARKS, st.text(max_size=6)), max_size=40).map(" ".join)


def check(description: Description, text: str) -> None:
    assert description.text == text
    end = 0
    for span in description.spans:
        assert end <= span.start < span.end <= len(text)
        assert isinstance(span.group, Group)
        assert 0.0 <= span.weight <= 1e6
        end = span.end


@settings(max_examples=60, deadline=None)
@given(st.text())
def test_any_text(text: str) -> None:
    check(parse(text), text)


@settings(max_examples=100, deadline=None)
@given(_SENTENCES)
def test_any_words_in_any_order(text: str) -> None:
    check(parse(text), text)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="([{)]}:.,1 a", max_size=200))
def test_any_brackets(text: str) -> None:
    check(parse(text), text)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), max_size=20), _SENTENCES)
def test_lone_surrogates(surrogates: str, text: str) -> None:
    check(parse(surrogates + text), surrogates + text)


@settings(max_examples=30, deadline=None)
@given(_SENTENCES)
def test_a_weight_changes_no_other_phrase(text: str) -> None:
    assume(parse("red dress. " + text).spans[0].group is Group.DRESS)  # else it is no English
    prefix = "(red dress:1.4). "
    assume(
        not any(caution.kind == "language" for caution in cautions(parse(prefix + text)))
    )  # then no word has a group
    weighted = parse(prefix + text)
    assert weighted.spans[0].weight == 1.4
    assert weighted.spans[0].group is Group.DRESS
    check(weighted, prefix + text)


@pytest.mark.parametrize(
    "text", ["", " ", "\0" * 100, "\ud800", ",,,,", "a" * 1_000_000, "no " * 1000, "in " * 1000, "\n" * 1000]
)
def test_odd_texts(text: str) -> None:
    check(parse(text), text)


def _calls(text: str) -> int:
    """Count the Python and C calls that parsing a text takes."""
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        parse(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "unit",
    [
        "a tall woman in a red dress and black shoes stands in front of a brick wall. ",
        "red, ",
        "no hat or ",
        "(red dress:1.2), [",
        "((",
        "a pair of ",
        "blorp-a-tastic ",
        "of the in with ",
        "very softly ",
        "running red ",
    ],
)
def test_work_grows_in_proportion_to_length(unit: str) -> None:
    parse(unit)
    short, long = _calls(unit * 100), _calls(unit * 400)
    assert long <= 4.5 * short
