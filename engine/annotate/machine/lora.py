"""A local vision-language model tuned on people's answers: low-rank adapters beside its weights (Hu et al. 2021).

It knows prompts, tokens and adapters; it does not know rounds, or where answers come from.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peft
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from engine.annotate.machine.annotator import Asked, Replies, Shown
from engine.annotate.machine.local_vlm import LocalVlm, question
from engine.annotate.machine.vision_chat import highlighted
from engine.annotate.protocol.attributes import BY_NAME, UNSURE
from engine.annotate.records import Answer
from engine.files.whole import whole_file

_ADAPTER = "default"
_IGNORED = -100  # of the labels: tokens that are given, not learnt


@dataclass(frozen=True, kw_only=True)
class LoraSettings:
    """How adapters are trained.

    Attributes:
        rank: Of the adapters.
        epochs: Times each answer is seen.
        learning_rate: Of AdamW.
        seed: Of weights and order.
    """

    rank: int = 8
    epochs: int = 2
    learning_rate: float = 2e-4
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rank < 1 or self.epochs < 1 or not self.learning_rate > 0:
            raise ValueError(f"rank, epochs and learning_rate must be positive, got {self}")


class TunedVlm:
    """A model with its adapters; kept as the adapters alone."""

    def __init__(self, machine: LocalVlm, source: str) -> None:
        """Takes the machine whose model has adapters, and where its base is from."""
        self.machine, self.source = machine, source
        digest = hashlib.sha256()
        for name, tensor in sorted(self._adapters().items()):
            digest.update(name.encode() + tensor.numpy().tobytes())
        self.name = f"{machine.name} lora-{digest.hexdigest()[:12]}"

    def answer(self, asked: Sequence[Asked]) -> Replies:
        """See `engine.annotate.machine.annotator.Annotator`."""
        replies, found = self.machine.answer(asked), Replies(outside=[])
        found.outside = replies.outside
        for each in replies.answers:
            found.take(each.picture, each.attribute, each.value, self.name)
        return found

    def save(self, path: Path) -> None:
        """Write the adapters, whole."""
        with whole_file(path) as temporary:
            save_file(self._adapters(), temporary)

    def _adapters(self) -> dict[str, torch.Tensor]:
        state = peft.get_peft_model_state_dict(self.machine.model.model, adapter_name=_ADAPTER)
        return {name: tensor.detach().float().cpu().contiguous() for name, tensor in state.items()}


class LoraLearner:
    """Tunes a fresh copy of a model on all answers."""

    def __init__(self, source: str, settings: LoraSettings | None = None) -> None:
        """Takes a folder or hub name of a model that goes on from a text with a picture in it.

        Raises:
            ValueError: It is another kind of model, or none.
        """
        self.source, self.settings = source, settings or LoraSettings()
        self._adapted()

    def learn(self, pictures: Sequence[Shown], answers: Sequence[Answer]) -> TunedVlm:
        """See `engine.annotate.machine.annotator.Learner`; `UNSURE` teaches nothing."""
        machine = self._adapted()
        shown = {picture.id: picture for picture in pictures}
        told = [each for each in answers if each.value != UNSURE and each.picture in shown]
        model: Any = machine.model.model
        weights = [parameter for parameter in model.parameters() if parameter.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=self.settings.learning_rate)
        model.train()
        for epoch in range(self.settings.epochs):
            random.Random(f"{self.settings.seed}-{epoch}").shuffle(told)
            for each in told:
                loss: torch.Tensor = model(**_example(machine, shown[each.picture], each)).loss
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        model.eval()
        return TunedVlm(machine, self.source)

    def load(self, path: Path) -> TunedVlm:
        """Read what `TunedVlm.save` wrote.

        Raises:
            ValueError: The file is missing, damaged or of another model; the message names it.
        """
        machine = self._adapted()
        try:
            found: Any = peft.set_peft_model_state_dict(machine.model.model, load_file(path), adapter_name=_ADAPTER)
        except (OSError, SafetensorError, RuntimeError, KeyError) as error:
            raise ValueError(f"{path} holds no adapters of {self.source}: {error}") from error
        if found.unexpected_keys:
            raise ValueError(f"{path} holds adapters of another model than {self.source}")
        return TunedVlm(machine, self.source)

    def _adapted(self) -> LocalVlm:
        machine = LocalVlm(self.source)
        if not machine.model.chats:
            raise ValueError(f"{self.source} cannot be tuned: it must go on from a text with a picture in it")
        config = peft.LoraConfig(
            r=self.settings.rank, lora_alpha=2 * self.settings.rank, target_modules="all-linear", lora_dropout=0.0
        )
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.settings.seed)
            machine.model.model.requires_grad_(False)
            machine.model.model.add_adapter(config, _ADAPTER)
        machine.model.model.eval()
        return machine


def _example(machine: LocalVlm, picture: Shown, answer: Answer) -> dict[str, Any]:
    """The text up to the answer, then the answer and the end, which alone are learnt."""
    attribute = BY_NAME[answer.attribute]
    shown = highlighted(picture.pixels, picture.masks.get(attribute.region))
    model = machine.model
    inputs = model.conversation(Image.fromarray(shown), question(attribute))
    tokenizer = model.processor.tokenizer
    ids = tokenizer(answer.value, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    told = torch.tensor([ids], device=inputs["input_ids"].device)
    if model.writes_apart:
        return {**inputs, "labels": told}
    given = torch.full_like(inputs["input_ids"], _IGNORED)
    tokens = torch.cat([inputs["input_ids"], told], 1)
    return {
        **inputs,
        "input_ids": tokens,
        "attention_mask": torch.ones_like(tokens),
        "labels": torch.cat([given, told], 1),
    }
