"""Which pictures may be in a data set: by licence, and never one that was taken down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.annotate.pool.origin import UNKNOWN
from engine.annotate.pool.store import Pool
from engine.annotate.pool.takedown import looks_taken_down, taken_down
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class LicenceRule:
    """Which licences a data set takes.

    Attributes:
        only: Names of those it takes, in any case of letters; empty takes every one that is known.
        unknown: Whether it takes pictures whose licence nobody told, too.
    """

    only: Collection[str] = ()
    unknown: bool = False

    def check(self, picture: PoolPicture) -> None:
        """Raises Refused for a picture that it does not take."""
        licence = picture.licence.strip().lower()
        if licence == UNKNOWN:
            if not self.unknown:
                raise Refused("licence_unknown", "a known licence expected")
        elif self.only and licence not in {name.lower() for name in self.only}:
            raise Refused("licence", f"one of {', '.join(self.only)} expected, got {picture.licence[:60]!r}")


class Takedowns:
    """What was taken down of a pool, as it is now."""

    def __init__(self, pool: Pool) -> None:
        """Reads the pool's list."""
        self._pool, self._ids, self._looks = pool, taken_down(pool), looks_taken_down(pool)

    def check(self, picture: PoolPicture) -> None:
        """Raises Refused for a picture that was taken down, or looks like one."""
        if picture.id in self._ids:
            raise Refused("taken_down", f"{picture.id} was taken down")
        row = self._pool.database.one("SELECT look FROM look WHERE picture = ?", picture.id)
        if row is not None and self._looks.nearest(row["look"]) is not None:
            raise Refused("taken_down", "a picture that looks like it was taken down")
