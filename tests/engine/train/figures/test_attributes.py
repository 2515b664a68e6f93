"""Figures are decided by their seed, and no attribute gives another away."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache

import pytest

from engine.train.figures import COLOURS, HAIR_COLOURS, SCENES, SIZES, Figure, sample_figure
from engine.train.figures.attributes import DYED, FRAMINGS, SLEEVES


@cache
def figures() -> list[Figure]:
    return [sample_figure(seed) for seed in range(5000)]


def top(figure: Figure) -> str | None:
    return figure.top.colour if figure.top else None


def bottom(figure: Figure) -> str | None:
    return figure.bottom.colour if figure.bottom and figure.bottom.type != "jeans" else None  # jeans have four colours


def footwear(figure: Figure) -> str | None:
    return figure.footwear.colour


def hair(figure: Figure) -> str | None:
    return figure.hair.colour or None


def background(figure: Figure) -> str | None:
    return figure.background


def outerwear(figure: Figure) -> str | None:
    return figure.outerwear.colour if figure.outerwear else None


def dress(figure: Figure) -> str | None:
    return figure.dress.colour if figure.dress else None


def gender(figure: Figure) -> str | None:
    return figure.gender


def framing(figure: Figure) -> str | None:
    return f"{figure.framing} {figure.width > figure.height}"


def chi_square(pairs: Iterable[tuple[str, str]]) -> tuple[float, int]:
    """Pearson's statistic of a contingency table and its degrees of freedom."""
    cells = Counter(pairs)
    total = cells.total()
    rows, columns = Counter(), Counter()
    for (row, column), count in cells.items():
        rows[row] += count
        columns[column] += count
    statistic = sum(
        (cells[row, column] - rows[row] * columns[column] / total) ** 2 / (rows[row] * columns[column] / total)
        for row in rows
        for column in columns
    )
    return statistic, (len(rows) - 1) * (len(columns) - 1)


def test_chi_square_finds_dependence() -> None:
    statistic, freedom = chi_square([("a", "x"), ("b", "y")] * 50)
    assert (statistic, freedom) == (100.0, 1)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (top, bottom),
        (top, footwear),
        (top, outerwear),
        (bottom, footwear),
        (dress, footwear),
        (hair, top),
        (hair, dress),
        (background, top),
        (background, hair),
        (background, footwear),
        (gender, top),
        (gender, footwear),
        (gender, background),
        (framing, top),
    ],
)
def test_attributes_do_not_predict_each_other(
    one: Callable[[Figure], str | None], two: Callable[[Figure], str | None]
) -> None:
    pairs = [(a, b) for figure in figures() if (a := one(figure)) and (b := two(figure))]
    statistic, freedom = chi_square(pairs)
    # Mean and variance of chi-square are k and 2k: four deviations are one sample in thirty thousand.
    assert statistic < freedom + 4 * (2 * freedom) ** 0.5


@pytest.mark.parametrize("read", [top, bottom, footwear, outerwear])
def test_every_colour_is_worn_equally_often(read: Callable[[Figure], str | None]) -> None:
    counts = Counter(colour for figure in figures() if (colour := read(figure)))
    assert counts.keys() == COLOURS.keys()
    expected = counts.total() / len(COLOURS)
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 11 + 4 * 22**0.5


def share(colours: list[str], *wanted: str) -> float:
    return sum(colour in wanted for colour in colours) / len(colours)


@pytest.mark.parametrize(
    ("age", "shares"),
    [
        (
            "young",
            {
                "black": 0.25,
                "brown": 0.27,
                "blonde": 0.19,
                "red": 0.10,
                "grey": 0.03,
                "white": 0.04,
                "pink": 0.06,
                "blue": 0.06,
            },
        ),
        (
            "middle-aged",
            {"black": 0.23, "brown": 0.24, "blonde": 0.16, "red": 0.10, "grey": 0.11, "white": 0.04, "pink": 0.06},
        ),
        (
            "elderly",
            {"black": 0.05, "brown": 0.06, "blonde": 0.05, "red": 0.03, "grey": 0.45, "white": 0.30, "blue": 0.03},
        ),
    ],
)
def test_hair_has_the_colours_of_its_age(age: str, shares: dict[str, float]) -> None:
    colours = [figure.hair.colour for figure in figures() if figure.age == age and figure.hair.colour]
    for colour, wanted in shares.items():
        assert share(colours, colour) == pytest.approx(wanted, abs=4 * (wanted / len(colours)) ** 0.5)


def test_every_hair_colour_is_frequent_enough_to_be_learnt() -> None:
    counts = Counter(figure.hair.colour for figure in figures() if figure.hair.colour)
    assert min(counts[colour] for colour in HAIR_COLOURS) > 0.04 * counts.total()


def test_a_fifth_of_the_people_is_old() -> None:
    counts = Counter(figure.age for figure in figures())
    for age, wanted in (("young", 0.50), ("middle-aged", 0.28), ("elderly", 0.22)):
        assert counts[age] / len(figures()) == pytest.approx(wanted, abs=0.03)


def test_a_beard_mostly_has_the_colour_of_the_hair_and_is_never_dyed() -> None:
    bearded = [figure for figure in figures() if figure.facial_hair]
    natural = [figure for figure in bearded if figure.hair.colour not in ("", *DYED)]
    assert all((figure.beard_colour != "") == (figure.facial_hair != "") for figure in figures())
    assert {figure.beard_colour for figure in bearded} == HAIR_COLOURS.keys() - set(DYED)
    assert 0.82 < sum(figure.beard_colour == figure.hair.colour for figure in natural) / len(natural) < 0.88
    others = [figure for figure in bearded if figure.hair.colour in ("", *DYED)]
    old = [figure.beard_colour for figure in others if figure.age == "elderly"]
    young = [figure.beard_colour for figure in others if figure.age == "young"]
    assert old and share(old, "grey", "white") == 1.0
    assert share(young, "grey", "white") < 0.15


def test_same_seed_same_figure() -> None:
    assert [sample_figure(seed) for seed in range(50)] == figures()[:50]
    assert len({repr(figure) for figure in figures()}) == len(figures())


def test_a_figure_is_the_same_on_every_machine() -> None:
    figure = sample_figure(7)
    seen = (figure.width, figure.height, figure.framing, figure.gender, figure.background, figure.jitter_seed)
    assert seen == (128, 192, "full_body", "female", "red", 3712066819)


def test_values_come_from_the_tables() -> None:
    for figure in figures():
        assert (figure.width, figure.height) in SIZES
        assert figure.framing in FRAMINGS
        assert figure.background in (*COLOURS, *SCENES)
        assert figure.hair.colour in ("", *HAIR_COLOURS)
        assert (figure.hair.length == "bald") == (not figure.hair.colour)


def test_a_dress_replaces_top_and_bottom() -> None:
    for figure in figures():
        assert (figure.dress is None) == (figure.top is not None) == (figure.bottom is not None)
    assert any(figure.dress for figure in figures())


def test_sleeves_suit_the_top() -> None:
    assert all(figure.top.sleeve in SLEEVES[figure.top.type] for figure in figures() if figure.top)


def test_every_size_and_framing_occurs() -> None:
    assert {(figure.width, figure.height) for figure in figures()} == set(SIZES)
    assert {figure.framing for figure in figures()} == set(FRAMINGS)
