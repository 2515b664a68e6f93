"""Events of a generation as stretches of time, also where there are many or nothing is known of them."""

from engine.engine import Finished, Queued, Stage, Started, Step, Timings
from server.generation.stretches import MAX_STEPS, Stretches, grouped
from server.observability.timeline import Stretch, Timeline

STARTED = Started(seed=1, width=128, height=192, steps=4, guidance_scale=4.0, sampler="ddim")
TIMINGS = Timings(**dict.fromkeys(Timings.__dataclass_fields__, 0.25))


def step(completed: int, ended: float, seconds: float = 0.1, rows: int = 2) -> Step:
    return Step(completed=completed, total=100, rows=rows, seconds=seconds, ended_seconds=ended, bucket="8x12x77")


def told(*events: Queued | Started | Step | Finished) -> Timeline:
    line = Timeline()
    stretches = Stretches(line)
    for event in events:
        stretches.hear(event)
    stretches.close()
    return line


def parts(line: Timeline) -> tuple[Stretch, ...]:
    (denoise,) = [each for each in line.stretches if each.name == "denoise"]
    return denoise.parts


def test_pictures_of_a_request_in_one_forward_are_one_stretch() -> None:
    line = told(Queued(position=0), STARTED, step(1, 0.5), step(2, 0.5001), step(3, 0.6), step(4, 0.6001))
    assert [each.name for each in parts(line)] == ["denoise step 1", "denoise step 3"]


def test_steps_of_which_nothing_is_known_are_no_stretches_of_their_own() -> None:
    line = told(Queued(position=0), STARTED, Step(completed=1, total=2), Step(completed=2, total=2))
    assert parts(line) == ()


def test_many_steps_are_told_together() -> None:
    line = told(Queued(position=0), STARTED, *(step(n, 0.1 * n, rows=n % 2 + 1) for n in range(1, 101)))
    found = parts(line)
    assert len(found) == MAX_STEPS
    assert found[0].name == "denoise steps 1 to 3"
    assert sum(int(each.attributes["cosmicman.forwards"]) for each in found) == 100
    assert abs(sum(float(each.attributes["cosmicman.seconds"]) for each in found) - 10.0) < 1e-9
    assert found[0].attributes["cosmicman.rows"] == (2 + 1 + 2) / 3
    assert all(earlier.ended <= later.began + 1e-6 for earlier, later in zip(found, found[1:], strict=False))


def test_few_steps_stay_as_they_are() -> None:
    steps = [Stretch(name=f"denoise step {n}", began=n, ended=n + 1) for n in range(MAX_STEPS)]
    assert grouped(steps) == tuple(steps)


def test_stages_are_placed_by_the_engines_clock() -> None:
    stages = (Stage(name="queue", began_seconds=0.0, seconds=1.0), Stage(name="text", began_seconds=1.0, seconds=0.5))
    line = told(Queued(position=3), STARTED, Finished(timings=TIMINGS, stages=stages))
    queue, text = line.stretches
    assert (queue.name, text.name) == ("queue", "text encoder")
    assert text.began - queue.began == 1.0 and abs(text.ended - text.began - 0.5) < 1e-9
    assert line.attributes["cosmicman.queue_position"] == 3


def test_request_that_ends_in_line_has_waited() -> None:
    (queue,) = told(Queued(position=0)).stretches
    assert queue.name == "queue" and queue.ended >= queue.began


def test_nothing_heard_is_nothing_told() -> None:
    assert told().stretches == []
