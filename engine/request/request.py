"""One request for pictures, what a model can do, and the check of one against the other.

It knows nothing of text, tokens or graphs: limits on the number of windows are the engine's to check.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.description import Description, Group, Span, arrange
from engine.errors import RequestError
from engine.pictures.header import PixelLimits, image_size
from engine.request.second_pass import ResolvedSecondPass, SecondPass
from engine.request.sizes import SizeLimits, nearest_size
from engine.samplers import num_skipped_steps

IMAGE_FORMATS = ("png", "jpeg", "webp")
MAX_SEED = 2**32 - 1
#: Says in numbers what None says: draw a seed.
DRAWN_SEED = -1
MAX_WEIGHT = 4.0
GROUP_NAMES = tuple(group.value for group in Group)
PRIORITIES = ("high", "normal", "low")
MAX_DEADLINE_SECONDS = 86_400.0
MAX_SECOND_PASS_SCALE = 4.0
DEFAULT_STRENGTH = 0.8


@dataclass(frozen=True, kw_only=True)
class GenerationRequest:
    """A request for `num_images` pictures of one description; None means the model's default.

    Attributes:
        description: The words with their groups; may be empty where `groups` says what to draw.
        groups: Phrases by the name of their group. They take the place of the description's phrases of that group, or
            make up the description where there is none; an empty phrase takes the group out. See `arrange`.
        weights: Emphasis by the name of a group, multiplied into every phrase of it; 0 to MAX_WEIGHT.
        negative_description: What must not be in the picture; acts only where guidance_scale > 1.
        width: Pixels.
        height: Pixels.
        steps: Denoising steps.
        guidance_scale: Strength of classifier-free guidance; up to 1 is off and costs half.
        sampler: One of the model's samplers.
        seed: 0 to 2**32 - 1; None or DRAWN_SEED lets the engine draw one. Picture n depends on (seed, n) and not on its
            neighbours.
        num_images: Pictures of this description.
        image_format: png, jpeg or webp.
        priority: high, normal or low: the request's turn in line and its share of compute while others run.
        deadline_seconds: How long it may take in all; then it ends with DeadlineError wherever it is. None means as
            long as it takes.
        guidance_interval: Shares of the denoising from and to which guidance acts, 0 being noise and 1 the picture.
        init_image: A PNG, JPEG or WebP file to start from; without a size given, the result has the nearest to its own.
        strength: Share of the steps to take from init_image, above 0 to 1; little keeps it.
        second_pass: What to do with the finished latents.
        request_id: The caller's name for the request in logs.
    """

    description: Description
    groups: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    negative_description: str = ""
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    sampler: str | None = None
    seed: int | None = None
    num_images: int = 1
    image_format: str = "png"
    priority: str = "normal"
    deadline_seconds: float | None = None
    guidance_interval: tuple[float, float] | None = None
    init_image: bytes | None = None
    strength: float | None = None
    second_pass: SecondPass | None = None
    request_id: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """What the loaded model is and can do.

    Attributes:
        name: The model's name.
        family: sd or sdxl.
        version: First twelve digits of the bundle's sha256.
        licence: Licence of the weights.
        widths: Limits of the width.
        heights: Limits of the height.
        sizes: If not empty, the only (width, height) pairs allowed.
        default_width: Pixels.
        default_height: Pixels.
        default_steps: Denoising steps.
        max_steps: Denoising steps.
        default_guidance_scale: Used when the request names none.
        max_guidance_scale: The most a request may ask for.
        default_sampler: Used when the request names none.
        samplers: All samplers.
        max_images: Pictures a request may ask for.
        max_characters: Length of a description, and of a negative description.
        takes_init_image: Whether pictures can start from one.
    """

    name: str
    family: str
    version: str
    licence: str
    widths: SizeLimits
    heights: SizeLimits
    sizes: tuple[tuple[int, int], ...]
    default_width: int
    default_height: int
    default_steps: int
    max_steps: int
    default_guidance_scale: float
    max_guidance_scale: float
    default_sampler: str
    samplers: tuple[str, ...]
    max_images: int
    max_characters: int
    takes_init_image: bool = True


@dataclass(frozen=True, kw_only=True)
class ResolvedRequest:
    """A valid request with every default filled in, except the seed, which the engine draws.

    Attributes:
        description: What is drawn: the words as they came, arranged by `groups`, with all weights in its spans.
        asked: The request itself.
    """

    asked: GenerationRequest
    description: Description
    negative_description: str
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    seed: int | None
    num_images: int
    image_format: str
    priority: str
    deadline_seconds: float | None
    guidance_interval: tuple[float, float]
    init_image: bytes | None
    strength: float | None
    second_pass: ResolvedSecondPass | None

    @property
    def guided(self) -> bool:
        """Whether any step may read the negative text."""
        second = self.second_pass
        return self.guidance_scale > 1.0 or (second is not None and second.guidance_scale > 1.0)


def resolve(request: GenerationRequest, model: ModelInfo) -> ResolvedRequest:
    """Fills in the model's defaults and checks every value.

    Raises:
        RequestError: A value the model cannot do; the message names what is allowed and what came.
    """
    description = arranged(request, model.max_characters)
    _check_text("negative_description", request.negative_description, model.max_characters)
    width, height = _size(request, model, _init_image_size(request, model))
    _check_choice("image_format", request.image_format, IMAGE_FORMATS)
    _check_choice("priority", request.priority, PRIORITIES)
    _check_deadline(request.deadline_seconds)
    sampler = model.default_sampler if request.sampler is None else request.sampler
    _check_choice("sampler", sampler, model.samplers)
    steps = model.default_steps if request.steps is None else request.steps
    _check_range("steps", steps, 1, model.max_steps)
    _check_range("num_images", request.num_images, 1, model.max_images)
    seed = None if request.seed == DRAWN_SEED else request.seed
    if seed is not None:
        _check_range("seed", seed, 0, MAX_SEED, ", or -1 to draw one")
    guidance_scale = model.default_guidance_scale if request.guidance_scale is None else request.guidance_scale
    _check_guidance("guidance_scale", guidance_scale, model.max_guidance_scale)
    return ResolvedRequest(
        asked=request,
        description=description,
        negative_description=request.negative_description,
        width=width,
        height=height,
        steps=steps,
        guidance_scale=float(guidance_scale),
        sampler=sampler,
        seed=seed,
        num_images=request.num_images,
        image_format=request.image_format,
        priority=request.priority,
        deadline_seconds=request.deadline_seconds,
        guidance_interval=_guidance_interval(request.guidance_interval),
        init_image=request.init_image,
        strength=_strength(request, steps),
        second_pass=_second_pass(request.second_pass, model, (width, height), steps, float(guidance_scale)),
    )


def arranged(request: GenerationRequest, max_characters: int) -> Description:
    """The description that a request draws: its words, its groups and its weights together.

    Raises:
        RequestError: A group that is none, a weight or a length that is not allowed, or nothing to draw.
    """
    _check_text("description", request.description.text, max_characters)
    _check_groups("groups", request.groups)
    for name, phrase in request.groups.items():
        _check_text("groups", phrase, max_characters, what=f"groups.{name}")
    _check_groups("weights", request.weights)
    for name, weight in request.weights.items():
        _check_weight("weights", weight, f"weights.{name}")
    if Group.NEGATED in request.weights:
        raise RequestError("weights", "weights may not name negated: what must not be in the picture carries no weight")
    groups = {Group(name): phrase for name, phrase in request.groups.items()}
    weights = {Group(name): weight for name, weight in request.weights.items()}
    for span in request.description.spans:
        _check_weight("description", span.weight, *_quoted(request.description, span))
    description = arrange(request.description, groups, weights)
    if not description.text.strip():
        raise RequestError("description", "description must say what to draw; it is empty")
    _check_text("groups", description.text, max_characters, what="description and groups together")
    for span in description.spans:
        given = "weights" if span.group in weights else "groups"
        _check_weight(given, span.weight, *_quoted(description, span))
    return description


def _quoted(description: Description, span: Span) -> tuple[str, str]:
    return "a weight", f" for {description.text[span.start : span.end][:40]!r}"


def _check_groups(field: str, given: Mapping[str, object]) -> None:
    for name in given:
        if name not in GROUP_NAMES:
            raise RequestError(field, f"{field} may name {', '.join(GROUP_NAMES)}; got {name[:40]!r}")


def _check_weight(field: str, weight: float, what: str, of: str = "") -> None:
    if not (math.isfinite(weight) and 0.0 <= weight <= MAX_WEIGHT):
        raise RequestError(field, f"{what} must be from 0 to {MAX_WEIGHT:g}; got {weight:g}{of}")


def _check_text(field: str, text: str, max_characters: int, *, what: str = "") -> None:
    what = what or field
    if len(text) > max_characters:
        raise RequestError(field, f"{what} may have at most {max_characters} characters; got {len(text)}")
    if "\0" in text:
        raise RequestError(field, f"{what} must not contain NUL; found one at character {text.index(chr(0))}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise RequestError(
            field, f"{what} must be valid Unicode; character {error.start} is a lone surrogate"
        ) from error


def _size(request: GenerationRequest, model: ModelInfo, picture: tuple[int, int] | None) -> tuple[int, int]:
    width, height = request.width, request.height
    if picture is not None and (width is None or height is None):
        width, height = nearest_size(width, height, picture, model.sizes, model.widths, model.heights)
    width = model.default_width if width is None else width
    height = model.default_height if height is None else height
    _check_size(width, height, model)
    return width, height


def _check_size(width: int, height: int, model: ModelInfo) -> None:
    if model.sizes:
        if (width, height) not in model.sizes:
            allowed = ", ".join(f"{w}x{h}" for w, h in model.sizes)
            field = "height" if any(width == w for w, _ in model.sizes) else "width"
            raise RequestError(field, f"size (width x height) must be one of {allowed}; got {width}x{height}")
        return
    for field, value, limits in (("width", width, model.widths), ("height", height, model.heights)):
        if not limits.minimum <= value <= limits.maximum or value % limits.multiple:
            allowed = f"a multiple of {limits.multiple} from {limits.minimum} to {limits.maximum}"
            raise RequestError(field, f"{field} must be {allowed}; got {value}")


def _init_image_size(request: GenerationRequest, model: ModelInfo) -> tuple[int, int] | None:
    """Width and height of the picture to start from; only its header is read."""
    if request.init_image is None:
        return None
    if not model.takes_init_image:
        raise RequestError("init_image", f"init_image needs a VAE encoder, and the bundle of {model.name} has none")
    try:
        return image_size(request.init_image, picture_limits(model))
    except ValueError as error:
        raise RequestError("init_image", f"init_image: {error}") from error


def picture_limits(model: ModelInfo) -> PixelLimits:
    """How large a picture to start from may be."""
    sides = model.sizes or ((model.widths.maximum, model.heights.maximum),)
    return PixelLimits.of_largest(max(width * height for width, height in sides))


def _strength(request: GenerationRequest, steps: int) -> float | None:
    if request.init_image is None:
        if request.strength is not None:
            raise RequestError("strength", "strength says how much to change init_image, and there is none")
        return None
    strength = DEFAULT_STRENGTH if request.strength is None else request.strength
    _check_strength("strength", "strength", strength, steps)
    return float(strength)


def _check_strength(field: str, name: str, strength: float, steps: int) -> None:
    if not (math.isfinite(strength) and 0.0 < strength <= 1.0):
        raise RequestError(field, f"{name} must be above 0 and at most 1; got {strength:g}")
    if num_skipped_steps(steps, strength) == steps:
        raise RequestError(field, f"{name} must leave at least one of {steps} steps; got {strength:g}")


def _guidance_interval(interval: tuple[float, float] | None) -> tuple[float, float]:
    if interval is None:
        return 0.0, 1.0
    start, end = interval
    if not (math.isfinite(start) and math.isfinite(end) and 0.0 <= start < end <= 1.0):
        raise RequestError(
            "guidance_interval", f"guidance_interval must be 0 <= start < end <= 1; got {start:g} and {end:g}"
        )
    return float(start), float(end)


def _second_pass(
    wanted: SecondPass | None, model: ModelInfo, size: tuple[int, int], steps: int, guidance_scale: float
) -> ResolvedSecondPass | None:
    if wanted is None:
        return None
    field = "second_pass"
    steps = steps if wanted.steps is None else wanted.steps
    _check_range(f"{field}.steps", steps, 1, model.max_steps)
    _check_strength(field, f"{field}.strength", wanted.strength, steps)
    scale = wanted.scale
    if not (math.isfinite(scale) and 1.0 <= scale <= MAX_SECOND_PASS_SCALE):
        raise RequestError(field, f"{field}.scale must be from 1 to {MAX_SECOND_PASS_SCALE:g}; got {scale:g}")
    guidance_scale = guidance_scale if wanted.guidance_scale is None else wanted.guidance_scale
    _check_guidance(f"{field}.guidance_scale", guidance_scale, model.max_guidance_scale)
    multiples = model.widths.multiple, model.heights.multiple
    width, height = (round(side * scale / multiple) * multiple for side, multiple in zip(size, multiples, strict=True))
    try:
        _check_size(width, height, model)
    except RequestError as error:
        raise RequestError(field, f"{field}.scale {scale:g} makes it {width}x{height}: {error}") from error
    return ResolvedSecondPass(
        strength=float(wanted.strength),
        scale=float(scale),
        steps=steps,
        guidance_scale=float(guidance_scale),
        width=width,
        height=height,
    )


def _check_choice(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise RequestError(field, f"{field} must be one of {', '.join(choices)}; got {value[:40]!r}")


def _check_range(field: str, value: int, minimum: int, maximum: int, also: str = "") -> None:
    if not minimum <= value <= maximum:
        raise RequestError(_top(field), f"{field} must be from {minimum} to {maximum}{also}; got {value}")


def _check_guidance(field: str, value: float, maximum: float) -> None:
    if not (math.isfinite(value) and 0.0 <= value <= maximum):
        raise RequestError(_top(field), f"{field} must be from 0 to {maximum:g}; got {value:g}")


def _check_deadline(value: float | None) -> None:
    if value is not None and not 0.0 < value <= MAX_DEADLINE_SECONDS:
        message = f"deadline_seconds must be more than 0 and at most {MAX_DEADLINE_SECONDS:g}; got {value:g}"
        raise RequestError("deadline_seconds", message)


def _top(field: str) -> str:
    """The request's own field of a part of it."""
    return field.partition(".")[0]
