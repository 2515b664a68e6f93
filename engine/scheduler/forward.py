"""Runs a batch: its rows through the model, the outputs to their pictures.

It does not know why these rows, nor what becomes of failures.

Letters: R rows of a forward, C H W latent channels and sides.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from engine.adapters.stack import Loras
from engine.errors import GenerationError, OutOfMemoryError
from engine.samplers import FloatArray
from engine.scheduler.picture import Adapted, Forward, Inputs, Picture, Watch
from engine.scheduler.policy import Batch

#: Of each row: the model's output, [1, C, H, W], and how its attention is shared out, [G, h, w], where it is watched.
Outputs: TypeAlias = list[tuple[FloatArray, FloatArray | None]]


@dataclass(kw_only=True)
class Outcome:
    """What came of a batch.

    Attributes:
        forwards: Rows of each forward that was run.
        adapted: How many of them had adapters or control.
        seconds: What it took together.
        error: Why no picture advanced; None if they did.
        failures: Pictures whose own rows were wrong.
    """

    forwards: list[int] = field(default_factory=list)
    adapted: int = 0
    seconds: float = 0.0
    error: GenerationError | None = None
    failures: dict[Picture, GenerationError] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Row:
    """What goes in of a row, how it is watched, its adapters and control, and whether it is of the model with them."""

    inputs: Inputs
    watch: Watch | None
    loras: Loras
    control: Inputs
    adapted: bool


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


def _outputs(batch: Batch, forward: Forward, outcome: Outcome) -> Outputs | None:
    """One forward, or several where only one picture's rows are too many; None if it was cancelled between them."""
    other = batch.pictures[0].denoising.model  # all are of one bucket, and so of one model
    forward = forward if other is None else other.forward
    adapted = next((each.denoising.adapted for each in batch.pictures if each.denoising.adapted), None)
    rows = [row for picture in batch.pictures for row in _rows(picture)]
    outputs: Outputs = []
    for start in range(0, len(rows), batch.row_limit):
        if outputs and all(picture.job.ended for picture in batch.pictures):
            return None
        outputs += _run(rows[start : start + batch.row_limit], forward, adapted, outcome)
    return outputs


def _rows(picture: Picture) -> list[_Row]:
    """A picture's rows, and how they are watched: what is looked at is the conditional row, which comes first."""
    watches = [picture.denoising.watch, None]
    loras, control, adapted = picture.denoising.loras, picture.control or {}, picture.needs_adapted
    return [
        _Row(inputs, watch, loras, control, adapted) for inputs, watch in zip(picture.rows(), watches, strict=False)
    ]


def _run(rows: list[_Row], forward: Forward, adapted: Adapted | None, outcome: Outcome) -> Outputs:
    """These rows in one forward; in two where some are watched without adapters and others have some, or control.

    What is told of a picture's attention comes of its own graph, whoever its neighbours are.
    """
    watched = [place for place, row in enumerate(rows) if row.watch is not None and not row.adapted]
    apart = watched if any(row.adapted for row in rows) else []
    parts = [part for part in (apart, [place for place in range(len(rows)) if place not in apart]) if part]
    found: dict[int, tuple[FloatArray, FloatArray | None]] = {}
    for part in parts:
        some = [rows[place] for place in part]
        outcome.forwards.append(len(some))
        inputs = {name: np.concatenate([row.inputs[name] for row in some]) for name in some[0].inputs}
        if any(row.adapted for row in some):
            assert adapted is not None
            outcome.adapted += 1
            found |= zip(part, _with_adapters(some, inputs, adapted), strict=True)
        else:
            found |= zip(part, _plain(some, inputs, forward), strict=True)
    return [found[place] for place in range(len(rows))]


def _controls(rows: list[_Row]) -> Inputs:
    """What is added to the features of rows; zeros to those of a row that is held to nothing."""
    of_each = {name: value for row in rows for name, value in row.control.items()}
    return {
        name: np.concatenate([row.control.get(name, np.zeros_like(value)) for row in rows])
        for name, value in of_each.items()
    }


def _plain(rows: list[_Row], inputs: Inputs, forward: Forward) -> Outputs:
    """A forward without adapters."""
    watch = next((row.watch for row in rows if row.watch is not None), None)
    if watch is None:
        return [(output, None) for output in forward(inputs)[:, None]]
    return _seen(rows, *watch.forward(inputs, _token_groups(rows, watch)))


def _with_adapters(rows: list[_Row], inputs: Inputs, adapted: Adapted) -> Outputs:
    """A forward of which some rows have adapters or control; none is watched that has neither."""
    watch, loras = next((row.watch for row in rows if row.watch is not None), None), [row.loras for row in rows]
    inputs = {**inputs, **_controls(rows)}
    if watch is None:
        return [(output, None) for output in adapted.forward(inputs, loras)[:, None]]
    assert adapted.watched is not None, "who asks for attention is refused where the graph tells none"
    return _seen(rows, *adapted.watched(inputs, loras, _token_groups(rows, watch)))


def _token_groups(rows: list[_Row], watch: Watch) -> FloatArray:
    """Those of watched rows, and none for the others, [R, M, G]."""
    unwatched = np.zeros_like(watch.token_groups)
    return np.concatenate([unwatched if row.watch is None else row.watch.token_groups for row in rows])


def _seen(rows: list[_Row], outputs: FloatArray, maps: FloatArray) -> Outputs:
    """Each row's output, and its map where it is watched: that of others is nobody's."""
    seen = [None if row.watch is None else found for row, found in zip(rows, maps, strict=True)]
    return list(zip(outputs[:, None], seen, strict=True))


def _advance(batch: Batch, outputs: Outputs, outcome: Outcome) -> None:
    start = 0
    for picture in batch.pictures:
        of_picture = outputs[start : start + picture.num_rows]
        start += len(of_picture)
        try:
            picture.advance(np.concatenate([output for output, _ in of_picture]), of_picture[0][1])
        except GenerationError as error:
            outcome.failures[picture] = error
