"""A SegFormer that was trained on clothes, such as ``mattmdjaga/segformer_b2_clothes``, whose labels are ATR-18's.

It is Xie et al. 2021 (arXiv 2105.15203) by transformers; weights are the user's own, from a folder or the hub, and
never pickled ones.

Letters: B batch, H W sides of the picture, S side that the network takes, C labels.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from transformers import SegformerForSemanticSegmentation

from engine.annotate.parse.parser import ATR_LABELS, Labels, Pixels

_SIDE = 512
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class SegformerParser:
    """A SegFormer as a parser."""

    def __init__(self, model: str, device: str = "cpu") -> None:
        """Loads a model.

        Args:
            model: Folder or hub id.
            device: Where it runs.

        Raises:
            ValueError: It cannot be loaded, or its labels are not ATR-18's.
        """
        try:
            network = SegformerForSemanticSegmentation.from_pretrained(model, use_safetensors=True)
        except (OSError, ValueError) as error:
            raise ValueError(f"{model}: no SegFormer can be loaded: {str(error).splitlines()[0][:200]}") from error
        told: dict[Any, str] = dict(network.config.id2label or {})
        names = tuple(told[number] for number in sorted(told, key=int))
        if tuple(map(_plain, names)) != tuple(map(_plain, ATR_LABELS)):
            raise ValueError(f"{model}: labels must be {', '.join(ATR_LABELS)}; got {', '.join(names)[:300]}")
        self._network = network.to(device).eval()  # type: ignore[arg-type]
        self._device, self.name = device, model
        self._side, self._mean, self._std = _preparation(Path(model))

    @torch.inference_mode()
    def labels(self, pixels: Pixels) -> Labels:
        """See `Parser`."""
        size = (self._side, self._side)
        small = np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
        mean, std = (torch.tensor(each).view(3, 1, 1) for each in (self._mean, self._std))
        batch = ((torch.from_numpy(small).permute(2, 0, 1) / 255 - mean) / std)[None].to(self._device)
        logits = self._network(pixel_values=batch).logits  # [1, C, S/4, S/4]
        whole = F.interpolate(logits.float(), size=pixels.shape[:2], mode="bilinear", align_corners=False)
        labels: Labels = whole[0].argmax(0).to(torch.uint8).cpu().numpy()
        return labels


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").strip()


def _preparation(folder: Path) -> tuple[int, tuple[float, ...], tuple[float, ...]]:
    """Side, mean and std: as the folder's file says, else those of SegFormers."""
    try:
        told = json.loads((folder / "preprocessor_config.json").read_text("utf-8"))
        size = told.get("size", _SIDE)
        side = int(size["height"] if isinstance(size, dict) else size)
        return side, tuple(told.get("image_mean", _MEAN)), tuple(told.get("image_std", _STD))
    except OSError:
        return _SIDE, _MEAN, _STD
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder / 'preprocessor_config.json'} is not as transformers writes it: {error}") from error
