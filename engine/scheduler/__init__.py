"""Continuous batching of denoising steps: which rows run next, for whom, how many, and what becomes of them.

One forward holds rows of different requests, samplers, step counts and positions, as long as their shapes agree. The
scheduler knows rows and a forward; it does not know text, graphs or images. Read bottom-up::

    job          a request's record          picture      its rows, and what becomes of the answer
    cost_table   what a forward takes        row_limits   how many rows fit
    admission    who waits, who runs         policy       whose rows are next
    forward      runs a batch
    state        all of these as one state without a clock
    loop         its event loop and thread; the handle that the engine holds of a request
"""

from engine.scheduler.cost_table import CostTable
from engine.scheduler.job import Estimate, LatentsReady, StepDone, Update
from engine.scheduler.loop import JobHandle, Scheduler
from engine.scheduler.policy import MakePolicy
from engine.scheduler.state import Bounds

__all__ = [
    "Bounds",
    "CostTable",
    "Estimate",
    "JobHandle",
    "LatentsReady",
    "MakePolicy",
    "Scheduler",
    "StepDone",
    "Update",
]
