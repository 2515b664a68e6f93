"""Not there twice: pictures that look like one that was kept before, or like one that was taken down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.annotate.filter.stage import Looked, Pixels
from engine.annotate.pool.looks import NEAR, Looks
from engine.annotate.pool.store import Pool
from engine.annotate.pool.takedown import looks_taken_down
from engine.annotate.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Look:
    """Notes what a picture looks like. It refuses nothing: which copy came first is for `Duplicates`, after it.

    Attributes:
        near: Bits that may differ between two copies.
    """

    near: int = NEAR
    name: str = "duplicates"

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"phash, {self.near} bits"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        looked.found["look"] = look_of(looked.pixels)


class Duplicates:
    """Leaves out near copies by a perceptual hash of 64 bits; of several copies the first that was kept stays."""

    def __init__(self, pool: Pool, near: int) -> None:
        """Takes what was taken down so far; nothing is kept yet.

        Args:
            pool: Whose pictures are filtered.
            near: Bits that may differ between two copies.
        """
        self._kept, self._taken_down = Looks(near), looks_taken_down(pool)

    def check(self, found: Mapping[str, object]) -> None:
        """Raises Refused for a look that was there before."""
        look = str(found["look"])
        if self._taken_down.nearest(look) is not None:
            raise Refused("taken_down", "a picture that looks like it was taken down")
        near = self._kept.nearest(look)
        if near is not None:
            raise Refused("near_duplicate", f"{near[1]} of 64 bits differ from {near[0]}")

    def keep(self, found: Mapping[str, object], id: str) -> None:
        """Takes in a picture that passed every stage."""
        self._kept.add(str(found["look"]), id)


def look_of(pixels: Pixels) -> str:
    """The perceptual hash of [H, W, 3], 16 hexadecimal digits: signs of the lowest frequencies of its brightness."""
    import imagehash
    from PIL import Image

    return str(imagehash.phash(Image.fromarray(pixels)))
