"""Steps thinned and filled: fewer messages on the way, the same events at the end."""

from collections.abc import AsyncIterator, Iterable

from engine.remote.step_thinning import filled, thinned
from engine.request.events import Event, Finished, ImageReady, Queued, Step, Timings


def step(completed: int) -> Step:
    return Step(completed=completed, total=6)


IMAGE = ImageReady(index=0, seed=1, data=b"x", media_type="image/png", width=8, height=8)
NO_TIME = Timings(
    queue_seconds=0,
    text_seconds=0,
    init_image_seconds=0,
    denoise_seconds=0,
    decode_seconds=0,
    encode_seconds=0,
    total_seconds=0,
)
EVENTS: list[Event] = [
    Queued(position=0),
    *map(step, (1, 2, 3)),
    IMAGE,
    *map(step, (4, 5, 6)),
    Finished(timings=NO_TIME),
]


async def stream(events: Iterable[Event]) -> AsyncIterator[Event]:
    for event in events:
        yield event


async def thin(pause_seconds: float, seconds_a_step: float) -> list[Event]:
    now = iter(seconds_a_step * count for count in range(100))
    return [event async for event in thinned(stream(EVENTS), pause_seconds, clock=lambda: next(now))]


async def test_steps_in_quick_succession_are_told_once_a_pause() -> None:
    told = await thin(pause_seconds=0.025, seconds_a_step=0.01)
    assert told == [EVENTS[0], step(1), step(3), IMAGE, step(4), step(6), EVENTS[-1]]
    assert await thin(pause_seconds=0.025, seconds_a_step=0.03) == EVENTS


async def test_what_was_left_out_is_filled_in() -> None:
    for seconds in (0.001, 0.01, 0.02, 1.0):
        told = await thin(pause_seconds=0.025, seconds_a_step=seconds)
        assert [event async for event in filled(stream(told))] == EVENTS


async def test_step_that_nothing_follows_may_stay_untold() -> None:
    """A request that fails after a step: the error travels by itself, the step before it need not."""
    told = [event async for event in thinned(stream([step(1), step(2)]), 1.0, clock=lambda: 0.0)]
    assert told == [step(1)]


async def test_of_steps_in_between_no_forward_is_known() -> None:
    def known(completed: int) -> Step:
        return Step(completed=completed, total=6, rows=4, seconds=0.01, ended_seconds=0.1, bucket="8x12x77")

    told = [event async for event in filled(stream([known(1), known(3)]))]
    assert [event.rows for event in told if isinstance(event, Step)] == [4, 0, 4]
