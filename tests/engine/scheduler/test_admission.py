"""The line: bounded, ordered by arrival with a head start for priority, and nobody waits for ever."""

import pytest

from engine.errors import BusyError
from engine.request.request import PRIORITIES
from engine.scheduler.admission import Admission
from engine.scheduler.job import HEAD_START_SECONDS, WEIGHTS, Job


def job(number: int, priority: str = "normal", entered_at: float = 0.0) -> Job:
    return Job(number=number, priority=priority, entered_at=entered_at)


def test_every_priority_of_a_request_has_a_weight_and_a_head_start() -> None:
    assert set(WEIGHTS) == set(HEAD_START_SECONDS) == set(PRIORITIES)
    assert WEIGHTS["high"] > WEIGHTS["normal"] > WEIGHTS["low"] > 0


def test_a_request_of_higher_priority_goes_before_those_that_came_shortly_before_it() -> None:
    admission = Admission(max_running=1, max_waiting=9)
    admission.enter(job(0))
    admission.admit(0.0)
    positions = [
        admission.enter(job(number, priority, entered_at=number))
        for number, priority in enumerate(["normal", "low", "normal", "high", "high"], start=1)
    ]
    assert positions == [0, 1, 1, 0, 1]
    assert [each.number for each in admission.waiting] == [4, 5, 1, 3, 2]


def test_age_beats_priority_in_the_end() -> None:
    """One low request among high ones that never stop coming."""
    admission = Admission(max_running=1, max_waiting=200)
    low = job(0, "low", entered_at=0.0)
    admission.enter(job(1, "high"))
    admission.enter(low)
    running = admission.admit(0.0)
    for second in range(1, 200):
        for each in range(2):
            admission.enter(job(10 * second + each, "high", entered_at=float(second)))
        admission.leave(running[0], float(second))
        running = admission.admit(float(second))
        if running == [low]:
            break
    assert 60 <= second <= 130, "after all who came in its first minute, and no later"


def test_the_bound_counts_only_those_who_wait() -> None:
    admission = Admission(max_running=2, max_waiting=1)
    for number in range(2):
        admission.enter(job(number))
        admission.admit(0.0)
    waits = job(2)
    admission.enter(waits)
    with pytest.raises(BusyError, match="2 requests are running and 1 waiting"):
        admission.enter(job(3, "high"))
    assert admission.refused_total == 1
    admission.leave(waits, 1.0)
    assert admission.enter(job(4)) == 0


def test_retry_after_grows_with_the_line_and_with_what_requests_take() -> None:
    admission = Admission(max_running=1, max_waiting=9)
    estimates = []
    for number in range(4):
        admission.enter(job(number))
        admission.admit(0.0)
        estimates.append(admission.retry_after())
    assert estimates == sorted(estimates)
    assert estimates[0] == 1.0
    before = admission.retry_after()
    admission.leave(admission.running[0], 100.0)
    admission.admit(100.0)
    assert admission.retry_after() > 3 * before
