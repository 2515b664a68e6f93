"""How large a picture is: as asked, as the picture it starts from, or as the model has it; and after a second pass."""

import math

from engine.pictures.header import PixelLimits, image_size
from engine.request.prepare.mistakes import Mistakes
from engine.request.request import MAX_SECOND_PASS_SCALE, GenerationRequest, ModelInfo
from engine.request.sizes import SizeLimits, nearest_size, scaled_down


def init_image_size_of(request: GenerationRequest, model: ModelInfo, wrong: Mistakes) -> tuple[int, int] | None:
    """Width and height of the picture to start from; only its header is read."""
    if request.init_image is None:
        return None
    if not model.takes_init_image:
        wrong.add("init_image", f"init_image needs a VAE encoder, and the bundle of {model.name} has none")
        return None
    try:
        return image_size(request.init_image, picture_limits(model))
    except ValueError as error:
        wrong.add("init_image", f"init_image: {error}")
        return None


def picture_limits(model: ModelInfo) -> PixelLimits:
    """How large a picture to start from may be."""
    sides = model.sizes or ((model.widths.maximum, model.heights.maximum),)
    return PixelLimits.of_largest(max(width * height for width, height in sides))


def size_of(
    request: GenerationRequest, model: ModelInfo, picture: tuple[int, int] | None, wrong: Mistakes
) -> tuple[int, int] | None:
    """Width and height in pixels; None where they are wrong, or depend on something that is."""
    width, height = request.width, request.height
    for field, side in (("width", width), ("height", height)):
        if side is not None:
            _check_side(field, side, model, wrong)
    if not wrong.right("width", "height"):
        return None
    if width is None or height is None:
        if not wrong.right("init_image"):
            return None
        if picture is not None:
            whole = width is None and height is None
            width, height = nearest_size(width, height, picture, model.sizes, model.widths, model.heights)
            if whole and width and height and model.max_pixels is not None:
                width, height = scaled_down((width, height), model.max_pixels, model.widths, model.heights)
    size = model.default_width if width is None else width, model.default_height if height is None else height
    if model.sizes and size not in model.sizes:
        field = "height" if request.height is not None else "width"
        came = f"{size[0]}x{size[1]}"
        if request.width is None or request.height is None:
            came += f", the {'width' if request.width is None else 'height'} being the model's default"
        wrong.add(field, f"size (width x height) must be one of {_pairs(model)}; got {came}")
        return None
    if _too_many_pixels(size, model):
        message = f"width x height may be at most {model.max_pixels} pixels"
        wrong.add("width", f"{message}; got {size[0]}x{size[1]}, {size[0] * size[1]} pixels")
        return None
    return size


def _check_side(field: str, side: int, model: ModelInfo, wrong: Mistakes) -> None:
    """Whether there is any size with this side."""
    if model.sizes:
        if side not in {pair[field == "height"] for pair in model.sizes}:
            wrong.add(field, f"size (width x height) must be one of {_pairs(model)}; got {field} {side}")
        return
    limits = model.widths if field == "width" else model.heights
    if not _fits(side, limits):
        wrong.add(field, f"{field} must be {_allowed(limits)}; got {side}")


def scaled(scale: float, size: tuple[int, int] | None, model: ModelInfo, wrong: Mistakes) -> tuple[int, int] | None:
    """Size of the finished picture; None where it is wrong or that of the first pass is not known."""
    if not (math.isfinite(scale) and 1.0 <= scale <= MAX_SECOND_PASS_SCALE):
        message = f"second_pass.scale must be from 1 to {MAX_SECOND_PASS_SCALE:g}; got {scale:g}"
        wrong.add("second_pass", message)
        return None
    if size is None:
        return None
    limits = model.widths, model.heights
    width, height = (
        round(side * scale / each.multiple) * each.multiple for side, each in zip(size, limits, strict=True)
    )
    made = f"second_pass.scale {scale:g} makes it {width}x{height}"
    if model.sizes and (width, height) not in model.sizes:
        wrong.add("second_pass", f"{made}: size (width x height) must be one of {_pairs(model)}")
        return None
    for field, side, each in zip(("width", "height"), (width, height), limits, strict=True):
        if not model.sizes and not _fits(side, each):
            wrong.add("second_pass", f"{made}: {field} must be {_allowed(each)}; got {side}")
            return None
    if _too_many_pixels((width, height), model):
        wrong.add("second_pass", f"{made}: it may be at most {model.max_pixels} pixels; got {width * height}")
        return None
    return width, height


def check_latent_sides(field: str, height: int, width: int, model: ModelInfo, wrong: Mistakes) -> None:
    """Whether latents are of a size that pictures may have."""
    factor = model.pixels_of_a_latent
    size, came = (width * factor, height * factor), f"got {height} x {width}"
    if model.sizes and size not in model.sizes:
        allowed = ", ".join(f"{tall // factor} x {wide // factor}" for wide, tall in model.sizes)
        wrong.add(field, f"height x width of latents must be one of {allowed}; {came}")
        return
    for name, side, limits in (("height", height, model.heights), ("width", width, model.widths)):
        if not model.sizes and not _fits(side * factor, limits):
            sides = SizeLimits(
                minimum=-(-limits.minimum // factor),
                maximum=limits.maximum // factor,
                multiple=max(1, limits.multiple // factor),
            )
            wrong.add(field, f"{name} of latents must be {_allowed(sides)}; {came}")
    if wrong.right(field) and _too_many_pixels(size, model):
        assert model.max_pixels is not None
        wrong.add(field, f"latents may have at most {model.max_pixels // factor**2} places, height x width; {came}")


def _too_many_pixels(size: tuple[int, int], model: ModelInfo) -> bool:
    return model.max_pixels is not None and size[0] * size[1] > model.max_pixels


def _pairs(model: ModelInfo) -> str:
    return ", ".join(f"{width}x{height}" for width, height in model.sizes)


def _fits(side: int, limits: SizeLimits) -> bool:
    return limits.minimum <= side <= limits.maximum and side % limits.multiple == 0


def _allowed(limits: SizeLimits) -> str:
    return f"a multiple of {limits.multiple} from {limits.minimum} to {limits.maximum}"
