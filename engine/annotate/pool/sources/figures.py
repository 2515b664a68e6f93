"""Drawn figures as if they were photographs found somewhere: the machine gets pictures, never the truth about them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from functools import partial

from PIL import Image

from engine.annotate.pool.origin import OWN, Offer, Origin
from engine.annotate.refusal import Refused
from engine.train.figures import draw_figure, sample_figure


class FigureSource:
    """Figures of a range of seeds; a figure's key is its seed, by which a judge finds the truth again."""

    name = "figures"

    def __init__(self, first_seed: int, num: int) -> None:
        """Takes seeds ``first_seed`` .. ``first_seed + num - 1``.

        Raises:
            ValueError: `first_seed` is negative, or `num` below 1.
        """
        if first_seed < 0 or num < 1:
            raise ValueError(f"a seed from 0 and at least one figure expected, got {first_seed} and {num}")
        self._seeds = range(first_seed, first_seed + num)

    async def offers(self) -> AsyncIterator[Offer | Refused]:
        """See `Source`."""
        for seed in self._seeds:
            origin = Origin(source=self.name, key=str(seed), licence=OWN)
            yield Offer(origin=origin, read=partial(_drawn, seed))


def _drawn(seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(draw_figure(sample_figure(seed)).image).save(file, "PNG", compress_level=1)
    return file.getvalue()
