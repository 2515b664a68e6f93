"""What a running request tells its caller, in the order it happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.request.second_pass import PreparedSecondPass


@dataclass(frozen=True, kw_only=True)
class Timings:
    """Where a request's seconds went; the parts of one request may overlap in time."""

    queue_seconds: float
    text_seconds: float
    init_image_seconds: float
    denoise_seconds: float
    decode_seconds: float
    encode_seconds: float
    total_seconds: float


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stretch of a request's time: a stage of `Timings` in its place, one for each picture where it has several.

    Attributes:
        name: queue, text, init_image, decode or encode.
        began_seconds: When it began, since the request came.
        seconds: How long it took.
    """

    name: str
    began_seconds: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Queued:
    """The request stands in line; `position` requests are before it. Told again when that number is another one."""

    position: int


@dataclass(frozen=True, kw_only=True)
class Started:
    """The request was admitted; these are the values it runs with, the size being that of its first pass.

    `image_index` is that of the picture whose `ImageReady.index` is 0. `text_tokens` are those of the words that are
    read; marks and padding are not counted. `mask` says what an edit changes, a grey PNG: black is the original's own.
    """

    seed: int
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    guidance_interval: tuple[float, float] = (0.0, 1.0)
    strength: float | None = None
    second_pass: PreparedSecondPass | None = None
    image_index: int = 0
    text_tokens: int = 0
    mask: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """Evaluations of the UNet done, of those of all pictures of the request; some samplers need more than steps.

    Two are equal that say the same of the request, whatever their forwards were.

    Attributes:
        completed: How many.
        total: Of how many.
        rows: Of the forward that this one was part of, those of other requests included; 0 where it is not known.
        seconds: What that forward took; 0 where it is not known.
        ended_seconds: When it ended, since the request came.
        bucket: Latent width x latent height x text tokens.
    """

    completed: int
    total: int
    rows: int = field(default=0, compare=False)
    seconds: float = field(default=0.0, compare=False)
    ended_seconds: float = field(default=0.0, compare=False)
    bucket: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Roughly what picture `index` will be, after `completed` of its own `total` evaluations of the UNet.

    Small and encoded, without provenance. There is none after the last evaluation, nor after the picture's ImageReady;
    one that could not be made in time is left out.
    """

    index: int
    completed: int
    total: int
    data: bytes
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class ImageReady:
    """One finished picture, encoded, with its provenance inside; `index` is its place in the request, from 0.

    `attention` is there where it was asked for: by the name of a body group a grey PNG, a pixel for each square of the
    picture, of how much attention the square paid to the group's words, over all steps of the first pass on average.
    White is the most that any square paid to them.
    """

    index: int
    seed: int
    data: bytes
    media_type: str
    width: int
    height: int
    attention: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Denoised:
    """What the UNet says of a caller's latents, instead of pictures.

    Attributes:
        outputs: By `engine.request.denoise`'s names the numbers of all rows, the least byte first.
        shape: Of each, [B, C, H, W].
        dtype: Of each: float32 or float16.
    """

    outputs: Mapping[str, bytes] = field(repr=False)
    shape: tuple[int, ...]
    dtype: str


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The last event of a request that ended well."""

    timings: Timings
    stages: tuple[Stage, ...] = ()


Event: TypeAlias = Queued | Started | Step | Preview | ImageReady | Denoised | Finished
