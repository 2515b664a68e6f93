"""What a request under a used key is refused for, each with its own words."""

import math

from server.http import problems
from server.http.problems import ProblemError
from server.http.repeats import LAST_EVENT, mistake
from server.replay.asked import Asked
from server.replay.record import Record

LONGEST_RETRY_SECONDS = 30


def in_flight(ran_seconds: float) -> ProblemError:
    """What runs is expected to run for as long again as it has."""
    seconds = min(LONGEST_RETRY_SECONDS, max(1, math.ceil(ran_seconds)))
    return ProblemError(
        problems.IDEMPOTENCY_IN_FLIGHT,
        "The request with this Idempotency-Key is under way; its answer is not there yet.",
        headers={"Retry-After": str(seconds)},
    )


def check_body(fingerprint: str, asked: Asked) -> None:
    """Holds a request against the one that had its key first.

    Raises:
        ProblemError: 422: it is another.
    """
    if fingerprint != asked.fingerprint:
        raise ProblemError(
            problems.IDEMPOTENCY_MISMATCH,
            "The request must be the one that this Idempotency-Key was first sent with; its body, its Accept or "
            "its Content-Type is another. Use a new key for a new request.",
        )


def check_event(record: Record, asked: Asked) -> None:
    """Holds Last-Event-ID against the events there are.

    Raises:
        ProblemError: 422: there is no such event.
    """
    if asked.after is None:
        return
    if not record.is_numbered:
        raise mistake(
            LAST_EVENT, f"{LAST_EVENT} must come with a request for numbered events; this one's answer has none"
        )
    if asked.after > len(record.parts):
        latest = len(record.parts)
        raise mistake(
            LAST_EVENT, f"{LAST_EVENT} must be at most {latest}, the latest event of this stream; got {asked.after}"
        )


def nothing_kept(asked: Asked) -> ProblemError:
    return mistake(
        LAST_EVENT,
        f"{LAST_EVENT} {asked.after} must be an event of a stream that is kept; nothing is kept under this "
        "Idempotency-Key (any more): send the request without the header to begin anew",
    )
