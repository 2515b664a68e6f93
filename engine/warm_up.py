"""The first forwards of an engine: every graph has run once before a request comes, and the cost table has begun.

They are steps of a real picture of the default size, so they measure what requests will pay.
"""

import logging
import time
from dataclasses import replace
from functools import partial

from engine.description import Description
from engine.errors import OutOfMemoryError
from engine.model.diffusion import DiffusionModel
from engine.request.request import FEW_STEPS, ModelInfo
from engine.samplers import gaussian_noise, sampler_plan
from engine.scheduler import CostTable
from engine.scheduler.forward import run_batch
from engine.scheduler.job import Job
from engine.scheduler.picture import Denoising, OtherModel, Picture
from engine.scheduler.policy import Batch

logger = logging.getLogger(__name__)

# On the CPU no forward is begun that is predicted to end later than this.
MAX_SECONDS = 3.0

# Of a step of one row: previews by the fast decoder may take so much of what the step loop has, else a map draws them.
LITTLE = 0.25

_JOB = Job(number=0, priority="normal", entered_at=0.0)


def warm_up(diffusion: DiffusionModel, model: ModelInfo, costs: CostTable, *, max_rows: int) -> bool:
    """Runs one row twice, then 2, 4, 8, ... rows, then decodes one picture and encodes it again.

    On the CPU the row counts end where time does. Where shapes are compiled they all run, twice: whoever came first
    with a new one would wait for minutes otherwise. More rows than fit are no error: the scheduler runs such forwards
    in parts.

    Returns:
        Whether the fast decoder costs so little beside a step that previews may be drawn with it.

    Raises:
        GenerationError: A graph fails, or a single row does not fit.
        NotFiniteError: A graph answers with NaN or infinity.
    """
    started = time.monotonic()
    denoising = _denoising(diffusion, model)
    bucket = Picture(_JOB, 0, denoising).bucket
    warmed: list[int] = []
    for rows in row_counts(max_rows):
        left = MAX_SECONDS - (time.monotonic() - started)
        if warmed and not diffusion.compiles_shapes and costs.seconds(bucket, rows) > left:
            break
        try:
            for _ in range(2 if rows == 1 or diffusion.compiles_shapes else 1):
                # New ones each time: where a request may have one step, a picture has no second.
                _run([Picture(_JOB, index, denoising) for index in range(rows)], diffusion, costs)
        except OutOfMemoryError as error:
            if not warmed:
                raise
            logger.warning("forwards of %d rows do not fit and will be run in parts: %s", rows, error)
            break
        warmed.append(rows)
    fast_previews = _warm_fast_paths(diffusion, denoising, costs, warmed[-1])
    pixels = diffusion.decode(denoising.noise(0))
    if diffusion.takes_pictures:
        diffusion.encode_picture(pixels[None].clip(-1.0, 1.0))
    logger.info(
        "%s is warm on %s after %.2f s: text, decoder and encoder, forwards of %s rows at %dx%d",
        model.name,
        diffusion.provider,
        time.monotonic() - started,
        ", ".join(str(rows) for rows in warmed),
        model.default_width,
        model.default_height,
    )
    return fast_previews


def _warm_fast_paths(diffusion: DiffusionModel, denoising: Denoising, costs: CostTable, max_rows: int) -> bool:
    """One row by the UNet of few steps, and one picture by the small decoder, both twice, where the bundle has them."""
    if diffusion.has_few_steps:
        few = OtherModel(name=FEW_STEPS, forward=diffusion.forward_few_steps)
        for rows in row_counts(max_rows) if diffusion.compiles_shapes else (1,):
            for _ in range(2):
                _run([Picture(_JOB, index, replace(denoising, model=few)) for index in range(rows)], diffusion, costs)
    if not diffusion.has_fast_decoder:
        return False
    diffusion.decode(denoising.noise(0), fast=True)
    started = time.monotonic()
    diffusion.decode(denoising.noise(0), fast=True)
    seconds, step = time.monotonic() - started, costs.seconds(Picture(_JOB, 0, denoising).bucket, 1)
    logger.info("the fast decoder takes %.1f ms, a step of one row %.1f ms", 1000 * seconds, 1000 * step)
    return seconds <= LITTLE * step


def row_counts(max_rows: int) -> tuple[int, ...]:
    """Powers of two below `max_rows`, and that itself."""
    return (*(2**power for power in range(max_rows.bit_length()) if 2**power < max_rows), max_rows)


def _run(pictures: list[Picture], diffusion: DiffusionModel, costs: CostTable) -> None:
    batch = Batch(bucket=pictures[0].bucket, pictures=tuple(pictures), row_limit=len(pictures))
    rows = batch.num_rows  # a picture that has had its last step has none any more
    outcome = run_batch(batch, diffusion.forward)
    for error in (outcome.error, *outcome.failures.values()):
        if error is not None:
            raise error
    costs.observe(batch.bucket, rows, outcome.seconds)


def _denoising(diffusion: DiffusionModel, model: ModelInfo) -> Denoising:
    """One without guidance, so that a picture is a row."""
    plan = diffusion.plan(Description(text="a person", spans=()), "", guided=False)
    width, height = model.default_width, model.default_height
    shape = diffusion.latent_shape(width, height)
    return Denoising(
        plan=sampler_plan(model.default_sampler, diffusion.noise_schedule, model.default_steps),
        noise=partial(gaussian_noise, 0, 0, shape=shape),
        conditional=diffusion.encode(plan, width=width, height=height),
        unconditional=None,
        guidance_scale=1.0,
    )
