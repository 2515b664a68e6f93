"""Control: which kinds are trained beside the finished UNet, the figures they learn from, and how."""

from __future__ import annotations

from dataclasses import dataclass

from engine.train.recipe.fit import FitConfig
from engine.train.recipe.limits import check_fraction, check_positive

FIRST_SEED = 4_000_000
HELD_OUT_SEED = 4_900_000
_KINDS = ("layout", "pose")


@dataclass(frozen=True, kw_only=True)
class ControlConfig:
    """T2I-Adapters (Mou et al. 2023, arXiv 2302.08453), taught on figures whose label maps and joints are exact."""

    kinds: tuple[str, ...] = _KINDS  # one network each, trained one after the other
    num_figures: int = 3000  # to learn from, from seed `first_seed`
    num_held_out: int = 64  # to test on, from seed `held_out_seed`
    cell: int = 4  # pixels of a square of the map, along each side
    num_res_blocks: int = 1  # at each level
    caption_dropout: float = 0.3  # in place of the captions' own: the map alone must say where things are
    timestep_power: float = 3.0  # 1 = all timesteps alike; more = the noisier ones more often, as in the paper
    first_seed: int = FIRST_SEED  # clear of training, evaluation, the judge and the parser
    held_out_seed: int = HELD_OUT_SEED
    fit: FitConfig

    def __post_init__(self) -> None:
        check_positive(self, "num_figures", "num_held_out", "cell", "num_res_blocks", "timestep_power")
        check_fraction(self, "caption_dropout")
        wrong = [kind for kind in self.kinds if kind not in _KINDS]
        if wrong or not self.kinds or len(set(self.kinds)) < len(self.kinds):
            raise ValueError(f"kinds must be of {', '.join(_KINDS)}, each once, got {list(self.kinds)}")
        if self.first_seed < FIRST_SEED:
            raise ValueError(f"first_seed must be at least {FIRST_SEED}, got {self.first_seed}")
        if self.first_seed + self.num_figures > self.held_out_seed:
            raise ValueError("figures to learn from run into the held-out ones")
