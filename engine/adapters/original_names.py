"""A layer of SDXL's UNet by the blocks of the code it was published with, as kohya's and LyCORIS' scripts write it."""

import re

_BLOCK = re.compile(r"(down|mid|up)_block(?:s\.(\d+))?\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.*)")
_PER_DOWN_BLOCK = _PER_UP_BLOCK = 3  # SDXL has two layers a block, and one that changes the size or one more
_LAYERS_OF_RESNETS = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_OUTSIDE = {
    "conv_in": "input_blocks.0.0",
    "conv_out": "out.2",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
}


def original_name(layer: str) -> str:
    """The layer's older name; its own where it has none."""
    if layer in _OUTSIDE:
        return _OUTSIDE[layer]
    match = _BLOCK.fullmatch(layer)
    if match is None:
        return layer
    where, block, kind, number, rest = match[1], int(match[2] or 0), match[3], int(match[4]), match[5]
    if kind == "downsamplers":
        return f"input_blocks.{_PER_DOWN_BLOCK * (block + 1)}.0.op"
    if kind == "upsamplers":
        last = _PER_UP_BLOCK * (block + 1) - 1
        return f"output_blocks.{last}.2.conv"
    if kind == "resnets":
        rest = _LAYERS_OF_RESNETS.get(rest, rest)
    place = int(kind == "attentions")
    if where == "mid":
        return f"middle_block.{place if place else 2 * number}.{rest}"
    if where == "down":
        return f"input_blocks.{1 + _PER_DOWN_BLOCK * block + number}.{place}.{rest}"
    return f"output_blocks.{_PER_UP_BLOCK * block + number}.{place}.{rest}"
