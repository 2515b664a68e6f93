"""Lets attention split its heads itself instead of being given them transposed.

torch's exporter writes every attention as ONNX's ``Attention`` over [R, H, L, D / H], between four transposes and
reshapes. The operator also takes [R, L, D] and a number of heads, which saves a runtime the copies.

Letters: R rows, H heads, L tokens, D width.
"""

import onnx_ir

_HEADS_FIRST = [0, 2, 1, 3]


def merge_heads(graph: onnx_ir.Graph) -> int:
    """Takes away the transposes around each attention that has all of them; returns around how many.

    Args:
        graph: Changed in place; what nobody reads any more is left in it.
    """
    changed = 0
    for node in [each for each in graph if each.op_type == "Attention"]:
        num_heads = _num_heads(node.outputs[0])
        whole = [_before_split(value) for value in node.inputs[:3]]
        merged = _after_merge(node.outputs[0])
        if num_heads is None or merged is None or any(value is None for value in whole):
            continue
        for index, value in enumerate(whole):
            node.replace_input_with(index, value)
        for name in ("q_num_heads", "kv_num_heads"):
            node.attributes[name] = onnx_ir.AttrInt64(name, num_heads)
        node.outputs[0].shape = merged.shape
        merged.replace_all_uses_with(node.outputs[0])
        changed += 1
    return changed


def _num_heads(heads: onnx_ir.Value) -> int | None:
    count = None if heads.shape is None or len(heads.shape) != 4 else heads.shape[1]
    return count if isinstance(count, int) else None


def _before_split(heads: onnx_ir.Value | None) -> onnx_ir.Value | None:
    """The [R, L, D] of which a [R, H, L, D / H] was made; None if it was made otherwise."""
    transpose = None if heads is None else heads.producer()
    if not _swaps_heads(transpose):
        return None
    assert transpose is not None
    split = transpose.inputs[0]
    reshape = None if split is None else split.producer()
    if reshape is None or reshape.op_type != "Reshape":
        return None
    whole = reshape.inputs[0]
    return whole if whole is not None and whole.shape is not None and len(whole.shape) == 3 else None


def _after_merge(heads: onnx_ir.Value) -> onnx_ir.Value | None:
    """The [R, L, D] that a [R, H, L, D / H] becomes; None if it becomes anything else."""
    transpose = _only_reader(heads)
    if not _swaps_heads(transpose):
        return None
    assert transpose is not None
    reshape = _only_reader(transpose.outputs[0])
    if reshape is None or reshape.op_type != "Reshape":
        return None
    whole = reshape.outputs[0]
    return whole if whole.shape is not None and len(whole.shape) == 3 else None


def _swaps_heads(node: onnx_ir.Node | None) -> bool:
    return node is not None and node.op_type == "Transpose" and list(node.attributes["perm"].as_ints()) == _HEADS_FIRST


def _only_reader(value: onnx_ir.Value) -> onnx_ir.Node | None:
    readers = [node for node, _ in value.uses()]
    return readers[0] if len(readers) == 1 and not value.is_graph_output() else None
