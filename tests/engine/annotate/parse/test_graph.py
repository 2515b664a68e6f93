"""Graphs that a user brings as parsers: what their labels count as, how a picture goes in, and what is refused."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper
from PIL import Image

from engine.annotate.parse.graph import GraphParser
from engine.annotate.parse.parser import ATR_LABELS
from engine.errors import BundleError, EngineError

COLOURS = ["background", "hat", "hair", "pants"]  # what black, red, green and blue count as
SIDE = 8


def graph(path: Path, labels: int = len(COLOURS)) -> None:
    """Each label's plane is one colour of the picture, and black's a little above nothing; "edges" comes first."""
    weights = np.zeros((labels, 3, 1, 1), np.float32)
    weights[1:4, :, 0, 0] = np.eye(3, dtype=np.float32)[: labels - 1]
    bias = np.array([0.2] + [0.0] * (labels - 1), np.float32)
    constants = [
        helper.make_tensor(name, TensorProto.FLOAT, value.shape, value.ravel())
        for name, value in (("weights", weights), ("bias", bias))
    ]
    nodes = [
        helper.make_node("Conv", ["image", "weights", "bias"], ["planes"]),
        helper.make_node("Neg", ["planes"], ["edges"]),
    ]
    given = helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 3, SIDE, SIDE))
    told = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, labels, SIDE, SIDE)) for name in ("edges", "planes")
    ]
    made = helper.make_graph(nodes, "parser", [given], told, constants)
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=9), path)


def described(folder: Path, **told: object) -> Path:
    graph(folder / "p.onnx")
    fields = {"name": "mine", "graph": "p.onnx", "side": SIDE, "labels": COLOURS, "output": "planes"}
    (folder / "p.json").write_text(json.dumps({**fields, **told}), encoding="utf-8")
    return folder / "p.json"


def stripes(height: int = 40, width: int = 24) -> np.ndarray:
    """Red above, blue below, and black at the right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2, 0] = 255
    pixels[height // 2 :, : width // 2, 2] = 255
    return pixels


def middles(labels: np.ndarray) -> list[int]:
    """The labels in the middle of each quarter."""
    height, width = labels.shape
    return [int(labels[y * height // 4, x * width // 4]) for y in (1, 3) for x in (1, 3)]


def test_labels_count_as_what_the_file_says(tmp_path: Path) -> None:
    parser = GraphParser.load(described(tmp_path))
    labels = parser.labels(stripes())
    assert (labels.shape, labels.dtype, parser.name) == ((40, 24), np.uint8, "mine p.onnx")
    assert middles(labels) == [1, 0, 6, 0]
    both = GraphParser.load(described(tmp_path, labels=["background", "Upper_clothes", "hair", "upper-clothes"]))
    assert middles(both.labels(stripes())) == [4, 0, 4, 0], "two of a graph's labels may count as one"


def test_channels_may_be_the_other_way_round(tmp_path: Path) -> None:
    assert middles(GraphParser.load(described(tmp_path, channels="bgr")).labels(stripes())) == [6, 0, 1, 0]


def test_a_padded_picture_comes_back_to_its_own_size(tmp_path: Path) -> None:
    padded = GraphParser.load(described(tmp_path, fit="pad"))
    for size in ((64, 16), (16, 64), (40, 40)):
        labels = padded.labels(stripes(*size))
        assert labels.shape == size and middles(labels) == [1, 0, 6, 0]


def test_planes_are_brought_to_the_pictures_size_as_torch_does_it(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    small = np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR), np.float32) / 255
    planes = torch.cat([torch.full((1, 1, SIDE, SIDE), 0.2), torch.from_numpy(small).permute(2, 0, 1)[None]], 1)
    whole = torch.nn.functional.interpolate(planes, size=(48, 48), mode="bilinear")[0]
    parser = GraphParser.load(described(tmp_path, labels=list(ATR_LABELS[:4])))
    assert (parser.labels(pixels) == whole.argmax(0).numpy()).mean() > 0.99


def test_a_segformers_export_is_read_as_its_folder_says(tmp_path: Path) -> None:
    graph(tmp_path / "model.onnx", len(ATR_LABELS))
    names = {str(number): name.capitalize() for number, name in enumerate(ATR_LABELS)}
    (tmp_path / "config.json").write_text(json.dumps({"id2label": names}), encoding="utf-8")
    with pytest.raises(EngineError):  # without a word on it a SegFormer's side is 512
        GraphParser.load(tmp_path).labels(stripes())
    told = {"size": {"height": SIDE, "width": SIDE}, "image_mean": [0.0] * 3, "image_std": [-1.0] * 3}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(told), encoding="utf-8")
    assert middles(GraphParser.load(tmp_path).labels(stripes())) == [1, 1, 3, 1], "edges are what it gives first"
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "cape"}}), encoding="utf-8")
    with pytest.raises(ValueError, match="labels must be background, hat.*cape"):
        GraphParser.load(tmp_path)
    (tmp_path / "config.json").unlink()
    with pytest.raises(ValueError, match="must name labels in id2label"):
        GraphParser.load(tmp_path)


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"labels": ["cape"] * 4}, "labels must be of background.*got 'cape'"),
        ({"channels": "hsv"}, "channels must be rgb or bgr, got 'hsv'"),
        ({"fit": "crop"}, "fit must be stretch or pad, got 'crop'"),
        ({"output": "masks"}, "has no output 'masks'; it has edges, planes"),
        ({"graph": "q.onnx"}, "q.onnx"),
        ({"labels": COLOURS[:3]}, r"must give \[1, 3, h, w\], it gave \[1, 4, 8, 8\]"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, told: dict[str, object], says: str) -> None:
    with pytest.raises((ValueError, BundleError), match=says):
        GraphParser.load(described(tmp_path, **told)).labels(stripes())
