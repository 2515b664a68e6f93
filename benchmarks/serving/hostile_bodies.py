"""Bodies made to hurt: how long one of them holds the event loop, what memory it takes, and whom it keeps waiting.

Run from the repository root: `python benchmarks/serving/hostile_bodies.py`. The server runs in a process of its own
with a task that sleeps for a millisecond, again and again; a stall is how much later than that it wakes. So whatever
else runs on the machine counts as well; `busy` is the longest stall that the server's own computing can explain. Memory
is the process's peak since before the body, above what it had when it was idle.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import MAX_READ_AT_ONCE, Engine  # noqa: E402
from engine.pictures.decode import MAX_SCANS, load_pixels  # noqa: E402
from engine.pictures.header import PixelLimits  # noqa: E402
from server.app import create_app  # noqa: E402
from server.http.json_limits import MAX_DEPTH, MAX_VALUES  # noqa: E402
from server.run import engine_settings  # noqa: E402
from server.settings import Settings  # noqa: E402

LIMITS = PixelLimits.of_largest(192 * 192)
JSON = {"Content-Type": "application/json"}
PLAIN = {"description": "a woman in a red dress", "steps": 4}
PROBE = "/probe"
MEGABYTE = 2**20


class Probe:
    """The application, and at PROBE the longest stall and the memory since it was asked last."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.longest = self.longest_busy = 0.0
        self.task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == PROBE:
            self.task = self.task or asyncio.create_task(self.beat())
            stalls = {"stall": self.longest, "busy": self.longest_busy}
            self.longest = self.longest_busy = 0.0
            told = json.dumps(stalls | {"now": _status("VmRSS"), "peak": _status("VmHWM")}).encode()
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/json")]})
            await send({"type": "http.response.body", "body": told})
            return
        await self.app(scope, receive, send)

    async def beat(self) -> None:
        while True:
            began, computed = time.perf_counter(), time.process_time()
            await asyncio.sleep(0.001)
            late, computed = time.perf_counter() - began - 0.001, time.process_time() - computed
            self.longest = max(self.longest, late)
            self.longest_busy = max(self.longest_busy, min(late, computed))


def _status(name: str) -> float:
    """Megabytes of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def serve(descriptor: int) -> None:
    import uvicorn

    settings = Settings()
    app = Probe(create_app(settings, Engine.load(settings.bundle, engine_settings(settings))))
    uvicorn.run(app, fd=descriptor, log_level="error")


def filled(start: str, item: str, end: str, size: int) -> bytes:
    return (start + item * ((size - len(start) - len(end)) // len(item)) + end).encode()


def with_picture(picture: bytes, spell: Callable[[str], str] = str) -> bytes:
    return json.dumps(PLAIN).encode()[:-1] + f',"init_image":"{spell(base64.b64encode(picture).decode())}"}}'.encode()


def png(width: int, height: int, mode: str = "RGBA") -> bytes:
    """A picture of few bytes and many pixels."""
    buffer = io.BytesIO()
    Image.new(mode, (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def jpeg(width: int, height: int, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (200, 100, 50)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def webp(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (width, height), (200, 100, 50, 90)).save(buffer, "WEBP", lossless=True, method=0)
    return buffer.getvalue()


def bodies() -> dict[str, bytes]:
    """One of every sort that was found to hurt, within the limits of size and beyond what else is allowed."""
    settings = Settings()
    most, with_file = settings.max_body_bytes, settings.max_image_body_bytes
    noise = np.random.default_rng(0).bytes(8_990_000)
    lines = "\\r\\n".join
    return {
        "nothing (idle)": b"",
        "a plain request": json.dumps(PLAIN).encode(),
        "members, 12 MB": filled('{"description":"x","weights":{"0":""', ',"0":""', "}}", 12_000_000),
        "members, all a body may have": filled('{"description":"x","weights":{"0":""', ',"0":""', "}}", most),
        "as many values as allowed": filled('{"description":"x","weights":{"a":""', ',"b":""', "}}", 5 * MAX_VALUES),
        "lists, 12 MB": filled('{"steps":[', "[],", "1]}", 12_000_000),
        "brackets": b"[" * most,
        "escaped quotes that never end": filled('{"description":"', '\\"', "", most),
        "bytes that are no UTF-8": b'{"description":"' + b"\xff" * (most - 20) + b'"}',
        "digits": b'{"steps":' + b"9" * (most - 20) + b"}",
        "blanks": b" " * (most - 2) + b"{}",
        "base64 of no picture, 12 MB": with_picture(noise),
        "the same, every / escaped": with_picture(noise[:8_700_000], lambda text: text.replace("/", "\\/")),
        "the same in lines": with_picture(noise, lambda t: lines(t[at : at + 76] for at in range(0, len(t), 76))),
        "the same, all escapes": with_picture(noise[:1_600_000], lambda t: "".join(f"\\u{ord(c):04x}" for c in t)),
        "no base64 at its very end": with_picture(noise, lambda text: text[:-1] + "!"),
        "blanks as base64": b'{"description":"x","init_image":"' + b" " * (with_file - 40) + b'"}',
        "PNG of 49.7 megapixels": with_picture(png(7000, 7100)),
        "PNG at the limit, RGBA": with_picture(png(4000, 4000)),
        "PNG at the limit, 16 bits": with_picture(png(4000, 4000, "I;16")),
        "WebP at the limit": with_picture(webp(4000, 3125)),
        "JPEG at the limit": with_picture(jpeg(8000, 8000, quality=30)),
        "progressive JPEG at the limit": with_picture(jpeg(4000, 4000, progressive=True, subsampling=0)),
    }


async def probe(client: httpx.AsyncClient) -> dict[str, float]:
    told: dict[str, float] = (await client.get(PROBE)).json()
    return told


async def hostile(client: httpx.AsyncClient, only: str) -> None:
    columns = ("bytes", "status", "stall ms", "busy ms", "peak MB", "3 x body", "kept MB")
    print(f"{'body':34}" + "".join(f" {column:>9}" for column in columns))
    for name, body in bodies().items():
        if only not in name:
            continue
        await asyncio.sleep(0.5)
        idle = (await probe(client))["now"]
        status = 0
        if body:
            status = (await client.post("/generate", content=body, headers=JSON)).status_code
        else:
            await asyncio.sleep(2.0)
        told = await probe(client)
        await asyncio.sleep(0.3)
        kept = (await probe(client))["now"] - idle
        numbers = (1000 * told["stall"], 1000 * told["busy"], told["peak"] - idle, 3 * len(body) / MEGABYTE, kept)
        print(f"{name:34} {len(body):9} {status:9}" + "".join(f" {number:9.1f}" for number in numbers))


async def timed(work: Awaitable[httpx.Response]) -> float:
    began = time.perf_counter()
    (await work).raise_for_status()
    return time.perf_counter() - began


async def beside(client: httpx.AsyncClient, name: str, picture: bytes, num: int) -> None:
    """Plain requests, one after another, while `num` pictures come at once."""
    body = with_picture(picture)
    alone = [await timed(client.post("/generate", json=PLAIN)) for _ in range(8)]
    pictures = [asyncio.create_task(client.post("/generate", content=body, headers=JSON)) for _ in range(num)]
    await asyncio.sleep(0.02)
    delayed: list[float] = []
    while not delayed or not all(each.done() for each in pictures):
        delayed.append(await timed(client.post("/generate", json=PLAIN)))
    statuses = {(await each).status_code for each in pictures}
    base = statistics.median(alone)
    print(
        f"{num} x {name:30} {statuses} plain alone {1000 * base:6.0f} ms, beside them median "
        f"{1000 * statistics.median(delayed):6.0f}, longest {1000 * max(delayed):6.0f}: "
        f"delayed by at most {1000 * (max(delayed) - base):6.0f} ms ({len(delayed)} requests)"
    )


def one_decode() -> float:
    """Seconds that the slowest picture within the limits takes to decode."""
    seconds = []
    for data in (png(4000, 4000), webp(4000, 3125), jpeg(8000, 8000, quality=30)):
        began = time.perf_counter()
        load_pixels(data, 128, 192, LIMITS)
        seconds.append(time.perf_counter() - began)
    print("one decode at the limit: PNG {:.0f} ms, WebP {:.0f} ms, JPEG {:.0f} ms".format(*(1000 * s for s in seconds)))
    return max(seconds)


async def measure(url: str, only: str) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=300) as client:
        for _ in range(600):
            try:
                await probe(client)
                break
            except httpx.TransportError:
                await asyncio.sleep(0.1)
        await client.post("/generate", json=PLAIN)
        await hostile(client, only)
        print()
        one_decode()
        await beside(client, "PNG of 49.7 megapixels", png(7000, 7100), 6)
        await beside(client, "PNG of 16 megapixels", png(4000, 4000), 6)
        await beside(client, "PNG of 16 megapixels", png(4000, 4000), 24)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--only", default="", help="measure the bodies whose name has this")
    arguments.add_argument("--serve", type=int, default=-1, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.serve >= 0:
        serve(options.serve)
        return
    settings = Settings()
    print(describe())
    print(
        f"limits: {settings.max_body_bytes} bytes beside a picture, {settings.max_image_body_bytes} with it, "
        f"{MAX_VALUES} values, {MAX_DEPTH} levels; {LIMITS.whole} pixels of PNG and progressive JPEG, "
        f"{LIMITS.copied} of WebP, {LIMITS.reducible} of sequential JPEG, {MAX_SCANS} scans; "
        f"{MAX_READ_AT_ONCE} decoded at once"
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        port = listener.getsockname()[1]
        command = [sys.executable, __file__, "--serve", str(listener.fileno())]
        server = subprocess.Popen(command, pass_fds=[listener.fileno()])
        try:
            asyncio.run(measure(f"http://127.0.0.1:{port}", options.only))
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
