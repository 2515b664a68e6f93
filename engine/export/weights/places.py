"""Where an ONNX file keeps the bytes of its weights, read off the protobuf message without loading it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

# Fields of ONNX's messages (onnx.proto): the graph of a model, its initializers, a tensor's name and bytes.
_GRAPH, _INITIALIZER, _NAME, _RAW_DATA = 7, 5, 8, 9
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def places_of(path: Path) -> dict[str, tuple[int, int]]:
    """Offset and length of the bytes of each weight that the file itself holds, by name."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found: dict[str, tuple[int, int]] = {}
        [(start, end)] = [place for field, *place in _fields(data, 0, len(data)) if field == _GRAPH]
        for field, begin, stop in _fields(data, start, end):
            if field != _INITIALIZER:
                continue
            of_tensor = {each: (first, last) for each, first, last in _fields(data, begin, stop)}
            if _RAW_DATA in of_tensor:
                first, last = of_tensor[_NAME]
                begins, ends = of_tensor[_RAW_DATA]
                found[data[first:last].decode()] = begins, ends - begins
        return found


def _fields(data: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number of each field of a protobuf message that has a length, with where its bytes begin and end."""
    place = start
    while place < end:
        tag, place = _varint(data, place)
        kind = tag & 7
        if kind == _BYTES:
            length, place = _varint(data, place)
            yield tag >> 3, place, place + length
            place += length
        elif kind == _VARINT:
            _, place = _varint(data, place)
        else:
            assert kind in (_FIXED32, _FIXED64), f"wire type {kind} is in no ONNX file"
            place += 4 if kind == _FIXED32 else 8


def _varint(data: mmap.mmap, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7
