"""Noise schedules and samplers as pure functions over arrays; nothing here loads, logs or draws.

Every sampler here is a table of coefficients: with x the latents, o the model's output and z fresh noise,
step i is ``x' = sample[i] x + output[i] o + noise[i] z``, and the model sees ``input_scale[i] x`` at
``timesteps[i]``. The table is computed in float64 from float32 betas and rounded once, so that rows of
different samplers, step counts and positions can share a forward and a picture never depends on its neighbours.

Letters: T training timesteps, S sampling steps, C H W latent channels and sides.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
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
        set_alpha_to_one: Whether ddim's last step ends at no noise rather than at timestep 0.
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
        if not 0.0 < self.beta_start <= self.beta_end < 1.0:
            raise ValueError(f"betas must be 0 < start <= end < 1; got {self.beta_start} and {self.beta_end}")
        if self.rescale_betas_zero_snr and self.prediction_type == "epsilon":
            raise ValueError("rescale_betas_zero_snr needs v_prediction: noise alone says nothing of its own epsilon")


@dataclass(frozen=True, kw_only=True)
class SamplerPlan:
    """The coefficient table of one sampler over S steps.

    Attributes:
        timesteps: What the model is told, [S].
        input_scale: Factor on the latents the model sees, [S].
        sample: Factor on the latents, [S].
        output: Factor on the model's output, [S].
        noise: Factor on fresh noise, [S]; zero where the step draws none.
        initial_noise_scale: Standard deviation of the first latents.
    """

    timesteps: FloatArray
    input_scale: FloatArray
    sample: FloatArray
    output: FloatArray
    noise: FloatArray
    initial_noise_scale: float

    @property
    def num_steps(self) -> int:
        """S."""
        return len(self.timesteps)

    def advance(
        self, step: int, latents: FloatArray, model_output: FloatArray, draw: Callable[[], FloatArray]
    ) -> FloatArray:
        """Latents after a step; `draw` is called only where the step needs fresh noise."""
        following: FloatArray = self.sample[step] * latents + self.output[step] * model_output
        if self.noise[step] != 0.0:
            following += self.noise[step] * draw()
        return following


def alphas_cumprod(schedule: NoiseSchedule) -> FloatArray:
    """The product of all alphas up to each training timestep, [T]."""
    betas = _betas(schedule)
    products = _cumulative_product(np.float32(1.0) - betas)
    if not schedule.rescale_betas_zero_snr:
        return products
    roots = np.sqrt(products)
    roots = (roots - roots[-1]) * (roots[0] / (roots[0] - roots[-1]))
    squares = roots**2
    return _cumulative_product(np.concatenate([squares[:1], squares[1:] / squares[:-1]]))


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


def _timesteps(schedule: NoiseSchedule, num_steps: int) -> DoubleArray:
    """Descending timesteps, [S]; whole numbers except for linspace (Lin et al. 2024, table 2)."""
    total = schedule.num_train_timesteps
    if schedule.timestep_spacing == "linspace":
        return np.linspace(0, total - 1, num_steps)[::-1].copy()
    if schedule.timestep_spacing == "leading":
        leading = np.arange(num_steps, dtype=np.float64)[::-1] * (total // num_steps) + schedule.steps_offset
        return leading.clip(max=total - 1)
    trailing: DoubleArray = np.round(total - np.arange(num_steps) * (total / num_steps)) - 1.0
    return trailing


def ddim(schedule: NoiseSchedule, num_steps: int) -> SamplerPlan:
    """Song et al. 2021 (arXiv 2010.02502), equation 12 with eta = 0."""
    timesteps = np.round(_timesteps(schedule, num_steps)).astype(np.int64)
    products = alphas_cumprod(schedule).astype(np.float64)
    final = 1.0 if schedule.set_alpha_to_one else products[0]
    previous = timesteps - schedule.num_train_timesteps // num_steps
    alpha = products[timesteps]
    alpha_previous = np.where(previous >= 0, products[np.maximum(previous, 0)], final)
    root, noise_root = np.sqrt(alpha), np.sqrt(1.0 - alpha)
    to_original, to_epsilon = np.sqrt(alpha_previous), np.sqrt(1.0 - alpha_previous)
    if schedule.prediction_type == "epsilon":
        sample = to_original / root
        output = to_epsilon - to_original * noise_root / root
    else:
        sample = to_original * root + to_epsilon * noise_root
        output = to_epsilon * root - to_original * noise_root
    ones = np.ones(num_steps)
    return _plan(timesteps.astype(np.float64), ones, sample, output, np.zeros(num_steps), 1.0)


def euler(schedule: NoiseSchedule, num_steps: int) -> SamplerPlan:
    """Karras et al. 2022 (arXiv 2206.00364), algorithm 2 without churn."""
    timesteps, sigmas = _sigmas(schedule, num_steps)
    sample, output = _ode_step(schedule, sigmas[:-1], sigmas[1:])
    input_scale = 1.0 / np.sqrt(sigmas[:-1] ** 2 + 1.0)
    return _plan(timesteps, input_scale, sample, output, np.zeros(num_steps), _initial_scale(schedule, sigmas))


def euler_ancestral(schedule: NoiseSchedule, num_steps: int) -> SamplerPlan:
    """Euler to a lower sigma than the next, then fresh noise back up to it."""
    timesteps, sigmas = _sigmas(schedule, num_steps)
    start, end = sigmas[:-1], sigmas[1:]
    up = np.sqrt(end**2 * (start**2 - end**2) / start**2)
    down = np.sqrt(end**2 - up**2)
    sample, output = _ode_step(schedule, start, down)
    input_scale = 1.0 / np.sqrt(start**2 + 1.0)
    return _plan(timesteps, input_scale, sample, output, up, _initial_scale(schedule, sigmas))


def _sigmas(schedule: NoiseSchedule, num_steps: int) -> tuple[DoubleArray, DoubleArray]:
    """Timesteps [S] and noise levels [S + 1], the last of which is zero."""
    products = alphas_cumprod(schedule).astype(np.float64)
    if schedule.rescale_betas_zero_snr:
        products[-1] = TERMINAL_ALPHA
    timesteps = _timesteps(schedule, num_steps)
    levels = np.sqrt((1.0 - products) / products)
    sigmas = np.interp(timesteps, np.arange(len(levels)), levels)
    return timesteps, np.append(sigmas, 0.0)


def _ode_step(schedule: NoiseSchedule, start: DoubleArray, end: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Coefficients of ``x + (x - x0) / start * (end - start)``, with x0 written in x and the model's output."""
    if schedule.prediction_type == "epsilon":
        return np.ones_like(start), end - start
    skip = 1.0 / (start**2 + 1.0)
    ratio = end / start
    # x0 = skip x - start / sqrt(start^2 + 1) o; the sum below has no cancellation where start is thousands.
    return ratio + (1.0 - ratio) * skip, (end - start) * np.sqrt(skip)


def _initial_scale(schedule: NoiseSchedule, sigmas: DoubleArray) -> float:
    largest = float(sigmas.max())
    return largest if schedule.timestep_spacing != "leading" else math.sqrt(largest**2 + 1.0)


def _plan(
    timesteps: DoubleArray,
    input_scale: DoubleArray,
    sample: DoubleArray,
    output: DoubleArray,
    noise: DoubleArray,
    initial_noise_scale: float,
) -> SamplerPlan:
    return SamplerPlan(
        timesteps=timesteps.astype(np.float32),
        input_scale=input_scale.astype(np.float32),
        sample=sample.astype(np.float32),
        output=output.astype(np.float32),
        noise=noise.astype(np.float32),
        initial_noise_scale=initial_noise_scale,
    )


SAMPLERS: Mapping[str, Callable[[NoiseSchedule, int], SamplerPlan]] = MappingProxyType(
    {"ddim": ddim, "euler": euler, "euler_a": euler_ancestral}
)


def sampler_plan(name: str, schedule: NoiseSchedule, num_steps: int) -> SamplerPlan:
    """The table of a sampler by name.

    Raises:
        ValueError: The sampler is unknown, or the number of steps is not from 1 to T.
    """
    if name not in SAMPLERS:
        raise ValueError(f"sampler must be one of {', '.join(SAMPLERS)}; got {name!r}")
    if not 1 <= num_steps <= schedule.num_train_timesteps:
        raise ValueError(f"steps must be from 1 to {schedule.num_train_timesteps}; got {num_steps}")
    return SAMPLERS[name](schedule, num_steps)


def guided(conditional: FloatArray, unconditional: FloatArray, guidance_scale: float) -> FloatArray:
    """Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598)."""
    return unconditional + np.float32(guidance_scale) * (conditional - unconditional)


def gaussian_noise(seed: int, image: int, draw: int, shape: tuple[int, ...]) -> FloatArray:
    """Standard normal numbers that depend on nothing but (seed, image, draw): draw 0 starts, draw n + 1 is step n's.

    Philox's raw stream is fixed by its definition (Salmon et al. 2011) and Box-Muller is written out here, because
    numpy keeps the right to change how its generators make normal numbers.
    """
    count = math.prod(shape)
    half = (count + 1) // 2
    key = np.array([seed, (image << 32) | draw], dtype=np.uint64)
    raw = np.random.Philox(key=key).random_raw(2 * half)
    uniform = ((raw >> np.uint64(11)) + np.uint64(1)).astype(np.float64) * 2.0**-53  # (0, 1]
    radius = np.sqrt(-2.0 * np.log(uniform[:half]))
    angle = 2.0 * math.pi * uniform[half:]
    normal = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    return normal[:count].astype(np.float32).reshape(shape)
