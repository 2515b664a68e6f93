"""A server that is told to stop: not ready first, still answering, then ending; behind a balancer nothing is lost."""

import asyncio
import contextlib
import itertools
import signal
from typing import Any

import httpx

from tests.server.test_run import process, url_of

PATIENCE_SECONDS = 120
BODY = {"description": "a woman in a red dress", "steps": 8}


async def not_ready(client: httpx.AsyncClient) -> httpx.Response:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (answer := await client.get("/readyz")).status_code == 200:
            await asyncio.sleep(0.02)
    return answer


async def test_readiness_goes_first_and_what_comes_is_answered() -> None:
    with process(port=0, drain_seconds=PATIENCE_SECONDS) as child:
        async with httpx.AsyncClient(base_url=url_of(child), timeout=PATIENCE_SECONDS) as client:
            assert "connection" not in (await client.get("/readyz")).headers
            child.send_signal(signal.SIGTERM)
            answer = await not_ready(client)
            assert answer.json()["type"].endswith("#draining")
            assert "about to stop" in answer.json()["detail"]
            assert int(answer.headers["retry-after"]) >= 1
            assert (await client.get("/healthz")).status_code == 200
            drawn = await client.post("/generate", json=BODY)
            assert drawn.status_code == 200
            assert drawn.headers["connection"] == "close"
        child.send_signal(signal.SIGTERM)
        _, err = child.communicate(timeout=PATIENCE_SECONDS / 2)
    assert child.returncode == 0
    assert "taking requests for 120 seconds still" in err
    assert "Traceback" not in err


async def test_third_signal_ends_requests() -> None:
    with process(
        "--closed", port=0, drain_seconds=PATIENCE_SECONDS, shutdown_timeout_seconds=PATIENCE_SECONDS
    ) as child:
        async with httpx.AsyncClient(base_url=url_of(child), timeout=PATIENCE_SECONDS) as client:
            headers = {"Accept": "text/event-stream"}
            async with client.stream("POST", "/generate", json=BODY, headers=headers) as answer:
                lines = answer.aiter_lines()
                while await anext(lines) != "event: started":
                    pass
                child.send_signal(signal.SIGTERM)
                await not_ready(client)
                child.send_signal(signal.SIGTERM)
                async with asyncio.timeout(PATIENCE_SECONDS):
                    with contextlib.suppress(httpx.ConnectError):
                        while True:
                            async with httpx.AsyncClient(base_url=client.base_url) as other:
                                await other.get("/healthz")
                child.send_signal(signal.SIGTERM)
                rest = [line async for line in lines]
        child.communicate(timeout=PATIENCE_SECONDS / 2)
    assert "event: error" in rest
    assert child.returncode == 0


class Balancer:
    """Sends each request to the next replica that said, when it was asked last, that it is ready."""

    def __init__(self, urls: list[str]) -> None:
        self.replicas = [httpx.AsyncClient(base_url=url, timeout=PATIENCE_SECONDS) for url in urls]
        self.ready = list(self.replicas)
        self._turns = itertools.count()

    async def look(self) -> None:
        while True:
            states = await asyncio.gather(*(self._is_ready(replica) for replica in self.replicas))
            self.ready = [replica for replica, state in zip(self.replicas, states, strict=True) if state]
            await asyncio.sleep(0.1)

    async def _is_ready(self, replica: httpx.AsyncClient) -> bool:
        try:
            return (await replica.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def draw(self) -> int:
        replica = self.ready[next(self._turns) % len(self.ready)]
        return (await replica.post("/generate", json=BODY)).status_code


async def test_of_two_replicas_under_load_one_may_stop_at_any_time() -> None:
    quiet = {"port": 0, "log_level": "warning"}  # nobody reads the log, and a full pipe would stop the server
    with process(**quiet, drain_seconds=5) as one, process(**quiet) as other:
        balancer = Balancer([url_of(one), url_of(other)])
        looking = asyncio.create_task(balancer.look())
        outcomes: list[Any] = []
        done = asyncio.Event()

        async def load() -> None:
            while not done.is_set():
                outcomes.append(await balancer.draw())

        clients = [asyncio.create_task(load()) for _ in range(6)]
        await asyncio.sleep(0.5)
        one.send_signal(signal.SIGTERM)
        _, err = await asyncio.to_thread(one.communicate, timeout=PATIENCE_SECONDS)
        await asyncio.sleep(0.5)
        done.set()
        await asyncio.gather(*clients)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        for replica in balancer.replicas:
            await replica.aclose()
    assert one.returncode == 0 and "Traceback" not in err
    assert len(outcomes) > 20
    assert set(outcomes) == {200}
