"""Threads that compute step aside for the one that answers."""

import os
import sys
import threading
from pathlib import Path

import pytest

from engine.engine import Engine, EngineSettings
from engine.threads.niceness import called_aside, worker_pool

BUNDLE = Path(__file__).resolve().parents[2] / "models" / "figurine-bundle"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux alone")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_workers_and_the_threads_they_start_are_nicer_than_whoever_made_them() -> None:
    own = niceness()

    def of_a_child() -> int:
        with worker_pool(1, "child", 0) as pool:
            return pool.submit(niceness).result()

    with worker_pool(1, "worker", 5) as pool:
        assert pool.submit(niceness).result() == min(19, own + 5)
    assert called_aside(of_a_child, 5) == min(19, own + 5)
    assert called_aside(niceness, 0) == niceness() == own


async def test_every_thread_of_an_engine_steps_aside() -> None:
    before = {int(task) for task in os.listdir("/proc/self/task")}
    own = niceness()
    async with Engine.load(BUNDLE, EngineSettings(niceness=5, num_threads=2)):
        threads = {int(task) for task in os.listdir("/proc/self/task")} - before
        assert threads
        assert {os.getpriority(os.PRIO_PROCESS, thread) for thread in threads} == {min(19, own + 5)}
    with pytest.raises(ValueError, match="niceness must be from 0 to 19; got 20"):
        EngineSettings(niceness=20)
