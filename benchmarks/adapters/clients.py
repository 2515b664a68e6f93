"""Eight clients with four adapters: one graph that takes them all, against four sessions with merged weights.

Run from the repository root: `python benchmarks/adapters/clients.py`. Both ways run in the engine's own scheduler, each
in a process of its own, taking turns. Every client asks for its next picture when it has the last one; denoising alone
is measured, which is all that differs. Merged weights have the size and speed of the plain ones, so the plain graph is
loaded once for each adapter in their place. Memory is what the process holds before it ends, and at most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.adapters.folder import Adapters  # noqa: E402
from engine.adapters.stack import Loras, Stacks  # noqa: E402
from engine.bundle.manifest import ADAPTED_FILE, UNET_FILE, Bundle, load_bundle  # noqa: E402
from engine.samplers import NoiseSchedule, gaussian_noise, sampler_plan  # noqa: E402
from engine.scheduler import Bounds, LatentsReady, Scheduler  # noqa: E402
from engine.scheduler.picture import Adapted, Denoising, Inputs, OtherModel  # noqa: E402
from engine.sessions.onnx.session import OnnxSessions  # noqa: E402
from engine.settings import EngineSettings, SessionSettings  # noqa: E402

BUNDLE = ROOT / "models" / "figurine-bundle"
TOGETHER, MERGED = "one graph for all adapters", "a session with merged weights for each"
WAYS = (TOGETHER, MERGED)
RANK, NAMES = 4, ("a", "b", "c", "d")


def make_adapters(bundle: Bundle, folder: Path) -> None:
    """Four files of random numbers: what they draw does not matter here."""
    from safetensors.numpy import save_file

    adapted = bundle.manifest.adapted
    assert adapted is not None
    for seed, name in enumerate(NAMES):
        random, tensors = np.random.default_rng(seed), {}
        for layer, (read, given) in adapted.layers.items():
            down, up = random.normal(scale=0.02, size=(RANK, read)), random.normal(scale=0.02, size=(given, RANK))
            tensors[f"unet.{layer}.lora_A.weight"] = down.astype(np.float16)
            tensors[f"unet.{layer}.lora_B.weight"] = up.astype(np.float16)
        save_file(tensors, folder / f"{name}.safetensors")


class Way:
    """What a client's pictures are denoised with."""

    def __init__(self, way: str, bundle: Bundle, folder: Path, settings: EngineSettings) -> None:
        sessions = OnnxSessions(bundle, settings)
        self.plain = sessions.load(UNET_FILE)
        self._more: list[dict[str, Any]] = []
        if way == MERGED:
            for name in NAMES:
                merged = sessions.load(UNET_FILE)
                self._more.append({"model": OtherModel(name=name, forward=merged.run)})
            return
        adapted, stacks = sessions.load(ADAPTED_FILE), Stacks()

        def forward(inputs: Inputs, loras: Sequence[Loras]) -> Any:
            return adapted.run({**inputs, **stacks.inputs(loras)})

        adapters = Adapters(folder, bundle.manifest.adapted, half=False, keep_bytes=10**9)
        for name in NAMES:
            loras = ((adapters.load(name), 1.0),)
            self._more.append({"adapted": Adapted(loras=loras, forward=forward, max_columns=128)})

    def of(self, client: int) -> dict[str, Any]:
        return self._more[client % len(NAMES)]


def denoising(bundle: Bundle, client: int, number: int, steps: int, more: dict[str, Any]) -> Denoising:
    manifest = bundle.manifest
    factor, channels = manifest.vae_factor, manifest.latent_channels
    shape = (1, channels, manifest.default_height // factor, manifest.default_width // factor)
    random = np.random.default_rng(client)
    text = random.normal(size=(2, 1, manifest.tokenizer_length, manifest.context_width)).astype(np.float32)
    schedule = NoiseSchedule(**dict(manifest.noise_schedule))  # type: ignore[arg-type]
    return Denoising(
        plan=sampler_plan(manifest.default_sampler, schedule, steps),
        noise=partial(gaussian_noise, number, client, shape=shape),
        conditional={"encoder_hidden_states": text[0]},
        unconditional={"encoder_hidden_states": text[1]},
        guidance_scale=2.5,
        **more,
    )


async def draw(scheduler: Scheduler, wanted: Denoising) -> None:
    done = asyncio.get_running_loop().create_future()

    def tell(message: Any) -> None:
        if isinstance(message, Exception):
            done.set_exception(message)
        elif isinstance(message, LatentsReady):
            done.set_result(None)

    with scheduler.enter() as handle:
        await handle.admitted()
        handle.start([wanted], tell)
        await done
        handle.decoded()


async def measured(way: str, options: argparse.Namespace) -> dict[str, float]:
    bundle = load_bundle(options.bundle)
    settings = EngineSettings(num_threads=options.threads, sessions=SessionSettings(provider="cpu"))
    ready = Way(way, bundle, options.folder, settings)
    scheduler = Scheduler(ready.plain.run, Bounds(max_rows=8, max_running=64, max_waiting=64))
    scheduler.start()

    async def client(number: int, pictures: int) -> None:
        for picture in range(pictures):
            await draw(scheduler, denoising(bundle, number, picture, options.steps, ready.of(number)))

    await asyncio.gather(*(client(number, 1) for number in range(options.clients)))  # costs are known then
    before, began = scheduler.snapshot(), time.perf_counter()
    await asyncio.gather(*(client(number, options.pictures) for number in range(options.clients)))
    seconds, after = time.perf_counter() - began, scheduler.snapshot()
    await scheduler.stop()
    with open("/proc/self/status", encoding="ascii") as file:
        held = next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))
    return {
        "pictures_a_second": options.clients * options.pictures / seconds,
        "rows": (after.rows_total - before.rows_total) / (after.forwards_total - before.forwards_total),
        "megabytes": held / 1000,
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments.add_argument("--clients", type=int, default=8)
    arguments.add_argument("--pictures", type=int, default=4, help="pictures of each client and round")
    arguments.add_argument("--steps", type=int, default=10)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.one:
        print(json.dumps(asyncio.run(measured(options.one, options))))
        return
    print(describe())
    with tempfile.TemporaryDirectory() as temporary:
        make_adapters(load_bundle(options.bundle), Path(temporary))
        report(options, Path(temporary))


def report(options: argparse.Namespace, folder: Path) -> None:
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    told = ("bundle", "clients", "pictures", "steps", "threads")
    given = [text for name in told for text in (f"--{name}", str(getattr(options, name)))]
    for number in range(options.rounds):
        for way in WAYS if number % 2 else WAYS[::-1]:
            command = [sys.executable, __file__, "--one", way, "--folder", str(folder), *given]
            text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found[way].append(json.loads(text))
    print(f"{options.clients} clients, {len(NAMES)} adapters of rank {RANK}, {options.steps} steps, guided")
    print("| way | pictures/s | rows a forward | MB held | MB at most |")
    print("|---|---|---|---|---|")
    for way, each in found.items():
        middle = {name: statistics.median(one[name] for one in each) for name in each[0]}
        print(
            f"| {way} | {middle['pictures_a_second']:.2f} | {middle['rows']:.1f} | "
            f"{middle['megabytes']:.0f} | {middle['peak_megabytes']:.0f} |"
        )
    pairs = zip(found[TOGETHER], found[MERGED], strict=True)
    ratio = statistics.median(one["pictures_a_second"] / other["pictures_a_second"] for one, other in pairs)
    print(f"pictures a second, one graph / merged: {ratio:.2f} (median of {options.rounds} rounds)")


if __name__ == "__main__":
    main()
