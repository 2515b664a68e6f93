"""What an ablation compares: variants of one recipe, each trained with several seeds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.train.recipe.limits import check_positive

START = "start"  # the folder and the row of what all runs go on from


@dataclass(frozen=True, kw_only=True)
class VariantConfig:
    """One way of training that is compared with others."""

    name: str
    set: tuple[str, ...] = ()  # overrides, KEY=VALUE

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9_]+", self.name):
            raise ValueError(f"name must be lower-case letters, digits and underscores, got {self.name!r}")


@dataclass(frozen=True, kw_only=True)
class StartConfig:
    """A training that is made once, and whose UNet all runs go on from: what they share cannot tell them apart."""

    set: tuple[str, ...] = ()  # overrides, KEY=VALUE
    seed: int = 0

    def __post_init__(self) -> None:
        if any(override.startswith("seed=") for override in self.set):
            raise ValueError(f"the seed of the start is ablation.start.seed, got {list(self.set)}")


@dataclass(frozen=True, kw_only=True)
class AblationConfig:
    """What `cosmicman ablation` trains and asks: every variant with every seed."""

    variants: tuple[VariantConfig, ...]  # the first is the baseline
    seeds: tuple[int, ...] = (0, 1, 2)
    start: StartConfig | None = None  # None = every run begins as the recipe says
    num_descriptions: int = 300  # that each model is judged on: of unseen figures, or of `rows`
    rows: Path | None = None  # a data folder whose descriptions are painted; a vqa_model or a vlm answers then
    vqa_model: str | None = None  # a transformers model that answers in words, in place of the figures' classifier
    vlm: str | None = None  # an OpenAI-compatible server that does; "" = COSMICMAN_VLM_BASE_URL
    vlm_model: str | None = None  # its name there; none = COSMICMAN_VLM_MODEL

    def __post_init__(self) -> None:
        check_positive(self, "num_descriptions")
        names = [variant.name for variant in self.variants]
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError(f"variants must be two or more of different names, got {', '.join(names) or 'none'}")
        if self.start is not None and START in names:
            raise ValueError(f"no variant may be called {START}: it is what all go on from")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds must be one or more different numbers, got {list(self.seeds)}")
        if self.vqa_model is not None and self.vlm is not None:
            raise ValueError(f"one of vqa_model and vlm answers, got {self.vqa_model!r} and {self.vlm!r}")
        if self.rows is not None and self.vqa_model is None and self.vlm is None:
            raise ValueError("rows are judged by a model that answers in words: set vqa_model or vlm")
