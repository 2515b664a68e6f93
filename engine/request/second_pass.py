"""Denoising a finished picture once more: what a request may ask for, and what it runs with."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SecondPass:
    """The finished latents, scaled, noised again and denoised again; None means as in the first pass.

    Attributes:
        strength: Share of the steps to take again, above 0 to 1; 0.3 refines, more draws anew.
        scale: Factor on both sides of the picture, 1 to 4; the result must be a size the model can do.
        steps: Steps of which `strength` is the share.
        guidance_scale: Strength of guidance.
    """

    strength: float = 0.3
    scale: float = 1.0
    steps: int | None = None
    guidance_scale: float | None = None


@dataclass(frozen=True, kw_only=True)
class PreparedSecondPass:
    """A valid second pass with every default filled in; width and height are those of the finished picture."""

    strength: float
    scale: float
    steps: int
    guidance_scale: float
    width: int
    height: int
