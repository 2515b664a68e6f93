"""A small decoder in place of an AutoencoderKL's: latents to a picture in a fraction of the time, nearly the same one.

A network in the manner of TAESD (Ollin Boer Bohan 2023): residual blocks of two convolutions without normalisation or
attention, latents squashed softly, upscaling by repetition. It halves its channels as it grows its sides, and leaves
the last doubling to a rearrangement of channels, for there are the pixels, and so the time. It knows its files beside a
pipeline's parts; it does not know how it is trained.

Letters: R rows, C H W latent channels and sides, f pixels a side of a latent.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.files.whole import whole_folder, write_json

WEIGHTS_FILE, CONFIG_FILE = "model.safetensors", "config.json"
_COLOURS, _LAST_UPSCALE = 3, 2
_FURTHEST = 3.0  # latents are squashed towards it, of a spread of about one


@dataclass(frozen=True, kw_only=True)
class FastDecoderShape:
    """What a decoder is made of.

    Attributes:
        latent_channels: C.
        channels: Of each level, that of the latents first; one level less than doublings from latents to pixels.
        blocks: Residual blocks of each level.
        scaling_factor: Latents are multiplied by it to have a spread of about one.
        shift_factor: Taken off before that.
    """

    latent_channels: int
    channels: tuple[int, ...]
    blocks: tuple[int, ...]
    scaling_factor: float
    shift_factor: float = 0.0

    def __post_init__(self) -> None:
        if not self.channels or len(self.channels) != len(self.blocks):
            raise ValueError(f"channels and blocks must be of as many levels; got {self.channels} and {self.blocks}")
        if min(*self.channels, *self.blocks, self.latent_channels) < 1:
            raise ValueError(f"channels and blocks must be at least 1; got {self.channels} and {self.blocks}")

    @property
    def factor(self) -> int:
        """F."""
        return int(2 ** len(self.channels))


class _Block(nn.Module):
    """Two convolutions beside an identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, states: Tensor) -> Tensor:
        """States [R, channels, H, W] to such."""
        return torch.relu(states + self.conv2(torch.relu(self.conv1(states))))


class FastDecoder(nn.Module):
    """Unscaled latents [R, C, H, W], as the full decoder reads them, to pictures about -1..1, [R, 3, f H, f W]."""

    def __init__(self, shape: FastDecoderShape) -> None:
        """An untrained one."""
        super().__init__()
        self.shape, channels = shape, shape.channels
        self.conv_in = nn.Conv2d(shape.latent_channels, channels[0], 3, padding=1)
        self.levels = nn.ModuleList(
            nn.Sequential(*(_Block(width) for _ in range(count)))
            for width, count in zip(channels, shape.blocks, strict=True)
        )
        self.ups = nn.ModuleList(
            nn.Conv2d(width, then, 3, padding=1) for width, then in zip(channels, channels[1:], strict=False)
        )
        self.conv_out = nn.Conv2d(channels[-1], _COLOURS * _LAST_UPSCALE**2, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        """Decodes."""
        scaled = (latents - self.shape.shift_factor) * self.shape.scaling_factor
        states = torch.relu(self.conv_in(torch.tanh(scaled / _FURTHEST) * _FURTHEST))
        for number, level in enumerate(self.levels):
            if number:
                larger = nn.functional.interpolate(states, scale_factor=2.0, mode="nearest")
                states = torch.relu(self.ups[number - 1](larger))
            states = level(states)
        return nn.functional.pixel_shuffle(self.conv_out(states), _LAST_UPSCALE)


def save_fast_decoder(decoder: FastDecoder, folder: Path) -> None:
    """Weights in float16 and what they are of, whole or not at all."""
    halves = {name: value.detach().cpu().half().contiguous() for name, value in decoder.state_dict().items()}
    with whole_folder(folder) as temporary:
        save_file(halves, temporary / WEIGHTS_FILE)
        write_json(temporary / CONFIG_FILE, asdict(decoder.shape))


def load_fast_decoder(folder: Path) -> FastDecoder:
    """A saved decoder in float32.

    Raises:
        ValueError: The folder holds none, or a damaged one; the message names the file.
    """
    path, weights = folder / CONFIG_FILE, folder / WEIGHTS_FILE
    try:
        told: dict[str, Any] = json.loads(path.read_bytes())
        lists = {name: tuple(told[name]) for name in ("channels", "blocks")}
        decoder = FastDecoder(FastDecoderShape(**{**told, **lists}))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path}: no fast decoder: {error}") from error
    try:
        decoder.load_state_dict(load_file(weights))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ValueError(f"{weights}: no weights of this fast decoder: {str(error).splitlines()[0]}") from error
    return decoder.eval()
