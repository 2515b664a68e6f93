"""Asks a Triton of our own for its state, several at a time for a while, and counts how often the server dies of it.

Run from the repository root: `python benchmarks/serving/triton_endurance.py`. With `--cancel` each call is cancelled as
soon as its answer is there, which Triton before 2.57 does not always survive; without it no call that is over is
cancelled.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from pathlib import Path
from typing import Any

import grpc

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import EngineSettings  # noqa: E402
from engine.errors import EngineError  # noqa: E402
from engine.remote import messages  # noqa: E402
from server.cli.triton_engine import bundled_triton  # noqa: E402
from server.triton.connection import Connection  # noqa: E402
from server.triton.local import LocalTriton  # noqa: E402

PATIENCE_SECONDS = 3.0


async def ask(connection: Connection, cancel: bool) -> None:
    """One question, to its end or to its first answer."""
    if not cancel:
        await connection.status(PATIENCE_SECONDS)
        return
    call: Any = connection._stub.ModelStreamInfer(timeout=PATIENCE_SECONDS)
    await call.write(connection._request(messages.Describe()))
    await call.done_writing()
    await call.read()
    call.cancel()


async def load(local: LocalTriton, options: argparse.Namespace) -> None:
    """Ask until the time is over; a client whose question fails waits a moment."""
    connection = Connection(local.host, "cosmicman")
    until, outcomes = time.monotonic() + options.seconds, {"answered": 0, "failed": 0}

    async def client() -> None:
        while time.monotonic() < until:
            try:
                await ask(connection, options.cancel)
                outcomes["answered"] += 1
            except (EngineError, TimeoutError, grpc.RpcError, asyncio.InvalidStateError) as error:
                outcomes["failed"] += 1
                print(f"failed after {outcomes['answered']} answers: {error}", flush=True)
                await asyncio.sleep(1)

    await asyncio.gather(*(client() for _ in range(options.clients)))
    await connection.close()
    print(f"{outcomes['answered']} answered, {outcomes['failed']} failed, the server died {local.restarts} times")


def main() -> None:
    """Start a Triton and load it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--bundle", type=Path, default=ROOT / "models" / "figurine-bundle")
    arguments.add_argument("--seconds", type=float, default=120)
    arguments.add_argument("--clients", type=int, default=4)
    arguments.add_argument("--cancel", action="store_true", help="cancel each call when its answer is there")
    options = arguments.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    print(describe())
    with bundled_triton(options.bundle, EngineSettings(num_threads=1)) as local:
        asyncio.run(load(local, options))


if __name__ == "__main__":
    main()
