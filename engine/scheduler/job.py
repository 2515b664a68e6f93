"""A request's record in the scheduler and what it is told: plain data, without a clock or an event loop.

What priorities mean is said here and nowhere else.
"""

from dataclasses import dataclass
from typing import TypeAlias

from engine.errors import EngineError
from engine.samplers import FloatArray

# A running request's share of compute against others; every share is above zero, so none starves.
WEIGHTS = {"high": 4.0, "normal": 2.0, "low": 1.0}
# In line a request stands as if it had come so much earlier. It keeps that lead, however long it waits, over those who
# come later, so that age beats priority in the end and nobody waits for ever.
HEAD_START_SECONDS = {"high": 30.0, "normal": 0.0, "low": -30.0}


@dataclass(eq=False, kw_only=True)
class Job:
    """One request from the line to its end.

    Attributes:
        number: Rises from request to request.
        priority: high, normal or low.
        entered_at: Seconds on the scheduler's clock.
        caller: Who asks; "" where callers are not told apart.
        prepared: Whether it may leave the line; one whose picture is still read may not.
        deadline_at: When it is to be over; None means never.
        admitted_at: When it left the line; None before.
        ended: Whether it is over; none of its rows is in a forward that starts afterwards.
        undecoded: Its pictures whose latents were given out and are not decoded.
    """

    number: int
    priority: str
    entered_at: float
    caller: str = ""
    prepared: bool = True
    deadline_at: float | None = None
    admitted_at: float | None = None
    ended: bool = False
    undecoded: int = 0

    @property
    def weight(self) -> float:
        """Its share of compute against others."""
        return WEIGHTS[self.priority]

    @property
    def turn(self) -> tuple[float, int]:
        """Its order among its caller's in line, the least first."""
        return self.entered_at - HEAD_START_SECONDS[self.priority], self.number


@dataclass(frozen=True, kw_only=True)
class StepDone:
    """One picture of the request advanced by one step, in a forward of so many rows that took so long."""

    index: int
    completed: int
    total: int
    rows: int
    seconds: float
    bucket: str


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One picture of the request as the model has it after so many steps; latents are [1, C, H, W]."""

    index: int
    completed: int
    total: int
    latents: FloatArray


@dataclass(frozen=True, kw_only=True)
class LatentsReady:
    """One picture of the request is denoised; latents are [1, C, H, W], attention is [G, h, w] where it was watched."""

    index: int
    latents: FloatArray
    attention: FloatArray | None = None


Update: TypeAlias = StepDone | Estimate | LatentsReady
Message: TypeAlias = tuple[Job, Update | EngineError]
