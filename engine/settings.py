"""How an engine uses the machine."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EngineSettings:
    """How an engine uses the machine.

    Attributes:
        max_rows: Rows of one UNet forward (a guided picture is two rows).
        max_forward_seconds: How long a forward may take by the measured cost table, and so how long a new request may
            have to wait for one; a single picture's step may take longer.
        max_running: Requests that denoise at the same time.
        max_waiting: Requests that may wait for their turn; one more is refused with BusyError.
        max_undecoded: Denoised pictures that may wait for the decoder; others take no last step meanwhile.
        max_images: Pictures one request may ask for.
        max_characters: Length of a description.
        max_windows: 77-token windows of a description.
        num_threads: Threads of a forward; None means one for each physical core.
        warm_up: Whether to run every graph once before the engine says it is ready.
    """

    max_rows: int = 8
    max_forward_seconds: float = 1.0
    max_running: int = 8
    max_waiting: int = 64
    max_undecoded: int = 16
    max_images: int = 8
    max_characters: int = 8000
    max_windows: int = 16
    num_threads: int | None = None
    warm_up: bool = True

    def __post_init__(self) -> None:
        for name in ("max_rows", "max_running", "max_undecoded", "max_images", "max_characters", "max_windows"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}")
        if not self.max_forward_seconds > 0:
            raise ValueError(f"max_forward_seconds must be more than 0; got {self.max_forward_seconds}")
        if self.max_waiting < 0:
            raise ValueError(f"max_waiting must be at least 0; got {self.max_waiting}")
        if self.num_threads is not None and not 1 <= self.num_threads <= (os.cpu_count() or 1):
            raise ValueError(f"num_threads must be from 1 to {os.cpu_count()}; got {self.num_threads}")
