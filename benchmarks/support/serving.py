"""A server in a process of its own, for benchmarks that ask it over HTTP."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that answers."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def megabytes(self) -> float:
        """Of memory that it has now."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


@contextlib.contextmanager
def serving(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serves the bundled model on a free port; ends it with SIGTERM, and with SIGKILL where that takes too long."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--state", folder, *arguments]
        given = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
        with log.open("w") as errors:
            child = subprocess.Popen(command, env=given, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert child.stdout is not None
            found = re.search(r":(\d+)$", child.stdout.readline().strip())
            assert found is not None, log.read_text(encoding="utf-8")
            yield Server(process=child, port=int(found[1]), log=log)
        finally:
            child.terminate()
            try:
                child.wait(90)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            assert child.stdout is not None
            child.stdout.close()
