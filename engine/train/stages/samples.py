"""Pictures to look at while a model trains: fixed noise, fixed captions, averaged weights.

It knows how to sample a latent diffusion model step by step; it does not know losses or data.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from engine.files.whole import whole_file
from engine.train.captions.text_states import TextStates

_CELLS_AT_ONCE = 4 * 128 * 128  # latent cells denoised at once: four pictures of 1024 x 1024
_CELLS_DECODED = 128 * 128  # at once: SDXL's decoder takes gigabytes for each picture, beside all that is trained


@torch.no_grad()
def sample_latents(
    unet: UNet2DConditionModel,
    scheduler: DDIMScheduler,
    told: TextStates,
    empty: TextStates,
    cells: tuple[int, int],
    *,
    steps: int,
    guidance_scale: float,
    seed: int,
    conditioning: Sequence[int] = (),
) -> Tensor:
    """DDIM with guidance: `told` for B texts and `empty` for one, of as many tokens -> latents [B, C, h, w].

    `conditioning` is the six numbers that SDXL is told of a picture's size.
    """
    generator = torch.Generator().manual_seed(seed)
    count = len(told.context)
    noise = torch.randn((count, unet.config.in_channels, *cells), generator=generator)
    at_once = max(1, _CELLS_AT_ONCE // (cells[0] * cells[1]))
    done = []
    for start in tqdm(range(0, count, at_once), desc="sampling", leave=False, mininterval=2):
        rows = slice(start, start + at_once)
        latents = noise[rows].to(unet.device)
        both = _both(empty.expand(len(latents)), told, rows, conditioning, unet.device)
        scheduler.set_timesteps(steps)
        for timestep in scheduler.timesteps:
            predicted = unet(torch.cat([latents, latents]), timestep, **both).sample.float()
            latents = scheduler.step(guided(predicted, guidance_scale), timestep, latents).prev_sample
        done.append(latents)
    return torch.cat(done)


def guided(predicted: Tensor, guidance_scale: float) -> Tensor:
    """Classifier-free guidance (Ho and Salimans 2022) of predictions without and with text, [2 B, ...] -> [B, ...]."""
    without, with_text = predicted.chunk(2)
    return without + guidance_scale * (with_text - without)


def _both(
    empty: TextStates, told: TextStates, rows: slice, conditioning: Sequence[int], device: torch.device
) -> dict[str, Any]:
    """What the UNet reads of rows without and with their text."""
    given: dict[str, Any] = {"encoder_hidden_states": torch.cat([empty.context, told.context[rows]]).to(device)}
    if empty.pooled is not None and told.pooled is not None:
        pooled = torch.cat([empty.pooled, told.pooled[rows]]).to(device)
        time_ids = torch.tensor([tuple(conditioning)], dtype=torch.float32, device=device).expand(len(pooled), -1)
        given["added_cond_kwargs"] = {"text_embeds": pooled, "time_ids": time_ids}
    return given


@torch.no_grad()
def decode(vae: AutoencoderKL, latents: Tensor) -> Tensor:
    """Scaled latents [B, C, h, w] -> pictures [B, 3, H, W] in -1..1, a few at a time."""
    scaled = latents.to(vae.device) / vae.config.scaling_factor + (vae.config.get("shift_factor") or 0.0)
    at_once = max(1, _CELLS_DECODED // (latents.shape[2] * latents.shape[3]))
    return torch.cat([vae.decode(part).sample.clamp(-1, 1) for part in scaled.split(at_once)])


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
