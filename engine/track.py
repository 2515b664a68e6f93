"""A picture on its way through the denoising steps: the rows it puts into a forward and what it makes of the answer.

It knows samplers and guidance; it does not know what else shares the forward, or who waits for the picture.

Letters: C H W latent channels and sides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.errors import NotFiniteError
from engine.samplers import FloatArray, SamplerPlan, guided

Inputs: TypeAlias = Mapping[str, npt.NDArray[np.float32]]
Bucket: TypeAlias = tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture to denoise.

    Attributes:
        plan: The sampler's table.
        noise: Standard normal noise of a draw, [1, C, H, W]; draw 0 starts, draw n + 1 belongs to step n.
        conditional: What the model reads besides latents and timestep, each [1, ...].
        unconditional: The same for the negative text; None without guidance.
        guidance_scale: Strength of guidance.
    """

    plan: SamplerPlan
    noise: Callable[[int], FloatArray]
    conditional: Inputs
    unconditional: Inputs | None
    guidance_scale: float


class Track:
    """A picture on its way: its latents and how far they are."""

    def __init__(self, index: int, picture: Picture) -> None:
        """Starts from the picture's first noise; `index` is its number in its request."""
        self.index = index
        self.picture = picture
        self.step = 0
        self._state = picture.plan.start(picture.noise(0))
        context = tuple((name, value.shape[1:]) for name, value in sorted(picture.conditional.items()))
        self.bucket: Bucket = (("sample", self.latents.shape[1:]), *context)

    @property
    def latents(self) -> FloatArray:
        """Where the picture is, [1, C, H, W]."""
        return self._state[0]

    @property
    def num_rows(self) -> int:
        """How many rows the next step puts into a forward."""
        return 1 if self.picture.unconditional is None else 2

    @property
    def num_steps(self) -> int:
        """How many steps the picture takes in all."""
        return self.picture.plan.num_steps

    @property
    def done(self) -> bool:
        """Whether every step is taken."""
        return self.step == self.num_steps

    def rows(self) -> list[Inputs]:
        """This step's rows, the conditional one first."""
        plan = self.picture.plan
        shared = {
            "sample": plan.model_input(self.step, self._state),
            "timesteps": plan.timesteps[self.step : self.step + 1],
        }
        texts = [self.picture.conditional, self.picture.unconditional]
        return [{**shared, **text} for text in texts if text is not None]

    def advance(self, outputs: FloatArray) -> None:
        """Takes the model's outputs for `rows`, [1 or 2, C, H, W].

        Raises:
            NotFiniteError: They hold NaN or infinity.
        """
        picture = self.picture
        if not np.isfinite(outputs).all():
            raise NotFiniteError(
                f"the model's output is not finite at step {self.step + 1} of {picture.plan.num_steps}"
            )
        output = outputs[:1]
        if picture.unconditional is not None:
            output = guided(output, outputs[1:], picture.guidance_scale)
        step = self.step
        self._state = picture.plan.advance(step, self._state, output, lambda: picture.noise(step + 1))
        self.step += 1
