"""The adapters of a forward side by side: columns of all, rows of all, and each row's scales.

A row's picture does not depend on whose columns lie beside its own: they are multiplied with 0, and adding 0 changes no
bit. What is laid together depends on who shares the forward, and changes when requests come and go, not with each step.

Letters: R rows, K columns, I O widths of what layers read and give.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.adapters.read import Adapter
from engine.bundle.manifest import LEAST_COLUMNS, LORA_DOWN, LORA_SCALE, LORA_UP

#: Adapters with their scales.
Loras: TypeAlias = tuple[tuple[Adapter, float], ...]
Array: TypeAlias = npt.NDArray[np.generic]

_KEPT = 4


class Stacks:
    """Keeps the latest ones; for one thread."""

    def __init__(self, widths: tuple[int, int] = (0, 0), *, half: bool = False) -> None:
        """Holds nothing yet.

        Args:
            widths: What all layers of the graph read and give together.
            half: Whether it reads float16.
        """
        self._widths, self._dtype = widths, np.float16 if half else np.float32
        self._kept: OrderedDict[tuple[str, ...], tuple[Array, Array]] = OrderedDict()

    def inputs(self, rows: Sequence[Loras]) -> Mapping[str, Array]:
        """What the graph reads of the adapters of R rows.

        Args:
            rows: The adapters of each, which may be none.
        """
        adapters = distinct(rows)
        starts = np.cumsum([0, *(adapter.info.rank for adapter in adapters)])
        columns = padded_columns(max(1, int(starts[-1])))
        scales = np.zeros((len(rows), columns), np.float32)
        place = {
            adapter.info.sha256: slice(start, start + adapter.info.rank)
            for adapter, start in zip(adapters, starts[:-1], strict=True)
        }
        for scale, loras in zip(scales, rows, strict=True):
            for adapter, factor in loras:
                scale[place[adapter.info.sha256]] += np.float32(factor)
        down, up = self._stack(adapters, columns)
        return {LORA_DOWN: down, LORA_UP: up, LORA_SCALE: scales}

    def _stack(self, adapters: Sequence[Adapter], columns: int) -> tuple[Array, Array]:
        key = tuple(adapter.info.sha256 for adapter in adapters)
        if key not in self._kept:
            missing = columns - sum(adapter.info.rank for adapter in adapters)
            read, given = self._widths
            down = np.concatenate([adapter.down for adapter in adapters] or [self._nothing(read, 0)], axis=1)
            up = np.concatenate([adapter.up for adapter in adapters] or [self._nothing(0, given)], axis=0)
            self._kept[key] = np.pad(down, ((0, 0), (0, missing))), np.pad(up, ((0, missing), (0, 0)))
        self._kept.move_to_end(key)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def _nothing(self, *shape: int) -> Array:
        return np.zeros(shape, self._dtype)


def distinct(rows: Iterable[Loras]) -> list[Adapter]:
    """Every adapter of some rows once, in an order of its own: the same ones are always laid the same way."""
    adapters = {adapter.info.sha256: adapter for loras in rows for adapter, _ in loras}
    return [adapters[digest] for digest in sorted(adapters)]


def columns_of(rows: Iterable[Loras]) -> int:
    """Columns that the adapters of some rows take together; 0 without any."""
    total = sum(adapter.info.rank for adapter in distinct(rows))
    return padded_columns(total) if total else 0


def padded_columns(columns: int) -> int:
    """The power of two that holds them: few numbers of columns are measured, and compiled."""
    return max(LEAST_COLUMNS, 1 << (columns - 1).bit_length())
