"""A picture on its way through the denoising steps: the rows it puts into a forward and what it makes of the answer.

It knows samplers and guidance; it does not know what else shares the forward, or who waits for the picture.

Letters: C H W latent channels and sides.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.adapters.stack import Loras
from engine.errors import NotFiniteError
from engine.samplers import FloatArray, Keep, SamplerPlan, guided
from engine.scheduler.job import Job

Inputs: TypeAlias = Mapping[str, npt.NDArray[np.float32]]
Forward: TypeAlias = Callable[[Inputs], FloatArray]
AdaptedForward: TypeAlias = Callable[[Inputs, Sequence[Loras]], FloatArray]
WatchedForward: TypeAlias = Callable[[Inputs, Sequence[Loras], FloatArray], tuple[FloatArray, FloatArray]]
Bucket: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]

#: In the bucket of rows with adapters, where they share no forward with others.
ADAPTED = "adapted"


@dataclass(frozen=True, kw_only=True)
class OtherModel:
    """A model that takes the place of the scheduler's own: its rows share no forward with those of another.

    Attributes:
        name: In the bucket, and so in the cost table and in what is told of steps.
        forward: From inputs with R rows to outputs with R rows, [R, C, H, W].
    """

    name: str
    forward: Forward


@dataclass(frozen=True, kw_only=True, eq=False)
class Control:
    """What is added to the model's features, so that a picture keeps to something.

    Attributes:
        features: Of each row, by the name of the model's input, [1, C, h, w].
        until: Share of the pass's steps in which it acts, the first ones, above 0 to 1.
    """

    features: Inputs
    until: float


class TakesAdapters(Protocol):
    """A model, one of whose graphs takes adapters and control."""

    mixes_adapted: bool

    @property
    def max_columns(self) -> int:
        """As of Adapted."""
        ...

    def forward_adapted(self, inputs: Inputs, loras: Sequence[Loras]) -> FloatArray:
        """As `forward` of Adapted."""
        ...

    def forward_adapted_attention(
        self, inputs: Inputs, loras: Sequence[Loras], token_groups: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """As `watched` of Adapted."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Adapted:
    """The model that takes adapters and control; rows with different ones, and with none, share a forward.

    Attributes:
        loras: The picture's adapters with their scales.
        forward: From inputs with R rows, and the adapters of each row, to outputs with R rows, [R, C, H, W]. Inputs
            of control may be missing, which stands for zeros.
        max_columns: Most columns that the adapters of a forward may take together.
        apart: Whether rows without adapters and control must not share a forward, since their last bits would change.
        watched: The same forward where rows are watched: from their token groups besides, [R, M, G], also to maps,
            [R, G, h, w]; None where that graph tells none.
    """

    loras: Loras
    forward: AdaptedForward
    max_columns: int
    apart: bool = False
    watched: WatchedForward | None = None

    @classmethod
    def of(cls, model: TakesAdapters, loras: Loras) -> Self:
        """That of a model for a picture with these adapters."""
        return cls(
            loras=loras,
            forward=model.forward_adapted,
            max_columns=model.max_columns,
            apart=not model.mixes_adapted,
            watched=model.forward_adapted_attention,
        )


@dataclass(frozen=True, kw_only=True)
class Watch:
    """How a picture's attention is looked at.

    Attributes:
        token_groups: Which tokens are of which group, [1, M, G].
        forward: Of the model that runs the picture's rows where they have no adapters: from inputs with R rows and
            their token groups, [R, M, G], to outputs, [R, C, H, W], with the bits of a plain forward, and to maps,
            [R, G, h, w].
    """

    token_groups: FloatArray
    forward: Callable[[Inputs, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, kw_only=True)
class Denoising:
    """One picture to denoise.

    Attributes:
        plan: The sampler's table.
        noise: Standard normal noise of a draw, [1, C, H, W]; draw 0 starts, draw n + 1 belongs to step n.
        conditional: What the model reads besides latents and timestep, each [1, ...].
        unconditional: The same for the negative text; None without guidance.
        guidance_scale: Strength of guidance.
        guidance_interval: Shares of the denoising (`SamplerPlan.progress`) from and to which guidance acts; outside, a
            step is one row (Kynkäänniemi et al. 2024, arXiv 2404.07724).
        original: Latents of the picture to start from, [1, C, H, W], where the plan starts from one.
        keep: What stays of `original`; None where all of it may change.
        then: What denoises the result once more, from its own plan and at the size of its own noise.
        model: What runs the rows; None means the scheduler's own.
        adapted: What runs them with adapters and control; None without either.
        control: What is added to the features of every row; None where nothing is.
        estimate_every: After how many steps each the picture is estimated; None means never.
        watch: How its attention is looked at, in each of its steps; None means not at all.
        decoded: Whether the result goes to the decoder, which has room for so many at a time.
    """

    plan: SamplerPlan
    noise: Callable[[int], FloatArray]
    conditional: Inputs
    unconditional: Inputs | None
    guidance_scale: float
    guidance_interval: tuple[float, float] = (0.0, 1.0)
    original: FloatArray | None = None
    keep: Keep | None = None
    then: "Denoising | None" = None
    model: OtherModel | None = None
    adapted: Adapted | None = None
    control: Control | None = None
    estimate_every: int | None = None
    watch: Watch | None = None
    decoded: bool = True

    @property
    def loras(self) -> Loras:
        """Adapters of every row."""
        return () if self.adapted is None else self.adapted.loras

    def control_at(self, step: int) -> Inputs | None:
        """What is added to the features at a step of the plan; None where nothing is."""
        control = self.control
        return control.features if control is not None and step < control.until * self.plan.num_steps else None

    @property
    def num_steps(self) -> int:
        """Evaluations of the model, those of what comes then included."""
        return self.plan.num_steps + (0 if self.then is None else self.then.num_steps)

    def guided_at(self, step: int) -> bool:
        """Whether guidance acts at a step of the plan."""
        start, end = self.guidance_interval
        return self.unconditional is not None and start <= float(self.plan.progress[step]) <= end


class Picture:
    """A picture on its way: its latents and how far they are."""

    def __init__(self, job: Job, index: int, denoising: Denoising) -> None:
        """Starts from the picture's first noise; `index` is its number in its request."""
        self.job = job
        self.index = index
        self.num_steps = denoising.num_steps
        self.step = 0
        #: The finished picture as the model has it at the last step, [1, C, H, W], where that was to be estimated.
        self.estimate: FloatArray | None = None
        self._attention: FloatArray | None = None
        self._num_watched = 0
        self._begin(denoising, denoising.original)

    def _begin(self, denoising: Denoising, original: FloatArray | None) -> None:
        """Starts a pass; the bucket may be another one from now on."""
        self.denoising = denoising
        self._first_step = self.step
        noise = denoising.noise(0)
        if original is not None:
            original = resized(original, noise.shape[2], noise.shape[3])
        self._state = denoising.plan.start(noise, original)
        context = tuple((name, value.shape[1:]) for name, value in sorted(denoising.conditional.items()))
        model: Bucket = () if denoising.model is None else ((denoising.model.name, ()),)
        if denoising.adapted is not None and denoising.adapted.apart:
            model = (*model, (ADAPTED, ()))
        self.bucket: Bucket = (("sample", self.latents.shape[1:]), *context, *model)

    @property
    def latents(self) -> FloatArray:
        """Where the picture is, [1, C, H, W]."""
        return self._state[0]

    @property
    def attention(self) -> FloatArray | None:
        """How the attention was shared out in the steps so far, on average, [G, h, w]; None where nobody watched."""
        return None if self._attention is None else self._attention / np.float32(self._num_watched)

    @property
    def num_rows(self) -> int:
        """How many rows the next step puts into a forward; none once it is done."""
        if self.done:
            return 0
        return 2 if self.denoising.guided_at(self.step - self._first_step) else 1

    @property
    def control(self) -> Inputs | None:
        """What is added to the features of this step's rows; None where nothing is."""
        return self.denoising.control_at(self.step - self._first_step)

    @property
    def needs_adapted(self) -> bool:
        """Whether this step's rows are for the model that takes adapters and control."""
        adapted = self.denoising.adapted
        return adapted is not None and (bool(adapted.loras) or adapted.apart or self.control is not None)

    @property
    def done(self) -> bool:
        """Whether every step is taken."""
        return self.step == self.num_steps

    def rows(self) -> list[Inputs]:
        """This step's rows, the conditional one first."""
        denoising, step = self.denoising, self.step - self._first_step
        shared = {
            "sample": denoising.plan.model_input(step, self._state),
            "timesteps": denoising.plan.timesteps[step : step + 1],
        }
        texts = [denoising.conditional, denoising.unconditional if denoising.guided_at(step) else None]
        return [{**shared, **text} for text in texts if text is not None]

    def advance(self, outputs: FloatArray, attention: FloatArray | None = None) -> None:
        """Takes the model's outputs for `rows`, [1 or 2, C, H, W], and the conditional row's attention, [G, h, w].

        Raises:
            NotFiniteError: They hold NaN or infinity.
        """
        denoising, step = self.denoising, self.step - self._first_step
        if not np.isfinite(outputs).all():
            raise NotFiniteError(f"the model's output is not finite at step {self.step + 1} of {self.num_steps}")
        if attention is not None:
            self._attention = attention if self._attention is None else self._attention + attention
            self._num_watched += 1
        output = outputs[:1]
        if denoising.guided_at(step):
            output = guided(output, outputs[1:], denoising.guidance_scale)
        if denoising.keep is not None:
            output = denoising.keep.output(denoising.plan, step, self._state, output)
        self.step += 1
        self.estimate = denoising.plan.denoised(step, self._state, output) if self._to_estimate() else None
        self._state = denoising.plan.advance(step, self._state, output, lambda: denoising.noise(step + 1))
        if step + 1 == denoising.plan.num_steps and denoising.keep is not None:
            self._state = denoising.keep.finished(self._state[0]), *self._state[1:]
        if step + 1 == denoising.plan.num_steps and denoising.then is not None:
            self._begin(denoising.then, self.latents)

    def _to_estimate(self) -> bool:
        """Whether this step's estimate is wanted; after the last one there is the picture itself."""
        every = self.denoising.estimate_every
        return every is not None and not self.done and self.step % every == 0


def resized(latents: FloatArray, height: int, width: int) -> FloatArray:
    """Latents at another size, [1, C, height, width], bilinear with the corners of the outer pixels in place."""
    if latents.shape[2:] == (height, width):
        return latents
    down, across = _bilinear(latents.shape[2], height), _bilinear(latents.shape[3], width)
    scaled: FloatArray = np.einsum("yh,bchw,xw->bcyx", down, latents, across, optimize=True)
    return scaled.astype(np.float32)


def _bilinear(size: int, new_size: int) -> npt.NDArray[np.float64]:
    """Weights of old places at new ones, [new_size, size]."""
    places = ((np.arange(new_size) + 0.5) * size / new_size - 0.5).clip(0, size - 1)
    return np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(size)))
