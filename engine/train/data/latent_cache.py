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

from engine.files.whole import made_by_one, whole_folder
from engine.train.data.samples import NUM_LABELS, Folder, read_labels, read_picture
from engine.train.data.unreadable import Unreadable
from engine.train.pixels import to_tensor

logger = logging.getLogger(__name__)

_FORMAT = 3
_BATCH = 32  # pictures encoded at once, fewer where they are large
_BATCH_PIXELS = 4 * 1024 * 1024
_ENCODER = ("encoder.", "quant_conv.")  # the parts of an AutoencoderKL that latents depend on


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """All samples of one size; arrays are memory-mapped."""

    size: tuple[int, int]  # width, height of the pictures
    samples: tuple[int, ...]  # indices into Folder.samples
    latents: NDArray[np.float16]  # [n, C, h, w] posterior means times scaling_factor
    regions: NDArray[np.uint8]  # [n, 18, H/cell, W/cell] share of the cell with each label, 255 = all


def load_cache(
    folder: Folder, vae: AutoencoderKL, root: Path, *, cell: int | None = None, is_main: bool = True
) -> list[Bucket]:
    """The buckets of `folder`, encoded now by the main process unless `root` already holds them.

    Args:
        folder: The data.
        vae: Encodes.
        root: Folder of caches, one for all processes.
        cell: Pixels to a cell of region shares, along each side; None = those of a latent cell.
        is_main: Whether this process encodes; others wait.
    """
    cell = cell or _factor(vae)
    path = root / cache_key(folder, vae, cell)
    unreadable = Unreadable(folder.config.max_unreadable)
    buckets = []
    for size, indices in folder.buckets.items():
        place = path / f"{size[0]}x{size[1]}"
        made_by_one(place, partial(_encode, folder, indices, vae, place, cell, unreadable), is_main=is_main)
        samples = tuple(np.load(place / "samples.npy").tolist())
        latents, regions = (np.load(place / f"{name}.npy", mmap_mode="r") for name in ("latents", "regions"))
        if samples:
            buckets.append(Bucket(size=size, samples=samples, latents=latents, regions=regions))
    return buckets


def cache_key(folder: Folder, vae: AutoencoderKL, cell: int) -> str:
    """Hash of the pictures and how they are framed, the encoder's weights and scale, and this file's format."""
    scale = f"{vae.config.scaling_factor} {_shift(vae)}"
    digest = hashlib.sha256(f"{_FORMAT} {folder.fingerprint} {scale} {cell}".encode())
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


def _encode(
    folder: Folder, indices: tuple[int, ...], vae: AutoencoderKL, place: Path, cell: int, unreadable: Unreadable
) -> None:
    """Latents and shares of the samples that can be read, and which those are."""
    with whole_folder(place) as temporary:
        first = folder.samples[indices[0]]
        factor = _factor(vae)
        batch = min(_BATCH, max(1, _BATCH_PIXELS // (first.width * first.height)))
        arrays: dict[str, Any] = {
            "latents": (
                (len(indices), vae.config.latent_channels, first.height // factor, first.width // factor),
                np.float16,
            ),
            "regions": ((len(indices), NUM_LABELS, first.height // cell, first.width // cell), np.uint8),
        }
        latents, regions = (
            np.lib.format.open_memmap(temporary / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)
            for name, (shape, dtype) in arrays.items()
        )
        kept: list[int] = []
        read = unreadable.attempt_all(partial(_read, folder, cell), indices, folder.config.workers)
        description = f"encoding {first.width}x{first.height}"
        for start in tqdm(range(0, len(indices), batch), desc=description, mininterval=2):
            pictures = []
            for index in indices[start : start + batch]:
                found = next(read)
                if found is not None:
                    pictures.append(found[0])
                    regions[len(kept)] = found[1]
                    kept.append(index)
            if pictures:
                latents[len(kept) - len(pictures) : len(kept)] = _latents(np.stack(pictures), vae)
        latents.flush()
        regions.flush()
        np.save(temporary / "samples.npy", np.array(kept, np.int64))
    logger.info("encoded %d pictures of %dx%d", len(kept), first.width, first.height)


def _read(folder: Folder, cell: int, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A sample's picture [H, W, 3] and label shares [18, H/cell, W/cell]."""
    sample = folder.samples[index]
    return read_picture(sample), label_shares(read_labels(sample), cell)


@torch.no_grad()
def _latents(pictures: NDArray[np.uint8], vae: AutoencoderKL) -> NDArray[np.float16]:
    mean = vae.encode(to_tensor(pictures).to(vae.device)).latent_dist.mean
    array: NDArray[np.float16] = ((mean - _shift(vae)) * vae.config.scaling_factor).cpu().numpy().astype(np.float16)
    return array


def _factor(vae: AutoencoderKL) -> int:
    return int(2 ** (len(vae.config.block_out_channels) - 1))


def _shift(vae: AutoencoderKL) -> float:
    return float(vae.config.get("shift_factor") or 0.0)
