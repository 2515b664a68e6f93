"""Takes jobs from the store while the engine has room, and runs them; plain requests are not made to wait for it.

A gateway that is told to stop takes none any more, lets those it runs finish, and gives back those that take too long.
"""

import asyncio
import logging
from collections.abc import Callable

from server.gateway import Gateway
from server.jobs.attempt import ATTEMPTS, Attempt, given_up
from server.jobs.record import Lease
from server.jobs.requests import model_key
from server.jobs.store import JobStore, StoreError

logger = logging.getLogger(__name__)

#: Until a job that came to another gateway is seen.
POLL_SECONDS = 0.25
#: Until a store that did not answer is asked again.
DOWN_SECONDS = 1.0


class Worker:
    """`ended` hears the outcome of every attempt."""

    def __init__(self, gateway: Gateway, store: JobStore, ended: Callable[[str], None]) -> None:
        self._gateway = gateway
        self._store = store
        self._ended = ended
        self._attempts: dict[str, Attempt] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._is_down = False

    def wake(self) -> None:
        """A job came."""
        self._wake.set()

    def look(self, job_id: str) -> None:
        """A job is to be cancelled: if it runs here, that is seen at once."""
        if job_id in self._attempts:
            self._attempts[job_id].look_now.set()

    async def run(self) -> None:
        """Until the gateway is told to stop."""
        while not self._gateway.draining.is_set():
            lease = await self._take() if self._has_room() else None
            if lease is not None:
                self._begin(lease)
                continue
            try:
                async with asyncio.timeout(DOWN_SECONDS if self._is_down else POLL_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()

    async def drain(self, seconds: float) -> None:
        """Waits for what runs, so long or until the gateway stops waiting; then gives the rest back."""
        stopping = asyncio.create_task(self._gateway.stop.wait())
        if self._tasks:
            everything = asyncio.create_task(asyncio.wait(set(self._tasks)))
            await asyncio.wait((everything, stopping), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            everything.cancel()
        stopping.cancel()
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, stopping, return_exceptions=True)

    def _has_room(self) -> bool:
        engine, most = self._gateway.engine, self._gateway.settings.max_running
        if not engine.ready or any(attempt.last for attempt in self._attempts.values()):
            return False
        stats = engine.stats()
        # A job that has just been taken is not among the engine's numbers yet.
        return stats.waiting == 0 and max(stats.running, len(self._attempts)) < most

    async def _take(self) -> Lease | None:
        settings = self._gateway.settings
        try:
            lease = await self._store.take(
                model_key(self._gateway.engine.model),
                settings.job_lease_seconds,
                ATTEMPTS,
                given_up(settings.root_path),
                alone=not self._attempts,
            )
        except StoreError as error:
            if not self._is_down:
                logger.warning("no jobs are taken: %s", error)
            self._is_down = True
            return None
        if self._is_down:
            logger.info("jobs are taken again")
        self._is_down = False
        return lease

    def _begin(self, lease: Lease) -> None:
        attempt = Attempt(self._gateway, self._store, lease)
        logger.info("job %s begins, attempt %d", lease.job.id, lease.job.attempts)
        self._attempts[lease.job.id] = attempt
        task = asyncio.create_task(attempt.run())
        self._tasks.add(task)

        def over(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if self._attempts.get(lease.job.id) is attempt:
                del self._attempts[lease.job.id]
            if not task.cancelled() and task.exception() is not None:
                logger.error("job %s was left", lease.job.id, exc_info=task.exception())
            logger.info("job %s %s", lease.job.id, attempt.outcome)
            self._ended(attempt.outcome)
            if attempt.outcome != "released":
                self._wake.set()

        task.add_done_callback(over)
