"""Figures for control: their latents, what may be said of them, and the maps of their layout and pose.

Drawn and encoded once, and kept in files. It knows drawing, the autoencoder and maps; it does not know networks.
N figures of one size, C latent channels, h w latent cells, I item classes, y x squares of a map.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from tqdm import tqdm

from engine.control.layout import chances, sets_of_items, sets_of_labels
from engine.control.maps import pose_map
from engine.control.skeleton import Point
from engine.description.wording.caption import Phrase, row_phrases
from engine.files.whole import whole_file
from engine.train.figures import Drawing, draw_figure, figure_row, sample_figure
from engine.train.pixels import to_tensor

SHARD = 250  # figures of a cached file
_ENCODED_ALIKE = 32  # pictures of a batch
_ARRAYS = ("latents", "items", "labels", "poses")

Shares = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlShelf:
    """Figures of one size.

    Attributes:
        latents: Means of the posterior times the scaling factor, float16 [N, C, h, w].
        items: How likely a square shows each item, by the exact items, uint8 [N, I, y, x]; 255 = surely.
        labels: The same by ATR-18 labels, which tell fewer things apart.
        poses: The skeleton's colours, mean over a square, uint8 [N, 3, y, x].
        phrases: What may be said of each.
    """

    latents: NDArray[np.float16]
    items: Shares
    labels: Shares
    poses: Shares
    phrases: Sequence[tuple[Phrase, ...]]


def control_shelves(
    first_seed: int, num: int, vae: AutoencoderKL, cell: int, cache: Path | None = None
) -> list[ControlShelf]:
    """Figures ``first_seed`` .. ``first_seed + num - 1`` by size, drawn and encoded, or read from ``cache``.

    A cached file is named after what a few figures look like, the autoencoder's weights and the side of a square in
    pixels, `cell`, so that an interrupted run continues and a change draws anew.
    """
    found: dict[str, list[ControlShelf]] = {}
    for at in tqdm(range(0, num, SHARD), desc="drawing", mininterval=5):
        seeds = range(first_seed + at, first_seed + min(num, at + SHARD))
        for size, shelf in _shard(seeds, vae, cell, cache).items():
            found.setdefault(size, []).append(shelf)
    return [_joined(shelves) for _, shelves in sorted(found.items())]


def seen(joints: NDArray[np.float64]) -> list[Point]:
    """The points of a drawn figure as a request gives them: those outside the picture are not seen."""
    return [(float(x), float(y)) if 0 <= x <= 1 and 0 <= y <= 1 else None for x, y in joints]


def _shard(seeds: range, vae: AutoencoderKL, cell: int, cache: Path | None) -> dict[str, ControlShelf]:
    """The figures of these seeds by size, "HHHHxWWWW"."""
    name = f"control_{seeds[0]}_{len(seeds)}_{cell}_{_fingerprint()}_{_weights_of(vae)}.npz"
    path = cache / name if cache else None
    if path and path.exists():
        with np.load(path) as file:
            arrays = {key: file[key] for key in file.files}
    else:
        arrays = _made(seeds, vae, cell)
        if path:
            with whole_file(path) as temporary:
                np.savez(temporary, allow_pickle=False, **arrays)
    sizes = sorted({key.split("_")[1] for key in arrays})
    return {size: _shelf(arrays, size) for size in sizes}


def _shelf(arrays: dict[str, NDArray[Any]], size: str) -> ControlShelf:
    rows = json.loads(arrays[f"rows_{size}"].tobytes())
    return ControlShelf(
        phrases=[row_phrases(row) for row in rows], **{name: arrays[f"{name}_{size}"] for name in _ARRAYS}
    )


def _made(seeds: range, vae: AutoencoderKL, cell: int) -> dict[str, NDArray[Any]]:
    drawn: dict[str, list[tuple[Drawing, dict[str, Any]]]] = {}
    for seed in seeds:
        figure = sample_figure(seed)
        drawing = draw_figure(figure)
        size = "{:04d}x{:04d}".format(*drawing.items.shape)
        drawn.setdefault(size, []).append((drawing, figure_row(figure, drawing)))
    arrays: dict[str, NDArray[Any]] = {}
    for size, pairs in drawn.items():
        drawings = [drawing for drawing, _ in pairs]
        height, width = drawings[0].items.shape
        maps: dict[str, list[NDArray[np.float32]]] = {
            "items": [chances(sets_of_items(each.items)) for each in drawings],
            "labels": [chances(sets_of_labels(each.labels)) for each in drawings],
            "poses": [pose_map(seen(each.joints), width, height)[0] for each in drawings],
        }
        arrays |= {f"{name}_{size}": np.stack([_squares(each, cell) for each in some]) for name, some in maps.items()}
        arrays[f"latents_{size}"] = _latents(vae, np.stack([each.image for each in drawings]))
        said = json.dumps([row for _, row in pairs]).encode()
        arrays[f"rows_{size}"] = np.frombuffer(said, np.uint8)
    return arrays


def _squares(shares: NDArray[np.float32], cell: int) -> Shares:
    """The mean over squares of `cell` pixels a side, [I, H, W] -> [I, y, x] of 0..255."""
    channels, height, width = shares.shape
    squares = shares.reshape(channels, height // cell, cell, width // cell, cell).mean((2, 4))
    whole: Shares = np.rint(255 * squares).astype(np.uint8)
    return whole


@torch.no_grad()
def _latents(vae: AutoencoderKL, pictures: NDArray[np.uint8]) -> NDArray[np.float16]:
    shift, scale = vae.config.get("shift_factor") or 0.0, vae.config.scaling_factor
    parts = (
        (vae.encode(to_tensor(pictures[at : at + _ENCODED_ALIKE]).to(vae.device)).latent_dist.mean - shift) * scale
        for at in range(0, len(pictures), _ENCODED_ALIKE)
    )
    return torch.cat([part.cpu() for part in parts]).half().numpy()


def _joined(shelves: Iterable[ControlShelf]) -> ControlShelf:
    some = list(shelves)
    arrays = {name: np.concatenate([getattr(shelf, name) for shelf in some]) for name in _ARRAYS}
    return ControlShelf(phrases=[phrases for shelf in some for phrases in shelf.phrases], **arrays)


@functools.cache
def _fingerprint() -> str:
    digest = hashlib.sha256()
    for seed in range(4):
        drawing = draw_figure(sample_figure(seed))
        digest.update(drawing.image.tobytes() + drawing.items.tobytes() + drawing.joints.tobytes())
    return digest.hexdigest()[:12]


def _weights_of(vae: AutoencoderKL) -> str:
    last: torch.Tensor = vae.encoder.conv_out.weight
    return hashlib.sha256(last.detach().float().cpu().numpy().tobytes()).hexdigest()[:12]
