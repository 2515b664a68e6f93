"""Gives a UNet's graph inputs that are added to its features, where diffusers adds what a T2I-Adapter gives.

The places are found by what every such UNet does with its features: it lays them beside its latents on the way up, the
last ones first. So the exporter need not know of control, whose sides it could only take for other ones.

It knows graphs and block types; it does not know what is added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import onnx_ir

from engine.bundle.manifest import CONTROL_INPUT


def add_control_inputs(model: Any, config: Mapping[str, Any], channels: Sequence[int]) -> None:
    """Adds the inputs ``control_0``, ``control_1``, ... [R, C, h, w], float32.

    Args:
        model: An onnx_ir.Model of a UNet; changed in place.
        config: Of the UNet, in diffusers' words.
        channels: Of each feature that may be added to, in diffusers' order.

    Raises:
        ValueError: The graph is of another UNet.
    """
    graph: onnx_ir.Graph = model.graph
    pairs = _laid_together(graph)
    skips = [skip for _, skip in reversed(pairs)]
    places = _places(config)
    if not pairs or max(place for place in places if place is not None) >= len(skips):
        raise ValueError(f"the graph keeps {len(skips)} features for its way up, which is no UNet of this config")
    values = [pairs[0][0] if place is None else skips[place] for place in places]
    [rows] = [list(value.shape or ())[0] for value in graph.inputs if value.name == "sample"]
    for number, (count, value) in enumerate(zip(channels, values, strict=True)):
        _add(graph, value, f"{CONTROL_INPUT}{number}", rows, count)


def _laid_together(graph: onnx_ir.Graph) -> list[tuple[onnx_ir.Value, onnx_ir.Value]]:
    """Latents on their way up and the feature that is laid beside them, in the graph's order."""
    from_latents = {value for value in graph.inputs if value.name == "sample"}
    found: list[tuple[onnx_ir.Value, onnx_ir.Value]] = []
    for node in graph:
        read = [value for value in node.inputs if value in from_latents]
        if not read or node.op_type == "Shape":
            continue
        from_latents.update(node.outputs)
        axis = node.attributes.get("axis")
        if node.op_type == "Concat" and axis is not None and axis.as_int() == 1 and len(read) == len(node.inputs) == 2:
            latents, feature = node.inputs
            assert latents is not None and feature is not None
            found.append((latents, feature))
    return found


def _places(config: Mapping[str, Any]) -> list[int | None]:
    """Of each feature that may be added to its number among those that are kept; None for the middle.

    Kept are the first convolution, every layer of every block, and what halves the latents behind all but the last.
    """
    kinds: Sequence[str] = config["down_block_types"]
    layers = config["layers_per_block"]
    each = [layers] * len(kinds) if isinstance(layers, int) else list(layers)
    places: list[int | None] = []
    number = 0
    for block, kind in enumerate(kinds):
        halves = block < len(kinds) - 1
        number += each[block]
        places.append(number if "CrossAttn" in kind or not halves else number + 1)
        number += halves
    if "CrossAttn" not in kinds[0] and config.get("mid_block_type", "UNetMidBlock2DCrossAttn"):
        places.append(None)
    return places


def _add(graph: onnx_ir.Graph, value: onnx_ir.Value, name: str, rows: Any, channels: int) -> None:
    """Has everybody who reads a value read it with an input added."""
    kind = onnx_ir.TensorType(onnx_ir.DataType.FLOAT)
    given = onnx_ir.Value(
        name=name, shape=onnx_ir.Shape([rows, channels, f"{name}_height", f"{name}_width"]), type=kind
    )
    graph.inputs.append(given)
    users = list(value.uses())
    nodes: list[onnx_ir.Node] = []
    added, dtype = given, value.dtype
    if dtype is not None and dtype != onnx_ir.DataType.FLOAT:
        cast = onnx_ir.node("Cast", [given], {"to": int(dtype)})
        cast.outputs[0].dtype = dtype
        nodes.append(cast)
        added = cast.outputs[0]
    total = onnx_ir.node("Add", [value, added])
    total.outputs[0].shape = value.shape
    if dtype is not None:
        total.outputs[0].dtype = dtype
    total.outputs[0].name = total.name = f"{name}.added"
    producer = value.producer()
    assert producer is not None, "a feature is computed"
    for user, place in users:
        user.replace_input_with(place, total.outputs[0])
    graph.insert_after(producer, [*nodes, total])
