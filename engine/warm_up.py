"""The first forwards of an engine: every graph has run once before a request comes, and the cost table has begun.

They are steps of a real picture of the default size, so they measure what requests will pay.
"""

import time
from functools import partial

from engine.description import Description
from engine.model import DiffusionModel
from engine.request import ModelInfo
from engine.samplers import gaussian_noise, sampler_plan
from engine.scheduler import CostTable
from engine.scheduler.forward import run_batch
from engine.scheduler.place import Place, Seat
from engine.scheduler.policy import Batch
from engine.track import Picture, Track

# No forward is begun that is predicted to end later than this.
MAX_SECONDS = 3.0


def warm_up(diffusion: DiffusionModel, model: ModelInfo, costs: CostTable, *, max_rows: int) -> None:
    """Runs one row twice, then 2, 4, 8, ... rows as long as time allows, then decodes one picture.

    Raises:
        GenerationError: The model does not work at all.
    """
    started = time.monotonic()
    picture = _picture(diffusion, model)
    counts = [1, 1, *(2**power for power in range(1, max_rows.bit_length()) if 2**power < max_rows), max_rows]
    for number, rows in enumerate(counts):
        tracks = [Track(index, picture) for index in range(rows)]
        left = MAX_SECONDS - (time.monotonic() - started)
        if number > 0 and costs.seconds(tracks[0].bucket, rows) > left:
            break
        _run(tracks, diffusion, costs)
    diffusion.decode(picture.noise(0))


def _run(tracks: list[Track], diffusion: DiffusionModel, costs: CostTable) -> None:
    place = Place(number=0, priority="normal", entered_at=0.0)
    seats = tuple(Seat(place=place, track=track) for track in tracks)
    batch = Batch(bucket=tracks[0].bucket, seats=seats, row_limit=len(seats))
    outcome = run_batch(batch, diffusion.forward)
    for error in (outcome.error, *outcome.failures.values()):
        if error is not None:
            raise error
    costs.observe(batch.bucket, batch.num_rows, outcome.seconds)


def _picture(diffusion: DiffusionModel, model: ModelInfo) -> Picture:
    """One without guidance, so that a picture is a row."""
    plan = diffusion.plan(Description(text="a person", spans=()), "", guided=False)
    width, height = model.default_width, model.default_height
    shape = diffusion.latent_shape(width, height)
    return Picture(
        plan=sampler_plan(model.default_sampler, diffusion.noise_schedule, model.default_steps),
        noise=partial(gaussian_noise, 0, 0, shape=shape),
        conditional=diffusion.encode(plan, width=width, height=height),
        unconditional=None,
        guidance_scale=1.0,
    )
