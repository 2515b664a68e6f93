"""What is asked of jobs beside a body: the headers and the query of their routes, read strictly."""

import re
from dataclasses import dataclass
from typing import get_args

from starlette.requests import Request

from server.http import problems
from server.http.problems import ProblemError, shown
from server.jobs.record import State, is_id
from server.schemas.jobs import Status

KEY_HEADER = "Idempotency-Key"
MAX_KEY = 255
DEFAULT_LIMIT, MAX_LIMIT = 20, 100

_KEY = re.compile(r"[ -~]+")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, kw_only=True)
class Page:
    limit: int
    status: State | None
    cursor: str


def idempotency_key(request: Request) -> str:
    """ "" where there is none.

    Raises:
        ProblemError: 422.
    """
    keys = request.headers.getlist(KEY_HEADER)
    if not keys:
        return ""
    key = keys[0]
    if len(keys) > 1 or len(key) > MAX_KEY or not _KEY.fullmatch(key):
        came = f"{len(keys)} of them" if len(keys) > 1 else shown(key)
        rule = f"must be given once, as 1 to {MAX_KEY} characters of printable ASCII; got {came}"
        raise problems.of_mistakes({KEY_HEADER: [f"{KEY_HEADER} {rule}"]})
    return key


def last_event(request: Request) -> int:
    """The number of the last event that the client has; 0 where it has none.

    Raises:
        ProblemError: 422.
    """
    number = request.headers.get("Last-Event-ID", "")
    if number and not _NUMBER.fullmatch(number):
        raise problems.of_mistakes(
            {
                "Last-Event-ID": [
                    f"Last-Event-ID must be the id of one of the job's events, a number; got {shown(number)}"
                ]
            }
        )
    return int(number or 0)


def page(request: Request) -> Page:
    """Which jobs are asked for.

    Raises:
        ProblemError: 422 with every mistake.
    """
    mistakes: dict[str, list[str]] = {}
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in ("limit", "status", "cursor"):
            mistakes[name[:60]] = [f"{shown(name)} is nothing this path is asked; known are limit, status and cursor"]
        elif name in given:
            mistakes[name] = [f"{name} must be given once"]
        given[name] = value
    limit, status, cursor = given.get("limit", str(DEFAULT_LIMIT)), given.get("status"), given.get("cursor", "")
    if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= MAX_LIMIT:
        mistakes["limit"] = [f"limit must be a whole number from 1 to {MAX_LIMIT}; got {shown(limit)}"]
    states = get_args(Status)
    if status is not None and status not in states:
        mistakes["status"] = [f"status must be one of {', '.join(states)}; got {shown(status)}"]
    if cursor and not is_id(cursor):
        mistakes["cursor"] = [f"cursor must be that of an earlier answer; got {shown(cursor)}"]
    if mistakes:
        raise problems.of_mistakes(mistakes)
    return Page(limit=int(limit), status=status, cursor=cursor)  # type: ignore[arg-type]


def no_such_job() -> ProblemError:
    """The same for a job of another caller as for one that never was."""
    return ProblemError(problems.NOT_FOUND, "No such job, or none of yours; ended ones are deleted after a while.")
