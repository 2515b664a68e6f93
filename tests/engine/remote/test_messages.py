"""Messages between processes: every declared field arrives as it left, whatever fields there are."""

import dataclasses
import json
import types
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from pathlib import Path, PurePath
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from engine import errors
from engine.description import Description, Group, Span, parse
from engine.engine import EngineSettings, GenerationRequest
from engine.errors import BusyError, EngineError, RequestError, WireError
from engine.files import json_fields
from engine.remote import messages
from engine.request.events import ImageReady
from engine.samplers.schedule import BETA_SCHEDULES, PREDICTION_TYPES, TIMESTEP_SPACINGS

MESSAGES = (*messages.QUESTIONS, *messages.ANSWERS)

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type)]


def example(hint: Any) -> Any:
    """Some value of a type, other than what is likely to be a default."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return example(next(each for each in arguments if each is not types.NoneType))
    if origin is Literal:
        return arguments[-1]
    if origin is tuple:
        return tuple(example(each) for each in arguments if each is not Ellipsis)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {example(arguments[0]): example(arguments[1])}
    if isinstance(origin, type) and issubclass(origin, AbstractSet):
        return frozenset({example(arguments[0])})
    if origin is not None:
        return [example(arguments[0])]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[-1]
    if isinstance(hint, type) and issubclass(hint, PurePath):
        return Path("a/folder")
    plain = {str: 'a "quoted" word, é, 人', bool: True, int: 41, float: 1 / 3, bytes: b"\x89PNG\r\n\x00\xff"}
    return plain[hint] if hint in plain else full(hint)


#: Of texts that a class looks through.
CHOICES = {
    "prediction_type": PREDICTION_TYPES,
    "beta_schedule": BETA_SCHEDULES,
    "timestep_spacing": TIMESTEP_SPACINGS,
}


def full(kind: type) -> Any:
    """An instance with a value in every field."""
    hints = get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]
    return kind(**{name: CHOICES[name][-1] if name in CHOICES else example(hints[name]) for name in names})


@pytest.mark.parametrize("kind", MESSAGES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("beside", [False, True])
def test_every_field_of_every_message_arrives(kind: type, beside: bool) -> None:
    message = full(kind)
    blob = bytearray() if beside else None
    text = messages.dumps(message, blob)
    assert messages.loads(text, MESSAGES, bytes(blob or b"")) == message
    assert messages.loads(text.encode(), MESSAGES, bytes(blob or b"")) == message


def test_parsed_description_arrives_with_its_spans() -> None:
    request = GenerationRequest(description=parse("a woman in a (red dress:1.4), no hat"), seed=3)
    assert messages.loads(messages.dumps(request), messages.QUESTIONS) == request
    assert any(span.weight != 1.0 for span in request.description.spans)


def test_pictures_travel_beside_the_text() -> None:
    image = ImageReady(index=0, seed=1, data=b"\x00" * 1000, media_type="image/png", width=8, height=8)
    blob = bytearray()
    assert len(messages.dumps(image, blob)) < 200
    assert bytes(blob) == image.data


def test_defaults_stay_at_home() -> None:
    text = messages.dumps(GenerationRequest(description=Description(text="a man", spans=())))
    assert json.loads(text)["value"] == {"description": {"text": "a man", "spans": []}}


@pytest.mark.parametrize(
    "error",
    [
        RequestError("steps", "steps must be from 1 to 150; got 0"),
        BusyError("full", retry_after_seconds=2.5),
        *(
            kind("it failed")
            for kind in vars(errors).values()
            if isinstance(kind, type) and kind.__init__ is Exception.__init__
        ),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_arrive_as_what_they_were(error: EngineError) -> None:
    arrived = messages.loads(messages.dumps(error), messages.ANSWERS)
    assert type(arrived) is type(error)
    assert str(arrived) == str(error)
    assert vars(arrived) == vars(error)


def test_error_this_side_does_not_know_is_an_engine_error() -> None:
    text = json.dumps({"version": 1, "type": "error", "value": {"kind": "FutureError", "message": "who knows"}})
    arrived = messages.loads(text, messages.ANSWERS)
    assert type(arrived) is EngineError
    assert str(arrived) == "who knows"
    text = json.dumps({"version": 1, "type": "error", "value": {"kind": "__doc__", "message": "who knows"}})
    assert type(messages.loads(text, messages.ANSWERS)) is EngineError


REQUEST = {"version": 1, "type": "GenerationRequest", "value": {"description": {"text": "x", "spans": []}}}


def changed(**fields: Any) -> str:
    return json.dumps(REQUEST | {"value": {**REQUEST["value"], **fields}})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "must be an object"),
        (json.dumps(REQUEST | {"version": 2}), "version 2; this side speaks 1"),
        (json.dumps(REQUEST | {"type": "Step"}), "one of GenerationRequest, DenoiseRequest, Describe; got 'Step'"),
        (json.dumps(REQUEST | {"type": ["x"]}), "type must be one of"),
        (json.dumps(REQUEST | {"value": {}}), "incomplete"),
        (changed(zoom=3), "has no 'zoom': the other side is newer"),
        (changed(steps="3"), "GenerationRequest.steps must be of type int; got '3'"),
        (changed(steps=True), "must be of type int"),
        (changed(guidance_scale="x"), "must be a number"),
        (changed(description="x"), "description must be an object"),
        (changed(description={"text": "x", "spans": 3}), "spans must be a list"),
        (changed(description={"text": "x", "spans": [{"start": 0, "end": 1, "group": "tail"}]}), r"spans\[0\].group"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(WireError, match=words):
        messages.loads(text, messages.QUESTIONS)


@pytest.mark.parametrize("data", [{"blob": [0, 9]}, {"blob": [-1, 2]}, {"base64": "?"}, {"base64": 3}, "abc", None])
def test_bytes_that_are_not_there_are_refused(data: Any) -> None:
    image = {"index": 0, "seed": 1, "data": data, "media_type": "image/png", "width": 8, "height": 8}
    with pytest.raises(WireError, match="data must be bytes"):
        messages.loads(json.dumps({"version": 1, "type": "ImageReady", "value": image}), messages.ANSWERS, b"12345678")


def test_numbers_json_does_not_have_are_refused() -> None:
    request = GenerationRequest(description=Description(text="x", spans=()), guidance_scale=float("nan"))
    with pytest.raises(WireError, match="cannot be written as JSON"):
        messages.dumps(request)


def test_settings_are_read_and_checked() -> None:
    assert json_fields.read({"max_rows": 3, "warm_up": False}, EngineSettings) == EngineSettings(
        max_rows=3, warm_up=False
    )
    with pytest.raises(WireError, match="max_rows must be at least 1"):
        json_fields.read({"max_rows": 0}, EngineSettings)
    with pytest.raises(WireError, match="has no 'colour'"):
        json_fields.read({"colour": "red"}, EngineSettings)


def test_groups_arrive_as_groups() -> None:
    description = Description(text="red hat", spans=(Span(start=0, end=7, group=Group.HEADWEAR, weight=1),))
    arrived = messages.loads(messages.dumps(GenerationRequest(description=description)), messages.QUESTIONS)
    (span,) = arrived.description.spans
    assert span.group is Group.HEADWEAR
    assert type(span.weight) is float
