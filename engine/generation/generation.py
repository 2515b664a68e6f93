"""One request from admission to its last picture, told as events.

It knows neither the line it stood in nor what shares its forwards.
"""

import asyncio
import contextvars
import secrets
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar

from engine.adapters.folder import Adapters
from engine.description.groups import DRAWN_GROUPS
from engine.errors import EngineError, EngineStoppedError, NotFiniteError
from engine.generation.passes import Passes
from engine.model.control import Controls, read_control
from engine.model.diffusion import DiffusionModel
from engine.model.start_picture import StartPicture, read_start_picture
from engine.pictures.encode import MEDIA_TYPES, Pixels, encode, to_pixels
from engine.pictures.grey_map import map_png
from engine.pictures.header import PixelLimits
from engine.previews.linear_map import PreviewMap
from engine.previews.maker import PreviewMaker
from engine.previews.picture import PreviewPicture, decoded_preview, preview_picture
from engine.prompt.planner import PromptPlan
from engine.regions.regions import Regions
from engine.request.events import Event, Finished, ImageReady, Preview, Queued, Stage, Started, Step, Timings
from engine.request.provenance import Origin, provenance
from engine.request.request import FAST, MAX_SEED, PreparedRequest
from engine.samplers import FloatArray
from engine.scheduler import Estimate, JobHandle, LatentsReady, StepDone, Update

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class _Stepped:
    """A step with the moment at which it was heard of, however late it is told."""

    done: StepDone
    at: float


@dataclass(frozen=True, kw_only=True)
class _Finished:
    """A picture with when its last two stages began, and what they took."""

    image: ImageReady
    decode_began: float
    decode_seconds: float
    encode_seconds: float


_Message: TypeAlias = _Stepped | Preview | _Finished | Exception


class Generation:
    """Runs one admitted request; `events` is to be read once, and closed."""

    def __init__(
        self,
        request: PreparedRequest,
        plan: PromptPlan,
        *,
        diffusion: DiffusionModel,
        adapters: Adapters,
        controls: Controls,
        workers: Executor,
        readers: Executor,
        decoder: Executor,
        previewer: Executor,
        preview_map: PreviewMap | None,
        regions: Regions | None,
        fast_previews: bool,
        origin: Origin,
        pixel_limits: PixelLimits,
    ) -> None:
        """Takes what the request needs.

        Args:
            request: What to do.
            plan: Its prompt.
            diffusion: The model.
            adapters: Those that requests may name.
            controls: What holds pictures to a layout or a pose.
            workers: Where text is encoded.
            readers: Where the picture to start from is read, while the request is in line.
            decoder: Where pictures are decoded and written.
            previewer: Where previews are made.
            preview_map: What they are made with, where it is not the fast decoder.
            regions: What cuts people out; needed where the request asks for it.
            fast_previews: Whether previews are made with the fast decoder.
            origin: Named in the pictures' provenance.
            pixel_limits: Of the picture to start from.
        """
        self._request = request
        self._plan = plan
        self._diffusion = diffusion
        self._workers = workers
        self._readers = readers
        self._decoder = decoder
        self._preview_map = preview_map
        self._regions = regions
        self._fast_previews = fast_previews
        self._origin = origin
        self._pixel_limits = pixel_limits
        self._seed = secrets.randbelow(MAX_SEED + 1) if request.seed is None else request.seed
        self._passes = Passes(request, plan, self._seed, diffusion=diffusion, adapters=adapters, controls=controls)
        # Whoever logs in a worker or in a task of the step loop does so for this request.
        self._context = contextvars.copy_context()
        self._init: StartPicture | None = None
        self._messages: asyncio.Queue[_Message] = asyncio.Queue()
        self._finishing: set[asyncio.Task[None]] = set()
        self._previews = PreviewMaker(self._preview, previewer, self._messages.put_nowait)
        self._denoised_at = 0.0

    async def events(self, handle: JobHandle) -> AsyncGenerator[Event, None]:
        """Everything that happens from the line to the last picture.

        Raises:
            RequestError: The picture to start from is damaged.
            DeadlineError: The request's deadline came, or cannot be met.
            GenerationError: The request failed in compute.
            EngineStoppedError: The engine stopped meanwhile.
        """
        entered = time.monotonic()
        request = self._request
        async with aclosing(handle.standing(partial(self._in_line, handle))) as positions:
            async for position in positions:
                yield Queued(position=position)
        init, admitted = self._init, time.monotonic()
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
            text_tokens=self._plan.num_tokens,
            mask=None if init is None else init.mask,
        )
        passes = await self._in_worker(self._workers, self._passes.encoded)
        text_done = time.monotonic()
        pictures = [self._passes.picture(passes, init, index) for index in range(request.num_images)]
        begun = time.monotonic()
        handle.start(pictures, partial(self._hear, handle))
        finished: list[_Finished] = []
        completed = 0
        try:
            while len(finished) < request.num_images:
                message = await self._messages.get()
                if isinstance(message, _Stepped):
                    completed += 1
                    yield Step(
                        completed=completed,
                        total=sum(picture.num_steps for picture in pictures),
                        rows=message.done.rows,
                        seconds=message.done.seconds,
                        ended_seconds=message.at - entered,
                        bucket=message.done.bucket,
                    )
                elif isinstance(message, Preview):
                    yield message
                elif isinstance(message, _Finished):
                    finished.append(message)
                    yield message.image
                else:
                    raise message
        finally:
            self._previews.close()
            for task in self._finishing:
                task.cancel()
        yield Finished(
            timings=Timings(
                queue_seconds=admitted - entered - (0.0 if init is None else init.seconds),
                text_seconds=text_done - admitted,
                init_image_seconds=0.0 if init is None else init.seconds,
                denoise_seconds=self._denoised_at - begun,
                decode_seconds=sum(picture.decode_seconds for picture in finished),
                encode_seconds=sum(picture.encode_seconds for picture in finished),
                total_seconds=time.monotonic() - entered,
            ),
            stages=(
                Stage(name="queue", began_seconds=0.0, seconds=admitted - entered),
                *_init_stage(init, entered),
                Stage(name="text", began_seconds=admitted - entered, seconds=text_done - admitted),
                *(stage for picture in finished for stage in _last_stages(picture, entered)),
            ),
        )

    async def _in_line(self, handle: JobHandle) -> None:
        """Reads the picture to start from and the layout, where there are such, and waits for the request's turn."""
        if self._request.reads_pictures:
            self._init = await handle.prepare(self._in_worker(self._readers, self._read))
        await handle.admitted()

    async def _in_worker(self, workers: Executor, function: Callable[[], Result]) -> Result:
        try:
            future = workers.submit(self._context.copy().run, function)
        except RuntimeError as error:
            raise EngineStoppedError("the engine stopped while the request was in it") from error
        return await asyncio.wrap_future(future)

    def _read(self) -> StartPicture | None:
        request, label = self._request, None if self._regions is None else self._regions.label_map
        if request.control is not None:
            size = (request.width, request.height)
            self._passes.held = read_control(request.control, self._pixel_limits, size, label)
        if request.init_image is None:
            return None
        return read_start_picture(request.init_image, request, self._diffusion, label, self._pixel_limits)

    def _hear(self, handle: JobHandle, message: Update | EngineError) -> None:
        """Takes what the scheduler tells; decoding starts at once, however slowly the caller reads its events."""
        if isinstance(message, LatentsReady):
            self._denoised_at = time.monotonic()
            self._finish_later(message, handle)
        elif isinstance(message, Estimate):
            self._previews.take(message)
        elif isinstance(message, StepDone):
            self._messages.put_nowait(_Stepped(done=message, at=time.monotonic()))
        else:
            self._messages.put_nowait(message)

    def _finish_later(self, ready: LatentsReady, handle: JobHandle) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(ready, handle), context=self._context.copy())
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        task.add_done_callback(self._tell_failure)

    def _tell_failure(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._messages.put_nowait(error)

    async def _finish(self, ready: LatentsReady, handle: JobHandle) -> None:
        finished = await self._in_worker(self._decoder, partial(self._decode, ready))
        handle.decoded()
        self._previews.end(ready.index)
        self._messages.put_nowait(finished)

    def _decode(self, ready: LatentsReady) -> _Finished:
        request, index = self._request, ready.index
        started = time.monotonic()
        pixels = to_pixels(self._diffusion.decode(ready.latents, fast=request.decoder == FAST))
        mask = None
        if self._init is not None:
            pixels, mask = self._init.pasted(pixels), self._init.mask
        decoded = time.monotonic()
        origin = provenance(request, self._seed, index, self._origin, mask)
        quality = request.image_quality
        data = encode(pixels, request.image_format, origin, quality=quality, alpha=self._alpha(pixels))
        image = ImageReady(
            index=index,
            seed=self._seed,
            data=data,
            media_type=MEDIA_TYPES[request.image_format],
            width=pixels.shape[1],
            height=pixels.shape[0],
            attention={} if ready.attention is None else self._maps(ready.attention),
        )
        return _Finished(
            image=image,
            decode_began=started,
            decode_seconds=decoded - started,
            encode_seconds=time.monotonic() - decoded,
        )

    def _maps(self, attention: FloatArray) -> dict[str, bytes]:
        """A picture of the attention, [G, h, w], that each group got of which there are words."""
        told = {each.span.group for each in self._plan.spans if each.positions}
        return {
            group.value: map_png(of_group)
            for group, of_group in zip(DRAWN_GROUPS, attention, strict=True)
            if group in told
        }

    def _alpha(self, pixels: Pixels) -> Pixels | None:
        if not self._request.cutout:
            return None
        assert self._regions is not None, "a request that asks for a cut-out is refused where there is no parser"
        return self._regions.alpha(pixels)

    def _preview(self, latents: FloatArray) -> PreviewPicture | None:
        if self._fast_previews:
            try:
                return decoded_preview(self._diffusion.decode(latents, fast=True))
            except NotFiniteError:
                return None
        assert self._preview_map is not None, "a request that asks for previews is refused where there is no map"
        return preview_picture(self._preview_map, latents)


def _init_stage(init: StartPicture | None, entered: float) -> tuple[Stage, ...]:
    """That of the picture to start from, which is read in line."""
    if init is None:
        return ()
    return (Stage(name="init_image", began_seconds=init.began - entered, seconds=init.seconds),)


def _last_stages(picture: _Finished, entered: float) -> tuple[Stage, Stage]:
    began = picture.decode_began - entered
    return (
        Stage(name="decode", began_seconds=began, seconds=picture.decode_seconds),
        Stage(name="encode", began_seconds=began + picture.decode_seconds, seconds=picture.encode_seconds),
    )
