"""Adapters alone are trained; they load in stock diffusers and merge into a package that draws the same."""

from pathlib import Path

import pytest
import torch
from diffusers import DiffusionPipeline, UNet2DConditionModel
from safetensors import safe_open

from engine.train import main
from engine.train.loop import checkpoint as states
from engine.train.recipe.reading import load_recipe
from tests.engine.train.conftest import write_recipe
from tests.engine.train.test_base import base_tree

LORA = {"rank": 2, "alpha": 6.0, "targets": ["attn2.to_k", "attn2.to_v", "to_out.0"]}


@pytest.fixture(scope="module", params=["sd", "sdxl"])
def base(request: pytest.FixtureRequest, checkpoint: Path, sdxl_checkpoint: Path) -> Path:
    return {"sd": checkpoint, "sdxl": sdxl_checkpoint}[request.param]


@pytest.fixture(scope="module")
def out(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = base_tree(base, data)
    tree["unet"] |= {"lora": LORA, "num_samples": 0}
    tree["unet"]["fit"] |= {"accumulate": 2, "mixed_precision": "bf16"}
    folder = tmp_path_factory.mktemp("lora")
    assert main(write_recipe(folder / "recipe.yaml", tree), out=folder / "run") == 0
    return folder / "run"


def test_adapters_alone_are_trained_and_written_down(out: Path) -> None:
    state = states.load(out / "checkpoints" / "unet")
    assert state.model and all(".lora_" in name for name in state.model)
    assert state.average.keys() == state.model.keys()
    assert all(value.dtype == torch.float32 for value in state.average.values())
    assert {key.partition("/")[0] for key in state.optimizer} == state.model.keys()
    ends = (".to_k.lora_", ".to_v.lora_", ".to_out.0.lora_")
    assert all(any(end in name for end in ends) for name in state.model)
    moved = [value for name, value in state.model.items() if ".lora_B." in name]
    assert all(value.abs().max() > 0 for value in moved)  # they begin at zero


def _predicted(unet: UNet2DConditionModel) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    config = unet.config
    added = None
    if config.addition_embed_type == "text_time":
        width = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        added = {"text_embeds": torch.randn(1, width, generator=generator), "time_ids": torch.ones(1, 6)}
    latents = torch.randn(1, config.in_channels, 8, 8, generator=generator)
    context = torch.randn(1, 77, config.cross_attention_dim, generator=generator)
    with torch.no_grad():
        predicted: torch.Tensor = unet(latents, 500, context, added_cond_kwargs=added).sample
    return predicted


def test_stock_diffusers_loads_the_adapters_and_they_do_what_the_merged_weights_do(base: Path, out: Path) -> None:
    with safe_open(out / "lora" / "pytorch_lora_weights.safetensors", "pt") as file:
        assert all(
            name.startswith("unet.") and ".lora." in name.replace("_A.", ".").replace("_B.", ".")
            for name in file.keys()
        )
    merged = _predicted(UNet2DConditionModel.from_pretrained(out / "unet"))
    package = DiffusionPipeline.from_pretrained(out / "package", local_files_only=True)
    pipeline = DiffusionPipeline.from_pretrained(base, local_files_only=True)
    before = _predicted(pipeline.unet)
    pipeline.load_lora_weights(out / "lora")
    adapted = _predicted(pipeline.unet)
    torch.testing.assert_close(adapted, merged, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(_predicted(package.unet.float()), merged, atol=3e-3, rtol=1e-2)  # it is float16
    assert (adapted - before).abs().max() > 2e-3


def test_the_finished_unet_is_stock_and_its_other_weights_are_the_bases(base: Path, out: Path) -> None:
    before = DiffusionPipeline.from_pretrained(base, local_files_only=True).unet.state_dict()
    after = UNet2DConditionModel.from_pretrained(out / "unet")
    changed = {name for name, value in after.state_dict().items() if not torch.equal(value, before[name])}
    assert after.state_dict().keys() == before.keys()
    assert changed and all(name.endswith((".to_k.weight", ".to_v.weight", ".to_out.0.weight")) for name in changed)


def test_a_finished_run_resumed_trains_no_further(base: Path, out: Path) -> None:
    before = (out / "unet" / "diffusion_pytorch_model.safetensors").read_bytes()
    assert main(out.parent / "recipe.yaml", stage="unet", resume=True, out=out) == 0
    assert (out / "unet" / "diffusion_pytorch_model.safetensors").read_bytes() == before


def test_wrong_settings_are_named(recipe_file: Path, base: Path, out: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"unet\.lora needs base or unet\.initial"):
        load_recipe(recipe_file, ["unet.lora.rank=4"])
    with pytest.raises(ValueError, match=r"unet\.lora: rank must not be negative, got -1"):
        load_recipe(recipe_file, ["unet.lora.rank=-1"])
    with pytest.raises(ValueError, match=r"unet\.lora\.targets \['to_x'\] name no layer"):
        main(out.parent / "recipe.yaml", ["unet.lora.targets=[to_x]"], stage="unet", out=tmp_path)
