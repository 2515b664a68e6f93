"""Whole pictures against diffusers' pipelines with the same random weights, with our noise in both.

Every sampler: from words, from a picture, and in two passes. A family is a folder of weights and its bundle; another
one is one more row of FAMILIES.
"""

import importlib
import io
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from engine.description import Description
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SecondPass
from engine.generation.passes import INIT_IMAGE_DRAW, SECOND_PASS_DRAWS
from engine.samplers import SAMPLERS, NoiseSchedule, alphas_cumprod, gaussian_noise

# diffusers' Euler schedulers hand torch tensors to np.array in a way numpy is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TEXT = "a woman in a red plaid shirt, long brown hair, hat and boots on a street"
NEGATIVE = "black coat"
SEED, STEPS = 11, 6
SCHEDULERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ddim": ("DDIMScheduler", {"clip_sample": False}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler_a": ("EulerAncestralDiscreteScheduler", {}),
    "dpmpp_2m": ("DPMSolverMultistepScheduler", {}),
    "dpmpp_2m_karras": ("DPMSolverMultistepScheduler", {"use_karras_sigmas": True}),
    "pndm": ("PNDMScheduler", {"skip_prk_steps": True}),
    "lcm": ("LCMScheduler", {}),
}
SCHEDULES = {
    "sd15": NoiseSchedule(steps_offset=1, set_alpha_to_one=False),
    "zero-snr": NoiseSchedule(
        prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing", steps_offset=1
    ),
}


class Family(NamedTuple):
    """Fixtures with the weights and their bundle, and the pipelines to compare with."""

    checkpoint: str
    bundle: str
    text_to_image: str
    image_to_image: str


FAMILIES = {
    "sd": Family("checkpoint", "bundle", "StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline"),
    "sdxl": Family("sdxl_checkpoint", "sdxl_bundle", "StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline"),
}


class Pair(NamedTuple):
    """The two sides of a comparison."""

    engine: Engine
    pipeline: Any
    image_pipeline: Any
    schedule: NoiseSchedule
    family: Family


@pytest.fixture(scope="module", params=list(FAMILIES))
def family(request: pytest.FixtureRequest) -> Family:
    return FAMILIES[request.param]


@pytest.fixture(scope="module")
def pipeline(family: Family, request: pytest.FixtureRequest) -> Any:
    checkpoint = request.getfixturevalue(family.checkpoint)
    pipeline = getattr(diffusers, family.text_to_image).from_pretrained(checkpoint, local_files_only=True)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


@pytest.fixture(scope="module")
def image_pipeline(family: Family, pipeline: Any) -> Any:
    made = getattr(diffusers, family.image_to_image)(**pipeline.components)
    made.set_progress_bar_config(disable=True)
    return made


@pytest.fixture(params=list(SCHEDULES))
async def pair(
    family: Family, pipeline: Any, image_pipeline: Any, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Pair]:
    schedule = SCHEDULES[request.param]
    bundle = with_schedule(request.getfixturevalue(family.bundle), schedule, tmp_path / "bundle")
    async with Engine.load(bundle, EngineSettings(num_threads=1, warm_up=False)) as engine:
        yield Pair(engine, pipeline, image_pipeline, schedule, family)


def with_schedule(bundle: Path, schedule: NoiseSchedule, copy: Path) -> Path:
    """The same graphs under another noise schedule, at any size."""
    copy.mkdir()
    for file in bundle.iterdir():
        (copy / file.name).symlink_to(file)
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    changes = {"noise_schedule": asdict(schedule), "sizes": [], "side_limits": [32, 96, 8]}
    (copy / "manifest.json").unlink()
    (copy / "manifest.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
    return copy


def scheduler(name: str, schedule: NoiseSchedule) -> Any:
    class_name, extra = SCHEDULERS[name]
    kind = getattr(diffusers, class_name)
    made = kind.from_config({**asdict(schedule), **extra})
    if name == "pndm" and schedule.rescale_betas_zero_snr:
        # It knows no such betas, and divides by the last product: this is as near to nothing as float32 bears.
        made.alphas_cumprod = torch.from_numpy(np.maximum(alphas_cumprod(schedule), np.float32(1e-6)))
    return made


def our_noise(monkeypatch: pytest.MonkeyPatch, made: Any, draws: Iterator[int], shape: tuple[int, ...]) -> None:
    """What a scheduler, a pipeline or an encoder draws comes from our generator."""
    module = importlib.import_module(made if isinstance(made, str) else type(made).__module__)
    if hasattr(module, "randn_tensor"):
        monkeypatch.setattr(
            module,
            "randn_tensor",
            lambda *_args, **_options: torch.from_numpy(gaussian_noise(SEED, 0, next(draws), shape)),
        )


def wanted(sampler: str, **changes: Any) -> GenerationRequest:
    values: dict[str, Any] = {"seed": SEED, "steps": STEPS, "negative_description": NEGATIVE, "guidance_scale": 5.0}
    return GenerationRequest(description=Description(text=TEXT, spans=()), sampler=sampler, **{**values, **changes})


async def picture(engine: Engine, request: GenerationRequest) -> np.ndarray:
    [ready] = [event async for event in engine.generate(request) if isinstance(event, ImageReady)]
    with Image.open(io.BytesIO(ready.data)) as image:
        return np.asarray(image.convert("RGB"))


def assert_equal(found: np.ndarray, expected: np.ndarray) -> None:
    """PSNR of at least 40 dB, of pictures that are not flat; `expected` is 0..1."""
    assert found.shape == expected.shape
    assert found.std() > 3, "a flat picture compares nothing"
    error = np.mean((found.astype(np.float64) - np.round(expected * 255.0)) ** 2)
    decibels = float("inf") if error == 0 else 10 * np.log10(255.0**2 / error)
    assert decibels >= 40


@pytest.mark.parametrize("sampler", list(SAMPLERS))
async def test_a_picture_from_words_equals_diffusers(sampler: str, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    guidance = 1.0 if sampler in ("ddim", "pndm") else 5.0
    width, height = (40, 40) if sampler == "euler" else (32, 48)
    shape = (1, 4, height // 4, width // 4)
    made = pair.pipeline.scheduler = scheduler(sampler, pair.schedule)
    our_noise(monkeypatch, made, iter(range(1, 99)), shape)
    expected = pair.pipeline(
        TEXT,
        negative_prompt=NEGATIVE if guidance > 1 else None,
        num_inference_steps=STEPS,
        guidance_scale=guidance,
        width=width,
        height=height,
        latents=torch.from_numpy(gaussian_noise(SEED, 0, 0, shape)),
        output_type="np",
    ).images[0]
    found = await picture(pair.engine, wanted(sampler, guidance_scale=guidance, width=width, height=height))
    assert_equal(found, expected)


def smooth_picture(width: int, height: int) -> Image.Image:
    """Blobs of colour: something with low and high frequencies, the same every time."""
    coarse = np.random.default_rng(3).integers(0, 255, (6, 4, 3), np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def as_png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("pair", ["sd15"], indirect=True)
@pytest.mark.parametrize("sampler", list(SAMPLERS))
async def test_a_picture_from_a_picture_equals_diffusers(
    sampler: str, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    width, height, strength = 40, 40, 0.6
    shape = (1, 4, height // 4, width // 4)
    image = smooth_picture(width, height)
    made = pair.image_pipeline.scheduler = scheduler(sampler, pair.schedule)
    our_noise(monkeypatch, made, iter(range(1, 99)), shape)
    our_noise(monkeypatch, pair.image_pipeline, iter([0]), shape)
    our_noise(monkeypatch, "diffusers.models.autoencoders.vae", iter([INIT_IMAGE_DRAW]), shape)
    expected = pair.image_pipeline(
        TEXT,
        image=image,
        strength=strength,
        negative_prompt=NEGATIVE,
        num_inference_steps=STEPS,
        guidance_scale=5.0,
        output_type="np",
    ).images[0]
    found = await picture(pair.engine, wanted(sampler, init_image=as_png(image), strength=strength))
    assert_equal(found, expected)


@pytest.mark.parametrize("pair", ["zero-snr"], indirect=True)
@pytest.mark.parametrize(("sampler", "scale"), [(name, 1.0) for name in SAMPLERS] + [("euler", 1.5)])
async def test_two_passes_equal_text_to_image_and_image_to_image(
    sampler: str, scale: float, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    width, height = 32, 48
    shape = (1, 4, height // 4, width // 4)
    made = pair.pipeline.scheduler = scheduler(sampler, pair.schedule)
    our_noise(monkeypatch, made, iter(range(1, 99)), shape)
    common = {"negative_prompt": NEGATIVE}
    latents = pair.pipeline(
        TEXT,
        num_inference_steps=STEPS,
        guidance_scale=5.0,
        width=width,
        height=height,
        latents=torch.from_numpy(gaussian_noise(SEED, 0, 0, shape)),
        output_type="latent",
        **common,
    ).images
    if scale != 1.0:
        latents = torch.nn.functional.interpolate(latents, scale_factor=scale, mode="bilinear", align_corners=False)
    made = pair.image_pipeline.scheduler = scheduler(sampler, pair.schedule)
    our_noise(monkeypatch, made, iter(range(SECOND_PASS_DRAWS + 1, SECOND_PASS_DRAWS + 99)), tuple(latents.shape))
    our_noise(monkeypatch, pair.image_pipeline, iter([SECOND_PASS_DRAWS]), tuple(latents.shape))
    expected = pair.image_pipeline(
        TEXT, image=latents, strength=0.5, num_inference_steps=4, guidance_scale=3.0, output_type="np", **common
    ).images[0]
    second = SecondPass(strength=0.5, scale=scale, steps=4, guidance_scale=3.0)
    found = await picture(pair.engine, wanted(sampler, width=width, height=height, second_pass=second))
    assert_equal(found, expected)
