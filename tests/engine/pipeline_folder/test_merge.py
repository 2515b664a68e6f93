"""Merged weights are those that the library an adapter was trained with merges; what cannot be merged is named."""

from pathlib import Path
from typing import Any

import numpy as np
import peft
import pytest
import torch
from diffusers import UNet2DConditionModel
from peft import LoHaConfig, LoKrConfig, LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextModel

from engine.pipeline_folder.merge import merging

TARGETS = ["attn1.to_q", "attn2.to_k", "proj_in", "conv1"]


def loaded(checkpoint: Path) -> Any:
    return UNet2DConditionModel.from_pretrained(checkpoint / "unet").eval()


def trained(model: Any, config: Any) -> Any:
    """A model with adapters that do something."""
    torch.manual_seed(0)
    found = peft.get_peft_model(model, config)
    with torch.no_grad():
        for name, value in found.named_parameters():
            if any(mark in name for mark in ("lora_", "hada_", "lokr_")):
                value.normal_(std=0.1)
    return found


def write(path: Path, model: Any, strip: str = "base_model.model.", **changes: Any) -> Path:
    tensors = get_peft_model_state_dict(model)
    prefix = changes.get("prefix", "unet.")
    named = {prefix + name.removeprefix(strip): value.contiguous() for name, value in tensors.items()}
    save_file(named | changes.get("more", {}), path)
    return path


def weights(model: nn.Module) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in model.named_parameters()}


@pytest.mark.parametrize(
    "config",
    [
        LoraConfig(r=4, lora_alpha=4, target_modules=TARGETS),
        LoHaConfig(r=3, alpha=3, target_modules=TARGETS, use_effective_conv2d=True),
        LoHaConfig(r=3, alpha=3, target_modules=TARGETS),
        LoKrConfig(r=3, alpha=3, target_modules=TARGETS, use_effective_conv2d=True),
        LoKrConfig(r=3, alpha=3, target_modules=TARGETS, decompose_both=True),
    ],
    ids=["lora", "loha with cores", "loha", "lokr with cores", "lokr"],
)
def test_every_kind_is_merged_as_peft_merges_it(checkpoint: Path, tmp_path: Path, config: Any) -> None:
    model = trained(loaded(checkpoint), config)
    path = write(tmp_path / "a.safetensors", model)
    expected = weights(model.merge_and_unload())
    plain = loaded(checkpoint)
    before = weights(plain)
    merge = merging([(path, 1.0)], {"unet"})
    assert merge is not None
    found = weights(merge("unet", plain))
    changed = [name for name in before if not torch.equal(before[name], found[name])]
    assert {name.rpartition(".weight")[0].rpartition(".")[2] for name in changed} == {
        "to_q",
        "to_k",
        "proj_in",
        "conv1",
    }
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("form", [".lora_{}.weight", ".lora.{}.weight"])
def test_scale_and_alpha_count(checkpoint: Path, tmp_path: Path, form: str) -> None:
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q"
    plain = loaded(checkpoint)
    width = plain.get_submodule(name).weight.shape
    down, up = torch.randn(2, width[1]), torch.randn(width[0], 2)
    key = "lora_unet_" + name.replace(".", "_") if form.startswith(".lora_") else f"unet.{name}"
    tensors = {key + form.format("down"): down, key + form.format("up"): up, f"{key}.alpha": torch.tensor(8.0)}
    save_file(tensors, tmp_path / "a.safetensors")
    before = plain.get_submodule(name).weight.detach().clone()
    merge = merging([(tmp_path / "a.safetensors", 0.5)], {"unet"})
    assert merge is not None
    found = merge("unet", plain).get_submodule(name).weight.detach()
    torch.testing.assert_close(found - before, 0.5 * 8 / 2 * up @ down, atol=1e-4, rtol=1e-4)


def test_text_encoders_are_merged_too(checkpoint: Path, tmp_path: Path) -> None:
    encoder = CLIPTextModel.from_pretrained(checkpoint / "text_encoder")
    [name] = [name for name, _ in encoder.named_modules() if name.endswith("layers.0.mlp.fc1")]
    weight = encoder.get_submodule(name).weight
    before, key = weight.detach().clone(), "lora_te_text_model_encoder_layers_0_mlp_fc1"
    tensors = {
        f"{key}.lora_down.weight": torch.ones(1, weight.shape[1]),
        f"{key}.lora_up.weight": torch.ones(weight.shape[0], 1),
    }
    save_file(tensors, tmp_path / "a.safetensors")
    merge = merging([(tmp_path / "a.safetensors", 1.0)], {"unet", "text_encoder"})
    assert merge is not None
    merge("unet", loaded(checkpoint))
    merge("text_encoder", encoder)
    torch.testing.assert_close(weight.detach(), before + 1)
    with pytest.raises(ValueError, match="changes text_encoder, which the checkpoint has not"):
        merging([(tmp_path / "a.safetensors", 1.0)], {"unet"})


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({}, "holds no tensors"),
        ({"lora_unet_x.dora_scale": [1.0]}, "1 of its 1 tensors are of no kind that can be merged: 'lora_unet_x.dora"),
        ({"unet.nowhere.lora_A.weight": [[1.0]]}, "1 of its 1 layers are none of the unet: 'unet.nowhere'"),
        ({"unet.conv_in.lora_A.weight": [[1.0]]}, "does not fit conv_in: it lacks 'up'"),
        (
            {"unet.conv_in.lora_A.weight": [[1.0]], "unet.conv_in.lora_B.weight": [[1.0]]},
            "'unet.conv_in' does not fit conv_in: shape",
        ),
    ],
)
def test_what_cannot_be_merged_is_named(
    checkpoint: Path, tmp_path: Path, tensors: dict[str, Any], message: str
) -> None:
    save_file({name: torch.tensor(np.array(value, np.float32)) for name, value in tensors.items()}, tmp_path / "a")
    with pytest.raises(ValueError, match=message):
        merge = merging([(tmp_path / "a", 1.0)], {"unet"})
        assert merge is not None
        merge("unet", loaded(checkpoint))


def test_no_file_and_no_number_are_refused(tmp_path: Path) -> None:
    assert merging([], {"unet"}) is None
    with pytest.raises(ValueError, match="cannot be read"):
        merging([(tmp_path / "none", 1.0)], {"unet"})
    with pytest.raises(ValueError, match="its scale must be a number; got nan"):
        merging([(tmp_path / "none", float("nan"))], {"unet"})
