"""The jobs of one gateway: its store, and what runs beside the requests: worker, messenger and upkeep."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from starlette.requests import Request

from server.gateway import Gateway
from server.jobs.answers import webhook_message
from server.jobs.attempt import unserved
from server.jobs.record import Job
from server.jobs.requests import model_key
from server.jobs.sqlite.store import SqliteJobs
from server.jobs.store import JobStore, StoreError
from server.jobs.webhook.messenger import Messenger
from server.jobs.worker import Worker
from server.settings import Settings

logger = logging.getLogger(__name__)

FILE = "jobs.sqlite3"
COUNT_SECONDS = 2.0
#: Longest between two sweeps.
SWEEP_SECONDS = 30.0
#: Longest that a DELETE waits to tell that a running job has ended.
CANCEL_SECONDS = 2.0
CANCEL_POLL_SECONDS = 0.05


class Jobs:
    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.store = store_of(gateway.settings)
        self.worker = Worker(gateway, self.store, gateway.metrics.job_ended)
        self._messenger = Messenger(
            gateway.settings,
            self.store,
            partial(webhook_message, root_path=gateway.settings.root_path),
            gateway.metrics.webhook_told,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Jobs are taken inside; at the end those that run are finished, or given back."""
        await self.store.open()
        beside = [
            _watched(asyncio.create_task(work)) for work in (self.worker.run(), self._messenger.run(), self._upkeep())
        ]
        try:
            yield
        finally:
            self.gateway.draining.set()
            self.worker.wake()
            await asyncio.gather(beside[0], return_exceptions=True)
            await self.worker.drain(self.gateway.settings.shutdown_timeout_seconds)
            for task in beside[1:]:
                task.cancel()
            await asyncio.gather(*beside[1:], return_exceptions=True)
            await self.store.close()

    async def cancel(self, job_id: str) -> Job | None:
        """The job once it has ended, or what it is after two seconds.

        Raises:
            StoreError: As the store does.
        """
        job = await self.store.cancel(job_id)
        self.worker.look(job_id)
        loop = asyncio.get_running_loop()
        patience = loop.time() + CANCEL_SECONDS
        while job is not None and job.state == "running" and loop.time() < patience:
            await asyncio.sleep(CANCEL_POLL_SECONDS)
            job = await self.store.find(job_id)
        return job

    async def _upkeep(self) -> None:
        settings, model = self.gateway.settings, model_key(self.gateway.engine.model)
        seconds = settings.job_result_seconds
        problem = unserved(settings.root_path, seconds, model)
        loop = asyncio.get_running_loop()
        swept_at = 0.0
        while True:
            try:
                self.gateway.metrics.jobs_are(await self.store.counts())
                if loop.time() - swept_at >= min(SWEEP_SECONDS, seconds / 4):
                    while await self.store.sweep(model, seconds, problem):
                        pass
                    swept_at = loop.time()
            except StoreError as error:
                logger.debug("the store of jobs is not kept in order: %s", error)
            await asyncio.sleep(COUNT_SECONDS)


def _watched(task: "asyncio.Task[None]") -> "asyncio.Task[None]":
    """Says in the log where one that should run for ever breaks."""

    def over(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception() is not None:
            logger.error("jobs are not looked after any more", exc_info=task.exception())

    task.add_done_callback(over)
    return task


def store_of(settings: Settings) -> JobStore:
    """Redis where there is one for several gateways, else a file of this machine."""
    if not settings.redis:
        return SqliteJobs(settings.state / FILE)
    from server.jobs.redis.store import RedisJobs  # its library takes an eighth of a second to load

    return RedisJobs(settings.redis)


def jobs_of(request: Request) -> Jobs:
    jobs = request.app.state.jobs
    assert isinstance(jobs, Jobs)
    return jobs
