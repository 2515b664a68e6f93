"""Pictures a second with eight clients: continuous batching, batching by request, one at a time.

Run from the repository root: `python benchmarks/batching.py`. The goal is 1.1 x one at a time on two cores, and 2 x
on a GPU at 512 x 512. Every client asks for its next picture when it has the last one. With equal requests batching
by request does its best; mixed ones differ in steps, guidance and size. The ways take turns, all in one run; medians
over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.batching import BUNDLE, BY_REQUEST, CONTINUOUS, ONE_AT_A_TIME, draw, load, request  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import Engine, GenerationRequest  # noqa: E402

WAYS = (ONE_AT_A_TIME, BY_REQUEST, CONTINUOUS)
WORKLOADS = ("equal", "mixed")


def orders(workload: str, engine: Engine, number: int, seed: int) -> list[GenerationRequest]:
    """The same requests for every way, in the same order."""
    rng, model = random.Random(seed), engine.model
    sizes = list(model.sizes) or [(model.default_width, model.default_height)]
    made = []
    for index in range(number):
        equal = workload == "equal"
        made.append(
            request(
                index,
                steps=model.default_steps if equal else rng.randint(8, 2 * model.default_steps - 8),
                guidance_scale=model.default_guidance_scale if equal else rng.choice([1.0, 4.0, 4.0]),
                size=(model.default_width, model.default_height) if equal else rng.choice(sizes),
            )
        )
    return made


async def pictures_a_second(engine: Engine, wanted: list[GenerationRequest], num_clients: int) -> tuple[float, float]:
    """Throughput of closed-loop clients, and the mean number of rows of a forward."""
    queue = iter(wanted)
    before = engine.stats()

    async def client() -> None:
        for each in queue:
            await draw(engine, each)

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(num_clients)))
    seconds = time.perf_counter() - begun
    after = engine.stats()
    rows = (after.rows_total - before.rows_total) / (after.forwards_total - before.forwards_total)
    return len(wanted) / seconds, rows


async def measure(options: argparse.Namespace) -> dict[tuple[str, str], list[tuple[float, float]]]:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for number in range(options.rounds):
        for workload in WORKLOADS:
            for way in WAYS[number % 3 :] + WAYS[: number % 3]:
                async with load(way, options.bundle, max_rows=options.max_rows) as engine:
                    wanted = orders(workload, engine, options.pictures, options.seed + number)
                    measured = await pictures_a_second(engine, wanted, options.clients)
                found.setdefault((workload, way), []).append(measured)
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--pictures", type=int, default=32, help="pictures of each way and round")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--max-rows", type=int, default=8)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    print(describe())
    print(f"{options.clients} clients, {options.pictures} pictures a round, {options.rounds} rounds")
    found = asyncio.run(measure(options))
    print("| requests | way | pictures/s | rows a forward | / one at a time |")
    print("|---|---|---|---|---|")
    for workload in WORKLOADS:
        base = [rate for rate, _ in found[workload, ONE_AT_A_TIME]]
        for way in WAYS:
            rates = [rate for rate, _ in found[workload, way]]
            rows = statistics.median(rows for _, rows in found[workload, way])
            ratio = statistics.median(rate / one for rate, one in zip(rates, base, strict=True))
            print(f"| {workload} | {way} | {statistics.median(rates):.2f} | {rows:.1f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
