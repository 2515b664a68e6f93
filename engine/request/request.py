"""What is asked of a model, what a model can do, and what becomes of the one in the light of the other.

`engine.request.prepare` judges a GenerationRequest by a ModelInfo, once, and makes a PreparedRequest of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.adapters.info import AdapterInfo
from engine.bundle.manifest import FewSteps
from engine.description import MAX_WEIGHT as MAX_WEIGHT
from engine.description import Description, Group
from engine.request.control import Control, PreparedControl
from engine.request.edit import PreparedEdit
from engine.request.latents import LatentInfo
from engine.request.second_pass import PreparedSecondPass, SecondPass
from engine.request.sizes import SizeLimits

IMAGE_FORMATS = ("png", "jpeg", "webp")
LOSSLESS_FORMATS = ("png",)
TRANSPARENT_FORMATS = ("png", "webp")
MAX_SEED = 2**32 - 1
MAX_IMAGE_INDEX = 2**32 - 1
#: Says in numbers what None says: draw a seed.
DRAWN_SEED = -1
GROUP_NAMES = tuple(group.value for group in Group)
PRIORITIES = ("high", "normal", "low")
FULL, FAST, FEW_STEPS = "full", "fast", "few_steps"
DECODERS = (FULL, FAST)
VARIANTS = (FULL, FEW_STEPS)
MAX_DEADLINE_SECONDS = 86_400.0
MAX_LORAS = 4
MAX_LORA_SCALE = 2.0
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
        variant: full, or few_steps: a UNet distilled to draw in few steps without guidance, in its own way alone.
        decoder: full, or fast: a small decoder that makes nearly the same picture of the same latents.
        loras: Scales, -MAX_LORA_SCALE to MAX_LORA_SCALE, by the name of a registered adapter, MAX_LORAS at most; 0 is
            as if it were not named.
        control: A layout or a pose that the picture keeps to.
        seed: 0 to 2**32 - 1; None or DRAWN_SEED lets the engine draw one. Picture n depends on (seed, n) and not on its
            neighbours.
        image_index: n of the first picture, 0 to 2**32 - 1: with it a later picture is asked for without those before.
        num_images: Pictures of this description.
        image_format: png, jpeg or webp.
        image_quality: Of a JPEG or WebP, 1 (the smallest file) to 100 (the best picture); None means 95.
        priority: high, normal or low: the request's turn in line and its share of compute while others run.
        deadline_seconds: How long it may take in all; then it ends with DeadlineError wherever it is. None means as
            long as it takes.
        guidance_interval: Shares of the denoising from and to which guidance acts, 0 being noise and 1 the picture.
        init_image: A PNG, JPEG or WebP file to start from; without a size given, the result has the nearest to its own.
        strength: Share of the steps to take from init_image, above 0 to 1; little keeps it.
        mask: A PNG file of init_image's size: white may change, black stays to the last bit, grey changes in that share
            of the steps.
        mask_by_alpha: Whether the mask says so by transparency instead, as OpenAI's do: alpha 0 may change.
        change: Names of the groups of init_image that may change, in place of a mask; or AUTO alone: those of which the
            description says something else than the picture's own.
        grow: Pixels that what may change grows by; None means 0 with a mask, a quarter of a latent's side with groups.
        feather: Pixels from the edge of what may change inwards over which old and new are mixed; None means 2.
        second_pass: What to do with the finished latents.
        preview_every: Steps from one preview of a picture to the next, 1 to the model's max_steps; None means none.
        cutout: Make everything but the person transparent, with a soft edge; for png and webp.
        attention: Give with each picture how much attention each of its parts paid to the words of each body group; it
            is no part of a picture.
        request_id: The caller's name for the request in logs.
        caller: Who asks, so that callers take turns; "" where they are not told apart. It is no part of a picture.
        notes: What the answer is to say beside the parser's warnings; it is no part of a picture.
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
    variant: str = FULL
    decoder: str = FULL
    loras: Mapping[str, float] = field(default_factory=dict)
    control: Control | None = None
    seed: int | None = None
    image_index: int = 0
    num_images: int = 1
    image_format: str = "png"
    image_quality: int | None = None
    priority: str = "normal"
    deadline_seconds: float | None = None
    guidance_interval: tuple[float, float] | None = None
    init_image: bytes | None = None
    strength: float | None = None
    mask: bytes | None = None
    mask_by_alpha: bool = False
    change: tuple[str, ...] = ()
    grow: int | None = None
    feather: int | None = None
    second_pass: SecondPass | None = None
    preview_every: int | None = None
    cutout: bool = False
    attention: bool = False
    request_id: str = ""
    caller: str = ""
    notes: tuple[str, ...] = ()


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
        max_pixels: The most of a picture, width times height; None means as the sides allow.
        sampler_steps: The most steps of each sampler that can do fewer than `max_steps`.
        max_images: Pictures a request may ask for.
        max_characters: Length of a description, and of a negative description; ordinary English of that length fits
            the windows of text that the engine reads.
        takes_init_image: Whether pictures can start from one.
        previews: Whether it can show pictures while they are made.
        regions: Whether it can say which item each pixel of a picture shows, and so cut the person out.
        attention: Whether it can say how much attention a picture paid to the words of each body group.
        adapted_attention: Whether it can say so of a picture with adapters or control.
        few_steps: What the variant few_steps runs with; None where there is none.
        fast_decoder: Whether the decoder fast is there.
        pixels_of_a_latent: Sides of the square of pixels that one position of the latents stands for.
        change_groups: Groups that an edit may name; none where it cannot find any in a picture.
        adapters: What was found in the adapters folder, those included that no request may name.
        adapter_columns: Ranks that the adapters of a request may have together; 0 where there is no graph for them.
        latents: What latents a caller may bring; None where the engine is one that takes none.
        controls: What a picture can be held to, layout or pose, with what both its sides must be a multiple of then.
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
    max_pixels: int | None = None
    sampler_steps: Mapping[str, int] = field(default_factory=dict)
    previews: bool = False
    regions: bool = False
    attention: bool = False
    adapted_attention: bool = False
    few_steps: FewSteps | None = None
    fast_decoder: bool = False
    pixels_of_a_latent: int = 8
    change_groups: tuple[str, ...] = ()
    adapters: tuple[AdapterInfo, ...] = ()
    adapter_columns: int = 0
    latents: LatentInfo | None = None
    controls: Mapping[str, int] = field(default_factory=dict)

    @property
    def variants(self) -> tuple[str, ...]:
        """The UNets that a request can choose from."""
        return VARIANTS if self.few_steps else (FULL,)

    @property
    def decoders(self) -> tuple[str, ...]:
        """The decoders that a request can choose from."""
        return DECODERS if self.fast_decoder else (FULL,)


@dataclass(frozen=True, kw_only=True)
class PreparedRequest:
    """A request that one model can do, with every default filled in, except the seed, which the engine draws.

    Attributes:
        asked: The request itself.
        model: What it was prepared for.
        description: What is drawn: the words as they came, arranged by `groups`, with all weights in its spans.
        image_quality: None where the format loses nothing.
        edit: What of init_image may change; None where all of it may.
        loras: Adapters that do something, by name.
        control: What the picture is held to; None where that is nothing.
        plan: What the engine that runs it reads of the words; None where another process has the tokenizer.
    """

    asked: GenerationRequest
    model: ModelInfo
    description: Description
    negative_description: str
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    seed: int | None
    image_index: int
    num_images: int
    image_format: str
    image_quality: int | None
    priority: str
    deadline_seconds: float | None
    guidance_interval: tuple[float, float]
    init_image: bytes | None
    strength: float | None
    second_pass: PreparedSecondPass | None
    edit: PreparedEdit | None = None
    preview_every: int | None = None
    cutout: bool = False
    attention: bool = False
    variant: str = FULL
    decoder: str = FULL
    loras: Mapping[str, float] = field(default_factory=dict)
    control: PreparedControl | None = None
    plan: object = field(default=None, repr=False, compare=False)

    @property
    def request_id(self) -> str:
        """The caller's name for the request."""
        return self.asked.request_id

    @property
    def reads_pictures(self) -> bool:
        """Whether files of it are decoded before it may run."""
        return self.init_image is not None or self.control is not None

    @property
    def guided(self) -> bool:
        """Whether any step may read the negative text."""
        return guided(self.guidance_scale, self.second_pass)


def guided(guidance_scale: float, second: PreparedSecondPass | None) -> bool:
    """Whether the negative text is read in either pass."""
    return guidance_scale > 1.0 or (second is not None and second.guidance_scale > 1.0)
