"""What is asked of jobs beside a body: the headers and the query of their routes, read strictly."""

import re
from dataclasses import dataclass
from typing import get_args

from starlette.requests import Request

from server.http import problems
from server.http.problems import ProblemError, shown
from server.http.repeats import LAST_EVENT, read_after
from server.jobs.record import State, is_id
from server.schemas.jobs import Status

DEFAULT_LIMIT, MAX_LIMIT = 20, 100

_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, kw_only=True)
class Page:
    limit: int
    status: State | None
    cursor: str


def last_event(request: Request) -> int:
    """The number of the last event that the client has; 0 where it has none.

    Raises:
        ProblemError: 422.
    """
    return (read_after(request.headers) or 0) if request.headers.get(LAST_EVENT) else 0


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
