"""What pictures look like, as 64 bits of which near copies share nearly all; and which of many are near one.

It knows bits; it does not know how a look comes from pixels.
"""

from __future__ import annotations

import re
from collections import defaultdict

#: Bits that may differ between two copies of one picture.
NEAR = 6
_BITS = 64
_LOOK = re.compile(r"[0-9a-f]{16}")


def read_look(text: str) -> str:
    """A look as 16 hexadecimal digits.

    Raises:
        ValueError: It is none.
    """
    if not _LOOK.fullmatch(text.lower()):
        raise ValueError(f"a look has 16 hexadecimal digits, got {text[:40]!r}")
    return text.lower()


class Looks:
    """Looks with their pictures' ids, of which the near ones of any look are found without comparing all.

    Two looks that differ in at most `near` bits have one of `near` + 1 bands alike.
    """

    def __init__(self, near: int = NEAR) -> None:
        if not 0 <= near < _BITS:
            raise ValueError(f"near must be 0 to {_BITS - 1} bits, got {near}")
        self.near = near
        edges = [_BITS * place // (near + 1) for place in range(near + 2)]
        self._bands = [(low, (1 << high - low) - 1) for low, high in zip(edges, edges[1:], strict=False)]
        self._ids: list[defaultdict[int, list[tuple[int, str]]]] = [defaultdict(list) for _ in self._bands]

    def add(self, look: str, id: str) -> None:
        """Takes one in."""
        bits = int(look, 16)
        for (low, mask), ids in zip(self._bands, self._ids, strict=True):
            ids[bits >> low & mask].append((bits, id))

    def nearest(self, look: str) -> tuple[str, int] | None:
        """Id of the nearest look, and how many bits differ; None where none is near."""
        bits = int(look, 16)
        near = [
            ((bits ^ other).bit_count(), id)
            for (low, mask), ids in zip(self._bands, self._ids, strict=True)
            for other, id in ids.get(bits >> low & mask, ())
        ]
        distance, id = min(near, default=(_BITS, ""))
        return (id, distance) if distance <= self.near else None
