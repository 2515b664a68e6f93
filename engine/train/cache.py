"""Latents and region shares of every picture, made once and kept under the hash of what made them.

It knows arrays and their files; it does not know captions or losses.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from tqdm import tqdm

from engine.train.data import NUM_LABELS, Folder, Unreadable, read_labels, read_picture
from engine.train.files import whole_folder
from engine.train.vae import to_tensor

logger = logging.getLogger(__name__)

_FORMAT = 2
_BATCH = 32
_ENCODER = ("encoder.", "quant_conv.")  # the parts of an AutoencoderKL that latents depend on


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
    unreadable = Unreadable(folder.config.max_unreadable)
    buckets = []
    for size, indices in folder.buckets.items():
        place = path / f"{size[0]}x{size[1]}"
        if not place.is_dir():
            _encode(folder, indices, vae, place, unreadable)
        samples = tuple(np.load(place / "samples.npy").tolist())
        latents, regions = (np.load(place / f"{name}.npy", mmap_mode="r") for name in ("latents", "regions"))
        if samples:
            buckets.append(Bucket(size=size, samples=samples, latents=latents, regions=regions))
    return buckets


def cache_key(folder: Folder, vae: AutoencoderKL) -> str:
    """Hash of the pictures and how they are framed, the encoder's weights and scale, and this file's format."""
    digest = hashlib.sha256(f"{_FORMAT} {folder.fingerprint} {vae.config.scaling_factor}".encode())
    encoder = {name: tensor for name, tensor in vae.state_dict().items() if name.startswith(_ENCODER)}
    for name, tensor in sorted(encoder.items()):
        digest.update(name.encode() + tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def label_shares(labels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Area-pool a label map [H, W] to the share of each label in each cell, [18, H/factor, W/factor], 255 = all."""
    height, width = (side // factor for side in labels.shape)
    cells = labels.reshape(height, factor, width, factor)
    shares = [(cells == label).mean(axis=(1, 3)) for label in range(NUM_LABELS)]
    return np.round(np.stack(shares) * 255).astype(np.uint8)


def _encode(folder: Folder, indices: tuple[int, ...], vae: AutoencoderKL, place: Path, unreadable: Unreadable) -> None:
    """Latents and shares of the samples that can be read, and which those are."""
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
        kept: list[int] = []
        description = f"encoding {first.width}x{first.height}"
        for start in tqdm(range(0, len(indices), _BATCH), desc=description, mininterval=2):
            pictures = []
            for index in indices[start : start + _BATCH]:
                read = unreadable.attempt(partial(_read, folder, index))
                if read is not None:
                    pictures.append(read[0])
                    regions[len(kept)] = label_shares(read[1], factor)
                    kept.append(index)
            if pictures:
                latents[len(kept) - len(pictures) : len(kept)] = _latents(np.stack(pictures), vae)
        latents.flush()
        regions.flush()
        np.save(temporary / "samples.npy", np.array(kept, np.int64))
    logger.info("encoded %d pictures of %dx%d", len(kept), first.width, first.height)


def _read(folder: Folder, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    sample = folder.samples[index]
    return read_picture(sample), read_labels(sample)


@torch.no_grad()
def _latents(pictures: NDArray[np.uint8], vae: AutoencoderKL) -> NDArray[np.float16]:
    latents = vae.encode(to_tensor(pictures).to(vae.device)).latent_dist.mean * vae.config.scaling_factor
    array: NDArray[np.float16] = latents.cpu().numpy().astype(np.float16)
    return array
