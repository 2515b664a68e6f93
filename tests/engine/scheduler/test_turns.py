"""Callers take turns: nobody stands behind all that another one asked for, nobody starves, and room is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BusyError, CallerBusyError
from engine.scheduler.admission import Admission
from engine.scheduler.job import Job

NUMBERS = iter(range(10**9))


def job(caller: str, priority: str = "normal", entered_at: float = 0.0, *, prepared: bool = True) -> Job:
    return Job(number=next(NUMBERS), caller=caller, priority=priority, entered_at=entered_at, prepared=prepared)


def served(admission: Admission, count: int) -> list[str]:
    """The callers of the next so many that are admitted, one place at a time."""
    callers = []
    for _ in range(count):
        admission.leave(admission.running[0], 0.0)
        [admitted] = admission.admit(0.0)
        callers.append(admitted.caller)
    return callers


def test_who_comes_behind_sixty_of_another_is_next() -> None:
    admission = Admission(max_running=1, max_waiting=100)
    for _ in range(60):
        admission.enter(job("many"))
        admission.admit(0.0)
    assert admission.enter(job("few", entered_at=9.0)) == 0
    assert admission.enter(job("few", entered_at=9.0)) == 2
    assert served(admission, 4) == ["few", "many", "few", "many"]


def test_places_that_run_are_shared() -> None:
    admission = Admission(max_running=4, max_waiting=100)
    for caller in ("a", "b"):
        for _ in range(8):
            admission.enter(job(caller))
            admission.admit(0.0)
    for _ in range(4):
        admission.leave(next(each for each in admission.running if each.caller == "a"), 0.0)
        admission.admit(0.0)
        if sorted(each.caller for each in admission.running) == ["a", "a", "b", "b"]:
            break
    else:
        pytest.fail("places that became free went on to one caller")


def test_priority_counts_among_ones_own() -> None:
    admission = Admission(max_running=1, max_waiting=100)
    admission.enter(job("x"))
    admission.admit(0.0)
    for caller, priority in [("a", "low"), ("a", "high"), ("b", "low")]:
        admission.enter(job(caller, priority))
    assert [(each.caller, each.priority) for each in admission.waiting] == [("a", "high"), ("b", "low"), ("a", "low")]


def test_without_callers_the_line_is_as_it_was() -> None:
    admission = Admission(max_running=1, max_waiting=3)
    for _ in range(4):
        admission.enter(job(""))
        admission.admit(0.0)
    with pytest.raises(BusyError, match="all there is room for") as caught:
        admission.enter(job(""))
    assert not isinstance(caught.value, CallerBusyError)


def test_one_caller_leaves_a_quarter_of_the_places() -> None:
    admission = Admission(max_running=8, max_waiting=64)
    for _ in range(54):
        admission.enter(job("many"))
        admission.admit(0.0)
    with pytest.raises(CallerBusyError, match="many has 54 requests running or waiting and 18 places are free"):
        admission.enter(job("many"))
    for _ in range(10):
        admission.enter(job("few"))
    assert admission.refused_total == 1


def test_one_place_is_for_whoever_comes() -> None:
    admission = Admission(max_running=1, max_waiting=0)
    admission.enter(job("a"))
    with pytest.raises(BusyError, match="all there is room for"):
        admission.enter(job("b"))


@given(
    arrivals=st.lists(st.sampled_from("abc"), min_size=1, max_size=60),
    max_running=st.integers(1, 4),
    again=st.lists(st.sampled_from("ab"), max_size=40),
)
def test_nobody_starves_whoever_keeps_coming(arrivals: list[str], max_running: int, again: list[str]) -> None:
    """A request of `c` is admitted after at most as many others as there are callers, for each of its own before it."""
    admission = Admission(max_running=max_running, max_waiting=1000)
    for caller in arrivals:
        admission.enter(job(caller))
        admission.admit(0.0)
    last = job("c")
    admission.enter(last)
    own = sum(each.caller == "c" for each in admission.waiting)
    coming, admitted = iter(again), 0
    while last.admitted_at is None:
        if admission.running:
            admission.leave(admission.running[0], 0.0)
        for caller in (next(coming, None), next(coming, None)):
            if caller is not None:
                admission.enter(job(caller))
        admitted += len(admission.admit(0.0))
    assert admitted <= 3 * own + 2 * max_running


def test_who_is_not_prepared_is_passed_over() -> None:
    admission = Admission(max_running=1, max_waiting=9)
    slow, quick = job("a", prepared=False), job("b")
    admission.enter(slow)
    admission.enter(quick)
    assert admission.admit(0.0) == [quick]
    slow.prepared = True
    admission.leave(quick, 0.0)
    assert admission.admit(0.0) == [slow]
