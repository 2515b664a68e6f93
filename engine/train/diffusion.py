"""The denoiser: a stock UNet trained with the noise loss and HOLA on cached latents.

It knows latents, captions and attention maps; it does not know how the loop runs or saves.
B batch, C latent channels, h w latent cells, T tokens, P phrases of a caption (padded to 32).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL, UNet2DConditionModel
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from engine.train import noise as diffusion
from engine.train.attention import AttentionCapture
from engine.train.cache import Bucket
from engine.train.config import HolaVariant, Recipe
from engine.train.data import Folder, Sample
from engine.train.discretise import Discretised
from engine.train.fit import Batch
from engine.train.hola import Supervision, hola_loss
from engine.train.initial import start_from
from engine.train.samples import decode, sample_latents, save_captions, save_grid
from engine.train.text import caption_of

_MAX_PHRASES = 32


def build_unet(recipe: Recipe) -> UNet2DConditionModel:
    """An untrained UNet with cross-attention at every level."""
    config = recipe.unet
    levels = len(config.block_out_channels)
    longest = max(max(size) for size in recipe.data.sizes)
    return UNet2DConditionModel(
        sample_size=longest // recipe.vae.factor,
        in_channels=recipe.vae.latent_channels,
        out_channels=recipe.vae.latent_channels,
        down_block_types=("CrossAttnDownBlock2D",) * levels,
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("CrossAttnUpBlock2D",) * levels,
        block_out_channels=config.block_out_channels,
        layers_per_block=config.layers_per_block,
        transformer_layers_per_block=config.transformer_layers,
        attention_head_dim=config.heads,
        cross_attention_dim=recipe.text.width,
        norm_num_groups=config.norm_num_groups,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What is seen in one step: samples of one bucket, and how much each counts."""

    bucket: int
    indices: NDArray[np.int64]  # [B] into the bucket's samples
    weights: NDArray[np.float32]  # [B] 0 where a sample only fills the batch; the mean over all processes is 1


class DiffusionObjective(nn.Module):
    """Noise loss + weight * HOLA."""

    def __init__(self, unet: UNet2DConditionModel, recipe: Recipe) -> None:
        """Train `unet` in place; attention maps are captured at the recipe's strides only."""
        super().__init__()
        self.unet, self.recipe = unet, recipe
        levels = tuple(_level(stride, recipe.vae.factor) for stride in recipe.hola.strides)
        supervised = recipe.hola.variant is not HolaVariant.NONE
        self.capture = AttentionCapture(unet, levels if supervised else ())
        scheduler = diffusion.build_scheduler(recipe.noise)
        self.register_buffer("alpha_bar", scheduler.alphas_cumprod.float(), persistent=False)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of latents [B, C, h, w] under context [B, T, width]."""
        settings = self.recipe.noise
        timesteps, latents = batch["timesteps"], batch["latents"]
        assert isinstance(self.alpha_bar, Tensor)
        alpha_bar = self.alpha_bar[timesteps]
        noisy = diffusion.add_noise(latents, batch["noise"], alpha_bar)
        with self.capture.opened() as maps:
            predicted = self.unet(noisy, timesteps, batch["context"]).sample.float()
        wanted = diffusion.target(latents, batch["noise"], alpha_bar, settings.prediction_type)
        weight = diffusion.loss_weight(alpha_bar, settings.prediction_type, settings.min_snr_gamma) * batch["weights"]
        noise_loss = (F.mse_loss(predicted, wanted, reduction="none").mean((1, 2, 3)) * weight).mean()
        if not maps:
            return {"loss": noise_loss, "noise": noise_loss}
        supervision = Supervision(spans=batch["spans"], regions=batch["regions"], valid=batch["valid"])
        hola = hola_loss(self.recipe.hola.variant, maps, supervision)
        return {"loss": noise_loss + self.recipe.hola.weight * hola, "noise": noise_loss, "hola": hola}


class DiffusionStage:
    """Buckets of cached latents with captions composed anew at every step."""

    name = "unet"

    def __init__(
        self,
        recipe: Recipe,
        folder: Folder,
        buckets: Sequence[Bucket],
        tokenizer: CLIPTokenizer,
        text_encoder: CLIPTextModel,
        vae: AutoencoderKL,
        out: Path,
    ) -> None:
        """Build the UNet; text encoder and autoencoder stay as they are."""
        self.recipe, self.folder, self.buckets, self.out = recipe, folder, buckets, out
        self.tokenizer, self.vae = tokenizer, vae.eval().requires_grad_(False)
        self.text_encoder = text_encoder.eval().requires_grad_(False)
        self.unet = build_unet(recipe)
        if recipe.unet.initial:
            start_from(self.unet, recipe.unet.initial)
        if recipe.unet.gradient_checkpointing:
            self.unet.enable_gradient_checkpointing()
        self.objective = DiffusionObjective(self.unet, recipe)
        self._epoch: tuple[int, int, list[Share]] | None = None

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """The step's latents, noise, timesteps, text states and what the attention should show."""
        share = self._plan(step, rank, world_size)
        bucket, indices = self.buckets[share.bucket], share.indices
        generator = torch.Generator().manual_seed(_seed(self.recipe.seed, step, rank))
        latents = torch.from_numpy(np.asarray(bucket.latents[indices], dtype=np.float32))
        shift = torch.randn((*latents.shape[:2], 1, 1), generator=generator) * self.recipe.noise.noise_offset
        noise = torch.randn(latents.shape, generator=generator) + shift
        timesteps = stratified_timesteps(len(indices), self.recipe.noise.num_train_timesteps, generator)
        rng = random.Random(f"{self.recipe.seed} unet {step} {rank}")
        samples = [self.folder.samples[bucket.samples[index]] for index in indices]
        captions = [caption_of(sample.phrases, self.tokenizer, self.recipe.caption, rng) for sample in samples]
        shares = torch.from_numpy(np.asarray(bucket.regions[indices], dtype=np.float32)) / 255
        return {
            "latents": latents,
            "noise": noise,
            "timesteps": timesteps,
            "context": self.encode(torch.tensor([caption.ids for caption in captions])),
            "weights": torch.from_numpy(share.weights),
            **supervise(captions, shares, torch.from_numpy(share.weights)),
        }

    @torch.no_grad()
    def encode(self, ids: Tensor) -> Tensor:
        """Hidden states [B, T, width] of token ids [B, T]."""
        enabled = self.recipe.unet.fit.mixed_precision == "bf16"
        with torch.autocast(self.text_encoder.device.type, torch.bfloat16, enabled=enabled):
            hidden: Tensor = self.text_encoder(ids.to(self.text_encoder.device))[0]
        return hidden.float()

    def report(self, step: int) -> None:
        """Write OUT/samples/step_*.png: the same captions and noise each time."""
        size = max(self.buckets, key=lambda bucket: len(bucket.samples)).size
        captions = self._fixed_captions(size)
        texts = [caption.text for caption in captions]
        context = self.encode(torch.tensor([caption.ids for caption in captions]))
        empty = self.encode(torch.tensor(self.tokenizer([""], padding="max_length")["input_ids"]))
        package, factor = self.recipe.package, self.recipe.vae.factor
        latents = sample_latents(
            self.unet,
            diffusion.build_scheduler(self.recipe.noise),
            context,
            empty,
            (size[1] // factor, size[0] // factor),
            steps=package.steps,
            guidance_scale=package.guidance_scale,
            seed=self.recipe.seed,
        )
        path = self.out / "samples" / f"step_{step:06d}.png"
        save_grid(decode(self.vae, latents), path, columns=8)
        save_captions(texts, path.with_suffix(".txt"))

    def _fixed_captions(self, size: tuple[int, int]) -> list[Discretised]:
        whole = replace(self.recipe.caption, phrase_dropout=0.0, late_slot_dropout=0.0, caption_dropout=0.0)
        rng = random.Random(f"{self.recipe.seed} samples")
        samples = [sample for sample in self.folder.samples if (sample.width, sample.height) == size]
        chosen: list[Sample] = rng.sample(samples, min(16, len(samples)))
        return [
            caption_of(sample.phrases, self.tokenizer, replace(whole, list_fraction=float(number % 2)), rng)
            for number, sample in enumerate(chosen)
        ]

    def steps_per_epoch(self, world_size: int) -> int:
        """Steps in which `world_size` processes see every sample once."""
        whole = self.recipe.unet.fit.batch_size * world_size
        return sum(-(-len(bucket.samples) // whole) for bucket in self.buckets)

    def _plan(self, step: int, rank: int, world_size: int) -> Share:
        """One process's share of one step; together the processes see every sample of an epoch once."""
        whole = self.recipe.unet.fit.batch_size * world_size
        epoch, place = divmod(step, self.steps_per_epoch(world_size))
        if self._epoch is None or self._epoch[:2] != (epoch, whole):
            self._epoch = (epoch, whole, self._shuffle(epoch, whole))
        share = self._epoch[2][place]
        mine = slice(rank, None, world_size)
        return Share(bucket=share.bucket, indices=share.indices[mine], weights=share.weights[mine])

    def _shuffle(self, epoch: int, whole: int) -> list[Share]:
        """The epoch's steps in random order; where a size's last samples fill no step, others stand in at weight 0."""
        rng = np.random.default_rng((self.recipe.seed, 2, epoch))
        steps = []
        for number, bucket in enumerate(self.buckets):
            order = rng.permutation(len(bucket.samples))
            for start in range(0, len(order), whole):
                indices = np.sort(order[start : start + whole])
                weights = np.zeros(whole, np.float32)
                weights[: len(indices)] = whole / len(indices)  # the mean over the step is that over its samples
                steps.append(Share(bucket=number, indices=np.resize(indices, whole), weights=weights))
        return [steps[place] for place in rng.permutation(len(steps))]


def stratified_timesteps(count: int, num_train_timesteps: int, generator: torch.Generator) -> Tensor:
    """One timestep from each of `count` equal parts of the schedule, in random order, [count]."""
    places = (torch.arange(count) + torch.rand(1, generator=generator)) / count
    return (places[torch.randperm(count, generator=generator)] % 1 * num_train_timesteps).long()


def supervise(captions: Sequence[Discretised], shares: Tensor, weights: Tensor) -> Batch:
    """Spans [B, P, T], regions [B, P, h, w] and validity [B, P] of captions over label shares [B, 18, h, w].

    A caption of weight 0 ([B]) has no valid phrase.
    """
    count = _MAX_PHRASES  # always as many, so that a compiled step keeps its shapes
    spans = torch.zeros(len(captions), count, len(captions[0].ids))
    members = torch.zeros(len(captions), count, shares.shape[1])
    for row, caption in enumerate(captions):
        for place, span in enumerate(caption.spans[:count]):
            spans[row, place, span.start : span.end] = 1
            members[row, place, list(span.phrase.regions)] = 1
    regions = torch.einsum("bpl,blhw->bphw", members, shares).clamp(max=1)
    return {"spans": spans, "regions": regions, "valid": (members.sum(-1) * weights[:, None] > 0).float()}


def _level(stride: int, factor: int) -> int:
    level = (stride // factor).bit_length() - 1
    if stride != factor << max(level, 0):
        raise ValueError(f"hola.strides must be {factor} times a power of two, got {stride}")
    return level


def _seed(seed: int, step: int, rank: int) -> int:
    return int(np.random.SeedSequence((seed, 3, step, rank)).generate_state(1, np.uint64)[0] >> np.uint64(1))
