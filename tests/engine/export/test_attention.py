"""Attention in matrix products: the same numbers, with a mask of either kind and without, for any number of tokens."""

import numpy as np
import onnx_ir
import pytest
import torch
from onnx_ir.passes.common import RemoveUnusedNodesPass

from engine.export.attention import split_attention
from engine.export.tracing.trace import trace
from engine.pipeline_folder.graphs import Graph
from engine.sessions.runtime import onnxruntime

ROWS, TOKENS, WIDTH, HEADS = 2, 6, 12, 3


class Attention(torch.nn.Module):
    """As diffusers and transformers write it."""

    def __init__(self, mask: str) -> None:
        super().__init__()
        self.mask = mask
        self.queries = torch.nn.Linear(WIDTH, WIDTH)

    def forward(self, x: torch.Tensor, context: torch.Tensor) -> torch.Tensor:
        def heads(y: torch.Tensor) -> torch.Tensor:
            return y.view(y.shape[0], -1, HEADS, WIDTH // HEADS).transpose(1, 2)

        visible = context.sum(dim=-1)[:, None, None, :] > 0  # [R, 1, 1, M]
        masks = {"none": None, "bool": visible, "float": visible.float() * 3}
        y = torch.nn.functional.scaled_dot_product_attention(
            heads(self.queries(x)), heads(context), heads(context), attn_mask=masks[self.mask]
        )
        return y.transpose(1, 2).reshape(x.shape[0], -1, WIDTH) * 2


@pytest.mark.parametrize("mask", ["none", "bool", "float"])
def test_the_result_is_that_of_torch(mask: str) -> None:
    torch.manual_seed(0)
    inputs = {"x": torch.randn(ROWS, TOKENS, WIDTH), "context": torch.randn(ROWS, TOKENS + 3, WIDTH)}
    module = Attention(mask).eval()
    dynamic = {name: {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC} for name in inputs}
    graph = Graph(file="one", module=module, inputs=inputs, dynamic=dynamic, output_name="y", precision="fp32")
    model = trace(graph)
    assert split_attention(model.graph) == 1
    RemoveUnusedNodesPass()(model)
    assert "Attention" not in {node.op_type for node in model.graph}
    session = onnxruntime.InferenceSession(
        onnx_ir.to_proto(model).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    # Another number of rows and tokens than the example: no size may have been taken for fixed.
    x, context = torch.randn(3, 5, WIDTH), torch.randn(3, 8, WIDTH)
    [found] = session.run(None, {"x": x.numpy(), "context": context.numpy()})
    with torch.no_grad():
        np.testing.assert_allclose(found, module(x, context).numpy(), atol=1e-5)
