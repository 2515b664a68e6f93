"""A request for the UNet's output and a model to a prepared one: every mistake found before anything is computed.

Letters: B rows, C H W latent channels and sides.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np

from engine.description import Description
from engine.errors import RequestError
from engine.request.denoise import MAX_DENOISE_GUIDANCE, DenoiseRequest, PreparedDenoise, reads_negative
from engine.request.latents import DTYPES, LatentInfo
from engine.request.prepare import NONE, Planner
from engine.request.prepare.loras import loras_of
from engine.request.prepare.mistakes import Mistakes
from engine.request.prepare.size import check_latent_sides
from engine.request.prepare.turn import check_turn
from engine.request.prepare.words import check_negative, check_words
from engine.request.request import GenerationRequest, ModelInfo
from engine.samplers import FloatArray

_FIELDS = tuple(field.name for field in fields(DenoiseRequest))
_SIDES = "rows, channels, height and width of the latents"


def prepare_denoise(
    request: DenoiseRequest,
    model: ModelInfo,
    *,
    mistakes: Mapping[str, Sequence[str]] = NONE,
    planner: Planner | None = None,
) -> PreparedDenoise:
    """Judges every value.

    Args:
        request: What is asked.
        model: What shall do it.
        mistakes: What is wrong with fields whose values could not be read, and which the request therefore lacks.
        planner: Where the model's tokenizer is at hand: makes the plans.

    Raises:
        RequestError: With every mistake, those given included; each names what is allowed and what came.
    """
    wrong = Mistakes(mistakes, _FIELDS)
    info = model.latents
    if info is None:
        raise RequestError("latents", f"the engine that draws {model.name} takes no latents: it is an older one")
    num_rows = _rows_of(request, info, model, wrong)
    latents = None if num_rows is None else _latents_of(request, wrong)
    _check_timesteps(request.timesteps, info, num_rows, wrong)
    _check_guidance(request.guidance_scale, wrong)
    negatives = _checked_texts(request, num_rows, model, wrong)
    like = GenerationRequest(description=Description(text="", spans=()), loras=request.loras)
    loras = loras_of(like, model, wrong)
    check_turn(request.priority, request.deadline_seconds, wrong)
    plans = _plans(planner, request, negatives, num_rows, wrong)
    wrong.check()
    assert latents is not None
    height, width = (side * model.pixels_of_a_latent for side in latents.shape[2:])
    return PreparedDenoise(
        asked=request, model=model, latents=latents, width=width, height=height, loras=loras, plans=plans
    )


def _rows_of(request: DenoiseRequest, info: LatentInfo, model: ModelInfo, wrong: Mistakes) -> int | None:
    """B, where the shape is right."""
    if not wrong.right("shape"):
        return None
    shape = request.shape
    if len(shape) != 4:
        wrong.add("shape", f"shape must be four numbers, {_SIDES}; got {len(shape)}")
        return None
    rows, channels, height, width = shape
    if not 1 <= rows <= info.max_rows:
        wrong.add("shape", f"shape must begin with the rows, 1 to {info.max_rows}; got {rows}")
    if channels != info.channels:
        wrong.add("shape", f"latents of {model.name} have {info.channels} channels; shape has {channels}")
    check_latent_sides("shape", height, width, model, wrong)
    return rows if wrong.right("shape") else None


def _latents_of(request: DenoiseRequest, wrong: Mistakes) -> FloatArray | None:
    """The numbers, [B, C, H, W]; None where they are none."""
    if not wrong.right("latents", "dtype"):
        return None
    if request.dtype not in DTYPES:
        wrong.add("dtype", f"dtype must be {' or '.join(DTYPES)}; got {request.dtype[:40]!r}")
        return None
    dtype = np.dtype(DTYPES[request.dtype])
    needed = math.prod(request.shape) * dtype.itemsize
    if len(request.latents) != needed:
        shape = " x ".join(map(str, request.shape))
        wrong.add("latents", f"latents of {shape} in {request.dtype} have {needed} bytes; got {len(request.latents)}")
        return None
    latents: FloatArray = np.frombuffer(request.latents, dtype).reshape(request.shape).astype(np.float32)
    finite = np.isfinite(latents).all(axis=(1, 2, 3))
    if not finite.all():
        wrong.add("latents", f"latents must be finite numbers; row {int(finite.argmin())} holds NaN or infinity")
        return None
    return latents


def _check_timesteps(timesteps: Sequence[float], info: LatentInfo, num_rows: int | None, wrong: Mistakes) -> None:
    if not wrong.right("timesteps"):
        return
    if num_rows is not None and len(timesteps) != num_rows:
        wrong.add("timesteps", f"timesteps must be one for each of {num_rows} rows; got {len(timesteps)}")
        return
    for row, timestep in enumerate(timesteps):
        if not (math.isfinite(timestep) and 0.0 <= timestep <= info.last_timestep):
            message = f"timesteps must be from 0 to {info.last_timestep}; got {timestep:g} for row {row}"
            wrong.add("timesteps", message)
            return


def _check_guidance(scale: float | None, wrong: Mistakes) -> None:
    if scale is None or not wrong.right("guidance_scale"):
        return
    if not (math.isfinite(scale) and 1.0 <= scale <= MAX_DENOISE_GUIDANCE):
        allowed = f"from 1, the conditional output alone, to {MAX_DENOISE_GUIDANCE:g}, or null for both outputs"
        wrong.add("guidance_scale", f"guidance_scale must be {allowed}; got {scale:g}")


def _checked_texts(request: DenoiseRequest, num_rows: int | None, model: ModelInfo, wrong: Mistakes) -> tuple[str, ...]:
    """Judges the words; gives the negative ones, of which there is one at least."""
    most = model.max_characters
    if _counted("descriptions", len(request.descriptions), num_rows, wrong):
        for number, description in enumerate(request.descriptions):
            check_words("descriptions", description, most, wrong, what=f"descriptions[{number}]")
    negatives = request.negative_descriptions
    if negatives and _counted("negative_descriptions", len(negatives), num_rows, wrong):
        for number, text in enumerate(negatives):
            check_negative(text, most, wrong, field="negative_descriptions", what=f"negative_descriptions[{number}]")
    unread = wrong.right("guidance_scale") and not reads_negative(request.guidance_scale)
    if unread and any(text.strip() for text in negatives):
        wrong.add("negative_descriptions", "negative_descriptions cannot act with guidance_scale 1, which reads none")
    return negatives or ("",)


def _counted(field: str, number: int, num_rows: int | None, wrong: Mistakes) -> bool:
    if not wrong.right(field):
        return False
    if number == 1 or number == num_rows or (num_rows is None and number):
        return True
    rows = "" if num_rows in (None, 1) else f", or one for each of {num_rows} rows"
    wrong.add(field, f"{field} must hold one text{rows}; got {number}")
    return False


def _plans(
    planner: Planner | None,
    request: DenoiseRequest,
    negatives: Sequence[str],
    num_rows: int | None,
    wrong: Mistakes,
) -> tuple[object, ...]:
    """What is read for each row; the same words are planned once."""
    texts = "descriptions", "negative_descriptions"
    if planner is None or num_rows is None or not wrong.right(*texts, "guidance_scale"):
        return ()
    guided = reads_negative(request.guidance_scale)
    made: dict[tuple[int, int], object] = {}
    rows = [(row % len(request.descriptions), row % len(negatives)) for row in range(num_rows)]
    for first, second in dict.fromkeys(rows):
        try:
            made[first, second] = planner(request.descriptions[first], negatives[second] if guided else "", guided)
        except RequestError as error:
            field = f"{error.field}s"
            wrong.add(field, f"{field}[{second if error.field.startswith('negative') else first}]: {error}")
            return ()
    return tuple(made[row] for row in rows)
