"""How long a short job takes among long ones: continuous batching, batching by request, one at a time.

Run from the repository root: `python benchmarks/short_jobs.py`. The goal is a p95 at most a fifth of that of batching
by request. Clients with long jobs (many steps, guidance) keep the engine busy; short jobs (few steps, no guidance)
come at random times that do not depend on when earlier ones end. Times and seeds are the same for every way, all in
one run.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.batching import BUNDLE, BY_REQUEST, CONTINUOUS, ONE_AT_A_TIME, draw, load, request  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import Engine  # noqa: E402

WAYS = (ONE_AT_A_TIME, BY_REQUEST, CONTINUOUS)


async def long_jobs(engine: Engine, options: argparse.Namespace, number: int) -> None:
    """One client that asks for its next long job when it has the last one."""
    model = engine.model
    for seed in range(number, 1_000_000, options.long_clients):
        wanted = request(
            seed, steps=options.long_steps, guidance_scale=4.0, size=(model.default_width, model.default_height)
        )
        await draw(engine, wanted)


async def short_job(engine: Engine, options: argparse.Namespace, seed: int, pause: float) -> float:
    await asyncio.sleep(pause)
    size = engine.model.default_width, engine.model.default_height
    return await draw(engine, request(seed, steps=options.short_steps, guidance_scale=1.0, size=size))


async def one_round(way: str, options: argparse.Namespace, seed: int) -> tuple[list[float], float]:
    """Seconds of every short job, and rows that the model ran a second meanwhile."""
    rng, pauses, now = random.Random(seed), [], 0.0
    for _ in range(options.short_jobs):
        now += rng.expovariate(1 / options.pause_seconds)
        pauses.append(now)
    async with load(way, options.bundle, max_rows=options.max_rows) as engine:
        clients = [asyncio.create_task(long_jobs(engine, options, number)) for number in range(options.long_clients)]
        before = engine.stats().rows_total
        begun = asyncio.get_running_loop().time()
        shorts = await asyncio.gather(
            *(short_job(engine, options, number, pause) for number, pause in enumerate(pauses))
        )
        seconds = asyncio.get_running_loop().time() - begun
        rows = engine.stats().rows_total - before
        for client in clients:
            client.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
    return list(shorts), rows / seconds


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def measure(options: argparse.Namespace) -> dict[str, list[tuple[list[float], float]]]:
    found: dict[str, list[tuple[list[float], float]]] = {way: [] for way in WAYS}
    for number in range(options.rounds):
        for way in WAYS[number % 3 :] + WAYS[: number % 3]:
            found[way].append(await one_round(way, options, options.seed + number))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments.add_argument("--long-clients", type=int, default=6)
    arguments.add_argument("--long-steps", type=int, default=50)
    arguments.add_argument("--short-jobs", type=int, default=40, help="short jobs of each way and round")
    arguments.add_argument("--short-steps", type=int, default=4)
    arguments.add_argument("--pause-seconds", type=float, default=1.5, help="mean pause between short jobs")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--max-rows", type=int, default=8)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    print(describe())
    print(
        f"{options.long_clients} clients with long jobs of {options.long_steps} guided steps; {options.short_jobs} "
        f"short jobs of {options.short_steps} steps every {options.pause_seconds:g} s, {options.rounds} rounds"
    )
    found = asyncio.run(measure(options))
    print("| way | short p50 s | short p95 s | by request / this, p95 | rows/s |")
    print("|---|---|---|---|---|")
    reference = [percentile(shorts, 0.95) for shorts, _ in found[BY_REQUEST]]
    for way in WAYS:
        p50 = [percentile(shorts, 0.5) for shorts, _ in found[way]]
        p95 = [percentile(shorts, 0.95) for shorts, _ in found[way]]
        ratio = statistics.median(other / one for other, one in zip(reference, p95, strict=True))
        rate = statistics.median(rate for _, rate in found[way])
        print(f"| {way} | {statistics.median(p50):.2f} | {statistics.median(p95):.2f} | {ratio:.1f} | {rate:.1f} |")


if __name__ == "__main__":
    main()
