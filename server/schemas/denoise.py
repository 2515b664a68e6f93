"""What goes into POST /denoise and comes out of it, and what GET /denoise says of the model's noise."""

from typing import ClassVar, Literal

from pydantic import Field

from server.schemas.base import Answer, Body, File, Text
from server.schemas.generate import Priority

Dtype = Literal["float32", "float16"]
PredictionType = Literal["epsilon", "v_prediction"]


class DenoiseBody(Body):
    FILES: ClassVar[tuple[str, ...]] = ("latents",)

    latents: File = Field(
        description="Noised latents as the model sees them in training, in base64: row after row, the least byte first."
    )
    shape: list[int] = Field(description="Of the latents: rows, channels, height, width; see GET /denoise.")
    dtype: Dtype = Field("float32", description="Of the latents, and of what comes back.")
    timesteps: list[float] = Field(
        description="Training timestep of each row, from 0 to the last; it may lie between two."
    )
    descriptions: list[Text] = Field(
        description="One for all rows, or one for each; read as in POST /generate. An empty one is the empty text."
    )
    negative_descriptions: list[Text] = Field(
        [], description="None, one for all rows, or one for each: what the unconditional half reads."
    )
    guidance_scale: float | None = Field(
        None,
        description="Null: both halves come back. Else unconditional + scale x (conditional - unconditional), 1 to "
        "1000; 1 is the conditional half alone, and costs half.",
    )
    loras: dict[Text, float] | None = Field(
        None, description="Scales, -2 to 2, by the name of an adapter of GET /adapters; four at most, for every row."
    )
    priority: Priority = Field("normal", description="The turn in line, and the share of compute while others run.")
    deadline_seconds: float | None = Field(
        None, gt=0, description="Longest the request may take in all; then it is cancelled and answered 504."
    )


class DenoiseTimings(Answer):
    queue_seconds: float
    text_seconds: float
    denoise_seconds: float
    total_seconds: float


class DenoiseFacts(Answer):
    id: str
    model: str
    prediction_type: PredictionType = Field(description="What the outputs are: noise, or velocity.")
    timings: DenoiseTimings


def _half(what: str) -> str | None:
    field: str | None = Field(None, exclude_if=lambda data: data is None, description=f"{what}, in base64.")
    return field


class DenoiseAnswer(DenoiseFacts):
    """What the UNet says of the rows: `output`, or both halves of it."""

    shape: list[int] = Field(description="Of each of the outputs: that of the latents.")
    dtype: Dtype
    alphas_cumprod: list[float] = Field(description="Of each row at its timestep: see GET /denoise.")
    output: str | None = _half("With guidance_scale: what it makes of both halves")
    conditional: str | None = _half("Without: what the UNet says with the description")
    unconditional: str | None = _half("Without: what it says with the negative description")


class SidesAnswer(Answer):
    minimum: int
    maximum: int
    multiple: int


class NoiseAnswer(Answer):
    model: str
    prediction_type: PredictionType = Field(description="What POST /denoise answers: noise, or velocity.")
    num_train_timesteps: int = Field(description="Timesteps are 0 to one less.")
    alphas_cumprod: list[float] = Field(
        description="Of every timestep: latents are sqrt(it) x clean ones + sqrt(1 - it) x noise of variance 1."
    )
    channels: int = Field(description="Of latents.")
    heights: SidesAnswer = Field(description="Of latents.")
    widths: SidesAnswer = Field(description="Of latents.")
    sizes: list[tuple[int, int]] = Field(description="If not empty, the only (height, width) pairs of latents allowed.")
    pixels_of_a_latent: int = Field(description="Side of the square of pixels that one place of latents stands for.")
    scaling_factor: float = Field(
        description="Latents are (what the VAE's encoder says - shift_factor) x scaling_factor."
    )
    shift_factor: float
    max_rows: int = Field(description="Rows of latents in one request.")
