"""A store that fails: Redis stopped, away, back and full; a disk that is full. Plain requests go on all the while."""

import asyncio
import logging
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.app import create_app
from server.jobs.sqlite.database import Database
from server.jobs.store import StoreDownError
from server.settings import Settings

DRESS = {"description": "a woman in a red dress", "seed": 7}
PATIENCE_SECONDS = 60
#: A command has two seconds; the rest is for a machine with much else to do.
AT_MOST_SECONDS = 2 + 8


async def until(client: httpx.AsyncClient, job_id: str, *states: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            job: dict[str, Any] = (await client.get(f"/jobs/{job_id}")).json()
            if job.get("status") in states:
                return job
            await asyncio.sleep(0.05)


async def is_refused_for_now(client: httpx.AsyncClient) -> None:
    began = time.monotonic()
    answer = await client.post("/jobs", json=DRESS)
    assert time.monotonic() - began < AT_MOST_SECONDS
    assert (answer.status_code, answer.json()["type"]) == (503, "/docs#jobs-unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert (await client.get("/jobs")).status_code == 503
    assert (await client.post("/generate", json=DRESS)).status_code == 200
    assert (await client.get("/readyz")).status_code == 200


def with_redis(url: str, engine: Any, **settings: Any) -> Any:
    return create_app(Settings(redis=url, job_lease_seconds=1, shutdown_timeout_seconds=0.2, **settings), engine)


async def test_redis_stops_and_goes_on(redis_server: Any, engine: Any, talk: Any) -> None:
    async with talk(with_redis(redis_server.url, engine)) as client:
        done = (await client.post("/jobs", json=DRESS)).json()["id"]
        await until(client, done, "finished")
        redis_server.signal(signal.SIGSTOP)
        await is_refused_for_now(client)
        redis_server.signal(signal.SIGCONT)
        again = (await client.post("/jobs", json=DRESS)).json()["id"]
        await until(client, again, "finished")


async def test_redis_stops_while_a_job_runs(redis_server: Any, engine: Any, talk: Any) -> None:
    engine.gate.clear()
    async with talk(with_redis(redis_server.url, engine)) as client:
        job_id = (await client.post("/jobs", json=DRESS)).json()["id"]
        await until(client, job_id, "running")
        redis_server.signal(signal.SIGSTOP)
        engine.gate.set()
        await asyncio.sleep(2.5)  # longer than its lease
        redis_server.signal(signal.SIGCONT)
        job = await until(client, job_id, "finished", "failed")
        assert job["status"] == "finished"
        text = (await client.get(f"/jobs/{job_id}/events")).text
        assert text.count("event: finished") == 1


async def test_redis_dies_and_comes_back_with_what_it_had(redis_server: Any, engine: Any, talk: Any) -> None:
    engine.gate.clear()
    async with talk(with_redis(redis_server.url, engine)) as client:
        ids = [(await client.post("/jobs", json=DRESS)).json()["id"] for _ in range(3)]
        await until(client, ids[0], "running")
        redis_server.kill()
        engine.gate.set()
        await is_refused_for_now(client)
        redis_server.start()
        for job_id in ids:
            assert (await until(client, job_id, "finished", "failed"))["status"] == "finished"


async def test_gateway_starts_without_its_redis(redis_server: Any, engine: Any, talk: Any, caplog: Any) -> None:
    redis_server.kill()
    with caplog.at_level(logging.WARNING):
        async with talk(with_redis(redis_server.url, engine)) as client:
            await is_refused_for_now(client)
            redis_server.start()
            job_id = (await client.post("/jobs", json=DRESS)).json()["id"]
            await until(client, job_id, "finished")
    assert "jobs are refused until it is back" in caplog.text


async def test_redis_that_forgets_is_warned_of(
    make_redis: Any, engine: Any, talk: Any, caplog: Any, tmp_path_factory: Any
) -> None:
    folder = tmp_path_factory.mktemp("redis")
    options = ("--appendonly", "no", "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru")
    server = make_redis(folder, *options)
    server.start()
    try:
        with caplog.at_level(logging.WARNING):
            async with talk(with_redis(server.url, engine)):
                pass
    finally:
        server.kill()
    assert "runs without appendonly" in caplog.text and "set noeviction" in caplog.text


async def test_full_redis_takes_no_job_and_says_so(
    make_redis: Any, engine: Any, talk: Any, tmp_path_factory: Any
) -> None:
    server = make_redis(tmp_path_factory.mktemp("redis"), "--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
    server.start()
    try:
        async with talk(with_redis(server.url, engine)) as client:
            answer = await client.post("/jobs", json=DRESS)
            assert (answer.status_code, answer.json()["type"]) == (507, "/docs#storage-full")
            assert (await client.post("/generate", json=DRESS)).status_code == 200
    finally:
        server.kill()


async def test_password_is_in_no_log_and_no_answer(
    make_redis: Any, engine: Any, talk: Any, caplog: Any, tmp_path: Path
) -> None:
    server = make_redis(tmp_path, "--requirepass", "right")
    server.start()
    try:
        with caplog.at_level(logging.DEBUG):
            app = with_redis(f"unix://:canary-word@{server.socket}", engine)
            async with talk(app) as client:
                await is_refused_for_now(client)
                assert "canary-word" not in (await client.post("/jobs", json=DRESS)).text
    finally:
        server.kill()
    assert "canary-word" not in caplog.text
    assert "canary-word" not in repr(app.state.gateway.settings)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as handle:
        for size in (4096, 512, 1):
            try:
                while True:
                    handle.write(b"x" * size)
            except OSError:
                pass
    return filler


def on_disk(disk: Path, engine: Any) -> Any:
    return create_app(Settings(state=disk / "state", job_lease_seconds=1, shutdown_timeout_seconds=0.2), engine)


@pytest.mark.parametrize("had_jobs", [False, True])
async def test_full_disk_takes_no_job_until_there_is_room(
    small_disk: Path, engine: Any, talk: Any, had_jobs: bool
) -> None:
    async with talk(on_disk(small_disk, engine)) as client:
        if had_jobs:
            await until(client, (await client.post("/jobs", json=DRESS)).json()["id"], "finished")
        filler = fill(small_disk)
        body = DRESS | {"description": "a woman in a red dress, " * 80}
        statuses = {(await client.post("/jobs", json=body)).status_code for _ in range(40)}
        assert 507 in statuses and statuses <= {202, 507}
        answer = await client.post("/jobs", json=body)
        assert (answer.status_code, answer.json()["type"]) == (507, "/docs#storage-full")
        assert (await client.post("/generate", json=DRESS)).status_code == 200
        filler.unlink()
        await until(client, (await client.post("/jobs", json=DRESS)).json()["id"], "finished")


async def test_result_that_finds_no_room_ends_the_job_with_the_reason(small_disk: Path, engine: Any, talk: Any) -> None:
    engine.gate.clear()
    async with talk(on_disk(small_disk, engine)) as client:
        job_id = (await client.post("/jobs", json=DRESS)).json()["id"]
        await until(client, job_id, "running")
        filler = fill(small_disk)
        engine.gate.set()
        await asyncio.sleep(3)  # it tries, and cannot write anything
        assert (await client.post("/generate", json=DRESS)).status_code == 200
        filler.unlink()
        job = await until(client, job_id, "finished", "failed")
        if job["status"] == "failed":
            assert job["problem"]["type"] == "/docs#storage-full"
        await until(client, (await client.post("/jobs", json=DRESS)).json()["id"], "finished")


def test_a_limit_on_the_size_of_files_is_a_full_disk(tmp_path: Path, processes: Any) -> None:
    with processes.gateway(*processes.RECTANGLES, "--limit", "--closed", state=tmp_path / "state") as gateway:
        body = DRESS | {"description": "a woman in a red dress, " * 80}
        for _ in range(400):
            answer = gateway.client.post("/jobs", json=body)
            if answer.status_code != 202:
                break
        assert (answer.status_code, answer.json()["type"]) == (507, "/docs#storage-full")
        assert gateway.client.get("/readyz").status_code == 200


async def test_why_a_folder_takes_no_jobs_is_in_the_log_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    state = tmp_path / "state"
    state.write_text("in the way")
    database = Database(state / "jobs.sqlite3")
    with caplog.at_level(logging.INFO, logger="server.jobs"):
        for _ in range(3):
            with pytest.raises(StoreDownError):
                await database.make(lambda connection: None)
        state.unlink()
        await database.make(lambda connection: None)
        await database.close()
    refused, again = [record.getMessage() for record in caplog.records]
    assert str(state) in refused and refused.endswith("jobs are refused until it can be used")
    assert again == f"{state / 'jobs.sqlite3'} can be used again"
