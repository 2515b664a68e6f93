"""The judge: a small network that looks at a picture of a person and answers every question of the table.

It is trained on figures alone, with seeds from 2,000,000 up: the generator trains on 0 to 149,999 and evaluation asks
about 1,000,000 and up, so no figure serves two purposes. It does not know descriptions or how a picture was made.
B batch, H W picture height and width, D features, Q questions, K most classes of a question, P places, G glances.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from engine.files.whole import whole_file, write_json
from engine.train.judge.network import WIDTHS, JudgeNetwork
from engine.train.questions.table import QUESTIONS

DEFAULT_FOLDER = Path("models/judge")
_WEIGHTS, _FACTS = "judge.safetensors", "judge.json"


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
