"""A request's words, groups and weights become one description, or a refusal that names what is allowed."""

import math
from typing import Any

import pytest

from engine.description import Description, Group, parse
from engine.engine import GenerationRequest
from engine.errors import RequestError
from engine.request.prepare.mistakes import Mistakes
from engine.request.prepare.words import described
from engine.request.request import GROUP_NAMES, MAX_WEIGHT


def arranged(request: GenerationRequest, max_characters: int) -> Description:
    wrong = Mistakes({}, ())
    description = described(request, max_characters, wrong)
    wrong.check()
    assert description is not None
    return description


def request(text: str = "a woman in a red dress", **changes: Any) -> GenerationRequest:
    return GenerationRequest(description=parse(text), **changes)


def test_groups_may_say_everything() -> None:
    description = arranged(request("", groups={"hair": "long red hair", "shot": "a headshot"}), 100)
    assert description.text == "a headshot, long red hair"
    assert [span.group for span in description.spans] == [Group.SHOT, Group.HAIR]


def test_weights_of_groups_that_are_not_there_change_nothing() -> None:
    assert arranged(request(weights={"bag": 2.0}), 100) == request().description


def test_zero_and_the_greatest_weight_are_allowed() -> None:
    for weight in (0, MAX_WEIGHT):
        description = arranged(request(weights={"dress": weight}), 100)
        assert [span.weight for span in description.spans] == [1.0, weight]


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"weights": {"top": 1e9}}, "weights", "weights.top must be from 0 to 4; got 1e+09"),
        ({"weights": {"top": -0.1}}, "weights", "weights.top must be from 0 to 4; got -0.1"),
        ({"weights": {"top": math.nan}}, "weights", "from 0 to 4; got nan"),
        ({"weights": {"top": math.inf}}, "weights", "from 0 to 4; got inf"),
        (
            {"weights": {"tops": 1.0}},
            "weights",
            f"weights may name {', '.join(GROUP_NAMES[:-1])}; got 'tops'; did you mean top?",
        ),
        ({"weights": {"negated": 1.0}}, "weights", "may not name negated"),
        ({"text": "a (red dress:3)", "weights": {"dress": 2.0}}, "weights", "0 to 4; got 6 for 'a (red dress:3)'"),
        ({"groups": {"hats": "a hat"}}, "groups", f"groups may name {', '.join(GROUP_NAMES)}; got 'hats'"),
        ({"groups": {"hair": "x" * 101}}, "groups", "groups.hair may have at most 100 characters; got 101"),
        ({"groups": {"hair": "a\0"}}, "groups", "groups.hair must not contain NUL; found one at character 1"),
        ({"groups": {"hair": "\ud800"}}, "groups", "groups.hair must be valid Unicode"),
        ({"groups": {"hair": "(long hair:9)"}}, "groups", "from 0 to 4; got 9 for '(long hair:9)'"),
        ({"groups": {"hair": "x" * 60, "bag": "y" * 60}}, "groups", "description and groups together .* got"),
        ({"groups": {"dress": "", "person": ""}}, "description", "must say what to draw"),
        ({"text": " "}, "description", "must say what to draw; it is empty"),
        ({"text": " ", "groups": {"hair": " "}}, "description", "must say what to draw; it is empty"),
        ({"text": "a (red dress:9)"}, "description", "from 0 to 4; got 9 for 'a (red dress:9)'"),
        (
            {"text": "a (red dress:1,5)"},
            "description",
            "number such as 1.2; got '1,5'; in '(red dress:1,5)' at character 2",
        ),
        ({"text": "a (red dress:-1)"}, "description", "such as 1.2; got '-1'"),
        ({"text": "a [red dress:0.5]"}, "description", "square brackets take no number"),
        ({"groups": {"hair": "(long hair:1,5)"}}, "groups", "groups.hair: a weight must be a number such as 1.2"),
    ],
)
def test_refusals_name_the_field_and_what_is_allowed(given: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(RequestError, match=words.replace("(", r"\(").replace(")", r"\)").replace("+", r"\+")) as caught:
        arranged(request(**given), 100)
    assert caught.value.field == field


@pytest.mark.parametrize("weight", ["1000000000", "1e9", "1E999", "99999.5"])
def test_an_absurd_weight_in_the_text_is_refused(weight: str) -> None:
    with pytest.raises(RequestError, match="a weight must be from 0 to 4; got (1e.06|99999.5) for"):
        arranged(request(f"a (red dress:{weight}), boots"), 100)
