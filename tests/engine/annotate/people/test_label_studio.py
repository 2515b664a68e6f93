"""Label Studio's JSON: what goes out comes back, and what comes back wrong is left out with its reason."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from engine.annotate.ledger.entries import Purpose, Question
from engine.annotate.people.label_studio import answers, config, tag, tasks
from engine.annotate.protocol.attributes import ATTRIBUTES, BY_NAME, UNSURE
from engine.annotate.records import Answer

ASKED = ("top type", "top color", "make-up")
QUESTIONS = [
    Question(picture=picture, attribute=attribute, purpose=Purpose.EVALUATION)
    for picture in ("a", "b")
    for attribute in ASKED
]
MACHINE = {
    ("a", name): Answer(picture="a", attribute=name, value=BY_NAME[name].values[0], annotator="m", confidence=0.5)
    for name in ASKED
}
IMAGES = {"a": "/data/local-files/?d=a.png", "b": "/data/local-files/?d=b.png"}


def exported() -> list[dict[str, Any]]:
    """As Label Studio exports a project: the tasks that were imported, with what people said of them."""
    made: list[dict[str, Any]] = json.loads(json.dumps(tasks(QUESTIONS, IMAGES, MACHINE)))
    for number, task in enumerate(made, 1):
        results = [
            {
                "from_name": tag(name),
                "to_name": "image",
                "type": "choices",
                "value": {"choices": [BY_NAME[name].values[1]]},
            }
            for name in task["data"]["asked"]
        ]
        task |= {"id": number, "annotations": [{"completed_by": 7, "result": results, "lead_time": 6.0}]}
    return made


def test_the_config_names_every_choice() -> None:
    root = ElementTree.fromstring(config(ATTRIBUTES))
    groups = {group.get("name"): [choice.get("value") for choice in group] for group in root.iter("Choices")}
    assert len(groups) == len(ATTRIBUTES), "no two attributes have one tag"
    for attribute in ATTRIBUTES:
        assert groups[tag(attribute.name)] == [*attribute.values, UNSURE]
    assert {group.get("toName") for group in root.iter("Choices")} == {"image"}


def test_what_goes_out_comes_back() -> None:
    made = tasks(QUESTIONS, IMAGES, MACHINE)
    assert [task["data"]["image"] for task in made] == list(IMAGES.values())
    assert len(made[0]["predictions"][0]["result"]) == 3 and "predictions" not in made[1]
    found = answers(exported())
    assert not found.refused
    assert {(answer.picture, answer.attribute) for answer, _ in found.answers} == {
        (q.picture, q.attribute) for q in QUESTIONS
    }
    for answer, seconds in found.answers:
        assert answer.value == BY_NAME[answer.attribute].values[1]
        assert answer.annotator == "label-studio-7" and seconds == 2.0


def test_predictions_come_back_as_they_went_out() -> None:
    made = tasks(QUESTIONS, IMAGES, MACHINE)
    made[0]["annotations"] = [{"completed_by": {"id": 3}, "result": made[0]["predictions"][0]["result"]}]
    found = answers(made[:1])
    assert [(answer.attribute, answer.value) for answer, _ in found.answers] == [
        (name, BY_NAME[name].values[0]) for name in ASKED
    ]
    assert {answer.annotator for answer, _ in found.answers} == {"label-studio-3"}


def test_what_is_wrong_is_left_out_with_its_reason() -> None:
    made = exported()
    results = made[0]["annotations"][0]["result"]
    results[0]["value"]["choices"] = ["toga"]
    results[1]["value"]["choices"] = []
    results[2]["from_name"] = "belt_type"
    made[1]["annotations"][0]["was_cancelled"] = True
    made += [{"data": {"image": "x"}}, "no task"]  # type: ignore[list-item]
    found = answers(made)
    assert not found.answers and len(found.refused) == 5
    reasons = "\n".join(found.refused)
    for part in (
        "got 'toga'",
        "must have one choice; got 0",
        "belt type was not asked",
        "task 3 must have data.picture",
    ):
        assert part in reasons
    with pytest.raises(ValueError, match="must be a list of tasks; got dict"):
        answers({"tasks": []})


def test_an_export_without_people_is_empty(tmp_path: Path) -> None:
    assert answers([{"data": {"picture": "a", "asked": list(ASKED)}, "annotations": []}]).answers == []


def test_label_studios_own_sdk_takes_what_is_written_and_is_read() -> None:
    """Where somebody has it beside this: it pins another OpenCV than ours, so no environment of ours holds it."""
    interfaces = pytest.importorskip("label_studio_sdk.label_interface", reason="label-studio-sdk pins another OpenCV")
    interface = interfaces.LabelInterface(config(ATTRIBUTES))
    interface.validate()
    asked = [Question(picture="a", attribute=each.name, purpose=Purpose.EVALUATION) for each in ATTRIBUTES]
    machine = {
        ("a", each.name): Answer(picture="a", attribute=each.name, value=each.values[0], annotator="m", confidence=0.5)
        for each in ATTRIBUTES
    }
    (task,) = json.loads(json.dumps(tasks(asked, IMAGES, machine)))
    assert interface.validate_prediction(task["predictions"][0], return_errors=True) == []
    sample = interface.generate_complete_sample_task()
    found = answers([{**sample, "data": task["data"]}])
    assert len(found.answers) == len(ATTRIBUTES) and not found.refused
