"""What a denoising pass runs with: steps, strength, guidance, and the second pass by the first."""

import math
from collections.abc import Sequence

from engine.request.edit import DEFAULT_EDIT_STRENGTH
from engine.request.prepare.edit import is_edit
from engine.request.prepare.mistakes import Mistakes
from engine.request.prepare.size import scaled
from engine.request.request import DEFAULT_STRENGTH, GenerationRequest, ModelInfo
from engine.request.second_pass import PreparedSecondPass, SecondPass
from engine.samplers import num_skipped_steps


def check_steps(field: str, steps: int, sampler: str, model: ModelInfo, wrong: Mistakes) -> bool:
    """A sampler that is wrong sets no limit of its own."""
    most, named = model.max_steps, ""
    if wrong.right("sampler") and model.sampler_steps.get(sampler, most) < most:
        most, named = model.sampler_steps[sampler], f" with {sampler}"
    if 1 <= steps <= most:
        return True
    wrong.add(_top(field), f"{field} must be from 1 to {most}{named}; got {steps}")
    return False


def strength_of(request: GenerationRequest, steps: int, wrong: Mistakes) -> float | None:
    """The strength of the first pass; None where it starts from noise."""
    strength = request.strength
    if request.init_image is None and wrong.right("init_image"):
        if strength is not None:
            wrong.add("strength", "strength says how much to change init_image, and there is none")
        return None
    default = DEFAULT_EDIT_STRENGTH if is_edit(request) else DEFAULT_STRENGTH
    came = f"got none, which means {default:g}" if strength is None else ""
    strength = default if strength is None else strength
    _check_strength("strength", strength, steps if wrong.right("steps") else None, wrong, came=came)
    return float(strength)


def _check_strength(field: str, strength: float, steps: int | None, wrong: Mistakes, *, came: str = "") -> None:
    """`steps` is None where it is not known; `came` says where the strength comes from."""
    if not (math.isfinite(strength) and 0.0 < strength <= 1.0):
        wrong.add(_top(field), f"{field} must be above 0 and at most 1; got {strength:g}")
    elif steps is not None and wrong.right(_top(field)) and num_skipped_steps(steps, strength) == steps:
        message = f"{field} must leave at least one of {_count(steps, 'step')}"
        wrong.add(_top(field), f"{message}, so be at least {_least_strength(steps):g}; {came or f'got {strength:g}'}")


def _least_strength(steps: int) -> float:
    """Rounded up, so that it may be asked for as it is told."""
    return math.ceil(10_000 / steps) / 10_000


def check_guidance(field: str, value: float, model: ModelInfo, wrong: Mistakes) -> None:
    """A scale of either pass."""
    if not (math.isfinite(value) and 0.0 <= value <= model.max_guidance_scale):
        wrong.add(_top(field), f"{field} must be from 0 to {model.max_guidance_scale:g}; got {value:g}")


def interval_of(interval: Sequence[float] | None, wrong: Mistakes) -> tuple[float, float]:
    """From and to which share of the denoising guidance acts."""
    if interval is not None and len(interval) != 2:
        wrong.add("guidance_interval", f"guidance_interval must hold two numbers; got {len(interval)}")
        return 0.0, 1.0
    start, end = (0.0, 1.0) if interval is None else interval
    if not (math.isfinite(start) and math.isfinite(end) and 0.0 <= start < end <= 1.0):
        message = f"guidance_interval must be 0 <= start < end <= 1; got {start:g} and {end:g}"
        wrong.add("guidance_interval", message)
    return float(start), float(end)


def second_pass_of(
    wanted: SecondPass | None,
    model: ModelInfo,
    size: tuple[int, int] | None,
    first_steps: int,
    first_guidance_scale: float,
    sampler: str,
    wrong: Mistakes,
) -> PreparedSecondPass | None:
    """The second pass, its own values before those of the first; None where there is none, or it is wrong."""
    if wanted is None:
        return None
    steps: int | None = first_steps if wrong.right("steps") else None
    if wanted.steps is not None:
        steps = wanted.steps if check_steps("second_pass.steps", wanted.steps, sampler, model, wrong) else None
    _check_strength("second_pass.strength", wanted.strength, steps, wrong)
    if wanted.guidance_scale is not None:
        check_guidance("second_pass.guidance_scale", wanted.guidance_scale, model, wrong)
    larger = scaled(wanted.scale, size, model, wrong)
    if not wrong.right("second_pass") or larger is None or steps is None:
        return None
    guidance_scale = first_guidance_scale if wanted.guidance_scale is None else wanted.guidance_scale
    return PreparedSecondPass(
        strength=float(wanted.strength),
        scale=float(wanted.scale),
        steps=steps,
        guidance_scale=float(guidance_scale),
        width=larger[0],
        height=larger[1],
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _top(field: str) -> str:
    """The request's own field of a part of it."""
    return field.partition(".")[0]
