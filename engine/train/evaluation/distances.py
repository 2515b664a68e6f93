"""How far pictures are from photographs, and from their captions: Fréchet distance, CLIP score, preference score.

The Fréchet distance (Heusel et al. 2017, arXiv 1706.08500) depends on whose features are compared, so its name says it:
"FID" is said of the Inception network of 2015-12-05 alone, everything else is "Frechet distance, ... features".
torchmetrics does the arithmetic. It knows features; it does not know who made the pictures.
B batch, D features.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance
from transformers import AutoImageProcessor, AutoModel, AutoProcessor, CLIPModel
from transformers.utils import logging as transformers_logging

from engine.train.evaluation.sources import Pixels

_BATCH = 16
_INCEPTION_FEATURES = 2048
Compute = Callable[[Sequence[Pixels]], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """A network that turns pictures into vectors.

    Attributes:
        distance_name: What the Fréchet distance of these features is called.
        compute: Pictures of any sizes to float32 [B, D].
    """

    distance_name: str
    compute: Compute


def transformers_features(source: str) -> Features:
    """Features of a vision model of `transformers`: CLIP's image embedding, or another's pooled or first state.

    Args:
        source: A folder that ``save_pretrained`` wrote, or a model's name on the hub, which is downloaded once.

    Raises:
        ValueError: There is no such model, or it does not look at pictures.
    """
    processor = _load(AutoImageProcessor, source)
    model: Any = _load(AutoModel, source, use_safetensors=True).eval()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = model.to(device)
    vision: Any = getattr(model, "vision_model", model)  # CLIP and SigLIP carry a text tower too
    project: Any = getattr(model, "visual_projection", nn.Identity())
    if not hasattr(vision, "embeddings") or not hasattr(vision.config, "image_size"):
        raise ValueError(f"{source} must be a vision model, such as CLIP or DINOv2, got {type(model).__name__}")

    @torch.inference_mode()
    def compute(pictures: Sequence[Pixels]) -> Tensor:
        inputs = processor(images=[Image.fromarray(picture) for picture in pictures], return_tensors="pt")
        output = vision(pixel_values=inputs["pixel_values"].to(device))
        pooled = output.pooler_output if output.pooler_output is not None else output.last_hidden_state[:, 0]
        return cast(Tensor, project(pooled).float().cpu())

    return Features(distance_name=f"Frechet distance, {type(model).__name__} features ({source})", compute=compute)


def inception_features(path: Path) -> Features:
    """The Inception network that FID is defined by, as the TorchScript file ``inception-2015-12-05.pt``.

    The file takes uint8 pictures and resizes them itself; it is named with its SHA-256, so that a reader can tell
    whether it was the published one.

    Raises:
        ValueError: The file is none, or gives other than 2,048 features.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the published file exists in this format alone
            network: Any = torch.jit.load(str(path), map_location="cpu").eval()
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError(f"{path} is no TorchScript file: {str(error).partition(chr(10))[0]}") from error

    @torch.inference_mode()
    def compute(pictures: Sequence[Pixels]) -> Tensor:
        rows = [network(_chw(picture)[None], return_features=True).float() for picture in pictures]
        found = torch.cat(rows)
        if found.ndim != 2 or found.shape[1] != _INCEPTION_FEATURES:
            raise ValueError(f"{path} must give {_INCEPTION_FEATURES} features, got {list(found.shape[1:])}")
        return found

    return Features(distance_name=f"FID ({path.name}, sha256 {digest})", compute=compute)


def frechet_distance(real: Iterable[Pixels], made: Iterable[Pixels], features: Features) -> float:
    """The squared 2-Wasserstein distance of the two sets' features, each taken for a normal distribution.

    Raises:
        ValueError: A side has fewer than two pictures.
    """
    metric: FrechetInceptionDistance | None = None
    counts = [0, 0]
    for side, (pictures, is_real) in enumerate(((real, True), (made, False))):
        for batch in _batches(pictures):
            vectors = features.compute(batch).double()
            if metric is None:
                metric = _metric(vectors.shape[1])
            metric.update(vectors, real=is_real)
            counts[side] += len(batch)
    if metric is None or min(counts) < 2:
        raise ValueError(
            f"a Frechet distance needs at least two pictures on each side, got {counts[0]} and {counts[1]}"
        )
    return max(0.0, float(metric.compute()))  # rounding may leave a little less than nothing


class _Given(nn.Module):
    """Features that were computed before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.num_features = width

    def forward(self, vectors: Tensor) -> Tensor:
        return vectors


def _metric(width: int) -> FrechetInceptionDistance:
    return FrechetInceptionDistance(feature=_Given(width))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A CLIP model with what prepares its input, and where they came from."""

    source: str
    model: CLIPModel
    processor: Any


def load_clip(source: str) -> Clip:
    """A CLIP model of `transformers`, from a folder or by its name on the hub; raises ValueError where it is none."""
    model = _load(AutoModel, source, use_safetensors=True)
    if not isinstance(model, CLIPModel):
        raise ValueError(f"{source} must be a CLIP model, got {type(model).__name__}")
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return Clip(source=source, model=model.eval().to(device), processor=_load(AutoProcessor, source))


def clip_score(pictures: Sequence[Pixels], captions: Sequence[str], clip: Clip) -> float:
    """The mean of 100 max(cos(picture, caption), 0) (Hessel et al. 2021, arXiv 2104.08718, without its factor 2.5).

    Args:
        pictures: uint8 [H, W, 3] each.
        captions: One for each; words past the text encoder's length are cut off.
        clip: Embeds both.

    Raises:
        ValueError: There are no pictures.
    """
    return float(np.mean([100 * max(cosine, 0.0) for cosine in _cosines(pictures, captions, clip)]))


def preference_scores(pictures: Sequence[Pixels], captions: Sequence[str], clip: Clip) -> list[float]:
    """exp(logit scale) cos(picture, caption) of each picture, by a CLIP model that has learnt what people prefer.

    That is the score of PickScore (Kirstain et al. 2023, arXiv 2305.01569) and of HPSv2 (Wu et al. 2023, arXiv
    2306.09341; it is published as 100 cos, and 100 is its scale). It may be less than nothing.

    Args:
        pictures: uint8 [H, W, 3] each.
        captions: One for each; words past the text encoder's length are cut off.
        clip: Weights of such a model.

    Raises:
        ValueError: There are no pictures.
    """
    scale = float(clip.model.logit_scale.detach().exp())
    return [scale * cosine for cosine in _cosines(pictures, captions, clip)]


def _cosines(pictures: Sequence[Pixels], captions: Sequence[str], clip: Clip) -> list[float]:
    """Of each picture's and its caption's embeddings."""
    if not pictures:
        raise ValueError("a CLIP score needs at least one picture")
    cosines: list[float] = []
    for start in range(0, len(pictures), _BATCH):
        images = [Image.fromarray(picture) for picture in pictures[start : start + _BATCH]]
        texts = list(captions[start : start + _BATCH])
        inputs = clip.processor(images=images, text=texts, return_tensors="pt", padding=True, truncation=True)
        with torch.inference_mode():
            output = clip.model(**inputs.to(clip.model.device))
        cosines += torch.cosine_similarity(output.image_embeds, output.text_embeds).tolist()
    return cosines


def _load(loader: Any, source: str, **more: Any) -> Any:
    transformers_logging.disable_progress_bar()
    try:
        return loader.from_pretrained(source, local_files_only=Path(source).is_dir(), **more)
    except (OSError, ValueError, ImportError) as error:
        raise ValueError(f"{source} cannot be loaded: {str(error).strip().partition(chr(10))[0]}") from error


def _batches(pictures: Iterable[Pixels]) -> Iterable[list[Pixels]]:
    batch: list[Pixels] = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _chw(picture: Pixels) -> Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)
