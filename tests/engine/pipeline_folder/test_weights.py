"""Weights are found plain, in shards and as variants; pickles, lost shards and those of another model are refused."""

import json
from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file, save_file

from engine.pipeline_folder.source import read_json
from engine.pipeline_folder.weights import find_weights, load_part

NAME = "diffusion_pytorch_model"


@pytest.fixture
def part(checkpoint: Path, tmp_path: Path) -> Path:
    """A VAE whose weights each test saves as it needs."""
    folder = tmp_path / "vae"
    folder.mkdir()
    (folder / "config.json").write_bytes((checkpoint / "vae/config.json").read_bytes())
    return folder


@pytest.fixture(scope="module")
def weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    return load_file(checkpoint / f"vae/{NAME}.safetensors")


def load(folder: Path, variant: str | None = None) -> dict[str, torch.Tensor]:
    config = read_json(folder / "config.json")
    state: dict[str, torch.Tensor] = load_part(
        AutoencoderKL, folder, config, torch.float32, variant=variant
    ).state_dict()
    return state


def test_the_only_variant_is_taken_and_a_wanted_one_found(part: Path, weights: dict[str, torch.Tensor]) -> None:
    save_file({name: value.half() for name, value in weights.items()}, part / f"{NAME}.fp16.safetensors")
    for variant in (None, "fp16"):
        loaded = load(part, variant)
        assert all(torch.equal(loaded[name], value.half().float()) for name, value in weights.items())
    with pytest.raises(ValueError, match="has neither plain weights nor a variant bf16; there are fp16"):
        load(part, "bf16")


def test_plain_weights_come_before_variants(part: Path, weights: dict[str, torch.Tensor]) -> None:
    for suffix in ("", ".fp16", ".ema"):
        (part / f"{NAME}{suffix}.safetensors").touch()
    assert find_weights(part) == {f"{NAME}.safetensors": part / f"{NAME}.safetensors"}
    assert find_weights(part, variant="fp16") == {f"{NAME}.safetensors": part / f"{NAME}.fp16.safetensors"}
    assert find_weights(part, variant="bf16") == find_weights(part)
    (part / f"{NAME}.safetensors").unlink()
    with pytest.raises(ValueError, match="choose a variant: ema, fp16"):
        find_weights(part)


@pytest.mark.parametrize("variant", ["", ".fp16"])
def test_shards_are_put_together(variant: str, part: Path, weights: dict[str, torch.Tensor]) -> None:
    places = {name: f"{NAME}{variant}-0000{1 + number % 2}-of-00002.safetensors" for number, name in enumerate(weights)}
    for shard in set(places.values()):
        save_file({name: value for name, value in weights.items() if places[name] == shard}, part / shard)
    index = part / f"{NAME}.safetensors.index{variant}.json"
    index.write_text(json.dumps({"metadata": {"total_size": 1}, "weight_map": places}), encoding="utf-8")
    loaded = load(part)
    assert all(torch.equal(loaded[name], value) for name, value in weights.items())
    (part / f"{NAME}{variant}-00002-of-00002.safetensors").unlink()
    with pytest.raises(ValueError, match=r"00002-of-00002\.safetensors: missing; .* lists it"):
        load(part)


def test_a_shard_elsewhere_is_refused(part: Path) -> None:
    index = part / f"{NAME}.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../secret.safetensors"}}), encoding="utf-8")
    with pytest.raises(ValueError, match="a shard must be a .safetensors file beside it; got '../secret"):
        find_weights(part)


def test_pickled_weights_are_refused_by_name(part: Path) -> None:
    with pytest.raises(ValueError, match="holds no weights: neither diffusion_pytorch_model.safetensors nor model"):
        find_weights(part)
    (part / f"{NAME}.bin").write_bytes(b"\x80\x04")
    with pytest.raises(ValueError, match=rf"holds pickled weights \({NAME}\.bin\), which run code when they are read"):
        find_weights(part)


def test_weights_of_another_config_are_refused(part: Path, weights: dict[str, torch.Tensor]) -> None:
    kept = {name: value for name, value in weights.items() if name != "decoder.conv_out.bias"}
    save_file(kept, part / f"{NAME}.safetensors")
    with pytest.raises(ValueError, match=r"1 are missing or of another shape, first decoder\.conv_out\.bias"):
        load(part)


def test_cut_weights_are_refused(part: Path) -> None:
    (part / f"{NAME}.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{")
    with pytest.raises(ValueError, match="vae: cannot load the weights"):
        load(part)
