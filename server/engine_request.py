"""Turns a request body into the engine's request, and gathers all that is wrong with it at once.

The rules are the engine's (`validate`): it stops at the first mistake, so it is asked about one field at a time.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from engine.description import Description, negatives
from engine.engine import GenerationRequest, SecondPass
from engine.errors import RequestError
from server.gateway import Gateway
from server.http import problems
from server.http.base64_file import UnreadableFile
from server.http.json_body import Rules
from server.schemas import FieldError, GenerateBody, GroupSpan, NegativeAnswer

#: Fields that are only right or wrong in the light of those before them.
TOGETHER = (("steps",), ("guidance_scale",), ("init_image",), ("width", "height"), ("strength",), ("second_pass",))
DEPENDENT = frozenset(name for names in TOGETHER for name in names)
#: Fields that hold an object each; null means none.
OBJECTS = ("groups", "weights")
BLANK = Description(text="a person", spans=())


def parse(gateway: Gateway, text: str) -> Description:
    began = time.perf_counter()
    description = gateway.parser.parse(text)
    gateway.metrics.parsed(time.perf_counter() - began)
    return description


def group_spans(description: Description) -> list[GroupSpan]:
    return [
        GroupSpan(
            group=span.group,
            start=span.start,
            end=span.end,
            text=description.text[span.start : span.end],
            weight=span.weight,
        )
        for span in description.spans
    ]


def negatives_of(gateway: Gateway, description: Description) -> list[NegativeAnswer]:
    return [NegativeAnswer(group=each.group, text=each.text) for each in negatives(description, gateway.parser)]


def limits(gateway: Gateway) -> Rules:
    """What the model cannot do: one mistake for each wrong field; no text is parsed yet, however long."""

    def mistakes(values: Mapping[str, Any]) -> Iterator[FieldError]:
        right: dict[str, Any] = {}
        for candidate in _candidates(values):
            dependent = candidate.keys() <= DEPENDENT
            if "strength" in candidate and "init_image" in values and "init_image" not in right:
                continue  # what is wrong there was said
            try:
                typed = _typed(candidate)
                gateway.engine.validate(
                    GenerationRequest(**({"description": BLANK} | (right if dependent else {}) | typed))
                )
            except RequestError as error:
                yield FieldError(field=error.field, detail=str(error))
            else:
                right |= typed if dependent else {}

    return mistakes


def place_order(gateway: Gateway, body: GenerateBody, *, image_format: str, request_id: str) -> GenerationRequest:
    """The engine's request for a body.

    Raises:
        ProblemError: What the model cannot do.
    """
    values = body.model_dump(exclude={"description"}) | {"image_format": image_format}
    values |= {name: values[name] or {} for name in OBJECTS}
    try:
        values = _typed(values)
        request = GenerationRequest(description=parse(gateway, body.description), request_id=request_id, **values)
        gateway.engine.validate(request)
    except RequestError as error:
        raise problems.of_engine_error(error) from error
    return request


def _candidates(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for names in TOGETHER:
        candidate = {name: values[name] for name in names if name in values}
        if candidate:
            yield candidate
    for name, value in values.items():
        if name == "description":
            yield {name: Description(text=value, spans=())}
        elif name in OBJECTS:
            yield {name: value or {}}
        elif name not in DEPENDENT:
            yield {name: value}


def _typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's types for values as JSON has them.

    Raises:
        RequestError: init_image is no base64.
    """
    typed = dict(values)
    if isinstance(file := typed.get("init_image"), UnreadableFile):
        raise RequestError("init_image", f"init_image {file.reason}")
    if typed.get("guidance_interval") is not None:
        typed["guidance_interval"] = tuple(typed["guidance_interval"])
    if typed.get("second_pass") is not None:
        given = {name: value for name, value in typed["second_pass"].items() if value is not None}
        typed["second_pass"] = SecondPass(**given)
    return typed
