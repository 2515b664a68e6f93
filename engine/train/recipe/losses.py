"""What the UNet is held to on data: the noise of a schedule, and attention maps by HOLA."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from engine.samplers import NoiseSchedule


class HolaVariant(StrEnum):
    """How cross-attention is held to the body regions (see hola.py)."""

    NONE = "none"
    HOLA = "hola"
    HOLA_REFERENCE = "hola_reference"
    HOLA_MASS = "hola_mass"


_OWN_SCHEDULE = NoiseSchedule(
    prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing", steps_offset=1
)


@dataclass(frozen=True, kw_only=True)
class NoiseConfig:
    """The forward process and how its steps weigh in the loss.

    What is None of the schedule is the base's, or figurine's: 1000 steps, betas scaled_linear from 0.00085 to 0.012,
    v_prediction, zero terminal SNR.
    """

    num_train_timesteps: int | None = None
    beta_start: float | None = None
    beta_end: float | None = None
    beta_schedule: str | None = None
    prediction_type: str | None = None
    rescale_betas_zero_snr: bool | None = None
    min_snr_gamma: float | None = 5.0  # None = every timestep weighs the same
    noise_offset: float = 0.0

    def __post_init__(self) -> None:
        if self.prediction_type not in (None, "epsilon", "v_prediction"):
            raise ValueError(f"prediction_type must be epsilon or v_prediction, got {self.prediction_type!r}")

    @property
    def told(self) -> dict[str, Any]:
        """What the recipe itself says of the schedule."""
        names = ("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "prediction_type")
        values = {name: getattr(self, name) for name in (*names, "rescale_betas_zero_snr")}
        return {name: value for name, value in values.items() if value is not None}

    def schedule(self, base: NoiseSchedule | None = None) -> NoiseSchedule:
        """The schedule trained on.

        Raises:
            ValueError: No model can learn from it, such as zero terminal SNR where noise is predicted.
        """
        told = self.told
        if told.get("rescale_betas_zero_snr"):
            told["timestep_spacing"] = "trailing"  # so that drawing begins where the model was shown pure noise
        try:
            return replace(base or _OWN_SCHEDULE, **told)
        except ValueError as error:
            raise ValueError(f"noise: {error}") from error


@dataclass(frozen=True, kw_only=True)
class HolaConfig:
    """Attention supervision: which loss, how strong, at which layers."""

    variant: HolaVariant = HolaVariant.HOLA_MASS
    weight: float = 1.0
    strides: tuple[int, ...] = (16,)  # pixels to one attention query, along each side

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise ValueError(f"hola.weight must not be negative, got {self.weight}")
        if not self.strides and self.variant is not HolaVariant.NONE:
            raise ValueError("hola.strides must name at least one stride, or hola.variant be none")
