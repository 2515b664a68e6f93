"""What becomes of requests that come faster than the server can draw: at 1, 2, 5 and 10 times its capacity.

Run from the repository root: `python benchmarks/serving/overload.py`. Goals: goodput of at least 90 % of the capacity
at every load; p99 of those admitted within the time that a full line takes; every refusal with Retry-After, within 50
ms. Arrivals are open-loop: a Poisson process says when each request is sent, whether or not the ones before it were
answered (closed-loop users would slow down with the server). Server and client are a process each; "late" says how long
after its time the client sent a request, since a late client measures itself.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.serving import Server, draw, serving  # noqa: E402
from server.settings import Settings  # noqa: E402

GOAL_GOODPUT, GOAL_SHED_SECONDS = 0.9, 0.05


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One request: when it was due, when it was sent and answered (seconds of one clock), and with what."""

    due: float
    sent: float
    answered: float
    status: int
    retry_after: bool

    @property
    def seconds(self) -> float:
        return self.answered - self.sent


async def ask(server: Server, steps: int, seed: int, due: float) -> Answer:
    sent = time.perf_counter()
    status, header, _ = await draw(server.port, "image/png", steps, seed)
    retry_after = b"\r\nretry-after:" in b"\r\n" + header
    return Answer(due=due, sent=sent, answered=time.perf_counter(), status=status, retry_after=retry_after)


async def capacity(server: Server, steps: int, users: int, seconds: float) -> float:
    """Pictures a second that as many users get as the server runs at a time, each asking again at once."""
    end = time.perf_counter() + seconds
    done = 0

    async def user(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            answer = await ask(server, steps, number, time.perf_counter())
            assert answer.status == 200, answer
            done += answer.answered <= end

    await asyncio.gather(*(user(number) for number in range(users)))
    return done / seconds


async def offer(server: Server, steps: int, rate: float, seconds: float) -> list[Answer]:
    """All answers to a Poisson process of `rate` requests a second."""
    chance = random.Random(f"{rate:.3f}")  # noqa: S311 - arrivals, not secrets
    start, due = time.perf_counter() + 0.1, 0.0
    tasks: list[asyncio.Task[Answer]] = []
    while (due := due + chance.expovariate(rate)) < seconds:
        await asyncio.sleep(max(0.0, start + due - time.perf_counter()))
        tasks.append(asyncio.create_task(ask(server, steps, len(tasks), start + due)))
    return list(await asyncio.gather(*tasks))


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One load: requests offered, and what came of them; rates are a second."""

    load: float
    offered: float
    goodput: float
    admitted: list[float]
    shed: list[float]
    told: int
    others: Counter[int]
    late: float
    megabytes: float

    def line(self, reached: float) -> str:
        total = len(self.admitted) + len(self.shed) + self.others.total()
        cells = (
            f"{self.load:g}x",
            f"{self.offered:.1f}",
            f"{self.goodput:.2f} ({self.goodput / reached:.0%})",
            f"{statistics.median(self.admitted):.2f} s",
            f"{quantile(self.admitted, 0.99):.2f} s",
            f"{len(self.shed) / total:.0%}",
            f"{1000 * quantile(self.shed, 0.5):.1f} ms" if self.shed else "-",
            f"{1000 * quantile(self.shed, 0.99):.1f} ms" if self.shed else "-",
            f"{self.told} of {len(self.shed)}",
            ", ".join(f"{count} x {status}" for status, count in self.others.items()) or "none",
            f"{1000 * self.late:.0f} ms",
            f"{self.megabytes:.0f} MB",
        )
        return "| " + " | ".join(cells) + " |"


HEADINGS = (
    "load",
    "offered/s",
    "goodput/s (of capacity)",
    "p50 admitted",
    "p99 admitted",
    "shed",
    "p50 shed",
    "p99 shed",
    "with Retry-After",
    "other answers",
    "p99 late",
    "memory",
)


def judged(load: float, rate: float, answers: list[Answer], seconds: float, megabytes: float) -> Row:
    """Goodput counts what was finished from the first request to the end of the arrivals' time, line included."""
    admitted = [answer for answer in answers if answer.status == 200]
    shed = [answer for answer in answers if answer.status in (429, 503)]
    first = min(answer.due for answer in answers)
    # A line is empty at the start and still full at the end: what was finished in its time counts, and nothing after.
    in_time = sum(answer.answered <= first + seconds for answer in admitted)
    return Row(
        load=load,
        offered=rate,
        goodput=in_time / seconds,
        admitted=[answer.seconds for answer in admitted],
        shed=[answer.seconds for answer in shed],
        told=sum(answer.retry_after for answer in shed),
        others=Counter(answer.status for answer in answers if answer.status not in (200, 429, 503)),
        late=quantile([answer.sent - answer.due for answer in answers], 0.99),
        megabytes=megabytes,
    )


async def measure(server: Server, options: argparse.Namespace) -> bool:
    settings = Settings()
    await capacity(server, options.steps, 2, 3.0)  # warm
    reached = await capacity(server, options.steps, settings.max_running, options.seconds)
    places = settings.max_queue + settings.max_running
    print(f"capacity {reached:.2f} pictures a second ({options.steps} steps, {settings.max_running} users)")
    print(f"a full line of {places} takes {places / reached:.1f} s\n")
    print("| " + " | ".join(HEADINGS) + " |\n|" + "---|" * len(HEADINGS))
    rows = []
    for load in options.loads:
        answers = await offer(server, options.steps, load * reached, options.seconds)
        rows.append(judged(load, load * reached, answers, options.seconds, server.megabytes()))
        print(rows[-1].line(reached), flush=True)
    return all(
        row.goodput >= GOAL_GOODPUT * reached
        and quantile(row.admitted, 0.99) <= 1.1 * places / reached
        and row.told == len(row.shed)
        and not row.others
        and (not row.shed or quantile(row.shed, 0.99) <= GOAL_SHED_SECONDS)
        for row in rows
        if row.load > 1
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--steps", type=int, default=8)
    arguments.add_argument("--seconds", type=float, default=30.0, help="of arrivals at each load")
    arguments.add_argument("--loads", type=float, nargs="+", default=[1.0, 2.0, 5.0, 10.0])
    options = arguments.parse_args()
    print(describe())
    with serving() as server:
        met = asyncio.run(measure(server, options))
    print("\nThe goals are met." if met else "\nA goal is missed.")


if __name__ == "__main__":
    main()
