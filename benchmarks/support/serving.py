"""A server in a process of its own, for benchmarks that ask it over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What is drawn.
TEXT = "a woman with long red hair, a green coat over a striped top, white sneakers"


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


async def draw(port: int, accept: str, steps: int, seed: int) -> tuple[int, bytes, bytes]:
    """Status, header in lower case, and body of one request on a connection of its own.

    It is written by hand: a client library would take more of the processor than the server.
    """
    body = json.dumps({"description": TEXT, "steps": steps, "seed": seed}).encode()
    head = (
        f"POST /generate HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        writer.write(head.encode() + body)
        status = int((await reader.readline()).split()[1])
        header = await reader.readuntil(b"\r\n\r\n")
        return status, header.lower(), await reader.read()
