"""What the pictures of one request are denoised by: their passes, with text, adapters, control and noise.

It knows neither when they run nor what becomes of the latents.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from engine.adapters.folder import Adapters
from engine.adapters.stack import Loras
from engine.errors import BundleError, GenerationError, ProviderError
from engine.model.control import Controls, Features, HeldTo
from engine.model.diffusion import DiffusionModel
from engine.model.start_picture import StartPicture
from engine.model.text import Conditioning
from engine.prompt.planner import PromptPlan
from engine.request.request import FEW_STEPS, PreparedRequest
from engine.samplers import FloatArray, SamplerPlan, few_steps_schedule, gaussian_noise, sampler_plan
from engine.scheduler.picture import Adapted, Control, Denoising, OtherModel, Watch

# Draws of noise of one picture: those of its first pass are numbered from 0, one for the start and one for each step.
SECOND_PASS_DRAWS = 2**16
INIT_IMAGE_DRAW = 2**31


@dataclass(frozen=True, kw_only=True)
class Pass:
    """What all pictures of the request share in one pass."""

    plan: SamplerPlan
    shape: tuple[int, int, int, int]
    conditional: Conditioning
    unconditional: Conditioning | None
    guidance_scale: float
    features: Features | None = None
    watch: Watch | None = None


class Passes:
    """Makes the passes of a request, and its pictures of them; not before its turn has come."""

    def __init__(
        self,
        request: PreparedRequest,
        plan: PromptPlan,
        seed: int,
        *,
        diffusion: DiffusionModel,
        adapters: Adapters,
        controls: Controls,
    ) -> None:
        """Takes what the request needs.

        Args:
            request: What to do.
            plan: Its prompt.
            seed: Of its noise.
            diffusion: The model.
            adapters: Those that requests may name.
            controls: What holds pictures to a layout or a pose.
        """
        self._request = request
        self._plan = plan
        self._seed = seed
        self._diffusion = diffusion
        self._adapters = adapters
        self._loras: Loras = ()
        self._controls = controls
        #: What the pictures are held to; to be set before `encoded` is called.
        self.held: HeldTo | None = None

    def encoded(self) -> list[Pass]:
        """What each pass reads; the text is encoded once, and told the size of each.

        Raises:
            GenerationError: A graph failed.
        """
        request, second = self._request, self._request.second_pass
        self._loras = tuple((self._adapters.load(name), scale) for name, scale in request.loras.items())
        if self.held is not None:
            self._load_adapted()
        schedule = self._diffusion.noise_schedule
        schedule = few_steps_schedule(schedule) if request.variant == FEW_STEPS else schedule
        plan = sampler_plan(request.sampler, schedule, request.steps, request.strength)
        first = self._pass(plan, request.width, request.height, request.guidance_scale)
        passes = [replace(first, watch=self._watch(first)) if request.attention else first]
        if second is not None:
            plan = sampler_plan(request.sampler, schedule, second.steps, second.strength)
            passes.append(self._pass(plan, second.width, second.height, second.guidance_scale))
        return passes

    def _pass(self, plan: SamplerPlan, width: int, height: int, guidance_scale: float) -> Pass:
        unconditional: Conditioning | None = None
        conditional = self._diffusion.encode(self._plan, width=width, height=height)
        held = self.held
        features = None if held is None else self._controls.features(held, width, height)
        if self._loras or features is not None:
            self._diffusion.prepare_adapted(conditional, self._loras, width=width, height=height)
        if guidance_scale > 1.0:
            unconditional = self._diffusion.encode_negative(self._plan, width=width, height=height)
        return Pass(
            plan=plan,
            shape=self._diffusion.latent_shape(width, height),
            conditional=conditional,
            unconditional=unconditional,
            guidance_scale=guidance_scale,
            features=features,
        )

    def _load_adapted(self) -> None:
        """The graph that takes control, which is loaded when the first request needs it."""
        try:
            self._diffusion.load_adapted()
        except (BundleError, ProviderError) as error:
            raise GenerationError(str(error)) from error

    def _watch(self, each: Pass) -> Watch:
        """How the attention of a pass is looked at: that of the first one, which lays the picture out."""
        width, height, few = self._request.width, self._request.height, self._request.variant == FEW_STEPS
        return Watch(
            token_groups=self._diffusion.token_groups(
                self._plan, each.conditional, width, height, self._loras if self._is_adapted else None
            ),
            forward=partial(self._diffusion.forward_attention, few_steps=few),
        )

    def picture(self, passes: Sequence[Pass], init: StartPicture | None, index: int) -> Denoising:
        """One picture to denoise, by the passes that `encoded` made.

        Args:
            passes: Of the request.
            init: The picture to start from, where there is one.
            index: Which of the request's pictures.
        """
        # The last pass is made first.
        picture: Denoising | None = None
        original = keep = None
        if init is not None:
            original = init.latents(self._noise(index, INIT_IMAGE_DRAW, init.mean.shape, 0))
            keep = init.keep(original)
        for number, each in reversed(list(enumerate(passes))):
            picture = Denoising(
                plan=each.plan,
                noise=partial(self._noise, index, number * SECOND_PASS_DRAWS, each.shape),
                conditional=each.conditional,
                unconditional=each.unconditional,
                guidance_scale=each.guidance_scale,
                guidance_interval=self._request.guidance_interval,
                original=original if number == 0 else None,
                keep=keep if number == 0 else None,
                then=picture,
                estimate_every=self._request.preview_every,
                watch=each.watch,
                model=self._model(),
                adapted=self._adapted(),
                control=self._control(each),
            )
        assert picture is not None
        return picture

    def _model(self) -> OtherModel | None:
        if self._request.variant != FEW_STEPS:
            return None
        return OtherModel(name=FEW_STEPS, forward=self._diffusion.forward_few_steps)

    def _adapted(self) -> Adapted | None:
        return Adapted.of(self._diffusion, self._loras) if self._is_adapted else None

    @property
    def _is_adapted(self) -> bool:
        """Whether rows of the picture are for the UNet that takes adapters and control."""
        return bool(self._loras) or self.held is not None

    def _control(self, each: Pass) -> Control | None:
        if each.features is None or self.held is None:
            return None
        return Control(features=each.features, until=self.held.asked.asked.until)

    def _noise(self, index: int, first_draw: int, shape: tuple[int, ...], draw: int) -> FloatArray:
        return gaussian_noise(self._seed, self._request.image_index + index, first_draw + draw, shape)
