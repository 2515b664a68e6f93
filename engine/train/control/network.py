"""The network of control: diffusers' ``T2IAdapter``, from a map of squares to what is added to a UNet's features.

It knows which of diffusers' kinds fits a family of UNets; it does not know how it is trained.
"""

from __future__ import annotations

from diffusers import T2IAdapter, UNet2DConditionModel

from engine.control.kinds import CHANNELS

_FIRST = 0.2  # of usual first weights: at the start the UNet is hardly disturbed


def build_adapter(unet: UNet2DConditionModel, kind: str, *, factor: int, cell: int, blocks: int) -> T2IAdapter:
    """An untrained network for a UNet.

    Args:
        unet: Whose features it adds to; of the SD or SDXL family.
        kind: What its map shows, layout or pose.
        factor: Pixels of a latent cell, along each side.
        cell: Pixels of a square of the map, along each side.
        blocks: Residual blocks at each level.

    Raises:
        ValueError: Squares do not fill the latent cells.
    """
    widths = list(unet.config["block_out_channels"])
    is_xl = unet.config["down_block_types"][0] == "DownBlock2D"
    across = factor * (2 if is_xl else 1)
    if across % cell:
        raise ValueError(f"control.cell must divide {across}, the pixels of a feature, got {cell}")
    adapter = T2IAdapter(
        in_channels=CHANNELS[kind],
        channels=[*widths, widths[-1]] if is_xl else widths,
        num_res_blocks=blocks,
        downscale_factor=across // cell,
        adapter_type="full_adapter_xl" if is_xl else "full_adapter",
    )
    adapter.adapter.conv_in.weight.data.mul_(_FIRST)
    return adapter
