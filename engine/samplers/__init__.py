"""Noise schedules and samplers as pure functions over arrays; nothing here loads, logs or draws.

A sampler is a table of coefficients (`plan.SamplerPlan`), made from the schedule the model was trained with.
"""

from engine.samplers.keep import Keep
from engine.samplers.noise import gaussian_noise, guided
from engine.samplers.plan import SamplerPlan, output_plan
from engine.samplers.registry import SAMPLERS, max_steps, num_skipped_steps, sampler_plan, samplers_of
from engine.samplers.schedule import FloatArray, NoiseSchedule, alphas_cumprod, few_steps_schedule

__all__ = [
    "SAMPLERS",
    "FloatArray",
    "Keep",
    "NoiseSchedule",
    "SamplerPlan",
    "alphas_cumprod",
    "few_steps_schedule",
    "gaussian_noise",
    "guided",
    "max_steps",
    "num_skipped_steps",
    "output_plan",
    "sampler_plan",
    "samplers_of",
]
