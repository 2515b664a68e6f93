"""What an ablation compares: variants of one recipe, each trained with several seeds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.train.recipe.limits import check_positive


@dataclass(frozen=True, kw_only=True)
class VariantConfig:
    """One way of training that is compared with others."""

    name: str
    set: tuple[str, ...] = ()  # overrides, KEY=VALUE

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9_]+", self.name):
            raise ValueError(f"name must be lower-case letters, digits and underscores, got {self.name!r}")


@dataclass(frozen=True, kw_only=True)
class AblationConfig:
    """What `cosmicman ablation` trains and asks: every variant with every seed."""

    variants: tuple[VariantConfig, ...]  # the first is the baseline
    seeds: tuple[int, ...] = (0, 1, 2)
    num_descriptions: int = 300  # unseen figures that each model is judged on

    def __post_init__(self) -> None:
        check_positive(self, "num_descriptions")
        names = [variant.name for variant in self.variants]
        if len(names) < 2 or len(set(names)) < len(names):
            raise ValueError(f"variants must be two or more of different names, got {', '.join(names) or 'none'}")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise ValueError(f"seeds must be one or more different numbers, got {list(self.seeds)}")
