"""Weights stored as integers, restored to float32 once, when a graph is read.

Left as they are, OpenVINO restores them in every run, or rounds what they are multiplied with; both are other numbers
than the float32 graph gives, and the first takes kernels whose sums depend on the number of rows.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.sessions.openvino.library import library

_STORED = (np.int8, np.uint8)
_ARITHMETIC = {"Multiply": np.multiply, "Subtract": np.subtract}

Values = dict[str, npt.NDArray[np.float32]]


def restore_weights(model: Any) -> int:
    """Puts float32 constants in the place of integers with their scales, within the model.

    Args:
        model: OpenVINO's; what it computes stays the same to the last bit.

    Returns:
        Bytes of all its floating-point constants then, as float32.
    """
    restored: Values = {}
    for node in model.get_ordered_ops():
        sources = [each.get_source_output().get_node() for each in node.inputs()]
        value = _value(node, sources, restored)
        if value is not None:
            restored[node.get_friendly_name()] = value
            continue
        for place, source in zip(node.inputs(), sources, strict=True):
            name = source.get_friendly_name()
            if name in restored:
                constant = library().opset13.constant(restored[name], dtype=np.float32, name=f"{name}/restored")
                place.replace_source_output(constant.output(0))
    return sum(_bytes(node) for node in model.get_ordered_ops() if node.get_type_name() == "Constant")


def _value(node: Any, sources: list[Any], restored: Mapping[str, Any]) -> npt.NDArray[np.float32] | None:
    """What a node computes of stored integers alone; None where it is something else."""
    kind = node.get_type_name()
    if kind == "Convert" and sources[0].get_type_name() == "Constant":
        data = sources[0].data
        return data.astype(np.float32) if data.dtype in _STORED and data.ndim > 0 else None
    if kind not in _ARITHMETIC or not any(each.get_friendly_name() in restored for each in sources):
        return None
    operands = [_constant(each, restored) for each in sources]
    if any(each is None for each in operands):
        return None
    value: npt.NDArray[np.float32] = _ARITHMETIC[kind](*operands, dtype=np.float32)
    return value


def _constant(node: Any, restored: Mapping[str, Any]) -> Any:
    if node.get_friendly_name() in restored:
        return restored[node.get_friendly_name()]
    return node.data.astype(np.float32) if node.get_type_name() == "Constant" else None


def _bytes(constant: Any) -> int:
    if not constant.get_element_type().is_real():
        return 0
    return 4 * int(np.prod(constant.get_output_shape(0), dtype=np.int64))
