"""The UNet of few steps: adapters with which one unguided step ends where several guided ones of the full UNet do.

Distillation by segments of the full UNet's own ways (after Salimans and Ho 2022, arXiv 2202.00512, and Meng et al.
2023, arXiv 2210.03142, at once): a state at the start of a segment goes in, and what the sampler must be told there to
land on the state at its end is wanted. It knows latents and captions; it does not know how a trajectory was drawn.
B batch, S few steps, C latent channels, h w latent cells, T tokens of all windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import PartialState
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from engine.train.captions.text_states import Reader
from engine.train.loop.stage import Batch, Stage
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Parts
from engine.train.stages.lora import add_adapters
from engine.train.stages.samples import decode, save_grid
from engine.train.stages.trajectories import Trajectories, added_conditions, few_steps_plan


class FewStepsObjective(nn.Module):
    """The squared error of what the UNet says at the start of each segment."""

    def __init__(self, unet: UNet2DConditionModel) -> None:
        """Train the adapters of `unet` in place."""
        super().__init__()
        self.unet = unet

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of latents [B, C, h, w] at timesteps [B] under context [B, T, width]; wanted [B, C, h, w]."""
        added = {name: batch[name] for name in ("text_embeds", "time_ids") if name in batch}
        predicted = self.unet(
            batch["latents"], batch["timesteps"], batch["context"], added_cond_kwargs=added or None
        ).sample
        return {"loss": F.mse_loss(predicted.float(), batch["wanted"])}


class FewStepsStage(Stage):
    """Segments of trajectories, those of one size in a batch."""

    name = "few_steps"

    def __init__(
        self, recipe: Recipe, trajectories: Sequence[Trajectories], parts: Parts, unet: UNet2DConditionModel, out: Path
    ) -> None:
        """Adds adapters to `unet`, which drew the trajectories."""
        assert recipe.few_steps is not None
        self.recipe, self.config, self.parts, self.out = recipe, recipe.few_steps, parts, out
        self.reader: Reader = parts.reader
        self.trajectories = [each for each in trajectories if len(each.states)]
        self.plan = few_steps_plan(parts.schedule, self.config.steps)
        add_adapters(unet, self.config.lora)
        self.unet = unet
        self.objective = FewStepsObjective(unet)
        counts = np.array([len(each.states) for each in self.trajectories], np.float64)
        self._shares = counts / counts.sum()

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Segments of random trajectories; of every step of the few as many, but for what does not divide."""
        rng = np.random.default_rng((self.recipe.seed, 6, step, rank))
        number = int(np.random.default_rng((self.recipe.seed, 7, step)).choice(len(self._shares), p=self._shares))
        chosen, count = self.trajectories[number], self.config.fit.batch_size
        rows = rng.integers(len(chosen.states), size=count)
        steps = (rng.permutation(count) + rng.integers(self.config.steps)) % self.config.steps
        begin, end = (
            torch.from_numpy(np.stack([chosen.states[row, at] for row, at in zip(rows, places, strict=True)])).float()
            for places in (steps, steps + 1)
        )
        return {
            "latents": begin,
            "timesteps": torch.from_numpy(self.plan.timesteps[steps]).long(),
            "wanted": self._wanted(begin, end, steps.tolist()),
            "ids": torch.from_numpy(chosen.ids[rows]),
            "size": torch.tensor(chosen.size),
        }

    def _wanted(self, begin: Tensor, end: Tensor, steps: list[int]) -> Tensor:
        """What the model must say for the sampler to go from one state to the other."""
        kept, said = (torch.from_numpy(self.plan.update[steps, 0, at]).view(-1, 1, 1, 1) for at in (0, 1))
        return (end - kept * begin) / said

    def complete(self, batch: Batch) -> Batch:
        """The batch with text states in place of token ids [B, K, L]."""
        told = self.reader.read(batch["ids"])
        width, height = batch["size"].tolist()
        added = added_conditions(told, (width, height), batch["latents"].device) or {}
        kept = {name: batch[name] for name in ("latents", "timesteps", "wanted")}
        return {**kept, "context": told.context.to(batch["latents"].device), **added}

    @torch.no_grad()
    def report(self, step: int) -> None:
        """Write OUT/samples/few_steps_*.png: the full UNet's pictures above those of few steps, from the same noise."""
        count = self.config.num_samples
        chosen = max(self.trajectories, key=lambda each: len(each.states))
        if not count or not PartialState().is_main_process:
            return
        states = torch.from_numpy(np.array(chosen.states[:count])).float()
        told = self.reader.read(torch.from_numpy(np.array(chosen.ids[:count])))
        device = self.unet.device
        added, context = added_conditions(told, chosen.size, device), told.context.to(device)
        latents = states[:, 0].to(device)
        for at, timestep in enumerate(self.plan.timesteps.tolist()):
            said = self.unet(latents, timestep, context, added_cond_kwargs=added).sample.float()
            kept, of_said = self.plan.update[at, 0, :2].tolist()
            latents = kept * latents + of_said * said
        pictures = torch.cat([decode(self.parts.vae, each).cpu() for each in (states[:, -1], latents)])
        save_grid(pictures, self.out / "samples" / f"{self.name}_{step:06d}.png", columns=len(states))
