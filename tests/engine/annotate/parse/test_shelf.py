"""Label maps are kept beside the pictures, made once for each parser, and read at the picture's size."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from engine.annotate.parse.recipe import Parsed, ParserRecipe, parse_work
from engine.annotate.parse.shelf import Shelf, parse_all
from engine.annotate.pool.origin import Origin
from engine.annotate.pool.store import LIMITS
from engine.annotate.pool.takedown import take_down
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.spread.processes import in_processes
from server.shipped import shipped_model


class Halves:
    """A parser that sees hair above and nothing below."""

    def __init__(self, name: str = "halves") -> None:
        self.name, self.seen = name, 0

    def labels(self, pixels: np.ndarray) -> np.ndarray:
        self.seen += 1
        labels = np.zeros(pixels.shape[:2], np.uint8)
        labels[: len(labels) // 2] = 2
        return labels


def test_maps_are_made_once_for_each_parser(pool, picture) -> None:
    kept = [pool.add(picture(seed), Origin(source="x", key=str(seed))) for seed in range(3)]
    kept[2].path.write_bytes(b"damaged")
    parser = Halves()
    assert parse_all(pool, kept, parser) == {"parsed": 2, "damaged": 1}
    assert parse_all(pool, kept, parser)["known"] == 2 and parser.seen == 2
    assert parse_all(pool, kept, Halves("other"))["parsed"] == 2
    shelf = Shelf(pool)
    assert shelf.parser_of(kept[0].id) == "other" and shelf.parser_of("0" * 64) is None
    assert shelf.read(kept[0])[10, 10] == 2 and shelf.read(kept[0]).shape == (64, 48)
    with pytest.raises(Refused) as caught:
        shelf.read(kept[2])
    assert caught.value.reason == "not_parsed"


def test_a_map_of_another_size_is_brought_to_the_pictures(pool, picture) -> None:
    kept = pool.add(picture(1), Origin(source="x", key="1"))
    shelf = Shelf(pool)
    shelf.write(kept.id, np.array([[0, 5], [7, 17]], np.uint8), "x")
    labels = shelf.read(kept)
    assert labels.shape == (64, 48) and sorted(set(labels.ravel().tolist())) == [0, 5, 7, 17]


def test_other_processes_make_the_same_maps(pool, picture) -> None:
    kept = [pool.add(picture(seed), Origin(source="x", key=str(seed))) for seed in range(5)]
    kept[3].path.write_bytes(b"damaged")
    work = parse_work(ParserRecipe(bundle=shipped_model("figurine-bundle")), LIMITS)
    parser, shelf = work.build(), Shelf(pool)
    assert parse_all(pool, kept, parser) == {"parsed": 4, "damaged": 1}
    maps = [shelf.path(each.id).read_bytes() for each in kept if each is not kept[3]]
    for each in kept[1:]:
        shelf.path(each.id).unlink(missing_ok=True)
    told: list[int] = []
    counts = parse_all(pool, kept, parser, in_processes(work, 2), progress=told.append)
    assert counts == {"known": 1, "parsed": 3, "damaged": 1} and sum(told) == 5
    assert [shelf.path(each.id).read_bytes() for each in kept if each is not kept[3]] == maps


def test_a_map_of_a_picture_that_is_taken_down_meanwhile_is_not_kept(pool, picture) -> None:
    kept = pool.add(picture(1), Origin(source="x", key="1"))

    def late(pictures: Iterable[PoolPicture]) -> Iterator[Parsed]:
        for each in pictures:
            take_down(pool, [each.id], "asked")
            yield Parsed(picture=each, labels=np.zeros((64, 48), np.uint8))

    assert parse_all(pool, [kept], Halves(), late) == {"taken_down": 1}
    assert not pool.files_of(kept.id)


def test_a_recipe_names_one_parser() -> None:
    recipe = ParserRecipe(segformer="a")
    with pytest.raises(ValueError, match="one of bundle, segformer and graph expected"):
        replace(recipe, graph=shipped_model("judge"))
