"""Bodies of tensors: the safetensors format, read and written as bytes; the gateway never sees a number in them.

The format: eight bytes with the header's length, the header in JSON, the tensors' bytes. `__metadata__` in the header
holds texts by name. See https://github.com/huggingface/safetensors.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server.http import json_limits, problems
from server.http.json_body import decode
from server.http.json_limits import Cut
from server.http.problems import ProblemError, printable, shown

MEDIA_TYPE = "application/vnd.safetensors"
METADATA = "__metadata__"
#: Bytes of a number, by the format's name of its kind.
WIDTHS = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8, "I32": 4, "I64": 8}
_LENGTH_BYTES = 8
#: So that tensors lie where every kind of number may.
_ALIGNMENT = 8
MAX_DIMENSIONS = 8


@dataclass(frozen=True, kw_only=True)
class Tensor:
    dtype: str
    shape: tuple[int, ...]
    data: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class TensorBody:
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def write_tensors(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> bytes:
    header: dict[str, Any] = {METADATA: dict(metadata)}
    place = 0
    for name, tensor in tensors.items():
        offsets = [place, place + len(tensor.data)]
        header[name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": offsets}
        place = offsets[1]
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    text += b" " * (-len(text) % _ALIGNMENT)
    return b"".join((len(text).to_bytes(_LENGTH_BYTES, "little"), text, *(each.data for each in tensors.values())))


def read_tensors(body: bytes, most: int) -> TensorBody:
    """A body's tensors, none of which is looked into.

    Args:
        body: All of it.
        most: Bytes that its header may have.

    Raises:
        ProblemError: 400 or 413: it is no such body; 422 for a name that stands there twice.
    """
    header, start = _header(body, most)
    metadata = header.pop(METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise _damaged(f"{METADATA} must be an object of texts")
    places = {name: _place(name, entry) for name, entry in header.items()}
    before = 0
    for name, (_, _, begin, end) in sorted(places.items(), key=lambda item: item[1][2:]):
        if begin != before:
            raise _damaged(
                f"the bytes of {_named(name)} must begin where those before it end, at {before}; got {begin}"
            )
        before = end
    if before != len(body) - start:
        raise _damaged(f"its tensors must have {before} bytes, as its header says; got {len(body) - start}")
    tensors = {
        name: Tensor(dtype=dtype, shape=shape, data=body[start + begin : start + end])
        for name, (dtype, shape, begin, end) in places.items()
    }
    return TensorBody(tensors=tensors, metadata=metadata)


def _header(body: bytes, most: int) -> tuple[dict[str, Any], int]:
    """The header, and where the tensors' bytes begin."""
    length = int.from_bytes(body[:_LENGTH_BYTES], "little")
    if len(body) < _LENGTH_BYTES:
        raise _damaged(f"it must begin with {_LENGTH_BYTES} bytes that say how long its header is; got {len(body)}")
    if length > len(body) - _LENGTH_BYTES:
        raise _damaged(f"its header must end before its last byte, {len(body)}; it says {length} bytes")
    text = body[_LENGTH_BYTES : _LENGTH_BYTES + length]
    json_limits.check(text, most, ())
    header = decode(Cut(text=text))
    if not isinstance(header, dict):
        raise _damaged(f"its header must be a JSON object; got {shown(header)}")
    return header, _LENGTH_BYTES + length


def _place(name: str, entry: object) -> tuple[str, tuple[int, ...], int, int]:
    """Kind, shape, and where in the tensors' bytes it begins and ends."""
    fields = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = (fields.get(each, []) for each in ("dtype", "shape", "data_offsets"))
    if not (isinstance(dtype, str) and _whole(shape, MAX_DIMENSIONS) and _whole(offsets, 2) and len(offsets) == 2):
        raise _damaged(f"{_named(name)} must have a dtype, a shape and two data_offsets")
    if dtype not in WIDTHS:
        raise _damaged(f"{_named(name)} must be of dtype {', '.join(WIDTHS)}; got {shown(dtype)}")
    begin, end = offsets
    needed = math.prod(shape) * WIDTHS[dtype]
    if end - begin != needed:
        raise _damaged(f"{_named(name)} of shape {list(shape)} in {dtype} has {needed} bytes; got {end - begin}")
    return dtype, tuple(shape), begin, end


def _whole(value: Any, most: int) -> bool:
    """Whether it is a list of so many numbers at most, each whole and none below 0."""
    return isinstance(value, list) and len(value) <= most and all(type(each) is int and each >= 0 for each in value)


def _named(name: str) -> str:
    return printable(name[:40])


def _damaged(why: str) -> ProblemError:
    return ProblemError(problems.NOT_SAFETENSORS, f"The body must be in the safetensors format; {why}.")
