"""The text encoder, taught to read captions before any picture is seen.

From the hidden state of every token linear heads, thrown away later, tell the group and the attributes of the phrase
it stands in; the end mark tells those of the whole caption. So colour is bound to garment in a few minutes of text
alone, and the UNet starts from states in which attributes can be read linearly. It knows captions and labels; it does
not know pictures.
B batch, T tokens, L labels, G groups.
"""

from __future__ import annotations

import copy
import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from engine.description.groups import Group
from engine.description.wording.caption import compose
from engine.train.captions.discretise import choose_style, discretise, thin
from engine.train.captions.tokenizer import token_windows
from engine.train.data.labels import LabelTable
from engine.train.data.samples import Folder
from engine.train.loop.stage import Batch, Stage
from engine.train.recipe.caption import CaptionConfig
from engine.train.recipe.model import TextConfig
from engine.train.recipe.recipe import Recipe

logger = logging.getLogger(__name__)

_HEAD_BATCHES = 40  # of captions that heads are fitted to before a given encoder goes on learning
_GROUPS = {group: index for index, group in enumerate(Group)}


def build_text_encoder(config: TextConfig, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """An untrained CLIP text encoder for this vocabulary."""
    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=config.width,
            intermediate_size=4 * config.width,
            projection_dim=config.width,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            max_position_embeddings=tokenizer.model_max_length,
            hidden_act="quick_gelu",
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )


def load_text_encoder(config: TextConfig) -> CLIPTextModel:
    """The finished text encoder in `config.initial`.

    Raises:
        ValueError: The folder holds none, or one of another width, or with other layers or heads.
    """
    folder = config.initial
    assert folder is not None
    if not folder.is_dir():
        raise ValueError(f"text.initial: {folder} holds no CLIPTextModel: there is no such folder")
    try:
        encoder = CLIPTextModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise ValueError(f"text.initial: {folder} holds no CLIPTextModel: {error}") from error
    assert isinstance(encoder, CLIPTextModel)
    its = encoder.config
    shape = {"width": its.hidden_size, "layers": its.num_hidden_layers, "heads": its.num_attention_heads}
    for name, came in shape.items():
        if came != (expected := getattr(config, name)):
            raise ValueError(f"text.initial must be of text.{name} {expected}, got {came} from {folder}")
    return encoder


def start_encoder(config: TextConfig, tokenizer: CLIPTokenizer) -> CLIPTextModel:
    """The encoder that training starts from: untrained, or `config.initial` in float32.

    Raises:
        ValueError: `config.initial` is no encoder of the recipe's shape, or reads another vocabulary.
    """
    if config.initial is None:
        return build_text_encoder(config, tokenizer)
    encoder = load_text_encoder(config)
    if (came := encoder.config.vocab_size) != len(tokenizer):
        raise ValueError(
            f"text.initial must know the tokenizer's {len(tokenizer)} tokens, got {came} from {config.initial}"
        )
    encoder.float()
    return encoder


class TextObjective(nn.Module):
    """The encoder and the heads that question it."""

    def __init__(self, encoder: CLIPTextModel, table: LabelTable, config: TextConfig) -> None:
        """Train `encoder` in place; with `config.keep_weight` near its states as they are now."""
        super().__init__()
        self.encoder, self.config = encoder, config
        # In a list: a frozen copy is no part of what is trained, averaged or written to checkpoints.
        self._kept = [copy.deepcopy(encoder).requires_grad_(False).eval()] if config.keep_weight else []
        self.phrase_head = nn.Linear(config.width, len(table.single))
        self.group_head = nn.Linear(config.width, len(_GROUPS))
        self.caption_head = nn.Linear(config.width, len(table.joint))

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of ids [B, T].

        Against labels [B, T, L], groups [B, T] (-1 = none) with weights [B, T]; union [B, J] at the positions ends [B].
        """
        hidden = self.encoder(batch["ids"])[0].float()  # [B, T, width]
        numbers = self._ask(hidden, batch)
        if self._kept:
            distance = self._distance(batch["ids"], hidden)
            numbers |= {**distance, "loss": numbers["loss"] + self.config.keep_weight * distance["kept"]}
        return numbers

    def teach_heads(self, batches: Sequence[Batch], *, passes: int = 8, learning_rate: float = 0.01) -> None:
        """Fit the heads alone to the encoder as it is: what untrained ones ask for would undo what it has learnt."""
        with torch.no_grad():
            states = [self.encoder(batch["ids"])[0].float() for batch in batches]
        heads = (self.phrase_head, self.group_head, self.caption_head)
        optimizer = torch.optim.Adam([value for head in heads for value in head.parameters()], lr=learning_rate)
        for _ in range(passes):
            for hidden, batch in zip(states, batches, strict=True):
                optimizer.zero_grad()
                self._ask(hidden, batch)["loss"].backward()
                optimizer.step()

    def _ask(self, hidden: Tensor, batch: Batch) -> dict[str, Tensor]:
        weights = batch["weights"] / batch["weights"].sum().clamp(min=1)
        phrase_logits = self.phrase_head(hidden)
        phrase = F.binary_cross_entropy_with_logits(phrase_logits, batch["labels"], reduction="none").sum(-1)
        group = F.cross_entropy(
            self.group_head(hidden).transpose(1, 2), batch["groups"].clamp(min=0), reduction="none"
        ) * (batch["groups"] >= 0)
        rows = torch.arange(len(hidden), device=hidden.device)
        ends = torch.stack([hidden[rows, batch["ends"]], hidden[:, -1]])  # the end mark and the last padding
        union = batch["union"].expand(2, -1, -1)
        caption = F.binary_cross_entropy_with_logits(self.caption_head(ends), union, reduction="none").sum(-1).mean()
        phrase_loss, group_loss = (phrase * weights).sum(), (group * weights).sum()
        loss = phrase_loss + group_loss + self.config.union_weight * caption
        numbers = {"loss": loss, "phrase": phrase_loss, "group": group_loss, "caption": caption}
        last = batch["weights"] == 1
        right = ((phrase_logits > 0) == (batch["labels"] > 0.5)).all(-1)
        return {**numbers, "phrases_right": (right & last).float().sum() / last.sum().clamp(min=1)}

    def _distance(self, ids: Tensor, hidden: Tensor) -> dict[str, Tensor]:
        """How far the states are from the first encoder's: mean square, and its root relative to theirs."""
        (encoder,) = self._kept
        with torch.no_grad():
            before = encoder.to(hidden.device)(ids)[0].float()
        distance = F.mse_loss(hidden, before)
        return {"kept": distance, "moved": (distance / before.square().mean()).sqrt().detach()}


class TextStage(Stage):
    """Captions composed anew at every step."""

    name = "text"

    def __init__(self, recipe: Recipe, folder: Folder, tokenizer: CLIPTokenizer, out: Path) -> None:
        """Count the labels and build encoder and heads."""
        assert recipe.text is not None and recipe.text.fit is not None
        self.batch_size = recipe.text.fit.batch_size
        self.recipe, self.config, self.out = recipe, recipe.text, out
        self.caption = replace(recipe.caption, windows=1)  # a window is all the encoder reads at once
        self.rows = [sample.phrases for sample in folder.samples]
        self.table = LabelTable(self.rows)
        self.tokenizer, self.windows = tokenizer, token_windows(tokenizer)
        self.encoder = start_encoder(self.config, tokenizer)
        self.objective = TextObjective(self.encoder, self.table, self.config)
        if self.config.initial:
            known = replace(self.caption, everyday_fraction=0.0)  # every encoder has read lists and prose
            self.objective.teach_heads([self._compose(f"heads {step}", known) for step in range(_HEAD_BATCHES)])
        logger.info("stage=text labels=%d with_group=%d", len(self.table.single), len(self.table.joint))

    def batch(self, step: int, rank: int, world_size: int) -> Batch:
        """Captions of random rows and what each of their tokens says."""
        return self._compose(f"text {step} {rank}", self.caption)

    def _compose(self, seed: str, config: CaptionConfig) -> Batch:
        rng = random.Random(f"{self.recipe.seed} {seed}")
        captions = [
            discretise(self.rows[rng.randrange(len(self.rows))], self.windows, config, rng)
            for _ in range(self.batch_size)
        ]
        count, length = len(captions), self.tokenizer.model_max_length
        labels = torch.zeros(count, length, len(self.table.single))
        groups = torch.full((count, length), -1)
        weights = torch.zeros(count, length)
        for row, caption in enumerate(captions):
            for span in caption.spans:
                labels[row, span.start : span.end, self.table.of_phrase(span.phrase)] = 1
                groups[row, span.start : span.end] = _GROUPS[span.phrase.group]
                weights[row, span.start : span.end] = 0.25  # causal: only the last token has read the whole phrase
                weights[row, span.end - 1] = 1
        union = self.table.of_captions([[span.phrase for span in caption.spans] for caption in captions])
        ids = torch.tensor([caption.ids for caption in captions])
        ends = torch.tensor([caption.end for caption in captions])
        return {"ids": ids, "labels": labels, "groups": groups, "weights": weights, "union": union, "ends": ends}

    def report(self, step: int) -> None:
        """Nothing to draw: the numbers are in the log."""


def composed_texts(folder: Folder, config: CaptionConfig, count: int, seed: int) -> list[str]:
    """Captions of all styles for the tokenizer to learn from."""
    rng = random.Random(f"{seed} tokenizer")
    texts = []
    for _ in range(count):
        phrases = folder.samples[rng.randrange(len(folder.samples))].phrases
        style = choose_style(config, rng)
        texts.append(compose(thin(phrases, config, rng), style, rng, synonyms=config.synonyms).text)
    return texts


def num_parameters(module: nn.Module) -> int:
    """Numbers a module is made of."""
    return int(np.sum([value.numel() for value in module.parameters()]))
