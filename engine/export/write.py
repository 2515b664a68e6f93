"""Turns a torch module into a checked ONNX file, its weights beside it where they are too many for one.

It knows graphs and precisions; it does not know what a model is made of.
"""

import gc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx_ir
import torch
from onnx_ir.passes.common import CommonSubexpressionEliminationPass, RemoveUnusedNodesPass

from engine.bundle.manifest import GROUP_ATTENTION, TOKEN_GROUPS
from engine.export.attention import split_attention
from engine.export.control_inputs import add_control_inputs
from engine.export.group_attention.graph import add_group_attention
from engine.export.group_norm import split_group_norms
from engine.export.tracing.trace import trace
from engine.export.weights.halves import store_weights_as_halves
from engine.export.weights.quantise import store_weights_as_integers
from engine.export.weights.refer import refer_to
from engine.export.weights.share import share_with
from engine.pipeline_folder.graphs import Graph
from engine.sessions.runtime import onnxruntime

# One ONNX file is one protobuf message, which ends at 2 GiB; the graph itself needs some of it.
EXTERNAL_DATA_OVER_BYTES = 1_900_000_000
# With int8 the smallest weights, so much of them all, keep sixteen bits: first and last layers and shortcuts are among
# them, where eight bits did nearly all of their harm (docs/decisions/export/int8-smallest-weights.md).
KEPT_SHARE = 0.05
# Largest difference from torch, relative to the largest value, with which a graph may leave the export.
TOLERANCES = {"fp32": 1e-3, "fp16": 2e-2, "fp16_weights": 5e-2, "int8": 2e-1}


def write_graph(
    load: Callable[[], Graph],
    folder: Path,
    *,
    finished: Path | None = None,
    external_data_over_bytes: int = EXTERNAL_DATA_OVER_BYTES,
) -> None:
    """Exports one graph into a folder and compares it with torch.

    Args:
        load: Gives what to export; it is let go of before the written graph is loaded, so that one is in memory.
        folder: Where its file goes, and ``<file>.data`` with the weights where there are too many.
        finished: Where the graphs are that were written before, for one that takes the weights of another.
        external_data_over_bytes: More bytes of weights than that go beside the graph.

    Raises:
        ValueError: The written graph differs from torch by more than the precision's tolerance, or is not finite.
    """
    graph = load()
    path, precision, inputs = folder / graph.file, graph.precision, _first_rows(graph)
    expected = _expected(graph)
    model = trace(graph)
    _shorten(model)
    if graph.control:
        add_control_inputs(model, graph.unet, [value.shape[1] for value in graph.control.values()])
    if graph.attention_level is not None:
        add_group_attention(model, graph.attention_level)
    if graph.beside:
        assert finished is not None, f"{graph.file} lies beside {graph.beside}"
        _beside(model, graph, finished, path, inputs, expected)
        return
    _store(model, precision)
    weights = model.graph.initializers.values()
    num_bytes = sum(value.const_value.nbytes for value in weights if value.const_value is not None)
    beside = f"{graph.file}.data" if num_bytes > external_data_over_bytes else None
    onnx_ir.save(model, path, external_data=beside)
    del model, weights, graph
    gc.collect()
    _verify(path, inputs, expected, TOLERANCES[precision])


def _beside(
    model: Any,
    graph: Graph,
    finished: Path,
    path: Path,
    inputs: Mapping[str, torch.Tensor],
    expected: npt.NDArray[np.float32],
) -> None:
    """Writes a graph that takes the weights of a finished one, and looks at it where that one is."""
    if graph.changes:
        refer_to(model, finished / graph.beside, graph.changes, graph.precision)
    else:
        _store(model, graph.precision)
        share_with(model, finished / graph.beside)
    beside = finished / f".{graph.file}"
    try:
        onnx_ir.save(model, beside)
        _verify(beside, inputs, expected, TOLERANCES[graph.precision])
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _store(model: Any, precision: str) -> None:
    if precision == "fp16_weights":
        store_weights_as_halves(model)
    elif precision == "int8":
        store_weights_as_halves(model, KEPT_SHARE)
        store_weights_as_integers(model)


def _shorten(model: onnx_ir.Model) -> None:
    """Fewer operations for the same result: small models spend more time between operations than in them."""
    split_attention(model.graph)
    split_group_norms(model.graph)
    CommonSubexpressionEliminationPass()(model)
    RemoveUnusedNodesPass()(model)


def _expected(graph: Graph) -> npt.NDArray[np.float32]:
    with torch.no_grad():
        output: npt.NDArray[np.float32] = graph.module(**_first_rows(graph)).numpy()
    return output


def _first_rows(graph: Graph) -> dict[str, torch.Tensor]:
    inputs = {**graph.inputs, **graph.control}
    return {name: value if name in graph.shared else value[:1] for name, value in inputs.items()}


def _verify(
    path: Path, inputs: Mapping[str, torch.Tensor], expected: npt.NDArray[np.float32], tolerance: float
) -> None:
    options = onnxruntime.SessionOptions()
    # The graph as it is written, one tensor restored at a time: folding would hold every weight once more in float32.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    fed = {name: value.numpy() for name, value in inputs.items()}
    tells_attention = TOKEN_GROUPS in {node.name for node in session.get_inputs()}
    if tells_attention:  # all tokens in one group take all attention
        fed[TOKEN_GROUPS] = np.ones((1, fed["encoder_hidden_states"].shape[1], 1), np.float32)
    found, *attention = session.run(None, fed)
    if tells_attention and not np.allclose(attention[0], 1.0, atol=tolerance):
        raise ValueError(f"{path.name}: {GROUP_ATTENTION} of all tokens together must be 1 everywhere")
    difference = float(np.abs(found - expected).max()) / max(1.0, float(np.abs(expected).max()))
    if not difference <= tolerance:
        raise ValueError(f"{path.name}: the exported graph differs from torch by {difference:.2g} of {tolerance:g}")
