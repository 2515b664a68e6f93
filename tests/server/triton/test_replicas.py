"""Several Tritons: the least loaded first, another one where one fails, and none that is unfit."""

import asyncio
from typing import Any

import pytest

from engine.description import Description
from engine.engine import EngineStats, Finished, GenerationRequest, Queued
from engine.errors import BusyError, EngineStoppedError, GenerationError
from server.app import create_app
from server.settings import Settings
from server.triton import backend, connection
from server.triton.backend import total
from server.triton.errors import TritonError

REQUEST = GenerationRequest(description=Description(text="a woman in a red dress", spans=()), seed=5)


async def events_of(engine: Any, request: GenerationRequest = REQUEST) -> list[Any]:
    return [event async for event in engine.generate(request)]


@pytest.fixture
def engine_type(engine: Any) -> type:
    return type(engine)


async def test_requests_go_to_the_least_loaded(engine_at: Any, speaker: Any, engine_type: Any, until: Any) -> None:
    async with speaker(engine_type()) as one, speaker(engine_type()) as two, engine_at(one.host, two.host) as both:
        one.engine.gate.clear()
        two.engine.gate.clear()
        tasks = [asyncio.create_task(events_of(both)) for _ in range(2)]
        await until(lambda: one.asked + two.asked == 2)
        assert (one.asked, two.asked) == (1, 1)
        one.engine.gate.set()
        two.engine.gate.set()
        assert all(isinstance(events[-1], Finished) for events in await asyncio.gather(*tasks))


async def test_request_that_was_not_begun_is_tried_elsewhere(
    engine_at: Any, speaker: Any, engine_type: Any, unused_host: str
) -> None:
    async with speaker(engine_type()) as one, speaker(engine_type(max_waiting=0)) as two:
        async with engine_at(one.host, two.host, unused_host, start_seconds=1) as several:
            await until_ready(several)
            one.refuses = "Stub process 'cosmicman_0_0' is not healthy."
            with pytest.raises(BusyError, match="waiting"):
                await events_of(several)
            assert (one.asked, two.asked) == (1, 1)
            one.refuses = ""
            await until_ready(several)
            events = await events_of(several)
            assert [type(event) for event in events].count(Queued) == 1
            assert isinstance(events[-1], Finished)


async def until_ready(engine: Any) -> None:
    async with asyncio.timeout(120):
        while not all(replica.ready for replica in engine._replicas[:2]):
            await asyncio.sleep(0.01)


async def test_request_that_was_begun_is_not_tried_again(engine_at: Any, speaker: Any, engine_type: Any) -> None:
    async with speaker(engine_type()) as one, speaker(engine_type()) as two, engine_at(one.host, two.host) as both:
        for each in (one, two):
            each.engine.failure = EngineStoppedError("the engine stopped")
            each.engine.stop_at_step = 1
        with pytest.raises(EngineStoppedError, match="the engine stopped"):
            await events_of(both)
        assert one.asked + two.asked == 1


async def test_failure_of_a_request_is_its_own(engine_at: Any, speaker: Any, engine_type: Any) -> None:
    async with speaker(engine_type()) as one, engine_at(one.host) as remote:
        one.engine.failure = GenerationError("NaN")
        for _ in range(5):
            with pytest.raises(GenerationError, match="NaN"):
                await events_of(remote)
        assert remote.ready


async def test_engine_that_fails_again_and_again_is_left_alone(
    engine_at: Any, speaker: Any, engine_type: Any, until: Any
) -> None:
    async with speaker(engine_type()) as one, engine_at(one.host) as remote:
        one.refuses = "broken"
        for _ in range(3):
            await until(lambda: remote.ready)
            with pytest.raises(EngineStoppedError, match="broken"):
                await events_of(remote)
        await until(lambda: not remote._replicas[0].problem)
        assert remote._replicas[0].breaker.state in ("open", "half open")
        one.refuses = ""
        await until(lambda: remote.ready)
        assert isinstance((await events_of(remote))[-1], Finished)
        assert remote._replicas[0].breaker.state == "closed"


async def test_server_that_goes_and_comes_back(
    engine_at: Any, speaker: Any, engine_type: Any, until: Any, talk: Any
) -> None:
    async with speaker(engine_type()) as one:
        remote = engine_at(one.host)
        async with talk(create_app(Settings(), remote)) as client:
            one.engine.gate.clear()
            task = asyncio.create_task(events_of(remote))
            await until(lambda: one.engine.stats().running == 1)
            await one.server.stop(grace=None)
            with pytest.raises(EngineStoppedError):
                await task
            assert not remote.ready
            assert (await client.get("/readyz")).status_code == 503
            with pytest.raises(EngineStoppedError, match="no Triton is ready"):
                await events_of(remote)
            again = speaker(engine_type())
            again.server.add_insecure_port(one.host)
            await again.engine.__aenter__()
            await again.server.start()
            await until(lambda: remote.ready)
            assert (await client.get("/readyz")).status_code == 200
            assert isinstance((await events_of(remote))[-1], Finished)
            await again.server.stop(grace=None)


async def test_closing_the_events_cancels_in_the_engine(
    engine_at: Any, speaker: Any, engine_type: Any, until: Any
) -> None:
    async with speaker(engine_type()) as one, engine_at(one.host) as remote:
        one.engine.gate.clear()
        events = remote.generate(REQUEST)
        await anext(events)
        await until(lambda: one.engine.stats().running == 1)
        await events.aclose()
        await until(lambda: one.engine.stats().running == 0)
        assert len(one.engine.cancelled) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"version": "2.40.0"}, "Triton 2.40.0 is too old; 2.51 or newer is needed"),
        ({"version": "unknown"}, "Triton unknown is too old"),
        ({"model": "other"}, "Triton has no model 'cosmicman' that is ready"),
    ],
)
async def test_unfit_servers_are_one_line(
    engine_at: Any, speaker: Any, engine_type: Any, options: Any, words: str
) -> None:
    async with speaker(engine_type(), **options) as one:
        with pytest.raises(TritonError, match=words) as refusal:
            async with engine_at(one.host):
                raise AssertionError("it must not start")
        assert len(str(refusal.value).splitlines()) == 1
        assert one.host in str(refusal.value)


async def test_nobody_there_is_one_line(engine_at: Any, unused_host: str) -> None:
    with pytest.raises(TritonError, match="no Triton") as refusal:
        async with engine_at(unused_host, start_seconds=0.3):
            raise AssertionError("it must not start")
    assert len(str(refusal.value).splitlines()) == 1


async def test_one_that_is_not_there_does_not_delay_the_start(
    engine_at: Any, speaker: Any, engine_type: Any, unused_host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "OTHERS_SECONDS", 0.1)
    async with speaker(engine_type()) as one, asyncio.timeout(120):
        async with engine_at(unused_host, one.host, start_seconds=3600) as several:
            assert isinstance((await events_of(several))[-1], Finished)


async def test_one_that_comes_later_than_the_others_is_found(
    engine_at: Any, speaker: Any, engine_type: Any, until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "OTHERS_SECONDS", 0.0)
    async with speaker(engine_type()) as one, speaker(engine_type()) as two:
        async with engine_at(one.host, two.host) as both:
            await until(lambda: all(replica.ready for replica in both._replicas))


async def test_stats_of_several_instances_add_up(engine_at: Any, speaker: Any, engine_type: Any, until: Any) -> None:
    async with speaker(engine_type(), instances=3) as one, engine_at(one.host) as remote:
        await events_of(remote)
        steps = one.engine.stats().steps_total
        await until(lambda: remote.stats().steps_total == 3 * steps)


def test_stats_add_up_whatever_fields_there_are() -> None:
    two = EngineStats(running=1, steps_total=10), EngineStats(running=2, steps_total=5)
    assert total(two) == EngineStats(running=3, steps_total=15)
    assert total(()) == EngineStats()


async def test_nothing_that_is_over_is_cancelled(
    engine_at: Any, speaker: Any, engine_type: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Triton before 2.57 may crash when a cancel meets the end of a request."""
    monkeypatch.setattr(connection, "END_SECONDS", 3600.0)
    async with speaker(engine_type()) as one, engine_at(one.host) as engine:
        one.end.clear()
        one.answered.clear()
        whole = asyncio.create_task(events_of(engine))
        await one.answered.wait()
        one.end.set()
        assert isinstance((await whole)[-1], Finished)
        await engine._replicas[0].look()
        one.refuses = "Exceeds maximum queue size"
        with pytest.raises(BusyError):
            await events_of(engine)
        one.refuses = "Stub process 'cosmicman_0_0' is not healthy."
        with pytest.raises(EngineStoppedError):
            await events_of(engine)
        assert one.cancelled == 0


async def test_call_without_an_end_is_not_waited_for(engine_at: Any, speaker: Any, engine_type: Any) -> None:
    async with speaker(engine_type()) as one, engine_at(one.host) as engine:
        one.end.clear()
        assert isinstance((await events_of(engine))[-1], Finished)
