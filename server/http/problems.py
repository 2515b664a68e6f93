"""Every refusal the gateway gives, as an RFC 9457 problem, and the one place that words them.

::

    ProblemError              carries a Problem and its headers up to the exception handler
    ClientGoneError           nobody is left to answer

It does not know routes; engine errors become problems in `of_engine_error` and nowhere else.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response
from starlette.types import Scope

from engine.errors import (
    BusyError,
    DeadlineError,
    EngineError,
    EngineStoppedError,
    GenerationError,
    NotFiniteError,
    OutOfMemoryError,
    RequestError,
)
from server.schemas.problem import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
#: Below the root path; each type is the page's row for it.
TYPES_AT = "/docs#"
MAX_ERRORS = 16
MAX_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A sort of problem; its `type` is a reference to the section of /docs that explains it."""

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def uri(self) -> str:
        return TYPES_AT + self.slug


NOT_JSON = Kind(slug="not-json", status=400, title="Not JSON", meaning="The body cannot be read as JSON text.")
INVALID_HTTP = Kind(slug="invalid-http", status=400, title="Not HTTP", meaning="What came is no HTTP/1.1 request.")
NOT_FOUND = Kind(slug="not-found", status=404, title="Not found", meaning="No such path, job or picture.")
METHOD_NOT_ALLOWED = Kind(
    slug="method-not-allowed", status=405, title="Method not allowed", meaning="The Allow header names the right ones."
)
NOT_ACCEPTABLE = Kind(
    slug="not-acceptable", status=406, title="Not acceptable", meaning="No media type in Accept can be produced."
)
BODY_TIMEOUT = Kind(slug="body-timeout", status=408, title="Body too slow", meaning="The body did not arrive in time.")
HEADER_TIMEOUT = Kind(
    slug="header-timeout", status=408, title="Header too slow", meaning="The header did not arrive in time."
)
IDEMPOTENCY_IN_FLIGHT = Kind(
    slug="idempotency-in-flight",
    status=409,
    title="Under way",
    meaning="The first request with this Idempotency-Key is not answered yet; try again after Retry-After seconds.",
)
BODY_TOO_LARGE = Kind(
    slug="body-too-large", status=413, title="Body too large", meaning="The body is over the server's limit."
)
UNSUPPORTED_MEDIA_TYPE = Kind(
    slug="unsupported-media-type",
    status=415,
    title="Unsupported media type",
    meaning="The body must be sent as application/json, in UTF-8, not compressed.",
)
MISDIRECTED = Kind(
    slug="misdirected-request",
    status=421,
    title="Not this host",
    meaning="The Host header names a host that this server does not answer for.",
)
HEADER_TOO_LARGE = Kind(
    slug="header-too-large", status=431, title="Header too large", meaning="The request line and header are too long."
)
INVALID_REQUEST = Kind(
    slug="invalid-request",
    status=422,
    title="Invalid request",
    meaning="A value is wrong; `field` names the first one, `errors` lists them all. Nothing was computed.",
)
IDEMPOTENCY_MISMATCH = Kind(
    slug="idempotency-mismatch",
    status=422,
    title="Idempotency key used before",
    meaning="The Idempotency-Key was first sent with another body, Accept or Content-Type. Nothing was computed.",
)
INTERNAL_ERROR = Kind(
    slug="internal-error",
    status=500,
    title="Internal error",
    meaning="A fault of the server; its log has the request id.",
)
GENERATION_FAILED = Kind(
    slug="generation-failed",
    status=500,
    title="Generation failed",
    meaning="This request failed in compute; others did not.",
)
NOT_FINITE = Kind(
    slug="not-finite",
    status=500,
    title="Not finite",
    meaning="The model answered this request with numbers that are none; no picture is given instead of a black one.",
)
OUT_OF_MEMORY = Kind(
    slug="out-of-memory",
    status=507,
    title="Out of memory",
    meaning="This request did not fit into the machine's memory; a smaller picture or a shorter description may.",
)
BUSY = Kind(
    slug="busy", status=503, title="Busy", meaning="The waiting line is full; try again after Retry-After seconds."
)
JOBS_UNAVAILABLE = Kind(
    slug="jobs-unavailable",
    status=503,
    title="Jobs unavailable",
    meaning="What keeps the jobs does not answer; everything else is served. Try again after Retry-After seconds.",
)
STORAGE_FULL = Kind(
    slug="storage-full",
    status=507,
    title="Storage full",
    meaning="There is no room to keep the job; nothing was accepted.",
)
TOO_MANY_CONNECTIONS = Kind(
    slug="too-many-connections",
    status=503,
    title="Too many connections",
    meaning="All connections that the server keeps are in use; try again after Retry-After seconds.",
)
NOT_READY = Kind(slug="not-ready", status=503, title="Not ready", meaning="The engine is starting or has stopped.")
DEADLINE_EXCEEDED = Kind(
    slug="deadline-exceeded",
    status=504,
    title="Deadline exceeded",
    meaning="Not finished within the server's time limit, or the request's own; the request was cancelled.",
)

KINDS = (
    NOT_JSON,
    INVALID_HTTP,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    HEADER_TIMEOUT,
    BODY_TIMEOUT,
    IDEMPOTENCY_IN_FLIGHT,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    MISDIRECTED,
    INVALID_REQUEST,
    IDEMPOTENCY_MISMATCH,
    HEADER_TOO_LARGE,
    INTERNAL_ERROR,
    GENERATION_FAILED,
    NOT_FINITE,
    BUSY,
    TOO_MANY_CONNECTIONS,
    NOT_READY,
    JOBS_UNAVAILABLE,
    DEADLINE_EXCEEDED,
    OUT_OF_MEMORY,
    STORAGE_FULL,
)

NOT_READY_RETRY_SECONDS = 5


class ClientGoneError(Exception):
    """The client closed its connection before the answer was complete."""


class ProblemError(Exception):
    """A refusal on its way to the client."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.headers = dict(headers or {})
        self.problem = Problem(
            type=kind.uri,
            title=kind.title,
            status=kind.status,
            detail=detail,
            field=errors[0].field if errors else field,
            errors=list(errors[:MAX_ERRORS]) or None,
        )


def invalid(errors: Sequence[FieldError], *, total: int = 0) -> ProblemError:
    """A 422 that names the first mistake on top and lists them; `total` counts those that are not in the list."""
    detail, more = errors[0].detail, max(total, len(errors)) - 1
    if more:
        detail += f" (and {more} more mistake{'s' if more > 1 else ''}, see errors)"
    return ProblemError(INVALID_REQUEST, detail, errors=errors)


def internal_error() -> ProblemError:
    return ProblemError(
        INTERNAL_ERROR, "The server failed to answer; its log has the details under the id of this request."
    )


def not_ready() -> ProblemError:
    return ProblemError(
        NOT_READY,
        "The engine is not ready: it is starting, or it has stopped.",
        headers={"Retry-After": str(NOT_READY_RETRY_SECONDS)},
    )


def of_mistakes(mistakes: Mapping[str, Sequence[str]], *, unsaid: int = 0) -> ProblemError:
    """A 422 of messages by field; `unsaid` counts further ones."""
    errors = [FieldError(field=field, detail=message) for field, each in mistakes.items() for message in each]
    return invalid(errors, total=len(errors) + unsaid)


def of_engine_error(error: EngineError) -> ProblemError:
    if isinstance(error, RequestError):
        return of_mistakes(error.mistakes)
    if isinstance(error, BusyError):
        seconds = max(1, math.ceil(error.retry_after_seconds))
        return ProblemError(BUSY, str(error), headers={"Retry-After": str(seconds)})
    if isinstance(error, DeadlineError):
        return ProblemError(DEADLINE_EXCEEDED, str(error))
    if isinstance(error, OutOfMemoryError):
        return ProblemError(OUT_OF_MEMORY, str(error))
    if isinstance(error, NotFiniteError):
        return ProblemError(NOT_FINITE, str(error))
    if isinstance(error, GenerationError):
        return ProblemError(GENERATION_FAILED, str(error))
    if isinstance(error, EngineStoppedError):
        return not_ready()
    return internal_error()


def stopping() -> ProblemError:
    return ProblemError(
        NOT_READY,
        "The server is stopping; the request was cancelled.",
        headers={"Retry-After": str(NOT_READY_RETRY_SECONDS)},
    )


def placed(error: ProblemError, request_id: str | None, root_path: str) -> Problem:
    """The problem with the request's id, its type as a reference that leads to /docs from wherever it was answered."""
    return error.problem.model_copy(update={"request_id": request_id, "type": root_path + error.kind.uri})


def response(error: ProblemError, scope: Scope) -> Response:
    """The problem as an HTTP response, with the request's id inside."""
    problem = placed(error, scope.get("state", {}).get("request_id"), scope.get("root_path", ""))
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=error.kind.status,
        headers={"Cache-Control": "no-store", **error.headers},
        media_type=MEDIA_TYPE,
    )


def shown(value: object) -> str:
    """A value as JSON would write it, short and printable whatever it is."""
    if isinstance(value, str):
        text = printable(value[: MAX_SHOWN + 1]).replace('"', '\\"')
        return f'"{text}"' if len(value) <= MAX_SHOWN else f'"{text[:MAX_SHOWN]}..." ({len(value)} characters)'
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    words = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return words[value]
    return str(value)[:MAX_SHOWN]


def printable(text: str) -> str:
    """The text with control characters and surrogates as backslash escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode("ascii") for c in text)
