"""Pictures to look at while a model trains: fixed noise, fixed captions, averaged weights.

It knows how to sample a latent diffusion model step by step; it does not know losses or data.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from engine.train.files import whole_file


@torch.no_grad()
def sample_latents(
    unet: UNet2DConditionModel,
    scheduler: DDIMScheduler,
    context: Tensor,
    empty: Tensor,
    cells: tuple[int, int],
    *,
    steps: int,
    guidance_scale: float,
    seed: int,
) -> Tensor:
    """DDIM with guidance: context [B, T, width] and the empty caption's [1, T, width] -> latents [B, C, h, w]."""
    generator = torch.Generator().manual_seed(seed)
    shape = (len(context), unet.config.in_channels, *cells)
    latents = torch.randn(shape, generator=generator).to(context.device)
    both = torch.cat([empty.expand_as(context), context])
    scheduler.set_timesteps(steps)
    for timestep in tqdm(scheduler.timesteps, desc="sampling", leave=False, mininterval=2):
        predicted = unet(torch.cat([latents, latents]), timestep, both).sample.float()
        without, told = predicted.chunk(2)
        guided = without + guidance_scale * (told - without)
        latents = scheduler.step(guided, timestep, latents).prev_sample
    return latents


@torch.no_grad()
def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Scaled latents [B, C, h, w] -> pictures [B, 3, H, W] in -1..1."""
    pixels: Tensor = vae.decode(latents / vae.config.scaling_factor).sample
    return pixels.clamp(-1, 1)


def save_grid(pictures: Tensor, path: Path, *, columns: int) -> None:
    """Pictures [B, 3, H, W] of one size in -1..1 side by side, as one PNG."""
    count, _, height, width = pictures.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + 4) - 4, columns * (width + 4) - 4, 3), 255, dtype=np.uint8)
    for index, picture in enumerate(((pictures.clamp(-1, 1) + 1) * 127.5).round().byte().cpu()):
        top, left = (index // columns) * (height + 4), (index % columns) * (width + 4)
        sheet[top : top + height, left : left + width] = picture.permute(1, 2, 0).numpy()
    with whole_file(path) as temporary:
        Image.fromarray(sheet).save(temporary, format="PNG")


def save_captions(captions: list[str], path: Path) -> None:
    """One caption a line, in the grid's order."""
    lines = [f"{number:2d} {text}\n" for number, text in enumerate(captions, 1)]
    with whole_file(path) as temporary:
        temporary.write_text("".join(lines), encoding="utf-8")
