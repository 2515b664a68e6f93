"""One attempt at one job: the engine's events into the store, until it ends, is cancelled, or is another's.

It knows leases and the fence; which job runs when is the worker's to know.
"""

import asyncio
import logging
from contextlib import aclosing
from dataclasses import asdict
from typing import NoReturn

from engine.engine import Event, Finished, ImageReady, PreparedRequest, Started, Step
from server.gateway import Gateway
from server.generation import run as generation
from server.generation.event_stream import settled
from server.http import problems
from server.http.problems import ProblemError, placed
from server.jobs.outbox import LeaseLostError, Outbox
from server.jobs.paths import picture_path
from server.jobs.record import Lease, Picture, State
from server.jobs.requests import prepared_again
from server.jobs.store import Hold, JobStore, StorageFullError, StoreError
from server.schemas.generate import FinishedMessage, StepMessage, TimingsAnswer
from server.schemas.jobs import JobPicture

logger = logging.getLogger(__name__)

#: A job that was begun so often, and each time ended the process or the engine that ran it, fails.
ATTEMPTS = 3
#: Longest until who runs a job hears that it is wanted no more.
HEARTBEAT_SECONDS = 1.0


class Attempt:
    """`outcome` is the state that the job ended in, or released or lost, once `run` is over."""

    def __init__(self, gateway: Gateway, store: JobStore, lease: Lease) -> None:
        self.lease = lease
        self.job_id = lease.job.id
        self.outcome: State | str = "lost"
        self.look_now = asyncio.Event()
        self._gateway = gateway
        self._store = store
        self._root_path = gateway.settings.root_path
        self._outbox = Outbox(store, lease, self._root_path)
        self._pictures: list[JobPicture] = []

    @property
    def last(self) -> bool:
        """Whether the job may be what ended those who ran it before: it runs alone then."""
        return self.lease.job.attempts >= ATTEMPTS

    async def run(self) -> None:
        """Cancelling this gives the job back to the line."""
        work = asyncio.create_task(self._work())
        heart = asyncio.create_task(self._beat())
        try:
            await asyncio.wait((work, heart), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await self._close(work)
            elif heart.result() is Hold.CANCELLED:
                await _stopped(work)
                self._outbox.drop_unsent()
                self.outcome = await self._outbox.end("cancelled")
        except LeaseLostError:
            logger.warning("job %s is run by another by now; this attempt counts for nothing", self.job_id)
        except StorageFullError as error:
            logger.error("job %s will be run again, its end could not be written: %s", self.job_id, error)
        except asyncio.CancelledError:
            await _stopped(work)
            await self._release(counted=False)
            raise
        finally:
            await _stopped(work, heart)
            await self._outbox.close()

    async def _close(self, work: "asyncio.Task[None]") -> None:
        """Writes down how the work went.

        Raises:
            LeaseLostError, StorageFullError: As the outbox does.
        """
        try:
            work.result()
        except ProblemError as error:
            engine_is_gone = error.kind is problems.NOT_READY
            busy = error.kind in (problems.BUSY, problems.TOO_MANY_REQUESTS)
            if busy or (engine_is_gone and (self._gateway.stop.is_set() or not self.last)):
                await self._release(counted=engine_is_gone and not self._gateway.stop.is_set())
                return
            problem = placed(error, self.job_id, self._root_path)
            self.outcome = await self._outbox.end("failed", problem)
        else:
            self.outcome = await self._outbox.end("finished")

    async def _release(self, counted: bool) -> None:
        self.outcome = "released"
        await self._outbox.close()
        try:
            await self._store.release(self.job_id, self.lease.token, counted)
        except StoreError as error:
            logger.warning("job %s is taken over when its lease ends: %s", self.job_id, error)

    async def _work(self) -> None:
        """Raises ProblemError where the job fails, LeaseLostError where it is another's."""
        try:
            prepared = prepared_again(self._gateway, self.lease.job, self.lease.file)
            self._outbox.note(pictures=[], completed=0)
            await generation.attend(self._gateway, prepared, _nobody, self._draw(prepared), in_line=False)
        except (ProblemError, LeaseLostError):
            raise
        except Exception as error:
            logger.exception("unexpected error in job %s", self.job_id)
            raise problems.internal_error() from error

    async def _draw(self, prepared: PreparedRequest) -> None:
        async with aclosing(generation.events(self._gateway, prepared)) as events:
            async for event in events:
                self._note(prepared, event)
                if not isinstance(event, Finished):
                    self._outbox.flush(soon=isinstance(event, Step))

    def _note(self, prepared: PreparedRequest, event: Event) -> None:
        outbox = self._outbox
        match event:
            case Started():
                message = settled(self._gateway, prepared, event)
                outbox.event("started", message)
                outbox.note(settled=message.model_dump(mode="json", exclude_none=True))
            case Step():
                outbox.event("step", StepMessage(completed=event.completed, total=event.total))
                outbox.note(completed=event.completed, total=event.total)
            case ImageReady():
                picture = self._picture(prepared, event)
                self._pictures.append(picture)
                outbox.event("image", picture)
                outbox.picture(Picture(index=event.index, media_type=event.media_type, data=event.data))
                outbox.note(pictures=[each.model_dump(exclude={"url"}) for each in self._pictures])
            case Finished():
                timings = TimingsAnswer(**asdict(event.timings))
                outbox.event("finished", FinishedMessage(id=self.job_id, timings=timings))
                outbox.note(timings=timings.model_dump())

    def _picture(self, prepared: PreparedRequest, event: ImageReady) -> JobPicture:
        return JobPicture(
            index=event.index,
            seed=event.seed,
            image_index=prepared.image_index + event.index,
            media_type=event.media_type,
            width=event.width,
            height=event.height,
            url=picture_path(self._root_path, self.job_id, event.index),
        )

    async def _beat(self) -> Hold:
        """Keeps the lease; ends with CANCELLED or LOST."""
        seconds = self._gateway.settings.job_lease_seconds
        while True:
            try:
                async with asyncio.timeout(min(HEARTBEAT_SECONDS, seconds / 4)):
                    await self.look_now.wait()
            except TimeoutError:
                pass
            self.look_now.clear()
            try:
                hold = await self._store.renew(self.job_id, self.lease.token, seconds)
            except StoreError as error:
                logger.debug("job %s goes on without its store: %s", self.job_id, error)
                continue
            if hold is not Hold.HELD:
                return hold


async def _nobody() -> NoReturn:
    """In the place of a client's messages: nobody who could leave waits for a job."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sends")


async def _stopped(*tasks: "asyncio.Task[object]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def given_up(root_path: str) -> str:
    """The problem of a job that ended whoever ran it, as JSON."""
    detail = (
        f"The job was begun {ATTEMPTS} times, and each time what ran it ended before it was finished; "
        "it is not begun again."
    )
    return placed(ProblemError(problems.GENERATION_FAILED, detail), None, root_path).model_dump_json(exclude_none=True)


def unserved(root_path: str, seconds: float, model: str) -> str:
    """The problem of a job whose model is served no more, as JSON."""
    detail = (
        f"No server with the job's model took it within {seconds:g} seconds; the one that looks now serves {model}."
    )
    return placed(ProblemError(problems.NOT_READY, detail), None, root_path).model_dump_json(exclude_none=True)
