"""How an engine uses the machine, and what it counts while it runs."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """How an engine uses the machine.

    Attributes:
        max_rows: Rows of one UNet forward (a guided picture is two rows).
        max_running: Requests that denoise at the same time.
        max_waiting: Requests that may wait for their turn; one more is refused with BusyError.
        max_images: Pictures one request may ask for.
        max_characters: Length of a description.
        max_windows: 77-token windows of a description.
        num_threads: Threads of a forward; None means one for each physical core.
        warm_up: Whether to run every graph once before the engine says it is ready.
    """

    max_rows: int = 8
    max_running: int = 8
    max_waiting: int = 64
    max_images: int = 8
    max_characters: int = 8000
    max_windows: int = 16
    num_threads: int | None = None
    warm_up: bool = True

    def __post_init__(self) -> None:
        for name in ("max_rows", "max_running", "max_images", "max_characters", "max_windows"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}")
        if self.max_waiting < 0:
            raise ValueError(f"max_waiting must be at least 0; got {self.max_waiting}")
        if self.num_threads is not None and not 1 <= self.num_threads <= (os.cpu_count() or 1):
            raise ValueError(f"num_threads must be from 1 to {os.cpu_count()}; got {self.num_threads}")


@dataclass(frozen=True, kw_only=True)
class EngineStats:
    """Gauges and counters of a running engine.

    Attributes:
        running: Requests admitted and not yet ended.
        waiting: Requests in line.
        steps_total: Denoising steps of single pictures.
        images_total: Pictures delivered.
        forwards_total: UNet forwards.
        rows_total: Rows of all UNet forwards; rows_total / forwards_total is the mean batch.
        finished_total: Requests that ended well.
        failed_total: Requests that ended with an error in compute.
        cancelled_total: Requests whose caller went away.
        refused_total: Requests refused because the line was full.
    """

    running: int = 0
    waiting: int = 0
    steps_total: int = 0
    images_total: int = 0
    forwards_total: int = 0
    rows_total: int = 0
    finished_total: int = 0
    failed_total: int = 0
    cancelled_total: int = 0
    refused_total: int = 0
