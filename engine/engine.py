"""The engine a server talks to: load a bundle, ask for pictures, read events.

It does not know HTTP, and not what runs the graphs: sessions hide that.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from engine.adapters.folder import Adapters
from engine.bundle.manifest import Bundle, load_bundle
from engine.description import Description
from engine.errors import EngineStoppedError, RequestError
from engine.generation.generation import Generation
from engine.model.control import Controls
from engine.model.diffusion import DiffusionModel
from engine.model.info import model_info
from engine.pictures.decode import load_pixels
from engine.pictures.encode import to_pixels
from engine.previews.linear_map import load_preview_map
from engine.prompt.planner import PromptPlan
from engine.regions.label_map import Labels
from engine.regions.regions import Regions, load_regions
from engine.request.denoise import DenoiseRequest, PreparedDenoise
from engine.request.events import Denoised, Event, Finished, ImageReady, Preview, Queued, Stage, Started, Step, Timings
from engine.request.latents import LatentInfo
from engine.request.outcomes import Outcomes
from engine.request.prepare import NONE, picture_limits, prepare
from engine.request.prepare.denoise import prepare_denoise
from engine.request.provenance import Origin, check_room
from engine.request.request import GenerationRequest, ModelInfo, PreparedRequest
from engine.request.second_pass import SecondPass
from engine.request.sizes import SizeLimits
from engine.request.stats import EngineStats, Histogram
from engine.rows.denoise import Denoise
from engine.scheduler import Bounds, CostTable, MakePolicy, Scheduler
from engine.sessions import SessionFactory
from engine.sessions.auto import sessions_for
from engine.settings import EngineSettings, SessionSettings
from engine.threads.niceness import called_aside, worker_pool
from engine.warm_up import warm_up

__all__ = [
    "DenoiseRequest",
    "Denoised",
    "Engine",
    "EngineSettings",
    "EngineStats",
    "Event",
    "Finished",
    "GenerationRequest",
    "Histogram",
    "ImageReady",
    "LatentInfo",
    "MakeSessions",
    "ModelInfo",
    "PreparedDenoise",
    "PreparedRequest",
    "Preview",
    "Queued",
    "SecondPass",
    "SessionSettings",
    "SizeLimits",
    "Stage",
    "Started",
    "Step",
    "Timings",
]

MakeSessions: TypeAlias = Callable[[Bundle, EngineSettings], SessionFactory]

#: Pictures to start from that are decoded at the same time, of all requests together; the others wait in line.
MAX_READ_AT_ONCE = 1


class Engine:
    """A loaded model; use it as an async context manager, in one event loop."""

    def __init__(
        self,
        bundle: Bundle,
        diffusion: DiffusionModel,
        settings: EngineSettings,
        costs: CostTable | None = None,
        make_policy: MakePolicy | None = None,
        regions: Regions | None = None,
        adapters: Adapters | None = None,
    ) -> None:
        """Made by `load`; `regions` is the bundle's parser, where it has one."""
        self._adapters = _adapters(bundle, replace(settings, adapters=None)) if adapters is None else adapters
        self._controls = Controls(bundle, settings)
        self._preview_map = load_preview_map(bundle)
        self._fast_previews = self._preview_map is None and diffusion.has_fast_decoder
        self.regions = regions
        self.model = model_info(bundle, diffusion, settings, self._preview_map, regions, self._adapters)
        self._bundle = bundle
        self._origin = Origin(model=bundle.manifest.name, bundle_sha256=bundle.sha256)
        self._diffusion = diffusion
        self._settings = settings
        self._scheduler: Scheduler | None = None
        # One of each: a new request's text never waits behind pictures, and pictures that come all at once, or go, take
        # one more share of the machine beside the step loop, not several.
        self._workers = worker_pool(1, "text", settings.niceness)
        self._readers = worker_pool(MAX_READ_AT_ONCE, "picture", settings.niceness)
        self._decoder = worker_pool(1, "decoder", settings.niceness)
        self._previewer = worker_pool(1, "preview", settings.niceness)
        self._pools = self._workers, self._readers, self._decoder, self._previewer
        self._costs = CostTable() if costs is None else costs
        self._make_policy = make_policy
        self._outcomes = Outcomes()
        self._usable = False

    @classmethod
    def load(
        cls,
        bundle: Path,
        settings: EngineSettings | None = None,
        make_sessions: MakeSessions | None = None,
        costs: CostTable | None = None,
        make_policy: MakePolicy | None = None,
    ) -> Self:
        """Verifies and loads a bundle.

        Args:
            bundle: Its folder.
            settings: How to use the machine.
            make_sessions: What runs the graphs; None means what `settings.sessions` says; see `engine.sessions.auto`.
            costs: What forwards take, where that is known from before; kept up to date.
            make_policy: Who decides which rows share a forward; None means the scheduler's own fair policy.

        Raises:
            BundleError: The bundle is damaged, incomplete, or of a newer format.
            ProviderError: What shall run the graphs is not here, or does not start.
        """
        settings = settings or EngineSettings()
        verified = load_bundle(bundle)
        make = partial(make_sessions or sessions_for, verified, settings)
        adapters = _adapters(verified, settings)
        load_model = partial(DiffusionModel, verified, adapters=bool(adapters.usable))
        model = called_aside(lambda: load_model(make()), settings.niceness)  # with its sessions' threads
        regions = called_aside(lambda: load_regions(verified, settings), settings.niceness)
        return cls(verified, model, settings, costs, make_policy, regions, adapters)

    async def __aenter__(self) -> Self:
        """Warms the graphs up and starts the step loop.

        Raises:
            GenerationError: A graph fails, or gives NaN, at the default size: every request would.
        """
        settings = self._settings
        if settings.warm_up:
            warm = partial(warm_up, self._diffusion, self.model, self._costs, max_rows=settings.max_rows)
            try:
                self._fast_previews |= await asyncio.get_running_loop().run_in_executor(self._workers, warm)
            except BaseException:
                for pool in self._pools:
                    pool.shutdown(wait=False)
                raise
        bounds = Bounds(
            max_rows=settings.max_rows,
            max_forward_seconds=settings.max_forward_seconds,
            max_running=settings.max_running,
            max_waiting=settings.max_waiting,
            max_undecoded=settings.max_undecoded,
        )
        self._scheduler = Scheduler(self._diffusion.forward, bounds, self._costs, self._make_policy, settings.niceness)
        self._scheduler.start()
        self._usable, self._outcomes.device_lost = True, False
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends every request with EngineStoppedError and waits for the forward under way."""
        assert self._scheduler is not None
        await self._scheduler.stop()
        for pool in self._pools:
            await asyncio.to_thread(pool.shutdown)

    @property
    def ready(self) -> bool:
        """Whether requests are answered now."""
        usable = self._usable and not self._outcomes.device_lost
        return usable and self._scheduler is not None and self._scheduler.alive

    def stats(self) -> EngineStats:
        """A snapshot of gauges and counters."""
        if self._scheduler is None:
            return EngineStats()
        compiled = self._diffusion.compiled
        return replace(
            self._scheduler.snapshot(),
            images_total=self._outcomes.images,
            finished_total=self._outcomes.finished,
            failed_total=self._outcomes.failed,
            cancelled_total=self._outcomes.cancelled,
            compiled_shapes=0 if compiled is None else compiled.compiled_shapes,
            compiled_bytes=0 if compiled is None else compiled.compiled_bytes,
            adapter_bytes=self._adapters.kept_bytes,
        )

    def prepare(self, request: GenerationRequest, *, mistakes: Mapping[str, Sequence[str]] = NONE) -> PreparedRequest:
        """Judges a request and fills in the defaults, without running it; `generate` does not do so again.

        Args:
            request: What is asked.
            mistakes: What is known to be wrong already, by field: messages about values that the request lacks.

        Raises:
            RequestError: With every mistake; each names the field, what is allowed and what came.
        """
        prepared = prepare(request, self.model, mistakes=mistakes, planner=self._plan)
        check_room(prepared, self._origin)
        return prepared

    async def label_map(self, picture: bytes, width: int, height: int) -> Labels:
        """Which item each pixel of a caller's picture shows, beside the step loop.

        Args:
            picture: A PNG, JPEG or WebP file; it is scaled and cropped as a picture to start from is.
            width: Pixels of the map.
            height: Pixels of the map.

        Returns:
            Numbers of `engine.regions.items.ITEM_CLASSES`, [H, W].

        Raises:
            RequestError: The bundle has no parser, or the file is no such picture.
            GenerationError: The parser failed.
            EngineStoppedError: The engine stopped.
        """
        regions = self.regions
        if regions is None:
            raise RequestError("regions", f"regions need a parser, and the bundle of {self.model.name} has none")
        limits = picture_limits(self.model)

        def parse() -> Labels:
            try:
                pixels = load_pixels(picture, width, height, limits)
            except ValueError as error:
                raise RequestError("regions", f"regions: {error}") from error
            return regions.label_map(to_pixels(pixels[0]))

        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, parse)
        except RuntimeError as error:  # the pool is shut down
            raise EngineStoppedError("the engine stopped") from error

    def check_room(self, caller: str = "") -> None:
        """Whether one more request of this caller would be taken now: what it asks need not be looked at where not.

        Raises:
            BusyError: The waiting line is full.
        """
        if self._scheduler is not None:
            self._scheduler.check_room(caller)

    async def generate(self, request: GenerationRequest | PreparedRequest) -> AsyncGenerator[Event, None]:
        """Runs a request; closing the iterator cancels it before the next forward.

        One that was prepared for another model is prepared for this one.

        Errors come from the first ``anext`` on, none from the call itself.

        Raises:
            RequestError: The model cannot do it; after Queued, if the picture to start from is damaged.
            BusyError: The waiting line is full.
            DeadlineError: Its deadline came, or cannot be met.
            GenerationError: It failed in compute.
            EngineStoppedError: The engine is not running, or stopped meanwhile.
        """
        prepared, plan = self._prepared(request)
        if self._scheduler is None:
            raise EngineStoppedError("the engine is not running")
        handle = self._scheduler.enter(
            caller=prepared.asked.caller,
            priority=prepared.priority,
            deadline_seconds=prepared.deadline_seconds,
            prepared=not prepared.reads_pictures,
        )
        with handle:
            generation = Generation(
                prepared,
                plan,
                diffusion=self._diffusion,
                adapters=self._adapters,
                controls=self._controls,
                workers=self._workers,
                readers=self._readers,
                decoder=self._decoder,
                previewer=self._previewer,
                preview_map=self._preview_map,
                regions=self.regions,
                fast_previews=self._fast_previews,
                origin=self._origin,
                pixel_limits=picture_limits(self.model),
            )
            async with aclosing(self._outcomes.counted(generation.events(handle), request.request_id or "-")) as events:
                async for event in events:
                    yield event

    def prepare_denoise(
        self, request: DenoiseRequest, *, mistakes: Mapping[str, Sequence[str]] = NONE
    ) -> PreparedDenoise:
        """Judges a request for the UNet's output, without running it; `denoise` does not do so again.

        Args:
            request: What is asked.
            mistakes: What is known to be wrong already, by field.

        Raises:
            RequestError: With every mistake; each names the field, what is allowed and what came.
        """
        return prepare_denoise(request, self.model, mistakes=mistakes, planner=self._plan)

    async def denoise(self, request: DenoiseRequest | PreparedDenoise) -> AsyncGenerator[Event, None]:
        """What the UNet says of a caller's latents; they share forwards with the rows of pictures, and wait like those.

        Queued, a Step for each row, Denoised and Finished; closing the iterator cancels what has not begun.

        Raises:
            RequestError: The model cannot do it.
            BusyError: The waiting line is full.
            DeadlineError: Its deadline came, or cannot be met.
            GenerationError: It failed in compute.
            EngineStoppedError: The engine is not running, or stopped meanwhile.
        """
        if isinstance(request, DenoiseRequest):
            request = self.prepare_denoise(request)
        if not request.plans or request.model != self.model:
            request = self.prepare_denoise(request.asked)
        if self._scheduler is None:
            raise EngineStoppedError("the engine is not running")
        asked = request.asked
        handle = self._scheduler.enter(
            caller=asked.caller, priority=asked.priority, deadline_seconds=asked.deadline_seconds
        )
        with handle:
            work = Denoise(request, diffusion=self._diffusion, adapters=self._adapters, workers=self._workers)
            async with aclosing(self._outcomes.counted(work.events(handle), asked.request_id or "-")) as events:
                async for event in events:
                    yield event

    def _prepared(self, request: GenerationRequest | PreparedRequest) -> tuple[PreparedRequest, PromptPlan]:
        if isinstance(request, GenerationRequest):
            request = self.prepare(request)
        if not isinstance(request.plan, PromptPlan) or request.model != self.model:
            request = self.prepare(request.asked)
        assert isinstance(request.plan, PromptPlan)
        return request, request.plan

    def _plan(self, description: Description, negative_description: str, guided: bool) -> PromptPlan:
        """What the text encoder is to read.

        Raises:
            RequestError: It is more than is allowed.
        """
        plan = self._diffusion.plan(description, negative_description, guided=guided)
        num_windows, allowed = plan.num_windows, self._settings.max_windows
        if num_windows <= allowed:
            return plan
        field = what = "description"
        if plan.negative_is_longer:
            what = "negative_description and what description says is absent"
            field = "negative_description" if negative_description.strip() else "description"
            if not plan.negatives:
                what = field
        words = f"{allowed} windows of {self._bundle.manifest.tokenizer_length - 2} tokens"
        raise RequestError(field, f"{what} may fill at most {words}; it fills {num_windows}")


def _adapters(bundle: Bundle, settings: EngineSettings) -> Adapters:
    half = bundle.manifest.precision == "fp16"
    return Adapters(settings.adapters, bundle.manifest.adapted, half=half, keep_bytes=settings.adapter_bytes)
