"""Refusals in OpenAI's shape, for the paths that OpenAI's clients speak to: everything below /v1.

Their SDKs make an exception of the status, and read `error.message`, `error.code` and `error.param`. They try again by
themselves after 408, 409, 429 and 5xx, unless `x-should-retry` says otherwise.
"""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.types import Scope

from server.http.route_table import route_path
from server.schemas.openai_answers import OpenAIError, OpenAIErrorDetails, OpenAIMistake
from server.schemas.problem import Problem

PREFIX = "/v1"
MEDIA_TYPE = "application/json"
#: OpenAI says of a wrong value what it says of a body that cannot be read.
STATUSES = {422: 400}
TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def is_below(scope: Scope) -> bool:
    """Whether a request is for one of these paths; what never became a request has no path."""
    path = route_path(scope) if "path" in scope else ""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def status_of(status: int) -> int:
    """What a problem's status is below /v1."""
    return STATUSES.get(status, status)


def error_of(status: int, slug: str, problem: Problem) -> OpenAIError:
    """A problem in OpenAI's words: its `code` is the problem's slug with underscores, its `param` the field."""
    mistakes = [OpenAIMistake(param=each.field, message=each.detail) for each in problem.errors or ()]
    return OpenAIError(
        error=OpenAIErrorDetails(
            message=problem.detail,
            type=TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error"),
            param=problem.field,
            code=slug.replace("-", "_"),
            errors=mistakes if len(mistakes) > 1 else None,
        )
    )


def body_of(error: OpenAIError) -> str:
    """OpenAI's four names are always there; `errors` is ours, and left out where it says nothing."""
    absent = {"error": {"errors"}} if error.error.errors is None else None
    return error.model_dump_json(exclude=absent)


def response(status: int, slug: str, problem: Problem, headers: Mapping[str, str], final: bool) -> Response:
    """The refusal; `final` tells clients that trying again would not help."""
    return Response(
        body_of(error_of(status, slug, problem)),
        status_code=status_of(status),
        headers={"Cache-Control": "no-store", **({"X-Should-Retry": "false"} if final else {}), **headers},
        media_type=MEDIA_TYPE,
    )
