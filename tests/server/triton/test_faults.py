"""What a real Triton does when it is killed, paused or loaded anew, and how long each takes (printed, not asserted)."""

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from engine.description import parse
from engine.engine import Finished, GenerationRequest, Step
from engine.errors import EngineStoppedError
from server.app import create_app
from server.settings import Settings
from server.triton.errors import TritonError
from server.triton.local import MAX_STARTS

REQUEST = GenerationRequest(description=parse("a woman in a red dress"), seed=11, steps=3)
LONG = replace(REQUEST, steps=30, num_images=8)
#: Is still running when a test has seen its first step, however late it sees it.
ENDLESS = replace(REQUEST, steps=1000, num_images=8)
BODY = {"description": "a woman in a red dress", "seed": 11, "steps": 1000, "num_images": 8}
STREAM = {"Accept": "text/event-stream"}


async def finished(engine: Any) -> None:
    events = [event async for event in engine.generate(REQUEST)]
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(event, Finished) for event in events) == 1


async def first_step(events: Any) -> None:
    async for event in events:
        if isinstance(event, Step):
            return


async def test_model_is_loaded_anew_while_requests_run(remote: Any, triton: Any, until: Any) -> None:
    for chance in range(MAX_STARTS):
        await until(lambda: remote.ready and triton.stubs())
        before, restarts = triton.stubs(), triton.restarts
        running = asyncio.create_task(first_and_rest(remote))
        began = time.monotonic()
        try:
            await asyncio.to_thread(triton.reload)
        except TritonError:  # Triton 2.51 dies of an instance that is silent for a second while it loads.
            await asyncio.gather(running, return_exceptions=True)
            assert chance + 1 < MAX_STARTS
            continue
        break
    print(f"model reloaded in {time.monotonic() - began:.2f} s")  # noqa: T201
    await running
    await finished(remote)
    assert triton.stubs()
    assert not set(triton.stubs()) & set(before)
    assert triton.restarts == restarts


async def first_and_rest(engine: Any) -> None:
    events = [event async for event in engine.generate(LONG)]
    assert isinstance(events[-1], Finished)


@pytest.mark.parametrize("victim", ["server", "stub"])
async def test_killed_in_the_middle_of_a_request(remote: Any, triton: Any, until: Any, victim: str) -> None:
    restarts = triton.restarts
    await until(lambda: remote.ready and triton.stubs())
    events = remote.generate(ENDLESS)
    await first_step(events)
    os.kill(triton.process_id if victim == "server" else triton.stubs()[0], signal.SIGKILL)
    killed = time.monotonic()
    with pytest.raises(EngineStoppedError):
        async for event in events:
            assert not isinstance(event, Finished)
    told = time.monotonic() - killed
    assert not remote.ready
    with pytest.raises(EngineStoppedError):
        await first_step(remote.generate(REQUEST))
    await until(lambda: remote.ready)
    recovered = time.monotonic() - killed
    print(f"{victim} killed: error after {told:.3f} s, ready again after {recovered:.1f} s")  # noqa: T201
    await finished(remote)
    assert triton.restarts > restarts  # a start may come to nothing and be tried again


async def test_gateway_tells_its_client_at_once(remote: Any, triton: Any, until: Any, listen: Any) -> None:
    await until(lambda: remote.ready)
    async with (
        listen(create_app(Settings(), remote)) as running,
        httpx.AsyncClient(base_url=running.url, timeout=120) as client,
    ):
        whole = asyncio.create_task(client.post("/generate", json=BODY))
        async with client.stream("POST", "/generate", json=BODY, headers=STREAM) as stream:
            lines = stream.aiter_lines()
            async for line in lines:
                if line == "event: step":
                    break
            os.kill(triton.process_id, signal.SIGKILL)
            rest = [line async for line in lines]
        assert rest.count("event: error") == 1
        assert "event: finished" not in rest
        answer = await whole
        assert answer.status_code == 503
        assert "retry-after" in answer.headers
        await until(lambda: remote.ready)
        assert (await client.get("/readyz")).status_code == 200


async def test_paused_server_is_a_504_at_the_deadline(
    remote: Any, triton: Any, until: Any, listen: Any, pass_time: Any
) -> None:
    await until(lambda: remote.ready)
    settings = Settings(request_timeout_seconds=600)
    async with (
        listen(create_app(settings, remote)) as running,
        httpx.AsyncClient(base_url=running.url, timeout=120) as client,
    ):
        async with client.stream("POST", "/generate", json=BODY, headers=STREAM) as stream:
            lines = stream.aiter_lines()
            async for line in lines:
                if line == "event: step":
                    break
            with paused(triton.process_id):
                pass_time(settings.request_timeout_seconds)
                rest = "\n".join([line async for line in lines])
                await until(lambda: not remote.ready)
                assert (await client.get("/readyz")).status_code == 503
                assert (await client.get("/healthz")).status_code == 200
        assert "deadline-exceeded" in rest
        await until(lambda: remote.ready and remote.stats().running == 0)
        await finished(remote)


@contextlib.contextmanager
def paused(process_id: int) -> Any:
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)
