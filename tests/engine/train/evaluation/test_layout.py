"""Layout by a parser that is right by colour: held against figures, at their size, and refused where there is none."""

from pathlib import Path

import numpy as np
import pytest

from engine.regions.items import ITEM_CLASSES
from engine.train.evaluation.command import Options, run
from engine.train.evaluation.layout import measure_layout, open_parser
from engine.train.evaluation.unseen_figures import make_case
from engine.train.figures import draw_figure, sample_figure
from engine.train.parser.presence import Said

SEEDS = (1_000_000, 1_000_001)


class Knowing:
    """A parser that knows the answer, but takes all hair for a hat."""

    def label_map(self, picture: np.ndarray) -> np.ndarray:
        for seed in SEEDS:
            drawing = draw_figure(sample_figure(seed))
            if drawing.image.shape == picture.shape and (drawing.image == picture).all():
                labels = drawing.items.copy()
                labels[labels == ITEM_CLASSES.index("hair")] = ITEM_CLASSES.index("headwear")
                return labels
        return np.zeros(picture.shape[:2], np.uint8)


def test_the_figures_keep_to_themselves() -> None:
    pictures = [draw_figure(sample_figure(seed)).image for seed in SEEDS]
    report = measure_layout(Knowing(), SEEDS, pictures)  # type: ignore[arg-type]
    found = report.as_json()
    assert found["pictures"] == 2 and found["person"] == 1.0
    assert report.overlap.by_class()["skin"] == 1.0 and report.overlap.by_class()["hair"] == 0.0
    assert "person                 100.0%" in report.text()
    swapped = measure_layout(Knowing(), SEEDS, [np.zeros_like(each) for each in pictures])  # type: ignore[arg-type]
    assert swapped.overlap.person() == 0.0


def test_what_is_named_is_looked_for_where_words_are_given() -> None:
    pictures = [draw_figure(sample_figure(seed)).image for seed in SEEDS]
    said = [Said.by(make_case(seed).phrases) for seed in SEEDS]
    report = measure_layout(Knowing(), SEEDS, pictures, said)  # type: ignore[arg-type]
    assert report.presence is not None
    classes = report.as_json()["presence"]["classes"]  # type: ignore[index]
    assert classes["hair"]["named"] == 2 and classes["hair"]["named_there"] == 0  # it takes hair for hats
    assert classes["headwear"]["unnamed_there"] == 1  # and one of the two has one
    assert "of what is named" in report.text()


def test_a_bundle_without_a_parser_measures_no_layout(bundle: Path, parsing_bundle: Path) -> None:
    assert open_parser(parsing_bundle).classes == ITEM_CLASSES
    with pytest.raises(ValueError, match="--layout needs a parser, and the bundle .* has none"):
        open_parser(bundle)
    with pytest.raises(ValueError, match=r"manifest\.json: missing"):
        open_parser(bundle / "nowhere")


def test_photographs_have_no_figures(parsing_bundle: Path, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    class Viewer:
        name = "blind"

    options = Options(images=tmp_path, layout=parsing_bundle, vlm="x")
    assert run(options, load_endpoint=lambda *_: Viewer()) == 2  # type: ignore[arg-type,return-value]
    assert "--layout holds pictures against the figures they are of" in caplog.text
