"""The UNet with low-rank adapters as inputs, so that rows with different adapters share a forward.

All adapters of a forward lie side by side along the rank, and a row owns columns by its scales: what a layer gives is
``y = W x + ((x A) * s) B`` (Hu et al. 2021, arXiv 2106.09685, with a scale for each row and column). Where a row's
scales are 0 its output is the plain UNet's.

A row may also be held to a layout or a pose: what a T2I-Adapter (Mou et al. 2023, arXiv 2302.08453) made of it, once,
is added to the features of the UNet's encoder, as diffusers does it. Zeros are added where there is none.

Letters: R rows, N positions, K columns, I O widths of what a layer reads and gives, H W sides of its latents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from engine.bundle.manifest import CONTROL_INPUT, LORA_DOWN, LORA_SCALE, LORA_UP, Adapted
from engine.pipeline_folder.cross_attention import Watch

EXAMPLE_COLUMNS = 24
_LAST = "proj_out"  # of a transformer


class AdaptedUNet(nn.Module):
    """A UNet that reads adapters besides: columns [sum of I, K], rows [K, sum of O] and scales [R, K].

    And what control adds to each of its features, [R, C, H, W].
    """

    def __init__(self, unet: nn.Module, model: UNet2DConditionModel) -> None:
        """Listens to every layer that may have adapters; the weights stay as they are.

        Args:
            unet: What is run, with `model` in it.
            model: Whose layers.
        """
        super().__init__()
        self.unet = unet
        self._dtype = model.dtype
        layers = adapted_layers(model)
        self._widths = tuple(layers.values())
        self._given = _Given()
        modules = dict(model.named_modules())
        for index, name in enumerate(layers):
            addition, (whole, _, last) = _Addition(self._given, index), name.rpartition(".")
            if last == _LAST and isinstance(modules[name], nn.Conv2d):
                modules[name].register_forward_hook(addition.keep)
                modules[whole].register_forward_hook(addition.after)
            else:
                modules[name].register_forward_hook(addition)

    @property
    def model(self) -> UNet2DConditionModel:
        """Whose layers are run."""
        return cast(UNet2DConditionModel, self.unet.model)

    def forward(
        self,
        sample: Tensor,
        timesteps: Tensor,
        encoder_hidden_states: Tensor,
        text_embeds: Tensor | None = None,
        time_ids: Tensor | None = None,
        *,
        lora_down: Tensor,
        lora_up: Tensor,
        lora_scale: Tensor,
        control_0: Tensor | None = None,
        control_1: Tensor | None = None,
        control_2: Tensor | None = None,
        control_3: Tensor | None = None,
        control_4: Tensor | None = None,
        watch: Watch | None = None,
    ) -> Tensor:
        """Runs the UNet with its adapters and its control; a `watch` sees what its layers read with both."""
        given = self._given
        given.down = lora_down.to(self._dtype).split([width for width, _ in self._widths], dim=0)
        given.up = lora_up.to(self._dtype).split([width for _, width in self._widths], dim=1)
        given.scale = lora_scale.to(self._dtype)
        told: dict[str, Any] = {} if text_embeds is None else {"text_embeds": text_embeds, "time_ids": time_ids}
        features = [each for each in (control_0, control_1, control_2, control_3, control_4) if each is not None]
        told |= {"control": features} if features else {}
        told |= {} if watch is None else {"watch": watch}
        try:
            return cast(Tensor, self.unet(sample, timesteps, encoder_hidden_states, **told))
        finally:
            given.scale, given.kept, given.down, given.up = None, None, (), ()


class _Given:
    """The adapters of the forward under way; beside the module, so that an export sees values and no state."""

    def __init__(self) -> None:
        self.down: tuple[Tensor, ...] = ()  # of each layer, [I, K]
        self.up: tuple[Tensor, ...] = ()  # of each layer, [K, O]
        self.scale: Tensor | None = None  # [R, K]
        self.kept: Tensor | None = None  # what is added where the transformer under way ends


class _Addition:
    """What the adapters add to one layer: a hook of its module.

    A transformer's last convolution is added to what the transformer read, and a runtime makes one operation of both
    (ONNX Runtime in its blocked layout). What adapters give is added after that.
    """

    def __init__(self, given: _Given, index: int) -> None:
        self._given, self._index = given, index

    def __call__(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return output + self._of(module, inputs[0], output)

    def keep(self, module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        self._given.kept = self._of(module, inputs[0], output)

    def after(self, module: nn.Module, inputs: tuple[Tensor, ...], output: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        kept = self._given.kept
        assert kept is not None
        return output[0] + kept, *output[1:]

    def _of(self, module: nn.Module, read: Tensor, output: Tensor) -> Tensor:
        given = self._given
        assert given.scale is not None, "the UNet is run through AdaptedUNet"
        down, up = given.down[self._index], given.up[self._index]
        if isinstance(module, nn.Linear):  # reads [R, N, I]
            return ((read @ down) * given.scale[:, None, :]) @ up
        kept = (down.T @ read.flatten(2)) * given.scale[:, :, None]  # reads [R, I, H, W]; [R, K, H W]
        return (up.T @ kept).reshape(output.shape)


def adapted_layers(model: nn.Module) -> Mapping[str, tuple[int, int]]:
    """Widths of what every layer reads and gives that may have adapters: the matrices of all transformers."""
    found: dict[str, tuple[int, int]] = {}
    for name, module in model.named_modules():
        if ".attentions." not in name:
            continue
        if isinstance(module, nn.Linear):
            found[name] = module.in_features, module.out_features
        elif isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1):
            found[name] = module.in_channels, module.out_channels
    return found


def adapted_of(config: Mapping[str, Any]) -> Adapted:
    """What the manifest says of the adapted UNet of a config; no weights are read."""
    with torch.device("meta"):
        model: Any = UNet2DConditionModel.from_config(dict(config))
    return Adapted(layers=adapted_layers(model), features=features_of(config))


def features_of(config: Mapping[str, Any]) -> tuple[tuple[int, int], ...]:
    """Channels and level of every feature of a UNet that diffusers lets an adapter add to, in its order.

    A block with cross-attention is added to before it halves the latents, one without after that. A UNet whose first
    block has none, as SDXL's, is added to in its middle too.
    """
    widths: Sequence[int] = config["block_out_channels"]
    kinds: Sequence[str] = config["down_block_types"]
    last = len(widths) - 1
    levels = [level if "CrossAttn" in kind else min(level + 1, last) for level, kind in enumerate(kinds)]
    features = list(zip(widths, levels, strict=True))
    if "CrossAttn" not in kinds[0] and config.get("mid_block_type", "UNetMidBlock2DCrossAttn"):
        features.append((widths[-1], last))
    return tuple(features)


def example_adapters(model: UNet2DConditionModel) -> dict[str, Tensor]:
    """Inputs for two rows, in the dtype that the UNet computes in."""
    widths = adapted_layers(model).values()
    generator = torch.Generator().manual_seed(1)

    def random(*shape: int) -> Tensor:
        return 0.1 * torch.randn(*shape, generator=generator)

    return {
        LORA_DOWN: random(sum(width for width, _ in widths), EXAMPLE_COLUMNS).to(model.dtype),
        LORA_UP: random(EXAMPLE_COLUMNS, sum(width for _, width in widths)).to(model.dtype),
        LORA_SCALE: random(2, EXAMPLE_COLUMNS),
    }


def example_control(features: Sequence[tuple[int, int]], height: int, width: int) -> dict[str, Tensor]:
    """Inputs for two rows of latents of that size."""
    generator = torch.Generator().manual_seed(2)
    return {
        f"{CONTROL_INPUT}{place}": torch.randn(2, channels, *at_level(level, height, width), generator=generator)
        for place, (channels, level) in enumerate(features)
    }


def at_level(level: int, height: int, width: int) -> tuple[int, int]:
    """Sides of latents that were halved so often, each time rounded up."""
    return -(-height // 2**level), -(-width // 2**level)
