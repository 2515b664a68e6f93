"""Pictures for the judge: figures drawn once, with their right answers, and softened as a decoder would soften them.

It knows drawing, files and pixels; it does not know the network.
B batch, H W picture height and width, Q questions.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from engine.files.whole import whole_file
from engine.train.figures import Drawing, draw_figure, figure_row, sample_figure
from engine.train.figures.cloth import Item, Label
from engine.train.loop.throughput import has_bfloat16
from engine.train.questions.table import ABSENT, QUESTIONS, Question, right_answer

logger = logging.getLogger(__name__)

UNDECIDED = -100  # a picture that cannot answer: no loss, no score
SHARD = 1500  # figures in a cached file
CELL = 16  # pixels to one place of the judge's attention, along each side
LATENT_NOISE = 0.4  # of the latents' standard deviation
FACE = len(Item)  # the region after those of the items
_SOFTENED_ALIKE = 64  # pictures of a batch
_COLUMNS = ("pictures", "answers", "regions")
_ON_THE_FACE = ("age", "expression", "facial hair")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Figures of one size.

    Attributes:
        pictures: uint8 [N, H, W, 3], on the device where they are used.
        answers: The classes that are right, int64 [N, Q]; ``UNDECIDED`` where the picture cannot tell.
        regions: How much of each cell shows each item, and the face, uint8 [N, items + 1, H/16, W/16], 0..255.
    """

    pictures: Tensor
    answers: Tensor
    regions: Tensor

    def to(self, device: str | torch.device) -> Shelf:
        """The same figures on a device."""
        return Shelf(**{name: getattr(self, name).to(device) for name in _COLUMNS})


Example = tuple[NDArray[np.uint8], list[int], NDArray[np.uint8]]  # one picture, its answers, its regions


def region_of(question: Question) -> int | None:
    """Where the judge should look to answer: an index into ``Shelf.regions``, or None for the whole picture."""
    if question.key in _ON_THE_FACE:
        return FACE
    item = Item.__members__.get(question.key.split()[0].upper())
    return None if item is None else int(item)


def draw_one(seed: int) -> Example:
    """Figure ``seed``: its picture, for each question the class that is right, and where each item is."""
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    truth = figure_row(figure, drawing)["attributes"]
    assert isinstance(truth, dict)
    answers = [_answer(question, truth, drawing) for question in QUESTIONS]
    masks = np.stack([*(drawing.items == item for item in Item), drawing.labels == Label.FACE])
    height, width = drawing.items.shape
    cells = masks.reshape(len(masks), height // CELL, CELL, width // CELL, CELL).mean((2, 4))
    return drawing.image, answers, np.rint(cells * 255).astype(np.uint8)


def _answer(question: Question, truth: Mapping[str, str], drawing: Drawing) -> int:
    """The right class; a sliver of a garment, too little to be mentioned, is neither visible nor absent."""
    right = right_answer(question, truth)
    item = Item.__members__.get(question.key.split()[0].upper())
    sliver = right == ABSENT and item not in (None, Item.HAIR) and drawing.visible(item) > 0
    return UNDECIDED if right is None or sliver else question.classes.index(right)


def shelves(first_seed: int, num: int, cache: Path | None = None, workers: int = 1) -> list[Shelf]:
    """Figures ``first_seed`` .. ``first_seed + num - 1`` by size, drawn or read from ``cache``.

    A cached file holds ``SHARD`` figures and is named after what a few of them look like and what is asked, so that an
    interrupted run continues, and a change of drawing or asking draws anew.
    """
    seeds = range(first_seed, first_seed + num)
    shards = [seeds[at : at + SHARD] for at in range(0, num, SHARD)]
    with ProcessPoolExecutor(max(workers, 1)) as pool:  # its processes begin with the first figure it draws
        draw = functools.partial(pool.map, draw_one, chunksize=8) if workers > 1 else functools.partial(map, draw_one)
        return joined([shelf for shard in shards for shelf in _shard(shard, cache, draw)])


def joined(shelf_list: Iterable[Shelf]) -> list[Shelf]:
    """One shelf for each size, in the sizes' order."""
    found: dict[tuple[int, ...], list[Shelf]] = {}
    for shelf in shelf_list:
        found.setdefault(tuple(shelf.pictures.shape[1:]), []).append(shelf)
    columns = (
        {name: torch.cat([getattr(s, name) for s in found[size]]) for name in _COLUMNS} for size in sorted(found)
    )
    return [Shelf(**each) for each in columns]


def decoded(shelf_list: Sequence[Shelf], autoencoder: Path, num: int, device: str = "cpu") -> list[Shelf]:
    """About ``num`` of the figures as a diffusers AutoencoderKL gives them back, with the answers they had before.

    A generator paints through such a decoder, and no softening is quite like it; no generator is involved here. Each
    picture's latents get normal noise besides, up to ``LATENT_NOISE`` of their spread: no generator hits them exactly.
    """
    generator = torch.Generator(device).manual_seed(0)
    vae = load_autoencoder(autoencoder).to(device)
    share = min(1.0, num / max(1, sum(len(shelf.pictures) for shelf in shelf_list)))
    found = []
    for shelf in shelf_list:
        count = round(share * len(shelf.pictures))
        pictures = shelf.pictures[:count]
        with torch.autocast(device, torch.bfloat16, enabled=device == "cpu" and has_bfloat16(device)):
            again = [
                through(vae, part.to(device), generator).cpu()
                for part in tqdm(pictures.split(32) if count else (), desc="decoding", mininterval=2)
            ]
        if again:
            answers, regions = shelf.answers[:count], shelf.regions[:count]
            found.append(Shelf(pictures=torch.cat(again), answers=answers, regions=regions))
    return found


def load_autoencoder(folder: Path) -> AutoencoderKL:
    """A diffusers AutoencoderKL folder; raises ValueError where it is none."""
    if not (folder / "config.json").is_file():
        raise ValueError(f"{folder} holds no AutoencoderKL: there is no config.json")
    try:
        vae: AutoencoderKL = AutoencoderKL.from_pretrained(folder, use_safetensors=True, local_files_only=True)
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder} holds no AutoencoderKL: {error}") from error
    return vae.eval()


@torch.inference_mode()
def through(vae: AutoencoderKL, pictures: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Pictures of one size, uint8 [B, H, W, 3], encoded and decoded; with a generator the latents get its noise.

    The autoencoder, the pictures and the generator are on one device.
    """
    latents = vae.encode(as_input(pictures) * 2 - 1).latent_dist.mean.float()
    if generator is not None:
        deviation = LATENT_NOISE * _uniform(latents, generator) * latents.std()
        latents = latents + deviation * torch.randn(latents.shape, generator=generator, device=generator.device)
    pixels: Tensor = vae.decode(latents).sample.float()
    return (pixels.clamp(-1, 1) * 127.5 + 127.5).round().byte().permute(0, 2, 3, 1)


def _shard(seeds: range, cache: Path | None, draw: Callable[[range], Iterator[Example]]) -> list[Shelf]:
    if cache is None:
        return _sort(draw(seeds), len(seeds))
    path = cache / f"judge_{seeds[0]}_{len(seeds)}_{_fingerprint()}.npz"
    if path.exists():
        with np.load(path) as file:
            sizes = sorted({name.split("_")[1] for name in file.files})
            return [Shelf(**{name: torch.from_numpy(file[f"{name}_{size}"]) for name in _COLUMNS}) for size in sizes]
    drawn = _sort(draw(seeds), len(seeds))
    arrays = {
        f"{name}_{'{:04d}x{:04d}'.format(*shelf.pictures.shape[1:3])}": getattr(shelf, name).numpy()
        for shelf in drawn
        for name in _COLUMNS
    }
    with whole_file(path) as temporary:
        np.savez(temporary, allow_pickle=False, **arrays)
    return drawn


def _sort(examples: Iterable[Example], total: int) -> list[Shelf]:
    found: dict[tuple[int, ...], list[Example]] = {}
    for example in tqdm(examples, total=total, desc="drawing", mininterval=2):
        found.setdefault(example[0].shape, []).append(example)
    return [_shelf(found[size]) for size in sorted(found)]


def _shelf(examples: list[Example]) -> Shelf:
    pictures, answers, regions = zip(*examples, strict=True)
    columns = np.stack(pictures), np.array(answers, np.int64), np.stack(regions)
    return Shelf(**dict(zip(_COLUMNS, map(torch.from_numpy, columns), strict=True)))


@functools.cache
def _fingerprint() -> str:
    digest = hashlib.sha256(repr(QUESTIONS).encode())
    for seed in range(4):
        picture, answers, regions = draw_one(seed)
        digest.update(picture.tobytes() + bytes(str(answers), "ascii") + regions.tobytes())
    return digest.hexdigest()[:12]


def as_input(pictures: Tensor) -> Tensor:
    """Pictures uint8 [B, H, W, 3] as float32 [B, 3, H, W] in 0..1, laid out as they were."""
    return pictures.permute(0, 3, 1, 2).float().div_(255)


def soften(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """What a decoder, a resize or a lossy file may do to pictures [B, 3, H, W] in 0..1.

    The CPU's generator decides, so that nothing waits for the pictures' device, and seeds the noise drawn there.
    """
    chance = torch.rand(3, generator=generator).tolist()
    generator = _beside(pictures, generator)
    if chance[0] < 0.65:
        pictures = _resampled(pictures, 0.4 + 0.55 * chance[1])
    if chance[2] < 0.12:
        pictures = compress(pictures, 0.5 * _uniform(pictures, generator))
    contrast, brightness = 1 + 0.08 * _normal(pictures, generator), 0.02 * _normal(pictures, generator)
    pictures = torch.addcmul(0.5 * (1 - contrast) + brightness, pictures, contrast)
    for cell, deviation in ((16, 0.03), (2, 0.02)):  # blotches, the footprint of one latent cell, and grain
        pictures.addcmul_(_pattern(pictures, cell, generator), deviation * _normal(pictures, generator))
    return pictures.clamp_(0, 1)


def _beside(pictures: Tensor, generator: torch.Generator) -> torch.Generator:
    """A generator on the pictures' device, seeded by the CPU's."""
    return torch.Generator(pictures.device).manual_seed(int(torch.randint(2**62, (), generator=generator)))


def _uniform(pictures: Tensor, generator: torch.Generator) -> Tensor:
    return torch.rand((len(pictures), 1, 1, 1), generator=generator, device=generator.device)


def _normal(pictures: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn((len(pictures), 1, 1, 1), generator=generator, device=generator.device).clamp(-2, 2)


def _resampled(pictures: Tensor, factor: float) -> Tensor:
    height, width = pictures.shape[-2:]
    small = F.interpolate(pictures, size=(round(height * factor), round(width * factor)), mode="bilinear")
    return F.interpolate(small, size=(height, width), mode="bilinear")


def _pattern(pictures: Tensor, cell: int, generator: torch.Generator) -> Tensor:
    """Noise [1, 3, H, W] with spots of ``cell`` pixels; the whole batch shares it, each picture in its own strength."""
    height, width = pictures.shape[-2:]
    shape = (1, 3, math.ceil(height / cell), math.ceil(width / cell))
    cells = torch.randn(shape, generator=generator, device=generator.device)
    return F.interpolate(cells, size=(height, width), mode="bilinear").to(memory_format=torch.channels_last)


def compress(pictures: Tensor, strength: Tensor) -> Tensor:
    """Rounds the 8 x 8 cosine coefficients as JPEG does, coarser with frequency; ``strength`` [B, 1, 1, 1] in 0..1."""
    batch, channels, height, width = pictures.shape
    if height % 8 or width % 8:
        return pictures
    k = torch.arange(8, device=pictures.device)
    line = torch.cos(math.pi / 8 * (k[None] + 0.5) * k[:, None]) * torch.where(k == 0, 0.5**0.5, 1.0)[:, None] / 2
    basis = torch.kron(line, line)  # [64 coefficients, 64 pixels], orthonormal
    shape = (batch, channels, height // 8, 8, width // 8, 8)
    blocks = pictures.reshape(shape).transpose(3, 4).reshape(batch, -1, 64)
    step = 0.08 * (1 + k[:, None] + k[None]).flatten() * strength.view(batch, 1, 1).clamp(min=0.01)
    rounded = torch.round(blocks @ basis.T / step) * step @ basis
    return rounded.view(*shape[:3], shape[4], 8, 8).transpose(3, 4).reshape(pictures.shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Softened pictures of one size with their answers and regions."""

    pictures: Tensor  # [B, 3, H, W] in 0..1
    answers: Tensor  # [B, Q]
    regions: Tensor  # [B, items + 1, H/16, W/16] in 0..1


def batches(shelf_list: Sequence[Shelf], batch_size: int, generator: torch.Generator) -> Iterator[Batch]:
    """One epoch in a new order, on the shelves' device; the CPU's generator decides all."""
    places = []
    for shelf in shelf_list:
        order = torch.randperm(len(shelf.pictures), generator=generator).to(shelf.pictures.device)
        places += [(shelf, part) for part in order.split(batch_size)]
    for place in torch.randperm(len(places), generator=generator).tolist():
        shelf, indices = places[place]
        pictures, regions = shelf.pictures[indices], shelf.regions[indices]
        mirrored = _uniform(pictures, _beside(pictures, generator)) < 0.5
        pictures = as_input(torch.where(mirrored, pictures.flip(2), pictures))
        regions = torch.where(mirrored, regions.flip(3), regions).float() / 255
        soft = torch.cat([soften(part, generator) for part in pictures.split(_SOFTENED_ALIKE)])
        yield Batch(pictures=soft, answers=shelf.answers[indices], regions=regions)
