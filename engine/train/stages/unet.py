"""The denoiser's stage: a stock UNet and its batches of cached latents, each with a caption drawn for the step.

It knows latents and captions; it does not know the losses, nor how the loop runs or saves.
B batch, C latent channels, h w latent cells, T tokens of all windows, J labels of the probe.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from accelerate import PartialState
from diffusers import AutoencoderKL, UNet2DConditionModel
from numpy.typing import NDArray
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from engine.train.captions.discretise import Discretised, discretise
from engine.train.captions.draw import Captions
from engine.train.captions.text_states import Reader, TextReader, TextStates
from engine.train.data.latent_cache import Bucket
from engine.train.data.samples import Folder, Sample
from engine.train.loop.stage import Batch, Stage
from engine.train.losses import noise as diffusion
from engine.train.losses.rollout import rollout_timesteps
from engine.train.losses.supervision import supervise
from engine.train.recipe.recipe import Recipe
from engine.train.stages.base import Parts
from engine.train.stages.lora import add_adapters
from engine.train.stages.samples import decode, sample_latents, save_captions, save_grid
from engine.train.stages.start_weights import start_from
from engine.train.stages.unet_objective import DiffusionObjective
from engine.train.teachers.probe import Asker, ProbeNetwork


def build_unet(recipe: Recipe) -> UNet2DConditionModel:
    """An untrained UNet with cross-attention at every level."""
    config = recipe.unet
    assert recipe.vae is not None and recipe.text is not None
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


def own_parts(recipe: Recipe, vae: AutoencoderKL, tokenizer: CLIPTokenizer, text_encoder: CLIPTextModel) -> Parts:
    """The parts a recipe has made itself."""
    schedule = recipe.noise.schedule()

    def unet() -> UNet2DConditionModel:
        model = build_unet(recipe)
        if recipe.unet.initial:
            start_from(model, recipe.unet.initial)
        return model

    return Parts(
        family="sd",
        label="",
        vae=vae.eval().requires_grad_(False),
        reader=TextReader([tokenizer], [text_encoder], bf16=recipe.unet.fit.mixed_precision == "bf16"),
        schedule=schedule,
        scheduler=diffusion.build_scheduler(schedule),
        build_unet=unet,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What is seen in one step: samples of one bucket, and how much each counts."""

    bucket: int
    indices: NDArray[np.int64]  # [B] into the bucket's samples
    weights: NDArray[np.float32]  # [B] 0 where a sample only fills the batch; the mean over all processes is 1


class DiffusionStage(Stage):
    """Buckets of cached latents, each sample with a caption of its own at every step."""

    name = "unet"

    def __init__(
        self,
        recipe: Recipe,
        folder: Folder,
        buckets: Sequence[Bucket],
        parts: Parts,
        out: Path,
        *,
        reader: Reader | None = None,
        probe: ProbeNetwork | None = None,
    ) -> None:
        """Load or build the UNet; all other parts stay as they are.

        `reader` takes the place of the parts' own; a `probe` is asked about every prediction.
        """
        self.recipe, self.folder, self.buckets, self.out = recipe, folder, buckets, out
        self.parts, self.reader = parts, reader or parts.reader
        self.captions = Captions(folder.samples, self.reader.windows, recipe.caption, recipe.seed)
        self.unet = parts.build_unet()
        if recipe.unet.lora.rank:
            add_adapters(self.unet, recipe.unet.lora)
        most = len(self.buckets[self._largest].samples)
        if self._num_held(self._largest) >= most:
            raise ValueError(f"unet.num_validation must leave pictures to train on: {most} are of the commonest size")
        if recipe.unet.gradient_checkpointing:
            self.unet.enable_gradient_checkpointing()
        self.objective = DiffusionObjective(
            self.unet, recipe, schedule=parts.schedule, factor=parts.factor, probe=probe
        )
        self.asker = Asker(probe.labels) if probe else None
        self._epoch: tuple[int, int, list[Share]] | None = None
        self._no_text: dict[int, TextStates] = {}  # by number of windows

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """The step's latents, noise, timesteps, text states and what the attention should show."""
        share = self._plan(step, rank, world_size)
        rng = random.Random(f"{self.recipe.seed} unet {step} {rank}")
        numbers = self.buckets[share.bucket].samples[share.indices].tolist()
        captions = [self.captions.draw(number, rng) for number in numbers]
        generator = torch.Generator().manual_seed(_seed(self.recipe.seed, step, rank))
        batch = self._noised(share, captions, generator)
        return {**batch, **self._rollout(batch["latents"], step, rank)}

    def _noised(self, share: Share, captions: Sequence[Discretised], generator: torch.Generator) -> Batch:
        """These samples under these captions, with noise and timesteps of `generator`."""
        bucket, indices = self.buckets[share.bucket], share.indices
        latents = torch.from_numpy(bucket.latents[indices].astype(np.float32))
        if bucket.deviations is not None:
            spread = torch.from_numpy(bucket.deviations[indices].astype(np.float32))
            latents += spread * torch.randn(latents.shape, generator=generator)
        shift = torch.randn((*latents.shape[:2], 1, 1), generator=generator) * self.recipe.noise.noise_offset
        noise = torch.randn(latents.shape, generator=generator) + shift
        timesteps = stratified_timesteps(len(indices), self.parts.schedule.num_train_timesteps, generator)
        samples = [self.folder.samples[number] for number in bucket.samples[indices].tolist()]
        return {
            "latents": latents,
            "noise": noise,
            "timesteps": timesteps,
            "ids": self.captions.ids(captions),
            **self._time_ids(samples),
            "weights": torch.from_numpy(share.weights),
            **supervise(captions, bucket.regions[indices], share.weights, windows=self.recipe.caption.windows),
            **self._questions(samples, captions),
        }

    def complete(self, batch: Batch) -> Batch:
        """The batch with text states, and those of no text for rollouts, in place of token ids [B, K, L]."""
        ids = batch["ids"]
        told = _told(self.reader.read(ids))
        if "rollout" in batch:
            told |= {f"empty_{name}": value for name, value in _told(self._empty(ids)).items()}
        return {**{name: value for name, value in batch.items() if name != "ids"}, **told}

    def _time_ids(self, samples: Sequence[Sample]) -> Batch:
        """How each picture was scaled and cropped, [B, 6], which SDXL is told."""
        if self.parts.family != "sdxl":
            return {}
        sizes = [sample.frame.conditioning(mirrored=sample.mirrored) for sample in samples]
        return {"time_ids": torch.tensor(sizes).float()}

    def _questions(self, samples: Sequence[Sample], captions: Sequence[Discretised]) -> Batch:
        """What the probe is asked, wanted [B, J] and asked [B, J]; nothing without one."""
        if self.asker is None:
            return {}
        said = [[span.phrase for span in caption.spans] for caption in captions]
        wanted, asked = self.asker.ask(said, [sample.phrases for sample in samples])
        return {"wanted": wanted, "asked": asked}

    def _rollout(self, latents: Tensor, step: int, rank: int) -> Batch:
        """Which R samples are rolled out, noise [R, C, h, w], and timesteps up to the one that is asked about.

        Every process takes as many steps: of a sharded UNet all must be called alike.
        """
        config = self.recipe.probe.rollout if self.recipe.probe and self.asker else None
        fit = self.recipe.unet.fit
        if config is None or not config.weight or step < config.begin * fit.steps * fit.accumulate:
            return {}
        timesteps = rollout_timesteps(self.parts.schedule, config.steps)
        last = random.Random(f"{self.recipe.seed} rollout {step}").randrange(1, config.steps)
        generator = torch.Generator().manual_seed(_seed(self.recipe.seed, step, rank) + 1)
        count = max(1, round(config.fraction * len(latents)))
        return {
            "rollout": timesteps[: last + 1],
            "rollout_rows": torch.randperm(len(latents), generator=generator)[:count],
            "rollout_noise": torch.randn((count, *latents.shape[1:]), generator=generator),
        }

    def report(self, step: int) -> dict[str, float]:
        """Write OUT/samples/step_*.png, the same captions and noise each time; the losses of the validation batch."""
        self._draw(step)
        return self._validate()

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        """Mean losses of the pictures kept from training, under whole captions and the same noise each time."""
        held, number, size = self._num_held(self._largest), self._largest, self.recipe.unet.fit.batch_size
        last = np.arange(len(self.buckets[number].samples))[-held:] if held else np.arange(0)
        generator = torch.Generator().manual_seed(self.recipe.seed)
        sums: dict[str, float] = {}
        for start in range(0, held, size):
            indices = last[start : start + size]
            share = Share(bucket=number, indices=indices, weights=np.ones(len(indices), np.float32))
            samples = self.buckets[number].samples[indices].tolist()
            captions = [self.captions.whole(sample, place) for place, sample in enumerate(samples, start)]
            batch = self._noised(share, captions, generator)
            there = {name: value.to(self.unet.device) for name, value in batch.items()}
            for name, value in self.objective(self.complete(there)).items():
                sums[name] = sums.get(name, 0.0) + float(value) * len(indices) / held
        return {f"validation_{name}": value for name, value in sums.items()}

    def _draw(self, step: int) -> None:
        largest = self.buckets[self._largest]
        captions = self._fixed_captions(largest)
        if not captions:
            return
        ids = self.captions.ids(captions)
        package, factor, (width, height) = self.recipe.package, self.parts.factor, largest.size
        latents = sample_latents(
            self.unet,
            diffusion.build_scheduler(self.parts.schedule),
            self.reader.read(ids),
            self._empty(ids),
            (height // factor, width // factor),
            steps=package.steps,
            guidance_scale=package.guidance_scale,
            seed=self.recipe.seed,
            conditioning=(height, width, 0, 0, height, width),
        )
        if not PartialState().is_main_process:  # of a sharded model all must draw, but one writes
            return
        path = self.out / "samples" / f"step_{step:06d}.png"
        save_grid(decode(self.parts.vae, latents), path, columns=8)
        save_captions([caption.text for caption in captions], path.with_suffix(".txt"))

    def _empty(self, ids: Tensor) -> TextStates:
        """No text, in as many windows as those of `ids` [B, K, L]; read once for each number of them."""
        count = ids.shape[1]
        if count not in self._no_text:
            nothing = discretise((), self.captions.windows, self.recipe.caption, random.Random(0))
            self._no_text[count] = self.reader.read(self.captions.ids([nothing]).expand(-1, count, -1))
        return self._no_text[count]

    def _fixed_captions(self, bucket: Bucket) -> list[Discretised]:
        rng = random.Random(f"{self.recipe.seed} samples")
        places = rng.sample(range(len(bucket.samples)), min(self.recipe.unet.num_samples, len(bucket.samples)))
        return [self.captions.whole(index, number) for number, index in enumerate(bucket.samples[places].tolist())]

    def steps_per_epoch(self, world_size: int) -> int:
        """Steps in which `world_size` processes see every sample once."""
        whole = self.recipe.unet.fit.batch_size * world_size
        return sum(-(-self._num_trained(number) // whole) for number in range(len(self.buckets)))

    @cached_property
    def _largest(self) -> int:
        """The bucket of most samples."""
        return max(range(len(self.buckets)), key=lambda number: len(self.buckets[number].samples))

    def _num_held(self, bucket: int) -> int:
        """How many of a bucket's samples, the last of them, are for validation; a picture goes with its mirror."""
        if bucket != self._largest:
            return 0
        return self.recipe.unet.num_validation * (2 if self.recipe.data.mirror else 1)

    def _num_trained(self, bucket: int) -> int:
        return len(self.buckets[bucket].samples) - self._num_held(bucket)

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
        for number in range(len(self.buckets)):
            order = rng.permutation(self._num_trained(number))
            for start in range(0, len(order), whole):
                indices = np.sort(order[start : start + whole])
                weights = np.zeros(whole, np.float32)
                weights[: len(indices)] = whole / len(indices)  # the mean over the step is that over its samples
                steps.append(Share(bucket=number, indices=np.resize(indices, whole), weights=weights))
        return [steps[place] for place in rng.permutation(len(steps))]


def _told(states: TextStates) -> Batch:
    return {"context": states.context, **({} if states.pooled is None else {"pooled": states.pooled})}


def stratified_timesteps(count: int, num_train_timesteps: int, generator: torch.Generator) -> Tensor:
    """One timestep from each of `count` equal parts of the schedule, in random order, [count]."""
    places = (torch.arange(count) + torch.rand(1, generator=generator)) / count
    return (places[torch.randperm(count, generator=generator)] % 1 * num_train_timesteps).long()


def _seed(seed: int, step: int, rank: int) -> int:
    return int(np.random.SeedSequence((seed, 3, step, rank)).generate_state(1, np.uint64)[0] >> np.uint64(1))
