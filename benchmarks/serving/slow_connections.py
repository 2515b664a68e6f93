"""How the health route answers beside slow connections, and how soon after its deadline each of them is closed.

Run from the repository root: `python benchmarks/serving/slow_connections.py`. Goals: p99 of /healthz under 100 ms
beside 500 slow connections, and each of those closed within 10 s of its deadline. With `--descriptors 128 --connections
160 --kinds silent` the server may open fewer descriptors than there are connections: it must go on, with a small log
and little processor time. Server (with the bundled model), slow clients, and the one that asks for /healthz are a
process each, so that none is measured by how busy another is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from server.settings import Settings  # noqa: E402

DEFAULTS = Settings()
HOST = b"Host: localhost\r\n"
BODY = b"POST /parse HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 900000\r\n\r\n"
REFUSED = b"POST /parse HTTP/1.1\r\n" + HOST + b"Content-Length: 9000000\r\n\r\n"
IDLE = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
#: What each kind sends at once, what it then sends a byte a second of, and how long it may.
KINDS: dict[str, tuple[bytes, bytes, float]] = {
    "silent": (b"", b"", DEFAULTS.first_byte_timeout_seconds),
    "header": (b"GET / HTTP/1.1\r\nX: ", b"x", DEFAULTS.header_timeout_seconds),
    "body": (BODY, b"x", DEFAULTS.body_timeout_seconds),
    "refused body": (REFUSED, b"x", DEFAULTS.body_timeout_seconds),
    "idle": (IDLE, b"", DEFAULTS.idle_timeout_seconds),
}


@dataclass(frozen=True, kw_only=True)
class Slow:
    """One slow connection that has ended: None where the server had not closed it when we gave up."""

    kind: str
    seconds: float | None


@contextlib.contextmanager
def serving(descriptors: int, log: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    serve = [sys.executable, "-m", "server.cli", "serve", "--port", "0", "--num-threads", "1"]
    command = ["sh", "-c", f'ulimit -n {descriptors} && exec "$0" "$@"', *serve]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("w") as errors:
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    with child:
        try:
            assert child.stdout is not None
            found = re.search(r":(\d+)$", child.stdout.readline().strip())
            assert found is not None, log.read_text()
            yield child, int(found[1])
        finally:
            child.terminate()


@contextlib.asynccontextmanager
async def dialled(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def slow(port: int, kind: str, patience: float) -> Slow:
    at_once, bit_by_bit, allowed = KINDS[kind]
    begun = time.perf_counter()
    with contextlib.suppress(OSError):
        async with dialled(port) as (reader, writer):
            writer.write(at_once)
            ended = asyncio.create_task(_until_closed(reader))
            while not ended.done() and time.perf_counter() - begun < allowed + patience:
                writer.write(bit_by_bit)
                await asyncio.wait([ended], timeout=1)
            seconds = time.perf_counter() - begun if ended.done() else None
            ended.cancel()
            return Slow(kind=kind, seconds=seconds)
    return Slow(kind=kind, seconds=time.perf_counter() - begun)


async def _until_closed(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(65536):
            pass


async def health(port: int) -> float:
    """Seconds of one request on a connection of its own, connecting included; infinite without an answer."""
    begun = time.perf_counter()
    with contextlib.suppress(OSError):
        async with asyncio.timeout(30), dialled(port) as (reader, writer):
            writer.write(IDLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            if (await reader.read()).startswith(b"HTTP/1.1 200"):
                return time.perf_counter() - begun
    return float("inf")


async def all_slow(port: int, options: argparse.Namespace) -> list[Slow]:
    kinds = [options.kinds[number % len(options.kinds)] for number in range(options.connections)]
    return await asyncio.gather(*(slow(port, kind, options.patience) for kind in kinds))


async def health_times(port: int, seconds: float) -> list[float]:
    times = []
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop:
        times.append(await health(port))
        await asyncio.sleep(0.02)
    return times


@contextlib.contextmanager
def slow_clients(port: int) -> Iterator[subprocess.Popen[str]]:
    """The same command once more, which only holds slow connections and prints how they ended."""
    command = [sys.executable, __file__, *sys.argv[1:], "--slow-clients-of", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            time.sleep(3)  # all of them are there
            yield child
        finally:
            child.terminate()


def measure(port: int, options: argparse.Namespace) -> tuple[list[float], list[float], list[Slow]]:
    """Times of /healthz alone, beside slow connections, and how those ended."""
    alone = asyncio.run(health_times(port, options.seconds))
    with slow_clients(port) as clients:
        beside = asyncio.run(health_times(port, options.seconds))
        ended = json.loads(clients.communicate()[0]) if options.until_closed else []
    return alone, beside, [Slow(**one) for one in ended]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def cpu_seconds(child: subprocess.Popen[str]) -> float:
    fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def report_times(alone: list[float], beside: list[float], options: argparse.Namespace) -> None:
    print("| /healthz | requests | median, ms | p99, ms (goal: 100) | worst, ms |\n|---|---|---|---|---|")
    for name, times in (("alone", alone), (f"beside {options.connections} slow connections", beside)):
        milliseconds = [1000 * each for each in times]
        worst = f"{percentile(milliseconds, 0.99):.1f} | {max(milliseconds):.1f}"
        print(f"| {name} | {len(times)} | {statistics.median(milliseconds):.1f} | {worst} |")


def report_ends(ended: list[Slow], options: argparse.Namespace) -> None:
    print("\n| slow at | count | deadline, s | closed after, s: first | last | last past deadline | never closed |")
    print("|---|---|---|---|---|---|---|")
    for kind in options.kinds:
        allowed = KINDS[kind][2]
        mine = [one.seconds for one in ended if one.kind == kind]
        closed = [seconds for seconds in mine if seconds is not None]
        if closed:
            late = f"{min(closed):.1f} | {max(closed):.1f} | {max(closed) - allowed:+.1f}"
        else:
            late = "- | - | -"
        print(f"| {kind} | {len(mine)} | {allowed:g} | {late} | {len(mine) - len(closed)} |")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--connections", type=int, default=500)
    arguments.add_argument("--descriptors", type=int, default=1024, help="ulimit -n of the server")
    arguments.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    arguments.add_argument("--seconds", type=float, default=8.0, help="how long /healthz is asked")
    arguments.add_argument("--patience", type=float, default=20.0, help="how long past a deadline a client stays")
    arguments.add_argument("--until-closed", action=argparse.BooleanOptionalAction, default=True)
    arguments.add_argument("--slow-clients-of", type=int, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.slow_clients_of:
        print(json.dumps([asdict(one) for one in asyncio.run(all_slow(options.slow_clients_of, options))]))
        return
    print(f"{describe()}; {json.dumps(sys.argv[1:])}")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with serving(options.descriptors, log) as (child, port):
            before, begun = cpu_seconds(child), time.perf_counter()
            alone, beside, ended = measure(port, options)
            used, passed = cpu_seconds(child) - before, time.perf_counter() - begun
        report_times(alone, beside, options)
        if ended:
            report_ends(ended, options)
        print(f"\nserver: {used:.1f} s of processor in {passed:.1f} s, {log.stat().st_size} bytes of log")


if __name__ == "__main__":
    main()
