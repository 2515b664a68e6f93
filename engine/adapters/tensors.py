"""Reads a safetensors file, and believes nothing in it: every offset, shape and number is checked.

The format: eight bytes with the header's length, the header in JSON, the tensors' bytes. It knows bytes and shapes; it
does not know what the tensors are for.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]

MAX_HEADER_BYTES = 10_000_000
MAX_FILE_BYTES = 1_000_000_000
MAX_TENSORS = 20_000
_LENGTH_BYTES = 8
_WIDTHS = {"F32": 4, "F16": 2, "BF16": 2}


@dataclass(frozen=True, kw_only=True)
class TensorFile:
    """A file's tensors by name, in float32, with what it says of itself."""

    tensors: Mapping[str, FloatArray]
    metadata: Mapping[str, str]
    sha256: str
    size_bytes: int


def read_tensors(path: Path) -> TensorFile:
    """Reads a whole file.

    Raises:
        ValueError: It is damaged, too large, or holds other numbers than finite floats; one line says what.
    """
    size_bytes = path.stat().st_size
    if size_bytes > MAX_FILE_BYTES:
        raise ValueError(f"the file may have at most {MAX_FILE_BYTES} bytes; it has {size_bytes}")
    data = path.read_bytes()
    header, begin = _header(data)
    metadata = _metadata(header.pop("__metadata__", {}))
    if len(header) > MAX_TENSORS:
        raise ValueError(f"the file may hold at most {MAX_TENSORS} tensors; it holds {len(header)}")
    body = memoryview(data)[begin:]
    places = {name: _place(name, entry) for name, entry in header.items()}
    _check_offsets(places, len(body))
    tensors = {name: _tensor(name, place, body) for name, place in places.items()}
    return TensorFile(tensors=tensors, metadata=metadata, sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data))


@dataclass(frozen=True, kw_only=True)
class _Place:
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(data[:_LENGTH_BYTES], "little")
    if len(data) < _LENGTH_BYTES or length > len(data) - _LENGTH_BYTES:
        raise ValueError(f"damaged: its header ends behind its last byte; it has {len(data)}")
    if length > MAX_HEADER_BYTES:
        raise ValueError(f"its header may have at most {MAX_HEADER_BYTES} bytes; it has {length}")
    begin = _LENGTH_BYTES + length
    try:
        header = json.loads(data[_LENGTH_BYTES:begin], object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"damaged: its header is no JSON: {str(error)[:80]}") from None
    if not isinstance(header, dict):
        raise ValueError("damaged: its header is no JSON object")
    return header, begin


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _metadata(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError("damaged: __metadata__ must be an object of texts")
    return value


def _place(name: str, entry: Any) -> _Place:
    shown = repr(name[:80])
    try:
        dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    except (TypeError, KeyError, ValueError):
        raise ValueError(f"damaged: {shown} must have dtype, shape and data_offsets") from None
    if dtype not in _WIDTHS:
        raise ValueError(f"{shown} must be of dtype {', '.join(_WIDTHS)}; it is {str(dtype)[:20]}")
    if not all(type(number) is int and number >= 0 for number in (*shape, begin, end)) or len(shape) > 4:
        raise ValueError(f"damaged: {shown} must have a shape of at most 4 whole numbers, and two offsets")
    if end - begin != math.prod(shape) * _WIDTHS[dtype]:
        raise ValueError(f"damaged: {shown} of shape {list(shape)} cannot have {end - begin} bytes")
    return _Place(dtype=dtype, shape=shape, begin=begin, end=end)


def _check_offsets(places: Mapping[str, _Place], size_bytes: int) -> None:
    """Tensors lie one behind the other from the first byte to the last, as the format demands."""
    before = 0
    for name, place in sorted(places.items(), key=lambda item: (item[1].begin, item[1].end)):
        if place.begin != before:
            what = "overlaps the one before it" if place.begin < before else "leaves a gap before it"
            raise ValueError(f"damaged: {name[:80]!r} {what}")
        before = place.end
    if before != size_bytes:
        raise ValueError(f"damaged: its tensors end at byte {before} of {size_bytes}")


def _tensor(name: str, place: _Place, body: memoryview) -> FloatArray:
    raw = body[place.begin : place.end]
    if place.dtype == "BF16":  # the upper half of a float32
        values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
    else:
        values = np.frombuffer(raw, "<f4" if place.dtype == "F32" else "<f2").astype(np.float32)
    if not np.isfinite(values).all():
        raise ValueError(f"{name[:80]!r} holds NaN or infinity")
    return values.reshape(place.shape)
