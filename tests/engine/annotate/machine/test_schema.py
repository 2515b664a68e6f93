"""What a model is asked, and what becomes of what it says: every answer is one of the list, or counted."""

import json

import jsonschema
import numpy as np
import pytest

from engine.annotate.machine.annotator import MOST_SAID, Shown
from engine.annotate.machine.schema import instruction, read_object, schema_of
from engine.annotate.machine.vision_chat import highlighted, request_body
from engine.annotate.protocol.attributes import REGIONS, UNSURE, of_region

BELT = of_region("belt")
GOOD = {"belt type": "belt", "belt color": "red", "belt material": UNSURE}


@pytest.mark.parametrize("region", [region.name for region in REGIONS])
def test_a_schema_takes_every_answer_and_nothing_else(region: str) -> None:
    attributes = of_region(region)
    schema = schema_of(attributes)
    jsonschema.Draft202012Validator.check_schema(schema)
    told = {attribute.name: attribute.values[-1] for attribute in attributes}
    jsonschema.validate(told, schema)
    replies = read_object(json.dumps(told), "p", attributes, "m")
    assert {answer.attribute: answer.value for answer in replies.answers} == told and not replies.outside
    for wrong in ({**told, attributes[0].name: "?"}, {**told, "more": "x"}, {}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
        assert read_object(json.dumps(wrong), "p", attributes, "m").outside
    for attribute in attributes:
        assert attribute.question in instruction(region, attributes)


@pytest.mark.parametrize(
    ("reply", "answered", "why"),
    [
        (json.dumps({**GOOD, "belt color": "reddish"}), 2, "must be one of black"),
        (json.dumps({**GOOD, "belt color": 3}), 2, "must be text; got int"),
        (json.dumps({**GOOD, "belt color": ["red"]}), 2, "must be text; got list"),
        (json.dumps({key: GOOD[key] for key in ("belt type", "belt material")}), 2, "no such field"),
        (json.dumps({**GOOD, "top color": "red"}), 3, "it was not asked"),
        (json.dumps([GOOD]), 0, "must be a JSON object; got list"),
        ("The belt is red.", 0, "must be a JSON object"),
        ("", 0, "must be a JSON object"),
        ("[" * 100_000, 0, "must be a JSON object"),
    ],
)
def test_what_is_outside_the_schema_is_counted_with_its_reason(reply: str, answered: int, why: str) -> None:
    replies = read_object(reply, "p", BELT, "m")
    assert len(replies.answers) == answered
    assert len(replies.outside) == (3 - answered or 1)
    assert all(why in each.why and len(each.said) <= MOST_SAID for each in replies.outside)


def test_a_request_shows_the_region_and_holds_its_schema() -> None:
    pixels = np.full((60, 40, 3), 200, np.uint8)
    mask = np.zeros((60, 40), np.bool_)
    mask[30:34, 10:30] = True
    body = request_body("eyes", Shown(id="p", pixels=pixels, masks={"belt": mask}), BELT)
    schema = body["response_format"]["json_schema"]
    assert schema["strict"] and schema["schema"] == schema_of(BELT)
    assert body["temperature"] == 0 and body["model"] == "eyes"
    shown = highlighted(pixels, mask)
    assert shown.shape == (12, 28, 3)
    assert (shown[4:8, 4:24] == 200).all() and (shown[0] < 200).all()
    assert highlighted(pixels, None) is pixels and highlighted(pixels, np.zeros_like(mask)) is pixels
