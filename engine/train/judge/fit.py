"""Trains the judge on figures and says, question by question, how well it answers about figures it has never seen.

It knows the loop and the budget; it does not know descriptions or generated pictures.
"""

from __future__ import annotations

import functools
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from engine.train.judge.data import (
    UNDECIDED,
    Batch,
    Shelf,
    as_input,
    batches,
    decoded,
    joined,
    region_of,
    shelves,
    soften,
)
from engine.train.judge.judge import Judge
from engine.train.judge.network import WIDTHS, JudgeNetwork
from engine.train.loop.machine import machine
from engine.train.loop.optimizer import MuonAdamW
from engine.train.loop.rates import learning_rate, parameter_groups
from engine.train.loop.throughput import has_bfloat16
from engine.train.questions.table import ABSENT, QUESTIONS
from engine.train.recipe.fit import FitConfig
from engine.train.recipe.reading import as_tree

logger = logging.getLogger(__name__)

FIRST_SEED = 2_000_000
HELD_OUT_SEED = 2_900_000
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


@dataclass(frozen=True, kw_only=True)
class JudgeConfig:
    """How the judge is trained.

    Attributes:
        num_figures: Figures to learn from, from seed ``first_seed``.
        num_held_out: Figures to report on, from seed ``held_out_seed``.
        epochs: Times each figure is seen, each time softened anew.
        batch_size: Pictures of a step.
        learning_rate: Peak of the cosine.
        look_weight: Of the loss that teaches where to look, next to the answers'.
        device: Where it is trained; the pictures are kept there, 75 kB each.
        mixed_precision: ``bf16`` where the device has it, else ``no``.
        widths: Channels of the network's layers.
        autoencoder: A diffusers AutoencoderKL folder through which ``num_decoded`` figures are seen as well.
        num_decoded: See ``autoencoder``; 0 needs none.
        initial: A judge to start from; None starts untrained.
        seed: Decides weights, order and softening.
        first_seed: See ``num_figures``; at least 2,000,000, clear of training and evaluation.
        held_out_seed: See ``num_held_out``.
    """

    num_figures: int = 15_000
    num_held_out: int = 1_500
    epochs: int = 10
    batch_size: int = 64
    learning_rate: float = 2e-3
    look_weight: float = 0.3
    device: str = DEVICE
    mixed_precision: str = "bf16" if has_bfloat16(DEVICE) else "no"
    widths: tuple[int, ...] = WIDTHS
    autoencoder: Path | None = None
    num_decoded: int = 0
    initial: Path | None = None
    seed: int = 0
    first_seed: int = FIRST_SEED
    held_out_seed: int = HELD_OUT_SEED

    def __post_init__(self) -> None:
        for name in ("num_figures", "num_held_out", "epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be above 0, got {self.learning_rate}")
        if self.num_decoded < 0:
            raise ValueError(f"num_decoded must not be negative, got {self.num_decoded}")
        if self.first_seed < FIRST_SEED:
            raise ValueError(f"first_seed must be at least {FIRST_SEED}, got {self.first_seed}")
        if self.first_seed + self.num_figures > self.held_out_seed:
            raise ValueError("figures to learn from run into the held-out ones")
        if self.num_decoded and self.autoencoder is None:
            raise ValueError("num_decoded needs an autoencoder to decode with")


def fit_judge(config: JudgeConfig, cache: Path | None = None, workers: int = 1) -> Judge:
    """Draws (or reads) the figures and trains a judge; the facts say what it cost."""
    torch.manual_seed(config.seed)
    network = Judge.load(config.initial).network if config.initial else JudgeNetwork(config.widths)
    drawn = shelves(config.first_seed, config.num_figures, cache, workers)
    if config.autoencoder and config.num_decoded:
        drawn = joined([*drawn, *decoded(drawn, config.autoencoder, config.num_decoded, config.device)])
    drawn = [shelf.to(config.device) for shelf in drawn]
    network.to(config.device)
    fit = _schedule(config, sum(-(-len(shelf.pictures) // config.batch_size) for shelf in drawn))
    groups = parameter_groups(network, fit.weight_decay)
    optimizer = MuonAdamW(groups, lr=0.0, betas=fit.betas)
    generator = torch.Generator().manual_seed(config.seed)
    began, step = time.monotonic(), 0
    network.train()
    with tqdm(total=fit.steps, desc="judge", mininterval=5) as bar:
        for epoch in range(config.epochs):
            total, count = torch.zeros((), device=config.device), 0
            for batch in batches(drawn, config.batch_size, generator):
                for group in optimizer.param_groups:
                    group["lr"] = learning_rate(fit, min(step, fit.steps - 1))
                total += _step(network, optimizer, batch, config)
                step, count = step + 1, count + 1
                bar.update()
            loss = float(total) / count  # the one wait for the device of an epoch
            logger.info("judge epoch=%d loss=%.4f seconds=%.0f", epoch + 1, loss, time.monotonic() - began)
    facts = {
        "training": as_tree(config),
        "steps": step,
        "seconds": round(time.monotonic() - began),
        "machine": machine(),
        "parameters": sum(value.numel() for value in network.parameters()),
    }
    return Judge(network, facts)


def _schedule(config: JudgeConfig, batches_an_epoch: int) -> FitConfig:
    steps = config.epochs * batches_an_epoch
    return FitConfig(
        steps=steps,
        batch_size=config.batch_size,
        learning_rate=config.learning_rate,
        warmup_steps=min(100, max(1, steps // 10)),
        mixed_precision=config.mixed_precision,
        weight_decay=0.02,
    )


def _step(network: JudgeNetwork, optimizer: torch.optim.Optimizer, batch: Batch, config: JudgeConfig) -> Tensor:
    with torch.autocast(config.device, torch.bfloat16, enabled=config.mixed_precision == "bf16"):
        logits, attention = network.examine(batch.pictures)
    answering = F.cross_entropy(logits.flatten(0, 1), batch.answers.flatten(), ignore_index=UNDECIDED)
    (answering + config.look_weight * looking_loss(attention, batch.regions)).backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    return answering.detach()


def looking_loss(attention: Tensor, regions: Tensor) -> Tensor:
    """-log of the attention inside the region a question is about, over the questions whose region is in the picture.

    A cell counts by how much of the region it holds, relative to the fullest one: attention [B, Q, h, w], regions
    [B, R, h, w]. It teaches to read a colour where the garment is, and saves most of the training.
    """
    numbers, chosen = _taught(attention.device)
    wanted = regions.index_select(1, chosen).flatten(2)
    fullest = wanted.amax(2, keepdim=True)
    inside = (attention.index_select(1, numbers).flatten(2) * wanted / fullest.clamp(min=1e-3)).sum(2)
    shown = (fullest.squeeze(2) > 0.02).float()
    return -((inside + 1e-3).log() * shown).sum() / shown.sum().clamp(min=1)


@functools.cache
def _taught(device: torch.device) -> tuple[Tensor, Tensor]:
    """The questions that are taught where to look, and the region of each."""
    places = [(number, region) for number, q in enumerate(QUESTIONS) if (region := region_of(q)) is not None]
    numbers, chosen = torch.tensor(places, device=device).unbind(1)
    return numbers, chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One line of the held-out table: right answers among decidable pictures, and among those that show the thing."""

    key: str
    decidable: int
    right: int
    shown: int
    right_shown: int


@torch.inference_mode()
def held_out(judge: Judge, drawn: Sequence[Shelf], *, softened: bool = False, seed: int = 1) -> list[Held]:
    """How often the judge, where it is, is right about these figures, crisp or softened."""
    generator = torch.Generator().manual_seed(seed)
    given, wanted = [], []
    for shelf in drawn:
        for part in shelf.pictures.split(64):
            pictures = as_input(part.to(judge.device))
            pictures = soften(pictures, generator) if softened else pictures
            given.append(judge.network(pictures).argmax(-1))
        wanted.append(shelf.answers)
    answer, right = torch.cat(given).cpu(), torch.cat(wanted)
    decidable, shown = right != UNDECIDED, right > 0
    hit = answer == right
    columns = [tensor.sum(0).tolist() for tensor in (decidable, hit, shown, hit & shown)]
    rows = zip(QUESTIONS, *columns, strict=True)
    return [Held(key=q.key, decidable=d, right=r, shown=s, right_shown=rs) for q, d, r, s, rs in rows]


def table(crisp: Sequence[Held], **others: Sequence[Held]) -> str:
    """The held-out table as text: all pictures, those that show the attribute, and those once more in ``others``."""
    names = "".join(f" {name:>8}" for name in others)
    lines = [f"{'question':20} {'pictures':>8} {'right':>7}   {'shown':>6} {'right':>7}{names}"]
    for one, *rest in zip(crisp, *others.values(), strict=True):
        every = f"{one.key:20} {one.decidable:8} {one.right / max(1, one.decidable):7.1%}"
        shown = "".join(f" {line.right_shown / max(1, line.shown):8.1%}" for line in rest)
        lines.append(f"{every}   {one.shown:6} {one.right_shown / max(1, one.shown):7.1%}{shown}")
    return "\n".join([*lines, f"(shown: the right answer is not {ABSENT!r})"])
