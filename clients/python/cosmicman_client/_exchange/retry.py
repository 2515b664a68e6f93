"""When to ask again, and when not to: pauses, what servers say about it, and a budget against storms.

It sends nothing and reads no clock; `conversation` asks it.
"""

import email.utils
import random
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from cosmicman_client._exchange import constants


class RetryBudget:
    """A client's allowance of retries, shared by all its calls; safe to use from several threads."""

    def __init__(self) -> None:
        self._tokens = constants.BUDGET_AT_FIRST
        self._lock = threading.Lock()

    def earn(self) -> None:
        """A request is sent for the first time."""
        with self._lock:
            self._tokens = min(constants.BUDGET_AT_FIRST, self._tokens + constants.BUDGET_SHARE)

    def spend(self) -> bool:
        """Whether one more retry is allowed."""
        with self._lock:
            if self._tokens < 1.0:
                return False
            self._tokens -= 1.0
            return True


def wants_retry(status_code: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer is worth asking again; the server's own word on it wins."""
    said = headers.get("x-should-retry", "").strip().lower()
    if said in ("true", "false"):
        return said == "true"
    return status_code in constants.RETRIED_STATUSES


def pause(retry: int, headers: Mapping[str, str], chance: float | None = None) -> float | None:
    """Seconds to wait before retry `retry` (from 0); None where the server wants more patience than is reasonable.

    Args:
        retry: Number of the retry.
        headers: Those of the refusal; empty where there was no answer.
        chance: 0 to 1; drawn where it is None.
    """
    asked = retry_after(headers)
    chance = random.random() if chance is None else chance  # noqa: S311 - spreads clients, hides nothing
    if asked is not None:
        if asked > constants.LONGEST_RETRY_AFTER_SECONDS:
            return None
        return asked * (1.0 + constants.JITTER * chance)  # never earlier, and not all at the same moment
    longest = min(constants.FIRST_PAUSE_SECONDS * 2.0**retry, constants.LONGEST_PAUSE_SECONDS)
    return longest * (1.0 - constants.JITTER * chance)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from ``retry-after-ms``, or from ``Retry-After`` as a number or an HTTP date (RFC 9110, 10.2.3)."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000.0
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is not None or not text:
        return seconds
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0.0 <= value < float("inf") else None
