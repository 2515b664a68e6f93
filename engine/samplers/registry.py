"""Samplers by name, and what a schedule and a strength allow of each."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from engine.samplers.multistep import dpmpp_2m, dpmpp_2m_karras, pndm
from engine.samplers.plan import SamplerPlan
from engine.samplers.schedule import NoiseSchedule
from engine.samplers.single_step import ddim, euler, euler_ancestral, lcm

# From schedule, number of steps, and how many are skipped from the front because a picture is there; None: no picture.
Sampler: TypeAlias = Callable[[NoiseSchedule, int, int | None], SamplerPlan]

SAMPLERS: Mapping[str, Sampler] = MappingProxyType(
    {
        "ddim": ddim,
        "euler": euler,
        "euler_a": euler_ancestral,
        "dpmpp_2m": dpmpp_2m,
        "dpmpp_2m_karras": dpmpp_2m_karras,
        "pndm": pndm,
        "lcm": lcm,
    }
)


def samplers_of(schedule: NoiseSchedule) -> tuple[str, ...]:
    """Names of the samplers that a schedule can be sampled with: lcm needs the timesteps it was distilled at."""
    can_lcm = schedule.num_train_timesteps >= schedule.original_inference_steps
    return tuple(name for name in SAMPLERS if name != "lcm" or can_lcm)


def max_steps(name: str, schedule: NoiseSchedule) -> int:
    """The most steps a sampler can take: lcm has only those of distillation."""
    return schedule.original_inference_steps if name == "lcm" else schedule.num_train_timesteps


def num_skipped_steps(num_steps: int, strength: float) -> int:
    """Steps left out at the front for a picture that is changed by `strength`, 0 to 1, rounded as diffusers does.

    All of them where strength is too little for one step.
    """
    return num_steps - min(int(num_steps * strength), num_steps)


def sampler_plan(name: str, schedule: NoiseSchedule, num_steps: int, strength: float | None = None) -> SamplerPlan:
    """The table of a sampler by name.

    Args:
        name: One of SAMPLERS.
        schedule: What the model was trained with.
        num_steps: Steps from pure noise to a picture.
        strength: Where there is a picture to start from, the share of the steps to take; None starts from noise.

    Raises:
        ValueError: The schedule cannot do the sampler, the sampler not the number of steps, or strength leaves none.
    """
    known = samplers_of(schedule)
    if name not in known:
        raise ValueError(f"sampler must be one of {', '.join(known)}; got {name!r}")
    most = max_steps(name, schedule)
    if not 1 <= num_steps <= most:
        raise ValueError(f"steps must be from 1 to {most} for {name}; got {num_steps}")
    if strength is None:
        return SAMPLERS[name](schedule, num_steps, None)
    skipped = num_skipped_steps(num_steps, strength)
    if not 0.0 < strength <= 1.0 or skipped == num_steps:
        raise ValueError(f"strength must be from 1 / steps to 1; got {strength:g} of {num_steps} steps")
    return SAMPLERS[name](schedule, num_steps, skipped)
