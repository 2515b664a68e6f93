"""Continuous batching of denoising steps: which rows run next, for whom, how many, and what becomes of them.

One forward holds rows of different requests, samplers, step counts and positions, as long as their shapes agree. The
scheduler knows rows and a forward; it does not know text, graphs or images. Read bottom-up::

    place        a request's record; what priorities mean
    cost_table   what a forward takes        row_limits   how many rows fit
    line         who waits, who runs         policy       whose rows are next
    forward      runs a batch
    board        all of these as one state without a clock
    ticket       what the engine holds of it; loop: its event loop and thread
"""

from engine.scheduler.board import Bounds
from engine.scheduler.cost_table import CostTable
from engine.scheduler.loop import Scheduler
from engine.scheduler.place import LatentsReady, StepDone, Update
from engine.scheduler.policy import MakePolicy
from engine.scheduler.ticket import Ticket

__all__ = ["Bounds", "CostTable", "LatentsReady", "MakePolicy", "Scheduler", "StepDone", "Ticket", "Update"]
