"""Ways from noise to a picture, as the full UNet goes them with guidance: what the UNet of few steps learns from.

They are drawn once and kept on the disk, for drawing one costs as much as ten steps of training on it. Only where each
of the few steps begins and ends is kept. It knows sampling; it does not know what is learnt.
N trajectories, S few steps, C latent channels, h w latent cells, K windows of L tokens.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from engine.files.whole import made_by_one, whole_folder
from engine.samplers import NoiseSchedule, SamplerPlan, few_steps_schedule, sampler_plan
from engine.train.captions.discretise import discretise
from engine.train.captions.draw import Captions
from engine.train.captions.text_states import Reader, TextStates
from engine.train.data.samples import Folder
from engine.train.losses.noise import add_noise, build_scheduler, clean, noise_in
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Parts
from engine.train.stages.samples import guided

_FORMAT = 1
_CELLS_AT_ONCE = 4 * 128 * 128  # latent cells denoised at once, with and without text each


@dataclass(frozen=True, kw_only=True)
class Trajectories:
    """Those of one size; arrays are memory-mapped."""

    size: tuple[int, int]  # width, height of the pictures
    states: NDArray[np.float16]  # [N, S + 1, C, h, w] noise first, the finished latents last
    ids: NDArray[np.int64]  # [N, K, L] tokens of the caption


def few_steps_plan(schedule: NoiseSchedule, steps: int) -> SamplerPlan:
    """The sampler that the few steps are taken with, as it is served."""
    return sampler_plan("ddim", few_steps_schedule(schedule), steps)


def teacher_timesteps(schedule: NoiseSchedule, steps: int, each: int) -> list[list[int]]:
    """Timesteps at which the full UNet is asked on the way of each few step, [S][each]."""
    told = few_steps_plan(schedule, steps).timesteps.astype(int).tolist()
    bounds = [*told, -1]
    return [
        np.linspace(start, end, each, endpoint=False).round().astype(int).tolist()
        for start, end in zip(bounds, bounds[1:], strict=False)
    ]


def load_trajectories(
    recipe: Recipe,
    folder: Folder,
    parts: Parts,
    reader: Reader,
    unet: UNet2DConditionModel,
    root: Path,
    *,
    is_main: bool,
) -> list[Trajectories]:
    """The trajectories of a recipe, drawn now by the main process unless `root` already holds them."""
    config = recipe.few_steps
    assert config is not None
    path = root / f"trajectories-{_key(recipe, folder, parts, unet)}"
    captions = Captions(folder.samples, reader.windows, recipe.caption, recipe.seed)
    found = []
    for size, samples in folder.buckets.items():
        count = max(1, round(config.num_trajectories * len(samples) / len(folder.samples)))
        place = path / f"{size[0]}x{size[1]}"
        draw = partial(_draw_all, recipe, parts, reader, unet, captions, samples, count, size, place)
        made_by_one(place, draw, is_main=is_main)
        states, ids = (np.load(place / f"{name}.npy", mmap_mode="r") for name in ("states", "ids"))
        found.append(Trajectories(size=size, states=states, ids=ids))
    return found


def _key(recipe: Recipe, folder: Folder, parts: Parts, unet: UNet2DConditionModel) -> str:
    """Hash of everything that a trajectory depends on."""
    config = recipe.few_steps
    assert config is not None
    told: list[Any] = [
        _FORMAT,
        recipe.seed,
        config.steps,
        config.teacher_steps,
        config.num_trajectories,
        _guidance(recipe),
    ]
    told += [asdict(parts.schedule), asdict(recipe.caption)]
    told += [folder.identity(numbers).hex() for numbers in folder.buckets.values()]
    digest = hashlib.sha256(json.dumps(told, default=str).encode())
    for name, tensor in sorted(unet.state_dict().items()):
        digest.update(name.encode() + tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def _guidance(recipe: Recipe) -> float:
    assert recipe.few_steps is not None
    told = recipe.few_steps.guidance_scale
    return recipe.package.guidance_scale if told is None else told


def _draw_all(
    recipe: Recipe,
    parts: Parts,
    reader: Reader,
    unet: UNet2DConditionModel,
    captions: Captions,
    samples: NDArray[np.int64],
    count: int,
    size: tuple[int, int],
    place: Path,
) -> None:
    """Writes the trajectories of one size."""
    rng = random.Random(f"{recipe.seed} trajectories {size}")
    drawn = [captions.draw(rng.choice(samples.tolist()), rng) for _ in range(count)]
    nothing = captions.ids([discretise((), captions.windows, recipe.caption, random.Random(0))])
    ids = captions.ids(drawn)
    width, height = (side // parts.factor for side in size)
    generator = torch.Generator().manual_seed(recipe.seed)
    noise = torch.randn((count, unet.config.in_channels, height, width), generator=generator)
    at_once = max(1, _CELLS_AT_ONCE // (width * height) // 8)
    states = []
    for start in tqdm(range(0, count, at_once), f"trajectories {size[0]}x{size[1]}", mininterval=2):
        rows = slice(start, start + at_once)
        told = reader.read(ids[rows])
        empty = reader.read(nothing.expand(-1, ids.shape[1], -1)).expand(len(told.context))
        ways = _draw(recipe, parts, unet, noise[rows].to(unet.device), told, empty, size)
        states.append(ways.cpu().numpy().astype(np.float16))
    with whole_folder(place) as temporary:
        np.save(temporary / "states.npy", np.concatenate(states))
        np.save(temporary / "ids.npy", ids.numpy())


@torch.no_grad()
def _draw(
    recipe: Recipe,
    parts: Parts,
    unet: UNet2DConditionModel,
    noise: Tensor,
    told: TextStates,
    empty: TextStates,
    size: tuple[int, int],
) -> Tensor:
    """DDIM (Song et al. 2021, eq. 12) with guidance from noise, [N, S + 1, C, h, w]."""
    config, kind, device = recipe.few_steps, parts.schedule.prediction_type, noise.device
    assert config is not None
    both = {"encoder_hidden_states": torch.cat([empty.context, told.context]).to(device)}
    added = added_conditions(told, size, device)
    if added is not None and empty.pooled is not None:
        added = {
            "text_embeds": torch.cat([empty.pooled.to(device), added["text_embeds"]]),
            "time_ids": added["time_ids"].repeat(2, 1),
        }
    known = build_scheduler(parts.schedule).alphas_cumprod.float()
    alphas = torch.cat([known, torch.ones(1) if parts.schedule.set_alpha_to_one else known[:1]]).to(device)
    segments = teacher_timesteps(parts.schedule, config.steps, config.teacher_steps // config.steps)
    timesteps = [*(step for segment in segments for step in segment), -1]
    states, latents = [noise], noise
    for number, (now, then) in enumerate(zip(timesteps[:-1], timesteps[1:], strict=True), start=1):
        at = torch.full((2 * len(noise),), now, device=device)
        predicted = unet(latents.repeat(2, 1, 1, 1), at, added_cond_kwargs=added, **both).sample.float()
        alpha = alphas[now].expand(len(noise))
        picture = clean(latents, guided(predicted, _guidance(recipe)), alpha, kind)
        latents = add_noise(picture, noise_in(latents, picture, alpha), alphas[then].expand(len(noise)))
        if number % (config.teacher_steps // config.steps) == 0:
            states.append(latents)
    return torch.stack(states, dim=1)


def added_conditions(told: TextStates, size: tuple[int, int], device: torch.device) -> dict[str, Tensor] | None:
    """What SDXL reads besides: pooled text, and the size of a picture that was never scaled or cropped."""
    if told.pooled is None:
        return None
    width, height = size
    sizes = torch.tensor([[height, width, 0, 0, height, width]], dtype=torch.float32, device=device)
    return {"text_embeds": told.pooled.to(device), "time_ids": sizes.expand(len(told.pooled), -1)}
