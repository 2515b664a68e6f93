"""What a model's latents and its noise are, for callers who bring latents of their own: plain data for the wire."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.samplers import NoiseSchedule, alphas_cumprod

#: Rows of latents in one request.
MAX_ROWS = 64
#: By the name that a request calls them: numpy's, least byte first.
DTYPES = {"float32": "<f4", "float16": "<f2"}


@dataclass(frozen=True, kw_only=True)
class LatentInfo:
    """What `DenoiseRequest` may bring.

    Attributes:
        channels: Of a row.
        scaling_factor: Latents are (what the VAE's encoder says - shift_factor) times this.
        shift_factor: See scaling_factor.
        prediction_type: What the UNet's output is; this and what follows are `NoiseSchedule`'s.
        num_train_timesteps: T.
        beta_start: First beta.
        beta_end: Last beta.
        beta_schedule: How betas rise.
        rescale_betas_zero_snr: Whether the last timestep is pure noise.
        max_rows: Of a request.
    """

    channels: int
    scaling_factor: float
    shift_factor: float = 0.0
    prediction_type: str = "epsilon"
    num_train_timesteps: int = 1000
    beta_start: float = 0.00085
    beta_end: float = 0.012
    beta_schedule: str = "scaled_linear"
    rescale_betas_zero_snr: bool = False
    max_rows: int = MAX_ROWS

    @classmethod
    def of(cls, schedule: NoiseSchedule, *, channels: int, scaling_factor: float, shift_factor: float) -> "LatentInfo":
        """That of a model that was trained with a schedule."""
        return cls(
            channels=channels,
            scaling_factor=scaling_factor,
            shift_factor=shift_factor,
            prediction_type=schedule.prediction_type,
            num_train_timesteps=schedule.num_train_timesteps,
            beta_start=schedule.beta_start,
            beta_end=schedule.beta_end,
            beta_schedule=schedule.beta_schedule,
            rescale_betas_zero_snr=schedule.rescale_betas_zero_snr,
        )

    @property
    def last_timestep(self) -> int:
        """The noisiest one; the first is 0."""
        return self.num_train_timesteps - 1

    @property
    def alphas_cumprod(self) -> tuple[float, ...]:
        """The product of all alphas up to each training timestep: noised latents hold sqrt of it of the clean ones."""
        return tuple(alphas_cumprod(self._schedule).tolist())

    def alphas_at(self, timesteps: Sequence[float]) -> list[float]:
        """The same at any timesteps; between two training timesteps it is on the line between theirs."""
        products = alphas_cumprod(self._schedule)
        found: list[float] = np.interp(timesteps, np.arange(len(products)), products).tolist()
        return found

    @property
    def _schedule(self) -> NoiseSchedule:
        return NoiseSchedule(
            prediction_type=self.prediction_type,
            num_train_timesteps=self.num_train_timesteps,
            beta_start=self.beta_start,
            beta_end=self.beta_end,
            beta_schedule=self.beta_schedule,
            rescale_betas_zero_snr=self.rescale_betas_zero_snr,
        )
