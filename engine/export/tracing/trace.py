"""Traces a torch module into an ONNX model, once for all graphs that differ in their weights alone.

A trace takes most of an export's time: PyTorch works out every size of every operation. The UNet of few steps has the
UNet's operations, so it gets the UNet's trace with its own weights in it.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from typing import TypeAlias

import onnx_ir
import torch
from onnx_ir import tensor_adapters

from engine.export.tracing.origins import forget_origins
from engine.pipeline_folder.graphs import Graph

# From 23 on attention leaves the exporter whole, from 20 on GELU, from 21 on group normalisation.
OPSET = 23
#: How many traces are kept, without weights: the UNet's and that of the UNet with adapters.
_KEPT = 2

_Kind: TypeAlias = tuple[object, ...]
_traces: OrderedDict[_Kind, onnx_ir.Model] = OrderedDict()


def trace(graph: Graph) -> onnx_ir.Model:
    """The operations of a graph with its weights, folded where they can be before a picture is asked for."""
    kind = _kind_of(graph)
    kept = _traces.get(kind) if kind else None
    model = _with_weights(kept, graph.module) if kept is not None else _traced(graph)
    if kind and kept is None and model.graph.initializers.keys() == graph.module.state_dict().keys():
        _traces[kind] = _without_weights(model)
        while len(_traces) > _KEPT:
            _traces.popitem(last=False)
    program = torch.onnx.ONNXProgram(model, None)
    program.optimize()
    forget_origins(program.model)
    return program.model


def _kind_of(graph: Graph) -> _Kind:
    """The same for two graphs that have the same operations; empty where nothing says so."""
    if not graph.form:
        return ()
    inputs = tuple((name, tuple(value.shape), value.dtype) for name, value in graph.inputs.items())
    weights = tuple((name, tuple(value.shape), value.dtype) for name, value in graph.module.state_dict().items())
    return type(graph.module), graph.form, inputs, weights, repr(graph.dynamic), graph.output_name


def _traced(graph: Graph) -> onnx_ir.Model:
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The exporter warns of its own deprecations, a page for each graph.
        program = torch.onnx.export(
            graph.module,
            kwargs=dict(graph.inputs),
            dynamo=True,
            dynamic_shapes=dict(graph.dynamic),
            opset_version=OPSET,
            input_names=list(graph.inputs),
            output_names=[graph.output_name],
            optimize=False,
            verbose=False,
        )
    assert program is not None
    model: onnx_ir.Model = program.model
    return model


def _without_weights(model: onnx_ir.Model) -> onnx_ir.Model:
    """A copy that holds no tensor of the module in memory."""
    copy = model.clone()
    for value in copy.graph.initializers.values():
        value.const_value = None
    return copy


def _with_weights(kept: onnx_ir.Model, module: torch.nn.Module) -> onnx_ir.Model:
    model = kept.clone()
    for name, tensor in module.state_dict().items():
        model.graph.initializers[name].const_value = tensor_adapters.TorchTensor(tensor, name=name)
    return model
