"""Turns a request body into a request that the engine has prepared; all that is wrong with it comes at once.

The rules are the engine's (`prepare`), which is asked once and told what the schema found.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from engine.description import Description, negatives, told
from engine.engine import GenerationRequest, PreparedRequest, SecondPass
from engine.errors import RequestError
from engine.request.control import Control
from server.gateway import Gateway
from server.http import problems
from server.http.base64_file import NotBase64Error, UnreadableFile, read_small_file
from server.http.json_body import Reading
from server.observability.timeline import timed
from server.schemas.generate import GenerateBody
from server.schemas.parse import GroupSpan, IgnoredAnswer, NegativeAnswer, Texts, WarningAnswer

#: Fields that hold an object each; null means none.
OBJECTS = ("groups", "weights", "loras")
FILES = GenerateBody.FILES
#: The kind of a warning of how the words were read.
SECOND_READER = "second-reader"


def parse(gateway: Gateway, text: str) -> Description:
    began = time.perf_counter()
    with timed("parse"):
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


def texts_of(
    gateway: Gateway,
    description: Description,
    negative_description: str = "",
    *,
    guided: bool = True,
    notes: Sequence[str] = (),
) -> Texts:
    """How a description was read, and the two texts that the encoder gets of it; `notes` are warnings besides."""
    found = told(description, negative_description, guided=guided)
    noted = [WarningAnswer(kind=SECOND_READER, message=each) for each in notes]
    return Texts(
        groups=group_spans(description),
        negatives=[NegativeAnswer(group=each.group, text=each.text) for each in negatives(description, gateway.parser)],
        drawn=found.drawn,
        negative=found.negative,
        ignored=[
            IgnoredAnswer(start=each.start, end=each.end, text=description.text[each.start : each.end], why=each.why)
            for each in found.ignored
        ],
        warnings=[*noted, *(WarningAnswer(kind=each.kind, message=each.message) for each in found.cautions)],
    )


def prepared_request(
    gateway: Gateway, reading: Reading[GenerateBody], *, image_format: str, request_id: str, caller: str = ""
) -> PreparedRequest:
    """What the engine made ready of a body, judged once: by the schema's mistakes and the engine's together.

    Raises:
        ProblemError: 422 with every mistake.
    """
    try:
        return judged(gateway, reading, image_format=image_format, request_id=request_id, caller=caller)
    except RequestError as error:
        raise problems.of_mistakes(error.mistakes, unsaid=reading.unsaid) from error


def judged(
    gateway: Gateway, reading: Reading[GenerateBody], *, image_format: str, request_id: str, caller: str = ""
) -> PreparedRequest:
    """The same, for those who word the mistakes themselves.

    Raises:
        RequestError: With every mistake.
    """
    mistakes = dict(reading.mistakes)
    given = dict(reading.values) | {"image_format": image_format, "request_id": request_id, "caller": caller}
    given |= {name: given[name] or {} for name in OBJECTS if name in given}
    given |= {"change": given["change"] or ()} if "change" in given else {}
    given["description"] = read_description(gateway, given.get("description", ""))
    for error in _read_objects(given):
        mistakes |= error.mistakes
        given.pop(error.field)
    return gateway.engine.prepare(GenerationRequest(**given), mistakes=mistakes)


def read_description(gateway: Gateway, text: str) -> Description:
    """The groups of a text; what is too long to be drawn is too long to be parsed, and nothing needs no parsing."""
    if not text.strip() or len(text) > gateway.engine.model.max_characters:
        return Description(text=text, spans=())
    return parse(gateway, text)


def _read_objects(given: dict[str, Any]) -> list[RequestError]:
    """Puts the engine's types in the place of what JSON has for them; gives an error for each file that is none."""
    if given.get("guidance_interval") is not None:
        given["guidance_interval"] = tuple(given["guidance_interval"])
    if given.get("second_pass") is not None:
        wanted = {name: value for name, value in given["second_pass"].items() if value is not None}
        given["second_pass"] = SecondPass(**wanted)
    if given.get("change") is not None:
        given["change"] = tuple(given["change"])
    files = {name: given[name] for name in FILES if isinstance(given.get(name), UnreadableFile)}
    errors = [RequestError(name, f"{name} {file.reason}") for name, file in files.items()]
    if given.get("control") is not None:
        try:
            given["control"] = _control(given["control"])
        except NotBase64Error as error:
            errors.append(RequestError("control", f"control.{error}"))
    return errors


def _control(wanted: Mapping[str, Any]) -> Control:
    """What a body asks to keep to.

    Raises:
        NotBase64Error: A file is none; its words begin with the file's name.
    """
    values = {name: value for name, value in wanted.items() if value is not None}
    for name in ("layout", "picture"):
        if isinstance(file := values.get(name), UnreadableFile):
            raise NotBase64Error(f"{name} {file.reason}")
    layout = values.pop("layout", None)
    if isinstance(layout, Mapping):
        values["masks"] = {name: _mask(name, text) for name, text in layout.items()}
    elif layout is not None:
        values["layout"] = layout
    if "pose" in values:
        values["pose"] = tuple(None if point is None else tuple(map(float, point)) for point in values["pose"])
    return Control(**values)


def _mask(name: str, text: str) -> bytes:
    try:
        return read_small_file(text)
    except NotBase64Error as error:
        raise NotBase64Error(f"layout.{name[:40]} {error}") from error
