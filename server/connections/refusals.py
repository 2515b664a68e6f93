"""What is said to a client whose request never became one."""

import h11

from server.http import problems
from server.http.problems import ProblemError, printable

HEADER_FIELDS_TOO_LARGE = 431
MAX_DETAIL = 100


def header_timeout(seconds: float) -> ProblemError:
    return ProblemError(
        problems.HEADER_TIMEOUT, f"The header must arrive within {seconds:g} seconds of its first byte; it did not."
    )


def invalid_http(error: BaseException | None) -> ProblemError:
    """What h11 found wrong, in its own words."""
    if isinstance(error, h11.RemoteProtocolError) and error.error_status_hint == HEADER_FIELDS_TOO_LARGE:
        return ProblemError(problems.HEADER_TOO_LARGE, "The request line and header may have at most 16384 bytes.")
    found = printable(str(error)[:MAX_DETAIL]) if error else "it cannot be read"
    return ProblemError(problems.INVALID_HTTP, f"The request must be HTTP/1.1; {found}.")
