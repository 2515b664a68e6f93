"""What every sampler is here: a table of coefficients, one matrix a step, and the one function that applies it.

A picture's state is K arrays of one shape: its latents and what the method remembers (earlier outputs, an earlier
sample). With o the model's output and z fresh noise, step i makes every array of the next state from all of this one:
``state'[j] = sum_k update[i, j, k] state[k] + update[i, j, K] o + update[i, j, K + 1] z``. The model sees
``input_scale[i] state[0]`` at ``timesteps[i]``.

Tables are computed in float64 and rounded once, so that rows of different samplers, step counts and positions can
share a forward and a picture never depends on its neighbours.

Whatever the method, the model sees latents m of variance 1, a picture x0 with noise in it, and its output says which:
``x0 = denoise[i, 0] m + denoise[i, 1] o`` is the picture as the model has it at step i.

Letters: T training timesteps, S evaluations of the model, K arrays of a state, C H W latent channels and sides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.samplers.schedule import DoubleArray, FloatArray, NoiseSchedule, alphas_cumprod

State: TypeAlias = tuple[FloatArray, ...]
# Columns of an update's row behind those of the state.
OUTPUT, NOISE = -2, -1


@dataclass(frozen=True, kw_only=True)
class SamplerPlan:
    """The coefficient table of one sampler over S evaluations of the model.

    Attributes:
        timesteps: What the model is told, [S].
        input_scale: Factor on the latents the model sees, [S].
        update: The next state in terms of state, output and noise, [S, K, K + 2].
        denoise: The finished picture in terms of what the model sees and its output, [S, 2].
        progress: How far the denoising is at each evaluation, [S]: 0 at timestep T - 1, 1 at timestep 0.
        original_scale: Factor on the latents of the picture it starts from; 0 where it starts from noise alone.
        initial_noise_scale: Factor on the first noise.
    """

    timesteps: FloatArray
    input_scale: FloatArray
    update: FloatArray
    denoise: FloatArray
    progress: DoubleArray
    original_scale: float
    initial_noise_scale: float

    @property
    def num_steps(self) -> int:
        """S, which pndm has more of than it was asked for."""
        return len(self.timesteps)

    def start(self, noise: FloatArray, original: FloatArray | None = None) -> State:
        """The first state.

        Args:
            noise: Standard normal numbers, [1, C, H, W].
            original: Latents of the picture to start from, of the same shape; read where original_scale is not 0.
        """
        latents: FloatArray = np.float32(self.initial_noise_scale) * noise
        if self.original_scale != 0.0:
            assert original is not None, "the plan starts from a picture"
            latents = np.float32(self.original_scale) * original + latents
        return latents, *[np.zeros_like(latents)] * (self.update.shape[1] - 1)

    def model_input(self, step: int, state: State) -> FloatArray:
        """Latents as the model wants to see them, [1, C, H, W]."""
        scaled: FloatArray = self.input_scale[step] * state[0]
        return scaled

    def denoised(self, step: int, state: State, output: FloatArray) -> FloatArray:
        """The finished latents as the model has them at a step, [1, C, H, W]: its estimate of x0."""
        of_input, of_output = self.denoise[step]
        estimate: FloatArray = of_input * self.model_input(step, state) + of_output * output
        return estimate

    def output_for(self, step: int, state: State, clean: FloatArray) -> FloatArray:
        """What the model would say at a step if `clean`, [1, C, H, W], were the picture: `denoised` solved for it."""
        of_input, of_output = self.denoise[step]
        output: FloatArray = (clean - of_input * self.model_input(step, state)) / of_output
        return output

    def advance(self, step: int, state: State, output: FloatArray, draw: Callable[[], FloatArray]) -> State:
        """The state after a step; `draw` is called only where the step needs fresh noise."""
        update = self.update[step]
        terms = [*state, output]
        if update[:, NOISE].any():
            terms.append(draw())
        return tuple(_combined(row, terms) for row in update)


def _combined(row: FloatArray, terms: Sequence[FloatArray]) -> FloatArray:
    parts = [
        (factor, term) for factor, term in zip(row.tolist(), terms, strict=False) if factor != 0.0
    ]  # a row without noise has no term for it
    if not parts:
        return np.zeros_like(terms[0])
    if len(parts) == 1 and parts[0][0] == 1.0:
        return parts[0][1]
    (factor, term), *others = parts
    total: FloatArray = np.float32(factor) * term
    for factor, term in others:
        total += np.float32(factor) * term
    return total


def empty_update(num_steps: int, size: int) -> DoubleArray:
    """A table of zeros to fill in, [S, K, K + 2], for a state of K = `size` arrays."""
    return np.zeros((num_steps, size, size + 2))


def make_plan(
    schedule: NoiseSchedule,
    timesteps: npt.NDArray[np.float64] | npt.NDArray[np.int64],
    update: DoubleArray,
    *,
    start: tuple[float, float],
    input_scale: DoubleArray | None = None,
) -> SamplerPlan:
    """Rounds a table.

    Args:
        schedule: What the model was trained with.
        timesteps: What the model is told, [S].
        update: The table, [S, K, K + 2].
        start: Factors on the picture it starts from and on the first noise.
        input_scale: Factor on the latents the model sees, [S]; None means 1.
    """
    scale = np.ones(len(timesteps)) if input_scale is None else input_scale
    return SamplerPlan(
        timesteps=timesteps.astype(np.float32),
        input_scale=scale.astype(np.float32),
        update=update.astype(np.float32),
        denoise=_denoise(schedule, timesteps).astype(np.float32),
        progress=1.0 - timesteps / (schedule.num_train_timesteps - 1),
        original_scale=start[0],
        initial_noise_scale=start[1],
    )


def output_plan(timestep: float) -> SamplerPlan:
    """A plan of one evaluation that changes nothing: it starts from what is given, and ends as the model's output."""
    update = empty_update(1, 1)
    update[:, 0, OUTPUT] = 1.0
    return SamplerPlan(
        timesteps=np.array([timestep], np.float32),
        input_scale=np.ones(1, np.float32),
        update=update.astype(np.float32),
        denoise=np.zeros((1, 2), np.float32),
        progress=np.zeros(1),
        original_scale=0.0,
        initial_noise_scale=1.0,
    )


def _denoise(schedule: NoiseSchedule, timesteps: npt.NDArray[np.float64] | npt.NDArray[np.int64]) -> DoubleArray:
    """Coefficients of x0, [S, 2]; those of a timestep between two are between theirs."""
    products = alphas_cumprod(schedule)
    alphas = np.interp(timesteps, np.arange(len(products)), products)
    signal, noise = np.sqrt(alphas), np.sqrt(1.0 - alphas)
    if schedule.prediction_type == "epsilon":
        return np.stack([1.0 / signal, -noise / signal], axis=1)
    return np.stack([signal, -noise], axis=1)
