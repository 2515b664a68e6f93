"""What an operator allows of what a model can do: fewer steps, fewer pixels, fewer pictures."""

from dataclasses import dataclass, replace

from engine.request.request import ModelInfo
from engine.request.sizes import nearest_size, scaled_down


@dataclass(frozen=True, kw_only=True)
class RequestLimits:
    """The most of each; None means what the model can do.

    Attributes:
        max_steps: Denoising steps.
        max_pixels: Width times height, of a second pass's result too.
        max_images: Pictures of a request.
    """

    max_steps: int | None = None
    max_pixels: int | None = None
    max_images: int | None = None

    def lower(self, model: ModelInfo) -> ModelInfo:
        """The model as it may be used; defaults over a limit become what is nearest to them.

        Raises:
            ValueError: Not one size is left.
        """
        if self.max_pixels is not None:
            model = _smaller(model, self.max_pixels)
        steps = min(model.max_steps, self.max_steps or model.max_steps)
        few = model.few_steps
        return replace(
            model,
            max_steps=steps,
            default_steps=min(model.default_steps, steps),
            sampler_steps={name: most for name, most in model.sampler_steps.items() if most < steps},
            few_steps=None if few is None or few.steps > steps else few,
            max_images=min(model.max_images, self.max_images or model.max_images),
        )


def _smaller(model: ModelInfo, max_pixels: int) -> ModelInfo:
    sizes = tuple(size for size in model.sizes if size[0] * size[1] <= max_pixels)
    least = min((w * h for w, h in model.sizes), default=model.widths.nearest(0) * model.heights.nearest(0))
    if least > max_pixels:
        raise ValueError(f"max_pixels must be at least {least}, which {model.name} draws at least; got {max_pixels}")
    width, height = model.default_width, model.default_height
    if width * height > max_pixels:
        if sizes:
            nearest = nearest_size(None, None, (width, height), sizes, model.widths, model.heights)
            width, height = nearest[0] or width, nearest[1] or height
        else:
            width, height = scaled_down((width, height), max_pixels, model.widths, model.heights)
    return replace(model, sizes=sizes, max_pixels=max_pixels, default_width=width, default_height=height)
