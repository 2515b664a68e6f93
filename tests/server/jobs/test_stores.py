"""Both stores keep the same promises: one job a key, one runner a job, an end that is written once."""

import asyncio
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from server.jobs.record import Picture, Update
from server.jobs.sqlite.store import SqliteJobs
from server.jobs.store import Hold, KeyUsedError, LineFullError, StoreDownError

GIVEN_UP = '{"title": "given up"}'
MODEL = "m 1"


async def take(store: Any, seconds: float = 30.0, model: str = MODEL, alone: bool = True) -> Any:
    return await store.take(model, seconds, 3, GIVEN_UP, alone)


async def test_a_job_comes_back_as_it_was_given(store: Any, a_job: Any) -> None:
    job = a_job(body='{"seed": 7, "description": "\\u00e9"}', file=b"\x00\xff", webhook="https://x.example")
    kept, replayed = await store.accept(job, 10)
    assert not replayed
    assert (kept.id, kept.owner, kept.state, kept.body, kept.webhook) == (
        job.id,
        "ann",
        "queued",
        job.body,
        job.webhook,
    )
    assert await store.find(job.id) == kept
    lease = await take(store)
    assert (lease.job.id, lease.file, lease.job.attempts, lease.job.state) == (job.id, b"\x00\xff", 1, "running")
    assert await store.find("0" * 32) is None


async def test_the_same_key_gives_the_same_job_and_another_body_is_refused(store: Any, a_job: Any) -> None:
    first, _ = await store.accept(a_job(key="k"), 1)
    again, replayed = await store.accept(a_job(key="k"), 1)  # although the line is full
    assert (again.id, replayed) == (first.id, True)
    with pytest.raises(KeyUsedError):
        await store.accept(a_job(key="k", digest="other"), 1)
    _, replayed = await store.accept(a_job(key="k", owner="bob"), 2)
    assert not replayed
    with pytest.raises(LineFullError, match="2 jobs are waiting"):
        await store.accept(a_job(), 2)


async def test_many_retries_at_once_make_one_job(store: Any, a_job: Any) -> None:
    answers = await asyncio.gather(*(store.accept(a_job(key="k"), 100) for _ in range(20)))
    assert len({job.id for job, _ in answers}) == 1
    assert sum(not replayed for _, replayed in answers) == 1


async def test_line_is_by_turn_and_model(store: Any, a_job: Any) -> None:
    jobs = [a_job(), a_job(), a_job(head_start=30.0), a_job(model="m 2")]
    for job in jobs:
        await store.accept(job, 10)
    assert [await store.position(await store.find(job.id)) for job in jobs] == [1, 2, 0, 0]
    taken = [(await take(store)).job.id for _ in range(3)]
    assert taken == [jobs[2].id, jobs[0].id, jobs[1].id]
    assert await take(store) is None
    assert (await take(store, model="m 2")).job.id == jobs[3].id


async def test_events_pictures_and_notes_are_kept_under_the_lease(store: Any, a_job: Any) -> None:
    job, _ = await store.accept(a_job(), 10)
    lease = await take(store)
    update = Update(events=[("started", "{}"), ("step", '{"completed":1}')], notes={"completed": "1"})
    assert await store.write(job.id, lease.token, update)
    assert await store.write(job.id, lease.token, update)  # sent again, written once
    picture = Picture(index=0, media_type="image/png", data=b"\n\x00\xff")
    assert await store.write(job.id, lease.token, Update(number=2, pictures=[picture], notes={"completed": "2"}))
    assert not await store.write(job.id, "another", Update(number=3, notes={"completed": "9"}))
    events = await store.events(job.id, 0)
    assert [(event.number, event.name) for event in events] == [(1, "queued"), (2, "started"), (3, "step")]
    assert events[0].data == f'{{"id":"{job.id}","position":0}}'
    assert [event.number for event in await store.events(job.id, 2)] == [3]
    assert await store.picture(job.id, 0) == picture
    assert await store.picture(job.id, 1) is None
    assert (await store.find(job.id)).notes == {"completed": "2"}


async def test_a_lease_that_ran_out_is_another_s_and_the_first_one_writes_nothing_more(store: Any, a_job: Any) -> None:
    job, _ = await store.accept(a_job(), 10)
    first = await take(store, seconds=0.05)
    assert await take(store) is None
    await asyncio.sleep(0.1)
    second = await take(store)
    assert (second.job.id, second.job.attempts) == (job.id, 2)
    assert await store.renew(job.id, first.token, 30) is Hold.LOST
    assert not await store.write(job.id, first.token, Update(state="finished"))
    await store.release(job.id, first.token, counted=False)
    assert await store.renew(job.id, second.token, 30) is Hold.HELD
    assert await store.write(job.id, second.token, Update(events=[("finished", "{}")], state="finished"))
    assert await store.write(job.id, second.token, Update(events=[("finished", "{}")], state="finished"))
    assert not await store.write(job.id, second.token, Update(number=2, state="failed"))
    ended = await store.find(job.id)
    assert (ended.state, ended.attempts) == ("finished", 2)
    assert [event.name for event in await store.events(job.id, 0)] == ["queued", "finished"]
    assert await take(store) is None


async def test_a_lease_that_is_renewed_is_kept(store: Any, a_job: Any) -> None:
    job, _ = await store.accept(a_job(), 10)
    lease = await take(store, seconds=0.05)
    assert await store.renew(job.id, lease.token, 30) is Hold.HELD
    await asyncio.sleep(0.1)
    assert await take(store) is None


async def test_a_job_that_ends_its_runners_is_given_up_and_its_last_attempt_is_alone(store: Any, a_job: Any) -> None:
    job, _ = await store.accept(a_job(), 10)
    other, _ = await store.accept(a_job(), 10)
    for _ in range(2):
        assert (await take(store, seconds=0.01)).job.id == job.id
        await asyncio.sleep(0.05)
    assert await take(store, alone=False) is None
    assert (await take(store, seconds=0.01)).job.attempts == 3
    await asyncio.sleep(0.05)
    assert (await take(store)).job.id == other.id
    failed = await store.find(job.id)
    assert (failed.state, failed.notes["problem"]) == ("failed", GIVEN_UP)
    assert [event.name for event in await store.events(job.id, 0)] == ["queued", "error"]


async def test_a_job_that_is_given_back_keeps_its_turn(store: Any, a_job: Any) -> None:
    job, _ = await store.accept(a_job(), 10)
    await store.accept(a_job(), 10)
    lease = await take(store)
    await store.release(job.id, lease.token, counted=False)
    assert (await store.find(job.id)).attempts == 0
    lease = await take(store)
    await store.release(job.id, lease.token, counted=True)
    assert (await store.find(job.id)).attempts == 1
    assert (await take(store)).job.id == job.id


async def test_cancelling(store: Any, a_job: Any) -> None:
    queued, running, given_back = [(await store.accept(a_job(), 10))[0] for _ in range(3)]
    assert (await store.cancel(queued.id)).state == "cancelled"
    assert (await store.cancel(queued.id)).state == "cancelled"
    lease, other = await take(store), await take(store)
    assert (lease.job.id, other.job.id) == (running.id, given_back.id)
    flagged = await store.cancel(running.id)
    assert (flagged.state, flagged.cancel) == ("running", True)
    assert await store.renew(running.id, lease.token, 30) is Hold.CANCELLED
    assert await store.write(running.id, lease.token, Update(state="cancelled"))
    await store.cancel(given_back.id)
    await store.release(given_back.id, other.token, counted=False)
    for job in (queued, running, given_back):
        assert (await store.find(job.id)).state == "cancelled"
        assert [event.name for event in await store.events(job.id, 0)] == ["queued", "cancelled"]
    assert await store.cancel("0" * 32) is None
    assert await take(store) is None


async def test_a_cancelled_job_of_a_dead_runner_is_not_run_again(store: Any, a_job: Any) -> None:
    job, _ = await store.accept(a_job(), 10)
    await take(store, seconds=0.01)
    await store.cancel(job.id)
    await asyncio.sleep(0.05)
    assert await take(store) is None
    assert (await store.find(job.id)).state == "cancelled"


async def test_an_owner_s_jobs_newest_first_page_by_page(store: Any, a_job: Any) -> None:
    mine = [(await store.accept(a_job(), 10))[0].id for _ in range(5)]
    await store.accept(a_job(owner="bob"), 10)
    await store.cancel(mine[1])
    await store.cancel(mine[4])
    assert [job.id for job in await store.newest("ann", "", None, 10)] == mine[::-1]
    assert [job.id for job in await store.newest("ann", mine[3], None, 2)] == [mine[2], mine[1]]
    assert [job.id for job in await store.newest("ann", "", "cancelled", 10)] == [mine[4], mine[1]]
    assert [job.id for job in await store.newest("ann", "", "queued", 1)] == [mine[3]]
    assert list(await store.newest("eve", "", None, 10)) == []
    counts = await store.counts()
    assert (counts["queued"], counts["cancelled"], counts["finished"]) == (4, 2, 0)


async def test_what_ended_is_swept_with_all_that_belongs_to_it(store: Any, a_job: Any, where: Any) -> None:
    kept, _ = await store.accept(a_job(), 10)
    ended, _ = await store.accept(a_job(key="k", head_start=10), 10)
    lease = await take(store)
    picture = Picture(index=0, media_type="image/png", data=b"x" * 1_000_000)
    await store.write(ended.id, lease.token, Update(pictures=[picture], state="finished"))
    assert await store.sweep(MODEL, 60, GIVEN_UP) == 0
    await asyncio.sleep(0.02)
    assert await store.sweep(MODEL, 0.01, GIVEN_UP) == 1
    assert await store.find(ended.id) is None
    assert await store.picture(ended.id, 0) is None
    assert list(await store.events(ended.id, 0)) == []
    assert [job.id for job in await store.newest("ann", "", None, 10)] == [kept.id]
    _, replayed = await store.accept(a_job(key="k"), 10)
    assert not replayed
    if "state" in where:
        await store.close()
        assert (where["state"] / "jobs.sqlite3").stat().st_size < 500_000


async def test_jobs_that_nobody_serves_fail_in_the_end(store: Any, a_job: Any) -> None:
    old, _ = await store.accept(a_job(model="m 0"), 10)
    waiting, _ = await store.accept(a_job(), 10)
    await asyncio.sleep(0.02)
    await store.sweep(MODEL, 0.01, '{"title": "nobody"}')
    assert (await store.find(old.id)).notes == {"problem": '{"title": "nobody"}'}
    assert (await store.find(waiting.id)).state == "queued"


async def test_messages_are_due_when_a_job_ends_and_until_they_are_told(store: Any, a_job: Any) -> None:
    job, _ = await store.accept(a_job(webhook="https://x.example"), 10)
    await store.accept(a_job(), 10)
    assert await store.message(30) is None
    await store.cancel(job.id)
    message = await store.message(0.05)
    assert (message.job.id, message.job.state, message.attempts) == (job.id, "cancelled", 0)
    assert await store.message(30) is None
    await asyncio.sleep(0.1)
    assert (await store.message(30)).job.id == job.id  # who had it died
    await store.told(job.id, "failed", 0.0)
    assert (await store.message(30)).attempts == 1
    await asyncio.sleep(0.02)
    assert await store.sweep(MODEL, 0.01, GIVEN_UP) == 0  # somebody is still to be told of it
    await store.told(job.id, "delivered", None)
    assert await store.message(30) is None
    assert (await store.find(job.id)).notes["webhook"] == '"delivered"'
    assert await store.sweep(MODEL, 0.01, GIVEN_UP) == 1


async def test_file_is_made_by_the_first_job_for_its_owner_alone(tmp_path: Path, a_job: Any) -> None:
    path = tmp_path / "state" / "jobs.sqlite3"
    store = SqliteJobs(path)
    assert await store.find("0" * 32) is None
    assert await take(store) is None
    assert not path.parent.exists()
    await store.accept(a_job(), 10)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()} == {0o600}
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    await store.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""])
async def test_a_file_that_is_no_database_is_no_store(tmp_path: Path, a_job: Any, content: bytes) -> None:
    path = tmp_path / "jobs.sqlite3"
    path.write_bytes(content)
    store = SqliteJobs(path)
    if content:
        with pytest.raises(StoreDownError, match="not a database"):
            await store.accept(a_job(), 10)
        assert path.read_bytes() == content
    else:
        await store.accept(a_job(), 10)
    await store.close()


async def test_tables_of_another_version_are_left_alone(tmp_path: Path, a_job: Any) -> None:
    path = tmp_path / "jobs.sqlite3"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 9")
    other.close()
    store = SqliteJobs(path)
    with pytest.raises(StoreDownError, match="version 9; this software reads 1"):
        await store.accept(a_job(), 10)
    await store.close()


async def test_two_gateways_of_a_machine_share_the_file(tmp_path: Path, a_job: Any) -> None:
    stores = [SqliteJobs(tmp_path / "jobs.sqlite3") for _ in range(2)]
    for number in range(10):
        await stores[number % 2].accept(a_job(), 100)
    leases = await asyncio.gather(*(take(stores[number % 2]) for number in range(12)))
    taken = [lease.job.id for lease in leases if lease is not None]
    assert len(taken) == len(set(taken)) == 10
    for store in stores:
        await store.close()
