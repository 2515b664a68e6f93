"""Event streams that outlive their connection: cut anywhere, taken up again, and given up when nobody comes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from engine.errors import GenerationError

DRESS = {"description": "a woman in a red dress", "seed": 7, "num_images": 2}
STREAM = {"Accept": "text/event-stream", "Idempotency-Key": "order 66"}
#: queued, started, eight steps, two images, finished.
EVENTS = 13


def again(after: int | str) -> dict[str, str]:
    return STREAM | {"Last-Event-ID": str(after)}


def events_of(text: str) -> list[str]:
    return [block + "\n\n" for block in text.split("\n\n") if block and not block.startswith(":")]


@contextlib.asynccontextmanager
async def reading(client: httpx.AsyncClient, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[str]]:
    """The stream's events as they come; leaving the block closes the connection."""

    async def events(answer: httpx.Response) -> AsyncIterator[str]:
        block = ""
        async for line in answer.aiter_lines():
            block += line + "\n"
            if not line:
                if not block.startswith(":"):
                    yield block
                block = ""

    async with client.stream("POST", "/generate", json=DRESS, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        yield events(answer)


async def take(events: AsyncIterator[str], count: int) -> list[str]:
    return [await anext(events) for _ in range(count)]


async def has_left(client: httpx.AsyncClient) -> None:
    """Waits until the server knows that the only reader so far has gone: its request is counted when it ends."""
    while '{method="POST",route="/generate",status="200"} 1.0' not in (await client.get("/metrics")).text:
        await asyncio.sleep(0.005)


class Turnstile:
    """Stands at an engine's gate: lets one step through at a time."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        engine.gate = self
        self._steps = asyncio.Semaphore(0)

    def let(self, count: int) -> None:
        for _ in range(count):
            self._steps.release()

    async def wait(self) -> None:
        await self._steps.acquire()


async def test_events_are_numbered_with_a_key_and_without(serving: Any) -> None:
    async with serving() as client:
        for headers in (STREAM, {"Accept": "text/event-stream"}):
            events = events_of((await client.post("/generate", json=DRESS, headers=headers)).text)
            assert [event.split("\n")[0] for event in events] == [f"id: {n}" for n in range(1, EVENTS + 1)]


@pytest.mark.parametrize("cut", [1, 2, 3, 7, 9, 10])
async def test_cut_stream_goes_on_where_it_was_cut(serving: Any, engine: Any, cut: int) -> None:
    steps = Turnstile(engine)
    async with serving() as client:
        steps.let(max(0, cut - 2))
        async with reading(client, STREAM) as events:
            before = await take(events, cut)
        await has_left(client)
        steps.let(1)  # while nobody reads
        async with reading(client, again(cut)) as events:
            steps.let(8)
            after = [event async for event in events]
        whole = await client.post("/generate", json=DRESS, headers=STREAM)
    assert events_of(whole.text) == before + after
    assert len(after) == EVENTS - cut
    assert len(engine.seen) == 1
    assert engine.cancelled == []


async def test_stream_may_be_cut_at_every_event(serving: Any, engine: Any) -> None:
    steps = Turnstile(engine)
    seen: list[str] = []
    async with serving() as client:
        while len(seen) < EVENTS:
            steps.let(1)
            async with reading(client, again(len(seen)) if seen else STREAM) as events:
                seen += await take(events, 1)
    assert [event.split("\n")[0] for event in seen] == [f"id: {n}" for n in range(1, EVENTS + 1)]
    assert len(engine.seen) == 1


async def test_resumed_stream_has_the_events_of_one_that_was_never_cut(serving: Any, engine: Any) -> None:
    steps = Turnstile(engine)
    headers = {"X-Request-Id": "same"}
    async with serving() as client:
        steps.let(8)
        plain = await client.post("/generate", json=DRESS, headers=headers | {"Accept": "text/event-stream"})
        async with reading(client, STREAM | headers) as events:
            seen = await take(events, 2)
        steps.let(8)
        async with reading(client, again(2) | headers) as events:
            seen += [event async for event in events]
    assert seen == events_of(plain.text)


async def test_resumed_answer_says_that_another_request_made_it(serving: Any, engine: Any) -> None:
    engine.gate.clear()
    async with serving() as client:
        async with client.stream("POST", "/generate", json=DRESS, headers=STREAM) as first:
            await anext(first.aiter_lines())
        async with client.stream("POST", "/generate", json=DRESS, headers=again(1)) as second:
            engine.gate.set()
            await second.aread()
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["x-original-request-id"] == first.headers["x-request-id"]


async def test_client_that_has_nothing_yet_repeats_and_gets_all(serving: Any, engine: Any) -> None:
    engine.gate.clear()
    async with serving() as client:
        async with reading(client, STREAM) as events:
            before = await take(events, 2)
        async with reading(client, again(0)) as events:
            engine.gate.set()
            seen = [event async for event in events]
    assert seen[:2] == before
    assert len(seen) == EVENTS
    assert len(engine.seen) == 1


async def test_repetition_of_a_stream_nobody_reads_starts_over(serving: Any, engine: Any) -> None:
    engine.gate.clear()
    async with serving() as client:
        async with reading(client, STREAM) as events:
            await take(events, 2)
        await has_left(client)
        engine.gate.set()
        answer = await client.post("/generate", json=DRESS, headers=STREAM)
    assert len(events_of(answer.text)) == EVENTS
    assert len(engine.seen) == 1


async def test_who_comes_with_the_last_event_takes_over(serving: Any, engine: Any) -> None:
    engine.gate.clear()
    async with serving() as client, reading(client, STREAM) as old:
        before = await take(old, 2)
        async with reading(client, again(2)) as new:
            assert [event async for event in old] == []  # the old connection has ended, and properly
            engine.gate.set()
            after = [event async for event in new]
        whole = await client.post("/generate", json=DRESS, headers=STREAM)
    assert events_of(whole.text) == before + after
    assert engine.cancelled == []


@pytest.mark.parametrize("after", [0, 1, 5, 12, 13])
async def test_finished_stream_is_replayed_from_any_event(serving: Any, engine: Any, after: int) -> None:
    async with serving() as client:
        whole = await client.post("/generate", json=DRESS, headers=STREAM)
        rest = await client.post("/generate", json=DRESS, headers=again(after))
    assert events_of(rest.text) == events_of(whole.text)[after:]
    assert rest.headers["idempotent-replayed"] == "true"
    assert len(engine.seen) == 1


@pytest.mark.parametrize("queued", [True, False])
async def test_stream_nobody_comes_back_for_is_cancelled_and_its_key_is_free(
    serving: Any, engine: Any, eventually: Any, pass_time: Callable[[float], None], queued: bool
) -> None:
    engine.gate.clear()
    async with serving(resume_seconds=300, idle_timeout_seconds=86_400, request_timeout_seconds=86_400) as client:
        async with contextlib.AsyncExitStack() as stack:
            if queued:
                await stack.enter_async_context(reading(client, {"Accept": "text/event-stream"}))
                await eventually(lambda: engine.stats().running == 1)
            async with reading(client, STREAM) as events:
                await take(events, 1 if queued else 2)
            await has_left(client)
            assert engine.cancelled == []
            steps = engine.stats().steps_total
            pass_time(301)
            await eventually(lambda: len(engine.cancelled) == 1)
            assert engine.stats().steps_total == steps
            assert (engine.stats().running, engine.stats().waiting) == (int(queued), 0)
            counted = 'cosmicman_generations_total{outcome="cancelled"} 1.0'
            async with asyncio.timeout(120):  # it is counted once its task has ended
                while counted not in (await client.get("/metrics")).text:
                    await asyncio.sleep(0.01)
            late = await client.post("/generate", json=DRESS, headers=again(1))
            assert late.status_code == 422
            assert "nothing is kept under this Idempotency-Key" in late.json()["detail"]
        engine.gate.set()
        answer = await client.post("/generate", json=DRESS, headers=STREAM)
    assert len(events_of(answer.text)) == EVENTS
    assert "idempotent-replayed" not in answer.headers


async def test_zero_seconds_cancel_a_closed_stream_at_once(serving: Any, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    async with serving(resume_seconds=0) as client:
        async with reading(client, STREAM) as events:
            await take(events, 2)
        await eventually(lambda: len(engine.cancelled) == 1)


async def test_stream_finishes_while_nobody_reads(serving: Any, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    async with serving() as client:
        async with reading(client, STREAM) as events:
            await take(events, 2)
        engine.gate.set()
        await eventually(lambda: engine.stats().running == 0)
        answer = await client.post("/generate", json=DRESS, headers=again(2))
    assert len(events_of(answer.text)) == EVENTS - 2
    assert engine.cancelled == []


async def test_failure_while_nobody_reads_is_told_to_who_comes_back(serving: Any, engine: Any, eventually: Any) -> None:
    engine.gate.clear()
    engine.failure, engine.stop_at_step = GenerationError("the latents are not finite"), 1
    async with serving() as client:
        async with reading(client, STREAM) as events:
            await take(events, 2)
        await has_left(client)
        engine.gate.set()
        await eventually(lambda: engine.stats().running == 0)
        engine.failure = None
        told = await client.post("/generate", json=DRESS, headers=again(2))
        assert "event: error" in events_of(told.text)[-1]
        answer = await client.post("/generate", json=DRESS, headers=STREAM)  # the key is free again
    assert "idempotent-replayed" not in answer.headers
    assert len(events_of(answer.text)) == EVENTS


async def test_failed_stream_is_not_what_a_repetition_gets(serving: Any, engine: Any) -> None:
    engine.failure, engine.stop_at_step = GenerationError("the latents are not finite"), 1
    async with serving() as client:
        failed = await client.post("/generate", json=DRESS, headers=STREAM)
        engine.failure = None
        answer = await client.post("/generate", json=DRESS, headers=STREAM)
    assert "event: error" in failed.text
    assert "idempotent-replayed" not in answer.headers
    assert len(events_of(answer.text)) == EVENTS


async def test_heart_beats_for_who_came_back(serving: Any, engine: Any) -> None:
    engine.gate.clear()
    async with serving(keep_alive_seconds=0.05) as client:
        async with reading(client, STREAM) as events:
            await take(events, 2)
        async with client.stream("POST", "/generate", json=DRESS, headers=again(2)) as answer:
            async for line in answer.aiter_lines():
                if line == ": keep-alive":
                    break
            engine.gate.set()
        whole = await client.post("/generate", json=DRESS, headers=again(0))
    assert "keep-alive" not in whole.text


async def test_end_of_the_server_is_the_end_of_streams_nobody_reads(serving: Any, engine: Any) -> None:
    engine.gate.clear()
    async with serving(resume_seconds=86_400, request_timeout_seconds=86_400) as client:
        async with reading(client, STREAM) as events:
            await take(events, 2)
    assert len(engine.cancelled) == 1


@pytest.mark.parametrize(
    ("headers", "field", "words"),
    [
        ({"Last-Event-ID": "3"}, "Last-Event-ID", "Idempotency-Key is missing"),
        (STREAM | {"Last-Event-ID": "3"}, "Last-Event-ID", "nothing is kept under this Idempotency-Key"),
        (STREAM | {"Last-Event-ID": "three"}, "Last-Event-ID", 'the number of an event; got "three"'),
        (STREAM | {"Last-Event-ID": "-1"}, "Last-Event-ID", 'the number of an event; got "-1"'),
        (STREAM | {"Last-Event-ID": ""}, "Last-Event-ID", 'the number of an event; got ""'),
        (STREAM | {"Last-Event-ID": "9" * 10}, "Last-Event-ID", "the number of an event"),
    ],
)
async def test_last_event_that_cannot_be_used_is_refused(
    serving: Any, engine: Any, headers: dict[str, str], field: str, words: str
) -> None:
    async with serving() as client:
        refusal = await client.post("/generate", json=DRESS, headers=headers)
    assert refusal.status_code == 422
    assert refusal.json()["field"] == field
    assert words in refusal.json()["detail"]
    assert engine.seen == []


async def test_event_beyond_the_latest_is_refused(serving: Any, engine: Any) -> None:
    steps = Turnstile(engine)
    async with serving() as client:
        async with reading(client, STREAM) as events:
            await take(events, 2)
            early = await client.post("/generate", json=DRESS, headers=again(3))
            steps.let(8)
            assert len([event async for event in events]) == EVENTS - 2
        late = await client.post("/generate", json=DRESS, headers=again(EVENTS + 1))
    assert (early.status_code, late.status_code) == (422, 422)
    assert "must be at most 2, the latest event of this stream; got 3" in early.json()["detail"]
    assert "must be at most 13" in late.json()["detail"]


async def test_answer_without_events_has_none_to_continue_after(serving: Any) -> None:
    headers = STREAM | {"Accept": "image/png"}
    body = DRESS | {"num_images": 1}
    async with serving() as client:
        assert (await client.post("/generate", json=body, headers=headers)).status_code == 200
        refusal = await client.post("/generate", json=body, headers=headers | {"Last-Event-ID": "1"})
    assert refusal.status_code == 422
    assert refusal.json()["field"] == "Last-Event-ID"
