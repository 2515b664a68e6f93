"""Every precision against torch, weights beside the graph, and a graph that is too far from torch is not written."""

from pathlib import Path

import numpy as np
import onnx_ir
import pytest
import torch
from diffusers import UNet2DConditionModel

from engine.export.write import write_graph
from engine.pipeline_folder.graphs import Graph, UNet
from engine.sessions.runtime import onnxruntime

ANY = torch.export.Dim.DYNAMIC


class Layers(torch.nn.Module):
    """A convolution and a linear layer, each with more weights than are left alone."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = torch.nn.Conv2d(16, 32, 3, padding=1)
        self.linear = torch.nn.Linear(32, 64)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.conv(x).mean(dim=(2, 3)))


def layers(precision: str, module: torch.nn.Module | None = None) -> Graph:
    return Graph(
        file="layers.onnx",
        module=module or Layers(),
        inputs={"x": torch.randn(2, 16, 6, 4, generator=torch.Generator().manual_seed(1))},
        dynamic={"x": {0: ANY, 2: ANY, 3: ANY}},
        output_name="y",
        precision=precision,
    )


def run(path: Path, inputs: dict[str, torch.Tensor]) -> np.ndarray:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    output: np.ndarray = session.run(None, {name: value.numpy() for name, value in inputs.items()})[0]
    return output


def test_weights_over_the_limit_lie_beside_the_graph_as_integers(tmp_path: Path) -> None:
    graph = layers("int8")
    write_graph(lambda: graph, tmp_path, external_data_over_bytes=1000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["layers.onnx", "layers.onnx.data"]
    num_weights = 16 * 32 * 9 + 32 * 64
    assert num_weights <= (tmp_path / "layers.onnx.data").stat().st_size < 2 * num_weights
    inputs = {"x": torch.randn(3, 16, 5, 7)}
    with torch.no_grad():
        expected = graph.module(**inputs).numpy()
    np.testing.assert_allclose(run(tmp_path / "layers.onnx", inputs), expected, atol=0.02)


def test_a_graph_too_far_from_torch_is_refused(tmp_path: Path) -> None:
    module = Layers()
    with torch.no_grad():  # One huge weight, which meets zeros, takes the whole scale of every output.
        module.conv.weight[:, 0, 0, 0] = 1e6
        module.linear.weight *= 1000
    graph = layers("int8", module)
    graph.inputs["x"][:, 0] = 0
    with pytest.raises(ValueError, match=r"layers\.onnx: the exported graph differs from torch by .* of 0\.2"):
        write_graph(lambda: graph, tmp_path)


@pytest.mark.slow
def test_half_precision_computes_in_halves_and_speaks_float32(tmp_path: Path) -> None:
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=4,
        block_out_channels=(8,),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D",),
        up_block_types=("CrossAttnUpBlock2D",),
        mid_block_type=None,
        attention_head_dim=1,
        cross_attention_dim=16,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=4,
        projection_class_embeddings_input_dim=8 + 6 * 4,
        norm_num_groups=4,
    ).eval()
    inputs = {
        "sample": torch.randn(2, 4, 6, 4),
        "timesteps": torch.tensor([999.0, 5.0]),
        "encoder_hidden_states": torch.randn(2, 154, 16),
        "text_embeds": torch.randn(2, 8),
        "time_ids": torch.tensor([[1024.0, 1024, 0, 0, 1024, 1024], [1536, 768, 8, 0, 1024, 512]]),
    }
    rows = {name: {0: ANY} for name in inputs}
    dynamic = rows | {"encoder_hidden_states": {0: ANY, 1: ANY}}  # sides that change cost half a minute
    with torch.no_grad():
        expected = UNet(unet)(**inputs).numpy()
    graph = Graph(
        file="unet.onnx", module=UNet(unet.half()), inputs=inputs, dynamic=dynamic, output_name="y", precision="fp16"
    )
    write_graph(lambda: graph, tmp_path)
    written = onnx_ir.load(tmp_path / "unet.onnx")
    assert {value.dtype for value in (*written.graph.inputs, *written.graph.outputs)} == {onnx_ir.DataType.FLOAT}
    kinds = {node.outputs[0].dtype for node in written.graph if node.op_type in ("Conv", "MatMul", "Gemm")}
    assert kinds == {onnx_ir.DataType.FLOAT16}
    found = run(tmp_path / "unet.onnx", inputs)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=0.02)
