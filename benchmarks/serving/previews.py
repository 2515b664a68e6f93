"""How much slower requests are that ask for previews: of the bundled model, alone and eight at a time.

Run from the repository root: `python benchmarks/serving/previews.py`. The goal is at most 3 % with a preview at every
fifth step. One engine draws for all contestants; their rounds take turns, in an order that turns too, so that what
else the machine does hits all of them. Told are medians of a round's seconds, of the ratio to the round without
previews beside it, and of the processor's seconds, which do not count what others do.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.batching import BUNDLE, request  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import Engine, EngineSettings, Preview  # noqa: E402

GOAL_EVERY, GOAL = 5, 0.03


@dataclass(frozen=True, kw_only=True)
class Round:
    """What the pictures of a round took, and how many previews came."""

    seconds: float
    processor_seconds: float
    previews: int


async def one_round(engine: Engine, every: int | None, clients: int, options: argparse.Namespace) -> Round:
    """Each client draws one picture after the other."""
    size = engine.model.default_width, engine.model.default_height

    async def client(number: int) -> int:
        previews = 0
        for picture in range(options.pictures):
            plain = request(10 * number + picture, steps=options.steps, guidance_scale=2.5, size=size)
            async for event in engine.generate(replace(plain, preview_every=every)):
                previews += isinstance(event, Preview)
        return previews

    begun, used = time.perf_counter(), time.process_time()
    previews = sum(await asyncio.gather(*(client(number) for number in range(clients))))
    return Round(seconds=time.perf_counter() - begun, processor_seconds=time.process_time() - used, previews=previews)


async def measure(options: argparse.Namespace, clients: int) -> dict[int | None, list[Round]]:
    ways: list[int | None] = [None, *options.every]
    found: dict[int | None, list[Round]] = {every: [] for every in ways}
    async with Engine.load(options.bundle, EngineSettings(num_threads=options.threads)) as engine:
        await one_round(engine, 1, clients, options)
        for number in range(options.rounds):
            turn = number % len(ways)
            for every in ways[turn:] + ways[:turn]:
                found[every].append(await one_round(engine, every, clients, options))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--every", type=int, nargs="+", default=[1, 2, GOAL_EVERY], help="steps between previews")
    arguments.add_argument("--clients", type=int, nargs="+", default=[1, 8])
    arguments.add_argument("--pictures", type=int, default=2, help="of each client and round, one after the other")
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--threads", type=int, help="of a forward (one for each core)")
    options = arguments.parse_args()
    print(f"{describe()}; {options.steps} guided steps, {options.rounds} rounds")
    print("| clients | a preview every | previews a picture | s a round | / none | processor s | / none |")
    print("|---|---|---|---|---|---|---|")
    for clients in options.clients:
        found = asyncio.run(measure(options, clients))
        for every, rounds in found.items():
            told = "-" if every is None else f"{every} steps"
            previews = statistics.mean(each.previews for each in rounds) / (clients * options.pictures)
            seconds = statistics.median(each.seconds for each in rounds)
            used = statistics.median(each.processor_seconds for each in rounds)
            pairs = list(zip(rounds, found[None], strict=True))
            slower = statistics.median(one.seconds / other.seconds for one, other in pairs)
            busier = statistics.median(one.processor_seconds / other.processor_seconds for one, other in pairs)
            print(f"| {clients} | {told} | {previews:.1f} | {seconds:.2f} | {slower:.3f} | {used:.2f} | {busier:.3f} |")
            if every == GOAL_EVERY:
                reached = "reached" if slower <= 1 + GOAL else "missed"
                verdict = f"goal of {GOAL:.0%} with {clients} clients: {reached} ({slower - 1:+.1%})"
                print(verdict, file=sys.stderr)


if __name__ == "__main__":
    main()
