"""Rows follow the published columns and say only what can be seen; data sets appear whole and resume."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
from PIL import Image

from engine.description import Group, parse
from engine.description.wording.caption import SLOTS, Phrase, compose, row_phrases
from engine.description.wording.synonyms import BEARD_SYNONYMS, HAIR_SYNONYMS, SYNONYMS
from engine.train.data.labels import joint_labels
from engine.train.data.samples import Folder, read_labels, read_picture
from engine.train.figures import (
    HAIR_COLOURS,
    SIZES,
    Drawing,
    Figure,
    draw_figure,
    figure_row,
    sample_figure,
    write_figures,
)
from engine.train.figures.attributes import DYED
from engine.train.figures.cloth import Item
from engine.train.recipe.data import DataConfig


@pytest.fixture(scope="module")
def rows() -> list[tuple[Figure, Drawing, dict[str, Any]]]:
    figures = [sample_figure(seed) for seed in range(200, 320)]
    drawings = [draw_figure(figure) for figure in figures]
    return [(f, d, figure_row(f, d)) for f, d in zip(figures, drawings, strict=True)]


def test_a_row_has_twenty_slots_and_survives_json(rows: list[tuple[Figure, Drawing, dict[str, Any]]]) -> None:
    for figure, _, row in rows:
        assert len(row["aa_text"]) == len(row["aa_ids"]) == len(SLOTS) == 20
        assert (row["width"], row["height"]) in SIZES
        assert row["person_type"] == figure.framing
        assert json.loads(json.dumps(row)) == row
        for text, ids in zip(row["aa_text"], row["aa_ids"], strict=True):
            assert (text is None) == (ids is None)
            assert text is None or (all(text.values()) and set(ids) <= set(range(18)))


def test_what_a_row_says_of_the_body_is_in_its_label_map(rows: list[tuple[Figure, Drawing, dict[str, Any]]]) -> None:
    for figure, drawing, row in rows:
        shown = set(np.unique(drawing.labels).tolist())
        for slot, ids in enumerate(row["aa_ids"]):
            if ids is not None:
                assert shown & set(ids), (figure.seed, slot)
        for entry in row["extra"]:
            assert shown & set(entry["ids"]), (figure.seed, entry["text"])


def test_what_is_out_of_the_frame_is_not_said(rows: list[tuple[Figure, Drawing, dict[str, Any]]]) -> None:
    for _, drawing, row in rows:
        for item, slot, name in ((Item.FOOTWEAR, 9, "footwear"), (Item.BOTTOM, 8, "bottom"), (Item.TOP, 6, "top")):
            said = row["aa_text"][slot] is not None
            assert said == (f"{name} color" in row["attributes"])
            assert not said or drawing.visible(item) > 0
    headshots = [row for figure, _, row in rows if figure.framing == "headshot"]
    assert headshots
    assert all(row["aa_text"][8] is None and row["aa_text"][9] is None for row in headshots)


def test_covered_hair_is_not_said(rows: list[tuple[Figure, Drawing, dict[str, Any]]]) -> None:
    scarves = [row for figure, _, row in rows if figure.headwear and figure.headwear.type == "headscarf"]
    assert scarves
    for row in scarves:
        assert row["aa_text"][3] is None
        assert "hair color" not in row["attributes"]


def test_the_truth_is_the_figure(rows: list[tuple[Figure, Drawing, dict[str, Any]]]) -> None:
    for figure, _, row in rows:
        truth = row["attributes"]
        assert truth["background"] == figure.background
        for name in ("top", "dress", "bottom", "footwear", "outerwear", "headwear", "bag", "belt", "neckwear"):
            garment = getattr(figure, name)
            assert truth.get(f"{name} color") in (None, garment.colour if garment else None)


@pytest.mark.parametrize("style", ["list", "prose"])
def test_captions_say_every_phrase_of_a_figure_at_its_span(
    rows: list[tuple[Figure, Drawing, dict[str, Any]]], style: Any
) -> None:
    for figure, _, row in rows:
        phrases = row_phrases(row)
        caption = compose(phrases, style, random.Random(figure.seed))
        assert sorted(span.phrase for span in caption.spans) == list(range(len(phrases)))
        end = 0
        for span in sorted(caption.spans, key=lambda span: span.start):
            assert end <= span.start < span.end <= len(caption.text)
            end = span.end
            words = caption.text[span.start : span.end].lower()
            assert words == words.strip(" ,.")
            for key, value in phrases[span.phrase].attributes:
                if key in ("color", "hair color"):
                    forms = (value, *SYNONYMS.get(value, ()), *HAIR_SYNONYMS.get(value, ()))
                    assert any(form in words for form in forms), (words, value)
        assert {phrase.group for phrase in phrases} >= {Group.SHOT, Group.PERSON, Group.BACKGROUND}


def test_the_parser_finds_the_groups_of_everyday_captions(rows: list[tuple[Figure, Drawing, dict[str, Any]]]) -> None:
    right = total = 0
    for figure, _, row in rows:
        rng = random.Random(figure.seed)
        for share in (0.4, 0.7, 1.0):
            phrases = [phrase for phrase in row_phrases(row) if rng.random() < share]
            caption = compose(phrases, "everyday", rng)
            found = parse(caption.text).spans
            end = 0
            for span in caption.spans:
                assert end <= span.start < span.end <= len(caption.text)
                end = span.end
                group = phrases[span.phrase].group
                # "a slim woman" is one phrase to the parser, about a person.
                same = {group, Group.PERSON} if group is Group.BODY else {group}
                shared = [(min(s.end, span.end) - max(s.start, span.start), s.group) for s in found]
                right += max(shared, default=(0, None))[1] in same if max(shared, default=(0, ""))[0] > 0 else 0
                total += 1
    assert total > 2000 and right / total > 0.95


@pytest.fixture(scope="module")
def grown() -> list[tuple[Figure, Phrase]]:
    """Bearded figures and what their rows say of the beard; the picture has no part in that."""
    drawing = draw_figure(sample_figure(0))
    figures = [figure for figure in map(sample_figure, range(3000)) if figure.facial_hair]
    said = [(figure, row_phrases(figure_row(figure, drawing))) for figure in figures]
    return [
        (figure, phrase)
        for figure, phrases in said
        for phrase in phrases
        if phrase.group is Group.FACE and figure.facial_hair in phrase.words
    ]


def test_half_of_the_beards_are_told_with_their_own_colour(grown: list[tuple[Figure, Phrase]]) -> None:
    coloured = [(figure, phrase) for figure, phrase in grown if "color" in dict(phrase.attributes)]
    assert 0.44 < len(coloured) / len(grown) < 0.56
    for figure, phrase in coloured:
        assert phrase.words == (figure.beard_colour, figure.facial_hair)
        assert phrase.labels == ("face", f"color={figure.beard_colour}", f"face={figure.facial_hair}")
        assert f"face:color={figure.beard_colour}" in joint_labels(phrase)
    assert any(figure.beard_colour != figure.hair.colour for figure, _ in coloured)
    again = [figure_row(figure, draw_figure(figure))["extra"] for figure, _ in grown[:3] for _ in range(2)]
    assert again[::2] == again[1::2]


def test_the_colour_of_a_beard_is_no_answer(rows: list[tuple[Figure, Drawing, dict[str, Any]]]) -> None:
    for figure, _, row in rows:
        assert row["attributes"].get("facial hair", "") == figure.facial_hair
        assert not any("beard" in key for key in row["attributes"])


@pytest.mark.parametrize(("style", "with_article"), [("list", False), ("prose", True), ("everyday", True)])
def test_a_coloured_beard_is_written_as_one_phrase(
    grown: list[tuple[Figure, Phrase]], style: Any, with_article: bool
) -> None:
    person = Phrase(group=Group.PERSON, attributes=(("age", "elderly"),), noun="male", slot=0)
    articles = 0
    for figure, phrase in grown[:200]:
        caption = compose((person, phrase), style, random.Random(figure.seed))
        (span,) = [span for span in caption.spans if span.phrase == 1]
        words = caption.text[span.start : span.end].lower()
        colours = (figure.beard_colour, *BEARD_SYNONYMS.get(figure.beard_colour, ()), *SYNONYMS.get("blonde", ()))
        noun = next(noun for noun in ("full beard", "beard", "moustache", "mustache") if words.endswith(noun))
        bare = words.removesuffix(noun).removeprefix("an ").removeprefix("a ").strip()
        assert bare in (colours if "color" in dict(phrase.attributes) else ("",)), words
        articles += words.startswith(("a ", "an "))
    assert (articles > 120) == with_article and (articles == 0) != with_article


@pytest.mark.parametrize("noun", ["beard", "full beard", "moustache", "mustache"])
def test_the_parser_gives_a_beard_its_colour(noun: str) -> None:
    for value in HAIR_COLOURS.keys() - set(DYED):
        for colour in (value, *BEARD_SYNONYMS.get(value, ()), *SYNONYMS["blonde"]):
            for text in (f"a man with a {colour} {noun}", f"old man, {colour} {noun}, black hair, a red shirt"):
                parsed = parse(text)
                (face,) = [text[span.start : span.end] for span in parsed.spans if span.group is Group.FACE]
                assert face.removeprefix("a ") == f"{colour} {noun}"


def test_a_data_set_is_read_back(tmp_path: Path) -> None:
    progress: list[int] = []
    assert write_figures(tmp_path, 3, seed=40, workers=1, progress=progress.append) == 3
    assert sum(progress) == 3
    (file,) = (tmp_path / "label").iterdir()
    assert parquet.read_table(file).column("seed").to_pylist() == [40, 41, 42]
    for seed, sample in zip(range(40, 43), Folder(DataConfig(folder=tmp_path)).samples, strict=True):
        figure = sample_figure(seed)
        drawing = draw_figure(figure)
        assert np.array_equal(read_picture(sample), drawing.image)
        assert np.array_equal(read_labels(sample), drawing.labels)
        assert sample.phrases == row_phrases(figure_row(figure, drawing))
        with Image.open(sample.labels) as labels:
            assert labels.mode == "L"


def test_a_finished_data_set_is_kept(tmp_path: Path) -> None:
    write_figures(tmp_path, 2, seed=0)
    picture = next((tmp_path / "images").iterdir())
    picture.write_bytes(b"untouched")
    progress: list[int] = []
    write_figures(tmp_path, 2, seed=0, progress=progress.append)
    assert progress == [2]
    assert picture.read_bytes() == b"untouched"


def test_a_data_set_of_those_who_wear_much_leaves_out_the_others(tmp_path: Path) -> None:
    optional = ("dress", "outerwear", "legwear", "belt", "neckwear", "bag")
    progress: list[int] = []
    count = write_figures(tmp_path, 60, seed=900, progress=progress.append, least_worn=2)
    (file,) = (tmp_path / "label").iterdir()
    rows = parquet.read_table(file).to_pylist()
    expected = []
    for seed in range(900, 960):
        figure = sample_figure(seed)
        truth = figure_row(figure, draw_figure(figure))["attributes"]
        if sum(f"{name} type" in truth for name in optional) >= 2:
            expected.append(seed)
    assert [row["seed"] for row in rows] == expected
    assert 0 < count == len(expected) < 60
    assert sum(progress) == 60
    assert len(list((tmp_path / "images").iterdir())) == len(list((tmp_path / "parsing").iterdir())) == count
    assert write_figures(tmp_path, 60, seed=900, least_worn=2) == count  # kept
    write_figures(tmp_path, 2, seed=0)  # others are added
    assert len(Folder(DataConfig(folder=tmp_path)).samples) == count + 2


class Interrupted(Exception):
    """The user pressed a key."""


def test_an_interrupted_run_leaves_no_label_file_and_continues(tmp_path: Path) -> None:
    def interrupt(_: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        write_figures(tmp_path, 2, seed=9, progress=interrupt)
    assert list((tmp_path / "label").iterdir()) == []
    (tmp_path / "label" / ".figures_0_9_2.parquet.x1.parquet").write_bytes(b"half a file")  # as after a power cut
    write_figures(tmp_path, 2, seed=9)
    assert [file.name for file in (tmp_path / "label").glob("[!.]*")] == ["figures_0_9_2.parquet"]
    assert len(Folder(DataConfig(folder=tmp_path)).samples) == 2


@pytest.mark.parametrize(("arguments", "name"), [((0, 0, 1), "num"), ((1, -1, 1), "seed"), ((1, 0, 0), "workers")])
def test_wrong_numbers_are_refused_before_anything_is_written(
    tmp_path: Path, arguments: tuple[int, int, int], name: str
) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected at least"):
        write_figures(tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()
