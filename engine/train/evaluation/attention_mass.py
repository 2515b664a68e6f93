"""How much of a phrase's cross-attention falls inside the region it describes: HOLA's claim, measured.

The measure is the proportion of the energy-based pointing game (Wang et al. 2020, arXiv 1910.01279, section 4.2.2),
which TokenCompose (Wang et al. 2024, arXiv 2312.03626) trains: ``attention inside the region / attention anywhere``,
here over all tokens of a phrase. The label maps of pictures are known (those of figures are exact), and the model is
teacher-forced: it denoises the real picture under its own caption, so where things are is known.

For a picture, one timestep and one layer at ``strides``: the softmax maps are averaged over heads and summed over the
phrase's tokens, which leaves one number a(q) for each query q; h(q) is the share of q's cell that the phrase's labels
cover. Then

    mass     = sum_q a(q) h(q) / sum_q a(q)
    area     = mean_q h(q)                           what attention spread evenly would get
    pointing = 1 where h(argmax a) >= max h / 2      the pointing game (Zhang et al. 2016, arXiv 1608.00507)
    iou      = |h on K| / |K or h|                   K: the cells of most attention, as many as the region is worth

and each is averaged over layers and timesteps. The mean of a group is over its phrases in all pictures; intervals are
from a bootstrap over pictures. It knows maps, spans and label maps; it does not know how a model was trained.
B batch, N heads, Q queries, T tokens, P phrases, C latent channels.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, DiffusionPipeline, UNet2DConditionModel
from torch import Tensor
from tqdm import tqdm
from transformers import CLIPTokenizer

from engine.description import Group
from engine.train.captions.tokenizer import token_windows
from engine.train.data.latent_cache import label_shares
from engine.train.denoising import Denoising, show_denoising, squares
from engine.train.evaluation.subjects import Describe, Subject
from engine.train.intervals import Interval, mean_over_pictures
from engine.train.losses.attention_capture import AttentionCapture, restore_processors
from engine.train.losses.hola import Supervision
from engine.train.losses.noise import add_noise, target
from engine.train.losses.supervision import supervise, supervision
from engine.train.pixels import to_tensor

TIMESTEPS = (0.1, 0.3, 0.5, 0.7, 0.9)  # shares of the schedule, from nearly clean to nearly noise
STRIDES = (16,)  # pixels to one attention query: the layers that the paper supervises
MEASURES = ("mass", "area", "pointing", "iou")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One phrase of one picture; each number is from 0 to 1 (see the head of this file)."""

    seed: int
    group: Group
    mass: float
    area: float
    pointing: float
    iou: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLook:
    """What a group's phrases come to: intervals over pictures."""

    name: str
    phrases: int
    mass: Interval
    area: float
    pointing: Interval
    iou: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionReport:
    """Every phrase that was looked at, where in the model, and at which timesteps; and how well the noise came off."""

    looks: list[Look]
    layers: list[str]
    timesteps: list[int]
    denoising: Sequence[Denoising] = ()

    def groups(self) -> list[GroupLook]:
        """One line for each body group, in the taxonomy's order, and one for all phrases together."""
        found = [(group.value, [look for look in self.looks if look.group is group]) for group in Group]
        return [_group(name, looks) for name, looks in (*found, ("all", self.looks)) if looks]

    def text(self) -> str:
        """The table as a person reads it."""
        lines = [
            f"{'attention of':14}{'phrases':>8}{'inside':>9}{'95 % interval':>18}{'area':>8}{'pointing':>10}{'iou':>7}"
        ]
        for line in self.groups():
            interval = f"{line.mass.low:.1%} .. {line.mass.high:.1%}"
            lines.append(
                f"{line.name:14}{line.phrases:8}{line.mass.mean:9.1%}{interval:>18}{line.area:8.1%}"
                f"{line.pointing.mean:10.1%}{line.iou.mean:7.2f}"
            )
        return "\n".join([*lines, *(["", show_denoising(self.denoising)] if self.denoising else [])])

    def as_json(self) -> dict[str, Any]:
        """Tables and every phrase as plain values."""
        pictures: dict[int, list[dict[str, Any]]] = {}
        for look in self.looks:
            numbers = {name: round(getattr(look, name), 5) for name in MEASURES}
            pictures.setdefault(look.seed, []).append({"group": look.group.value, **numbers})
        return {
            "layers": self.layers,
            "timesteps": self.timesteps,
            "groups": [asdict(line) for line in self.groups()],
            "pictures": [{"seed": seed, "phrases": phrases} for seed, phrases in pictures.items()],
            "denoising": [asdict(one) for one in self.denoising],
        }


def _group(name: str, looks: Sequence[Look]) -> GroupLook:
    seeds = {seed: place for place, seed in enumerate(dict.fromkeys(look.seed for look in looks))}
    places = [seeds[look.seed] for look in looks]
    counts = np.bincount(places)

    def interval(measure: str) -> Interval:
        return mean_over_pictures(np.bincount(places, [getattr(look, measure) for look in looks]), counts)

    area = float(np.mean([look.area for look in looks]))
    numbers = {measure: interval(measure) for measure in MEASURES if measure != "area"}
    return GroupLook(name=name, phrases=len(looks), area=area, **numbers)


def attention_inside(maps: Sequence[Tensor], supervision: Supervision) -> dict[str, Tensor]:
    """The four measures [B, P], averaged over layers; NaN for a phrase without tokens or without a cell.

    Args:
        maps: Softmax probabilities [B, N, Q, T] of each layer.
        supervision: Spans and regions, as HOLA takes them.
    """
    layers = [_layer(attention.float().mean(1), supervision) for attention in maps]
    known = (supervision.spans.sum(-1) > 0) & (supervision.valid > 0) & (layers[0]["area"] > 0)
    found = {name: torch.stack([layer[name] for layer in layers]).mean(0) for name in MEASURES}
    return {name: value.masked_fill(~known, torch.nan) for name, value in found.items()}


def _layer(attention: Tensor, supervision: Supervision) -> dict[str, Tensor]:
    """The measures [B, P] of one layer's map [B, Q, T]."""
    region = supervision.targets(attention.shape[1])  # [B, P, Q]
    phrase = (attention @ supervision.spans.float().transpose(1, 2)).transpose(1, 2)  # [B, P, Q]
    size, inside = region.sum(-1), (phrase * region).sum(-1)
    brightest = phrase.argmax(-1, keepdim=True)
    at_brightest = region.gather(-1, brightest)[..., 0]
    # As many cells of most attention as the region is worth: those whose rank is below its size.
    chosen = phrase.argsort(-1, descending=True).argsort(-1) < size.round().clamp(min=1)[..., None]
    common = (region * chosen).sum(-1)
    return {
        "mass": inside / phrase.sum(-1).clamp(min=1e-12),
        "area": region.mean(-1),
        "pointing": (at_brightest >= region.amax(-1) / 2).float(),
        "iou": common / (chosen.sum(-1) + size - common).clamp(min=1e-12),
    }


def measure_attention(
    pipeline: DiffusionPipeline,
    describe: Describe,
    *,
    strides: Sequence[int] = STRIDES,
    batch_size: int = 16,
) -> AttentionReport:
    """Looks at what ``describe`` gives through a Stable Diffusion or SDXL pipeline.

    Noise is a function of a subject's seed alone, so the same model and subjects give the same numbers.

    Raises:
        ValueError: The pipeline is of another kind, or has no cross-attention at ``strides``.
    """
    model = _Model(pipeline, strides)
    sizes: dict[tuple[int, ...], list[Subject]] = {}
    for subject in describe(model.windows):
        sizes.setdefault(subject.picture.shape, []).append(subject)
    batches = [group[at : at + batch_size] for group in sizes.values() for at in range(0, len(group), batch_size)]
    try:
        found = [model.look(batch) for batch in tqdm(batches, desc="attention", mininterval=2)]
    finally:
        restore_processors(model.unet)
    looks = sorted((look for some, _ in found for look in some), key=lambda look: look.seed)
    denoising = sorted((one for _, some in found for one in some), key=lambda one: one.seed)
    return AttentionReport(
        looks=looks, layers=model.capture.layers, timesteps=model.timesteps, denoising=tuple(denoising)
    )


def strides_of(folder: Path) -> tuple[int, ...]:
    """The strides a packaged model was supervised at, as its ``cosmicman.json`` says; else the paper's."""
    path = folder / "cosmicman.json"
    told = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return tuple(told.get("training", {}).get("hola", {}).get("strides", STRIDES))


class _Model:
    """The parts of a pipeline, and what a forward pass of each family needs besides."""

    def __init__(self, pipeline: DiffusionPipeline, strides: Sequence[int]) -> None:
        unet, vae, tokenizer = (getattr(pipeline, name, None) for name in ("unet", "vae", "tokenizer"))
        if not (
            isinstance(unet, UNet2DConditionModel)
            and isinstance(vae, AutoencoderKL)
            and isinstance(tokenizer, CLIPTokenizer)
        ):
            name = type(pipeline).__name__
            raise ValueError(f"attention is measured in Stable Diffusion and SDXL pipelines, got {name}")
        self.pipeline, self.windows = pipeline, token_windows(tokenizer)
        self.unet, self.vae = unet.eval(), vae.eval()
        self.is_xl = hasattr(pipeline, "text_encoder_2")
        self.factor = 2 ** (len(vae.config.block_out_channels) - 1)
        levels = tuple((stride // self.factor).bit_length() - 1 for stride in strides)
        if any(stride != self.factor << max(level, 0) for stride, level in zip(strides, levels, strict=True)):
            raise ValueError(f"attention strides must be {self.factor} times powers of two, got {list(strides)}")
        self.capture = AttentionCapture(unet, levels)
        if not self.capture.layers:
            raise ValueError(f"this unet has no cross-attention at strides {list(strides)}")
        self.alpha_bar: Tensor = pipeline.scheduler.alphas_cumprod.float()
        self.kind = str(pipeline.scheduler.config.prediction_type)
        self.timesteps = [round(share * len(self.alpha_bar)) for share in TIMESTEPS]

    @torch.inference_mode()
    def look(self, batch: Sequence[Subject]) -> tuple[list[Look], list[Denoising]]:
        """The phrases of pictures of one size, and how well their noise came off, with the caption and without."""
        device = self.unet.device
        pictures = to_tensor(np.stack([subject.picture for subject in batch])).to(device, self.vae.dtype)
        latents = self.vae.encode(pictures).latent_dist.mean.float() * self.vae.config.scaling_factor
        generators = [torch.Generator().manual_seed(subject.seed) for subject in batch]
        told, untold = (self._conditions(batch, texts) for texts in ([one.caption.text for one in batch], [""]))
        supervision, found, errors = self._supervision(batch), [], []
        for timestep in self.timesteps:
            noise = torch.stack([torch.randn(latents.shape[1:], generator=one) for one in generators]).to(device)
            alpha_bar = self.alpha_bar[timestep].expand(len(batch)).to(device)
            noisy = add_noise(latents, noise, alpha_bar)
            with self.capture.opened() as maps:
                predicted = self._predict(noisy, timestep, told)
                found.append(attention_inside(maps, supervision))
            wanted = target(latents, noise, alpha_bar, self.kind)
            errors.append(squares(wanted, predicted, self._predict(noisy, timestep, untold)))
        means = {name: torch.stack([part[name] for part in found]).mean(0).tolist() for name in MEASURES}
        denoising = [
            Denoising(seed=subject.seed, target=row[0], error=row[1], error_untold=row[2])
            for subject, row in zip(batch, torch.stack(errors).mean(0).tolist(), strict=True)
        ]
        return self._looks(batch, means, supervision.spans.shape[1]), denoising

    def _predict(self, noisy: Tensor, timestep: int, conditions: dict[str, Any]) -> Tensor:
        at = torch.tensor(timestep, device=self.unet.device)
        predicted: Tensor = self.unet(noisy.to(self.unet.dtype), at, **conditions).sample.float()
        return predicted

    @staticmethod
    def _looks(batch: Sequence[Subject], means: dict[str, list[list[float]]], most: int) -> list[Look]:
        """Of the first `most` phrases of each picture those that have a region."""
        looks = []
        for row, subject in enumerate(batch):
            for place, span in enumerate(subject.caption.spans[:most]):
                numbers = {name: means[name][row][place] for name in MEASURES}
                if numbers["mass"] == numbers["mass"]:  # a phrase without a region has none
                    looks.append(Look(seed=subject.seed, group=span.phrase.group, **numbers))
        return looks

    def _supervision(self, batch: Sequence[Subject]) -> Supervision:
        shares = np.stack([label_shares(subject.labels, self.factor) for subject in batch])
        captions = [subject.caption for subject in batch]
        tensors = supervise(captions, shares, np.ones(len(batch), np.float32))
        return supervision({name: value.to(self.unet.device) for name, value in tensors.items()})

    def _conditions(self, batch: Sequence[Subject], texts: Sequence[str]) -> dict[str, Any]:
        """Of a text for each picture, or of one for all."""
        encoded = self.pipeline.encode_prompt(
            prompt=list(texts), device=self.unet.device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        context = encoded[0].expand(len(batch), -1, -1)
        if not self.is_xl:
            return {"encoder_hidden_states": context}
        height, width = batch[0].picture.shape[:2]
        sizes = torch.tensor([height, width, 0, 0, height, width], device=self.unet.device)
        more = {"text_embeds": encoded[2].expand(len(batch), -1), "time_ids": sizes.expand(len(batch), -1)}
        return {"encoder_hidden_states": context, "added_cond_kwargs": more}
