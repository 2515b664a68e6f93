"""Stores to keep jobs in: a file, and a real Redis that tests start, pause, kill and start again."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from server.jobs.record import NewJob, new_id
from server.jobs.redis.store import RedisJobs
from server.jobs.sqlite.store import SqliteJobs

PATIENCE_SECONDS = 60


class RedisServer:
    """On a Unix socket in a folder of its own, as an operator should run it: everything it is told is on the disk."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.options = options or ("--appendonly", "yes", "--appendfsync", "always")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", ""]
            + list(self.options),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        with contextlib.closing(redis.Redis(unix_socket_path=str(self.socket))) as client:
            while True:
                try:
                    if client.ping():
                        return
                except redis.AuthenticationError:
                    return
                except redis.RedisError:
                    pass
                assert self.process.poll() is None and time.monotonic() < deadline, "redis-server did not start"
                time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = make_redis(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


def make_redis(folder: Path, *options: str) -> RedisServer:
    """A developer's tests may be skipped where there is no Redis; those of a clean checkout may not."""
    if shutil.which("redis-server") is None:
        reason = "no redis-server on this machine"
        if os.environ.get("COSMICMAN_TESTS_NEED_REDIS"):
            pytest.fail(reason)
        pytest.skip(reason)
    return RedisServer(folder, *options)


@pytest.fixture(params=["sqlite", "redis"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def where(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """The settings that put jobs into the store of this kind."""
    if kind == "redis":
        return {"redis": request.getfixturevalue("redis_server").url}
    return {"state": tmp_path / "kept"}


@pytest.fixture
async def store(where: dict[str, Any]) -> AsyncIterator[Any]:
    made = RedisJobs(where["redis"]) if "redis" in where else SqliteJobs(where["state"] / "jobs.sqlite3")
    yield made
    await made.close()


def a_job(**fields: Any) -> NewJob:
    return NewJob(**{"id": new_id(), "owner": "ann", "model": "m 1", "body": '{"seed": 7}', "digest": "d"} | fields)


@pytest.fixture(name="a_job")
def _a_job() -> Any:
    return a_job


@pytest.fixture
def processes() -> Any:
    """`processes.gateway(...)`: a gateway that can be killed."""
    spec = importlib.util.spec_from_file_location("jobs_processes", Path(__file__).with_name("processes.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="make_redis")
def _make_redis() -> Any:
    return make_redis
