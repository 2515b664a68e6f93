"""Turns a request body into the engine's request, and gathers all that is wrong with it at once.

The rules are the engine's (`validate`): it stops at the first mistake, so it is asked about one field at a time.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from engine.description import Description, negatives
from engine.engine import GenerationRequest
from engine.errors import RequestError
from server import problems
from server.gateway import Gateway
from server.json_body import Rules
from server.schemas import FieldError, GenerateBody, GroupSpan, NegativeAnswer

#: Fields that are only right or wrong together.
SIZE = ("width", "height")
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
        for candidate in _candidates(values):
            try:
                gateway.engine.validate(GenerationRequest(**({"description": BLANK} | candidate)))
            except RequestError as error:
                yield FieldError(field=error.field, detail=str(error))

    return mistakes


def place_order(gateway: Gateway, body: GenerateBody, *, image_format: str, request_id: str) -> GenerationRequest:
    """The engine's request for a body.

    Raises:
        ProblemError: What the model cannot do.
    """
    values = body.model_dump(exclude={"description"}) | {"image_format": image_format}
    values |= {name: values[name] or {} for name in OBJECTS}
    request = GenerationRequest(description=parse(gateway, body.description), request_id=request_id, **values)
    try:
        gateway.engine.validate(request)
    except RequestError as error:
        raise problems.of_engine_error(error) from error
    return request


def _candidates(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    size = {name: values[name] for name in SIZE if name in values}
    if size:
        yield size
    for name, value in values.items():
        if name == "description":
            yield {name: Description(text=value, spans=())}
        elif name in OBJECTS:
            yield {name: value or {}}
        elif name not in SIZE:
            yield {name: value}
