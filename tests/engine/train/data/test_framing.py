"""A picture fills its bucket without being stretched, and a mirrored person keeps left and right apart."""

import numpy as np
import pytest
from PIL import Image

from engine.description import Group
from engine.description.wording.caption import Phrase
from engine.train.data.framing import Frame, frame, mirrored_labels, mirrored_phrase

BUCKETS = ((128, 192), (160, 160), (192, 128))


@pytest.mark.parametrize(
    ("original", "bucket"),
    [((128, 192), (128, 192)), ((1000, 1500), (128, 192)), ((900, 1000), (160, 160)), ((4000, 1000), (192, 128))],
)
def test_the_bucket_nearest_in_shape_is_filled(original: tuple[int, int], bucket: tuple[int, int]) -> None:
    found = frame(original, BUCKETS)
    assert found.size == bucket and found.original == original
    assert all(scaled >= side for scaled, side in zip(found.scaled, bucket, strict=True))
    assert min(scaled - side for scaled, side in zip(found.scaled, bucket, strict=True)) == 0  # no larger than needed
    assert found.scaled[0] / found.scaled[1] == pytest.approx(original[0] / original[1], rel=0.01)
    assert (
        abs(found.scaled[0] - bucket[0] - 2 * found.left) <= 1 and abs(found.scaled[1] - bucket[1] - 2 * found.top) <= 1
    )
    assert found.pixels(Image.new("RGB", original)).size == bucket == found.labels(Image.new("L", original)).size


def test_labels_are_never_mixed() -> None:
    labels = np.random.default_rng(0).choice(np.array([0, 4, 17], np.uint8), (331, 200))
    found = np.array(frame((200, 331), BUCKETS).labels(Image.fromarray(labels)))
    assert set(np.unique(found)) == {0, 4, 17}


def test_a_picture_of_the_buckets_size_is_left_alone() -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (192, 128, 3), dtype=np.uint8))
    assert np.array_equal(np.array(frame((128, 192), BUCKETS).pixels(image)), np.array(image))


def test_mirrors_exchange_limbs_and_words() -> None:
    labels = np.arange(18, dtype=np.uint8)[None]
    again = mirrored_labels(mirrored_labels(labels))
    assert np.array_equal(again, labels)
    assert mirrored_labels(labels)[0, ::-1].tolist() == [*range(9), 10, 9, 11, 13, 12, 15, 14, 16, 17]
    phrase = Phrase(
        group=Group.BAG, attributes=(("color", "a Left-hand red"),), noun="bag on the right", regions=(16, 14)
    )
    mirrored = mirrored_phrase(phrase)
    assert (
        mirrored.words == ("a Right-hand red",) and mirrored.noun == "bag on the left" and mirrored.regions == (16, 15)
    )
    assert mirrored_phrase(mirrored) == phrase
    assert mirrored_phrase(Phrase(group=Group.TOP, noun="bright leftover", regions=(4,))).noun == "bright leftover"


def test_sdxl_is_told_what_was_cropped_away_on_the_side_that_is_seen() -> None:
    odd = Frame(original=(640, 480), scaled=(101, 64), left=18, top=0, size=(64, 64))
    assert odd.conditioning(mirrored=False) == (480, 640, 0, 18, 64, 64)
    assert odd.conditioning(mirrored=True) == (480, 640, 0, 19, 64, 64)
    picture = np.arange(101)[None].repeat(64, 0)
    seen = picture[:, ::-1]  # the mirrored picture, cropped where the six numbers say
    left = odd.conditioning(mirrored=True)[3]
    assert np.array_equal(seen[:, left : left + 64], picture[:, 18 : 18 + 64][:, ::-1])
