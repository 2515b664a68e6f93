"""Clients of an overloaded server: what they send again stays a small share of what they send.

Its engine draws rectangles and rests between them: a model would keep a core busy for minutes, and show no more.
"""

import asyncio
import random

import httpx
import pytest

from cosmicman_client import AsyncClient, OverloadedError
from cosmicman_client._exchange import constants
from tests.server.jobs.processes import RECTANGLES, gateway
from tests.thorough import few_or

CLIENTS, CALLS, LOAD = 50, few_or(20, 40), 5.0
#: What a picture takes, one at a time: so long that fifty clients are little work for a machine that has other work.
STEP_SECONDS = 0.1
#: What the budget of each client allows; a tenth with forty calls.
MOST_AMPLIFICATION = 1 + constants.BUDGET_AT_FIRST / CALLS + constants.BUDGET_SHARE


class Counting(httpx.AsyncHTTPTransport):
    """Counts the requests that are sent."""

    sent = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        type(self).sent += 1
        return await super().handle_async_request(request)


async def capacity(url: str) -> float:
    """Pictures a second."""
    async with AsyncClient(url) as client:
        await client.generate("x", steps=1)
        began = asyncio.get_running_loop().time()
        await asyncio.gather(*(client.generate("x", steps=1) for _ in range(8)))
        return 8 / (asyncio.get_running_loop().time() - began)


async def user(url: str, number: int, pause_seconds: float, outcomes: list[str]) -> None:
    """Sends its calls at random moments, whether or not those before were answered."""
    chance = random.Random(number)  # noqa: S311 - arrivals, not secrets

    async def call(client: AsyncClient) -> None:
        try:
            await client.generate("x", steps=1)
            outcomes.append("drawn")
        except OverloadedError:
            outcomes.append("shed")

    async with AsyncClient(url, transport=Counting()) as client, asyncio.TaskGroup() as calls:
        for _ in range(CALLS):
            await asyncio.sleep(chance.expovariate(1 / pause_seconds))
            calls.create_task(call(client))


@pytest.mark.slow
async def test_fifty_clients_at_five_times_the_capacity_send_little_more_than_they_have_to() -> None:
    with gateway(*RECTANGLES, step_seconds=STEP_SECONDS) as server:
        url = server.url
        pause_seconds = CLIENTS / (LOAD * await capacity(url))
        outcomes: list[str] = []
        await asyncio.gather(*(user(url, number, pause_seconds, outcomes) for number in range(CLIENTS)))
    assert len(outcomes) == CLIENTS * CALLS
    assert outcomes.count("shed") > len(outcomes) / 4, "the server was not overloaded"
    assert Counting.sent / len(outcomes) <= MOST_AMPLIFICATION
