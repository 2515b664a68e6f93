"""The engine a gateway talks to when it runs in Triton: the least loaded of several, another one where one fails.

It has the face of `server.backend.EngineBackend`, so the rest of the gateway does not know the difference.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import fields, replace
from types import TracebackType
from typing import Any, Self

from engine.engine import (
    DenoiseRequest,
    EngineStats,
    Event,
    GenerationRequest,
    ModelInfo,
    PreparedDenoise,
    PreparedRequest,
    Queued,
)
from engine.errors import BusyError, EngineStoppedError
from engine.request.limits import RequestLimits
from engine.request.prepare import NONE, prepare
from engine.request.prepare.denoise import prepare_denoise
from engine.request.stats import Histogram
from server.triton.address import Addresses
from server.triton.errors import TritonError
from server.triton.replica import Replica

logger = logging.getLogger(__name__)

#: Replicas one request may be tried on, as long as none has done anything for it.
MAX_ATTEMPTS = 3
#: At the start, once one answers: how long the others may take, so that one that is not there delays nobody.
OTHERS_SECONDS = 5.0
#: The gateway's own deadline comes first; this one frees the engine of a gateway that vanished.
MARGIN_SECONDS = 5.0
NO_LIMITS = RequestLimits()


class TritonEngine:
    """Use it as an async context manager, in one event loop."""

    def __init__(
        self,
        addresses: Addresses,
        *,
        start_seconds: float,
        request_timeout_seconds: float,
        limits: RequestLimits = NO_LIMITS,
    ) -> None:
        """Connects to nothing yet.

        Args:
            addresses: Where the Tritons are.
            start_seconds: How long one of them may take to answer at the start.
            request_timeout_seconds: Longest a request may take.
            limits: What this gateway allows of what the engines can do.
        """
        self._addresses = addresses
        self._start_seconds = start_seconds
        self._timeout_seconds = request_timeout_seconds + MARGIN_SECONDS
        self._limits = limits
        self._replicas: list[Replica] = []

    async def __aenter__(self) -> Self:
        """Waits until one Triton answers.

        Raises:
            TritonError: None can be used; one line says why for each.
        """
        self._replicas = [Replica(host, self._addresses.model) for host in self._addresses.hosts]
        outcomes = await self._until_one_answers()
        unexpected = [
            each for each in outcomes if isinstance(each, BaseException) and not isinstance(each, TritonError)
        ]
        if unexpected or not any(replica.status for replica in self._replicas):
            await self._close()
            if unexpected:
                raise unexpected[0]
            raise TritonError("; ".join(self._why(outcome) for outcome in enumerate(outcomes)))
        try:
            logger.info("the engines draw %s", self.model.name)
        except ValueError as error:
            await self._close()
            raise TritonError(str(error)) from error
        for replica in self._replicas:
            replica.watch()
        return self

    async def _until_one_answers(self) -> list[BaseException | None]:
        """What came of asking each; those still silent a moment after the first answer are left to their pulse."""
        tasks = [asyncio.create_task(replica.start(self._start_seconds)) for replica in self._replicas]
        pending = set(tasks)
        try:
            while pending and not any(replica.status for replica in self._replicas):
                _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            if pending:
                await asyncio.wait(pending, timeout=OTHERS_SECONDS)
        finally:
            for task in tasks:
                task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        return [None if isinstance(outcome, asyncio.CancelledError) else outcome for outcome in outcomes]

    def _why(self, outcome: tuple[int, BaseException | None]) -> str:
        index, error = outcome
        replica = self._replicas[index]
        return str(error) if error else f"{replica.host}: {replica.problem}"

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    async def _close(self) -> None:
        await asyncio.gather(*(replica.close() for replica in self._replicas))

    @property
    def model(self) -> ModelInfo:
        """That of the first replica that answers, or answered last, as far as it may be used here."""
        known = sorted((each for each in self._replicas if each.status), key=lambda each: not each.ready)
        assert known and known[0].status, "the engine was never entered"
        return self._limits.lower(known[0].status.model)

    @property
    def ready(self) -> bool:
        return any(replica.ready for replica in self._replicas)

    def stats(self) -> EngineStats:
        """The sum over all engines of all replicas that answer."""
        found = [stats for each in self._replicas for stats in each.stats()]
        return found[0] if len(found) == 1 else total(found)

    def check_room(self, caller: str) -> None:
        """Nothing: each replica has a line of its own, and refuses what comes."""

    def prepare(self, request: GenerationRequest, *, mistakes: Mapping[str, Sequence[str]] = NONE) -> PreparedRequest:
        """Judges what can be judged without the model's tokenizer; `generate` raises the rest."""
        return prepare(request, self.model, mistakes=mistakes)

    async def generate(self, request: GenerationRequest | PreparedRequest) -> AsyncGenerator[Event, None]:
        """Runs a request on one replica, or on the next one where that did nothing for it yet.

        The request travels as it was asked: each engine judges by its own model what comes from another process. What
        this gateway's limits decided is asked for then, since the engine's own defaults may be above them.
        """
        if isinstance(request, PreparedRequest):
            request = _asked(request) if self._limits != NO_LIMITS else request.asked
        async with aclosing(self._anywhere(request)) as events:
            async for event in events:
                yield event

    def prepare_denoise(
        self, request: DenoiseRequest, *, mistakes: Mapping[str, Sequence[str]] = NONE
    ) -> PreparedDenoise:
        """As `prepare`, of a request for the UNet's output."""
        return prepare_denoise(request, self.model, mistakes=mistakes)

    async def denoise(self, request: DenoiseRequest | PreparedDenoise) -> AsyncGenerator[Event, None]:
        """As `generate`, of a request for the UNet's output."""
        asked = request.asked if isinstance(request, PreparedDenoise) else request
        async with aclosing(self._anywhere(asked)) as events:
            async for event in events:
                yield event

    async def _anywhere(self, request: GenerationRequest | DenoiseRequest) -> AsyncGenerator[Event, None]:
        """A request's events, from the first replica that does anything for it."""
        tried: list[Replica] = []
        failures: list[BusyError | EngineStoppedError] = []
        position: int | None = None
        while (replica := self._choose(tried)) is not None:
            tried.append(replica)
            produced = False
            try:
                async with aclosing(replica.generate(request, self._timeout_seconds)) as events:
                    async for event in events:
                        if isinstance(event, Queued):
                            if event.position == position:
                                continue  # Another replica has a line of its own; a change alone is told.
                            position = event.position
                        else:
                            produced = True
                        yield event
                return
            except (BusyError, EngineStoppedError) as error:
                if produced:
                    raise
                failures.append(error)
                logger.warning("request %s failed before it started: %s", request.request_id or "-", error)
        raise self._refusal(failures)

    def _choose(self, tried: Sequence[Replica]) -> Replica | None:
        """The least loaded of those that are ready and not tried."""
        free = [replica for replica in self._replicas if replica.ready and replica not in tried]
        if len(tried) >= MAX_ATTEMPTS or not free:
            return None
        return min(free, key=lambda replica: replica.load)

    def _refusal(self, failures: Sequence[BusyError | EngineStoppedError]) -> BusyError | EngineStoppedError:
        """Busy where a replica is: that one at least works, and says when to come back."""
        busy = [failure for failure in failures if isinstance(failure, BusyError)]
        if busy:
            return min(busy, key=lambda failure: failure.retry_after_seconds)
        if failures:
            return failures[-1]
        problems = (f"{replica.host}: {replica.problem or replica.breaker.state}" for replica in self._replicas)
        return EngineStoppedError(f"no Triton is ready: {'; '.join(problems)}")


def _asked(request: PreparedRequest) -> GenerationRequest:
    return replace(request.asked, width=request.width, height=request.height, steps=request.steps)


def total(stats: Sequence[EngineStats]) -> EngineStats:
    """The sum of several engines' numbers, field by field, whatever fields there are."""
    if not stats:
        return EngineStats()
    return EngineStats(
        **{item.name: _sum([getattr(each, item.name) for each in stats]) for item in fields(EngineStats)}
    )


def _sum(values: Sequence[Any]) -> Any:
    first = values[0]
    if isinstance(first, Histogram):
        counts = tuple(map(sum, zip(*(value.counts for value in values), strict=True)))
        return replace(first, counts=counts, total=sum(value.total for value in values))
    if isinstance(first, bool | str) or first is None:
        return first
    if isinstance(first, Mapping):
        keys = dict.fromkeys(key for value in values for key in value)
        return {key: _sum([value[key] for value in values if key in value]) for key in keys}
    if isinstance(first, tuple):
        return tuple(item for value in values for item in value)
    return sum(values)


def check(addresses: Addresses, *, start_seconds: float) -> None:
    """Looks once whether there is a Triton to use, outside any event loop.

    Raises:
        TritonError: There is none; one line says why.
    """

    async def enter() -> None:
        async with TritonEngine(addresses, start_seconds=start_seconds, request_timeout_seconds=start_seconds):
            pass

    asyncio.run(enter())
