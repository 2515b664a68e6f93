"""Latents and region shares of every picture, made once, in shards that are named by the hash of what made them.

It knows arrays and their files; it does not know captions or losses.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from tqdm import tqdm

from engine.files.whole import made_by_one, whole_folder
from engine.train.data.samples import NUM_LABELS, Folder, read_labels, read_picture
from engine.train.data.stacked import Stacked
from engine.train.data.unreadable import Unreadable
from engine.train.pixels import to_tensor

logger = logging.getLogger(__name__)

SHARD_SIZE = 10_000  # samples
_FORMAT = 4
_BATCH = 32  # pictures encoded at once, fewer where they are large
_BATCH_PIXELS = 4 * 1024 * 1024
_ENCODER = ("encoder.", "quant_conv.")  # the parts of an AutoencoderKL that latents depend on


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """All samples of one size; arrays are memory-mapped."""

    size: tuple[int, int]  # width, height of the pictures
    samples: NDArray[np.int64]  # [n] numbers of Folder.samples
    latents: Stacked[np.float16]  # [n, C, h, w] posterior means times scaling_factor
    regions: Stacked[np.uint8]  # [n, 18, H/cell, W/cell] share of the cell with each label, 255 = all
    deviations: Stacked[np.float16] | None = None  # [n, C, h, w] of the posterior, where latents are drawn from it


@dataclass(frozen=True, kw_only=True)
class Shard:
    """Some samples of a bucket, encoded together."""

    size: tuple[int, int]
    numbers: NDArray[np.int64]  # of Folder.samples
    path: Path


def load_cache(
    folder: Folder,
    vae: AutoencoderKL,
    root: Path,
    *,
    cell: int | None = None,
    rank: int = 0,
    world_size: int = 1,
    encodes: bool = True,
    shard_size: int = SHARD_SIZE,
) -> list[Bucket]:
    """The buckets of `folder`; what `root` does not hold yet is encoded now, in turn by every process.

    A shard appears whole or not at all, so that a run which was killed goes on behind the last whole one.

    Args:
        folder: The data.
        vae: Encodes.
        root: Folder of caches, one for all processes.
        cell: Pixels to a cell of region shares, along each side; None = those of a latent cell.
        rank: This process encodes every `world_size`-th shard, and waits for the others.
        world_size: How many processes there are.
        encodes: Whether this process encodes at all; one that does not waits for the others.
        shard_size: Samples of a shard, at most.

    Raises:
        ValueError: This process cannot read more samples than `data.max_unreadable`, or a shard is damaged.
    """
    cell = cell or _factor(vae)
    shards = shards_of(folder, vae, root, cell=cell, size=shard_size)
    unreadable = Unreadable(folder.config.max_unreadable)
    mine = range(rank, len(shards) if encodes else 0, world_size)
    for number in (*mine, *(other for other in range(len(shards)) if other not in mine)):
        shard = shards[number]
        make = partial(encode, folder, shard, vae, cell, unreadable)
        made_by_one(shard.path, make, is_main=number in mine)
    return list(_buckets(shards, with_deviations=folder.config.posterior == "sample"))


def encoder_key(vae: AutoencoderKL, cell: int, posterior: str) -> str:
    """Hash of what makes latents and shares of a picture: the encoder's weights and scale, and this file's format."""
    digest = hashlib.sha256(f"{_FORMAT} {vae.config.scaling_factor} {_shift(vae)} {cell} {posterior}".encode())
    encoder = {name: tensor for name, tensor in vae.state_dict().items() if name.startswith(_ENCODER)}
    for name, tensor in sorted(encoder.items()):
        digest.update(name.encode() + tensor.detach().float().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def shards_of(
    folder: Folder, vae: AutoencoderKL, root: Path, *, cell: int | None = None, size: int = SHARD_SIZE
) -> list[Shard]:
    """What `load_cache` makes of the same arguments, whether it is there yet or not."""
    cell = cell or _factor(vae)
    root, found = root / f"latents-{encoder_key(vae, cell, folder.config.posterior)}", []
    for bucket, numbers in folder.buckets.items():
        for start in range(0, len(numbers), size):
            some = numbers[start : start + size]
            key = hashlib.sha256(f"{bucket} ".encode() + folder.identity(some)).hexdigest()[:16]
            found.append(Shard(size=bucket, numbers=some, path=root / f"{bucket[0]}x{bucket[1]}-{key}"))
    return found


def _buckets(shards: Sequence[Shard], *, with_deviations: bool) -> Iterator[Bucket]:
    more = ("deviations",) if with_deviations else ()
    for size, of_size in groupby(shards, lambda shard: shard.size):
        whole = [(shard, kept) for shard in of_size if len(kept := _kept(shard))]
        if whole:
            counts, names = [len(kept) for _, kept in whole], ("latents", "regions", *more)
            arrays = {name: Stacked[Any]([_array(shard, name) for shard, _ in whole], counts) for name in names}
            yield Bucket(size=size, samples=np.concatenate([shard.numbers[kept] for shard, kept in whole]), **arrays)


def _kept(shard: Shard) -> NDArray[np.int64]:
    """Places in the shard of the samples that could be read."""
    kept: NDArray[np.int64] = _read_array(shard, "kept")
    return kept


def _array(shard: Shard, name: str) -> Path:
    """The file of an array that has as many rows as it should."""
    rows = len(_read_array(shard, name, mmap_mode="r"))
    if rows != len(shard.numbers):
        raise ValueError(f"{shard.path} is damaged: {name}.npy has {rows} rows for {len(shard.numbers)} samples")
    return shard.path / f"{name}.npy"


def _read_array(shard: Shard, name: str, mmap_mode: Literal["r"] | None = None) -> NDArray[Any]:
    try:
        found: NDArray[Any] = np.load(shard.path / f"{name}.npy", mmap_mode=mmap_mode)
    except (OSError, ValueError, EOFError) as error:
        told = f"{name}.npy: {error}; delete it, so that it is made again"
        raise ValueError(f"{shard.path} is damaged: {told}") from error
    return found


def label_shares(labels: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Area-pool a label map [H, W] to the share of each label in each cell, [18, H/factor, W/factor], 255 = all."""
    height, width = (side // factor for side in labels.shape)
    cells = labels.reshape(height, factor, width, factor)
    shares = [(cells == label).mean(axis=(1, 3)) for label in range(NUM_LABELS)]
    return np.round(np.stack(shares) * 255).astype(np.uint8)


def encode(folder: Folder, shard: Shard, vae: AutoencoderKL, cell: int, unreadable: Unreadable) -> None:
    """Latents and shares of the samples that can be read, and which those are.

    Raises:
        ValueError: One more sample than `unreadable` allows cannot be read; of the shard nothing is left.
    """
    for left in shard.path.parent.glob(f".{shard.path.name}.*"):  # of a process that was killed at this shard
        shutil.rmtree(left)
    with whole_folder(shard.path) as temporary:
        arrays = _empty_arrays(temporary, shard, vae, cell, folder.config.posterior)
        width, height = shard.size
        batch = min(_BATCH, max(1, _BATCH_PIXELS // (width * height)))
        kept: list[int] = []
        read = unreadable.attempt_all(partial(_read, folder, cell), shard.numbers.tolist(), folder.config.workers)
        places = tqdm(range(0, len(shard.numbers), batch), desc=f"encoding {width}x{height}", mininterval=2)
        for start in places:
            pictures = []
            for place in range(start, min(start + batch, len(shard.numbers))):
                found = next(read)
                if found is not None:
                    pictures.append(found[0])
                    arrays["regions"][len(kept)] = found[1]
                    kept.append(place)
            if pictures:
                for name, value in _latents(np.stack(pictures), vae).items():
                    if name in arrays:
                        arrays[name][len(kept) - len(pictures) : len(kept)] = value
        for array in arrays.values():
            array.flush()
        np.save(temporary / "kept.npy", np.array(kept, np.int64))
    logger.info("encoded %d pictures of %dx%d", len(kept), width, height)


def _empty_arrays(folder: Path, shard: Shard, vae: AutoencoderKL, cell: int, posterior: str) -> dict[str, Any]:
    (width, height), factor, count = shard.size, _factor(vae), len(shard.numbers)
    latents = (count, vae.config.latent_channels, height // factor, width // factor)
    shapes: dict[str, tuple[tuple[int, ...], type]] = {
        "latents": (latents, np.float16),
        "regions": ((count, NUM_LABELS, height // cell, width // cell), np.uint8),
    }
    if posterior == "sample":
        shapes["deviations"] = (latents, np.float16)
    return {
        name: np.lib.format.open_memmap(folder / f"{name}.npy", mode="w+", dtype=dtype, shape=shape)
        for name, (shape, dtype) in shapes.items()
    }


def _read(folder: Folder, cell: int, number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A sample's picture [H, W, 3] and label shares [18, H/cell, W/cell]."""
    sample = folder.samples[number]
    return read_picture(sample), label_shares(read_labels(sample), cell)


@torch.no_grad()
def _latents(pictures: NDArray[np.uint8], vae: AutoencoderKL) -> dict[str, NDArray[np.float16]]:
    """Means and deviations of the posterior, in the UNet's scale."""
    posterior, scale = vae.encode(to_tensor(pictures).to(vae.device)).latent_dist, vae.config.scaling_factor
    found = {"latents": (posterior.mean - _shift(vae)) * scale, "deviations": posterior.std * scale}
    return {name: value.cpu().numpy().astype(np.float16) for name, value in found.items()}


def _factor(vae: AutoencoderKL) -> int:
    return int(2 ** (len(vae.config.block_out_channels) - 1))


def _shift(vae: AutoencoderKL) -> float:
    return float(vae.config.get("shift_factor") or 0.0)
