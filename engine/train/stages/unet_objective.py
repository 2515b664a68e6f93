"""What the UNet is trained for: the noise loss, HOLA on its attention maps and a probe's loss on what it predicts.

It knows latents and attention maps of one batch; it does not know where a batch comes from.
B batch, C latent channels, h w latent cells, T tokens of all windows, P phrases of a caption, J labels of the probe.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from engine.samplers import NoiseSchedule
from engine.train.loop.stage import Batch
from engine.train.losses import noise as diffusion
from engine.train.losses.attention_capture import AttentionCapture
from engine.train.losses.hola import hola_loss
from engine.train.losses.rollout import roll_out
from engine.train.losses.supervision import supervised_levels, supervision
from engine.train.recipe.losses import HolaVariant
from engine.train.recipe.recipe import Recipe
from engine.train.stages.samples import guided
from engine.train.teachers.probe import ProbeNetwork, probe_loss

_TOLD = ("context", "pooled", "time_ids")  # what the UNet reads of a batch besides latents
_OF_A_SAMPLE = (*_TOLD, "weights", "wanted", "asked")  # what rollouts need of one


class DiffusionObjective(nn.Module):
    """Noise loss + weight * HOLA + weight * the probe's."""

    def __init__(
        self,
        unet: UNet2DConditionModel,
        recipe: Recipe,
        *,
        schedule: NoiseSchedule,
        factor: int,
        probe: ProbeNetwork | None = None,
    ) -> None:
        """Train `unet` in place; attention maps are captured at the recipe's strides only.

        The `probe` must be frozen and on the batches' device. It is no part of what is trained, saved or sharded.

        Raises:
            ValueError: There is no cross-attention at one of them.
        """
        super().__init__()
        self.unet, self.recipe, self.prediction_type = unet, recipe, schedule.prediction_type
        supervised = recipe.hola.variant is not HolaVariant.NONE
        self.capture = AttentionCapture(
            unet, supervised_levels(unet, recipe.hola.strides, factor) if supervised else ()
        )
        alpha_bar = diffusion.build_scheduler(schedule).alphas_cumprod
        self.register_buffer("alpha_bar", alpha_bar.float(), persistent=False)
        # In a tuple: a frozen network is no part of what is trained, averaged or written to checkpoints.
        self._probes: tuple[ProbeNetwork, ...] = () if probe is None else (probe,)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of latents [B, C, h, w] under context [B, T, width]; SDXL's with pooled [B, P] and time_ids [B, 6]."""
        kind, gamma = self.prediction_type, self.recipe.noise.min_snr_gamma
        timesteps, latents = batch["timesteps"], batch["latents"]
        assert isinstance(self.alpha_bar, Tensor)
        alpha_bar = self.alpha_bar[timesteps]
        noisy = diffusion.add_noise(latents, batch["noise"], alpha_bar)
        with self.capture.opened() as maps:
            predicted = self._predict(noisy, timesteps, batch)
        wanted = diffusion.target(latents, batch["noise"], alpha_bar, kind)
        weight = diffusion.loss_weight(alpha_bar, kind, gamma) * batch["weights"]
        noise_loss = (F.mse_loss(predicted, wanted, reduction="none").mean((1, 2, 3)) * weight).mean()
        loss, numbers = noise_loss, {"noise": noise_loss}
        if maps:
            numbers["hola"] = hola_loss(self.recipe.hola.variant, maps, supervision(batch))
            loss = loss + self.recipe.hola.weight * numbers["hola"]
        if self._probes:
            assert self.recipe.probe is not None
            numbers["probe"] = self._probe_loss(batch, diffusion.clean(noisy, predicted, alpha_bar, kind), alpha_bar)
            loss = loss + self.recipe.probe.weight * numbers["probe"]
            if "rollout" in batch:
                assert self.recipe.probe.rollout is not None
                numbers["rollout"] = self._rollout_loss(batch)
                loss = loss + self.recipe.probe.rollout.weight * numbers["rollout"]
        return {"loss": loss, **numbers}

    def _probe_loss(self, batch: Batch, latents: Tensor, alpha_bar: Tensor) -> Tensor:
        """What the probe misses in predicted latents [B, C, h, w]; the noisier they were, the less it counts."""
        with torch.autocast(latents.device.type, enabled=False):
            logits = self._probes[0](latents)
        weight = alpha_bar.sqrt() * batch["weights"]
        return (probe_loss(logits, batch["wanted"], batch["asked"]) * weight).mean()

    def _rollout_loss(self, batch: Batch) -> Tensor:
        """What the probe misses where the UNet samples by itself; the last prediction alone is differentiated."""
        assert isinstance(self.alpha_bar, Tensor)
        kind, guidance_scale = self.prediction_type, self.recipe.package.guidance_scale
        noise, timesteps = batch["rollout_noise"], batch["rollout"]
        mine = {name: batch[name][batch["rollout_rows"]] for name in _OF_A_SAMPLE if name in batch}
        told = {name: value for name, value in mine.items() if name in _TOLD}
        empty = {name: batch.get(f"empty_{name}", value).expand_as(value) for name, value in told.items()}
        both = {name: torch.cat([empty[name], value]) for name, value in told.items()}

        def predict(latents: Tensor, at: Tensor) -> Tensor:
            return guided(self._predict(latents.repeat(2, 1, 1, 1), at.repeat(2), both), guidance_scale)

        latents = roll_out(predict, noise, timesteps, self.alpha_bar, kind)
        at = timesteps[-1].expand(len(noise))
        alpha_bar = self.alpha_bar[at]
        picture = diffusion.clean(latents, self._predict(latents, at, told), alpha_bar, kind)
        return self._probe_loss(mine, picture, alpha_bar)

    def _predict(self, latents: Tensor, timesteps: Tensor, told: Batch) -> Tensor:
        added = {"text_embeds": told["pooled"], "time_ids": told["time_ids"]} if "pooled" in told else None
        predicted: Tensor = self.unet(latents, timesteps, told["context"], added_cond_kwargs=added).sample.float()
        return predicted
