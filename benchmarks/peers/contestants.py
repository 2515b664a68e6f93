"""One contestant in this process: loads the model, draws pictures, tells what each took. `compare.py` runs it.

It prints `first` when the first picture is there, so that whoever started it knows the cold start, and one line of JSON
at the end. Whoever can be given the first noise gets ours, so that pictures can be compared.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# First: the engine tells the packages below not to report to their makers.
import engine  # noqa: E402, F401

# isort: split
import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402

from benchmarks.peers.models import MODELS, Model, model_of  # noqa: E402

Pixels: TypeAlias = npt.NDArray[np.uint8]
Draw: TypeAlias = Callable[[int], Pixels]
TEXTS = {
    "figurine": "a full-body shot, a young woman, in a park, long red hair, a blue denim jacket, black trousers, "
    "white sneakers",
    # Its random tokenizer makes a token of nearly each letter, and diffusers reads 75 of them.
    "sd15": "a young woman, long red hair, a blue denim jacket, white sneakers",
}
FACTORS = {"figurine": (16, 16), "sd15": (4, 8)}  # latent channels; pixels of one latent


def noise(model: Model, seed: int) -> npt.NDArray[np.float32]:
    """Where our engine starts from, [1, C, H, W]."""
    from engine.samplers import gaussian_noise

    channels, factor = FACTORS[model.name]
    return gaussian_noise(seed, 0, 0, (1, channels, model.height // factor, model.width // factor))


def scheduler_of(model: Model, config: Any) -> Any:
    from diffusers import DDIMScheduler, EulerDiscreteScheduler

    return {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler}[model.sampler].from_config(config)


def with_pipeline(pipeline: Any, model: Model, options: argparse.Namespace) -> Draw:
    """What diffusers and optimum-intel have in common."""
    import torch

    pipeline.scheduler = scheduler_of(model, pipeline.scheduler.config)
    pipeline.set_progress_bar_config(disable=True)

    def draw(seed: int) -> Pixels:
        with torch.inference_mode():
            image = pipeline(
                TEXTS[model.name],
                num_inference_steps=options.steps,
                guidance_scale=model.guidance_scale,
                width=model.width,
                height=model.height,
                latents=torch.from_numpy(noise(model, seed)),
                output_type="np",
            ).images[0]
        pixels: Pixels = np.round(image * 255.0).astype(np.uint8)
        return pixels

    return draw


def diffusers_pipeline(model: Model, options: argparse.Namespace) -> Any:
    import torch
    from diffusers import StableDiffusionPipeline

    torch.set_num_threads(options.threads)
    return StableDiffusionPipeline.from_pretrained(
        model.checkpoint, local_files_only=True, torch_dtype=torch.float32, safety_checker=None
    )


@contextmanager
def diffusers_eager(model: Model, options: argparse.Namespace) -> Iterator[Draw]:
    yield with_pipeline(diffusers_pipeline(model, options), model, options)


@contextmanager
def diffusers_compiled(model: Model, options: argparse.Namespace) -> Iterator[Draw]:
    import torch

    pipeline = diffusers_pipeline(model, options)
    pipeline.unet = torch.compile(pipeline.unet)
    pipeline.vae.decode = torch.compile(pipeline.vae.decode)
    yield with_pipeline(pipeline, model, options)


def openvino_options(options: argparse.Namespace) -> dict[str, Any]:
    precision = {} if options.precision == "auto" else {"INFERENCE_PRECISION_HINT": "f32"}
    return {"INFERENCE_NUM_THREADS": options.threads, "PERFORMANCE_HINT": "LATENCY", **precision}


@contextmanager
def optimum_openvino(model: Model, options: argparse.Namespace) -> Iterator[Draw]:
    import torch
    from optimum.intel import OVStableDiffusionPipeline

    torch.set_num_threads(options.threads)
    pipeline = OVStableDiffusionPipeline.from_pretrained(
        model.openvino, compile=False, safety_checker=None, ov_config=openvino_options(options)
    )
    pipeline.reshape(batch_size=1, height=model.height, width=model.width, num_images_per_prompt=1)
    pipeline.compile()
    yield with_pipeline(pipeline, model, options)


@contextmanager
def openvino_genai(model: Model, options: argparse.Namespace) -> Iterator[Draw]:
    import openvino_genai as genai

    kinds = {"ddim": genai.Scheduler.Type.DDIM, "euler": genai.Scheduler.Type.EULER_DISCRETE}
    pipeline = genai.Text2ImagePipeline(str(model.openvino))
    config = model.openvino / "scheduler" / "scheduler_config.json"
    pipeline.set_scheduler(genai.Scheduler.from_config(config, kinds[model.sampler]))
    pipeline.reshape(1, model.height, model.width, model.guidance_scale)
    pipeline.compile("CPU", **openvino_options(options))

    def draw(seed: int) -> Pixels:
        tensor = pipeline.generate(
            TEXTS[model.name],
            num_inference_steps=options.steps,
            guidance_scale=model.guidance_scale,
            width=model.width,
            height=model.height,
            generator=genai.TorchGenerator(seed) if hasattr(genai, "TorchGenerator") else genai.CppStdGenerator(seed),
        )
        return np.array(tensor.data[0], np.uint8)

    yield draw


@contextmanager
def stable_diffusion_cpp(model: Model, options: argparse.Namespace) -> Iterator[Draw]:
    from cyllama import sd

    if model.name != "sd15":
        raise ValueError("it knows published architectures alone; figurine's is not one")
    settings = sd.SDContextParams()
    settings.model_path, settings.n_threads = str(model.file), options.threads
    settings.vae_decode_only, settings.diffusion_flash_attn = True, True
    settings.free_params_immediately = False  # they are needed for the second picture
    context = sd.SDContext(settings)

    def draw(seed: int) -> Pixels:
        images = context.generate(
            prompt=TEXTS[model.name],
            width=model.width,
            height=model.height,
            seed=seed,
            sample_steps=options.steps,
            cfg_scale=model.guidance_scale,
            sample_method=sd.SampleMethod.EULER,
            scheduler=sd.Scheduler.DISCRETE,
        )
        return np.asarray(images[0].to_numpy(), np.uint8)

    yield draw
    context.close()


def ours(provider: str) -> Callable[[Model, argparse.Namespace], Any]:
    @contextmanager
    def contestant(model: Model, options: argparse.Namespace) -> Iterator[Draw]:
        from engine.description import parse
        from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SessionSettings

        more = {} if provider == "cpu" else {"cpu_precision": options.precision}
        settings = EngineSettings(
            num_threads=options.threads,
            sessions=SessionSettings(provider=provider, **more),
        )
        loaded = Engine.load(model.bundle, settings)
        with asyncio.Runner() as runner:
            runner.run(loaded.__aenter__())

            def draw(seed: int) -> Pixels:
                return runner.run(picture(seed))

            async def picture(seed: int) -> Pixels:
                from PIL import Image

                request = GenerationRequest(
                    description=parse(TEXTS[model.name]),
                    width=model.width,
                    height=model.height,
                    steps=options.steps,
                    guidance_scale=model.guidance_scale,
                    sampler=model.sampler,
                    seed=seed,
                )
                [ready] = [event async for event in loaded.generate(request) if isinstance(event, ImageReady)]
                return np.asarray(Image.open(io.BytesIO(ready.data)).convert("RGB"))

            yield draw
            runner.run(loaded.__aexit__(None, None, None))

    return contestant


#: What it is called, what makes it, and how it is installed.
CONTESTANTS: dict[str, tuple[Callable[[Model, argparse.Namespace], Any], str]] = {
    "diffusers": (diffusers_eager, "pip install -e '.[train]'"),
    "diffusers-compiled": (diffusers_compiled, "pip install -e '.[train]', and a C++ compiler"),
    "optimum-intel": (optimum_openvino, "pip install optimum-intel diffusers"),
    "openvino-genai": (openvino_genai, "pip install openvino-genai"),
    "stable-diffusion.cpp": (stable_diffusion_cpp, "pip install --only-binary :all: cyllama"),
    "ours": (ours("cpu"), "pip install -e ."),
    "ours-openvino": (ours("openvino"), "pip install -e '.[openvino]'"),
}
PEERS = frozenset({"optimum-intel", "openvino-genai", "stable-diffusion.cpp"})


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("name", choices=CONTESTANTS)
    arguments.add_argument("--model", choices=MODELS, default="figurine")
    arguments.add_argument("--folder", type=Path, required=True)
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--side", type=int)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--pictures", type=int, default=3, help="after the first")
    arguments.add_argument("--precision", choices=("auto", "float32"), default="auto")
    arguments.add_argument("--picture", type=Path, help="where to leave the last picture, as .npy")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")  # of their own deprecations
    make, _ = CONTESTANTS[options.name]
    with make(model_of(options.model, options.folder, options.side), options) as draw:
        pixels = draw(7)
        print("first", flush=True)
        seconds = []
        for _ in range(options.pictures):
            began = time.perf_counter()
            pixels = draw(7)
            seconds.append(time.perf_counter() - began)
        if options.picture is not None:
            np.save(options.picture, pixels)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_megabytes": peak}), flush=True)


if __name__ == "__main__":
    main()
