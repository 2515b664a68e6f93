"""The size of a picture that starts from another one: nearest in shape, within what the model can do."""

import pytest

from engine.request.sizes import SizeLimits, nearest_size

SIDES = SizeLimits(minimum=256, maximum=1024, multiple=64)
SIZES = ((128, 192), (160, 160), (192, 128), (256, 256))


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ((512, 768), (512, 768)),
        ((500, 760), (512, 768)),
        ((4000, 3000), (1024, 768)),  # shrunk as a whole, not cropped to a square
        ((100, 150), (256, 384)),
        ((9000, 100), (1024, 256)),
        ((1, 1), (256, 256)),
    ],
)
def test_a_free_size_keeps_the_shape_within_the_limits(picture: tuple[int, int], expected: tuple[int, int]) -> None:
    assert nearest_size(None, None, picture, (), SIDES, SIDES) == expected


def test_a_side_that_is_given_stays_and_the_other_follows_the_shape() -> None:
    assert nearest_size(512, None, (300, 200), (), SIDES, SIDES) == (512, 320)
    assert nearest_size(None, 512, (300, 200), (), SIDES, SIDES) == (768, 512)
    assert nearest_size(1024, None, (200, 3000), (), SIDES, SIDES) == (1024, 1024)
    assert nearest_size(None, 128, (300, 200), SIZES, SIDES, SIDES) == (192, 128)


def test_of_given_sizes_the_nearest_in_shape_and_then_in_area_is_taken() -> None:
    assert nearest_size(None, None, (400, 600), SIZES, SIDES, SIDES) == (128, 192)
    assert nearest_size(None, None, (1000, 990), SIZES, SIDES, SIDES) == (256, 256)
    assert nearest_size(None, None, (150, 150), SIZES, SIDES, SIDES) == (160, 160)
    assert nearest_size(None, None, (5000, 10), SIZES, SIDES, SIDES) == (192, 128)


def test_a_side_that_no_size_has_is_left_for_the_refusal() -> None:
    assert nearest_size(130, None, (400, 600), SIZES, SIDES, SIDES) == (130, None)
