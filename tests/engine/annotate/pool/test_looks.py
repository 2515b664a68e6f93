"""The index of looks finds what comparing all of them finds."""

import random

import pytest

from engine.annotate.pool.looks import Looks


@pytest.mark.parametrize("near", [0, 3, 6, 10])
def test_the_nearest_look_is_that_of_comparing_all(near: int) -> None:
    rng = random.Random(near)
    looks, all_of_them = Looks(near), dict[str, int]()
    for number in range(300):
        bits = rng.getrandbits(64)
        looks.add(f"{bits:016x}", str(number))
        all_of_them[str(number)] = bits
    for _ in range(300):
        bits = rng.choice(list(all_of_them.values()))
        for place in rng.sample(range(64), rng.randrange(near + 3)):
            bits ^= 1 << place
        distance = min((bits ^ other).bit_count() for other in all_of_them.values())
        found = looks.nearest(f"{bits:016x}")
        assert (found is None) == (distance > near)
        if found is not None:
            assert found[1] == distance == (all_of_them[found[0]] ^ bits).bit_count()


def test_nothing_is_near_where_nothing_is() -> None:
    assert Looks().nearest("0" * 16) is None
    with pytest.raises(ValueError, match="near must be"):
        Looks(64)
