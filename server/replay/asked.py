"""What a request's headers ask for: the key it may be repeated under, and the event after which a stream goes on.

Header by header, each mistake is told with what was expected and what came.
"""

import hashlib
import json
import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from server.http import problems
from server.http.caller import caller_of
from server.http.problems import ProblemError, shown
from server.http.route_table import route_path
from server.schemas.problem import FieldError

KEY = "Idempotency-Key"
LAST_EVENT = "Last-Event-ID"
MAX_KEY = 255
PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request under a key.

    Attributes:
        name: Digest of the caller, the path and the key: what the answer is kept under. Another caller's is another.
        fingerprint: Digest of what the answer depends on: the body and the form that is asked for.
        after: Number of the last event that the client has of the stream; None where it asks for all.
        request_id: Of this request.
    """

    name: str
    fingerprint: str
    after: int | None
    request_id: str


def read_key(headers: Headers) -> str | None:
    """The key; None where there is none.

    Raises:
        ProblemError: 422: it is no key, or it is missed.
    """
    keys = headers.getlist(KEY)
    if not keys:
        if LAST_EVENT in headers:
            raise mistake(
                LAST_EVENT, f"{LAST_EVENT} continues a stream by the {KEY} that it was sent with; {KEY} is missing"
            )
        return None
    if len(keys) > 1:
        raise mistake(KEY, f"{KEY} must be given once; it was given {len(keys)} times")
    if not PRINTABLE.fullmatch(keys[0]):
        came = f"{len(keys[0])} characters" if len(keys[0]) > MAX_KEY else shown(keys[0])
        raise mistake(KEY, f"{KEY} must be 1 to {MAX_KEY} printable ASCII characters; got {came}")
    return keys[0]


def read_after(headers: Headers) -> int | None:
    """The number in Last-Event-ID; None where there is no such header.

    Raises:
        ProblemError: 422: it is no number.
    """
    numbers = headers.getlist(LAST_EVENT)
    if not numbers:
        return None
    if len(numbers) > 1:
        raise mistake(LAST_EVENT, f"{LAST_EVENT} must be given once; it was given {len(numbers)} times")
    if not NUMBER.fullmatch(numbers[0]):
        raise mistake(LAST_EVENT, f"{LAST_EVENT} must be the number of an event; got {shown(numbers[0])}")
    return int(numbers[0])


def asked(scope: Scope, key: str, after: int | None, body: bytes) -> Asked:
    headers = Headers(scope=scope)
    form = [",".join(headers.getlist("accept")), ",".join(headers.getlist("content-type"))]
    return Asked(
        name=_digest(json.dumps([caller_of(scope), route_path(scope), key]).encode()),
        fingerprint=_digest(json.dumps(form).encode() + b"\n" + body),
        after=after,
        request_id=scope["state"]["request_id"],
    )


def mistake(header: str, detail: str) -> ProblemError:
    return problems.invalid([FieldError(field=header, detail=detail)])


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
