"""The training of control: a UNet that stays as it is predicts figures' latents, told their layout or pose.

It knows figures and their maps; it does not know what the network is for.
B batch, C latent channels, h w latent cells, I channels of a map, y x squares of a map.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import T2IAdapter, UNet2DConditionModel
from torch import Tensor, nn

from engine.control.kinds import LAYOUT
from engine.samplers import NoiseSchedule
from engine.train.captions.discretise import discretise
from engine.train.captions.draw import token_ids
from engine.train.control.figures import ControlShelf, control_shelves
from engine.train.control.network import build_adapter
from engine.train.control.vague import vague
from engine.train.loop.stage import Batch, Stage
from engine.train.losses import noise as diffusion
from engine.train.recipe.control import ControlConfig
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Parts

_SIZES = 6  # numbers that SDXL is told of a picture's size


class ControlObjective(nn.Module):
    """The noise loss of a frozen UNet, whose encoder's features the network adds to."""

    def __init__(
        self, adapter: T2IAdapter, unet: UNet2DConditionModel, schedule: NoiseSchedule, gamma: float | None
    ) -> None:
        """Train `adapter` in place; `gamma` bounds the weights of timesteps."""
        super().__init__()
        self.adapter, self.prediction_type, self.gamma = adapter, schedule.prediction_type, gamma
        self._frozen = (unet,)  # in a tuple: it is no part of what is trained, averaged or written to checkpoints
        self.alpha_bar: Tensor
        alpha_bar = diffusion.build_scheduler(schedule).alphas_cumprod
        self.register_buffer("alpha_bar", alpha_bar.float(), persistent=False)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The loss of latents [B, C, h, w] with `batch["map"]` [B, I, y, x]."""
        return {"loss": self.losses(batch, self.adapter(batch["map"])).mean()}

    def losses(self, batch: Batch, features: Sequence[Tensor] | None) -> Tensor:
        """The loss of each sample, [B]; without `features` that of the UNet by itself."""
        latents, timesteps, kind = batch["latents"], batch["timesteps"], self.prediction_type
        alpha_bar = self.alpha_bar[timesteps]
        added = {"text_embeds": batch["pooled"], "time_ids": batch["time_ids"]} if "pooled" in batch else None
        predicted: Tensor = self._frozen[0](
            diffusion.add_noise(latents, batch["noise"], alpha_bar),
            timesteps,
            batch["context"],
            added_cond_kwargs=added,
            down_intrablock_additional_residuals=None if features is None else [each.clone() for each in features],
        ).sample.float()
        wanted = diffusion.target(latents, batch["noise"], alpha_bar, kind)
        weight = diffusion.loss_weight(alpha_bar, kind, self.gamma)
        return F.mse_loss(predicted, wanted, reduction="none").mean((1, 2, 3)) * weight


class ControlStage(Stage):
    """One kind of control, with figures held in memory."""

    def __init__(
        self, config: ControlConfig, kind: str, recipe: Recipe, parts: Parts, unet: UNet2DConditionModel, cache: Path
    ) -> None:
        """Draw (or read) the figures; `unet` is frozen."""
        self.name = f"control_{kind}"
        self.config, self.kind, self.recipe, self.parts = config, kind, recipe, parts
        self.unet = unet.eval().requires_grad_(False)
        self.adapter = self.build()
        self.shelves = control_shelves(config.first_seed, config.num_figures, parts.vae, config.cell, cache)
        self.held_out = control_shelves(config.held_out_seed, config.num_held_out, parts.vae, config.cell, cache)
        self.objective = ControlObjective(self.adapter, self.unet, parts.schedule, recipe.noise.min_snr_gamma)
        self.numbers: dict[str, float] = {}  # of the last test

    def build(self) -> T2IAdapter:
        """An untrained network."""
        config = self.config
        return build_adapter(
            self.unet, self.kind, factor=self.parts.factor, cell=config.cell, blocks=config.num_res_blocks
        )

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Random figures of one size, each with a caption drawn for the step, and their maps."""
        rng = np.random.default_rng((self.recipe.seed, 11, step, rank))
        sizes = np.array([len(shelf.latents) for shelf in self.shelves])
        shelf = self.shelves[rng.choice(len(sizes), p=sizes / sizes.sum())]
        chosen = rng.integers(len(shelf.latents), size=self.config.fit.batch_size)
        batch = self._noised(shelf, chosen, rng)
        if self.kind == LAYOUT:
            batch["map"] = torch.from_numpy(vague(shelf.items[chosen], shelf.labels[chosen], rng))
        return batch

    def complete(self, batch: Batch) -> Batch:
        """The batch with text states in place of token ids [B, K, L]."""
        told = self.parts.reader.read(batch["ids"])
        rest = {name: value for name, value in batch.items() if name != "ids"}
        if told.pooled is not None:
            height, width = (self.parts.factor * side for side in batch["latents"].shape[2:])
            size = torch.tensor([height, width, 0, 0, height, width], device=told.context.device).float()
            rest |= {"pooled": told.pooled, "time_ids": size.expand(len(told.context), _SIZES)}
        return {**rest, "context": told.context}

    @torch.no_grad()
    def report(self, step: int) -> dict[str, float]:
        """The loss of held-out figures under their whole maps, and that of the UNet by itself."""
        rng, size, objective = np.random.default_rng((self.recipe.seed, 12)), self.config.fit.batch_size, self.objective
        assert isinstance(objective, ControlObjective), objective
        sums = {"held_out": 0.0, "held_out_without": 0.0}
        count = sum(len(shelf.latents) for shelf in self.held_out)
        device = next(self.adapter.parameters()).device
        for shelf in self.held_out:
            for at in range(0, len(shelf.latents), size):
                chosen = np.arange(at, min(at + size, len(shelf.latents)))
                batch = {name: value.to(device) for name, value in self._noised(shelf, chosen, rng).items()}
                batch = self.complete(batch)
                told, alone = objective.losses(batch, self.adapter(batch["map"])), objective.losses(batch, None)
                sums["held_out"] += float(told.sum()) / count
                sums["held_out_without"] += float(alone.sum()) / count
        self.numbers = sums
        return sums

    def _noised(self, shelf: ControlShelf, chosen: np.ndarray, rng: np.random.Generator) -> Batch:
        """These figures with captions, noise, timesteps and their exact maps."""
        words = random.Random(int(rng.integers(2**62)))
        windows = self.parts.reader.windows
        config = replace(self.recipe.caption, caption_dropout=self.config.caption_dropout)
        captions = [discretise(shelf.phrases[number], windows, config, words) for number in chosen.tolist()]
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        latents = torch.from_numpy(shelf.latents[chosen].astype(np.float32))
        shares = shelf.items if self.kind == LAYOUT else shelf.poses
        return {
            "latents": latents,
            "noise": torch.randn(latents.shape, generator=generator),
            "timesteps": self._timesteps(len(chosen), generator),
            "ids": token_ids(captions, windows),
            "map": torch.from_numpy(shares[chosen].astype(np.float32) / np.float32(255)),
        }

    def _timesteps(self, count: int, generator: torch.Generator) -> Tensor:
        """One from each of `count` equal parts, the noisier ones more often: they decide where things are."""
        places = (torch.arange(count) + torch.rand(count, generator=generator)) / count
        noisy = 1 - places[torch.randperm(count, generator=generator)] ** self.config.timestep_power
        most = self.parts.schedule.num_train_timesteps
        return (noisy * most).long().clamp(0, most - 1)
