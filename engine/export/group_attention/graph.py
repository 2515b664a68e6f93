"""Gives a UNet's graph a second output: the share of its attention that each body group's words take in each cell.

The layers are those that Daring's HOLA loss trains, whose cells are 16 pixels a side, or the nearest that the UNet has.
Nodes are added, beside each layer's own and not on top of them: what a runtime fuses it still fuses, the first output
keeps its bits, and where that alone is asked for nothing else runs. What the maps are used for is not known here.

Letters: R rows, H heads, L cells (h w), M tokens of the text, G groups.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import onnx_ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from engine.bundle.manifest import GROUP_ATTENTION, TOKEN_GROUPS

#: Pixels a side of a cell at the resolution of HOLA.
HOLA_CELL = 16
#: How often the latents were halved on the way to a value of the graph; other values are left out.
Levels: TypeAlias = Mapping[onnx_ir.Value, int]


def add_group_attention(model: Any, level: int) -> None:
    """Adds the input ``token_groups`` [R, M, G] and the output ``group_attention`` [R, G, h, w].

    A cell's numbers are the attention that its query gives to the tokens of each group, mean over the heads of all
    layers: with every token in one group they are 1.

    Args:
        model: An onnx_ir.Model of a UNet whose attention is written out; changed in place.
        level: Of the layers: how often the latents were halved on the way to them.

    Raises:
        ValueError: There is no cross-attention at that level.
    """
    graph: onnx_ir.Graph = model.graph
    layers = cross_attentions(graph).get(level, [])
    if not layers:
        raise ValueError(f"the graph has no cross-attention at level {level}")
    inputs = {value.name: value for value in graph.inputs}
    groups = _float_value(TOKEN_GROUPS, [*_sides(inputs["encoder_hidden_states"])[:2], "groups"])
    graph.inputs.append(groups)
    new = _NewNodes(graph)
    shares = [_again(new, layer) for layer in layers]
    means = [new.node("ReduceMean", [each, new.constant(np.array([1]))], {"keepdims": 0}) for each in shares]
    mean = new.node("Mean", means) if len(means) > 1 else means[0]  # [R, L, M]
    whole = new.node("Cast", [mean], {"to": int(onnx_ir.DataType.FLOAT)})
    maps = new.node("Transpose", [new.node("MatMul", [whole, groups])], {"perm": [0, 2, 1]})  # [R, G, L]
    outer = new.node("Shape", [maps], {"start": 0, "end": 2})
    sides = new.node("Shape", [inputs["sample"]], {"start": 2, "end": 4})
    sides = new.node("Div", [sides, new.constant(np.array([2**level]))])
    shape = new.node("Concat", [outer, sides], {"axis": 0})
    output = new.node("Reshape", [maps, shape])
    rows = _sides(inputs["sample"])[0]
    output.name, output.type = GROUP_ATTENTION, onnx_ir.TensorType(onnx_ir.DataType.FLOAT)
    output.shape = onnx_ir.Shape([rows, "groups", "attention_height", "attention_width"])
    graph.outputs.append(output)


def _again(new: "_NewNodes", shares: onnx_ir.Value) -> onnx_ir.Value:
    """The same softmaxed attention by nodes of its own, so that whatever fuses the layer's may go on doing so.

    Queries are twice as large and keys half: the same numbers to the last bit, by products that nobody merges with the
    layer's own.
    """
    queries, scale = _read(_read(_read(shares)[0])[0])
    keys = _read(_read(_read(shares)[0])[1])[0]
    assert scale.const_value is not None
    factor = scale.const_value.numpy()
    larger = new.node("Mul", [queries, new.constant(factor * factor.dtype.type(2.0))])
    smaller = new.node("Mul", [keys, new.constant(np.array(0.5, factor.dtype))])
    turned = new.node("Transpose", [smaller], {"perm": [0, 1, 3, 2]})
    return new.node("Softmax", [new.node("MatMul", [larger, turned])], {"axis": -1})


def _read(value: onnx_ir.Value) -> Sequence[onnx_ir.Value]:
    """What the node reads that a value comes of."""
    node = value.producer()
    assert node is not None and None not in node.inputs, value.name
    return [each for each in node.inputs if each is not None]


def remove_group_attention(model: Any) -> None:
    """Takes the second output out of a UNet's graph again, with what it alone reads."""
    graph: onnx_ir.Graph = model.graph
    for output in [each for each in graph.outputs if each.name == GROUP_ATTENTION]:
        graph.outputs.remove(output)
    RemoveUnusedNodesPass()(model)
    for value in [each for each in graph.inputs if each.name == TOKEN_GROUPS]:
        graph.inputs.remove(value)


def nearest_level(levels: Collection[int], vae_factor: int) -> int:
    """Of levels that have cross-attention the one whose cells are nearest to HOLA's."""
    return min(levels, key=lambda level: abs(math.log2(vae_factor * 2**level / HOLA_CELL)))


def cross_attentions(graph: onnx_ir.Graph) -> dict[int, list[onnx_ir.Value]]:
    """Softmaxed attention to the text, [R, H, L, M], of every layer by its level; keys of others are the picture's."""
    levels = _levels(graph)
    found: dict[int, list[onnx_ir.Value]] = {}
    for node in graph:
        scores = node.inputs[0] if node.op_type == "Softmax" else None
        product = None if scores is None else scores.producer()
        if product is None or product.op_type != "MatMul":
            continue
        queries, keys = product.inputs
        if queries in levels and keys not in levels:
            assert queries is not None
            found.setdefault(levels[queries], []).append(node.outputs[0])
    return found


def _levels(graph: onnx_ir.Graph) -> Levels:
    """Of every value that was computed from the latents."""
    levels = {value: 0 for value in graph.inputs if value.name == "sample"}
    for node in graph:
        known = {levels[value] for value in node.inputs if value in levels}
        if not known or node.op_type == "Shape":
            continue
        level = max(known) + _halvings(node)
        levels |= dict.fromkeys(node.outputs, level)
    return levels


def _halvings(node: onnx_ir.Node) -> int:
    if node.op_type == "Resize":
        return -1
    strides = node.attributes.get("strides")
    return int(strides is not None and max(strides.as_ints()) > 1)


def _sides(value: onnx_ir.Value) -> Sequence[Any]:
    assert value.shape is not None, value.name
    return list(value.shape)


def _float_value(name: str, sides: Sequence[Any]) -> onnx_ir.Value:
    kind = onnx_ir.TensorType(onnx_ir.DataType.FLOAT)
    return onnx_ir.Value(name=name, shape=onnx_ir.Shape(sides), type=kind)


class _NewNodes:
    """Nodes at the end of a graph, with names that nothing else has."""

    def __init__(self, graph: onnx_ir.Graph) -> None:
        self._graph, self._number = graph, 0

    def node(self, operator: str, inputs: Sequence[onnx_ir.Value], attributes: Any = None) -> onnx_ir.Value:
        new = onnx_ir.node(operator, inputs, attributes or {})
        new.outputs[0].name = new.name = self._name()
        self._graph.append(new)
        return new.outputs[0]

    def constant(self, array: npt.NDArray[Any]) -> onnx_ir.Value:
        tensor = onnx_ir.tensor(array, name=self._name())
        value = onnx_ir.Value(name=tensor.name, shape=onnx_ir.Shape(array.shape), const_value=tensor)
        value.dtype = tensor.dtype
        self._graph.register_initializer(value)
        return value

    def _name(self) -> str:
        self._number += 1
        return f"{GROUP_ATTENTION}.{self._number}"
