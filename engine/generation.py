"""One request from admission to its last picture, told as events.

It knows neither the line it stood in nor what shares its forwards.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from typing import TypeAlias, TypeVar

from engine.errors import EngineError, EngineStoppedError
from engine.events import Event, Finished, ImageReady, Queued, Started, Step, Timings
from engine.images import MEDIA_TYPES, encode, to_pixels
from engine.model import Conditioning, DiffusionModel
from engine.prompt import PromptPlan
from engine.request import MAX_SEED, ResolvedRequest
from engine.samplers import FloatArray, gaussian_noise, sampler_plan
from engine.scheduler import LatentsReady, StepDone, Ticket, Update
from engine.track import Picture

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class _Finished:
    """A picture with what its last two stages took."""

    image: ImageReady
    decode_seconds: float
    encode_seconds: float


_Message: TypeAlias = StepDone | _Finished | Exception


class Generation:
    """Runs one admitted request; `events` is to be read once, and closed."""

    def __init__(
        self,
        request: ResolvedRequest,
        plan: PromptPlan,
        *,
        diffusion: DiffusionModel,
        workers: Executor,
        decoder: Executor,
        bundle_sha256: str,
    ) -> None:
        """Takes what the request needs.

        Args:
            request: What to do.
            plan: Its prompt.
            diffusion: The model.
            workers: Where text is encoded.
            decoder: Where pictures are decoded and written.
            bundle_sha256: Named in the pictures' provenance.
        """
        self._request = request
        self._plan = plan
        self._diffusion = diffusion
        self._workers = workers
        self._decoder = decoder
        self._bundle_sha256 = bundle_sha256
        self._seed = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
        self._messages: asyncio.Queue[_Message] = asyncio.Queue()
        self._finishing: set[asyncio.Task[None]] = set()
        self._denoised_at = 0.0

    async def events(self, ticket: Ticket) -> AsyncGenerator[Event, None]:
        """Everything that happens from the line to the last picture.

        Raises:
            DeadlineError: The request's deadline came, or cannot be met.
            GenerationError: The request failed in compute.
            EngineStoppedError: The engine stopped meanwhile.
        """
        entered = time.monotonic()
        yield Queued(position=ticket.position)
        await ticket.admitted()
        admitted = time.monotonic()
        request = self._request
        yield Started(
            seed=self._seed,
            width=request.width,
            height=request.height,
            steps=request.steps,
            guidance_scale=request.guidance_scale,
            sampler=request.sampler,
        )
        conditional, unconditional = await self._in_worker(self._workers, self._encode_text)
        text_done = time.monotonic()
        ticket.start(self._pictures(conditional, unconditional), partial(self._hear, ticket))
        finished: list[_Finished] = []
        completed = 0
        try:
            while len(finished) < request.num_images:
                message = await self._messages.get()
                if isinstance(message, StepDone):
                    completed += 1
                    yield Step(completed=completed, total=request.steps * request.num_images)
                elif isinstance(message, _Finished):
                    finished.append(message)
                    yield message.image
                else:
                    raise message
        finally:
            for task in self._finishing:
                task.cancel()
        yield Finished(
            timings=Timings(
                queue_seconds=admitted - entered,
                text_seconds=text_done - admitted,
                denoise_seconds=self._denoised_at - text_done,
                decode_seconds=sum(picture.decode_seconds for picture in finished),
                encode_seconds=sum(picture.encode_seconds for picture in finished),
                total_seconds=time.monotonic() - entered,
            )
        )

    async def _in_worker(self, workers: Executor, function: Callable[[], Result]) -> Result:
        try:
            future = workers.submit(function)
        except RuntimeError as error:
            raise EngineStoppedError("the engine stopped while the request was in it") from error
        return await asyncio.wrap_future(future)

    def _encode_text(self) -> tuple[Conditioning, Conditioning | None]:
        width, height = self._request.width, self._request.height
        conditional = self._diffusion.encode(self._plan, width=width, height=height)
        if self._request.guidance_scale <= 1.0:
            return conditional, None
        return conditional, self._diffusion.encode_negative(self._plan, width=width, height=height)

    def _pictures(self, conditional: Conditioning, unconditional: Conditioning | None) -> list[Picture]:
        request = self._request
        sampler = sampler_plan(request.sampler, self._diffusion.noise_schedule, request.steps)
        shape = self._diffusion.latent_shape(request.width, request.height)
        return [
            Picture(
                plan=sampler,
                noise=partial(gaussian_noise, self._seed, index, shape=shape),
                conditional=conditional,
                unconditional=unconditional,
                guidance_scale=request.guidance_scale,
            )
            for index in range(request.num_images)
        ]

    def _hear(self, ticket: Ticket, message: Update | EngineError) -> None:
        """Takes what the scheduler tells; decoding starts at once, however slowly the caller reads its events."""
        if isinstance(message, LatentsReady):
            self._denoised_at = time.monotonic()
            self._finish_later(message, ticket)
        else:
            self._messages.put_nowait(message)

    def _finish_later(self, ready: LatentsReady, ticket: Ticket) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(ready, ticket))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        task.add_done_callback(self._tell_failure)

    def _tell_failure(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._messages.put_nowait(error)

    async def _finish(self, ready: LatentsReady, ticket: Ticket) -> None:
        finished = await self._in_worker(self._decoder, partial(self._decode, ready.index, ready.latents))
        ticket.decoded()
        self._messages.put_nowait(finished)

    def _decode(self, index: int, latents: FloatArray) -> _Finished:
        request = self._request
        started = time.monotonic()
        pixels = to_pixels(self._diffusion.decode(latents))
        decoded = time.monotonic()
        data = encode(pixels, request.image_format, self._provenance(index))
        image = ImageReady(
            index=index,
            seed=self._seed,
            data=data,
            media_type=MEDIA_TYPES[request.image_format],
            width=request.width,
            height=request.height,
        )
        return _Finished(image=image, decode_seconds=decoded - started, encode_seconds=time.monotonic() - decoded)

    def _provenance(self, index: int) -> dict[str, object]:
        """What is needed to make the picture again, and that a machine made it."""
        request = self._request
        return {
            "generator": "cosmicman-serve",
            "software_version": software_version(),
            "ai_generated": True,
            "model": self._diffusion.manifest.name,
            "bundle_sha256": self._bundle_sha256,
            "description": request.asked.description.text,
            "groups": dict(request.asked.groups),
            "weights": dict(request.asked.weights),
            "drawn": {
                "text": request.description.text,
                "spans": [[span.start, span.end, span.group, span.weight] for span in request.description.spans],
            },
            "negative_description": request.negative_description,
            "seed": self._seed,
            "image_index": index,
            "width": request.width,
            "height": request.height,
            "steps": request.steps,
            "guidance_scale": request.guidance_scale,
            "sampler": request.sampler,
        }


def software_version() -> str:
    """Version of the installed distribution; 0 where the source runs uninstalled."""
    try:
        return metadata.version("cosmicman-serve")
    except metadata.PackageNotFoundError:
        return "0"
