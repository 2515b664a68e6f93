"""Pictures for the parser: figures drawn once, with the item that each pixel shows, and as a decoder gives them back.

It knows drawing, files and the autoencoder; it does not know the network.
N figures of one size, M decoded ones, H W picture height and width.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from tqdm import tqdm

from engine.files.whole import whole_file
from engine.train.figures import draw_figure, sample_figure
from engine.train.judge.data import through

SHARD = 500  # figures of a cached file
_DECODED_ALIKE = 32  # pictures of a batch
_COLUMNS = ("pictures", "items", "decoded")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemShelf:
    """Figures of one size.

    Attributes:
        pictures: uint8 [N, H, W, 3].
        items: What each pixel shows, uint8 [N, H, W]; see ``engine.regions.items``.
        decoded: The first M of the pictures as an autoencoder gives them back, uint8 [M, H, W, 3].
    """

    pictures: NDArray[np.uint8]
    items: NDArray[np.uint8]
    decoded: NDArray[np.uint8]


def item_shelves(
    first_seed: int,
    num: int,
    cache: Path | None = None,
    *,
    vae: AutoencoderKL | None = None,
    num_decoded: int = 0,
) -> list[ItemShelf]:
    """Figures ``first_seed`` .. ``first_seed + num - 1`` by size, drawn or read from ``cache``.

    With ``vae`` about ``num_decoded`` of them, the first, are also encoded, given a little noise on their latents, and
    decoded: a generator paints through such a decoder. No generator is involved here (see
    ``engine.train.judge.data.through``). A cached file is named after what a few figures look like and the weights of
    the autoencoder, so that an interrupted run continues, and a change of drawing draws anew.
    """
    read: list[dict[str, ItemShelf]] = []
    for at in tqdm(range(0, num, SHARD), desc="drawing", mininterval=5):
        seeds = range(first_seed + at, first_seed + min(num, at + SHARD))
        shard = _drawn(seeds, cache)
        read.append(_decoded(shard, seeds, vae, cache) if vae is not None and at < num_decoded else shard)
    sizes = sorted({size for shard in read for size in shard})
    return [_joined([shard[size] for shard in read if size in shard]) for size in sizes]


def _drawn(seeds: range, cache: Path | None) -> dict[str, ItemShelf]:
    """The figures of these seeds by size, "HHHHxWWWW"."""
    path = cache / f"parser_{seeds[0]}_{len(seeds)}_{_fingerprint()}.npz" if cache else None
    if path and path.exists():
        with np.load(path) as file:
            sizes = sorted({name.split("_")[1] for name in file.files})
            return {size: _shelf(file[f"pictures_{size}"], file[f"items_{size}"]) for size in sizes}
    drawn = _by_size(map(_draw, seeds))
    if path:
        arrays = {f"pictures_{size}": shelf.pictures for size, shelf in drawn.items()}
        _write(path, arrays | {f"items_{size}": shelf.items for size, shelf in drawn.items()})
    return drawn


def _decoded(shard: dict[str, ItemShelf], seeds: range, vae: AutoencoderKL, cache: Path | None) -> dict[str, ItemShelf]:
    path = cache / f"parser_{seeds[0]}_{len(seeds)}_{_fingerprint()}_{_weights_of(vae)}.npz" if cache else None
    if path and path.exists():
        with np.load(path) as file:
            return {size: replace(shelf, decoded=file[size]) for size, shelf in shard.items()}
    generator = torch.Generator(vae.device).manual_seed(seeds[0])
    again = {size: _through(vae, shelf.pictures, generator) for size, shelf in shard.items()}
    if path:
        _write(path, again)
    return {size: replace(shelf, decoded=again[size]) for size, shelf in shard.items()}


def _through(vae: AutoencoderKL, pictures: NDArray[np.uint8], generator: torch.Generator) -> NDArray[np.uint8]:
    parts = torch.from_numpy(pictures).split(_DECODED_ALIKE)
    return np.concatenate([through(vae, part.to(vae.device), generator).cpu().numpy() for part in parts])


def _weights_of(vae: AutoencoderKL) -> str:
    last: torch.Tensor = vae.decoder.conv_out.weight
    return hashlib.sha256(last.detach().float().cpu().numpy().tobytes()).hexdigest()[:12]


def _write(path: Path, arrays: Mapping[str, NDArray[np.uint8]]) -> None:
    with whole_file(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)


def _draw(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    drawing = draw_figure(sample_figure(seed))
    return drawing.image, drawing.items


def _by_size(drawn: Iterable[tuple[NDArray[np.uint8], NDArray[np.uint8]]]) -> dict[str, ItemShelf]:
    found: dict[str, list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]] = {}
    for picture, items in drawn:
        found.setdefault("{:04d}x{:04d}".format(*items.shape), []).append((picture, items))
    return {size: _shelf(*map(np.stack, zip(*pairs, strict=True))) for size, pairs in sorted(found.items())}


def _shelf(pictures: NDArray[np.uint8], items: NDArray[np.uint8]) -> ItemShelf:
    return ItemShelf(pictures=pictures, items=items, decoded=pictures[:0])


def _joined(shelves: Sequence[ItemShelf]) -> ItemShelf:
    columns = (np.concatenate([getattr(shelf, name) for shelf in shelves]) for name in _COLUMNS)
    return ItemShelf(**dict(zip(_COLUMNS, columns, strict=True)))


@functools.cache
def _fingerprint() -> str:
    digest = hashlib.sha256()
    for seed in range(4):
        picture, items = _draw(seed)
        digest.update(picture.tobytes() + items.tobytes())
    return digest.hexdigest()[:12]
