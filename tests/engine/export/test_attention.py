"""Attention that splits its heads itself: the same numbers, no transposes, and nothing else touched."""

import numpy as np
import onnx_ir
import onnxruntime
import pytest
import torch
from onnx_ir.passes.common import RemoveUnusedNodesPass

from engine.export import write
from engine.export.attention import merge_heads
from engine.export.graphs import Graph

ROWS, TOKENS, WIDTH, HEADS = 2, 6, 12, 3


class Attention(torch.nn.Module):
    """As diffusers and transformers write it; with `swapped`, what follows reads the heads as they are."""

    def __init__(self, *, swapped: bool) -> None:
        super().__init__()
        self.swapped = swapped
        self.queries = torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        def heads(y: torch.Tensor) -> torch.Tensor:
            return y.view(y.shape[0], -1, HEADS, WIDTH // HEADS).transpose(1, 2)

        y = torch.nn.functional.scaled_dot_product_attention(heads(self.queries(x)), heads(context), heads(context))
        return y * 2 if self.swapped else y.transpose(1, 2).reshape(x.shape[0], -1, WIDTH) * 2


@pytest.mark.parametrize("swapped", [False, True])
def test_heads_are_merged_where_nobody_else_reads_them(swapped: bool) -> None:
    any_size = torch.export.Dim.DYNAMIC
    inputs = {"x": torch.randn(ROWS, TOKENS, WIDTH), "context": torch.randn(ROWS, TOKENS + 3, WIDTH)}
    module = Attention(swapped=swapped).eval()
    dynamic = {name: {0: any_size, 1: any_size} for name in inputs}
    graph = Graph(file="one", module=module, inputs=inputs, dynamic=dynamic, output_name="y", precision="fp32")
    model = write._export(graph).model
    assert merge_heads(model.graph) == (0 if swapped else 1)
    RemoveUnusedNodesPass()(model)
    assert ("Transpose" in {node.op_type for node in model.graph}) == swapped
    session = onnxruntime.InferenceSession(
        onnx_ir.to_proto(model).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    # Another number of rows and tokens than the example: no size may have been taken for fixed.
    x, context = torch.randn(3, 5, WIDTH), torch.randn(3, 8, WIDTH)
    [found] = session.run(None, {"x": x.numpy(), "context": context.numpy()})
    with torch.no_grad():
        np.testing.assert_allclose(found, module(x, context).numpy(), atol=1e-5)
