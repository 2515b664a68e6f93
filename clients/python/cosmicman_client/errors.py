"""Everything that a call can raise.

::

    CosmicManError
    ├── ConfigurationError             a base URL or key that cannot be used, found before any request
    ├── DeadlineExceededError          the call's own total deadline came
    ├── APIConnectionError             no answer came
    │   └── APITimeoutError            it did not come in time
    ├── APIResponseError               an answer came that is none of this interface: HTML, half a stream, no JSON
    ├── GenerationFailedError          a stream or job told that the pictures failed, after it had begun well
    └── APIStatusError                 a refusal, by status
        ├── BadRequestError 400, AuthenticationError 401, PermissionDeniedError 403, NotFoundError 404
        ├── ConflictError 409, RequestTooLargeError 413, UnprocessableEntityError 422, RateLimitError 429
        └── ServerError 5xx
            ├── OverloadedError 503
            └── ServerDeadlineError 504

Wrong types of arguments raise TypeError, wrong values that need no server to be known ValueError.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FieldProblem:
    """One mistake of a request: the field at fault, what was expected and what came."""

    field: str
    detail: str


class CosmicManError(Exception):
    """Anything this package raises of its own."""


class ConfigurationError(CosmicManError):
    """A base URL or key that no request can be sent with."""


class DeadlineExceededError(CosmicManError):
    """The call's total deadline, retries and pauses included."""

    def __init__(self, seconds: float, last: Exception | None) -> None:
        why = f"; the last try ended with: {last}" if last is not None else ""
        super().__init__(f"not done within the deadline of {seconds:g} seconds{why}")
        self.seconds = seconds
        self.last = last


class APIConnectionError(CosmicManError):
    """No whole answer: the server could not be reached, or the connection broke.

    Attributes:
        request_id: The server's name for the request, where the head of an answer came.
    """

    def __init__(self, message: str, *, request_id: str | None = None) -> None:
        super().__init__(message + (f" (request {request_id})" if request_id else ""))
        self.request_id = request_id


class APITimeoutError(APIConnectionError):
    """No answer in time."""


class APIResponseError(CosmicManError):
    """An answer that is none of this interface.

    Attributes:
        status_code: Its status.
        request_id: The server's name for the request, if it gave one.
    """

    def __init__(self, message: str, *, status_code: int, request_id: str | None) -> None:
        super().__init__(message + (f" (request {request_id})" if request_id else ""))
        self.status_code = status_code
        self.request_id = request_id


class _ProblemError(CosmicManError):
    """A problem as the server words it (RFC 9457)."""

    def __init__(self, problem: Mapping[str, object], *, status_code: int, request_id: str | None) -> None:
        detail = problem.get("detail") or problem.get("title") or f"the server answered {status_code}"
        super().__init__(f"{detail}" + (f" (request {request_id})" if request_id else ""))
        self.detail = str(detail)
        self.title = str(problem.get("title") or "")
        #: The kind, such as "busy" or "invalid-request".
        self.kind = str(problem.get("type") or "").rpartition("#")[2]
        self.status_code = status_code
        self.request_id = request_id
        self.field = problem.get("field") if isinstance(problem.get("field"), str) else None
        self.errors = _field_problems(problem.get("errors"))


def _field_problems(errors: object) -> tuple[FieldProblem, ...]:
    items: Sequence[object] = errors if isinstance(errors, list) else []
    return tuple(
        FieldProblem(field=str(item.get("field", "")), detail=str(item.get("detail", "")))
        for item in items
        if isinstance(item, dict)
    )


class GenerationFailedError(_ProblemError):
    """The pictures failed after the stream, or the job, had begun well."""


class APIStatusError(_ProblemError):
    """A refusal.

    Attributes:
        detail: What was expected and what came.
        title: The kind of problem, in words.
        kind: The kind of problem, as a name.
        status_code: The status.
        request_id: The server's name for the request.
        field: The first field at fault.
        errors: Every mistake of the request.
        retry_after_seconds: When the server wants to be asked again.
    """

    def __init__(
        self,
        problem: Mapping[str, object],
        *,
        status_code: int,
        request_id: str | None,
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(problem, status_code=status_code, request_id=request_id)
        self.retry_after_seconds = retry_after_seconds


class BadRequestError(APIStatusError):
    """400."""


class AuthenticationError(APIStatusError):
    """401: no key, or one that is not known."""


class PermissionDeniedError(APIStatusError):
    """403."""


class NotFoundError(APIStatusError):
    """404: also a job that is another key's."""


class ConflictError(APIStatusError):
    """409: the same idempotency key is in use by a request that is not done."""


class RequestTooLargeError(APIStatusError):
    """413."""


class UnprocessableEntityError(APIStatusError):
    """422: `errors` names every field that is wrong."""


class RateLimitError(APIStatusError):
    """429: this key's own quota is used up."""


class ServerError(APIStatusError):
    """5xx."""


class OverloadedError(ServerError):
    """503: the server has as much to do as it takes, or is not ready."""


class ServerDeadlineError(ServerError):
    """504: not finished within the server's time limit, or the request's own."""


_BY_STATUS: Mapping[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: RequestTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    503: OverloadedError,
    504: ServerDeadlineError,
}


def class_of_status(status_code: int) -> type[APIStatusError]:
    """The class that a refusal with this status is raised as."""
    return _BY_STATUS.get(status_code, ServerError if status_code >= 500 else APIStatusError)
