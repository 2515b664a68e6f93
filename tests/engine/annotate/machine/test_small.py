"""The small annotator learns colours from a few answers, whatever garment they are of, and is kept in a file."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.annotate.machine.annotator import Asked, Shown
from engine.annotate.machine.features import NUM_FEATURES, features
from engine.annotate.machine.small import SmallAnnotator, SmallLearner
from engine.annotate.protocol.attributes import BY_NAME, UNSURE
from engine.annotate.protocol.gates import masks_of_labels
from engine.annotate.records import Answer
from engine.train.figures.attributes import COLOURS

NAMES = ("black", "red", "yellow", "blue")


def picture(number: int) -> tuple[Shown, str, str]:
    """A top and trousers in two colours."""
    rng = np.random.default_rng(number)
    top, bottom = (NAMES[at] for at in rng.integers(len(NAMES), size=2))
    labels = np.zeros((48, 32), np.uint8)
    labels[10:28, 8:24], labels[28:44, 9:23] = 4, 6
    pixels = np.full((48, 32, 3), 180)
    for label, name in ((4, top), (6, bottom)):
        mask = labels == label
        pixels[mask] = np.array(COLOURS[name]) + rng.integers(-15, 16, (int(mask.sum()), 3))
    shown = Shown(id=str(number), pixels=pixels.clip(0, 255).astype(np.uint8), masks=masks_of_labels(labels))
    return shown, top, bottom


PICTURES = [picture(number) for number in range(80)]


@pytest.fixture(scope="module")
def learner() -> SmallLearner:
    return SmallLearner([shown for shown, _, _ in PICTURES])


@pytest.fixture(scope="module")
def taught(learner: SmallLearner) -> SmallAnnotator:
    """It is told the colours of 30 tops, and of six bottoms."""
    told = [Answer(picture=s.id, attribute="top color", value=top, annotator="p") for s, top, _ in PICTURES[:30]]
    told += [Answer(picture=s.id, attribute="bottom color", value=low, annotator="p") for s, _, low in PICTURES[:6]]
    told += [Answer(picture=PICTURES[0][0].id, attribute="top pattern", value=UNSURE, annotator="p")]
    return learner.learn([shown for shown, _, _ in PICTURES[:30]], told)


def test_colours_of_one_garment_teach_those_of_another(taught: SmallAnnotator) -> None:
    asked = [
        Asked(picture=shown, attributes=(BY_NAME["top color"], BY_NAME["bottom color"]))
        for shown, _, _ in PICTURES[30:]
    ]
    replies = taught.answer(asked)
    told = {(answer.picture, answer.attribute): answer.value for answer in replies.answers}
    assert len(told) == 100 and not replies.outside
    assert sum(told[s.id, "top color"] == top for s, top, _ in PICTURES[30:]) > 45
    assert sum(told[s.id, "bottom color"] == low for s, _, low in PICTURES[30:]) > 40
    assert all(0 < (answer.confidence or 0) <= 1 and answer.annotator == taught.name for answer in replies.answers)


def test_what_it_was_never_told_it_cannot_tell(taught: SmallAnnotator, learner: SmallLearner) -> None:
    asked = [Asked(picture=PICTURES[0][0], attributes=(BY_NAME["top pattern"], BY_NAME["belt type"]))]
    assert [answer.value for answer in taught.answer(asked).answers] == [UNSURE, UNSURE]
    assert learner.learn([], []).answer([]).answers == []


def test_the_same_answers_make_the_same_machine(taught: SmallAnnotator, learner: SmallLearner, tmp_path: Path) -> None:
    told = [Answer(picture=s.id, attribute="top color", value=top, annotator="p") for s, top, _ in PICTURES[:12]]
    shown = [s for s, _, _ in PICTURES[:12]]
    one, two = learner.learn(shown, told), learner.learn(shown, told)
    assert one.name == two.name != taught.name
    one.save(tmp_path / "one.safetensors")
    again = SmallAnnotator.load(tmp_path / "one.safetensors")
    asked = [Asked(picture=s, attributes=(BY_NAME["top color"],)) for s, _, _ in PICTURES[12:20]]
    assert again.name == one.name and again.answer(asked) == one.answer(asked)


@pytest.mark.parametrize("content", [None, b"", b'\x08\0\0\0\0\0\0\0{"a": 1}', "other"])
def test_a_file_that_holds_none_is_named(tmp_path: Path, content: bytes | str | None) -> None:
    path = tmp_path / "machine.safetensors"
    if content == "other":
        save_file({"looks|belt|mean": np.zeros(3, np.float32)}, path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"machine.safetensors holds no small annotator"):
        SmallAnnotator.load(path)


def test_features_are_finite_whatever_the_mask() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 16, 3), np.uint8)
    masks = {"top": np.zeros((20, 16), np.bool_), "belt": np.zeros((20, 16), np.bool_)}
    masks["top"][19, 15] = True
    for vector in features(Shown(id="p", pixels=pixels, masks=masks)).values():
        assert vector.shape == (NUM_FEATURES,) and np.isfinite(vector).all()
