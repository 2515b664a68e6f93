"""What one caller's haste costs another: a patient one beside a hasty one that sends ten times what it may.

Run from the repository root: `python benchmarks/serving/tenants.py`. The patient caller draws one picture after the
other; the hasty one sends requests on a clock, answered or not. Cases: nobody else there; the hasty one at its limit;
at ten times its limit; at ten times with no limit, so that only turns in the line protect; and without keys, where both
stand in one line. Goal: at ten times its limit the patient one's p99 is at most half as long again as at its limit.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from benchmarks.support.serving import Server, serving  # noqa: E402

BODY = {"description": "a woman with long red hair, a green coat over a striped top, white sneakers", "steps": 8}
PATIENT, HASTY = "patient", "hasty"
#: Requests a minute that the hasty caller may send, and how many it does.
ALLOWED, SENT = 60, 600
GOAL_RATIO = 1.5


def key_of(folder: Path, name: str, *limits: str) -> str:
    """Makes a key; gives its text."""
    command = [sys.executable, "-m", "server.cli", "keys", "add", name, "--state", str(folder), *limits]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


async def draw(client: httpx.AsyncClient, key: str) -> int:
    headers = {"Accept": "image/png"} | ({"Authorization": f"Bearer {key}"} if key else {})
    return (await client.post("/generate", json=BODY, headers=headers)).status_code


async def hurry(client: httpx.AsyncClient, key: str, sent: int, statuses: Counter[int]) -> None:
    """Sends on a clock until it is cancelled."""
    async with asyncio.TaskGroup() as group:

        async def one() -> None:
            statuses[await draw(client, key)] += 1

        while True:
            group.create_task(one())
            await asyncio.sleep(60 / sent)


async def measure(
    server: Server, patient: str, hasty: str, sent: int, pictures: int
) -> tuple[list[float], Counter[int]]:
    """What each of the patient caller's pictures took, in seconds, and the statuses of the hasty one's requests."""
    waits: list[float] = []
    statuses: Counter[int] = Counter()
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=server.url, timeout=600, limits=limits) as client:
        await draw(client, patient)
        other = asyncio.create_task(hurry(client, hasty, sent, statuses)) if sent else None
        await asyncio.sleep(10 if sent else 0)
        loop = asyncio.get_running_loop()
        while len(waits) < pictures:
            began = loop.time()
            status = await draw(client, patient)
            if status == 200:
                waits.append(loop.time() - began)
            else:  # a full line: it comes back, and what it waited counts
                await asyncio.sleep(1)
        if other is not None:
            other.cancel()
            await asyncio.gather(other, return_exceptions=True)
    return waits, statuses


def case(name: str, pictures: int, *limits: str, sent: int = SENT, keys: bool = True) -> tuple[str, float]:
    """One row of the table, and the patient caller's p99."""
    with tempfile.TemporaryDirectory() as folder:
        texts = {PATIENT: "", HASTY: ""}
        arguments: tuple[str, ...] = ()
        if keys:
            texts = {PATIENT: key_of(Path(folder), PATIENT), HASTY: key_of(Path(folder), HASTY, *limits)}
            arguments = ("--keys", str(Path(folder) / "keys.json"))
        with serving(*arguments, "--log-level", "warning") as server:
            work = measure(server, texts[PATIENT], texts[HASTY], sent, pictures)
            waits, statuses = asyncio.run(work)
    p99 = sorted(waits)[min(len(waits) - 1, int(0.99 * len(waits)))]
    theirs = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items())) or "-"
    return f"| {name} | {statistics.median(waits):.2f} s | {p99:.2f} s | {theirs} |", p99


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=60, help="pictures of the patient caller in each case (60)")
    pictures = parser.parse_args().pictures
    print(describe())
    print(f"\nhasty: {SENT} requests a minute, of which a limit allows {ALLOWED}; patient: {pictures} pictures\n")
    print("| beside | p50 of the patient | p99 | the hasty one's answers |\n|---|---|---|---|")
    limits = ("--requests-per-minute", str(ALLOWED), "--concurrent", "2")
    p99: dict[str, float] = {}
    for name, bounds, sent, keys in (
        ("nobody", (), 0, True),
        ("hasty at its limit", limits, ALLOWED, True),
        ("hasty at ten times its limit", limits, SENT, True),
        ("the same without a limit: turns alone", (), SENT, True),
        ("the same without keys: one line", (), SENT, False),
    ):
        row, p99[name] = case(name, pictures, *bounds, sent=sent, keys=keys)
        print(row, flush=True)
    ratio = p99["hasty at ten times its limit"] / p99["hasty at its limit"]
    print(f"\np99 at ten times the limit: {ratio:.2f} x that at the limit (goal: at most {GOAL_RATIO:g} x)")
    return 0 if ratio <= GOAL_RATIO else 1


if __name__ == "__main__":
    raise SystemExit(main())
