"""A folder of diffusers' ``T2IAdapter`` as the network of control of a bundle: what fits it, and its graph.

The graph reads a map of the picture's size and gives all features in one row, one after the other. It knows folders and
shapes; it does not know what becomes of the graph.

Letters: I channels of a map, C channels of a feature, H W sides in pixels, h w sides of a feature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from diffusers import T2IAdapter
from torch import Tensor, nn

from engine.bundle.manifest import Control, Manifest, control_file
from engine.pipeline_folder.adapted import at_level
from engine.pipeline_folder.graphs import Graph
from engine.pipeline_folder.source import read_json
from engine.pipeline_folder.weights import load_part
from engine.regions.items import ITEM_CLASSES

ADAPTER_CLASS = "T2IAdapter"
KINDS = ("full_adapter", "full_adapter_xl", "light_adapter")
_COLOURS = 3
# How its weights are stored by the bundle's precision: it is computed in float32, once a picture.
_PRECISIONS = {"fp32": "fp32", "fp16": "fp16_weights", "fp16_weights": "fp16_weights", "int8": "int8"}


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """What a network of control is made for.

    Attributes:
        square: Pixels a side that are one place of its map.
        control: What the manifest says of it.
        num_features: How many it gives.
    """

    square: int
    control: Control
    num_features: int


class ControlNetwork(nn.Module):
    """A map [1, I, H, W] to all its features in one row, [1, sum of C h w]."""

    def __init__(self, adapter: T2IAdapter, square: int) -> None:
        """Takes the adapter, which reads means over squares of so many pixels a side."""
        super().__init__()
        self.adapter, self.square = adapter, square

    def forward(self, map: Tensor) -> Tensor:  # noqa: A002 - the input's name
        """Runs the network."""
        squares = F.avg_pool2d(map, self.square) if self.square > 1 else map
        return torch.cat([each.flatten(1) for each in self.adapter(squares)], dim=1)


def control_graph(name: str, folder: Path, manifest: Manifest, variant: str | None = None) -> tuple[Graph, Control]:
    """The graph of a folder for a bundle, and what its manifest says of it.

    Args:
        name: layout or pose.
        folder: As diffusers' ``save_pretrained`` writes it.
        manifest: The bundle's, whose adapted UNet it adds to.
        variant: Which weights of the folder.

    Raises:
        ValueError: The folder holds no such network, or one of another UNet; the message says what was expected.
    """
    path = folder / "config.json"
    config = read_json(path)
    if config.get("_class_name") != ADAPTER_CLASS or config.get("adapter_type") not in KINDS:
        came = f"{config.get('_class_name')} of type {config.get('adapter_type')}"
        raise ValueError(f"{path}: must be a {ADAPTER_CLASS} of type {', '.join(KINDS)}; got {came}")
    shape = _shape(name, config, manifest, path)
    adapter = load_part(T2IAdapter, folder, config, torch.float32, variant=variant)
    width, height = manifest.default_width, manifest.default_height
    generator = torch.Generator().manual_seed(0)
    sides = {2: torch.export.Dim.DYNAMIC, 3: torch.export.Dim.DYNAMIC}
    graph = Graph(
        file=control_file(name),
        module=ControlNetwork(adapter.eval(), shape.square),
        inputs={"map": torch.rand(1, config["in_channels"], height, width, generator=generator)},
        dynamic={"map": sides},
        output_name="features",
        precision=_PRECISIONS[manifest.precision],
    )
    return graph, shape.control


def _shape(name: str, config: Mapping[str, Any], manifest: Manifest, path: Path) -> _Shape:
    """What a network fits, held against every size of the bundle."""
    adapted = manifest.adapted
    if adapted is None or not adapted.features:
        raise ValueError(
            "the bundle has no UNet that control can add to; write it again with --unet CHECKPOINT --adapters first"
        )
    allowed = [len(ITEM_CLASSES), _COLOURS] if name == "layout" else [_COLOURS]
    if config.get("in_channels") not in allowed:
        words = " or ".join(map(str, allowed))
        raise ValueError(f"{path}: a network of {name} reads {words} channels; this one {config.get('in_channels')}")
    across = manifest.vae_factor * 2 ** adapted.features[0][1]
    factor = config.get("downscale_factor")
    if not isinstance(factor, int) or factor < 1 or across % factor:
        raise ValueError(f"{path}: downscale_factor must divide {across}, the pixels of a feature; got {factor}")
    classes = ITEM_CLASSES if config["in_channels"] == len(ITEM_CLASSES) else ()
    num_features = _check_sizes(config, manifest, across, across // factor, path)
    control = Control(classes=classes, multiple=across)
    return _Shape(square=across // factor, control=control, num_features=num_features)


def _check_sizes(config: Mapping[str, Any], manifest: Manifest, across: int, square: int, path: Path) -> int:
    """Tries every size of the bundle, without a weight: features must be those of the UNet there; how many it gives."""
    assert manifest.adapted is not None
    with torch.device("meta"):
        adapter: Any = T2IAdapter.from_config(dict(config))
    expected = manifest.adapted.features
    found: list[Any] = []
    for width, height in _sizes(manifest, across):
        if width % across or height % across:
            raise ValueError(f"{path}: sides must be multiples of {across}, and the bundle draws {width}x{height}")
        maps = torch.zeros(1, config["in_channels"], height // square, width // square, device="meta")
        found = [tuple(each.shape[1:]) for each in adapter(maps)]
        factor = manifest.vae_factor
        wanted = [(channels, *at_level(level, height // factor, width // factor)) for channels, level in expected]
        if not 0 < len(found) <= len(wanted) or found != wanted[: len(found)]:
            size = f"at {width}x{height} pixels"
            raise ValueError(f"{path}: features {size} must be {_told(wanted)}, the UNet's; they are {_told(found)}")
    return len(found)


def _sizes(manifest: Manifest, across: int) -> list[tuple[int, int]]:
    """Those that the bundle draws; of those without a list the extremes and some between that the network can do."""
    if manifest.sizes:
        return list(manifest.sizes)
    least, greatest, multiple = manifest.side_limits
    step = multiple * across  # a multiple of both
    middle = max(across, manifest.default_width // across * across)
    low, high = -(-least // across) * across, max(across, greatest // across * across)
    return sorted({(middle, low), (low, middle), (middle, high), (middle + across, middle), (step, middle)})


def _told(shapes: list[Any]) -> str:
    return ", ".join("x".join(map(str, shape)) for shape in shapes)
