"""The tiny models with a fast decoder and a UNet of few steps, untrained both."""

import shutil
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel

from engine.bundle.manifest import FewSteps
from engine.pipeline_folder.fast_decoder import FastDecoder, FastDecoderShape, save_fast_decoder
from engine.train.recipe.distil import FewStepsConfig
from engine.train.recipe.fit import FitConfig
from engine.train.stages.lora import add_adapters, save_lora

FIT = FitConfig(steps=1, batch_size=1, learning_rate=1e-3)
FEW = FewSteps(steps=4, sampler="ddim")


def add_fast_paths(checkpoint: Path, folder: Path, *, scaling_factor: float = 0.5) -> Path:
    """A copy of a checkpoint with both parts beside the others."""
    shutil.copytree(checkpoint, folder)
    torch.manual_seed(3)
    unet = UNet2DConditionModel.from_pretrained(folder / "unet")
    add_adapters(unet, FewStepsConfig(fit=FIT).lora)
    with torch.no_grad():
        for name, value in unet.named_parameters():
            if ".lora_B." in name:
                value.normal_(std=0.3)
    save_lora(unet, folder / "few_steps", FEW)
    shape = FastDecoderShape(latent_channels=4, channels=(8, 8), blocks=(1, 1), scaling_factor=scaling_factor)
    save_fast_decoder(FastDecoder(shape), folder / "fast_decoder")
    return folder
