"""Times one figurine picture in the engine against diffusers' pipeline: same weights, sampler, steps and noise.

Run from the repository root: `python benchmarks/engine.py`. The goal is at least twice the pipeline's speed in eager
PyTorch at a PSNR of at least 40 dB. Needs the train extra. The rounds of all contestants take turns, so that what else
the machine does hits all of them; the median counts. `--compile` adds the pipeline with a compiled UNet. The engine
runs on ONNX Runtime, and where OpenVINO is installed on that beside it, in bfloat16 too where the processor computes
it. The fast decoder and the UNet of few steps follow where the bundle has them; the latter makes another picture.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import statistics
import sys
import time
import warnings
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import fields, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# First: the engine tells the packages below not to report to their makers.
from engine.description import parse  # noqa: E402

# isort: split
import diffusers  # noqa: E402
import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from diffusers import DDIMScheduler, StableDiffusionPipeline  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.support.machine import describe  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady  # noqa: E402
from engine.samplers import gaussian_noise  # noqa: E402
from engine.sessions.processors import physical_cores  # noqa: E402

Pixels: TypeAlias = npt.NDArray[np.float64]
Draw: TypeAlias = Callable[[], Awaitable[Pixels]]

CHECKPOINT = ROOT / "models" / "figurine" / "checkpoint"
BUNDLE = ROOT / "models" / "figurine-bundle"
TEXT = "a full-body shot, a young woman, in a park, long red hair, a blue denim jacket, black trousers, white sneakers"
WIDTH, HEIGHT, SEED = 128, 192, 7
GOAL_RATIO, GOAL_PSNR = 2.0, 40.0
OF_FEW_STEPS = {"steps": None, "guidance_scale": None, "variant": "few_steps"}


def pipeline_of(noise_shape: tuple[int, ...], options: argparse.Namespace, *, compiled: bool) -> Draw:
    diffusers.utils.logging.disable_progress_bar()
    transformers.utils.logging.disable_progress_bar()
    pipeline: Any = StableDiffusionPipeline.from_pretrained(CHECKPOINT, local_files_only=True)
    pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)
    if compiled:
        pipeline.unet = torch.compile(pipeline.unet)

    async def draw() -> Pixels:
        with torch.inference_mode():
            image = pipeline(
                TEXT,
                num_inference_steps=options.steps,
                guidance_scale=options.guidance_scale,
                width=WIDTH,
                height=HEIGHT,
                latents=torch.from_numpy(gaussian_noise(SEED, 0, 0, noise_shape)),
                output_type="np",
            ).images[0]
        pixels: Pixels = np.round(image * 255.0).astype(np.float64)
        return pixels

    return draw


def engine_of(engine: Engine, options: argparse.Namespace, **more: Any) -> Draw:
    told = {"steps": options.steps, "guidance_scale": options.guidance_scale, "sampler": "ddim", **more}
    request = GenerationRequest(description=parse(TEXT), width=WIDTH, height=HEIGHT, seed=SEED, **told)

    async def draw() -> Pixels:
        [ready] = [event async for event in engine.generate(request) if isinstance(event, ImageReady)]
        with Image.open(io.BytesIO(ready.data)) as image:
            return np.asarray(image.convert("RGB"), np.float64)

    return draw


def psnr(left: Pixels, right: Pixels) -> float:
    error = float(np.mean((left - right) ** 2))
    return float("inf") if error == 0 else 10 * float(np.log10(255.0**2 / error))


async def seconds(draw: Draw) -> float:
    begun = time.perf_counter()
    await draw()
    return time.perf_counter() - begun


async def measure(contestants: dict[str, Draw], rounds: int) -> tuple[dict[str, float], dict[str, Pixels]]:
    """Median seconds and the picture of each; whoever fails in the first picture leaves."""
    pictures: dict[str, Pixels] = {}
    for name, draw in list(contestants.items()):
        try:
            pictures[name] = await draw()
        except Exception as error:
            print(f"{name} does not run here: {(str(error).splitlines() or [type(error).__name__])[0][:200]}")
            del contestants[name]
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, draw in contestants.items():
            times[name].append(await seconds(draw))
    return {name: statistics.median(each) for name, each in times.items()}, pictures


async def run(options: argparse.Namespace) -> None:
    settings = EngineSettings(num_threads=options.threads)
    contestants: dict[str, Draw] = {}
    async with AsyncExitStack() as engines:
        engine = await engines.enter_async_context(Engine.load(BUNDLE, settings))
        manifest_shape = (1, *_latent_shape())
        contestants["pipeline, eager"] = pipeline_of(manifest_shape, options, compiled=False)
        if options.compile:
            contestants["pipeline, compiled UNet"] = pipeline_of(manifest_shape, options, compiled=True)
        contestants["engine"] = engine_of(engine, options)
        if find_spec("openvino") is not None:
            await _with_openvino(engines, contestants, settings, options)
        if "guidance_interval" in {field.name for field in fields(GenerationRequest)}:
            low, high = options.guidance_interval
            name = f"engine, guidance in {low:g}-{high:g} of the way"
            contestants[name] = engine_of(engine, options, guidance_interval=(low, high))
        if engine.model.fast_decoder:
            contestants["engine, fast decoder"] = engine_of(engine, options, decoder="fast")
        contestants.update(_of_few_steps("engine", engine, options))
        times, pictures = await measure(contestants, options.rounds)
    base = "pipeline, eager"
    print("| what | s a picture | times faster | PSNR dB |")
    print("|---|---|---|---|")
    for name, taken in times.items():
        likeness = "" if name == base else f"{psnr(pictures[base], pictures[name]):.1f}"
        print(f"| {name} | {taken:.3f} | {times[base] / taken:.2f} | {likeness} |")
    ratio, decibels = times[base] / times["engine"], psnr(pictures[base], pictures["engine"])
    reached = "reached" if ratio >= GOAL_RATIO and decibels >= GOAL_PSNR else "missed"
    print(f"goal {GOAL_RATIO:g} x at {GOAL_PSNR:g} dB: {reached} ({ratio:.2f} x at {decibels:.1f} dB)")


async def _with_openvino(
    engines: AsyncExitStack, contestants: dict[str, Draw], settings: EngineSettings, options: argparse.Namespace
) -> None:
    """In float32 and, where the processor computes it, in bfloat16."""
    from engine.sessions.openvino.library import computes_bfloat16

    for precision in ("float32", "bfloat16") if computes_bfloat16() else ("float32",):
        sessions = replace(settings.sessions, provider="openvino", cpu_precision=precision)
        asked = replace(settings, sessions=sessions)
        engine = await engines.enter_async_context(Engine.load(BUNDLE, asked))
        name = "engine, OpenVINO" if precision == "float32" else f"engine, OpenVINO, {precision}"
        contestants[name] = engine_of(engine, options)
        contestants.update(_of_few_steps(name, engine, options))


def _of_few_steps(name: str, engine: Engine, options: argparse.Namespace) -> dict[str, Draw]:
    """What the bundle has of the fast ways."""
    found: dict[str, Draw] = {}
    if engine.model.few_steps:
        found[f"{name}, few steps"] = engine_of(engine, options, **OF_FEW_STEPS)
        if engine.model.fast_decoder:
            found[f"{name}, few steps, fast decoder"] = engine_of(engine, options, decoder="fast", **OF_FEW_STEPS)
    return found


def _latent_shape() -> tuple[int, int, int]:
    from engine.bundle.manifest import load_bundle

    manifest = load_bundle(BUNDLE).manifest
    return manifest.latent_channels, HEIGHT // manifest.vae_factor, WIDTH // manifest.vae_factor


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--guidance-scale", type=float, default=4.0)
    arguments.add_argument("--guidance-interval", type=float, nargs=2, default=(0.2, 0.8), metavar=("FROM", "TO"))
    arguments.add_argument("--rounds", type=int, default=9, help="pictures of each; the median counts")
    arguments.add_argument("--threads", type=int, default=physical_cores(), help="of either side")
    arguments.add_argument("--compile", action="store_true", help="also the pipeline with torch.compile; takes minutes")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")  # diffusers warns of its own deprecations
    torch.set_num_threads(options.threads)
    picture = f"{WIDTH}x{HEIGHT}, {options.steps} steps, guidance {options.guidance_scale:g}"
    print(f"{describe()}, torch {torch.__version__}, {options.threads} threads, {picture}")
    asyncio.run(run(options))


if __name__ == "__main__":
    main()
