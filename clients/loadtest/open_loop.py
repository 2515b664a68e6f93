"""Sends requests at the moments of a Poisson process, whether or not those before them were answered.

Users who wait for answers slow down with the server and hide its trouble; arrivals do not. What the driver itself is
late is in every sample.
"""

import asyncio
import json
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from clients.loadtest.samples import DRAWN, FAILED, LEFT, SHED, Sample
from clients.loadtest.scenarios import EVENTS, Request, Scenario

TIMEOUT = httpx.Timeout(600.0, connect=10.0)
#: After the last arrival, for what is under way.
LAST_SECONDS = 120.0


class Driver:
    """Runs scenarios against one server."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        """Takes where it is, and headers for every request, such as a key."""
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._http = httpx.AsyncClient(base_url=url, headers=dict(headers), timeout=TIMEOUT, limits=limits)
        self._began = 0.0

    async def __aenter__(self) -> "Driver":
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def model(self) -> Mapping[str, Any]:
        """GET /model.

        Raises:
            httpx.HTTPError: There is no such server.
            ValueError: It is another kind of server.
        """
        answer = await self._http.get("/model")
        answer.raise_for_status()
        try:
            facts: Mapping[str, Any] = answer.json()
            if {"name", "version"} <= facts.keys():
                return facts
        except (ValueError, AttributeError):
            pass
        raise ValueError(f"{answer.url} tells of no model; is it a server of CosmicMan Serve?")

    async def run(
        self, scenario: Scenario, rate: float, seconds: float, model: Mapping[str, Any], seed: int = 0
    ) -> list[Sample]:
        """All samples of `seconds` of arrivals at `rate` a second."""
        chance = random.Random(seed)  # noqa: S311 - arrivals, not secrets
        self._began = time.perf_counter()
        due = 0.0
        tasks: list[asyncio.Task[Sample]] = []
        while (due := due + chance.expovariate(rate)) < seconds:
            await asyncio.sleep(max(0.0, due - self._now()))
            request = scenario.make(seed + len(tasks), model)
            tasks.append(asyncio.create_task(self._one(request, due)))
        if not tasks:
            return []
        done, late = await asyncio.wait(tasks, timeout=LAST_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return [task.result() for task in tasks if task in done]

    def _now(self) -> float:
        return time.perf_counter() - self._began

    async def _one(self, request: Request, due: float) -> Sample:
        sent = self._now()
        seen: dict[str, Any] = {"status": 0, "first": None, "told": False, "whole": False}
        with suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(request.patience_seconds):
                await self._ask(request, seen)
        return Sample(
            due=due,
            sent=sent,
            first=seen["first"],
            done=self._now(),
            outcome=self._outcome(request, seen, self._now() - sent),
            status=seen["status"],
            told=seen["told"],
        )

    async def _ask(self, request: Request, seen: dict[str, Any]) -> None:
        headers = {"Accept": request.accept}
        async with self._http.stream("POST", "/generate", json=dict(request.body), headers=headers) as answer:
            seen["status"] = answer.status_code
            seen["told"] = "retry-after" in answer.headers
            tail = b""
            async for piece in answer.aiter_bytes():
                if seen["first"] is None:
                    seen["first"] = self._now()
                tail = (tail + piece)[-4096:] if request.accept == EVENTS else tail + piece
            seen["whole"] = whole(request.accept, tail)

    @staticmethod
    def _outcome(request: Request, seen: Mapping[str, Any], seconds: float) -> str:
        if seen["status"] == 200 and seen["whole"]:
            return DRAWN
        if seen["status"] in (429, 503):
            return SHED
        if request.patience_seconds is not None and seconds >= request.patience_seconds:
            return LEFT
        return FAILED


def whole(accept: str, text: bytes) -> bool:
    """Whether an answer of 200 has all it should have: a 200 alone proves no picture."""
    if accept == EVENTS:
        return b"event: finished\n" in text
    try:
        return bool(json.loads(text)["images"])
    except (ValueError, KeyError, TypeError):
        return False
