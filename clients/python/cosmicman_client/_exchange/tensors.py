"""Tensors as bytes in the safetensors format: a length, a header in JSON, the numbers. No number is looked at."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MEDIA_TYPE = "application/vnd.safetensors"
_METADATA = "__metadata__"
_LENGTH_BYTES = 8


@dataclass(frozen=True, kw_only=True)
class RawTensor:
    """Numbers of a kind, by the format's name of it."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes = field(repr=False)


def pack(tensors: Mapping[str, RawTensor], metadata: Mapping[str, str]) -> bytes:
    """Tensors by name, and texts beside them."""
    header: dict[str, Any] = {_METADATA: dict(metadata)}
    place = 0
    for name, tensor in tensors.items():
        end = place + len(tensor.data)
        header[name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [place, end]}
        place = end
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % 8)
    return b"".join((len(text).to_bytes(_LENGTH_BYTES, "little"), text, *(each.data for each in tensors.values())))


def unpack(body: bytes) -> tuple[dict[str, RawTensor], dict[str, str]]:
    """What `pack` packed.

    Raises:
        ValueError: It is no such body.
    """
    start = _LENGTH_BYTES + int.from_bytes(body[:_LENGTH_BYTES], "little")
    if start > len(body):
        raise ValueError("it ends within its header")
    header = json.loads(body[_LENGTH_BYTES:start])
    try:
        metadata = dict(header.pop(_METADATA, {}))
        return {name: _tensor(entry, body, start) for name, entry in header.items()}, metadata
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"its header is none: {error}") from None


def _tensor(entry: Mapping[str, Any], body: bytes, start: int) -> RawTensor:
    begin, end = entry["data_offsets"]
    if not 0 <= begin <= end <= len(body) - start:
        raise ValueError("a tensor ends behind its last byte")
    return RawTensor(dtype=entry["dtype"], shape=tuple(entry["shape"]), data=body[start + begin : start + end])
