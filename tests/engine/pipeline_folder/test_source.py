"""Which folders are a model: pipelines, a UNet on a base, checkpoints of the published code; and what is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import UNet2DConditionModel

from engine.pipeline_folder.source import open_source, stock_config
from engine.pipeline_folder.weights import load_part


@pytest.fixture
def unet_alone(sdxl_checkpoint: Path, tmp_path: Path) -> Path:
    """A repository that holds a UNet and nothing else, as the published weights do."""
    return Path(shutil.copytree(sdxl_checkpoint / "unet", tmp_path / "CosmicMan-SDXL"))


def edit(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **changes}), encoding="utf-8")


def test_a_pipeline_folder_is_a_source(sdxl_checkpoint: Path, checkpoint: Path) -> None:
    sdxl, sd = open_source(sdxl_checkpoint), open_source(checkpoint, label="owner/name")
    assert (sdxl.family, sd.family) == ("sdxl", "sd")
    assert "text_encoder_2" in sdxl.folders and "text_encoder_2" not in sd.folders
    assert (sdxl.label, sd.label, sd.name) == ("checkpoint", "owner/name", "name")
    assert sd.facts["licence"] == "Apache-2.0"


@pytest.mark.parametrize("place", [".", "unet"])
def test_a_unet_alone_replaces_that_of_its_base(
    place: str, unet_alone: Path, sdxl_checkpoint: Path, tmp_path: Path
) -> None:
    folder = unet_alone
    if place == "unet":
        folder = tmp_path / "checkpoint-2000"
        shutil.copytree(unet_alone, folder / "unet")
    source = open_source(folder, sdxl_checkpoint, label="cosmicman/CosmicMan-SDXL", base_label="stabilityai/base")
    assert source.folders["unet"] == folder / place
    assert source.folders["vae"] == sdxl_checkpoint / "vae"
    assert (source.family, source.name) == ("sdxl", "CosmicMan-SDXL")
    assert source.label == "cosmicman/CosmicMan-SDXL on stabilityai/base"


def test_a_checkpoint_of_the_published_code_is_read_in_stock_words(unet_alone: Path, sdxl_checkpoint: Path) -> None:
    edit(
        unet_alone / "config.json",
        _class_name="UNet2DConditionModel_New",
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D_New"],
        mid_block_type="UNetMidBlock2DCrossAttn_New",
        up_block_types=["CrossAttnUpBlock2D_New", "UpBlock2D"],
        upcast_attention=None,
        decay=0.9999,
        optimization_step=2000,
    )
    source = open_source(unet_alone, sdxl_checkpoint)
    assert source.config("unet")["mid_block_type"] == "UNetMidBlock2DCrossAttn"
    assert "decay" not in source.config("unet")
    model = load_part(UNet2DConditionModel, source.folders["unet"], source.config("unet"), torch.float32)
    stock = UNet2DConditionModel.from_pretrained(sdxl_checkpoint / "unet").state_dict()
    assert model.state_dict().keys() == stock.keys()
    assert all(torch.equal(value, stock[name]) for name, value in model.state_dict().items())


def test_only_the_end_of_a_name_is_taken_off() -> None:
    assert stock_config({"a": "A_New", "b": ["B_New", 1], "c": "New_York", "d": None}) == {
        "a": "A",
        "b": ["B", 1],
        "c": "New_York",
        "d": None,
    }


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "inpainting": (
        lambda p: edit(p, in_channels=9),
        "a UNet that draws from text alone reads as many channels as the VAE has, 4; this one reads 9",
    ),
    "guidance distilled in": (
        lambda p: edit(p, time_cond_proj_dim=256),
        "time_cond_proj_dim is not supported; got 256",
    ),
    "another text width": (
        lambda p: edit(p, cross_attention_dim=64),
        "reads text of width 64; .* sdxl pipeline give 48",
    ),
    "other sizes": (
        lambda p: edit(p, projection_class_embeddings_input_dim=9),
        "projection_class_embeddings_input_dim must be 72",
    ),
    "no width": (lambda p: edit(p, cross_attention_dim=None), r"config\.json: must say cross_attention_dim"),
    "no unet": (lambda p: edit(p, _class_name="AutoencoderKL"), "holds no UNet: neither config.json nor unet/config"),
}


@pytest.mark.parametrize("name", list(FAULTS))
def test_a_unet_that_does_not_fit_its_base_is_refused(name: str, unet_alone: Path, sdxl_checkpoint: Path) -> None:
    fault, message = FAULTS[name]
    fault(unet_alone / "config.json")
    with pytest.raises(ValueError, match=message):
        open_source(unet_alone, sdxl_checkpoint)


def test_a_vae_of_latents_that_are_scaled_otherwise_is_refused(sdxl_checkpoint: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(sdxl_checkpoint, tmp_path / "copy"))
    edit(copy / "vae/config.json", latents_mean=[0.1, 0.2, 0.3, 0.4])
    with pytest.raises(ValueError, match=r"vae/config\.json: latents_mean is not supported"):
        open_source(copy)


def test_weights_of_another_family_are_refused(checkpoint: Path, sdxl_checkpoint: Path) -> None:
    with pytest.raises(
        ValueError, match="UNet of a pipeline of family sdxl has addition_embed_type text_time; .* None"
    ):
        open_source(checkpoint, sdxl_checkpoint)
    with pytest.raises(ValueError, match="UNet of a pipeline of family sd has addition_embed_type None; .* text_time"):
        open_source(sdxl_checkpoint, checkpoint)


def test_a_unet_alone_asks_for_its_base(unet_alone: Path) -> None:
    with pytest.raises(ValueError, match=r"no model_index\.json; it holds a UNet alone, which needs a base"):
        open_source(unet_alone)
