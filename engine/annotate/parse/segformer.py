"""A SegFormer that was trained on clothes, such as ``mattmdjaga/segformer_b2_clothes``, whose labels are ATR-18's.

It is Xie et al. 2021 (arXiv 2105.15203) by transformers; weights are the user's own, from a folder or the hub, and
never pickled ones.

Letters: B batch, H W sides of the picture, S side that the network takes, C labels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from transformers import SegformerForSemanticSegmentation

from engine.annotate.parse.parser import Labels, Pixels
from engine.annotate.parse.preparation import Preparation, check_atr


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
        check_atr(model, dict(network.config.id2label or {}))
        self._network = network.to(device).eval()  # type: ignore[arg-type]
        self._device, self.name = device, model
        self._preparation = Preparation.of(Path(model))

    @torch.inference_mode()
    def labels(self, pixels: Pixels) -> Labels:
        """See `Parser`."""
        size = (self._preparation.side, self._preparation.side)
        small = np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
        mean, std = (torch.tensor(each).view(3, 1, 1) for each in (self._preparation.mean, self._preparation.std))
        batch = ((torch.from_numpy(small).permute(2, 0, 1) / 255 - mean) / std)[None].to(self._device)
        logits = self._network(pixel_values=batch).logits  # [1, C, S/4, S/4]
        whole = F.interpolate(logits.float(), size=pixels.shape[:2], mode="bilinear", align_corners=False)
        labels: Labels = whole[0].argmax(0).to(torch.uint8).cpu().numpy()
        return labels
