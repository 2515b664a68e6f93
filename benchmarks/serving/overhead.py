"""What the gateway costs over the engine alone: the same requests to both, at 1 and at 8 clients, in turns.

Run from the repository root: `python benchmarks/serving/overhead.py`. The goal is at most 3 % more time, for pictures
as files, as JSON and as a stream of events. Engine alone and gateway are a process each, of the same engine and
settings, and both have warmed up; the rounds take turns, so that what else the machine does hits both, and the median
of the rounds' ratios counts. The clients of the gateway run in this process and take their share of the cores too.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.serving import TEXT, Server, draw, serving  # noqa: E402

GOAL = 0.03
WAYS = {"file": "image/png", "JSON": "application/json", "events": "text/event-stream"}


async def engine_alone(num_steps: int) -> None:
    """Answers each line of standard input, a number of clients and of requests for each, with seconds."""
    from engine.description import Parser
    from engine.engine import Engine, GenerationRequest
    from server.run import engine_settings
    from server.settings import Settings

    settings, parser = Settings(), Parser()

    async def client(number: int, requests: int) -> None:
        for turn in range(requests):
            request = GenerationRequest(description=parser.parse(TEXT), steps=num_steps, seed=100 * number + turn)
            async for _ in engine.generate(request):
                pass

    async with Engine.load(settings.bundle, engine_settings(settings)) as engine:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            clients, requests = map(int, line.split())
            began = time.perf_counter()
            await asyncio.gather(*(client(number, requests) for number in range(clients)))
            print(time.perf_counter() - began, flush=True)


@asynccontextmanager
async def engine_process(num_steps: int) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        "--engine",
        f"--steps={num_steps}",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        assert (await child.stdout.readline()).strip() == b"ready"
        yield child
    finally:
        child.stdin.close()
        await child.wait()


async def ask_engine(child: asyncio.subprocess.Process, clients: int, requests: int) -> float:
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(f"{clients} {requests}\n".encode())
    return float(await child.stdout.readline())


async def ask_gateway(server: Server, accept: str, clients: int, requests: int, steps: int) -> float:
    async def client(number: int) -> None:
        for turn in range(requests):
            status, _, answer = await draw(server.port, accept, steps, 100 * number + turn)
            assert status == 200, answer[:500]

    began = time.perf_counter()
    await asyncio.gather(*(client(number) for number in range(clients)))
    return time.perf_counter() - began


async def measure(server: Server, options: argparse.Namespace) -> bool:
    met = True
    async with engine_process(options.steps) as engine:
        print("| clients | answer | engine alone | gateway | more |\n|---|---|---|---|---|")
        for clients in options.clients:
            requests = max(1, options.requests // clients)
            alone: list[float] = []
            through: dict[str, list[float]] = {way: [] for way in WAYS}
            for turn in range(options.rounds + 1):
                seconds = await ask_engine(engine, clients, requests)
                for way, accept in WAYS.items():
                    took = await ask_gateway(server, accept, clients, requests, options.steps)
                    if turn:  # the first round warms up
                        through[way].append(took / clients / requests)
                if turn:
                    alone.append(seconds / clients / requests)
            for way, seconds_each in through.items():
                more = statistics.median(b / a for a, b in zip(alone, seconds_each, strict=True)) - 1
                met &= more <= GOAL
                cells = (f"{1000 * statistics.median(each):.1f} ms" for each in (alone, seconds_each))
                print(f"| {clients} | {way} | {' | '.join(cells)} | {more:+.1%} |", flush=True)
    return met


async def run(options: argparse.Namespace) -> None:
    with serving() as server:
        met = await measure(server, options)
    print("\nThe goal is met." if met else f"\nThe goal of {GOAL:.0%} is missed.")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--engine", action="store_true", help=argparse.SUPPRESS)
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--requests", type=int, default=8, help="in each round, of all clients together")
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    options = arguments.parse_args()
    if options.engine:
        asyncio.run(engine_alone(options.steps))
        return
    print(describe())
    asyncio.run(run(options))


if __name__ == "__main__":
    main()
