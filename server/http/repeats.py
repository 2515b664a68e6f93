"""The headers of requests that are sent again: the key of one, and the last event that a client has of its stream.

Header by header, each mistake is told with what was expected and what came.
"""

import re

from starlette.datastructures import Headers

from server.http import problems
from server.http.problems import ProblemError, shown
from server.schemas.problem import FieldError

KEY = "Idempotency-Key"
LAST_EVENT = "Last-Event-ID"
MAX_KEY = 255
PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
NUMBER = re.compile(r"[0-9]{1,9}")


def read_key(headers: Headers) -> str | None:
    """The key; None where there is none.

    Raises:
        ProblemError: 422: it is no key.
    """
    key = _only(headers, KEY)
    if key is not None and not PRINTABLE.fullmatch(key):
        came = f"{len(key)} characters" if len(key) > MAX_KEY else shown(key)
        raise mistake(KEY, f"{KEY} must be 1 to {MAX_KEY} printable ASCII characters; got {came}")
    return key


def read_after(headers: Headers) -> int | None:
    """The number in Last-Event-ID; None where there is no such header.

    Raises:
        ProblemError: 422: it is no number.
    """
    number = _only(headers, LAST_EVENT)
    if number is None:
        return None
    if not NUMBER.fullmatch(number):
        raise mistake(LAST_EVENT, f"{LAST_EVENT} must be the number of an event; got {shown(number)}")
    return int(number)


def mistake(header: str, detail: str) -> ProblemError:
    return problems.invalid([FieldError(field=header, detail=detail)])


def _only(headers: Headers, name: str) -> str | None:
    values = headers.getlist(name)
    if len(values) > 1:
        raise mistake(name, f"{name} must be given once; it was given {len(values)} times")
    return values[0] if values else None
