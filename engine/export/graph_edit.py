"""New nodes and weights in a graph that is being rewritten; what they compute is the rewriter's business."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt
import onnx_ir


def before(
    graph: onnx_ir.Graph,
    node: onnx_ir.Node,
    operator: str,
    inputs: Sequence[onnx_ir.Value | None],
    attributes: Mapping[str, int | float | Sequence[int]] | None = None,
) -> onnx_ir.Value:
    """The output of a new node in front of another one, of that one's type; a shape is int64."""
    new = onnx_ir.node(operator, inputs, dict(attributes or {}))
    dtype = onnx_ir.DataType.INT64 if operator == "Shape" else node.outputs[0].dtype
    if dtype is not None:
        new.outputs[0].dtype = dtype
    graph.insert_before(node, new)
    return new.outputs[0]


def stored(graph: onnx_ir.Graph, node: onnx_ir.Node, name: str, array: npt.NDArray[Any]) -> onnx_ir.Value:
    """A new weight for what replaces a node, named after what it is for."""
    tensor = onnx_ir.tensor(array, name=f"{node.outputs[0].name}.{name}")
    value = onnx_ir.Value(name=tensor.name, shape=onnx_ir.Shape(array.shape), const_value=tensor)
    value.dtype = tensor.dtype
    graph.register_initializer(value)
    return value
