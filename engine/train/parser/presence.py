"""Whether what words name is in a picture, and what is there though no word names it: counted over label maps.

Unlike overlap it asks nothing of where things are, which words do not say. It knows label maps and phrases; it does not
know where they come from.
C item classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.description.groups import GROUPS, Group
from engine.description.wording.caption import Phrase
from engine.regions.items import ITEM_CLASSES
from engine.train.figures.cloth import Item
from engine.train.figures.rows import least_share

#: Classes that a picture may do without: all but background and skin. Each is called as its group.
OPTIONAL = ITEM_CLASSES[2:]
_UNSAID, _NAMED, _FORBIDDEN = range(3)


@dataclass(frozen=True, kw_only=True)
class Said:
    """Names of the item classes that words say are there, and of those that they say are not."""

    named: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()

    @classmethod
    def by(cls, phrases: Iterable[Phrase]) -> Said:
        """What phrases say; one of a group that is not about its region, such as "bald head", says it is not there."""
        stated = [phrase for phrase in phrases if phrase.group.value in OPTIONAL]
        named = {phrase.group.value for phrase in stated if _shown(phrase)}
        forbidden = {phrase.group.value for phrase in stated} - named
        return cls(named=frozenset(named), forbidden=frozenset(forbidden))

    def kind(self, name: str) -> int:
        """Which row of the counts a class belongs to."""
        return _NAMED if name in self.named else _FORBIDDEN if name in self.forbidden else _UNSAID


def _shown(phrase: Phrase) -> bool:
    return not set(phrase.regions).isdisjoint(GROUPS[Group(phrase.group)].regions)


@dataclass(kw_only=True)
class Presence:
    """Pictures counted by what words say of a class and whether it is there: ``counts`` [C, said, there]."""

    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((len(ITEM_CLASSES), 3, 2), np.int64))

    def add(self, found: NDArray[np.uint8], said: Said) -> None:
        """Count a picture's label map, [H, W]; there is what a viewer would mention."""
        shares = np.bincount(found.ravel(), minlength=len(ITEM_CLASSES)) / found.size
        for name in OPTIONAL:
            number = ITEM_CLASSES.index(name)
            self.counts[number, said.kind(name), int(shares[number] >= least_share(Item(number)))] += 1

    def recall(self) -> float:
        """The share of named things that are there; 1 where nothing is named."""
        return _share(self.counts[:, _NAMED].sum(0))

    def precision(self) -> float:
        """The share of things that are there which are named; 1 where nothing is there."""
        there = self.counts[:, :, 1].sum(0)
        return _share(np.array([there.sum() - there[_NAMED], there[_NAMED]]))

    def forbidden(self) -> float:
        """The share of forbidden things that are there all the same; 0 where nothing is forbidden."""
        return 1.0 - _share(self.counts[:, _FORBIDDEN].sum(0)[::-1])

    def text(self) -> str:
        """The table as a person reads it: counts of pictures."""
        lines = [
            f"{'words and things':20} {'named':>8} {'there':>8} {'unnamed, there':>15} {'forbidden':>10} {'there':>6}"
        ]
        for name in OPTIONAL:
            (_, unnamed), (lost, kept), (obeyed, ignored) = self.counts[ITEM_CLASSES.index(name)]
            lines.append(f"{name:20} {lost + kept:8} {kept:8} {unnamed:15} {obeyed + ignored:10} {ignored:6}")
        lines.append(f"of what is named {self.recall():.1%} is there; of what is there {self.precision():.1%} is named")
        return "\n".join(lines)

    def facts(self) -> Mapping[str, object]:
        """All of it, fit for JSON."""
        whole = {"recall": self.recall(), "precision": self.precision(), "forbidden_there": self.forbidden()}
        classes = {name: self._facts(ITEM_CLASSES.index(name)) for name in OPTIONAL}
        return {**{name: round(value, 4) for name, value in whole.items()}, "classes": classes}

    def _facts(self, number: int) -> Mapping[str, int]:
        names = ("unnamed", "named", "forbidden")
        return {
            name if which == 0 else f"{name}_there": int(counts.sum() if which == 0 else counts[1])
            for name, counts in zip(names, self.counts[number], strict=True)
            for which in (0, 1)
        }


def _share(counts: NDArray[np.int64]) -> float:
    """Of [not, yes], the share of yes; 1 where nothing was counted."""
    return float(counts[1] / counts.sum()) if counts.sum() else 1.0
