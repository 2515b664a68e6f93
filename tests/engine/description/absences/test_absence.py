"""What a negated phrase rules out, and the group it would have."""

import pytest

from engine.description import Group, Negative, Parser, negatives


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a woman in a red dress", []),
        ("a man with no hat, without any glasses", [(Group.HEADWEAR, "hat"), (Group.EYEWEAR, "glasses")]),
        ("boots, (no beard:1.2)", [(Group.FACE, "beard")]),
    ],
)
def test_each_absence_has_the_group_of_its_words(text: str, expected: list[tuple[Group, str]]) -> None:
    parser = Parser()
    found = negatives(parser.parse(text), parser)
    assert found == tuple(Negative(group=group, text=words) for group, words in expected)
