"""Figures for the judge are drawn once, carry their right answers, and are softened without changing what they show."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL

from engine.train.figures import draw_figure, figure_row, sample_figure
from engine.train.figures.cloth import Item
from engine.train.judge.data import (
    FACE,
    UNDECIDED,
    Shelf,
    as_input,
    batches,
    compress,
    decoded,
    draw_one,
    region_of,
    shelves,
    soften,
)
from engine.train.questions.table import ABSENT, BY_KEY, QUESTIONS, right_answer

FIRST = 2_999_000


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Shelf]]:
    cache = tmp_path_factory.mktemp("cache")
    return cache, shelves(FIRST, 12, cache)


def test_answers_are_those_of_the_figure() -> None:
    figure = sample_figure(FIRST)
    drawing = draw_figure(figure)
    image, answers, _ = draw_one(FIRST)
    assert np.array_equal(image, drawing.image)
    truth = figure_row(figure, drawing)["attributes"]
    assert isinstance(truth, dict)
    for question, answer in zip(QUESTIONS, answers, strict=True):
        right = right_answer(question, truth)
        if answer == UNDECIDED:
            assert right in (None, ABSENT)
        else:
            assert question.classes[answer] == right


def test_a_sliver_of_a_garment_is_neither_visible_nor_absent() -> None:
    place = [question.key for question in QUESTIONS].index("top color")
    headshots = [figure for figure in map(sample_figure, range(400)) if figure.framing == "headshot" and figure.top]
    found = {}
    for figure in headshots[:20]:
        drawing = draw_figure(figure)
        truth = figure_row(figure, drawing)["attributes"]
        assert isinstance(truth, dict)
        if "top color" not in truth:
            found[draw_one(figure.seed)[1][place]] = drawing.visible(Item.TOP)
    assert 0 < found[UNDECIDED] < 0.012
    assert all((answer == UNDECIDED) == (share > 0) for answer, share in found.items())


def test_regions_are_shares_of_cells() -> None:
    drawing = draw_figure(sample_figure(FIRST))
    _, _, regions = draw_one(FIRST)
    height, width = drawing.items.shape
    assert regions.shape == (len(Item) + 1, height // 16, width // 16)
    assert np.allclose(regions[:-1].astype(float).sum(0), 255, atol=2)  # every pixel shows one item
    assert regions[Item.BACKGROUND, 0, 0] == round(255 * float(np.mean(drawing.items[:16, :16] == Item.BACKGROUND)))
    assert np.all(regions[FACE].astype(int) <= regions[Item.SKIN].astype(int) + 1)


@pytest.mark.parametrize(
    ("key", "region"),
    [("top color", Item.TOP), ("hair length", Item.HAIR), ("background", Item.BACKGROUND), ("expression", FACE),
     ("skin", Item.SKIN), ("framing", None), ("gender", None)],
)  # fmt: skip
def test_where_to_look(key: str, region: int | None) -> None:
    assert region_of(BY_KEY[key]) == region


def test_figures_are_sorted_by_size(drawn: tuple[Path, list[Shelf]]) -> None:
    _, shelf_list = drawn
    assert sum(len(shelf.pictures) for shelf in shelf_list) == 12
    for shelf in shelf_list:
        assert shelf.pictures.dtype == torch.uint8
        assert shelf.answers.shape == (len(shelf.pictures), len(QUESTIONS))


def test_the_cache_gives_the_same_figures(drawn: tuple[Path, list[Shelf]]) -> None:
    cache, first = drawn
    (file,) = cache.iterdir()
    before = file.stat().st_mtime_ns
    second = shelves(FIRST, 12, cache)
    assert file.stat().st_mtime_ns == before
    for one, two in zip(first, second, strict=True):
        assert torch.equal(one.pictures, two.pictures)
        assert torch.equal(one.answers, two.answers)
        assert torch.equal(one.regions, two.regions)


def test_an_epoch_shows_every_figure_once_and_can_be_repeated(drawn: tuple[Path, list[Shelf]]) -> None:
    _, shelf_list = drawn
    seen = [list(batches(shelf_list, 4, torch.Generator().manual_seed(3))) for _ in range(2)]
    every = sorted(answers.tolist() for shelf in shelf_list for answers in shelf.answers)
    assert sorted(row for batch in seen[0] for row in batch.answers.tolist()) == every
    for one, two in zip(*seen, strict=True):
        assert torch.equal(one.pictures, two.pictures)
        assert torch.equal(one.regions, two.regions)
        assert len(one.pictures) == len(one.regions) <= 4


def test_a_mirrored_picture_has_mirrored_regions(drawn: tuple[Path, list[Shelf]]) -> None:
    shelf = drawn[1][-1]
    one = Shelf(pictures=shelf.pictures[:1], answers=shelf.answers[:1], regions=shelf.regions[:1])
    found = [next(batches([one], 1, torch.Generator().manual_seed(seed))) for seed in range(8)]
    plain = as_input(one.pictures)
    for batch in found:
        mirrored = (batch.pictures - plain.flip(3)).abs().mean() < (batch.pictures - plain).abs().mean()
        regions = one.regions.float() / 255
        assert torch.equal(batch.regions, regions.flip(3) if mirrored else regions)


def test_softened_pictures_stay_near_the_original(drawn: tuple[Path, list[Shelf]]) -> None:
    pictures = as_input(drawn[1][-1].pictures)
    generator = torch.Generator().manual_seed(0)
    changes = []
    for _ in range(20):
        soft = soften(pictures, generator)
        assert soft.shape == pictures.shape
        assert 0 <= float(soft.min()) <= float(soft.max()) <= 1
        changes.append(float((soft - pictures).abs().mean()))
    assert max(changes) < 0.12
    assert min(changes) > 0.001


def test_softening_leaves_its_input_alone(drawn: tuple[Path, list[Shelf]]) -> None:
    pictures = as_input(drawn[1][-1].pictures)
    before = pictures.clone()
    for seed in range(10):
        soften(pictures, torch.Generator().manual_seed(seed))
    assert torch.equal(pictures, before)


def test_compression_loses_more_the_stronger_it_is() -> None:
    picture = torch.rand((1, 3, 16, 24), generator=torch.Generator().manual_seed(0))
    losses = [
        float((compress(picture, torch.full((1, 1, 1, 1), strength)) - picture).abs().mean())
        for strength in (0.01, 0.3, 1.0)
    ]
    assert losses == sorted(losses)
    assert losses[0] < 0.005 < losses[2]


def test_compression_keeps_an_even_colour() -> None:
    even = torch.full((2, 3, 16, 16), 0.5)
    assert torch.allclose(compress(even, torch.full((2, 1, 1, 1), 0.3)), even, atol=0.02)


def test_decoded_figures_keep_their_answers(drawn: tuple[Path, list[Shelf]], tmp_path: Path) -> None:
    torch.manual_seed(0)
    # Attention among all pixels would take most of a minute.
    vae = AutoencoderKL(block_out_channels=(8,), norm_num_groups=4, layers_per_block=1, mid_block_add_attention=False)
    vae.save_pretrained(tmp_path)
    shelf_list = drawn[1]
    again = decoded(shelf_list, tmp_path, 6)
    assert 4 <= sum(len(shelf.pictures) for shelf in again) <= 8  # half of twelve, rounded at each size
    sizes = {shelf.pictures.shape[1:]: shelf for shelf in shelf_list}
    for shelf in again:
        before, count = sizes[shelf.pictures.shape[1:]], len(shelf.pictures)
        assert shelf.pictures.dtype == torch.uint8
        assert torch.equal(shelf.answers, before.answers[:count])
        assert torch.equal(shelf.regions, before.regions[:count])
        assert not torch.equal(shelf.pictures, before.pictures[:count])
