"""Tests in several processes, forked from one that has imported and collected them: both come once a run.

pytest-xdist starts processes that each import and collect, half a minute of a core each here. What it is told with
`-n 3` is told here with `--processes 3`.
"""

import gc
import json
import os
import selectors
import socket
import sys
import time
from types import SimpleNamespace
from typing import Any

import pytest

from tests.workers.order import SECONDS, Files, Queue
from tests.workers.worker import work

#: What a process may take to end once it has nothing to run: fixtures of a session stop servers. Then it is killed.
END_SECONDS = 120
#: A test that ends its process more often than this is not the fault of a test.
MOST_CRASHES = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "run the tests in so many processes, or auto: one more than there are cores, up to four; 0 runs them in one"
    parser.addoption("--processes", type=_count, default=0, help=told)


def _count(told: str) -> int:
    """Many tests wait for a process or a timer, so that each core has work left with one more."""
    return min(len(os.sched_getaffinity(0)) + 1, 4) if told == "auto" else int(told)


def runtestloop(session: pytest.Session) -> bool | None:
    """Runs the tests in several processes where that was asked for; None leaves it to pytest."""
    option = session.config.option
    if not option.processes or option.collectonly or option.usepdb or session.testsfailed:
        return None
    Crew(session, option.processes).run()
    return True


class Worker:
    """A process as the one that has collected sees it."""

    def __init__(self, session: pytest.Session, name: str, queue: Queue, others: list["Worker"]) -> None:
        self.name, self.queue = name, queue
        self.given: list[int] = []
        self.unread = b""
        # What pytest's own reports ask of a node of xdist's.
        self.node = SimpleNamespace(gateway=SimpleNamespace(id=name), _workerinfocache=f"[{name}]")
        self.control, theirs = socket.socketpair()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self.pid = os.fork()
        if self.pid == 0:
            for control in (self.control, *(other.control for other in others)):
                control.close()
            work(session, name, theirs)
        theirs.close()
        for _ in range(2):
            self.give()

    def give(self) -> None:
        """One more test, or the word that there is none."""
        test = self.queue.next()
        if test is not None:
            self.given.append(test)
        try:
            self.control.sendall(b"\n" if test is None else f"{test}\n".encode())
        except (BrokenPipeError, ConnectionResetError):
            pass  # that it has ended is seen when it is listened to

    def heard(self) -> list[list[Any]] | None:
        """What it has told since; None where it has ended."""
        try:
            data = self.control.recv(1 << 20)
        except ConnectionResetError:  # it left a word unread
            data = b""
        if not data:
            return None
        *lines, self.unread = (self.unread + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def ended(self, *, within_seconds: float = 0) -> bool:
        """Whether it has; one that does not within that time is killed."""
        until = time.monotonic() + within_seconds
        while os.waitpid(self.pid, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                os.kill(self.pid, 9)
                os.waitpid(self.pid, 0)
                return False
            time.sleep(0.05)
        return True


class Crew:
    """All processes, and what they tell."""

    def __init__(self, session: pytest.Session, count: int) -> None:
        self.session, self.hook, self.count = session, session.config.hook, count
        self.files = Files([(_file(item), _seconds(item)) for item in session.items])
        self.workers: list[Worker] = []
        self.listening = selectors.DefaultSelector()
        self.started = 0

    def run(self) -> None:
        gc.freeze()  # what is collected stays; no process looks at it again, or copies it to do so
        try:
            for _ in range(min(self.count, len(self.files.tests))):
                self._start(Queue(self.files))
            while self.workers:
                for key, _ in self.listening.select():
                    self._hear(key.data)
                    self._stop_if_told_to()
        finally:
            for worker in self.workers:
                worker.control.close()
            for worker in self.workers:
                worker.ended(within_seconds=END_SECONDS)

    def _start(self, queue: Queue) -> None:
        worker = Worker(self.session, f"gw{self.started}", queue, self.workers)
        self.started += 1
        self.workers.append(worker)
        self.listening.register(worker.control, selectors.EVENT_READ, worker)

    def _hear(self, worker: Worker) -> None:
        told = worker.heard()
        if told is None:
            self._gone(worker)
        for kind, *words in told or ():
            if kind == "start":
                self.hook.pytest_runtest_logstart(nodeid=words[0], location=tuple(words[1]))
            elif kind == "report":
                self._report(words[0], worker)
            elif kind == "finish":
                self.hook.pytest_runtest_logfinish(nodeid=words[0], location=tuple(words[1]))
            else:
                worker.given.remove(words[0])
                worker.give()

    def _report(self, data: dict[str, Any], worker: Worker) -> None:
        if isinstance(data["longrepr"], list):
            data["longrepr"] = tuple(data["longrepr"])
        report = self.hook.pytest_report_from_serializable(config=self.session.config, data=data)
        report.node = worker.node
        self.hook.pytest_runtest_logreport(report=report)

    def _gone(self, worker: Worker) -> None:
        """One has ended; if it had tests yet, the first of them ended it, and another process takes the rest."""
        self.listening.unregister(worker.control)
        worker.control.close()
        self.workers.remove(worker)
        worker.ended(within_seconds=END_SECONDS)
        if not worker.given:
            return
        guilty, *rest = worker.given
        item = self.session.items[guilty]
        message = f"{worker.name}: the process of tests ended while it ran {item.nodeid}"
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", message, "call")
        self.hook.pytest_runtest_logreport(report=report)
        if self.started < self.count + MOST_CRASHES:
            self._start(Queue(self.files, [*rest, *worker.queue.rest()]))

    def _stop_if_told_to(self) -> None:
        if self.session.shouldfail:
            raise self.session.Failed(self.session.shouldfail)
        if self.session.shouldstop:
            raise self.session.Interrupted(self.session.shouldstop)


def _file(item: pytest.Item) -> str:
    return str(item.nodeid).partition("::")[0]


def _seconds(item: pytest.Item) -> float:
    return next(seconds for mark, seconds in SECONDS.items() if not mark or item.get_closest_marker(mark))
