"""The small decoder: it learns to give what the model's own decoder gives, and the picture behind it.

It knows latents and pictures; it does not know text, labels or diffusion.
B batch, H W crop, h w latents, C latent channels.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from engine.pipeline_folder.fast_decoder import FastDecoder, FastDecoderShape
from engine.train.data.samples import Folder, Sample, read_picture
from engine.train.data.unreadable import Unreadable
from engine.train.loop.stage import Batch, Stage
from engine.train.pixels import to_tensor
from engine.train.recipe.distil import FastDecoderConfig
from engine.train.recipe.recipe import Recipe
from engine.train.stages.samples import save_grid
from engine.train.stages.vae import edge_loss

logger = logging.getLogger(__name__)

_AT_ONCE = 8  # crops that the full decoder sees


class FastDecoderObjective(nn.Module):
    """L1, squared error and edges against the full decoder's picture, and L1 against the original."""

    def __init__(self, decoder: FastDecoder, config: FastDecoderConfig) -> None:
        """Train `decoder` in place."""
        super().__init__()
        self.decoder, self.config = decoder, config

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of latents [B, C, h, w] against `taught` and `original`, both [B, 3, H, W]."""
        picture = self.decoder(batch["latents"]).float()
        taught, original = batch["taught"], F.l1_loss(picture, batch["original"])
        l1, mse, edge = F.l1_loss(picture, taught), F.mse_loss(picture, taught), edge_loss(picture, taught)
        loss = l1 + mse + edge + self.config.original_weight * original
        return {"loss": loss, "l1": l1, "mse": mse, "edge": edge, "original": original}


class FastDecoderStage(Stage):
    """Crops held in memory with their latents, and what the full decoder makes of those."""

    name = "fast_decoder"

    def __init__(self, recipe: Recipe, folder: Folder, vae: AutoencoderKL, out: Path) -> None:
        """Reads, encodes and decodes the crops; `vae` is on the device that does so.

        Raises:
            ValueError: The decoder's levels are not those of the autoencoder, or a crop is larger than pictures are.
        """
        assert recipe.fast_decoder is not None
        self.recipe, self.config, self.out = recipe, recipe.fast_decoder, out
        self.batch_size = self.config.fit.batch_size
        self.decoder = build_fast_decoder(self.config, vae)
        self.objective = FastDecoderObjective(self.decoder, self.config)
        originals = self._crops(folder)
        self.latents, self.taught = _taught(vae, originals, self.config.latent_noise, recipe.seed)
        self.originals = originals
        self.held_out = max(1, len(originals) // 32)
        self.numbers: dict[str, float] = {}  # of the last report

    def _crops(self, folder: Folder) -> NDArray[np.uint8]:
        """One of each picture, at a random place of its latents' grid, [n, H, W, 3]."""
        width, height = self.config.crop
        stride = max(1, len(folder.samples) // self.config.num_pictures)
        chosen = folder.samples[::stride][: self.config.num_pictures]
        small = [sample.where for sample in chosen if sample.width < width or sample.height < height]
        if small:
            raise ValueError(f"fast_decoder.crop {width}x{height} must fit into every picture; {small[0]} is smaller")
        rng = np.random.default_rng((self.recipe.seed, 4))
        corners = rng.random((len(chosen), 2))
        unreadable = Unreadable(folder.config.max_unreadable)
        factor = self.decoder.shape.factor

        def crop(place: int) -> NDArray[np.uint8]:
            return _crop(chosen[place], corners[place], self.config.crop, factor)

        read = unreadable.attempt_all(crop, range(len(chosen)), folder.config.workers)
        shown = tqdm(read, "reading", total=len(chosen), mininterval=2)
        return np.stack([found for found in shown if found is not None])

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Random crops of those that are trained on."""
        rng = np.random.default_rng((self.recipe.seed, 5, step, rank))
        return self._rows(rng.integers(max(1, len(self.originals) - self.held_out), size=self.batch_size))

    def _rows(self, places: NDArray[np.int64]) -> Batch:
        return {
            "latents": torch.from_numpy(self.latents[places].astype(np.float32)),
            "taught": torch.from_numpy(self.taught[places].astype(np.float32)),
            "original": to_tensor(self.originals[places]),
        }

    def report(self, step: int) -> None:
        """Log the error on crops never trained on, against the full decoder and against the originals."""
        rows = self._rows(np.arange(len(self.originals) - self.held_out, len(self.originals))[:128])
        device = next(self.decoder.parameters()).device
        with torch.no_grad():
            picture = self.decoder(rows["latents"].to(device)).clamp(-1, 1).cpu()
        taught = rows["taught"].clamp(-1, 1)
        self.numbers = {
            "psnr_to_full_db": _psnr(picture, taught),
            "psnr_db": _psnr(picture, rows["original"]),
            "psnr_of_full_db": _psnr(taught, rows["original"]),
        }
        text = " ".join(f"{name}={value:.2f}" for name, value in self.numbers.items())
        logger.info("stage=%s step=%d %s", self.name, step, text)
        shown = torch.cat([each[:8] for each in (rows["original"], taught, picture)])
        save_grid(shown, self.out / "samples" / f"{self.name}_{step:06d}.png", columns=min(8, len(picture)))


def build_fast_decoder(config: FastDecoderConfig, vae: AutoencoderKL) -> FastDecoder:
    """An untrained decoder of an autoencoder's latents.

    Raises:
        ValueError: It has another number of levels.
    """
    doublings = len(vae.config.block_out_channels) - 1
    if len(config.channels) != doublings:
        raise ValueError(
            f"fast_decoder.channels must have {doublings} levels for this autoencoder, got {len(config.channels)}"
        )
    return FastDecoder(
        FastDecoderShape(
            latent_channels=int(vae.config.latent_channels),
            channels=config.channels,
            blocks=config.blocks,
            scaling_factor=float(vae.config.scaling_factor),
            shift_factor=float(vae.config.get("shift_factor") or 0.0),
        )
    )


def _crop(sample: Sample, corner: NDArray[np.float64], size: tuple[int, int], factor: int) -> NDArray[np.uint8]:
    width, height = size
    left, top = (
        factor * int(share * ((side - cut) // factor + 1))
        for share, side, cut in zip(corner, (sample.width, sample.height), (width, height), strict=True)
    )
    return read_picture(sample)[top : top + height, left : left + width]


@torch.no_grad()
def _taught(
    vae: AutoencoderKL, originals: NDArray[np.uint8], noise: float, seed: int
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """Unscaled latents [n, C, h, w], half of them with noise, and the full decoder's pictures of them [n, 3, H, W]."""
    generator = torch.Generator().manual_seed(seed)
    latents, pictures = list[NDArray[np.float16]](), list[NDArray[np.float16]]()
    for start in tqdm(range(0, len(originals), _AT_ONCE), "decoding", mininterval=2):
        pixels = to_tensor(originals[start : start + _AT_ONCE]).to(vae.device)
        mean = vae.encode(pixels).latent_dist.mean
        strength = noise * torch.rand(len(mean), 1, 1, 1, generator=generator)
        strength *= torch.rand(len(mean), 1, 1, 1, generator=generator) < 0.5
        drawn = strength * torch.randn(mean.shape, generator=generator) / vae.config.scaling_factor
        mean = mean + drawn.to(mean.device)
        latents.append(mean.cpu().numpy().astype(np.float16))
        pictures.append(vae.decode(mean).sample.cpu().numpy().astype(np.float16))
    return np.concatenate(latents), np.concatenate(pictures)


def _psnr(picture: Tensor, other: Tensor) -> float:
    return float((10 * torch.log10(4 / (picture - other).square().mean((1, 2, 3)).clamp(min=1e-10))).mean())
