"""A request and a model to a prepared request: every default filled in, every mistake found, in one reading.

A field is judged in the light of those it depends on (a strength by the steps, a size by the picture to start from),
and only where those are right: what is unknown makes nothing else wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import TypeAlias

from engine.description import Description
from engine.errors import RequestError
from engine.pictures.encode import DEFAULT_QUALITY, MAX_QUALITY, MIN_QUALITY
from engine.request.prepare.control import control_of
from engine.request.prepare.edit import edit_of, is_edit
from engine.request.prepare.loras import loras_of
from engine.request.prepare.mistakes import Mistakes
from engine.request.prepare.passes import check_guidance, check_steps, interval_of, second_pass_of, strength_of
from engine.request.prepare.size import init_image_size_of, picture_limits, size_of
from engine.request.prepare.turn import check_turn
from engine.request.prepare.variant import defaults_of
from engine.request.prepare.words import check_negative, described
from engine.request.request import (
    DRAWN_SEED,
    IMAGE_FORMATS,
    LOSSLESS_FORMATS,
    MAX_IMAGE_INDEX,
    MAX_SEED,
    TRANSPARENT_FORMATS,
    GenerationRequest,
    ModelInfo,
    PreparedRequest,
    guided,
)

__all__ = ["NONE", "Planner", "picture_limits", "prepare"]

NONE: Mapping[str, Sequence[str]] = MappingProxyType({})

#: What an engine reads of the words, of the negative words, and whether those are read at all; raises RequestError.
Planner: TypeAlias = Callable[[Description, str, bool], object]

_FIELDS = tuple(field.name for field in fields(GenerationRequest))


def prepare(
    request: GenerationRequest,
    model: ModelInfo,
    *,
    mistakes: Mapping[str, Sequence[str]] = NONE,
    planner: Planner | None = None,
) -> PreparedRequest:
    """Fills in the model's defaults and judges every value.

    Args:
        request: What is asked.
        model: What shall do it.
        mistakes: What is wrong with fields whose values could not be read, and which the request therefore lacks.
        planner: Where the model's tokenizer is at hand: makes the plan.

    Raises:
        RequestError: With every mistake, those given included; each names what is allowed and what came.
    """
    wrong = Mistakes(mistakes, _FIELDS)
    usual = defaults_of(request, model, wrong)
    sampler = usual.sampler if request.sampler is None else request.sampler
    _check_choice("sampler", sampler, model.samplers, wrong)
    steps = usual.steps if request.steps is None else request.steps
    check_steps("steps", steps, sampler, model, wrong)
    guidance_scale = usual.guidance_scale if request.guidance_scale is None else request.guidance_scale
    check_guidance("guidance_scale", guidance_scale, model, wrong)
    _check_pictures(request, model, wrong)
    picture = init_image_size_of(request, model, wrong)
    size = size_of(request, model, picture, wrong)
    strength = strength_of(request, steps, wrong)
    interval = interval_of(request.guidance_interval, wrong)
    second = second_pass_of(request.second_pass, model, size, steps, float(guidance_scale), sampler, wrong)
    check_negative(request.negative_description, model.max_characters, wrong)
    description = described(request, model.max_characters, wrong)
    edit = edit_of(request, model, picture, size, description, wrong)
    loras = loras_of(request, model, wrong)
    control = control_of(request, model, size, second, wrong)
    _check_attention(request, model, "loras" if loras else "control" if control else "", wrong)
    is_guided = wrong.right("guidance_scale", "second_pass") and guided(guidance_scale, second)
    plan = _plan(planner, description, request.negative_description, is_guided, wrong)
    wrong.check()
    assert description is not None and size is not None
    return PreparedRequest(
        asked=request,
        model=model,
        description=description,
        negative_description=request.negative_description,
        width=size[0],
        height=size[1],
        steps=steps,
        guidance_scale=float(guidance_scale),
        sampler=sampler,
        variant=request.variant,
        decoder=request.decoder,
        loras=loras,
        control=control,
        seed=None if request.seed == DRAWN_SEED else request.seed,
        image_index=request.image_index,
        num_images=request.num_images,
        image_format=request.image_format,
        image_quality=_image_quality(request),
        priority=request.priority,
        deadline_seconds=request.deadline_seconds,
        guidance_interval=interval,
        init_image=request.init_image,
        strength=strength,
        second_pass=second,
        edit=edit,
        preview_every=request.preview_every,
        cutout=request.cutout,
        attention=request.attention,
        plan=plan,
    )


def _plan(
    planner: Planner | None, description: Description | None, negative: str, is_guided: bool, wrong: Mistakes
) -> object:
    """What the engine reads; where it is not known whether it reads the negative words, the others are judged alone."""
    if planner is None or description is None:
        return None
    is_guided = is_guided and wrong.right("negative_description")
    try:
        return planner(description, negative if is_guided else "", is_guided)
    except RequestError as error:
        wrong.add(error.field, str(error))
        return None


def _check_pictures(request: GenerationRequest, model: ModelInfo, wrong: Mistakes) -> None:
    """How many pictures, of which numbers, in what form and when: fields that bear on nothing but themselves."""
    _check_range("num_images", request.num_images, 1, model.max_images, wrong)
    if request.seed not in (None, DRAWN_SEED):
        _check_range("seed", request.seed, 0, MAX_SEED, wrong, ", or -1 to draw one")
    _check_range("image_index", request.image_index, 0, MAX_IMAGE_INDEX, wrong)
    last = request.image_index + request.num_images - 1
    if wrong.right("num_images", "image_index") and last > MAX_IMAGE_INDEX:
        message = f"image_index must leave room for {request.num_images} pictures up to {MAX_IMAGE_INDEX}"
        wrong.add("image_index", f"{message}; got {request.image_index}")
    _check_choice("image_format", request.image_format, IMAGE_FORMATS, wrong)
    _check_quality(request, wrong)
    check_turn(request.priority, request.deadline_seconds, wrong)
    _check_previews(request, model, wrong)
    _check_cutout(request, model, wrong)


def _check_attention(request: GenerationRequest, model: ModelInfo, adapted_by: str, wrong: Mistakes) -> None:
    """Args: `adapted_by` is the field that takes the picture to the graph with adapters and control; "" for none."""
    if not request.attention:
        return
    if not model.attention:
        message = (
            f"attention needs a UNet that tells how its attention is shared out, and that of {model.name} here does not"
        )
        wrong.add("attention", f"{message}: its export is older, or TensorRT engines run it, which leave that out")
    elif adapted_by and not model.adapted_attention:
        needs = f"attention with {adapted_by} needs an adapted UNet that tells it"
        message = f"{needs}, and that of {model.name} here does not; ask for it without {adapted_by}"
        wrong.add("attention", message)


def _check_previews(request: GenerationRequest, model: ModelInfo, wrong: Mistakes) -> None:
    if request.preview_every is None:
        return
    if not model.previews:
        wrong.add("preview_every", f"preview_every needs a preview map, and the bundle of {model.name} has none")
        return
    _check_range("preview_every", request.preview_every, 1, model.max_steps, wrong)


def _check_cutout(request: GenerationRequest, model: ModelInfo, wrong: Mistakes) -> None:
    if not request.cutout:
        return
    if not model.regions:
        wrong.add("cutout", f"cutout needs a parser, and the bundle of {model.name} has none")
    if wrong.right("image_format") and request.image_format not in TRANSPARENT_FORMATS:
        able = " or ".join(TRANSPARENT_FORMATS)
        wrong.add("cutout", f"cutout takes image_format {able}, which can be transparent; got {request.image_format}")


def _image_quality(request: GenerationRequest) -> int | None:
    if request.image_format in LOSSLESS_FORMATS or is_edit(request):
        return None
    return DEFAULT_QUALITY if request.image_quality is None else request.image_quality


def _check_quality(request: GenerationRequest, wrong: Mistakes) -> None:
    if request.image_quality is None:
        return
    if wrong.right("image_format") and request.image_format in LOSSLESS_FORMATS:
        message = f"image_quality is for jpeg and webp; image_format {request.image_format} loses nothing"
        wrong.add("image_quality", message)
        return
    if is_edit(request):
        wrong.add("image_quality", "image_quality is for what loses something, and an edit is written without loss")
        return
    _check_range("image_quality", request.image_quality, MIN_QUALITY, MAX_QUALITY, wrong)


def _check_choice(field: str, value: str, choices: Sequence[str], wrong: Mistakes) -> None:
    if value not in choices:
        wrong.add(field, f"{field} must be one of {', '.join(choices)}; got {value[:40]!r}")


def _check_range(field: str, value: int, minimum: int, maximum: int, wrong: Mistakes, also: str = "") -> None:
    if not minimum <= value <= maximum:
        wrong.add(field, f"{field} must be from {minimum} to {maximum}{also}; got {value}")
