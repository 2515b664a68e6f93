"""Adapters lie side by side, and each row's scales stand over its own columns alone."""

from pathlib import Path

import numpy as np

from engine.adapters.read import Adapter, read_adapter
from engine.adapters.stack import Stacks, columns_of, distinct, padded_columns
from engine.adapters.tensors import read_tensors
from tests.engine.adapters.files import ADAPTED, factors, tensors, write


def adapter(folder: Path, name: str, rank: int) -> Adapter:
    told = tensors(factors(rank=rank, seed=len(name)), "diffusers")
    return read_adapter(name, read_tensors(write(folder / name, told)), ADAPTED)


def test_rows_own_columns_by_their_scales(tmp_path: Path) -> None:
    one, two = adapter(tmp_path, "a", 4), adapter(tmp_path, "bb", 20)
    rows = [((one, 0.5),), (), ((two, -1.0), (one, 2.0))]
    inputs = Stacks().inputs(rows)
    down, up, scale = inputs["lora_down"], inputs["lora_up"], inputs["lora_scale"]
    assert down.shape == (one.down.shape[0], 32) and up.shape == (32, one.up.shape[1]) and scale.shape == (3, 32)
    assert not scale[1].any() and sorted(set(scale[0].tolist())) == [0.0, 0.5]
    for row, expected in ((0, 0.5 * one.down @ one.up), (2, 2 * one.down @ one.up - two.down @ two.up)):
        np.testing.assert_allclose((down * scale[row]) @ up, expected, atol=1e-5)


def test_the_same_adapters_are_laid_once_and_always_alike(tmp_path: Path) -> None:
    one, two = adapter(tmp_path, "a", 4), adapter(tmp_path, "bb", 20)
    stacks = Stacks()
    first, second = stacks.inputs([((one, 1.0),), ((two, 1.0),)]), stacks.inputs([((two, 1.0), (one, 1.0))])
    assert first["lora_down"] is second["lora_down"] and first["lora_up"] is second["lora_up"]
    assert distinct([((two, 1.0),), ((one, 1.0),)]) == distinct([((one, 1.0),), ((two, 1.0),)])


def test_one_file_under_two_names_counts_once_and_adds_up(tmp_path: Path) -> None:
    one, same = adapter(tmp_path, "a", 4), adapter(tmp_path, "a", 4)
    scale = Stacks().inputs([((one, 0.5), (same, 0.25))])["lora_scale"]
    assert columns_of([((one, 0.5), (same, 0.25))]) == 16 and scale.max() == 0.75


def test_columns_are_few_numbers(tmp_path: Path) -> None:
    assert [padded_columns(n) for n in (1, 16, 17, 32, 33, 100, 128)] == [16, 16, 32, 32, 64, 128, 128]
    assert columns_of([(), ()]) == 0
