"""A file is read as its writer meant it, or refused with what is wrong; nothing in it is believed."""

import json
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from engine.adapters import tensors
from engine.adapters.tensors import read_tensors


def put(path: Path, header: object, body: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def entry(shape: list[int], begin: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


@pytest.mark.parametrize("dtype", [np.float32, np.float16, ml_dtypes.bfloat16])
def test_what_the_library_wrote_is_read(tmp_path: Path, dtype: Any) -> None:
    values = np.random.default_rng(0).normal(size=(3, 4)).astype(dtype)
    save_file({"a": values, "b": values[:1] * 2}, tmp_path / "f", metadata={"licence": "mine"})
    found = read_tensors(tmp_path / "f")
    assert np.array_equal(found.tensors["a"], values.astype(np.float32)) and found.tensors["b"].shape == (1, 4)
    assert found.metadata == {"licence": "mine"} and len(found.sha256) == 64
    assert found.size_bytes == (tmp_path / "f").stat().st_size


@pytest.mark.parametrize(
    ("header", "body", "message"),
    [
        (b"{", b"", "no JSON"),
        (b"[]", b"", "no JSON object"),
        (b'{"a": {}, "a": {}}', b"", "twice"),
        ({"a": {"dtype": "F32"}}, b"", "must have dtype, shape and data_offsets"),
        ({"a": entry([1], 0, 4, "I64")}, b"\0" * 4, "must be of dtype F32, F16, BF16; it is I64"),
        ({"a": entry([-1], 0, 4)}, b"\0" * 4, "whole numbers"),
        ({"a": entry([1, 1, 1, 1, 1], 0, 4)}, b"\0" * 4, "at most 4"),
        ({"a": entry([2], 0, 4)}, b"\0" * 4, r"of shape \[2\] cannot have 4 bytes"),
        ({"a": entry([1], 0, 4), "b": entry([1], 0, 4)}, b"\0" * 4, "'b' overlaps"),
        ({"a": entry([1], 0, 4), "b": entry([1], 8, 12)}, b"\0" * 12, "'b' leaves a gap"),
        ({"a": entry([1], 0, 4)}, b"\0" * 8, "end at byte 4 of 8"),
        ({"a": entry([1], 0, 4)}, b"\0\0", "end at byte 4 of 2"),
        ({"__metadata__": {"a": 1}}, b"", "__metadata__ must be an object of texts"),
        ({"a": entry([1], 0, 4)}, np.float32("nan").tobytes(), "NaN or infinity"),
        ({"a": entry([1], 0, 2, "F16")}, np.float16("inf").tobytes(), "NaN or infinity"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, header: object, body: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_tensors(put(tmp_path / "f", header, body))


@pytest.mark.parametrize("data", [b"", b"\1", (2**62).to_bytes(8, "little"), (100).to_bytes(8, "little") + b"{}"])
def test_a_header_behind_the_end_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "f").write_bytes(data)
    with pytest.raises(ValueError, match="ends behind its last byte"):
        read_tensors(tmp_path / "f")


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "f", {"a": entry([1], 0, 4), "b": entry([1], 4, 8)}, b"\0" * 8)
    for name, message in (
        ("MAX_FILE_BYTES", "the file may have at most 1 bytes"),
        ("MAX_HEADER_BYTES", "its header may have at most 1 bytes"),
        ("MAX_TENSORS", "at most 1 tensors; it holds 2"),
    ):
        with monkeypatch.context() as patch, pytest.raises(ValueError, match=message):
            patch.setattr(tensors, name, 1)
            read_tensors(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "f"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="."):
        read_tensors(path)
