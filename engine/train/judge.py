"""The judge: a small network that looks at a picture of a person and answers every question of the table.

It is trained on figures alone, with seeds from 2,000,000 up: the generator trains on 0 to 49,999 and evaluation asks
about 1,000,000 and up, so no figure serves two purposes. It does not know descriptions or how a picture was made.
B batch, H W picture height and width, D features, Q questions, K most classes of a question, P places, G glances.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.train.files import whole_file, write_json
from engine.train.label_reading import coordinates
from engine.train.questions import QUESTIONS

DEFAULT_FOLDER = Path("models/judge")
WIDTHS = (64, 128, 192)  # channels at strides 4, 8 and 16
GLANCES = 2  # places where each question may look; the first is taught
_HEADS = 4  # of the attention among questions
_WEIGHTS, _FACTS = "judge.safetensors", "judge.json"


class JudgeNetwork(nn.Module):
    """A residual trunk; each question glances at a few places of its stride-8 features and classifies what it sees.

    The stride-8 features carry what strides 8 and 16 found: the colour of a belt and what a whole garment is.
    Questions with the same values, such as all colours of garments, share a classifier besides their own.
    """

    def __init__(self, widths: Sequence[int] = WIDTHS) -> None:
        """Untrained weights for the table of questions; ``widths`` are channels at strides 4, 8, .., the last two read.

        Raises:
            ValueError: There are fewer than two widths, or the last is no multiple of the four heads.
        """
        super().__init__()
        if len(widths) < 2 or widths[-1] % _HEADS:
            raise ValueError(f"widths must be two or more, the last a multiple of {_HEADS}, got {list(widths)}")
        self.widths = tuple(widths)
        last = widths[-1]
        stem = widths[0] // 2
        strides = [_stride(inner, outer, min(at, 2)) for at, (inner, outer) in enumerate(pairwise((stem, *widths)), 1)]
        self.trunk = nn.Sequential(_layer(3, stem, 5, stride=2), *strides[:-1])
        self.deepest = strides[-1]
        self.lateral = nn.Conv2d(widths[-2], last, 1)
        self.place = nn.Conv2d(4, last, 1)
        self.refine = _layer(last, last, 3, stride=1)
        self.look = nn.Conv2d(last, GLANCES * len(QUESTIONS), 1)
        self.read = nn.Linear(GLANCES * last, last)
        self.question = nn.Parameter(torch.randn(len(QUESTIONS), last) * 0.1)
        layer = nn.TransformerEncoderLayer(last, _HEADS, 2 * last, dropout=0.1, batch_first=True, norm_first=True)
        self.confer = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        most = max(len(question.classes) for question in QUESTIONS)
        kinds = sorted({question.values for question in QUESTIONS})
        self.shared = nn.Parameter(torch.randn(len(kinds), last, most) * last**-0.5)
        self.weight = nn.Parameter(torch.zeros(len(QUESTIONS), last, most))
        self.bias = nn.Parameter(torch.zeros(len(QUESTIONS), most))
        counts = torch.tensor([len(question.classes) for question in QUESTIONS])
        self.kinds: Tensor
        self.unused: Tensor
        self.register_buffer("kinds", torch.tensor([kinds.index(q.values) for q in QUESTIONS]), persistent=False)
        self.register_buffer("unused", torch.arange(most) >= counts[:, None], persistent=False)  # [Q, K]

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures [B, 3, H, W] in 0..1 -> logits [B, Q, K]; classes a question does not have are -inf."""
        return self.examine(pictures)[0]

    def examine(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [B, Q, K], and where each question looked first: attention [B, Q, H/16, W/16] that sums to 1."""
        features = self._features(pictures)  # [B, D, H/8, W/8]
        looks = self.look(features).float().flatten(2).softmax(-1)  # [B, G Q, P]
        seen = looks.to(features.dtype) @ features.flatten(2).transpose(1, 2)  # [B, G Q, D]
        seen = self.read(torch.cat(seen.chunk(GLANCES, 1), 2))  # [B, Q, D]
        seen = self.confer(seen + self.question)  # what one saw tells another: a skirt is seen, so this is a top
        weight = (self.weight + self.shared.index_select(0, self.kinds)).to(seen.dtype)
        logits = torch.einsum("bqd,qdk->bqk", seen, weight).float() + self.bias
        first = looks[:, : len(QUESTIONS)].unflatten(2, features.shape[-2:])
        return logits.masked_fill(self.unused, float("-inf")), 4 * F.avg_pool2d(first, 2)

    def _features(self, pictures: Tensor) -> Tensor:
        fine = self.trunk(pictures * 2 - 1)
        coarse = F.interpolate(self.deepest(fine), size=fine.shape[-2:])
        features = F.relu(self.lateral(fine) + coarse + self.place(coordinates(fine)))
        features = features + self.refine(features)
        assert isinstance(features, Tensor)
        return features


class _Residual(nn.Module):
    """Two convolutions beside a way round them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = _layer(channels, channels, 3, stride=1)
        self.outer = nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(features + self.outer(self.inner(features)))


def _stride(inner: int, outer: int, blocks: int) -> nn.Sequential:
    return nn.Sequential(_layer(inner, outer, 3, stride=2), *(_Residual(outer) for _ in range(blocks)))


def _layer(inner: int, outer: int, kernel: int, stride: int) -> nn.Sequential:
    convolution = nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outer), nn.ReLU())


class Judge:
    """A trained network and the words for its answers."""

    def __init__(self, network: JudgeNetwork, facts: dict[str, Any] | None = None) -> None:
        """Judges with ``network`` from now on in evaluation mode; ``facts`` say what made it."""
        self.network = network.eval()
        self.facts = facts or {}

    @property
    def device(self) -> torch.device:
        """Where the network is: the CPU unless it was trained or moved elsewhere."""
        return self.network.bias.device

    @torch.inference_mode()
    def answer(self, pictures: NDArray[np.uint8], batch_size: int = 64) -> list[dict[str, str]]:
        """Answers all questions about pictures of one size, uint8 [N, H, W, 3]: one dictionary for each."""
        found: list[dict[str, str]] = []
        for start in range(0, len(pictures), batch_size):
            tensor = torch.from_numpy(np.array(pictures[start : start + batch_size])).to(self.device)
            rows: list[list[int]] = self.network(tensor.permute(0, 3, 1, 2).float().div(255)).argmax(-1).tolist()
            found += [{q.key: q.classes[k] for q, k in zip(QUESTIONS, row, strict=True)} for row in rows]
        return found

    def save(self, folder: Path) -> None:
        """Writes float16 weights and the facts, the table of questions among them."""
        state = {name: value.cpu() for name, value in self.network.state_dict().items()}
        tensors = {name: value.half() if value.is_floating_point() else value for name, value in state.items()}
        with whole_file(folder / _WEIGHTS) as temporary:
            save_file({name: value.contiguous() for name, value in tensors.items()}, temporary)
        write_json(folder / _FACTS, {**self.facts, "widths": list(self.network.widths), "questions": _table()})

    @classmethod
    def load(cls, folder: Path = DEFAULT_FOLDER) -> Judge:
        """Reads a judge.

        Raises:
            ValueError: A file is missing, damaged, asks other questions than this code, or is of another network than
                this code's; the message names it.
        """
        try:
            facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
            tensors = load_file(folder / _WEIGHTS)
        except (OSError, SafetensorError, json.JSONDecodeError) as error:
            raise ValueError(f"{folder} holds no readable judge: {error}") from error
        if facts.pop("questions", None) != _table():
            raise ValueError(f"{folder / _FACTS} was trained on other questions; train it again")
        try:
            network = JudgeNetwork(facts.get("widths", WIDTHS))
            network.load_state_dict({name: v.float() if v.is_floating_point() else v for name, v in tensors.items()})
        except (RuntimeError, ValueError) as error:
            wrong = f"of widths {facts.get('widths')}, does not fit the network; train it again"
            raise ValueError(f"{folder / _WEIGHTS}, {wrong}") from error
        return cls(network, facts)


def _table() -> dict[str, list[str]]:
    return {question.key: list(question.values) for question in QUESTIONS}


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m engine.train.judge`: trains with ``--train``, then prints the table of held-out figures."""
    from engine.train.judge_data import decoded, shelves
    from engine.train.judge_fit import JudgeConfig, fit_judge, held_out, table

    parser = argparse.ArgumentParser(prog="python -m engine.train.judge", description="Train or test the judge.")
    parser.add_argument("--train", action="store_true", help="train it anew and write it; without, only test it")
    parser.add_argument("--judge", type=Path, default=DEFAULT_FOLDER, metavar="DIR", help="its folder (%(default)s)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the drawn figures here for the next time")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw (%(default)s)")
    for name in ("num_figures", "num_held_out", "epochs", "batch_size", "seed"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(JudgeConfig(), name))
    parser.add_argument("--autoencoder", type=Path, metavar="DIR", help="also judge figures this AutoencoderKL decoded")
    parser.add_argument("--num-decoded", type=int, default=6000, help="figures to learn from decoded (%(default)s)")
    parser.add_argument("--initial", type=Path, metavar="DIR", help="start from this judge")
    parser.add_argument("--learning-rate", type=float, default=JudgeConfig().learning_rate, help="peak (%(default)s)")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    try:
        config = JudgeConfig(
            num_figures=options.num_figures,
            num_held_out=options.num_held_out,
            epochs=options.epochs,
            batch_size=options.batch_size,
            seed=options.seed,
            learning_rate=options.learning_rate,
            autoencoder=options.autoencoder,
            num_decoded=options.num_decoded if options.autoencoder else 0,
            initial=options.initial,
        )
        judge = None if options.train else Judge.load(options.judge)
        unseen = shelves(config.held_out_seed, config.num_held_out, options.cache, options.workers)
        judge = judge or fit_judge(config, options.cache, options.workers)
    except ValueError as error:
        logging.getLogger(__name__).error("%s", error)
        return 2
    judge.network.to(config.device)
    crisp, others = held_out(judge, unseen), {"softened": held_out(judge, unseen, softened=True)}
    if options.autoencoder:
        others["decoded"] = held_out(judge, decoded(unseen, options.autoencoder, config.num_held_out, config.device))
    if options.train:
        judge.facts["held_out"] = {line.key: round(line.right / max(1, line.decidable), 4) for line in crisp}
        judge.save(options.judge)
    sys.stdout.write(table(crisp, **others) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
