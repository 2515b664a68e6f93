"""Requests a minute: a moving window that says truly when it has room, in memory and in a Redis that is shared."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.limits.rates import Rates


async def test_over_the_limit_the_wait_is_when_the_window_has_room() -> None:
    rates = Rates(window_seconds=2)
    assert [await rates.take("a", 2) for _ in range(2)] == [0.0, 0.0]
    wait = await rates.take("a", 2)
    assert 0 < wait <= 2
    assert await rates.take("b", 2) == 0.0, "others have windows of their own"
    await asyncio.sleep(wait + 0.1)
    assert await rates.take("a", 2) == 0.0


async def test_refused_requests_do_not_count() -> None:
    rates = Rates(window_seconds=2)
    await rates.take("a", 1)
    waits = [await rates.take("a", 1) for _ in range(5)]
    assert waits == sorted(waits, reverse=True)


async def test_callers_whose_windows_are_over_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.limits.rates.SWEEP_SECONDS", 0.05)
    rates = Rates(window_seconds=1)
    async with rates.kept():
        for number in range(50):
            await rates.take(f"from 10.0.0.{number}", 3)
        assert len(rates._memory.events) == 50
        async with asyncio.timeout(60):
            while rates._memory.events:
                await asyncio.sleep(0.05)


@contextlib.contextmanager
def redis_server(port: int, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server on this machine")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield child
    finally:
        child.kill()
        child.wait()


async def test_gateways_share_a_window(port: int, tmp_path: Path) -> None:
    with redis_server(port, tmp_path):
        url = f"redis://127.0.0.1:{port}/0"
        one, other = Rates(url), Rates(url)
        async with one.kept(), other.kept():
            assert [await each.take("a", 3) for each in (one, other, one)] == [0.0, 0.0, 0.0]
            assert 50 < await other.take("a", 3) <= 60
            assert await other.take("b", 3) == 0.0


async def test_without_its_redis_a_gateway_counts_for_itself(
    port: int, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.limits.rates.REST_SECONDS", 0.0)
    caplog.set_level("INFO")
    rates = Rates(f"redis://127.0.0.1:{port}/0")
    async with rates.kept():
        assert [await rates.take("a", 2) for _ in range(2)] == [0.0, 0.0]
        assert await rates.take("a", 2) > 0
        assert caplog.text.count("each gateway counts for itself") == 1
        with redis_server(port, tmp_path):
            assert await rates.take("a", 2) == 0.0, "the shared window is empty"
            assert caplog.text.count("Redis counts requests again") == 1


async def test_a_redis_that_is_silent_costs_a_bounded_time(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        rates = Rates(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        async with rates.kept():
            began = time.monotonic()
            assert [await rates.take("a", 100) for _ in range(100)] == [0.0] * 100
            assert time.monotonic() - began < 20, "a quarter of a second once, then it is left alone"
    assert caplog.text.count("each gateway counts for itself") == 1


def test_a_unix_socket_is_an_address_too(tmp_path: Path) -> None:
    Rates(f"unix://{tmp_path}/redis.sock")
