"""What cannot be trained is refused before it starts, with the file or the setting and what was expected."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel
from PIL import Image

from engine.train import main
from engine.train.losses.attention_capture import cross_attention_layers
from engine.train.losses.supervision import supervised_levels
from engine.train.recipe.reading import load_recipe
from tests.engine.train.conftest import write_recipe
from tests.engine.train.test_base import base_tree


def refused(tmp_path: Path, tree: dict[str, Any], *overrides: str) -> str:
    """The message of a run that leaves no checkpoint and no sample."""
    with pytest.raises(ValueError) as caught:
        main(write_recipe(tmp_path / "recipe.yaml", tree), list(overrides), out=tmp_path / "run")
    assert not (tmp_path / "run" / "checkpoints").exists() and not (tmp_path / "run" / "samples").exists()
    return str(caught.value)


def test_another_family_is_refused(checkpoint: Path, sdxl_checkpoint: Path, data: Path, tmp_path: Path) -> None:
    message = refused(tmp_path, base_tree(checkpoint, data), f"base.unet={sdxl_checkpoint}")
    assert "unet/config.json: the UNet of a pipeline of family sd has addition_embed_type None" in message
    index = json.loads((checkpoint / "model_index.json").read_text(encoding="utf-8"))
    copy = Path(shutil.copytree(checkpoint, tmp_path / "flux"))
    (copy / "model_index.json").write_text(json.dumps({**index, "_class_name": "FluxPipeline"}), encoding="utf-8")
    message = refused(tmp_path, base_tree(copy, data))
    assert "flux/model_index.json: the pipeline must be one of StableDiffusionPipeline" in message
    assert message.endswith("got FluxPipeline")


def test_settings_that_do_not_fit_the_base_are_refused(checkpoint: Path, data: Path, tmp_path: Path) -> None:
    tree = base_tree(checkpoint, data)
    assert "base: nowhere: there is no such folder" in refused(tmp_path, tree, "base.pipeline=nowhere")
    assert "data.sizes must be multiples of 8" in refused(tmp_path, tree, "data.sizes=[[20, 24]]")
    assert "this unet has cross-attention at strides 8, got 16" in refused(tmp_path, tree, "hola.strides=[16]")
    message = refused(tmp_path, tree, "noise.prediction_type=epsilon")
    assert message == "noise: rescale_betas_zero_snr needs v_prediction: noise alone says nothing of its own epsilon"
    assert "stage must be one of unet, package" in _stage(tmp_path, tree, "vae")


def _stage(tmp_path: Path, tree: dict[str, Any], stage: str) -> str:
    with pytest.raises(ValueError) as caught:
        main(write_recipe(tmp_path / "recipe.yaml", tree), stage=stage, out=tmp_path / "run")
    return str(caught.value)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("unet.block_out_channels=[8]", "unet.block_out_channels comes from base.pipeline; leave it out"),
        ("unet.heads=2", "unet.heads comes from base.pipeline"),
        ("tokenizer.vocab_size=600", "tokenizer comes from base.pipeline"),
        ("base.pipline=x", "unknown setting base.pipline; expected one of pipeline, unet, variant"),
        ("base=null", "setting vae is missing; without it a recipe needs base.pipeline"),
        ("caption.windows=0", "caption: windows must be more than 0"),
        ("caption.variants=-1", "caption: variants must be at least 0"),
        ("unet.num_samples=-1", "unet: num_samples must be at least 0"),
    ],
)
def test_a_setting_that_would_do_nothing_is_refused(
    override: str, message: str, checkpoint: Path, data: Path, tmp_path: Path
) -> None:
    path = write_recipe(tmp_path / "recipe.yaml", base_tree(checkpoint, data))
    with pytest.raises(ValueError) as caught:
        load_recipe(path, [override])
    assert message in str(caught.value)


@pytest.fixture
def damaged(data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(data, tmp_path / "damaged"))


FAULTS = {
    "a mask of another size": (
        np.zeros((8, 8), np.uint8),
        r"rows_0.parquet row 2: {folder}/parsing/2.png must be 16x24 as its row says, got 8x8",
    ),
    "a label there is not": (
        np.full((24, 16), 200, np.uint8),
        r"rows_0.parquet row 2: {folder}/parsing/2.png: labels must be 0 to 17, got 200",
    ),
    "a mask in colour": (
        np.zeros((24, 16, 3), np.uint8),
        r"rows_0.parquet row 2: {folder}/parsing/2.png: a label map must be mode L or P, got RGB",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["base", "own"])
def test_a_bad_label_map_stops_the_run_before_its_first_step(
    kind: str, fault: str, checkpoint: Path, damaged: Path, recipe_file: Path, tmp_path: Path
) -> None:
    mask, message = FAULTS[fault]
    Image.fromarray(mask).save(damaged / "parsing" / "2.png")
    with pytest.raises(ValueError) as caught:
        if kind == "base":
            main(write_recipe(tmp_path / "recipe.yaml", base_tree(checkpoint, damaged)), out=tmp_path / "run")
        else:
            main(recipe_file, [f"data.folder={damaged}"], out=tmp_path / "run")
    assert str(caught.value).startswith(message.format(folder=damaged))
    assert "data.max_unreadable allows 0" in str(caught.value)
    assert not (tmp_path / "run" / "checkpoints").exists() and not (tmp_path / "run" / "tokenizer").exists()


SD = {"block_out_channels": (320, 640, 1280, 1280), "cross_attention_dim": 768, "attention_head_dim": 8}
SDXL = {
    "block_out_channels": (320, 640, 1280),
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 2, 10),
    "attention_head_dim": (5, 10, 20),
    "cross_attention_dim": 2048,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}


@pytest.mark.parametrize(
    ("shape", "supervised", "layers", "parameters"), [(SD, 5, 16, 859_520_964), (SDXL, 10, 70, 2_567_463_684)]
)
def test_the_layers_of_the_paper_are_held_at_full_size(
    shape: dict[str, Any], supervised: int, layers: int, parameters: int
) -> None:
    with torch.device("meta"):
        unet = UNet2DConditionModel(**shape)
    assert sum(value.numel() for value in unet.parameters()) == parameters
    levels = supervised_levels(unet, (16,), 8)
    assert len(cross_attention_layers(unet, levels)) == supervised
    assert len([name for name, _ in unet.named_modules() if name.endswith(".attn2")]) == layers
    able = "16, 32" if shape is SDXL else "8, 16, 32, 64"
    with pytest.raises(ValueError, match=f"cross-attention at strides {able}, got 128"):
        supervised_levels(unet, (128,), 8)
