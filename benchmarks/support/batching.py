"""Three ways to share one engine: by denoising step, by request, one at a time. Only what decides differs.

Graphs, samplers, warm-up, decoding and PNG encoding are the engine's own in all three, so is the bound on rows.
Batching by request is what serving tools do for these models: whatever waits and fits together (size, text windows,
steps, guidance) starts together, runs to its end together, and only then does the next batch start. It is given what
it often lacks: decoding goes on beside the next batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from engine.description import Description
from engine.engine import Engine, EngineSettings, GenerationRequest
from engine.scheduler import CostTable
from engine.scheduler.picture import Bucket, Picture
from engine.scheduler.policy import Batch
from engine.scheduler.row_limits import RowLimits

BUNDLE = Path(__file__).resolve().parents[2] / "models" / "figurine-bundle"
TEXT = "a full-body shot of a young woman with short red hair, a blue denim jacket and white sneakers, in a park"
CONTINUOUS, BY_REQUEST, ONE_AT_A_TIME = "continuous", "by request", "one at a time"
MAX_RUNNING = 64


class ByRequest:
    """Pictures that start together end together; of those that wait, the oldest and all that are like it are next."""

    def __init__(self, costs: CostTable, limits: RowLimits) -> None:
        self._limits = limits
        self._batch: list[Picture] = []

    def pick(self, pictures: Sequence[Picture]) -> Batch | None:
        here = set(pictures)
        self._batch = [picture for picture in self._batch if picture in here]
        if not self._batch:
            self._batch = self._alike(pictures)
        if not self._batch:
            return None
        bucket = self._batch[0].bucket
        return Batch(bucket=bucket, pictures=tuple(self._batch), row_limit=self._limits.rows(bucket))

    def deficit(self, bucket: Bucket) -> float:
        return 0.0

    def _alike(self, pictures: Sequence[Picture]) -> list[Picture]:
        batch: list[Picture] = []
        rows = 0
        for picture in pictures:
            if _key(picture) == _key(pictures[0]) and (not batch or rows + picture.num_rows <= self._limits.max_rows):
                batch.append(picture)
                rows += picture.num_rows
        return batch


def _key(picture: Picture) -> tuple[Bucket, int, int]:
    return picture.bucket, picture.num_steps, picture.num_rows


def load(way: str, bundle: Path, *, max_rows: int, warm_up: bool = True) -> Engine:
    """An engine that shares itself in one of the three ways; to be entered."""
    max_running = 1 if way == ONE_AT_A_TIME else MAX_RUNNING
    settings = EngineSettings(max_rows=max_rows, max_running=max_running, max_undecoded=MAX_RUNNING, warm_up=warm_up)
    return Engine.load(bundle, settings, make_policy=ByRequest if way == BY_REQUEST else None)


def request(seed: int, *, steps: int, guidance_scale: float, size: tuple[int, int]) -> GenerationRequest:
    return GenerationRequest(
        description=Description(text=TEXT, spans=()),
        seed=seed,
        steps=steps,
        guidance_scale=guidance_scale,
        width=size[0],
        height=size[1],
    )


async def draw(engine: Engine, wanted: GenerationRequest) -> float:
    """Runs a request to its end; seconds from arrival."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async for _ in engine.generate(wanted):
        pass
    return loop.time() - begun
