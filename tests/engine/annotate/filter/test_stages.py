"""Each stage refuses what it is there for, with its reason, and lets the rest pass."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image, ImageFilter

from engine.annotate.detectors.boxes import Box
from engine.annotate.detectors.people import Person
from engine.annotate.filter.classifiers import Classifier, ClassifierFile
from engine.annotate.filter.decoding import pixels_of
from engine.annotate.filter.duplicates import look_of
from engine.annotate.filter.embeddings import Embedding, NearEmbeddings
from engine.annotate.filter.one_person import OnePerson, PersonPixels, largest_share
from engine.annotate.filter.resolution import Resolution
from engine.annotate.filter.sharpness import Sharpness, sharpness
from engine.annotate.filter.stage import Looked, Stage
from engine.annotate.pool.store import LIMITS
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused


def looked(pixels: np.ndarray, size: tuple[int, int] | None = None) -> Looked:
    width, height = size or (pixels.shape[1], pixels.shape[0])
    picture = PoolPicture(id="a" * 64, path=Path("a"), width=width, height=height, source="x", licence="y")
    return Looked(picture=picture, pixels=pixels)


def reason(stage: Stage, of: Looked) -> str | None:
    try:
        stage.check(of)
    except Refused as refused:
        return refused.reason
    return None


GREY = np.full((64, 48, 3), 128, np.uint8)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((512, 512), None), ((511, 900), "too_small"), ((600, 1801), "too_long"), ((1800, 600), None)],
)
def test_resolution(size: tuple[int, int], expected: str | None) -> None:
    assert reason(Resolution(), looked(GREY, size)) == expected


def test_sharpness_falls_with_blur_and_not_with_a_soft_background() -> None:
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (40, 30, 3), dtype=np.uint8)).resize((300, 400), 0)
    values = [sharpness(np.asarray(noise.filter(ImageFilter.GaussianBlur(radius)))) for radius in (0, 1, 3, 8)]
    assert values == sorted(values, reverse=True) and values[0] > 4 * values[2]
    portrait = noise.filter(ImageFilter.GaussianBlur(8))
    portrait.paste(noise.crop((100, 100, 240, 300)), (100, 100))
    assert sharpness(np.asarray(portrait)) > 0.5 * values[0]
    assert reason(Sharpness(), looked(np.asarray(noise.filter(ImageFilter.GaussianBlur(12))))) == "blurred"
    assert reason(Sharpness(), looked(np.asarray(noise))) is None
    assert sharpness(GREY[:4]) == 0.0


def test_a_look_outlives_what_copies_go_through(picture) -> None:
    image = Image.open(io.BytesIO(picture(3, size=(300, 400)))).convert("RGB")
    look = int(look_of(np.asarray(image)), 16)
    for copy in (image.resize((150, 200)), image.filter(ImageFilter.GaussianBlur(2)), image.point(lambda x: x * 0.9)):
        assert (look ^ int(look_of(np.asarray(copy.convert("RGB"))), 16)).bit_count() <= 6
    other = Image.open(io.BytesIO(picture(4, size=(300, 400)))).convert("RGB")
    assert (look ^ int(look_of(np.asarray(other)), 16)).bit_count() > 12


class Told:
    """A detector that finds heads of these heights."""

    def __init__(self, *heights: float) -> None:
        self._heights = sorted(heights, reverse=True)

    def people(self, picture: np.ndarray) -> list[Person]:
        boxes = [
            Box(edges=(0, 0, 10, height), score=1, points=np.zeros((0, 2), np.float32)) for height in self._heights
        ]
        return [Person(head=box, found_by=("face",)) for box in boxes]


@pytest.mark.parametrize(
    ("heights", "expected"),
    [
        ((), "no_person"),
        ((20,), None),
        ((1,), "person_too_small"),
        ((20, 10), "several_people"),
        ((20, 5), None),  # far behind
    ],
)
def test_exactly_one_person_large_enough(heights: tuple[float, ...], expected: str | None) -> None:
    assert reason(OnePerson(detector=Told(*heights)), looked(GREY)) == expected


class Drawn:
    """A masker that finds what is white."""

    def mask(self, picture: np.ndarray) -> np.ndarray:
        return picture[..., 0] == 255


def test_the_persons_pixels_are_enough_and_of_one_piece() -> None:
    stage, picture = PersonPixels(masker=Drawn()), GREY.copy()
    assert reason(stage, looked(picture)) == "person_too_small"
    picture[10:40, 5:25] = 255
    assert reason(stage, looked(picture)) is None
    picture[10:40, 30:45] = 255
    assert reason(stage, looked(picture)) == "several_pieces"
    assert largest_share(picture[..., 0] == 255) == pytest.approx(20 / 35)
    assert largest_share(np.zeros((3, 3), bool)) == 0


def classifier(folder: Path, **told: Any) -> Path:
    """A classifier whose chance of `red` is high where a picture is red: its logits are 10 R and 10 B in the mean."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, (2, 3), [10, 0, 0, 0, 0, 10])
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Gemm", ["mean", "w"], ["logits"], transB=1),
    ]
    shape = helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 3, 8, 8))
    answer = helper.make_tensor_value_info("logits", TensorProto.FLOAT, (1, 2))
    graph = helper.make_graph(nodes, "classifier", [shape], [answer], [weights])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9), folder / "c.onnx")
    path = folder / "c.json"
    fields = {"name": "colour", "graph": "c.onnx", "side": 8, "labels": ["red", "blue"], "refuse": {"red": 0.9}}
    path.write_text(json.dumps({**fields, **told}), encoding="utf-8")
    return path


def test_a_classifier_that_a_user_brings_is_a_stage(tmp_path: Path) -> None:
    stage = Classifier.load(classifier(tmp_path))
    red, blue = np.zeros((20, 30, 3), np.uint8), np.zeros((20, 30, 3), np.uint8)
    red[..., 0] = blue[..., 2] = 255
    assert (stage.name, reason(stage, looked(red)), reason(stage, looked(blue))) == ("colour", "colour_red", None)
    seen = looked(blue)
    stage.check(seen)
    assert seen.found["colour"] == {"red": pytest.approx(0, abs=1e-3), "blue": pytest.approx(1, abs=1e-3)}
    sigmoid = Classifier.load(classifier(tmp_path, output="sigmoid", refuse={"blue": 0.5}))
    assert sigmoid.chances(red) == {"red": pytest.approx(1, abs=1e-3), "blue": 0.5}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"refuse": {"green": 0.5}}, "refuse names 'green'"),
        ({"output": "logits"}, "output must be of"),
        ({"std": [0, 1, 1]}, "std without 0"),
        ({"threshold": 1}, "unknown threshold"),
        ({"side": "x"}, "describes no graph for pictures"),
    ],
)
def test_a_wrong_description_of_a_classifier_is_refused(tmp_path: Path, told: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ClassifierFile.read(classifier(tmp_path, **told))


def test_pictures_are_decoded_as_people_see_them(tmp_path: Path, pool, picture) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    made = Image.open(io.BytesIO(picture(1))).convert("RGB")
    cmyk, upright = io.BytesIO(), io.BytesIO()
    made.convert("CMYK").save(cmyk, "JPEG", quality=95)
    made.save(upright, "JPEG", quality=95, exif=exif.tobytes())
    from engine.annotate.pool.origin import Origin

    kept = [pool.add(file.getvalue(), Origin(source="x", key=str(key))) for key, file in enumerate((cmyk, upright))]
    first, turned = (pixels_of(each, LIMITS) for each in kept)
    assert first.shape == (64, 48, 3) and np.abs(first.astype(int) - np.asarray(made)).mean() < 6
    assert turned.shape == (48, 64, 3)
    assert np.abs(turned.astype(int) - np.asarray(made.rotate(-90, expand=True))).mean() < 6
    assert pixels_of(kept[0], LIMITS, most_side=32).shape == (32, 24, 3)
    with pytest.raises(Refused) as caught:
        pixels_of(replace(kept[0], path=tmp_path / "gone.jpg"), LIMITS)
    assert caught.value.reason == "unreadable"


def test_an_encoder_that_a_user_brings_finds_near_copies(tmp_path: Path) -> None:
    path = classifier(tmp_path)
    told = {"name": "clip", "graph": "c.onnx", "side": 8, "same": 0.99}
    path.write_text(json.dumps(told), encoding="utf-8")
    stage = Embedding.load(path)
    red, dark, blue = (looked(np.zeros((20, 30, 3), np.uint8)) for _ in range(3))
    red.pixels[..., 0], dark.pixels[..., 0], blue.pixels[..., 2] = 255, 90, 255
    for each in (red, dark, blue):
        stage.check(each)
    near = NearEmbeddings(stage.file)
    near.check(red.found)
    near.keep(red.found, "red")
    near.check(blue.found)
    near.keep(blue.found, "blue")
    with pytest.raises(Refused, match="1.000 to red"):
        near.check(dark.found)
    for number in range(2000):
        near.keep(red.found, str(number))
    with pytest.raises(Refused):
        near.check(blue.found)
    path.write_text(json.dumps({**told, "same": 2}), encoding="utf-8")
    with pytest.raises(ValueError, match="same must be a cosine"):
        Embedding.load(path)
