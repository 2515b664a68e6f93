"""Latents of a picture that stay as they are while others are denoised, for any sampler's table.

Where a cell stays, the model's output is replaced by the one that says it is the original. The table then goes on as
ever, so that whatever a sampler remembers is right for the cell's own past: a cell that may change from some step on
(a soft mask; Levin and Fried 2023, arXiv 2306.00950) goes on from the original with the noise of that step in it.

Letters: C H W latent channels and sides.
"""

from dataclasses import dataclass

import numpy as np

from engine.samplers.plan import SamplerPlan, State
from engine.samplers.schedule import FloatArray


@dataclass(frozen=True, kw_only=True)
class Keep:
    """What stays.

    Attributes:
        original: Latents of the picture that is edited, [1, C, H, W].
        strength: Share of the last steps in which a cell may change, [1, 1, H, W]: 0 never, 1 in all.
    """

    original: FloatArray
    strength: FloatArray

    def output(self, plan: SamplerPlan, step: int, state: State, output: FloatArray) -> FloatArray:
        """The model's output, [1, C, H, W], with that of the original where a cell stays at this step."""
        stays = np.float32(step) < (np.float32(1.0) - self.strength) * np.float32(plan.num_steps)
        if not stays.any():
            return output
        replaced: FloatArray = np.where(stays, plan.output_for(step, state, self.original), output)
        return replaced

    def finished(self, latents: FloatArray) -> FloatArray:
        """The last latents, [1, C, H, W], with the original's own where a cell never changed."""
        latents = np.where(self.strength == 0.0, self.original, latents)
        return latents
