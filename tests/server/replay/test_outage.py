"""Whether something that is silent may be asked again, by a clock of the test's own."""

from server.replay.outage import LONGEST_PAUSE_SECONDS, Outage


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_one_question_tries_after_each_pause_and_pauses_double() -> None:
    clock = Clock()
    outage = Outage(clock)
    assert outage.admits
    assert outage.begin()
    for pause in (1, 2, 4, 8, 16, 30, 30):
        clock.now += pause - 0.1
        assert not outage.admits
        clock.now += 0.1
        assert outage.admits
        outage.enter()
        assert not outage.admits
        assert not outage.begin()
    assert LONGEST_PAUSE_SECONDS == 30


def test_one_answer_ends_it() -> None:
    clock = Clock()
    outage = Outage(clock)
    outage.begin()
    clock.now += 1
    outage.enter()
    assert outage.end()
    assert outage.admits and not outage.on
    assert not outage.end()
    assert outage.begin()


def test_question_that_was_given_up_makes_way_for_another() -> None:
    clock = Clock()
    outage = Outage(clock)
    outage.begin()
    clock.now += 1
    outage.enter()
    outage.leave()
    assert outage.admits
