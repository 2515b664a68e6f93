"""Group normalisation of large maps, written so that OpenVINO need not turn them around in memory.

A graph says it as three operations: channels of a group in one row, the row normalised, and the shape put back
(`engine/export/group_norm.py`). For the middle one OpenVINO wants a channel's pixels side by side, where its
convolutions want a pixel's channels side by side; so every map is turned twice. Means over a map's pixels, then over
the few numbers of a group, are the same normalisation and read a map as it lies. They are more operations, which small
maps do not pay for. Figures: docs/decisions/sessions/openvino.md.
"""

from typing import Any

import numpy as np

from engine.sessions.openvino.library import library

#: Pixels of a map from which on turning it costs more than the operations; measured on figurine's UNet and decoder.
LARGE = 1024


def rewrite_group_norms(model: Any) -> int:
    """Puts the other form in the place of each group normalisation of a large map, within the model.

    Args:
        model: OpenVINO's, of static shapes, computed in float32. Its outputs change by rounding alone.

    Returns:
        How many were replaced.
    """
    found = [(node, last) for node in model.get_ordered_ops() if (last := _end(node)) is not None]
    for normalised, last in found:
        maps = normalised.input_value(0).get_node().input_value(0)
        groups = normalised.get_output_shape(0)[1]
        spread = _normalised(maps, groups, normalised.get_attributes()["eps"])
        for place in last.output(0).get_target_inputs():
            place.replace_source_output(spread.output(0))
    model.validate_nodes_and_infer_types()
    return len(found)


def _end(node: Any) -> Any:
    """The last operation of the group normalisation that `node` is the middle of; None where it is none, or small.

    [N, C, H, W] -> [N, groups, C / groups * H * W] -> normalised over the last -> times 1 -> plus 0 -> [N, C, H, W].
    """
    if node.get_type_name() != "MVN" or node.get_attributes()["eps_mode"] != "INSIDE_SQRT":
        return None
    rows = node.input_value(0).get_node()
    if rows.get_type_name() != "Reshape" or len(rows.get_output_shape(0)) != 3 or _constant(node, 1) != [2]:
        return None
    shape = list(rows.get_input_shape(0))
    if len(shape) != 4 or shape[2] * shape[3] < LARGE or shape[1] % rows.get_output_shape(0)[1]:
        return None
    scaled = _next(node, "Multiply")
    moved = _next(scaled, "Add") if scaled is not None and _only(scaled, 1.0) else None
    last = _next(moved, "Reshape") if moved is not None and _only(moved, 0.0) else None
    return last if last is not None and list(last.get_output_shape(0)) == shape else None


def _next(node: Any, kind: str) -> Any:
    """The only operation that computes with the output of `node`, if it is of this kind; asking its shape is none."""
    readers = [each.get_node() for each in node.output(0).get_target_inputs()]
    readers = [each for each in readers if each.get_type_name() != "ShapeOf"]
    return readers[0] if len(readers) == 1 and readers[0].get_type_name() == kind else None


def _only(node: Any, number: float) -> bool:
    """Whether the second input is this number everywhere."""
    values = _constant(node, 1)
    return bool(values) and all(each == number for each in values)


def _constant(node: Any, place: int) -> list[float]:
    """The values of a constant input, also through conversions and reshapes; empty where it is none."""
    source = node.input_value(place).get_node()
    while source.get_type_name() in ("Reshape", "Convert", "Unsqueeze"):
        source = source.input_value(0).get_node()
    values: list[float] = source.data.ravel().tolist() if source.get_type_name() == "Constant" else []
    return values


def _normalised(maps: Any, groups: int, epsilon: float) -> Any:
    """(x - mean) / sqrt(variance + epsilon) over each group's channels and pixels; x is [N, C, H, W]."""
    make = library().opset13
    kind = maps.get_element_type().to_dtype()
    channels = maps.get_partial_shape()[1].get_length()

    def whole(*numbers: int) -> Any:
        return make.constant(np.array(numbers, np.int64))

    def of_group(each: Any) -> Any:
        """[N, C, 1, 1] -> the same, with the mean of its group for each channel."""
        mean = make.reduce_mean(make.reshape(each, whole(0, groups, channels // groups), True), whole(2), True)
        again = make.multiply(mean, make.constant(np.ones((1, 1, channels // groups), kind)))
        return make.reshape(again, whole(0, channels, 1, 1), True)

    pixels = whole(2, 3)
    centred = make.subtract(maps, of_group(make.reduce_mean(maps, pixels, True)))
    variance = of_group(make.reduce_mean(make.multiply(centred, centred), pixels, True))
    deviation = make.sqrt(make.add(variance, make.constant(np.array(epsilon, kind))))
    return make.multiply(centred, make.divide(make.constant(np.array(1, kind)), deviation))
