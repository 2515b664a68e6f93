"""Runs a batch: its rows through the model, the outputs to their pictures.

It does not know why these rows, nor what becomes of failures.

Letters: R rows of a forward, C H W latent channels and sides.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from engine.errors import GenerationError, OutOfMemoryError
from engine.samplers import FloatArray
from engine.scheduler.picture import Forward, Inputs, Picture
from engine.scheduler.policy import Batch


@dataclass(kw_only=True)
class Outcome:
    """What came of a batch.

    Attributes:
        forwards: Rows of each forward that was run.
        adapted: How many of them had adapters.
        seconds: What it took together.
        error: Why no picture advanced; None if they did.
        failures: Pictures whose own rows were wrong.
    """

    forwards: list[int] = field(default_factory=list)
    adapted: int = 0
    seconds: float = 0.0
    error: GenerationError | None = None
    failures: dict[Picture, GenerationError] = field(default_factory=dict)


def run_batch(batch: Batch, forward: Forward, clock: Callable[[], float] = time.monotonic) -> Outcome:
    """Advances every picture of a batch by one step.

    Args:
        batch: Whose rows.
        forward: From inputs with R rows to outputs with R rows, [R, C, H, W]; pictures of another model, and those with
            adapters, bring theirs.
        clock: Seconds; only differences count.
    """
    outcome = Outcome()
    started = clock()
    try:
        outputs = _outputs(batch, forward, outcome)
    except GenerationError as error:
        outcome.error = error
    except MemoryError:
        outcome.error = OutOfMemoryError(f"no memory for a forward of {batch.num_rows} rows")
    else:
        if outputs is not None:
            _advance(batch, outputs, outcome)
    outcome.seconds = clock() - started
    return outcome


def _outputs(batch: Batch, forward: Forward, outcome: Outcome) -> FloatArray | None:
    """One forward, or several where only one picture's rows are too many; None if it was cancelled between them."""
    other = batch.pictures[0].denoising.model  # all are of one bucket, and so of one model
    forward = forward if other is None else other.forward
    rows = [(row, picture.denoising.loras) for picture in batch.pictures for row in picture.rows()]
    outputs: list[FloatArray] = []
    for start in range(0, len(rows), batch.row_limit):
        if outputs and all(picture.job.ended for picture in batch.pictures):
            return None
        part = rows[start : start + batch.row_limit]
        outcome.forwards.append(len(part))
        inputs, loras = _stacked([row for row, _ in part]), [each for _, each in part]
        if any(loras):
            adapted = next(picture.denoising.adapted for picture in batch.pictures if picture.denoising.adapted)
            outputs.append(adapted.forward(inputs, loras))
            outcome.adapted += 1
        else:
            outputs.append(forward(inputs))
    return np.concatenate(outputs)


def _stacked(rows: list[Inputs]) -> Mapping[str, FloatArray]:
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _advance(batch: Batch, outputs: FloatArray, outcome: Outcome) -> None:
    start = 0
    for picture in batch.pictures:
        rows = slice(start, start + picture.num_rows)
        start = rows.stop
        try:
            picture.advance(outputs[rows])
        except GenerationError as error:
            outcome.failures[picture] = error
