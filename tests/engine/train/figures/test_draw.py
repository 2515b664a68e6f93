"""Drawings repeat to the byte, and their label maps agree with what is drawn, pixel by pixel."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.train.figures import COLOURS, HAIR_COLOURS, Drawing, Figure, Garment, Hair, draw_figure, sample_figure
from engine.train.figures.attributes import DYED
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
        if name == "top" and (figure.outerwear is not None or figure.framing in ("portrait", "headshot")):
            continue  # a collar or a hood in its second shade is most of what shows
        if garment is not None and garment.pattern == "plain" and drawing.visible(item) > 0.02:
            middle = np.median(drawing.image[drawing.items == item], axis=0)
            nearest = min(COLOURS, key=lambda colour: float(np.sum((middle - np.array(COLOURS[colour])) ** 2)))
            right.append(nearest == garment.colour)
    assert len(right) >= 8
    assert np.mean(right) >= 0.95


def test_plain_backgrounds_have_the_colour_of_their_name(drawn: list[tuple[Figure, Drawing]]) -> None:
    for figure, drawing in drawn:
        if figure.background in COLOURS:
            middle = np.median(drawing.image[drawing.items == Item.BACKGROUND], axis=0)
            assert np.abs(middle - np.array(COLOURS[figure.background])).max() < 50, figure.seed


def bare(**changes: object) -> Figure:
    """A standing man, whole, with nothing over shirt and trousers."""
    figure = next(f for f in map(sample_figure, range(100)) if f.gender == "male" and f.framing == "full_body")
    nothing = dict.fromkeys(("headwear", "eyewear", "outerwear", "legwear", "belt", "neckwear", "bag"))
    sized = {"width": 128, "height": 192, "pose": "standing", "facial_hair": "", "beard_colour": ""}
    return replace(figure, **{**nothing, **sized, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", sorted(HAIR_COLOURS.keys() - set(DYED)))
def test_a_beard_has_its_own_colour_whatever_the_hair(colour: str) -> None:
    hair = Hair(colour="pink", style="straight", length="short")
    shaven = draw_figure(bare(framing="headshot", expression="serious", hair=hair))
    bearded = draw_figure(bare(framing="headshot", expression="serious", hair=hair, facial_hair="beard",
                               beard_colour=colour))  # fmt: skip
    grown = (shaven.labels == Label.FACE) & (bearded.labels == Label.FACE)
    changed = grown & (np.abs(shaven.image.astype(int) - bearded.image).max(axis=2) > 40)
    middle = np.median(bearded.image[changed], axis=0)
    assert min(HAIR_COLOURS, key=lambda c: float(np.sum((middle - np.array(HAIR_COLOURS[c])) ** 2))) == colour


def test_glasses_leave_the_eyes_visible_and_sunglasses_do_not() -> None:
    for framing in ("full_body", "upper_body", "headshot"):
        means = {}
        for kind in ("glasses", "sunglasses"):
            drawing = draw_figure(bare(framing=framing, skin="fair", eyewear=Garment(type=kind, colour="black")))
            means[kind] = drawing.image[drawing.items == Item.EYEWEAR].mean()
        assert means["glasses"] > 130 > 80 > means["sunglasses"], (framing, means)


def test_a_belt_is_tall_enough_for_its_colour() -> None:
    drawing = draw_figure(bare(belt=Garment(type="belt", colour="red")))
    assert (drawing.items == Item.BELT).sum(axis=0).max() >= 7


def test_outer_garments_have_outlines_of_their_own() -> None:
    def covered(kind: str) -> NDArray[np.bool_]:
        items = draw_figure(bare(outerwear=Garment(type=kind, colour="green"))).items
        return items == int(Item.OUTERWEAR)

    kinds = {kind: covered(kind) for kind in ("coat", "jacket", "blazer", "cardigan")}
    lowest = {kind: int(np.flatnonzero(mask.any(axis=1)).max()) for kind, mask in kinds.items()}
    assert lowest["coat"] > lowest["blazer"] + 20
    for one in kinds:
        for two in kinds.keys() - {one}:
            assert (kinds[one] ^ kinds[two]).sum() > 150, (one, two)
