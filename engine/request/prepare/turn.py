"""When a request is to run and by when it is to be over, whatever it asks."""

from engine.request.prepare.mistakes import Mistakes
from engine.request.request import MAX_DEADLINE_SECONDS, PRIORITIES


def check_turn(priority: str, deadline_seconds: float | None, wrong: Mistakes) -> None:
    """Judges both."""
    if priority not in PRIORITIES:
        wrong.add("priority", f"priority must be one of {', '.join(PRIORITIES)}; got {priority[:40]!r}")
    if deadline_seconds is not None and not 0.0 < deadline_seconds <= MAX_DEADLINE_SECONDS:
        message = f"deadline_seconds must be more than 0 and at most {MAX_DEADLINE_SECONDS:g}; got {deadline_seconds:g}"
        wrong.add("deadline_seconds", message)
