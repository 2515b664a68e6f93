"""One request for the UNet's output of a caller's latents, from the line to its last row, told as events.

Each row is a picture of one step that changes nothing: it goes through the same scheduler as the steps of pictures, in
the same forwards, and nobody can tell which rows those were.

Letters: B rows of the request, C H W latent channels and sides.
"""

import asyncio
import contextvars
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from functools import partial
from typing import TypeAlias

import numpy as np

from engine.adapters.folder import Adapters
from engine.adapters.stack import Loras
from engine.errors import EngineError, EngineStoppedError, NotFiniteError
from engine.model.diffusion import DiffusionModel
from engine.model.text import Conditioning
from engine.prompt.planner import PromptPlan
from engine.request.denoise import CONDITIONAL, OUTPUT, UNCONDITIONAL, PreparedDenoise
from engine.request.events import Denoised, Event, Finished, Queued, Stage, Step, Timings
from engine.request.latents import DTYPES
from engine.samplers import FloatArray, output_plan
from engine.scheduler import JobHandle, LatentsReady, StepDone, Update
from engine.scheduler.picture import Adapted, Denoising

_Message: TypeAlias = tuple[Update | EngineError, float]


class Denoise:
    """Runs one admitted request; `events` is to be read once, and closed."""

    def __init__(
        self, request: PreparedDenoise, *, diffusion: DiffusionModel, adapters: Adapters, workers: Executor
    ) -> None:
        """Takes what the request needs.

        Args:
            request: What to do.
            diffusion: The model.
            adapters: Those that requests may name.
            workers: Where text is encoded.
        """
        self._request = request
        self._diffusion = diffusion
        self._adapters = adapters
        self._workers = workers
        # Whoever logs in a worker does so for this request.
        self._context = contextvars.copy_context()
        self._messages: asyncio.Queue[_Message] = asyncio.Queue()

    async def events(self, handle: JobHandle) -> AsyncGenerator[Event, None]:
        """Everything that happens from the line to the last row.

        Raises:
            DeadlineError: The request's deadline came, or cannot be met.
            GenerationError: The request failed in compute.
            EngineStoppedError: The engine stopped meanwhile.
        """
        entered = time.monotonic()
        async with aclosing(handle.standing(handle.admitted)) as positions:
            async for position in positions:
                yield Queued(position=position)
        admitted = time.monotonic()
        rows = await self._in_worker()
        begun = time.monotonic()
        handle.start(rows, self._hear)
        outputs: dict[int, FloatArray] = {}
        completed = 0
        while len(outputs) < len(rows):
            message, at = await self._messages.get()
            if isinstance(message, EngineError):
                raise message
            if isinstance(message, LatentsReady):
                outputs[message.index] = message.latents
            if isinstance(message, StepDone):
                completed += 1
                yield Step(
                    completed=completed,
                    total=len(rows),
                    rows=message.rows,
                    seconds=message.seconds,
                    ended_seconds=at - entered,
                    bucket=message.bucket,
                )
        denoised = time.monotonic()
        yield self._denoised([outputs[index] for index in range(len(rows))])
        yield Finished(
            timings=Timings(
                queue_seconds=admitted - entered,
                text_seconds=begun - admitted,
                init_image_seconds=0.0,
                denoise_seconds=denoised - begun,
                decode_seconds=0.0,
                encode_seconds=time.monotonic() - denoised,
                total_seconds=time.monotonic() - entered,
            ),
            stages=(
                Stage(name="queue", began_seconds=0.0, seconds=admitted - entered),
                Stage(name="text", began_seconds=admitted - entered, seconds=begun - admitted),
            ),
        )

    def _hear(self, message: Update | EngineError) -> None:
        self._messages.put_nowait((message, time.monotonic()))

    async def _in_worker(self) -> list[Denoising]:
        try:
            future = self._workers.submit(self._context.run, self._rows)
        except RuntimeError as error:
            raise EngineStoppedError("the engine stopped while the request was in it") from error
        return await asyncio.wrap_future(future)

    def _rows(self) -> list[Denoising]:
        """A row for each of the caller's; where both halves are wanted two, which lie side by side."""
        request, asked = self._request, self._request.asked
        loras = tuple((self._adapters.load(name), scale) for name, scale in request.loras.items())
        texts, adapted = self._texts(loras), Adapted.of(self._diffusion, loras) if loras else None
        rows = []
        for index, (plan, timestep) in enumerate(zip(request.plans, asked.timesteps, strict=True)):
            conditional, unconditional = texts[id(plan)]
            row = partial(
                Denoising,
                plan=output_plan(timestep),
                noise=partial(_given, request.latents[index : index + 1]),
                guidance_scale=asked.guidance_scale or 1.0,
                unconditional=None,
                adapted=adapted,
                decoded=False,
            )
            if asked.guidance_scale is not None:
                rows.append(row(conditional=conditional, unconditional=unconditional))
                continue
            assert unconditional is not None
            rows += [row(conditional=half) for half in (conditional, unconditional)]
        return rows

    def _texts(self, loras: Loras) -> dict[int, tuple[Conditioning, Conditioning | None]]:
        """What the UNet reads of each plan's words, by the plan's identity; the same words are encoded once."""
        request, texts = self._request, {}
        size = {"width": request.width, "height": request.height}
        for plan in request.plans:
            if id(plan) in texts:
                continue
            assert isinstance(plan, PromptPlan)
            conditional = self._diffusion.encode(plan, **size)
            if loras:
                self._diffusion.prepare_adapted(conditional, loras, **size)
            texts[id(plan)] = conditional, self._diffusion.encode_negative(plan, **size) if request.guided else None
        return texts

    def _denoised(self, rows: Sequence[FloatArray]) -> Denoised:
        """What is told of the rows' outputs, each [1, C, H, W]."""
        asked = self._request.asked
        named = {OUTPUT: rows}
        if asked.guidance_scale is None:
            named = {CONDITIONAL: rows[0::2], UNCONDITIONAL: rows[1::2]}
        return Denoised(
            outputs={name: as_bytes(np.concatenate(each), asked.dtype) for name, each in named.items()},
            shape=asked.shape,
            dtype=asked.dtype,
        )


def as_bytes(outputs: FloatArray, dtype: str) -> bytes:
    """Outputs in a request's dtype.

    Raises:
        NotFiniteError: One of them is too large for it.
    """
    with np.errstate(over="ignore"):
        told = outputs.astype(DTYPES[dtype])
    if not np.isfinite(told).all():
        largest = float(np.abs(outputs).max())
        raise NotFiniteError(f"an output of {largest:.4g} is no {dtype}; send the latents in float32")
    return told.tobytes()


def _given(latents: FloatArray, draw: int) -> FloatArray:
    """Stands where a picture has its noise."""
    return latents
