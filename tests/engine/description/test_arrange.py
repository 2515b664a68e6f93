"""Phrases given with their groups: exact spans, groups taken as given, nothing else of the text touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.description import GROUPS, Description, Group, arrange, parse
from engine.description.arrange import ORDER

TEXT = "a woman in a red plaid shirt, long brown hair, black hat and boots on a street, no glasses"
SENTENCES = "A man. He wears black boots. He has a beard."
EMPTY = Description(text="", spans=())


def said(description: Description) -> list[tuple[str, str]]:
    return [(str(span.group), description.text[span.start : span.end]) for span in description.spans]


def test_groups_alone_are_joined_in_the_order_of_training() -> None:
    groups = {
        Group.TOP: "a green silk blouse",
        Group.NEGATED: "hat",
        Group.BACKGROUND: "in a park",
        Group.HAIR: " long red hair ",
        Group.SHOT: "a full-body shot",
        Group.BAG: "",
    }
    arranged = arrange(EMPTY, groups, {})
    assert arranged.text == "a full-body shot, in a park, long red hair, a green silk blouse, hat"
    assert [group for group, _ in said(arranged)] == ["shot", "background", "hair", "top", "negated"]


def test_a_phrase_keeps_the_group_it_was_given_whatever_its_words() -> None:
    arranged = arrange(EMPTY, {Group.HAIR: "a red hat"}, {})
    assert said(arranged) == [("hair", "a red hat")]
    assert [span.group for span in parse("a red hat").spans] == [Group.HEADWEAR]


def test_every_group_has_its_place() -> None:
    assert sorted(ORDER) == sorted(GROUPS)


@pytest.mark.parametrize(
    ("text", "groups", "expected"),
    [
        (TEXT, {Group.TOP: "a blue top"}, TEXT.replace("a red plaid shirt", "a blue top")),
        (TEXT, {Group.TOP: ""}, TEXT.replace(" in a red plaid shirt", "")),
        (TEXT, {Group.HEADWEAR: ""}, TEXT.replace("black hat and ", "")),
        (TEXT, {Group.BACKGROUND: ""}, TEXT.replace(" on a street", "")),
        (TEXT, {Group.NEGATED: ""}, TEXT.replace(", no glasses", "")),
        (TEXT, {Group.PERSON: "", Group.TOP: "", Group.HAIR: ""}, "black hat and boots on a street, no glasses"),
        (TEXT, {Group.BAG: "a bag", Group.BELT: "a belt"}, TEXT + ", a bag, a belt"),
        (SENTENCES, {Group.BAG: "a bag"}, SENTENCES + " a bag"),
        ("boots, ", {Group.BAG: "a bag"}, "boots, a bag"),
        ("boots", {Group.FOOTWEAR: ""}, ""),
        ("boots", {Group.FOOTWEAR: "", Group.HAIR: "bald"}, "bald"),
        ("long hair, boots, curly hair, a hat", {Group.HAIR: "bald"}, "bald, boots, a hat"),
    ],
)
def test_over_a_text(text: str, groups: dict[Group, str], expected: str) -> None:
    assert arrange(parse(text), groups, {}).text == expected


def test_weights_multiply_those_of_the_text_and_of_the_groups() -> None:
    parsed = parse("a (red dress:1.5), boots")
    arranged = arrange(parsed, {Group.HAIR: "((long hair))"}, {Group.DRESS: 2.0, Group.HAIR: 2.0, Group.BAG: 3.0})
    assert [(span.group, span.weight) for span in arranged.spans] == [
        (Group.DRESS, 3.0),
        (Group.FOOTWEAR, 1.0),
        (Group.HAIR, 2.42),
    ]
    assert arranged.text == "a (red dress:1.5), boots, ((long hair))"


WORDS = st.sampled_from(
    ["a woman", "red dress", "boots", "with", ",", ".", "and", "long hair", "no hat", "in a park", "x"]
)


@given(
    text=st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=12).map(" ".join)),
    groups=st.dictionaries(st.sampled_from(Group), st.one_of(st.just(""), WORDS, st.text(max_size=9)), max_size=5),
)
def test_spans_are_exact_and_the_rest_of_the_text_is_untouched(text: str, groups: dict[Group, str]) -> None:
    parsed = parse(text)
    arranged = arrange(parsed, groups, {})
    floor = 0
    for span in arranged.spans:
        assert floor <= span.start < span.end <= len(arranged.text)
        floor = span.end
    for group, phrase in groups.items():
        found = [words for name, words in said(arranged) if name == group]
        assert found == ([phrase.strip()] if phrase.strip() else [])
    others = [each for each in said(parsed) if each[0] not in groups]
    assert [each for each in said(arranged) if each[0] not in groups] == others
    if not groups:
        assert arranged == parsed or not text.strip()
