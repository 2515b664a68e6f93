"""The UNet of few steps in a pipeline folder: adapters beside the full UNet's weights, and how it draws.

The adapters are a file that a stock pipeline's `load_lora_weights` reads, such as a published LCM-LoRA. It knows files
and how adapters change weights; it does not know how they were trained or what becomes of them.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from diffusers import UNet2DConditionModel
from safetensors import SafetensorError
from torch import Tensor, nn

from engine.bundle.manifest import FewSteps
from engine.files.whole import write_json

ADAPTERS_FILE, CONFIG_FILE = "pytorch_lora_weights.safetensors", "few_steps.json"


@dataclass(frozen=True, kw_only=True)
class LowRank:
    """What adapters add to one weight: `columns` @ `rows`, in the weight's own shape where that has more dimensions.

    Attributes:
        layer: Name of the layer whose weight it is.
        columns: [outputs, rank].
        rows: [rank, inputs].
    """

    layer: str
    columns: Tensor
    rows: Tensor

    @property
    def transposed(self) -> LowRank:
        """What is added to the weight's transpose."""
        return LowRank(layer=self.layer, columns=self.rows.T, rows=self.columns.T)


def read_few_steps(folder: Path) -> FewSteps:
    """How the UNet of few steps in a folder draws.

    Raises:
        ValueError: The folder does not say; the message names the file.
    """
    path = folder / CONFIG_FILE
    try:
        told = json.loads(path.read_bytes())
        return FewSteps(steps=int(told["steps"]), sampler=str(told["sampler"]))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path}: must say steps and sampler: {error}") from error


def write_few_steps_config(few_steps: FewSteps, folder: Path) -> None:
    """Says how the UNet of few steps in a folder draws."""
    write_json(folder / CONFIG_FILE, asdict(few_steps))


def merge_few_steps(unet: UNet2DConditionModel, folder: Path) -> Mapping[str, LowRank]:
    """Adds the adapters in a folder to the weights of `unet`; what was added, by `weight_key` of what came of it.

    Raises:
        ValueError: The folder holds no adapters of this UNet.
    """
    path = folder / ADAPTERS_FILE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            unet.load_lora_adapter(folder, prefix="unet", weight_name=ADAPTERS_FILE, use_safetensors=True)
    except (OSError, SafetensorError, ValueError, RuntimeError, KeyError, IndexError) as error:
        raise ValueError(f"{path}: no adapters of this UNet: {str(error).splitlines()[0]}") from error
    factors = _factors(unet)
    if not factors:
        raise ValueError(f"{path}: names no layer of this UNet")
    unet.fuse_lora()
    unet.unload_lora()
    weights = {name: value for name, value in unet.named_parameters() if name.endswith(".weight")}
    found: dict[str, LowRank] = {}
    for name, factor in factors.items():
        weight = weights[f"{name}.weight"].detach()
        found[weight_key(weight)] = factor
        if weight.dim() == 2:
            found[weight_key(weight.T)] = factor.transposed
    return found


def weight_key(weight: Tensor) -> str:
    """A weight's content: the exporter keeps the values of weights, and not always their names or sides."""
    return hashlib.sha256(f"{tuple(weight.shape)}".encode() + weight.contiguous().numpy().tobytes()).hexdigest()


def _factors(unet: nn.Module) -> dict[str, LowRank]:
    """By the name of the layer."""
    found: dict[str, LowRank] = {}
    for name, module in unet.named_modules():
        adapters: Any = getattr(module, "lora_A", None)
        if not isinstance(adapters, nn.ModuleDict) or not len(adapters):
            continue
        layer: Any = module
        [adapter] = adapters
        rows = layer.lora_A[adapter].weight.detach().flatten(1)
        columns = layer.lora_B[adapter].weight.detach().flatten(1) * layer.scaling[adapter]
        found[name] = LowRank(layer=name, columns=columns.float(), rows=rows.float())
    return found
