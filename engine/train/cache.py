"""Latents and region shares of every picture, made once and kept under the hash of what made them.

It knows arrays and their files; it does not know captions or losses.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from tqdm import tqdm

from engine.train.data import NUM_LABELS, Folder, Sample, read_labels, read_picture
from engine.train.files import whole_folder
from engine.train.vae import to_tensor

logger = logging.getLogger(__name__)

_FORMAT = 1
_BATCH = 32


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """All samples of one size; arrays are memory-mapped."""

    size: tuple[int, int]  # width, height of the pictures
    samples: tuple[int, ...]  # indices into Folder.samples
    latents: NDArray[np.float16]  # [n, C, h, w] posterior means times scaling_factor
    regions: NDArray[np.uint8]  # [n, 18, h, w] share of the cell with each label, 255 = all


def load_cache(folder: Folder, vae: AutoencoderKL, root: Path) -> list[Bucket]:
    """The buckets of `folder`, encoded now unless `root` already holds them."""
    path = root / cache_key(folder, vae)
    buckets = []
    for size, indices in folder.buckets.items():
        place = path / f"{size[0]}x{size[1]}"
        if not place.is_dir():
            _encode(folder, indices, vae, place)
        latents, regions = (np.load(place / f"{name}.npy", mmap_mode="r") for name in ("latents", "regions"))
        buckets.append(Bucket(size=size, samples=indices, latents=latents, regions=regions))
    return buckets


def cache_key(folder: Folder, vae: AutoencoderKL) -> str:
    """Hash of the rows, the autoencoder's weights and settings, and this file's format."""
    digest = hashlib.sha256(f"{_FORMAT} {folder.fingerprint} {vae.config.scaling_factor}".encode())
    for name, tensor in sorted(vae.state_dict().items()):
        digest.update(name.encode() + tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def label_shares(labels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Area-pool a label map [H, W] to the share of each label in each cell, [18, H/factor, W/factor], 255 = all."""
    height, width = (side // factor for side in labels.shape)
    cells = labels.reshape(height, factor, width, factor)
    shares = [(cells == label).mean(axis=(1, 3)) for label in range(NUM_LABELS)]
    return np.round(np.stack(shares) * 255).astype(np.uint8)


def _encode(folder: Folder, indices: tuple[int, ...], vae: AutoencoderKL, place: Path) -> None:
    with whole_folder(place) as temporary:
        first = folder.samples[indices[0]]
        factor = int(2 ** (len(vae.config.block_out_channels) - 1))
        cells = (first.height // factor, first.width // factor)
        arrays: dict[str, Any] = {
            "latents": ((len(indices), vae.config.latent_channels, *cells), np.float16),
            "regions": ((len(indices), NUM_LABELS, *cells), np.uint8),
        }
        latents, regions = (
            np.lib.format.open_memmap(temporary / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)
            for name, (shape, dtype) in arrays.items()
        )
        description = f"encoding {first.width}x{first.height}"
        for start in tqdm(range(0, len(indices), _BATCH), desc=description, mininterval=2):
            samples = [folder.samples[index] for index in indices[start : start + _BATCH]]
            latents[start : start + len(samples)] = _latents(samples, vae)
            regions[start : start + len(samples)] = [label_shares(read_labels(sample), factor) for sample in samples]
        latents.flush()
        regions.flush()
    logger.info("encoded %d pictures of %dx%d", len(indices), first.width, first.height)


@torch.no_grad()
def _latents(samples: list[Sample], vae: AutoencoderKL) -> NDArray[np.float16]:
    pixels = to_tensor(np.stack([read_picture(sample) for sample in samples])).to(vae.device)
    latents = vae.encode(pixels).latent_dist.mean * vae.config.scaling_factor
    array: NDArray[np.float16] = latents.cpu().numpy().astype(np.float16)
    return array
