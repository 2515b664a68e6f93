"""The picture autoencoder: a stock AutoencoderKL trained on random crops.

It knows pixels and latents; it does not know text, labels or diffusion.
B batch, H W picture, h w latents, C latent channels.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from diffusers.models.resnet import Downsample2D, ResnetBlock2D, Upsample2D
from numpy.typing import NDArray
from torch import Tensor, nn
from tqdm import tqdm

from engine.train.data.samples import Folder, Sample, read_picture
from engine.train.data.unreadable import Unreadable
from engine.train.loop.stage import Batch, Stage
from engine.train.pixels import to_tensor
from engine.train.recipe.model import VaeConfig
from engine.train.recipe.recipe import Recipe
from engine.train.stages.start_weights import start_from
from engine.train.teachers.perceptual import PerceptualNetwork, perceptual_distance

logger = logging.getLogger(__name__)

_INITIAL_LOGVAR = -8.0


def build_vae(config: VaeConfig, sample_size: int) -> AutoencoderKL:
    """An untrained autoencoder; scaling_factor is set when it is trained."""
    levels = len(config.block_out_channels)
    vae = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        block_out_channels=config.block_out_channels,
        layers_per_block=config.layers_per_block,
        latent_channels=config.latent_channels,
        norm_num_groups=config.norm_num_groups,
        mid_block_add_attention=False,
        sample_size=sample_size,
        scaling_factor=1.0,
    )
    _let_pictures_through(vae)
    return vae


def _let_pictures_through(vae: AutoencoderKL) -> None:
    """Initialise so that a picture survives the untrained network (docs/decisions/figurine/autoencoder-start.md).

    Residual branches start small, everything on the direct path starts orthogonal, and the posterior starts narrow
    instead of drowning the latents in unit noise.
    """
    direct: list[nn.Conv2d] = [vae.encoder.conv_in, vae.decoder.conv_in]
    for module in vae.modules():
        if isinstance(module, ResnetBlock2D):
            module.conv2.weight.data.mul_(0.1)
            module.conv2.bias.data.zero_()
            direct += [module.conv_shortcut] if module.conv_shortcut is not None else []
        elif isinstance(module, Downsample2D | Upsample2D):
            direct.append(module.conv)
    for convolution in direct:
        weight = convolution.weight.data
        flat = torch.empty(len(weight), weight[0].numel())
        weight.copy_(nn.init.orthogonal_(flat).view_as(weight))
        assert convolution.bias is not None
        convolution.bias.data.zero_()
    channels = vae.config.latent_channels
    vae.quant_conv.weight.data[channels:] *= 0.1
    vae.quant_conv.bias.data[channels:] = _INITIAL_LOGVAR


class VaeObjective(nn.Module):
    """L1 + squared error + edges + a small divergence from the normal prior, and the perceptual distance if asked."""

    def __init__(self, vae: AutoencoderKL, config: VaeConfig, perceptual: PerceptualNetwork | None = None) -> None:
        """Train `vae` in place; the frozen `perceptual` must be on the batches' device."""
        super().__init__()
        self.vae, self.config = vae, config
        # In a tuple: a frozen network is no part of what is trained, averaged or written to checkpoints.
        self._perceptual: tuple[PerceptualNetwork, ...] = () if perceptual is None else (perceptual,)
        if config.freeze_encoder:
            vae.encoder.requires_grad_(False)
            vae.quant_conv.requires_grad_(False)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of `batch["pixels"]` [B, 3, H, W]."""
        pixels = batch["pixels"]
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.config.freeze_encoder):
            posterior = self.vae.encode(pixels).latent_dist
        mean, logvar = posterior.mean.float(), posterior.logvar.float()
        spread = (0.5 * logvar).exp()
        if "strength" in batch:
            spread = spread + batch["strength"] * mean.detach().std()
        latents = mean + spread * batch["noise"]
        picture = self.vae.decode(latents).sample.float()
        l1, mse = F.l1_loss(picture, pixels), F.mse_loss(picture, pixels)
        edge = edge_loss(picture, pixels)
        divergence = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
        loss = l1 + self.config.mse_weight * mse + self.config.edge_weight * edge + self.config.kl_weight * divergence
        numbers = {"l1": l1, "mse": mse, "edge": edge, "kl": divergence}
        if self._perceptual:
            assert self.config.perceptual is not None
            with torch.autocast(picture.device.type, enabled=False):
                numbers["perceptual"] = perceptual_distance(self._perceptual[0], picture, pixels)
            loss = loss + self.config.perceptual.weight * numbers["perceptual"]
        return {"loss": loss, **numbers}


def edge_loss(picture: Tensor, target: Tensor) -> Tensor:
    """L1 between the gradients of two pictures, at full and half resolution."""
    total = torch.zeros((), device=picture.device)
    for _ in range(2):
        total = total + F.l1_loss(picture.diff(dim=-1), target.diff(dim=-1))
        total = total + F.l1_loss(picture.diff(dim=-2), target.diff(dim=-2))
        picture, target = F.avg_pool2d(picture, 2), F.avg_pool2d(target, 2)
    return total / 4


class VaeStage(Stage):
    """Crops of pictures held in memory."""

    name = "vae"

    def __init__(
        self, recipe: Recipe, folder: Folder, out: Path, *, perceptual: PerceptualNetwork | None = None
    ) -> None:
        """Read the pictures that fit the recipe's number; a `perceptual` network says what else is unlike."""
        assert recipe.vae is not None and recipe.vae.fit is not None
        self.recipe, self.config, self.out = recipe, recipe.vae, out
        self.batch_size = recipe.vae.fit.batch_size
        self.vae = build_vae(self.config, max(max(size) for size in recipe.data.sizes))
        if self.config.initial:
            start_from(self.vae, self.config.initial)
        if self.config.freeze_encoder:  # the same latents at the same scale
            factor = AutoencoderKL.load_config(self.config.initial)["scaling_factor"]
            self.vae.register_to_config(scaling_factor=factor)
        self.objective = VaeObjective(self.vae, self.config, perceptual)
        chosen = _spread(folder.samples, self.config.num_pictures)
        unreadable = Unreadable(folder.config.max_unreadable)
        read = unreadable.attempt_all(
            lambda place: read_picture(chosen[place]), range(len(chosen)), recipe.data.workers
        )
        shown = tqdm(read, "reading", total=len(chosen), mininterval=2)
        pictures = [picture for picture in shown if picture is not None]
        self.psnr = math.nan  # of the last report
        held_out = max(1, len(pictures) // 32)
        self.training, self.validation = pictures[:-held_out] or pictures, pictures[-held_out:]

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Random crops and the noise of the posterior's sample."""
        width, height = self.config.crop
        rng = np.random.default_rng((self.recipe.seed, 1, step, rank))
        crops = []
        for _ in range(self.batch_size):
            crop = self._crop(self.training[rng.integers(len(self.training))], rng)
            crops.append(crop[:, ::-1] if rng.random() < 0.5 else crop)
        factor = self.config.factor
        shape = (len(crops), self.config.latent_channels, height // factor, width // factor)
        noise = torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
        batch = {"pixels": to_tensor(np.stack(crops)), "noise": noise}
        if self.config.latent_noise:
            strength = self.config.latent_noise * rng.random((len(crops), 1, 1, 1), dtype=np.float32)
            batch["strength"] = torch.from_numpy(strength)
        return batch

    def _crop(self, picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
        """A random place; with `crop_tries`, mostly one with faces and garments rather than plain backdrop."""
        width, height = self.config.crop
        tries = self.config.crop_tries if rng.random() < 0.75 else 1
        tops = rng.integers(picture.shape[0] - height + 1, size=tries)
        lefts = rng.integers(picture.shape[1] - width + 1, size=tries)
        crops = [picture[top : top + height, left : left + width] for top, left in zip(tops, lefts, strict=True)]
        return crops[0] if tries == 1 else max(crops, key=_detail)

    def report(self, step: int) -> None:
        """Log the error on pictures never trained on, and save the autoencoder with its scaling factor."""
        means, errors = list[Tensor](), list[Tensor]()
        with torch.no_grad():
            for pictures in _alike(self.validation[:256]):
                pixels = to_tensor(np.stack(pictures)).to(self.vae.device)
                mean = self.vae.encode(pixels).latent_dist.mean
                again = self.vae.decode(mean).sample.clamp(-1, 1)
                errors.append((again - pixels).square().mean((1, 2, 3)).cpu())
                means.append(mean.flatten().cpu())
        spread = torch.cat(means).std().item()
        if not self.config.freeze_encoder:
            self.vae.register_to_config(scaling_factor=1 / spread)
        self.psnr = (10 * torch.log10(4 / torch.cat(errors))).mean().item()
        logger.info("stage=%s step=%d psnr_db=%.2f latent_std=%.4f", self.name, step, self.psnr, spread)
        self._picture(step)

    def _picture(self, step: int) -> None:
        from engine.train.stages.samples import save_grid

        shown = [picture for picture in self.validation if picture.shape == self.validation[0].shape][:8]
        pixels = to_tensor(np.stack(shown)).to(self.vae.device)
        with torch.no_grad():
            again = self.vae(pixels).sample
        save_grid(torch.cat([pixels, again]), self.out / "samples" / f"{self.name}_{step:06d}.png", columns=len(shown))


def _alike(pictures: Sequence[NDArray[np.uint8]]) -> Iterator[list[NDArray[np.uint8]]]:
    """Up to 32 pictures of one size at a time."""
    by_size: dict[tuple[int, ...], list[NDArray[np.uint8]]] = {}
    for picture in pictures:
        by_size.setdefault(picture.shape, []).append(picture)
    for same in by_size.values():
        yield from (same[start : start + 32] for start in range(0, len(same), 32))


def _detail(picture: NDArray[np.uint8]) -> float:
    """How much neighbouring pixels differ."""
    rows = picture[::2, ::2].astype(np.int16)
    return float(np.abs(np.diff(rows, axis=0)).mean() + np.abs(np.diff(rows, axis=1)).mean())


def _spread(samples: Sequence[Sample], count: int) -> list[Sample]:
    stride = max(1, len(samples) // count)
    return list(samples[::stride][:count])
