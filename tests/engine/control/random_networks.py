"""Networks of control with random weights for the tiny models, as diffusers writes them."""

from collections.abc import Mapping
from pathlib import Path

CHANNELS = {"layout": 14, "pose": 3}
#: The layout's reads means of squares of 2 x 2 pixels, the pose's every pixel.
DOWNSCALE = {"layout": 4, "pose": 8}


def write_networks(folder: Path) -> Mapping[str, Path]:
    """A folder for each kind; the tiny UNets begin with a block that halves the latents, so theirs are XL's kind."""
    import torch
    from diffusers import T2IAdapter

    folders = {}
    for number, (kind, channels) in enumerate(CHANNELS.items()):
        torch.manual_seed(number)
        network = T2IAdapter(
            in_channels=channels,
            channels=[16, 32],
            num_res_blocks=1,
            downscale_factor=DOWNSCALE[kind],
            adapter_type="full_adapter_xl",
        )
        network.save_pretrained(folder / kind)
        folders[kind] = folder / kind
    return folders
