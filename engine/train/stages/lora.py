"""LoRA: small matrices learnt beside frozen weights (Hu et al. 2021, arXiv 2106.09685), by peft.

It knows how adapters are added, written in diffusers' format and merged away; it does not know how they are trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig as PeftConfig
from peft.utils import get_peft_model_state_dict
from torch import Tensor

from engine.bundle.manifest import FewSteps
from engine.files.whole import whole_folder
from engine.pipeline_folder.few_steps import write_few_steps_config
from engine.train.recipe.model import LoraConfig

_ADAPTER = "default"  # the name that stock diffusers loads without being told one


def add_adapters(unet: UNet2DConditionModel, config: LoraConfig) -> None:
    """Freeze `unet` and add adapters that do nothing yet to the layers whose names end as `config.targets` say.

    Raises ValueError where no layer is called so.
    """
    unet.requires_grad_(False)
    settings = PeftConfig(
        r=config.rank,
        lora_alpha=config.alpha if config.alpha is not None else config.rank,  # type: ignore[arg-type] # any number
        target_modules=list(config.targets),
        init_lora_weights="gaussian",
    )
    try:
        unet.add_adapter(settings, adapter_name=_ADAPTER)
    except ValueError as error:
        raise ValueError(f"unet.lora.targets {list(config.targets)} name no layer of this unet") from error


def load_adapters(unet: UNet2DConditionModel, tensors: Mapping[str, Tensor]) -> None:
    """Take over the adapters of a checkpoint, by parameter name; raise ValueError where one is missing."""
    own = {name: value for name, value in unet.named_parameters() if ".lora_" in name}
    missing = own.keys() ^ tensors.keys()
    if missing:
        raise ValueError(f"the checkpoint's adapters are of other layers than the recipe's: {min(missing)}")
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(tensors[name])


def save_lora(unet: UNet2DConditionModel, folder: Path, few_steps: FewSteps | None = None) -> None:
    """Write the adapters alone, whole, so that a stock pipeline's `load_lora_weights(folder)` takes them.

    Those of few steps are in half precision, and say how they draw.

    The file notes rank and alpha: without them diffusers takes alpha to be the rank.
    """
    layers = convert_state_dict_to_diffusers(get_peft_model_state_dict(unet, adapter_name=_ADAPTER))
    metadata = unet.peft_config[_ADAPTER].to_dict()
    with whole_folder(folder) as temporary:
        if few_steps is not None:
            layers = {name: value.half() for name, value in layers.items()}
            write_few_steps_config(few_steps, temporary)
        StableDiffusionPipeline.save_lora_weights(
            temporary, unet_lora_layers=layers, unet_lora_adapter_metadata=metadata, safe_serialization=True
        )


def merge_adapters(unet: UNet2DConditionModel) -> None:
    """Add the adapters to the weights they stand beside and take them away: a stock UNet, every weight trainable."""
    unet.fuse_lora()
    unet.unload_lora()
    unet.requires_grad_(True)
