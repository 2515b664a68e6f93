"""A problem as the bytes of a whole HTTP answer, for what is refused before there is a request.

It has the same shape and headers as the answers that the application gives.
"""

import http
import uuid
from email.utils import formatdate

from server.http import problems
from server.http.problems import ProblemError
from server.middleware.request_id import HEADER as REQUEST_ID
from server.middleware.security_headers import HEADERS as SECURITY_HEADERS


def answer(error: ProblemError, root_path: str) -> bytes:
    """The connection is closed after it."""
    request_id = uuid.uuid4().hex
    made = problems.response(error, {"state": {"request_id": request_id}, "root_path": root_path})
    headers = {
        "Date": formatdate(usegmt=True),
        REQUEST_ID: request_id,
        **SECURITY_HEADERS,
        **made.headers,
        "Connection": "close",
    }
    head = [f"HTTP/1.1 {made.status_code} {http.HTTPStatus(made.status_code).phrase}"]
    head += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join((*head, "", "")).encode("latin-1") + bytes(made.body)
