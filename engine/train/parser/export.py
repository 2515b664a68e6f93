"""The parser as a file: weights and facts to train on from, and the graph that a bundle holds.

It knows the network and the bundle; it does not know how either is trained or run.
B batch, H W picture height and width, C item classes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from engine.bundle.manifest import PARSER_FILE, Manifest
from engine.export.added_file import with_file
from engine.export.write import write_graph
from engine.pipeline_folder.graphs import PRECISIONS, Graph
from engine.regions.items import ITEM_CLASSES
from engine.train.parser.network import ParserNetwork
from engine.train.teachers.label_reading import read_network, save_network

_NAME, _WHAT = "parser", "parser"  # of its files, and in messages


class Chances(nn.Module):
    """The network's scores as chances, [1, 3, H, W] to [1, C, H, W]: what the graph of a bundle gives."""

    def __init__(self, network: ParserNetwork) -> None:
        """Take a trained network."""
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """Parse."""
        chances: Tensor = self.network(image).softmax(1)
        return chances


def save_parser(network: ParserNetwork, folder: Path, facts: dict[str, Any]) -> None:
    """Write float16 weights and facts, whole; what the network's own loss of precision is, int8 exceeds by far."""
    save_network(network, folder, _NAME, {**facts, "widths": list(network.widths), "classes": list(ITEM_CLASSES)})


def load_parser(folder: Path) -> ParserNetwork:
    """A trained parser, to be asked.

    Raises:
        ValueError: A file is missing or damaged, or it was trained on other classes.
    """
    facts, tensors = read_network(folder, _NAME, _WHAT)
    if facts.get("classes") != list(ITEM_CLASSES):
        raise ValueError(f"{folder} holds a parser of other classes than {', '.join(ITEM_CLASSES)}; train it again")
    try:
        network = ParserNetwork(facts["widths"])
        network.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ValueError(f"{folder} holds no readable {_WHAT}: {error}") from error
    return network.eval()


def parser_graph(network: ParserNetwork, precision: str) -> Graph:
    """The graph of a parser.

    Raises:
        ValueError: The precision is unknown.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}; got {precision!r}")
    generator = torch.Generator().manual_seed(0)
    sides = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    return Graph(
        file=PARSER_FILE,
        module=Chances(network).eval(),
        inputs={"image": torch.randn(1, 3, 6 * network.stride, 4 * network.stride, generator=generator).tanh()},
        dynamic={"image": sides},
        output_name="chances",
        precision=precision,
    )


def add_parser(bundle: Path, parser: Path, out: Path, *, precision: str = "int8") -> Manifest:
    """Writes a bundle again with a parser in it; one it has is replaced.

    Args:
        bundle: What to add it to; its other files are the same afterwards.
        parser: A parser's folder.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.
        precision: How its weights are stored.

    Raises:
        BundleError: The bundle is damaged.
        ValueError: The folder holds no parser.
    """
    network = load_parser(parser)

    def write(path: Path) -> None:
        write_graph(lambda: parser_graph(network, precision), path.parent)

    return with_file(bundle, out, PARSER_FILE, write, parser=ITEM_CLASSES)
