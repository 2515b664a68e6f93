"""What a request's headers ask for: the key it may be repeated under, and the event after which a stream goes on."""

import hashlib
import json
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from server.http.caller import caller_of
from server.http.repeats import KEY, LAST_EVENT, mistake, read_key
from server.http.route_table import route_path


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


def key_of(headers: Headers) -> str | None:
    """The key; None where there is none.

    Raises:
        ProblemError: 422: it is no key, or it is missed.
    """
    key = read_key(headers)
    if key is None and LAST_EVENT in headers:
        raise mistake(
            LAST_EVENT, f"{LAST_EVENT} continues a stream by the {KEY} that it was sent with; {KEY} is missing"
        )
    return key


def asked(scope: Scope, key: str, after: int | None, body: bytes) -> Asked:
    headers = Headers(scope=scope)
    form = [",".join(headers.getlist("accept")), ",".join(headers.getlist("content-type"))]
    return Asked(
        name=_digest(json.dumps([caller_of(scope), route_path(scope), key]).encode()),
        fingerprint=_digest(json.dumps(form).encode() + b"\n" + body),
        after=after,
        request_id=scope["state"]["request_id"],
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
