"""What a fault costs: clients that leave, a replica that stops under load, a gateway that is killed, Redis that hangs.

Run from the repository root: `python benchmarks/serving/faults.py`; `--only redis` runs one. Servers are processes with
the bundled model. Redis parts need redis-server. Each line says what was done, what came of it, and the goal.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.serving import TEXT, Server, serving  # noqa: E402

QUICK = {"description": TEXT, "steps": 4, "seed": 1}
PATIENCE = httpx.Timeout(120)


def say(what: str, came: str, goal: str) -> None:
    print(f"| {what} | {came} | {goal} |", flush=True)


def client(server: Server) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=server.url, timeout=PATIENCE, trust_env=False)


async def status(http: httpx.AsyncClient) -> dict[str, float]:
    told = (await http.get("/metrics")).text
    lines = (line.rpartition(" ") for line in told.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def leaving(rounds: int) -> None:
    """From the moment a client leaves a running request to the moment that its place is free."""
    with serving() as server:
        async with client(server) as http:
            await http.post("/generate", json=QUICK)
            freed, steps = [], []
            for _ in range(rounds):
                reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
                body = json.dumps({"description": TEXT, "steps": 100}).encode()
                head = "POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
                while (await status(http))["cosmicman_requests_running"] == 0:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.3)
                writer.transport.abort()
                left = time.perf_counter()
                while (told := await status(http))["cosmicman_requests_running"]:
                    pass
                freed.append(time.perf_counter() - left)
                steps.append(told["cosmicman_forward_last_seconds"])
    say(
        "a client leaves its running request",
        f"its place is free after {1000 * statistics.median(freed):.0f} ms (longest {1000 * max(freed):.0f}); "
        f"a step takes {1000 * statistics.median(steps):.0f} ms",
        "within one step",
    )


async def stopping(seconds: float) -> None:
    """Two replicas behind what asks /readyz every 0.1 s; one gets SIGTERM in the middle of the load."""
    quiet = ("--log-level", "warning")
    with serving(*quiet, environment={"COSMICMAN_DRAIN_SECONDS": "2"}) as one, serving(*quiet) as two:
        async with client(one) as first, client(two) as second:
            ready, done, outcomes = [first, second], asyncio.Event(), Counter[str]()
            turns = itertools.count()

            async def look() -> None:
                while True:
                    states = []
                    for each in (first, second):
                        with contextlib.suppress(httpx.TransportError):
                            states += [each] if (await each.get("/readyz")).is_success else []
                    ready[:] = states
                    await asyncio.sleep(0.1)

            async def load() -> None:
                while not done.is_set():
                    try:
                        answer = await ready[next(turns) % len(ready)].post("/generate", json=QUICK)
                        outcomes[str(answer.status_code)] += 1
                    except httpx.TransportError as error:
                        outcomes[type(error).__name__] += 1

            tasks = [asyncio.create_task(look()), *(asyncio.create_task(load()) for _ in range(6))]
            await asyncio.sleep(seconds / 2)
            one.process.send_signal(signal.SIGTERM)
            began = time.perf_counter()
            await asyncio.to_thread(one.process.wait)
            drained = time.perf_counter() - began
            await asyncio.sleep(seconds / 2)
            done.set()
            await asyncio.gather(*tasks[1:])
            tasks[0].cancel()
    failed = outcomes.total() - outcomes["200"]
    say(
        "SIGTERM to one of two replicas under load",
        f"{failed} of {outcomes.total()} requests failed; it had ended after {drained:.1f} s",
        "0 failed",
    )


async def killed(redis: str | None) -> None:
    """`kill -9` with 20 accepted jobs, then a new start over the same store."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"COSMICMAN_STATE": folder, "COSMICMAN_JOB_LEASE_SECONDS": "5"}
        if redis is not None:
            environment["COSMICMAN_REDIS"] = redis
        arguments = ("--state", folder, "--log-level", "warning")
        with serving(*arguments, environment=environment) as server:
            async with client(server) as http:
                accepted = [(await http.post("/jobs", json={**QUICK, "seed": n})).json()["id"] for n in range(20)]
                await asyncio.sleep(1.0)
            server.process.kill()
            server.process.wait()
        with serving(*arguments, environment=environment) as server:
            began = time.perf_counter()
            async with client(server) as http:
                states: Counter[str] = Counter()
                while states.total() < 20 or states["queued"] or states["running"]:
                    await asyncio.sleep(0.2)
                    states = Counter([(await http.get(f"/jobs/{each}")).json()["status"] for each in accepted])
                seconds = time.perf_counter() - began
                twice = 0
                for each in accepted:
                    text = (await http.get(f"/jobs/{each}/events")).text
                    twice += text.count("event: finished") != 1
    say(
        f"kill -9 with 20 accepted jobs, {'SQLite' if redis is None else 'Redis'}",
        f"{states['finished']} finished {seconds:.1f} s after the new start, {twice} of them not exactly once",
        "20, none twice",
    )


@contextlib.contextmanager
def redis_server() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes"]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield child, f"redis://127.0.0.1:{port}/0"
        finally:
            child.send_signal(signal.SIGCONT)
            child.terminate()
            child.wait()


async def timed(http: httpx.AsyncClient, path: str, number: int, headers: dict[str, str] | None = None) -> list[float]:
    seconds = []
    for turn in range(number):
        keyed = {name: f"{value}-{turn}-{time.perf_counter()}" for name, value in (headers or {}).items()}
        began = time.perf_counter()
        await http.post(path, json=QUICK, headers=keyed)
        seconds.append(time.perf_counter() - began)
    return seconds


def shown(seconds: list[float]) -> str:
    return f"p50 {1000 * statistics.median(seconds):.0f} ms, longest {1000 * max(seconds):.0f}"


async def redis(number: int) -> None:
    """Pictures with an idempotency key, and accepted jobs, while Redis answers, hangs, and answers again."""
    with (
        redis_server() as (child, url),
        serving("--log-level", "error", environment={"COSMICMAN_REDIS": url}) as server,
    ):
        async with client(server) as http:
            await timed(http, "/generate", 3)
            key = {"Idempotency-Key": "k"}
            say("Redis answers: POST /generate with a key", shown(await timed(http, "/generate", number, key)), "-")
            child.send_signal(signal.SIGSTOP)
            say(
                "Redis hangs (SIGSTOP): POST /generate with a key",
                shown(await timed(http, "/generate", number, key)),
                "at most 0.25 s more",
            )
            began = time.perf_counter()
            answer = await http.post("/jobs", json=QUICK)
            say(
                "Redis hangs: POST /jobs",
                f"{answer.status_code} after {time.perf_counter() - began:.1f} s, "
                f"Retry-After {answer.headers.get('retry-after')}",
                "503 within 2 s",
            )
            child.send_signal(signal.SIGCONT)
            began = time.perf_counter()
            while (await http.post("/jobs", json=QUICK)).status_code != 202:
                await asyncio.sleep(0.05)
            say("Redis answers again: POST /jobs", f"202 after {time.perf_counter() - began:.1f} s", "by itself")


async def run(options: argparse.Namespace) -> None:
    wanted = options.only
    print("| fault | measured | goal |\n|---|---|---|")
    if wanted in ("", "leaving"):
        await leaving(options.rounds)
    if wanted in ("", "stopping"):
        await stopping(options.seconds)
    if wanted in ("", "killed"):
        await killed(None)
    if shutil.which("redis-server") is None:
        print("redis-server is not here; its parts are left out")
        return
    if wanted in ("", "killed"):
        with redis_server() as (_, url):
            await killed(url)
    if wanted in ("", "redis"):
        await redis(options.rounds)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", choices=("leaving", "stopping", "killed", "redis"), default="")
    arguments.add_argument("--rounds", type=int, default=10)
    arguments.add_argument("--seconds", type=float, default=8.0, help="of load around the SIGTERM")
    options = arguments.parse_args()
    print(describe())
    asyncio.run(run(options))


if __name__ == "__main__":
    main()
