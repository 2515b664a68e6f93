"""Which UNet and which decoder draw, and what the UNet of few steps leaves to be asked: it draws in one way alone.

What is asked of it otherwise is refused, never ignored: it knows no other timesteps than those it was distilled at, and
guidance is in its weights, so that nothing reads a negative text.
"""

from dataclasses import dataclass

from engine.bundle.manifest import FewSteps
from engine.request.prepare.mistakes import Mistakes
from engine.request.request import DECODERS, FAST, FEW_STEPS, FULL, VARIANTS, GenerationRequest, ModelInfo

UNGUIDED = 1.0
WHOLE = (0.0, 1.0)  # the interval that says nothing


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """What a request runs with where it names nothing.

    Attributes:
        steps: Denoising steps.
        guidance_scale: Strength of guidance.
        sampler: One of the model's.
    """

    steps: int
    guidance_scale: float
    sampler: str


def defaults_of(request: GenerationRequest, model: ModelInfo, wrong: Mistakes) -> Defaults:
    """Judges variant and decoder; the defaults are those of the variant, the full one's where it is wrong."""
    _check_known("variant", request.variant, VARIANTS, wrong)
    _check_known("decoder", request.decoder, DECODERS, wrong)
    if request.variant == FEW_STEPS and model.few_steps is None:
        wrong.add("variant", _absent("variant few_steps", "UNet of few steps", model))
    if request.decoder == FAST and not model.fast_decoder:
        wrong.add("decoder", _absent("decoder fast", "fast decoder", model))
    if request.variant == FEW_STEPS and model.few_steps is not None:
        few = model.few_steps
        _check_few_steps(request, few, wrong)
        return Defaults(steps=few.steps, guidance_scale=UNGUIDED, sampler=few.sampler)
    return Defaults(
        steps=model.default_steps, guidance_scale=model.default_guidance_scale, sampler=model.default_sampler
    )


def _absent(asked: str, what: str, model: ModelInfo) -> str:
    return f"{asked} needs a {what}, and the bundle of {model.name} has none that may be used; ask for {FULL}"


def _check_known(field: str, value: str, choices: tuple[str, ...], wrong: Mistakes) -> None:
    if value not in choices:
        wrong.add(field, f"{field} must be one of {', '.join(choices)}; got {value[:40]!r}")


def _check_few_steps(request: GenerationRequest, few: FewSteps, wrong: Mistakes) -> None:
    """Every value that the UNet of few steps could not honour."""
    second = request.second_pass
    exact: list[tuple[str, str, object, object]] = [
        ("steps", "steps", request.steps, few.steps),
        ("sampler", "sampler", request.sampler, few.sampler),
        ("second_pass", "second_pass.steps", second and second.steps, few.steps),
    ]
    for field, name, value, only in exact:
        if value is not None and value != only and wrong.right(field):
            wrong.add(field, f"{name} must be {only} with variant few_steps, which was distilled so; got {value}")
    scales = [("guidance_scale", "guidance_scale", request.guidance_scale)]
    scales += [("second_pass", "second_pass.guidance_scale", second.guidance_scale)] if second else []
    for field, name, scale in scales:
        if scale is not None and not scale <= UNGUIDED and wrong.right(field):
            wrong.add(
                field, f"{name} may be at most 1 with variant few_steps, whose guidance is built in; got {scale:g}"
            )
    without_guidance = "which has no guidance that could"
    if request.guidance_interval is not None and tuple(request.guidance_interval) != WHOLE:
        wrong.add("guidance_interval", f"guidance_interval cannot act with variant few_steps, {without_guidance}")
    if request.negative_description.strip():
        wrong.add("negative_description", f"negative_description cannot act with variant few_steps, {without_guidance}")
