"""The circuit breaker, by its own clock."""

from server.triton.breaker import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, THRESHOLD, Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(THRESHOLD):
        assert breaker.state == "closed"
        breaker.enter()
        breaker.failed()
    assert breaker.state == "open"
    assert not breaker.admits
    return breaker


def test_failures_in_a_row_open_it_and_others_do_not() -> None:
    breaker = Breaker(Clock())
    for _ in range(3 * THRESHOLD):
        breaker.failed()
        breaker.succeeded()
    assert breaker.state == "closed"
    opened(Clock())


def test_one_request_tries_again_after_the_pause() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += FIRST_PAUSE_SECONDS
    assert breaker.state == "half open"
    assert breaker.admits
    breaker.enter()
    assert not breaker.admits
    breaker.succeeded()
    assert breaker.state == "closed"


def test_each_failed_try_doubles_the_pause_up_to_a_limit() -> None:
    clock = Clock()
    breaker = opened(clock)
    pauses = []
    for _ in range(8):
        began = clock.now
        while not breaker.admits:
            clock.now += 0.5
        pauses.append(clock.now - began)
        breaker.enter()
        breaker.failed()
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS]


def test_try_that_was_given_up_leaves_room_for_another() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.now += FIRST_PAUSE_SECONDS
    breaker.enter()
    breaker.abandoned()
    assert breaker.admits
