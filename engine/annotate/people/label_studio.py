"""Label Studio: a round's questions as its labelling config and tasks, and its exported annotations as answers.

The shapes are those of Label Studio's JSON (tasks with `data`, `predictions` and `annotations`, each a list of
`result`). It knows that JSON; it does not know where pictures lie or how it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict
from xml.etree import ElementTree

from engine.annotate.ledger.entries import Question
from engine.annotate.protocol.attributes import BY_NAME, UNSURE, Attribute, checked
from engine.annotate.records import Answer

IMAGE = "image"


class Value(TypedDict):
    """What was chosen."""

    choices: list[str]


class Result(TypedDict):
    """One question's answer within a task."""

    from_name: str
    to_name: str
    type: str
    value: Value
    score: NotRequired[float]


class Prediction(TypedDict):
    """What a machine says of a task."""

    model_version: str
    result: list[Result]


class Annotation(TypedDict):
    """What a person said of a task."""

    completed_by: Any
    result: list[Result]
    lead_time: NotRequired[float]
    was_cancelled: NotRequired[bool]


class Task(TypedDict):
    """A picture and what is asked about it."""

    data: dict[str, Any]
    predictions: NotRequired[list[Prediction]]
    annotations: NotRequired[list[Annotation]]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What was read: answers with their seconds, and what is outside the protocol, as a sentence each."""

    answers: list[tuple[Answer, float | None]]
    refused: list[str]


def config(attributes: Sequence[Attribute]) -> str:
    """The labelling config: each attribute's choices, shown where the task asks for it and its type is there."""
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Image", name=IMAGE, value=f"${IMAGE}", zoom="true")
    for attribute in attributes:
        shown: dict[str, str] = {}
        if attribute.parent:
            shown = {
                "visibleWhen": "choice-unselected",
                "whenTagName": tag(attribute.parent),
                "whenChoiceValue": "none",
            }
        part = ElementTree.SubElement(view, "View", shown)
        ElementTree.SubElement(part, "Header", value=attribute.question, size="5")
        choices = {"name": tag(attribute.name), "toName": IMAGE, "choice": "single-radio", "showInLine": "true"}
        group = ElementTree.SubElement(part, "Choices", choices)
        for value in (*attribute.values, UNSURE):
            ElementTree.SubElement(group, "Choice", value=value)
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode")


def tag(attribute: str) -> str:
    """An attribute's name as a tag may be called."""
    return re.sub(r"\W+", "_", attribute)


_OF_TAG = {tag(name): name for name in BY_NAME}


def tasks(
    questions: Sequence[Question], images: Mapping[str, str], machine: Mapping[tuple[str, str], Answer]
) -> list[Task]:
    """One task for each picture, its questions in `asked`, the machine's answers as predictions.

    Args:
        questions: Of a round.
        images: Where Label Studio finds each picture, a URL by id.
        machine: Answers and suggestions of machines by picture and attribute, where there are some.
    """
    asked: dict[str, list[str]] = {}
    for question in questions:
        asked.setdefault(question.picture, []).append(question.attribute)
    found = []
    for picture, attributes in asked.items():
        data = {IMAGE: images[picture], "picture": picture, "asked": attributes}
        task = Task(data=data)
        told = [machine[picture, name] for name in attributes if (picture, name) in machine]
        if told:
            version = " + ".join(dict.fromkeys(each.annotator for each in told))
            task["predictions"] = [Prediction(model_version=version, result=[_result(each) for each in told])]
        found.append(task)
    return found


def _result(answer: Answer) -> Result:
    made = Result(from_name=tag(answer.attribute), to_name=IMAGE, type="choices", value=Value(choices=[answer.value]))
    if answer.confidence is not None:
        made["score"] = answer.confidence
    return made


def answers(exported: object) -> Imported:
    """What people said, from Label Studio's JSON export.

    Annotations that were cancelled are left out. What was not asked, or is none of the answers there are, is refused
    with its reason and hinders nothing else.

    Raises:
        ValueError: It is no export of tasks.
    """
    if not isinstance(exported, list):
        raise ValueError(f"an export must be a list of tasks; got {type(exported).__name__}")
    found: list[tuple[Answer, float | None]] = []
    refused: list[str] = []
    for number, task in enumerate(exported, 1):
        data = task.get("data") if isinstance(task, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("picture"), str):
            refused.append(f"task {number} must have data.picture; it was not made here")
            continue
        for annotation in task.get("annotations") or ():
            if not annotation.get("was_cancelled"):
                _take(annotation, data, found, refused)
    return Imported(answers=found, refused=refused)


def _take(
    annotation: Mapping[str, Any],
    data: Mapping[str, Any],
    found: list[tuple[Answer, float | None]],
    refused: list[str],
) -> None:
    results = [each for each in annotation.get("result") or () if each.get("type") == "choices"]
    lead = annotation.get("lead_time")
    seconds = float(lead) / max(1, len(results)) if isinstance(lead, int | float) else None
    for result in results:
        attribute = _OF_TAG.get(str(result.get("from_name")), "")
        try:
            if attribute not in data.get("asked", ()):
                raise ValueError(f"{attribute or result.get('from_name')} was not asked of this picture")
            value = checked(attribute, _single(result))
        except ValueError as error:
            refused.append(f"{data['picture'][:12]}: {error}")
            continue
        name = _annotator(annotation.get("completed_by"))
        found.append((Answer(picture=data["picture"], attribute=attribute, value=value, annotator=name), seconds))


def _single(result: Mapping[str, Any]) -> str:
    value = result.get("value")
    choices: Iterable[Any] = value.get("choices", ()) if isinstance(value, dict) else ()
    told = list(choices)
    if len(told) != 1 or not isinstance(told[0], str):
        raise ValueError(f"{result.get('from_name')} must have one choice; got {len(told)}")
    return told[0]


def _annotator(completed_by: object) -> str:
    """A number, or an object with an id, as exports have either."""
    told = completed_by.get("id") if isinstance(completed_by, dict) else completed_by
    return f"label-studio-{told}"
