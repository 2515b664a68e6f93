"""A process that may open few descriptors, and gets more connections than that: it goes on, quietly.

The server is a process of its own, since its limit is the process's.
"""

import contextlib
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux's /proc")

ROOT = Path(__file__).resolve().parents[3]
CONFTEST = ROOT / "tests" / "server" / "conftest.py"
SCRIPT = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("double", {str(CONFTEST)!r})
double = importlib.util.module_from_spec(spec)
spec.loader.exec_module(double)
from server.run import serve
from server.settings import Settings

sys.exit(serve(Settings(port=0), load=lambda bundle, settings: double.RectangleEngine()))
"""
PATIENCE_SECONDS = 60
LOG_BYTES = 20_000


class Server:
    def __init__(self, child: subprocess.Popen[str], log: Path) -> None:
        assert child.stdout is not None
        self.child = child
        self.log = log
        self.port = int(child.stdout.readline().rpartition(":")[2])
        self.url = f"http://127.0.0.1:{self.port}"

    def alive(self) -> bool:
        with urlopen(f"{self.url}/healthz", timeout=PATIENCE_SECONDS) as answer:
            return bool(answer.status == 200)

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.child.pid}/fd"))

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def server(tmp_path: Path, descriptors: int) -> Iterator[Server]:
    log = tmp_path / "log.txt"
    limit = f"ulimit -n {descriptors} && exec"
    with log.open("w") as file:
        child = subprocess.Popen(
            ["sh", "-c", f'{limit} "$0" -c "$1"', sys.executable, SCRIPT],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        )
        with child:
            try:
                yield Server(child, log)
            finally:
                child.kill()


@contextlib.contextmanager
def idle_connections(port: int, count: int) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS))
        yield


def test_more_idle_connections_than_descriptors(tmp_path: Path) -> None:
    with server(tmp_path, descriptors=128) as running, idle_connections(running.port, 160):
        assert all(running.alive() for _ in range(20))
        assert running.descriptors() < 128
        assert running.log.stat().st_size < LOG_BYTES
        assert "ulimit -n" in running.log.read_text()


def test_accepting_rests_when_there_is_no_descriptor_left(tmp_path: Path) -> None:
    with server(tmp_path, descriptors=256) as running:
        assert running.alive()
        soft = running.descriptors() + 2
        resource.prlimit(running.child.pid, resource.RLIMIT_NOFILE, (soft, 256))
        before = running.cpu_seconds()
        with idle_connections(running.port, 40):
            assert running.alive()  # idle ones make room, one at each try
            assert running.log.stat().st_size < LOG_BYTES
            assert running.log.read_text().count("no connection can be accepted") == 1
            time.sleep(2)
            assert running.cpu_seconds() - before < 1
        resource.prlimit(running.child.pid, resource.RLIMIT_NOFILE, (256, 256))
        assert all(running.alive() for _ in range(20))
