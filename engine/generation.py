"""One request from admission to its last picture, told as events.

It knows neither the line it stood in nor what shares its forwards.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from functools import partial
from typing import TypeAlias, TypeVar

import numpy as np

from engine import __version__
from engine.errors import EngineError, EngineStoppedError
from engine.model.diffusion import Conditioning, DiffusionModel
from engine.pictures.encode import MEDIA_TYPES, encode, to_pixels
from engine.prompt.planner import PromptPlan
from engine.request.events import Event, Finished, ImageReady, Queued, Started, Step, Timings
from engine.request.request import MAX_SEED, PreparedRequest
from engine.request.second_pass import PreparedSecondPass, SecondPass
from engine.samplers import FloatArray, SamplerPlan, gaussian_noise, sampler_plan
from engine.scheduler import JobHandle, LatentsReady, StepDone, Update
from engine.scheduler.picture import Denoising

Result = TypeVar("Result")

# Draws of noise of one picture: those of its first pass are numbered from 0, one for the start and one for each step.
SECOND_PASS_DRAWS = 2**16
INIT_IMAGE_DRAW = 2**31


@dataclass(frozen=True, kw_only=True)
class _Finished:
    """A picture with what its last two stages took."""

    image: ImageReady
    decode_seconds: float
    encode_seconds: float


@dataclass(frozen=True, kw_only=True)
class _Pass:
    """What all pictures of the request share in one pass."""

    plan: SamplerPlan
    shape: tuple[int, int, int, int]
    conditional: Conditioning
    unconditional: Conditioning | None
    guidance_scale: float


_Message: TypeAlias = StepDone | _Finished | Exception


class Generation:
    """Runs one admitted request; `events` is to be read once, and closed."""

    def __init__(
        self,
        request: PreparedRequest,
        plan: PromptPlan,
        *,
        diffusion: DiffusionModel,
        workers: Executor,
        decoder: Executor,
        bundle_sha256: str,
        init_pixels: FloatArray | None = None,
    ) -> None:
        """Takes what the request needs.

        Args:
            request: What to do.
            plan: Its prompt.
            diffusion: The model.
            workers: Where text is encoded.
            decoder: Where pictures are decoded and written.
            bundle_sha256: Named in the pictures' provenance.
            init_pixels: The picture to start from at the request's size, [1, 3, H, W] of -1..1.
        """
        self._request = request
        self._plan = plan
        self._diffusion = diffusion
        self._workers = workers
        self._decoder = decoder
        self._bundle_sha256 = bundle_sha256
        self._init_pixels = init_pixels
        self._seed = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
        self._messages: asyncio.Queue[_Message] = asyncio.Queue()
        self._finishing: set[asyncio.Task[None]] = set()
        self._denoised_at = 0.0

    async def events(self, handle: JobHandle) -> AsyncGenerator[Event, None]:
        """Everything that happens from the line to the last picture.

        Raises:
            DeadlineError: The request's deadline came, or cannot be met.
            GenerationError: The request failed in compute.
            EngineStoppedError: The engine stopped meanwhile.
        """
        entered = time.monotonic()
        yield Queued(position=handle.position)
        await handle.admitted()
        admitted = time.monotonic()
        request = self._request
        yield Started(
            seed=self._seed,
            width=request.width,
            height=request.height,
            steps=request.steps,
            guidance_scale=request.guidance_scale,
            sampler=request.sampler,
            guidance_interval=request.guidance_interval,
            strength=request.strength,
            second_pass=request.second_pass,
            image_index=request.image_index,
        )
        passes = await self._in_worker(self._workers, self._passes)
        text_done = time.monotonic()
        originals = await self._in_worker(self._workers, self._originals)
        pictures = [self._picture(passes, originals, index) for index in range(request.num_images)]
        begun = time.monotonic()
        handle.start(pictures, partial(self._hear, handle))
        finished: list[_Finished] = []
        completed = 0
        try:
            while len(finished) < request.num_images:
                message = await self._messages.get()
                if isinstance(message, StepDone):
                    completed += 1
                    yield Step(completed=completed, total=sum(picture.num_steps for picture in pictures))
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
                init_image_seconds=begun - text_done,
                denoise_seconds=self._denoised_at - begun,
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

    def _passes(self) -> list[_Pass]:
        """What each pass reads; the text is encoded once, and told the size of each."""
        request, second = self._request, self._request.second_pass
        schedule = self._diffusion.noise_schedule
        plan = sampler_plan(request.sampler, schedule, request.steps, request.strength)
        passes = [self._pass(plan, request.width, request.height, request.guidance_scale)]
        if second is not None:
            plan = sampler_plan(request.sampler, schedule, second.steps, second.strength)
            passes.append(self._pass(plan, second.width, second.height, second.guidance_scale))
        return passes

    def _pass(self, plan: SamplerPlan, width: int, height: int, guidance_scale: float) -> _Pass:
        unconditional: Conditioning | None = None
        conditional = self._diffusion.encode(self._plan, width=width, height=height)
        if guidance_scale > 1.0:
            unconditional = self._diffusion.encode_negative(self._plan, width=width, height=height)
        return _Pass(
            plan=plan,
            shape=self._diffusion.latent_shape(width, height),
            conditional=conditional,
            unconditional=unconditional,
            guidance_scale=guidance_scale,
        )

    def _originals(self) -> list[FloatArray | None]:
        """Latents each picture starts from: samples of what the encoder says of the given one, as in diffusers."""
        count = self._request.num_images
        if self._init_pixels is None:
            return [None] * count
        mean, deviation = self._diffusion.encode_picture(self._init_pixels)
        draws = [self._noise(index, INIT_IMAGE_DRAW, mean.shape, 0) for index in range(count)]
        return [np.asarray(mean + deviation * draw, np.float32) for draw in draws]

    def _picture(self, passes: Sequence[_Pass], originals: Sequence[FloatArray | None], index: int) -> Denoising:
        """The passes of one picture, the last one made first."""
        picture: Denoising | None = None
        for number, each in reversed(list(enumerate(passes))):
            picture = Denoising(
                plan=each.plan,
                noise=partial(self._noise, index, number * SECOND_PASS_DRAWS, each.shape),
                conditional=each.conditional,
                unconditional=each.unconditional,
                guidance_scale=each.guidance_scale,
                guidance_interval=self._request.guidance_interval,
                original=originals[index] if number == 0 else None,
                then=picture,
            )
        assert picture is not None
        return picture

    def _noise(self, index: int, first_draw: int, shape: tuple[int, ...], draw: int) -> FloatArray:
        return gaussian_noise(self._seed, self._request.image_index + index, first_draw + draw, shape)

    def _hear(self, handle: JobHandle, message: Update | EngineError) -> None:
        """Takes what the scheduler tells; decoding starts at once, however slowly the caller reads its events."""
        if isinstance(message, LatentsReady):
            self._denoised_at = time.monotonic()
            self._finish_later(message, handle)
        else:
            self._messages.put_nowait(message)

    def _finish_later(self, ready: LatentsReady, handle: JobHandle) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(ready, handle))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        task.add_done_callback(self._tell_failure)

    def _tell_failure(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._messages.put_nowait(error)

    async def _finish(self, ready: LatentsReady, handle: JobHandle) -> None:
        finished = await self._in_worker(self._decoder, partial(self._decode, ready.index, ready.latents))
        handle.decoded()
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
            width=pixels.shape[1],
            height=pixels.shape[0],
        )
        return _Finished(image=image, decode_seconds=decoded - started, encode_seconds=time.monotonic() - decoded)

    def _provenance(self, index: int) -> dict[str, object]:
        """What is needed to make the picture again, and that a machine made it.

        What has the name of a request's field may be asked for as it stands here; of a picture to start from there is
        only the digest.
        """
        request = self._request
        start: dict[str, object] = {}
        if request.init_image is not None:
            digest = hashlib.sha256(request.init_image).hexdigest()
            start = {"init_image_sha256": digest, "strength": request.strength}
        second = {} if request.second_pass is None else {"second_pass": _asked_again(request.second_pass)}
        return {
            "generator": "cosmicman-serve",
            "software_version": __version__,
            "ai_generated": True,
            "model": self._diffusion.manifest.name,
            "bundle_sha256": self._bundle_sha256,
            "description": request.asked.description.text,
            "groups": dict(request.asked.groups),
            "weights": {name: float(weight) for name, weight in request.asked.weights.items()},
            "drawn": {
                "text": request.description.text,
                "spans": [[span.start, span.end, span.group, span.weight] for span in request.description.spans],
            },
            "negative_description": request.negative_description,
            "seed": self._seed,
            "image_index": request.image_index + index,
            "image_format": request.image_format,
            "width": request.width,
            "height": request.height,
            "steps": request.steps,
            "guidance_scale": request.guidance_scale,
            "guidance_interval": list(request.guidance_interval),
            "sampler": request.sampler,
            **start,
            **second,
        }


def _asked_again(second: PreparedSecondPass) -> dict[str, object]:
    """The second pass as a request asks for it; the size follows from it."""
    return {field.name: getattr(second, field.name) for field in fields(SecondPass)}
