"""The parser: the figures it learns from, its network, and how it is trained."""

from __future__ import annotations

from dataclasses import dataclass

from engine.train.recipe.fit import FitConfig
from engine.train.recipe.limits import check_fraction, check_positive

FIRST_SEED = 3_000_000
HELD_OUT_SEED = 3_900_000


@dataclass(frozen=True, kw_only=True)
class ParserConfig:
    """A network that says which item each pixel shows, taught on figures whose label maps are exact."""

    num_figures: int = 9000  # to learn from, from seed `first_seed`; kept in memory, 98 kB each
    num_decoded: int = 3000  # of them that are also learnt as the autoencoder gives them back; 0 = none
    decoded_fraction: float = 0.5  # of each batch, as far as there are decoded ones
    num_held_out: int = 300  # to test it on, from seed `held_out_seed`
    widths: tuple[int, ...] = (16, 32, 64, 96)  # channels at strides 2, 4, 8, ...
    overlap_weight: float = 1.0  # of the classes' mean overlap in the loss, beside the pixels' cross-entropy
    first_seed: int = FIRST_SEED  # clear of training (below 1,000,000), evaluation and the judge
    held_out_seed: int = HELD_OUT_SEED
    fit: FitConfig

    def __post_init__(self) -> None:
        check_positive(self, "num_figures", "num_held_out")
        check_fraction(self, "decoded_fraction")
        if self.num_decoded < 0 or self.overlap_weight < 0:
            wrong = f"got {self.num_decoded} and {self.overlap_weight}"
            raise ValueError(f"num_decoded and overlap_weight must not be negative, {wrong}")
        if len(self.widths) < 2 or min(self.widths) < 1:
            raise ValueError(f"widths must be two or more positive numbers, got {list(self.widths)}")
        if self.first_seed < FIRST_SEED:
            raise ValueError(f"first_seed must be at least {FIRST_SEED}, got {self.first_seed}")
        if self.first_seed + self.num_figures > self.held_out_seed:
            raise ValueError("figures to learn from run into the held-out ones")
