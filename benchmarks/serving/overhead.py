"""What the gateway costs over the engine alone: the same requests to both, at 1 and at 8 clients, in turns.

Run from the repository root: `python benchmarks/serving/overhead.py`. The goals are at most 3 % more for pictures as
files or JSON, and 5 % for a stream of events. Engine alone and gateway are a process each, of the same engine and
settings, and both have warmed up; the rounds take turns, so that what else the machine does hits both, and the median
of the rounds' ratios counts. The clients of the gateway run in this process and take their share of the cores too.

Two measures are printed. Time over the engine alone is what a user waits; on a busy machine it is mostly noise. Of the
processor's time only the event loop's counts for the gateway, since all else is the engine's threads: what the loop
uses over the loop of the engine alone, and what the clients use, as shares of all that the engine alone uses. Others on
the machine change that little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.serving import TEXT, Server, draw, serving  # noqa: E402

GOALS = {"file": 0.03, "JSON": 0.03, "events": 0.05}
WAYS = {"file": "image/png", "JSON": "application/json", "events": "text/event-stream"}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Seconds of one picture: by the clock, of the processor in the event loop, in all, and in the clients."""

    clock: float
    loop: float
    processor: float
    clients: float = 0.0

    def shared(self, pictures: int) -> Cost:
        return Cost(**{name: seconds / pictures for name, seconds in asdict(self).items()})


def cost_since(began: Cost, now: Cost) -> Cost:
    return Cost(**{name: seconds - asdict(began)[name] for name, seconds in asdict(now).items()})


async def engine_alone(num_steps: int) -> None:
    """Answers each line of standard input, a number of clients and of requests for each, with its cost."""
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
            began = _own_cost()
            await asyncio.gather(*(client(number, requests) for number in range(clients)))
            print(json.dumps(asdict(cost_since(began, _own_cost()))), flush=True)


def _own_cost() -> Cost:
    return Cost(clock=time.perf_counter(), loop=time.thread_time(), processor=time.process_time())


def _cost_of(process: int) -> Cost:
    """That of a server, whose event loop is its first thread, and of its clients, which run here."""
    seconds = {int(each.name): _thread_seconds(each) for each in Path(f"/proc/{process}/task").iterdir()}
    return Cost(
        clock=time.perf_counter(),
        loop=seconds[process],
        processor=sum(seconds.values()),
        clients=time.process_time(),
    )


def _thread_seconds(folder: Path) -> float:
    return int((folder / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9


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


async def ask_engine(child: asyncio.subprocess.Process, clients: int, requests: int) -> Cost:
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(f"{clients} {requests}\n".encode())
    return Cost(**json.loads(await child.stdout.readline())).shared(clients * requests)


async def ask_gateway(server: Server, accept: str, clients: int, requests: int, steps: int) -> Cost:
    async def client(number: int) -> None:
        for turn in range(requests):
            status, _, answer = await draw(server.port, accept, steps, 100 * number + turn)
            assert status == 200, answer[:500]

    began = _cost_of(server.process.pid)
    await asyncio.gather(*(client(number) for number in range(clients)))
    return cost_since(began, _cost_of(server.process.pid)).shared(clients * requests)


async def measure(server: Server, options: argparse.Namespace) -> bool:
    met = True
    async with engine_process(options.steps) as engine:
        print("| clients | answer | engine alone | gateway | more | loop's processor | with clients' |")
        print("|---|---|---|---|---|---|---|")
        for clients in options.clients:
            requests = max(1, options.requests // clients)
            alone: list[Cost] = []
            through: dict[str, list[Cost]] = {way: [] for way in WAYS}
            for turn in range(options.rounds + 1):
                costs = await ask_engine(engine, clients, requests)
                for way, accept in WAYS.items():
                    took = await ask_gateway(server, accept, clients, requests, options.steps)
                    if turn:  # the first round warms up
                        through[way].append(took)
                if turn:
                    alone.append(costs)
            for way, costs_each in through.items():
                met &= _report(clients, way, alone, costs_each)
    return met


def _report(clients: int, way: str, alone: list[Cost], through: list[Cost]) -> bool:
    """Prints a row; whether the goal is met, by the processor and with the clients."""
    pairs = list(zip(alone, through, strict=True))
    more = statistics.median(b.clock / a.clock for a, b in pairs) - 1
    engine = statistics.median(each.processor for each in alone)
    loop = statistics.median(b.loop for b in through) - statistics.median(a.loop for a in alone)
    both = loop + statistics.median(b.clients for b in through)
    times = (f"{1000 * statistics.median(each.clock for each in costs):.1f} ms" for costs in (alone, through))
    shares = (f"{1000 * seconds:.1f} ms, {seconds / engine:+.1%}" for seconds in (loop, both))
    print(f"| {clients} | {way} | {' | '.join(times)} | {more:+.1%} | {' | '.join(shares)} |", flush=True)
    return both / engine <= GOALS[way]


async def run(options: argparse.Namespace) -> None:
    with serving() as server:
        met = await measure(server, options)
    goals = ", ".join(f"{way} {share:.0%}" for way, share in GOALS.items())
    print(f"\nThe goals ({goals} of the processor) are {'met' if met else 'missed'}.")


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
