"""Gateways as processes of their own, to be killed, and what a client asks of them."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

from tests.forking import Popen

ROOT = Path(__file__).resolve().parents[3]
CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
PATIENCE_SECONDS = 240

#: The engine that draws rectangles. `--closed` stops it before its first step; a description of "poison" kills it.
SCRIPT = f"""
import asyncio, importlib.util, os, signal, sys
spec = importlib.util.spec_from_file_location("double", {str(CONFTEST)!r})
double = importlib.util.module_from_spec(spec)
spec.loader.exec_module(double)
from server.run import serve
from server.settings import read_settings

class Engine(double.RectangleEngine):
    async def generate(self, settled):
        async for event in super().generate(settled):
            if type(event).__name__ == "Step":
                await asyncio.sleep(float(os.environ.get("STEP_SECONDS", "0")))
                if settled.description.text == "poison":
                    os.kill(os.getpid(), signal.SIGKILL)
            yield event

engine = Engine()
if "--closed" in sys.argv:
    engine.gate.clear()
if "--limit" in sys.argv:
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
sys.exit(serve(read_settings(), load=lambda bundle, settings: engine))
"""
RECTANGLES = (sys.executable, "-c", SCRIPT)
FIGURINE = (sys.executable, "-m", "server.cli", "serve")


class Gateway:
    def __init__(self, child: "subprocess.Popen[str]", url: str) -> None:
        self.child = child
        self.url = url
        self.client = httpx.Client(base_url=url, timeout=60)

    def post(self, body: Any) -> str:
        answer = self.client.post("/jobs", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def job(self, job_id: str) -> Any:
        return self.client.get(f"/jobs/{job_id}").json()

    def events(self, job_id: str) -> list[str]:
        text = self.client.get(f"/jobs/{job_id}/events").text
        return [line[7:] for line in text.splitlines() if line.startswith("event: ")]

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "it did not come to pass"
            time.sleep(0.05)

    def ended(self, *job_ids: str) -> list[str]:
        self.wait(lambda: all(self.job(each)["status"] not in ("queued", "running") for each in job_ids))
        return [self.job(each)["status"] for each in job_ids]

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()


@contextlib.contextmanager
def gateway(*command: str, **settings: Any) -> Iterator[Gateway]:
    variables = {
        name.upper() if name == "step_seconds" else f"COSMICMAN_{name.upper()}": str(value)
        for name, value in settings.items()
    }
    child = Popen(
        command or RECTANGLES,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COSMICMAN_PORT": "0", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith("CosmicMan Serve is ready on "), line
        made = Gateway(child, line.split()[-1])
        with contextlib.closing(made.client):
            yield made
    finally:
        child.kill()
        child.communicate()
