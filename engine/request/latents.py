"""What a model's latents and its noise are, for callers who bring latents of their own: plain data for the wire."""

from collections.abc import Sequence
from dataclasses import dataclass, field

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
        schedule: How noise was added to them in training.
        max_rows: Of a request.
    """

    channels: int
    scaling_factor: float
    shift_factor: float = 0.0
    schedule: NoiseSchedule = field(default_factory=NoiseSchedule)
    max_rows: int = MAX_ROWS

    @property
    def last_timestep(self) -> int:
        """The noisiest one; the first is 0."""
        return self.schedule.num_train_timesteps - 1

    @property
    def alphas_cumprod(self) -> tuple[float, ...]:
        """The product of all alphas up to each training timestep: noised latents hold sqrt of it of the clean ones."""
        return tuple(alphas_cumprod(self.schedule).tolist())

    def alphas_at(self, timesteps: Sequence[float]) -> list[float]:
        """The same at any timesteps; between two training timesteps it is on the line between theirs."""
        products = alphas_cumprod(self.schedule)
        found: list[float] = np.interp(timesteps, np.arange(len(products)), products).tolist()
        return found
