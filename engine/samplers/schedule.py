"""The noise schedule a model was trained with: how much noise each training timestep holds.

Letters: T training timesteps, S sampling steps.
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]
DoubleArray: TypeAlias = npt.NDArray[np.float64]

BETA_SCHEDULES = ("linear", "scaled_linear", "squaredcos_cap_v2")
PREDICTION_TYPES = ("epsilon", "v_prediction")
TIMESTEP_SPACINGS = ("leading", "trailing", "linspace")
# What the terminal product of alphas counts as where a finite sigma is needed: the smallest half-precision number.
TERMINAL_ALPHA = 2.0**-24


@dataclass(frozen=True, kw_only=True)
class NoiseSchedule:
    """How noise was added in training, in the words of a diffusers scheduler config.

    Attributes:
        prediction_type: What the model's output is: epsilon or v_prediction.
        num_train_timesteps: T.
        beta_start: First beta.
        beta_end: Last beta.
        beta_schedule: linear, scaled_linear or squaredcos_cap_v2.
        rescale_betas_zero_snr: Whether the last timestep is pure noise (Lin et al. 2024, arXiv 2305.08891).
        timestep_spacing: leading, trailing or linspace.
        steps_offset: Added to leading timesteps.
        set_alpha_to_one: Whether the last step of ddim and pndm ends at no noise rather than at timestep 0.
        original_inference_steps: Timesteps that a latent consistency model was distilled at; lcm only.
        timestep_scaling: How sharply a latent consistency model's boundary condition falls off; lcm only.
    """

    prediction_type: str = "epsilon"
    num_train_timesteps: int = 1000
    beta_start: float = 0.00085
    beta_end: float = 0.012
    beta_schedule: str = "scaled_linear"
    rescale_betas_zero_snr: bool = False
    timestep_spacing: str = "leading"
    steps_offset: int = 0
    set_alpha_to_one: bool = True
    original_inference_steps: int = 50
    timestep_scaling: float = 10.0

    def __post_init__(self) -> None:
        for name, choices in (
            ("prediction_type", PREDICTION_TYPES),
            ("beta_schedule", BETA_SCHEDULES),
            ("timestep_spacing", TIMESTEP_SPACINGS),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}; got {getattr(self, name)!r}")
        if self.num_train_timesteps < 2:
            raise ValueError(f"num_train_timesteps must be at least 2; got {self.num_train_timesteps}")
        if self.original_inference_steps < 1:
            raise ValueError(f"original_inference_steps must be at least 1; got {self.original_inference_steps}")
        if not self.timestep_scaling > 0.0:
            raise ValueError(f"timestep_scaling must be above 0; got {self.timestep_scaling}")
        if not 0.0 < self.beta_start <= self.beta_end < 1.0:
            raise ValueError(f"betas must be 0 < start <= end < 1; got {self.beta_start} and {self.beta_end}")
        if self.rescale_betas_zero_snr and self.prediction_type == "epsilon":
            raise ValueError("rescale_betas_zero_snr needs v_prediction: noise alone says nothing of its own epsilon")


def few_steps_schedule(schedule: NoiseSchedule) -> NoiseSchedule:
    """The schedule that few steps are taken on: the first where there is only noise, the last one far from the picture.

    Other spacings begin below the noise, which few steps cannot make up for, and spend a whole step at the end.
    """
    return replace(schedule, timestep_spacing="trailing")


@lru_cache(maxsize=8)
def alphas_cumprod(schedule: NoiseSchedule) -> FloatArray:
    """The product of all alphas up to each training timestep, [T]; computed once, not to be written to."""
    products = _cumulative_product(np.float32(1.0) - _betas(schedule))
    if schedule.rescale_betas_zero_snr:
        roots = np.sqrt(products)
        roots = (roots - roots[-1]) * (roots[0] / (roots[0] - roots[-1]))
        squares = roots**2
        products = _cumulative_product(np.concatenate([squares[:1], squares[1:] / squares[:-1]]))
    products.flags.writeable = False
    return products


def noise_levels(schedule: NoiseSchedule) -> DoubleArray:
    """Sigma of each training timestep in the variance-exploding view, [T]: noise over signal, always finite."""
    products = alphas_cumprod(schedule).astype(np.float64)
    if schedule.rescale_betas_zero_snr:
        products[-1] = TERMINAL_ALPHA
    return np.sqrt((1.0 - products) / products)


def spaced_timesteps(schedule: NoiseSchedule, num_steps: int) -> DoubleArray:
    """Descending timesteps, [S]; whole numbers except for linspace (Lin et al. 2024, table 2)."""
    total = schedule.num_train_timesteps
    if schedule.timestep_spacing == "linspace":
        return np.linspace(0, total - 1, num_steps)[::-1].copy()
    if schedule.timestep_spacing == "leading":
        leading = np.arange(num_steps, dtype=np.float64)[::-1] * (total // num_steps) + schedule.steps_offset
        return leading.clip(max=total - 1)
    trailing: DoubleArray = np.round(total - np.arange(num_steps) * (total / num_steps)) - 1.0
    return trailing


def whole_timesteps(schedule: NoiseSchedule, num_steps: int) -> npt.NDArray[np.int64]:
    """The same as whole numbers, [S]."""
    return np.round(spaced_timesteps(schedule, num_steps)).astype(np.int64)


def _betas(schedule: NoiseSchedule) -> FloatArray:
    num, start, end = schedule.num_train_timesteps, schedule.beta_start, schedule.beta_end
    if schedule.beta_schedule == "linear":
        return np.linspace(start, end, num).astype(np.float32)
    if schedule.beta_schedule == "scaled_linear":
        return np.square(np.linspace(math.sqrt(start), math.sqrt(end), num).astype(np.float32))
    # Nichol & Dhariwal 2021, arXiv 2102.09672, equation 17.
    times = np.arange(num + 1) / num
    bars = np.cos((times + 0.008) / 1.008 * math.pi / 2) ** 2
    betas: DoubleArray = np.minimum(1.0 - bars[1:] / bars[:-1], 0.999)
    return betas.astype(np.float32)


def _cumulative_product(values: FloatArray) -> FloatArray:
    return np.cumprod(values, dtype=np.float64).astype(np.float32)
