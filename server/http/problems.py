"""Every refusal the gateway gives, as an RFC 9457 problem or, below /v1, as OpenAI's; the one place that words them.

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
    CallerBusyError,
    DeadlineError,
    EngineError,
    EngineStoppedError,
    GenerationError,
    NotFiniteError,
    OutOfMemoryError,
    RequestError,
)
from server.http import openai_errors
from server.schemas.problem import FieldError, Problem

MEDIA_TYPE = "application/problem+json"
#: Below the root path; each type is the page's row for it.
TYPES_AT = "/docs#"
#: In a request's state: slugs of the problems that it was answered with, for logs, metrics and traces. A list, so that
#: who answers with a copy of the state tells it as well.
PROBLEM_STATE = "problems"
MAX_ERRORS = 16
MAX_SHOWN = 60


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A sort of problem; its `type` is a reference to the section of /docs that explains it."""

    slug: str
    status: int
    title: str
    meaning: str
    #: The same request would get the same answer: a client that tries again by itself should not.
    final: bool = False

    @property
    def uri(self) -> str:
        return TYPES_AT + self.slug


NOT_JSON = Kind(slug="not-json", status=400, title="Not JSON", meaning="The body cannot be read as JSON text.")
NOT_A_FORM = Kind(
    slug="not-a-form", status=400, title="Not a form", meaning="The body cannot be read as multipart/form-data."
)
NOT_SAFETENSORS = Kind(
    slug="not-safetensors", status=400, title="Not safetensors", meaning="The body cannot be read as safetensors."
)
INVALID_HTTP = Kind(slug="invalid-http", status=400, title="Not HTTP", meaning="What came is no HTTP/1.1 request.")
UNAUTHORIZED = Kind(
    slug="unauthorized",
    status=401,
    title="Unauthorized",
    meaning="An API key is needed, as Authorization: Bearer KEY, and none came that is accepted.",
)
FORBIDDEN = Kind(slug="forbidden", status=403, title="Forbidden", meaning="The API key is good, but not for this path.")
ORIGIN_NOT_ALLOWED = Kind(
    slug="origin-not-allowed",
    status=403,
    title="Origin not allowed",
    meaning="Pages of this origin may not ask from a browser, or not in this way; detail says which may.",
)
NOT_FOUND = Kind(slug="not-found", status=404, title="Not found", meaning="No such path, job or picture.")
MODEL_NOT_FOUND = Kind(
    slug="model-not-found", status=404, title="Model not found", meaning="No model of that name is loaded here."
)
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
    meaning="The body must be sent as the path takes it (application/json, or multipart/form-data), in UTF-8, not "
    "compressed.",
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
TOO_MANY_REQUESTS = Kind(
    slug="too-many-requests",
    status=429,
    title="Too many requests",
    meaning="This caller has used up its own limit; others have not. Try again after Retry-After seconds.",
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
CREDENTIALS_FAILED = Kind(
    slug="content-credentials-failed",
    status=500,
    title="Content credentials failed",
    meaning="The picture was drawn and could not be signed; no unsigned one is given instead.",
)
NOT_FINITE = Kind(
    slug="not-finite",
    status=500,
    final=True,
    title="Not finite",
    meaning="The model answered this request with numbers that are none; no picture is given instead of a black one.",
)
OUT_OF_MEMORY = Kind(
    slug="out-of-memory",
    status=507,
    final=True,
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
DRAINING = Kind(
    slug="draining",
    status=503,
    title="Draining",
    meaning="The server is about to stop; new work belongs elsewhere, what comes until then is answered.",
)
DEADLINE_EXCEEDED = Kind(
    slug="deadline-exceeded",
    status=504,
    final=True,
    title="Deadline exceeded",
    meaning="Not finished within the server's time limit, or the request's own; the request was cancelled.",
)

KINDS = (
    NOT_JSON,
    NOT_A_FORM,
    NOT_SAFETENSORS,
    INVALID_HTTP,
    UNAUTHORIZED,
    FORBIDDEN,
    ORIGIN_NOT_ALLOWED,
    NOT_FOUND,
    MODEL_NOT_FOUND,
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
    TOO_MANY_REQUESTS,
    HEADER_TOO_LARGE,
    INTERNAL_ERROR,
    GENERATION_FAILED,
    NOT_FINITE,
    CREDENTIALS_FAILED,
    BUSY,
    TOO_MANY_CONNECTIONS,
    NOT_READY,
    DRAINING,
    JOBS_UNAVAILABLE,
    DEADLINE_EXCEEDED,
    OUT_OF_MEMORY,
    STORAGE_FULL,
)

#: Of an answer that says to come back and not when.
RETRY_SECONDS = 5
TRY_AGAIN = frozenset({429, 503})


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
        self.headers = ({"Retry-After": str(RETRY_SECONDS)} if kind.status in TRY_AGAIN else {}) | dict(headers or {})
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
    return ProblemError(NOT_READY, "The engine is not ready: it is starting, or it has stopped.")


def of_mistakes(mistakes: Mapping[str, Sequence[str]], *, unsaid: int = 0) -> ProblemError:
    """A 422 of messages by field; `unsaid` counts further ones."""
    errors = [FieldError(field=field, detail=message) for field, each in mistakes.items() for message in each]
    return invalid(errors, total=len(errors) + unsaid)


def of_engine_error(error: EngineError) -> ProblemError:
    if isinstance(error, RequestError):
        return of_mistakes(error.mistakes)
    if isinstance(error, BusyError):
        kind = TOO_MANY_REQUESTS if isinstance(error, CallerBusyError) else BUSY
        seconds = max(1, math.ceil(error.retry_after_seconds))
        return ProblemError(kind, str(error), headers={"Retry-After": str(seconds)})
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


def credentials_failed() -> ProblemError:
    return ProblemError(
        CREDENTIALS_FAILED,
        "The picture could not be signed; the server's log has the reason under the id of this request.",
    )


def stopping() -> ProblemError:
    return ProblemError(NOT_READY, "The server is stopping; the request was cancelled.")


def draining() -> ProblemError:
    return ProblemError(DRAINING, "The server is draining: it is about to stop, and answers what comes until then.")


def placed(error: ProblemError, request_id: str | None, root_path: str) -> Problem:
    """The problem with the request's id, its type as a reference that leads to /docs from wherever it was answered."""
    return error.problem.model_copy(update={"request_id": request_id, "type": root_path + error.kind.uri})


def note(scope: Scope, error: ProblemError) -> None:
    """Tells whoever counts and logs the answer what it is; `response` does so itself."""
    scope.setdefault("state", {}).setdefault(PROBLEM_STATE, []).append(error.kind.slug)


def noted(scope: Scope) -> str | None:
    """The slug of the problem that a request was answered with; None if it was not refused."""
    slugs: list[str] = scope["state"].get(PROBLEM_STATE, [])
    return slugs[-1] if slugs else None


def response(error: ProblemError, scope: Scope) -> Response:
    """The problem as an HTTP response, in the shape that clients of the path know."""
    note(scope, error)
    if openai_errors.is_below(scope):
        return openai_errors.response(
            error.kind.status, error.kind.slug, error.problem, error.headers, error.kind.final
        )
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
