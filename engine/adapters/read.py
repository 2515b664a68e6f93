"""One adapter file, checked whole and laid out as the graph reads it: all of its layers one behind the other.

An adapter is taken whole or refused: one that changes half of what it was trained to change draws something else.

Letters: I O widths of what a layer reads and gives, K columns.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.adapters.info import AdapterInfo
from engine.adapters.names import ALPHA, DOWN, UP, Named, named
from engine.adapters.scaling import Scaling, scaling_of
from engine.adapters.tensors import FloatArray, TensorFile
from engine.bundle.manifest import Adapted

_LICENCE = ("licence", "license", "modelspec.license")
_TRIGGERS = ("trigger_words", "modelspec.trigger_phrase")
_RECOMMENDED, _MOST_SCALE = "recommended_scale", 2.0  # the latter is the most that a request may ask for
_LONGEST = 200  # characters of what a file says of itself


@dataclass(frozen=True, kw_only=True, eq=False)
class Adapter:
    """An adapter as forwards use it.

    Attributes:
        info: What is told of it.
        down: Columns of all layers, [sum of I, K].
        up: Rows of all layers, [K, sum of O], with alpha in them; zeros where it has none.
    """

    info: AdapterInfo
    down: npt.NDArray[np.generic]
    up: npt.NDArray[np.generic]

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return self.down.nbytes + self.up.nbytes


@dataclass(frozen=True, kw_only=True)
class _Layer:
    down: FloatArray  # [rank, I]
    up: FloatArray  # [O, rank]
    factor: float
    alpha: float | None

    @property
    def rank(self) -> int:
        return len(self.down)


def read_adapter(
    name: str, file: TensorFile, adapted: Adapted, *, half: bool = False, config: Mapping[str, Any] | None = None
) -> Adapter:
    """An adapter of a file's tensors.

    Args:
        name: What requests call it.
        file: What was read.
        adapted: The layers of the graph.
        half: Whether the graph reads float16.
        config: PEFT's adapter_config.json, where there is one.

    Raises:
        ValueError: It is none that the graph can take; one line says why.
    """
    if not file.tensors:
        raise ValueError("it holds no tensors")
    found = named(file.tensors, adapted.layers)
    scaling = scaling_of(file.metadata, config)
    layers = {
        layer: _layer(layer, parts, file.tensors, adapted.layers[layer], scaling)
        for layer, parts in found.layers.items()
    }
    rank = max(layer.rank for layer in layers.values())
    if rank > adapted.max_columns:
        raise ValueError(f"its rank may be at most {adapted.max_columns}, the columns of the graph; it is {rank}")
    dtype = np.float16 if half else np.float32
    down, up = _laid_out(layers, adapted, rank)
    return Adapter(
        info=_info(name, file, found, layers, rank, by_root=scaling.by_root),
        down=_cast(down, dtype),
        up=_cast(up, dtype),
    )


def _layer(
    layer: str,
    parts: Mapping[str, str],
    tensors: Mapping[str, FloatArray],
    widths: tuple[int, int],
    scaling: Scaling,
) -> _Layer:
    lacking = [part for part in (DOWN, UP) if part not in parts]
    if lacking:
        raise ValueError(f"{layer} has no {lacking[0]} matrix")
    down, up = _matrix(parts[DOWN], tensors), _matrix(parts[UP], tensors)
    rank = len(down)
    if rank < 1 or down.shape != (rank, widths[0]) or up.shape != (widths[1], rank):
        wanted = f"[rank, {widths[0]}] and [{widths[1]}, rank]"
        raise ValueError(f"{layer} must have matrices of {wanted}; they are {list(down.shape)} and {list(up.shape)}")
    own = None
    if ALPHA in parts:
        if tensors[parts[ALPHA]].size != 1:
            raise ValueError(f"{parts[ALPHA][:80]!r} must be one number")
        own = float(tensors[parts[ALPHA]].reshape(()))
    factor = scaling.factor(layer, rank, own)
    return _Layer(down=down, up=up, factor=factor, alpha=own if own is not None else scaling.alpha)


def _matrix(name: str, tensors: Mapping[str, FloatArray]) -> FloatArray:
    """A matrix, or that of a convolution without a kernel."""
    tensor = tensors[name]
    if tensor.ndim == 4 and tensor.shape[2:] == (1, 1):
        tensor = tensor[:, :, 0, 0]
    if tensor.ndim != 2:
        raise ValueError(f"{name[:80]!r} must be a matrix; it is {list(tensor.shape)}")
    return tensor


def _laid_out(layers: Mapping[str, _Layer], adapted: Adapted, rank: int) -> tuple[FloatArray, FloatArray]:
    """All layers of the graph one behind the other; a lower rank leaves columns of zeros."""
    down = np.zeros((sum(read for read, _ in adapted.layers.values()), rank), np.float32)
    up = np.zeros((rank, sum(given for _, given in adapted.layers.values())), np.float32)
    first, second = 0, 0
    for name, (read, given) in adapted.layers.items():
        layer = layers.get(name)
        if layer is not None:
            down[first : first + read, : layer.rank] = layer.down.T
            up[: layer.rank, second : second + given] = layer.up.T * np.float32(layer.factor)
        first, second = first + read, second + given
    return down, up


def _cast(array: FloatArray, dtype: Any) -> npt.NDArray[np.generic]:
    with np.errstate(over="ignore"):
        cast: npt.NDArray[np.generic] = array.astype(dtype)
    if not np.isfinite(cast.astype(np.float32)).all():
        raise ValueError(f"with its alpha it is more than {np.dtype(dtype)} can hold")
    return cast


def _info(
    name: str, file: TensorFile, found: Named, layers: Mapping[str, _Layer], rank: int, *, by_root: bool
) -> AdapterInfo:
    return AdapterInfo(
        name=name,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        format=found.format,
        rank=rank,
        layers=len(layers),
        scaling=_scaling(layers, by_root=by_root),
        licence=_said(file.metadata, _LICENCE),
        trigger_words=_said(file.metadata, _TRIGGERS),
        recommended_scale=_recommended(file.metadata),
    )


def _scaling(layers: Mapping[str, _Layer], *, by_root: bool) -> str:
    told = set()
    for layer in layers.values():
        alpha = "the rank" if layer.alpha is None else f"{layer.alpha:g}"
        told.add(f"alpha {alpha} / {'root of ' if by_root else ''}rank {layer.rank}")
    return min(told) if len(told) == 1 else f"of {len(told)} kinds, such as {min(told)}"


def _recommended(metadata: Mapping[str, str]) -> float | None:
    if _RECOMMENDED not in metadata:
        return None
    told = metadata[_RECOMMENDED]
    try:
        scale = float(told)
    except ValueError:
        scale = math.nan
    if not abs(scale) <= _MOST_SCALE:
        raise ValueError(f"its {_RECOMMENDED} must be from -2 to 2; it is {told[:40]!r}")
    return scale


def _said(metadata: Mapping[str, str], names: tuple[str, ...]) -> str:
    text = next((metadata[name] for name in names if metadata.get(name)), "")
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST]
