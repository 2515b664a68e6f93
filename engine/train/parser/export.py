"""The parser as a graph in a bundle: exported from a trained one, or taken from another bundle.

It knows the network and the bundle; it does not know how either is trained or run.
B batch, H W picture height and width, C item classes.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from engine.bundle.added_file import with_file
from engine.bundle.manifest import MANIFEST_FILE, PARSER_FILE, Manifest, load_bundle
from engine.export.write import write_graph
from engine.pipeline_folder.graphs import PRECISIONS, Graph
from engine.regions.items import ITEM_CLASSES
from engine.train.parser.network import ParserNetwork, load_parser


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
        parser: A trained parser's folder, or another bundle that has one, whose graph is taken as it is.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.
        precision: How the weights of a trained one are stored.

    Raises:
        BundleError: A bundle is damaged.
        ValueError: The folder holds no parser.
    """
    if (parser / MANIFEST_FILE).is_file():
        other = load_bundle(parser)
        if not other.has(PARSER_FILE):
            raise ValueError(f"{parser / MANIFEST_FILE}: it lists no {PARSER_FILE}")
        graph, classes = other.file(PARSER_FILE).read_bytes(), other.manifest.parser
        return with_file(bundle, out, PARSER_FILE, lambda path: _write(path, graph), parser=classes)
    network = load_parser(parser)

    def write(path: Path) -> None:
        write_graph(lambda: parser_graph(network, precision), path.parent)

    return with_file(bundle, out, PARSER_FILE, write, parser=ITEM_CLASSES)


def _write(path: Path, graph: bytes) -> None:
    path.write_bytes(graph)
