"""A request for what the UNet says of a caller's own latents, as score distillation asks it, step after step.

`engine.request.prepare.denoise` judges a DenoiseRequest by a ModelInfo, once, and makes a PreparedDenoise of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.description import Description
from engine.request.request import ModelInfo
from engine.samplers import FloatArray

#: Score distillation guides by a hundred; a picture is burnt long before.
MAX_DENOISE_GUIDANCE = 1000.0
#: What of the answer is called how: guided, or either half of it.
OUTPUT, CONDITIONAL, UNCONDITIONAL = "output", "conditional", "unconditional"


@dataclass(frozen=True, kw_only=True)
class DenoiseRequest:
    """Latents, each at a timestep of its own, and the words for them.

    Attributes:
        latents: Noised latents as the model sees them in training, of variance 1: numbers in rows, the least byte
            first.
        shape: Of the latents, [B, C, H, W].
        dtype: Of the latents, and of the answer: float32 or float16.
        timesteps: Of each row, 0 to the last training timestep; whole or not.
        descriptions: One for all rows, or one for each; an empty one is the empty text.
        negative_descriptions: None, one for all rows, or one for each; read where guidance or the unconditional half
            reads it.
        guidance_scale: unconditional + scale x (conditional - unconditional), 1 to MAX_DENOISE_GUIDANCE; 1 is the
            conditional half alone. None gives both halves, for the caller to join.
        loras: As of `GenerationRequest`, for every row.
        priority: As of `GenerationRequest`.
        deadline_seconds: As of `GenerationRequest`.
        request_id: As of `GenerationRequest`.
        caller: As of `GenerationRequest`.
    """

    latents: bytes = field(default=b"", repr=False)
    shape: tuple[int, ...] = ()
    dtype: str = "float32"
    timesteps: tuple[float, ...] = ()
    descriptions: tuple[Description, ...] = ()
    negative_descriptions: tuple[str, ...] = ()
    guidance_scale: float | None = None
    loras: Mapping[str, float] = field(default_factory=dict)
    priority: str = "normal"
    deadline_seconds: float | None = None
    request_id: str = ""
    caller: str = ""


@dataclass(frozen=True, kw_only=True)
class PreparedDenoise:
    """A request that one model can do.

    Attributes:
        asked: The request itself.
        model: What it was prepared for.
        latents: [B, C, H, W].
        width: Pixels that the latents stand for.
        height: Pixels that the latents stand for.
        loras: Adapters that do something, by name.
        plans: What the engine that runs it reads for each row; empty where another process has the tokenizer.
    """

    asked: DenoiseRequest
    model: ModelInfo
    latents: FloatArray = field(repr=False, compare=False)
    width: int
    height: int
    loras: Mapping[str, float] = field(default_factory=dict)
    plans: tuple[object, ...] = field(default=(), repr=False, compare=False)

    @property
    def request_id(self) -> str:
        """The caller's name for the request."""
        return self.asked.request_id

    @property
    def guided(self) -> bool:
        """Whether the unconditional half is computed."""
        return reads_negative(self.asked.guidance_scale)


def reads_negative(guidance_scale: float | None) -> bool:
    """Whether the negative text is read: for both halves, or for guidance by more than 1."""
    return guidance_scale is None or guidance_scale > 1.0
