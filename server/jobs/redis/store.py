"""The store of jobs in Redis, for several gateways: any of them takes a job, and takes over what a dead one had."""

import json
import logging
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from redis.asyncio import Redis

from server.jobs.record import STATES, Job, Lease, Message, NewJob, Picture, State, StoredEvent, Update
from server.jobs.redis import scripts
from server.jobs.redis.connection import Connection
from server.jobs.store import Hold, KeyUsedError, LineFullError, StoreDownError

logger = logging.getLogger(__name__)

P = scripts.PREFIX
_MOST_EVENTS = 256


class RedisJobs:
    def __init__(self, url: str) -> None:
        self._redis = Connection(url)

    async def open(self) -> None:
        try:
            await self.counts()
        except StoreDownError as error:
            logger.warning("%s; jobs are refused until it is back, everything else is served", error)

    async def close(self) -> None:
        await self._redis.close()

    async def accept(self, job: NewJob, most: int) -> tuple[Job, bool]:
        word, about, *found = await self._redis.script(
            scripts.ACCEPT,
            *(job.id, job.owner, job.model, job.body, job.head_start),
            *(job.key, job.digest, job.webhook, most, job.file or b""),
        )
        if word == b"full":
            raise LineFullError(f"{int(about)} jobs are waiting, which is the limit")
        if word == b"used":
            raise KeyUsedError("the key came before, with another body")
        return _job(about, found[0]), word == b"known"

    async def find(self, job_id: str) -> Job | None:
        async def command(redis: Redis) -> Any:
            return await redis.hgetall(f"{P}job:{job_id}")

        fields = await self._redis.do(command)
        return _job(job_id.encode(), fields) if fields else None

    async def position(self, job: Job) -> int:
        async def command(redis: Redis) -> Any:
            return await redis.zrank(f"{P}line:{job.model}", job.id)

        return int(await self._redis.do(command) or 0)

    async def newest(self, owner: str, before: str, state: State | None, most: int) -> Sequence[Job]:
        found: list[Job] = []
        while len(found) < most:
            jobs = await self._page(owner, before, most)
            if not jobs:
                break
            found += [job for _, job in jobs if job is not None and state in (None, job.state)]
            before = jobs[-1][0]
        return found[:most]

    async def _page(self, owner: str, before: str, most: int) -> list[tuple[str, Job | None]]:
        async def command(redis: Redis) -> Any:
            top = f"({before}" if before else "+"
            ids: list[Any] = await redis.zrevrangebylex(f"{P}owner:{owner}", top, "-", start=0, num=most)
            async with redis.pipeline(transaction=False) as pipeline:
                for each in ids:
                    pipeline.hgetall(f"{P}job:{each.decode()}")
                return list(zip(ids, await pipeline.execute() if ids else [], strict=True))

        return [
            (each.decode(), _job(each, fields) if fields else None) for each, fields in await self._redis.do(command)
        ]

    async def cancel(self, job_id: str) -> Job | None:
        return await self.find(job_id) if await self._redis.script(scripts.CANCEL, job_id) else None

    async def take(self, model: str, lease_seconds: float, attempts: int, given_up: str, alone: bool) -> Lease | None:
        token = secrets.token_hex(16)
        taken = await self._redis.script(
            scripts.TAKE, model, lease_seconds, attempts, given_up, int(alone), token, again=False
        )
        return taken and Lease(job=_job(taken[0], taken[1]), token=token, file=taken[2] or None)

    async def renew(self, job_id: str, token: str, lease_seconds: float) -> Hold:
        return Hold((await self._redis.script(scripts.RENEW, job_id, token, lease_seconds)).decode())

    async def write(self, job_id: str, token: str, update: Update) -> bool:
        written = await self._redis.script(
            scripts.WRITE,
            *(job_id, token, update.state or ""),
            *(len(update.notes), len(update.events), len(update.pictures), update.number),
            *(part for pair in update.notes.items() for part in pair),
            *(part for pair in update.events for part in pair),
            *(part for each in update.pictures for part in (each.index, each.media_type.encode() + b"\n" + each.data)),
        )
        return bool(written)

    async def release(self, job_id: str, token: str, counted: bool) -> None:
        await self._redis.script(scripts.RELEASE, job_id, token, int(counted))

    async def events(self, job_id: str, after: int) -> Sequence[StoredEvent]:
        async def command(redis: Redis) -> Any:
            return await redis.lrange(f"{P}events:{job_id}", after, after + _MOST_EVENTS - 1)

        found = []
        for number, line in enumerate(await self._redis.do(command), start=after + 1):
            name, _, data = line.decode().partition("\n")
            found.append(StoredEvent(number=number, name=name, data=data))
        return found

    async def picture(self, job_id: str, index: int) -> Picture | None:
        async def command(redis: Redis) -> Any:
            return await redis.hget(f"{P}pictures:{job_id}", str(index))

        found = await self._redis.do(command)
        if found is None:
            return None
        media_type, _, data = found.partition(b"\n")
        return Picture(index=index, media_type=media_type.decode(), data=data)

    async def counts(self) -> Mapping[str, int]:
        return dict(zip(STATES, map(int, await self._redis.script(scripts.COUNTS)), strict=True))

    async def sweep(self, model: str, seconds: float, unserved: str) -> int:
        return int(await self._redis.script(scripts.SWEEP, model, seconds, unserved))

    async def message(self, lease_seconds: float) -> Message | None:
        found = await self._redis.script(scripts.MESSAGE, lease_seconds)
        if not found:
            return None
        fields = _members(found[1])
        return Message(job=_job(found[0], found[1]), attempts=int(fields["webhook_attempts"]))

    async def told(self, job_id: str, outcome: str, again_seconds: float | None) -> None:
        again = "" if again_seconds is None else again_seconds
        await self._redis.script(scripts.TOLD, job_id, json.dumps(outcome), again)


def _members(answer: Any) -> dict[str, str]:
    """A hash as a command gives it, or flat as a script does."""
    pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
    return {name.decode(): value.decode() for name, value in pairs}


def _job(job_id: bytes, answer: Any) -> Job:
    fields = _members(answer)
    return Job(
        id=job_id.decode(),
        owner=fields["owner"],
        model=fields["model"],
        state=fields["state"],  # type: ignore[arg-type]
        body=fields["body"],
        created=float(fields["created"]),
        started=float(fields["started"]) if "started" in fields else None,
        ended=float(fields["ended"]) if "ended" in fields else None,
        attempts=int(fields["attempts"]),
        cancel=fields["cancel"] == "1",
        webhook=fields["webhook"],
        notes={name.removeprefix("note:"): value for name, value in fields.items() if name.startswith("note:")},
    )
