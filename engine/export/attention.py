"""Writes attention as two matrix products and a softmax, which every runtime has.

ONNX's own ``Attention`` is one operation in ONNX Runtime on the CPU, but TensorRT has kernels for it in half precision
only and refuses the rest. torch's exporter for older operator sets asks for every size again; here none is needed.

Letters: R rows, H heads, L tokens of queries, M tokens of keys, E width of a head.
"""

import numpy as np
import onnx_ir

from engine.export.graph_edit import before, stored


def split_attention(graph: onnx_ir.Graph) -> int:
    """Replaces every plain attention over [R, H, L, E]; returns how many.

    Args:
        graph: Changed in place; what nobody reads any more is left in it.

    Raises:
        ValueError: An attention is causal or keeps a cache, as none of these models' is once exported.
    """
    changed = 0
    for node in [each for each in graph if each.op_type == "Attention"]:
        causal = node.attributes.get("is_causal")
        queries, keys, values = node.inputs[:3]
        if len(node.inputs) > 4 or (causal is not None and causal.as_int()) or queries is None or queries.shape is None:
            raise ValueError(f"{node.name}: attention of a kind that is not exported")
        width = queries.shape[-1]
        assert isinstance(width, int), width
        given = node.attributes.get("scale")
        scale = width**-0.5 if given is None else given.as_float()
        # Queries are scaled before the product: in half precision its sums would overflow.
        scaled = before(graph, node, "Mul", [queries, _scalar(graph, node, "scale", scale, queries.dtype)])
        turned = before(graph, node, "Transpose", [keys], {"perm": [0, 1, 3, 2]})
        scores = before(graph, node, "MatMul", [scaled, turned])  # [R, H, L, M]
        mask = node.inputs[3] if len(node.inputs) > 3 else None
        if mask is not None and mask.dtype == onnx_ir.DataType.BOOL:
            nothing = _scalar(graph, node, "hidden", -np.inf, queries.dtype)
            scores = before(graph, node, "Where", [mask, scores, nothing])
        elif mask is not None:
            scores = before(graph, node, "Add", [scores, mask])
        shares = before(graph, node, "Softmax", [scores], {"axis": -1})
        node.outputs[0].replace_all_uses_with(before(graph, node, "MatMul", [shares, values]))
        changed += 1
    return changed


def _scalar(
    graph: onnx_ir.Graph, node: onnx_ir.Node, name: str, number: float, dtype: onnx_ir.DataType | None
) -> onnx_ir.Value:
    assert dtype is not None
    return stored(graph, node, name, np.array(number, dtype.numpy()))
