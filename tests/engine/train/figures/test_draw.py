"""Drawings repeat to the byte, and their label maps agree with what is drawn, pixel by pixel."""

import numpy as np
import pytest

from engine.train.figures import COLOURS, Drawing, Figure, draw_figure, sample_figure
from engine.train.figures.cloth import Item, Label

LABELS_OF_ITEM = {
    Item.BACKGROUND: {Label.BACKGROUND},
    Item.SKIN: {Label.FACE, Label.LEFT_LEG, Label.RIGHT_LEG, Label.LEFT_ARM, Label.RIGHT_ARM},
    Item.HAIR: {Label.HAIR},
    Item.HEADWEAR: {Label.HAT},
    Item.EYEWEAR: {Label.SUNGLASSES},
    Item.TOP: {Label.UPPER_CLOTHES},
    Item.OUTERWEAR: {Label.UPPER_CLOTHES},
    Item.DRESS: {Label.DRESS},
    Item.BOTTOM: {Label.SKIRT, Label.PANTS},
    Item.LEGWEAR: {Label.LEFT_LEG, Label.RIGHT_LEG},
    Item.FOOTWEAR: {Label.LEFT_SHOE, Label.RIGHT_SHOE},
    Item.BELT: {Label.BELT},
    Item.NECKWEAR: {Label.SCARF},
    Item.BAG: {Label.BAG},
}


@pytest.fixture(scope="module")
def drawn() -> list[tuple[Figure, Drawing]]:
    return [(figure, draw_figure(figure)) for figure in map(sample_figure, range(120))]


def test_same_figure_same_bytes() -> None:
    for seed in range(4):
        one, two = draw_figure(sample_figure(seed)), draw_figure(sample_figure(seed))
        for name in ("image", "labels", "items"):
            assert getattr(one, name).tobytes() == getattr(two, name).tobytes()


def test_sizes_and_types(drawn: list[tuple[Figure, Drawing]]) -> None:
    for figure, drawing in drawn:
        assert drawing.image.shape == (figure.height, figure.width, 3)
        assert drawing.labels.shape == drawing.items.shape == (figure.height, figure.width)
        assert {array.dtype for array in (drawing.image, drawing.labels, drawing.items)} == {np.dtype(np.uint8)}


def test_every_pixel_has_the_label_of_its_item(drawn: list[tuple[Figure, Drawing]]) -> None:
    pairs = np.concatenate([np.unique(d.items.astype(int) * 100 + d.labels) for _, d in drawn])
    found: dict[Item, set[Label]] = {}
    for pair in np.unique(pairs):
        found.setdefault(Item(pair // 100), set()).add(Label(pair % 100))  # Label() refuses ids outside 0..17
    assert found == LABELS_OF_ITEM


def test_nothing_is_labelled_that_is_not_worn(drawn: list[tuple[Figure, Drawing]]) -> None:
    for figure, drawing in drawn:
        worn = {
            Item.HEADWEAR: figure.headwear,
            Item.EYEWEAR: figure.eyewear,
            Item.TOP: figure.top,
            Item.OUTERWEAR: figure.outerwear,
            Item.DRESS: figure.dress,
            Item.BOTTOM: figure.bottom,
            Item.LEGWEAR: figure.legwear,
            Item.BELT: figure.belt,
            Item.NECKWEAR: figure.neckwear,
            Item.BAG: figure.bag,
        }
        absent = {item for item, garment in worn.items() if garment is None}
        assert not absent & set(np.unique(drawing.items).tolist()), figure.seed
        if figure.hair.length == "bald":
            assert drawing.visible(Item.HAIR) == 0
        if figure.bottom is not None:
            other = Label.PANTS if figure.bottom.type == "skirt" else Label.SKIRT
            assert not (drawing.labels == other).any()


def test_a_headshot_shows_the_face_and_no_shoes(drawn: list[tuple[Figure, Drawing]]) -> None:
    for figure, drawing in drawn:
        if figure.framing == "headshot":
            assert (drawing.labels == Label.FACE).mean() > 0.1
            assert drawing.visible(Item.FOOTWEAR) == 0
        if figure.framing == "full_body":
            assert drawing.visible(Item.FOOTWEAR) > 0


@pytest.mark.parametrize(
    ("item", "name"), [(Item.TOP, "top"), (Item.DRESS, "dress"), (Item.BOTTOM, "bottom"), (Item.FOOTWEAR, "footwear")]
)
def test_plain_garments_have_the_colour_of_their_name(
    drawn: list[tuple[Figure, Drawing]], item: Item, name: str
) -> None:
    right = []
    for figure, drawing in drawn:
        garment = getattr(figure, name)
        if garment is not None and garment.pattern == "plain" and drawing.visible(item) > 0.02:
            middle = np.median(drawing.image[drawing.items == item], axis=0)
            nearest = min(COLOURS, key=lambda colour: float(np.sum((middle - np.array(COLOURS[colour])) ** 2)))
            right.append(nearest == garment.colour)
    assert len(right) >= 8
    assert np.mean(right) >= 0.9


def test_plain_backgrounds_have_the_colour_of_their_name(drawn: list[tuple[Figure, Drawing]]) -> None:
    for figure, drawing in drawn:
        if figure.background in COLOURS:
            middle = np.median(drawing.image[drawing.items == Item.BACKGROUND], axis=0)
            assert np.abs(middle - np.array(COLOURS[figure.background])).max() < 50, figure.seed
