"""Words for the OpenAPI document: bodies, answers and problems of a route, with examples.

Routes answer with plain responses, so what they take and give is written here beside its schema.
"""

import json
from collections.abc import Mapping
from typing import Any

from server.http import openai_errors, problems
from server.http.problems import Kind
from server.schemas.base import Answer, Body
from server.schemas.openai_answers import OpenAIError
from server.schemas.problem import Problem

#: What any path of the gateway can answer.
REQUEST_ID_HEADER = {
    "X-Request-Id": {"description": "Id of this request, also in the log.", "schema": {"type": "string"}}
}


#: Of an answer that another request made.
REPLAY_HEADERS = {
    "Idempotent-Replayed": {
        "description": "`true` where an earlier request with this Idempotency-Key made the answer.",
        "schema": {"type": "string", "const": "true"},
    },
    "X-Original-Request-Id": {"description": "Id of that request.", "schema": {"type": "string"}},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of yours that names this request: sent again with the same key, it is not run again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}
_LAST_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "Number of the last event that came of a stream with this Idempotency-Key; it goes on after it.",
    "schema": {"type": "string", "pattern": "^[0-9]{1,9}$"},
    "example": "7",
}
RETRY_AFTER_HEADER = {
    "Retry-After": {"description": "Seconds until it is worth trying again.", "schema": {"type": "integer"}}
}
#: What a refusal carries beside its problem, by its status.
HEADERS_OF = {
    401: {"WWW-Authenticate": {"description": "Bearer, and what is wrong with a token.", "schema": {"type": "string"}}},
    **dict.fromkeys(sorted(problems.TRY_AGAIN), RETRY_AFTER_HEADER),
}


def schema_of(model: type[Body] | type[Answer]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def takes(model: type[Body] | type[Answer], **examples: Mapping[str, Any]) -> dict[str, Any]:
    """`openapi_extra` of a route with a JSON body."""
    content = {"schema": schema_of(model), "examples": {name: {"value": value} for name, value in examples.items()}}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def takes_form(model: type[Body], **examples: Mapping[str, Any]) -> dict[str, Any]:
    """The same with a body of multipart/form-data."""
    content = {"schema": schema_of(model), "examples": {name: {"value": value} for name, value in examples.items()}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": content}}}


def repeatable(*, streams: bool = False) -> dict[str, Any]:
    """`openapi_extra` of a route that takes an Idempotency-Key; `streams`: and continues its streams."""
    return {"parameters": [_IDEMPOTENCY_KEY, _LAST_EVENT_ID] if streams else [_IDEMPOTENCY_KEY]}


def gives(description: str, content: Mapping[str, Any], headers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An answer; `headers` are those beside the request's id."""
    return {"description": description, "headers": REQUEST_ID_HEADER | dict(headers or {}), "content": dict(content)}


def needs_key(operation: dict[str, Any]) -> bool:
    """Whether an operation is refused without a key, where keys are asked for."""
    return str(problems.UNAUTHORIZED.status) in operation["responses"]


def json_of(model: type[Body] | type[Answer], example: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema_of(model), "example": example}}


def json_list_of(model: type[Body] | type[Answer], example: Any) -> dict[str, Any]:
    return {"application/json": {"schema": {"type": "array", "items": schema_of(model)}, "example": example}}


def refuses(examples: Mapping[Kind, tuple[str, str | None]]) -> dict[int | str, dict[str, Any]]:
    """Problem answers by status; each example is a detail and a field."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind, (detail, field) in examples.items():
        example = {"type": kind.uri, "title": kind.title, "status": kind.status, "detail": detail}
        if field is not None:
            example |= {"field": field, "errors": [{"field": field, "detail": detail}]}
        answer = answers.setdefault(
            kind.status,
            gives(kind.meaning, {problems.MEDIA_TYPE: {"schema": schema_of(Problem), "examples": {}}}),
        )
        answer["headers"] = dict(answer["headers"]) | HEADERS_OF.get(kind.status, {})
        answer["content"][problems.MEDIA_TYPE]["examples"][kind.slug] = {"summary": kind.title, "value": example}
    return answers


def refuses_openai(examples: Mapping[Kind, tuple[str, str | None]]) -> dict[int | str, dict[str, Any]]:
    """The same as OpenAI's clients read it, for paths below /v1."""
    answers: dict[int | str, dict[str, Any]] = {}
    for kind, (detail, field) in examples.items():
        problem = Problem(type=kind.uri, title=kind.title, status=kind.status, detail=detail, field=field)
        example = openai_errors.error_of(kind.status, kind.slug, problem)
        answer = answers.setdefault(
            openai_errors.status_of(kind.status),
            gives(kind.meaning, {openai_errors.MEDIA_TYPE: {"schema": schema_of(OpenAIError), "examples": {}}}),
        )
        answer["headers"] = dict(answer["headers"]) | HEADERS_OF.get(kind.status, {})
        value = json.loads(openai_errors.body_of(example))
        answer["content"][openai_errors.MEDIA_TYPE]["examples"][kind.slug] = {"summary": kind.title, "value": value}
    return answers


WRONG_HOST: dict[Kind, tuple[str, str | None]] = {
    problems.MISDIRECTED: (
        'Host must be 127.0.0.1, ::1, localhost; got "pictures.example.org". '
        "The server's operator may allow more: --allowed-host NAME.",
        None,
    )
}
FULL: dict[Kind, tuple[str, str | None]] = {
    problems.TOO_MANY_CONNECTIONS: ("All connections that the server keeps have a request under way.", None)
}
#: What every path answers that needs a key, on a server that asks for one.
NO_KEY: dict[Kind, tuple[str, str | None]] = {
    problems.UNAUTHORIZED: ("An API key is needed, as Authorization: Bearer KEY.", None),
    problems.FORBIDDEN: ("/generate needs a key with the scope generate; the key prometheus has metrics.", None),
}
#: What every path answers that can draw.
OVER_QUOTA: dict[Kind, tuple[str, str | None]] = {
    problems.TOO_MANY_REQUESTS: (
        "shop may send 60 requests a minute, and has; there is room again in 12 seconds.",
        None,
    )
}
#: What nearly every path answers when it is asked in the wrong place or at the wrong time, or by nobody it knows.
ANYWHERE = WRONG_HOST | FULL | NO_KEY
BODY_REFUSALS: dict[Kind, tuple[str, str | None]] = ANYWHERE | {
    problems.NOT_JSON: ('The body must be JSON; line 1 column 2: expecting value, got "d}".', None),
    problems.BODY_TIMEOUT: ("The body must arrive within 30 seconds; got 12 bytes by then.", None),
    problems.BODY_TOO_LARGE: ("The body may have at most 1048576 bytes; got 52428800 bytes.", None),
    problems.UNSUPPORTED_MEDIA_TYPE: ('Content-Type must be application/json; got "text/plain".', None),
}
FORM_REFUSALS: dict[Kind, tuple[str, str | None]] = BODY_REFUSALS | {
    problems.NOT_A_FORM: ("The body must be multipart/form-data; it breaks off before its last boundary.", None),
    problems.UNSUPPORTED_MEDIA_TYPE: (
        'Content-Type must be multipart/form-data; got "application/json".',
        None,
    ),
}
del FORM_REFUSALS[problems.NOT_JSON]
REPLAY_REFUSALS: dict[Kind, tuple[str, str | None]] = {
    problems.IDEMPOTENCY_IN_FLIGHT: (
        "The request with this Idempotency-Key is under way; its answer is not there yet.",
        None,
    ),
    problems.IDEMPOTENCY_MISMATCH: (
        "The request must be the one that this Idempotency-Key was first sent with; its body, its Accept or its "
        "Content-Type is another. Use a new key for a new request.",
        None,
    ),
}
