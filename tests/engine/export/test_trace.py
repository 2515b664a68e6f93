"""Graphs that differ in weights alone are traced once, each comes out with its own, and no weight is kept in memory."""

from typing import Any

import numpy as np
import onnx_ir
import pytest
import torch

from engine.export.tracing import trace as tracing
from engine.pipeline_folder.graphs import Graph
from engine.sessions.runtime import onnxruntime


def graph(seed: int, width: int = 6, form: str = "two layers") -> Graph:
    torch.manual_seed(seed)
    module = torch.nn.Sequential(torch.nn.Linear(width, 8), torch.nn.SiLU(), torch.nn.Linear(8, 3)).eval()
    inputs = {"input": torch.randn(2, width)}
    dynamic = {"input": {0: torch.export.Dim.DYNAMIC}}
    return Graph(file="", module=module, inputs=inputs, dynamic=dynamic, output_name="y", precision="fp32", form=form)


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What PyTorch traced, from none kept."""
    seen: list[object] = []
    export = torch.onnx.export

    def noted(module: torch.nn.Module, *arguments: Any, **settings: Any) -> Any:
        seen.append(module)
        return export(module, *arguments, **settings)

    monkeypatch.setattr(torch.onnx, "export", noted)
    monkeypatch.setattr(tracing, "_traces", type(tracing._traces)())
    return seen


def test_a_second_graph_of_a_form_has_its_own_weights_and_is_not_traced(traced: list[object]) -> None:
    graphs = [graph(0), graph(1)]
    for each in graphs:
        model = tracing.trace(each)
        session = onnxruntime.InferenceSession(
            onnx_ir.to_proto(model).SerializeToString(), providers=["CPUExecutionProvider"]
        )
        rows = torch.randn(5, 6)
        with torch.no_grad():
            np.testing.assert_allclose(
                session.run(None, {"input": rows.numpy()})[0], each.module(rows).numpy(), atol=1e-5
            )
    assert traced == [graphs[0].module]
    [kept] = tracing._traces.values()
    assert [value.const_value for value in kept.graph.initializers.values()] == [None] * 4


def test_another_shape_and_what_has_no_form_are_traced(traced: list[object]) -> None:
    graphs = [graph(0), graph(0, width=5), graph(0, form=""), graph(1, form="")]
    for each in graphs:
        tracing.trace(each)
    assert traced == [each.module for each in graphs]
    assert len(tracing._traces) == 2
