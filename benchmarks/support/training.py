"""What benchmarks of training share: batches of real captions, UNets of random weights, and objectives in turns."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

# First: the engine tells the packages below not to report to their makers.
from engine.description.wording.caption import row_phrases

# isort: split
import numpy as np
import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.train.captions.discretise import Discretised, discretise
from engine.train.captions.tokenizer import load_tokenizer, token_windows
from engine.train.data.latent_cache import label_shares
from engine.train.figures import draw_figure, figure_row, sample_figure
from engine.train.loop.stage import Batch
from engine.train.losses.supervision import supervise
from engine.train.recipe.caption import CaptionConfig
from engine.train.stages.unet_objective import DiffusionObjective

TOKENIZER = Path(__file__).resolve().parents[2] / "models" / "figurine" / "checkpoint" / "tokenizer"
_LABEL_CELL = 16  # pixels of a figure's label map to one cell of shares


class Turns(nn.Module):
    """Objectives over one UNet, one of them at a time: all meet the same weights and the machine as it is just then."""

    def __init__(self, unet: UNet2DConditionModel, makers: Mapping[str, Callable[[], DiffusionObjective]]) -> None:
        super().__init__()
        self.unet = unet
        self.objectives: dict[str, DiffusionObjective] = {}
        self._processors: dict[str, dict[str, Any]] = {}
        for name, make in makers.items():
            self.objectives[name] = make().to(unet.device)
            self._processors[name] = dict(unet.attn_processors)
        self.take(next(iter(makers)))

    def take(self, name: str) -> None:
        """Whose turn it is from now on."""
        self.now = name
        self.unet.set_attn_processor(dict(self._processors[name]))

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        losses: dict[str, Tensor] = self.objectives[self.now](batch)
        return losses


def random_unet(config: Mapping[str, Any], device: torch.device) -> UNet2DConditionModel:
    """An untrained UNet in float32, made on the device: on a CPU the numbers alone would take minutes."""
    torch.manual_seed(0)
    with device:
        unet: UNet2DConditionModel = UNet2DConditionModel.from_config(dict(config))
    return unet


def training_batch(
    caption: CaptionConfig, size: int, *, channels: int, cells: tuple[int, int], width: int, pooled: int = 0
) -> Batch:
    """Real captions and label maps, in as many windows as the recipe has, over random latents and text states.

    `cells` are the latents' height and width, 3 : 2, 1 : 1 or 2 : 3 as figures are; `width` is the text states' and
    `pooled` that of SDXL's pooled embedding.
    """
    windows, rng = token_windows(load_tokenizer(TOKENIZER)), random.Random(0)
    captions: list[Discretised] = []
    shares: list[NDArray[np.uint8]] = []
    seed = 0
    while len(captions) < size:
        figure = sample_figure(seed)
        seed += 1
        if figure.width * cells[0] == figure.height * cells[1]:
            drawing = draw_figure(figure)
            captions.append(discretise(row_phrases(figure_row(figure, drawing)), windows, caption, rng))
            shares.append(_resized(label_shares(drawing.labels, _LABEL_CELL), cells))
    tokens = caption.windows * windows.window_length
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(size, channels, *cells, generator=generator)
    batch = {
        "latents": latents,
        "noise": torch.randn(latents.shape, generator=generator),
        "timesteps": torch.randint(0, 1000, (size,), generator=generator),
        "context": torch.randn(size, tokens, width, generator=generator),
        "weights": torch.ones(size),
        **supervise(captions, np.stack(shares), np.ones(size, np.float32), windows=caption.windows),
    }
    batch["spans"] = F.pad(batch["spans"], (0, tokens - batch["spans"].shape[-1]))
    if pooled:
        height, across = (8 * side for side in cells)
        batch["pooled"] = torch.randn(size, pooled, generator=generator)
        batch["time_ids"] = torch.tensor([[height, across, 0, 0, height, across]] * size).float()
    return batch


def _resized(shares: NDArray[np.uint8], cells: tuple[int, int]) -> NDArray[np.uint8]:
    """Each cell's nearest in shares [18, H, W], as [18, *cells]."""
    rows, columns = (np.arange(count) * side // count for count, side in zip(cells, shares.shape[1:], strict=True))
    return shares[:, rows[:, None], columns]
