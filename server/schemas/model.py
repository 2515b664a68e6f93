"""What GET /model says of the loaded model, and what the probes say."""

from typing import Literal

from pydantic import Field

from server.schemas.base import Answer

ImageFormat = Literal["png", "jpeg", "webp"]


class SizeLimitsAnswer(Answer):
    minimum: int
    maximum: int
    multiple: int


class FewStepsAnswer(Answer):
    steps: int
    sampler: str


class ModelAnswer(Answer):
    name: str
    family: str
    version: str
    licence: str
    widths: SizeLimitsAnswer
    heights: SizeLimitsAnswer
    sizes: list[tuple[int, int]] = Field(description="If not empty, the only (width, height) pairs allowed.")
    max_pixels: int | None = Field(description="The most of a picture, width times height; null: as the sides allow.")
    default_width: int
    default_height: int
    default_steps: int
    max_steps: int
    default_guidance_scale: float
    max_guidance_scale: float
    default_sampler: str
    samplers: list[str]
    sampler_steps: dict[str, int] = Field(description="The most steps of samplers that can do fewer than max_steps.")
    max_images: int
    max_characters: int
    takes_init_image: bool
    change_groups: list[str] = Field(description="Groups that change of POST /generate may name.")
    previews: bool = Field(description="Whether a request may have preview_every.")
    regions: bool = Field(description="Whether a request may have cutout.")
    attention: bool = Field(description="Whether a request may have attention.")
    adapted_attention: bool = Field(description="Whether a request may have attention together with loras or control.")
    controls: dict[str, int] = Field(
        description="What control of a request may hold, layout or pose, and what both sides must be a multiple of."
    )
    variants: list[str] = Field(description="What variant may be.")
    few_steps: FewStepsAnswer | None = Field(description="What the variant few_steps runs with; null where it is not.")
    decoders: list[str] = Field(description="What decoder may be.")
    image_formats: list[ImageFormat]


class AdapterAnswer(Answer):
    name: str = Field(description="What loras of a request call it.")
    sha256: str = Field(description="Digest of the file; empty where it was refused.")
    size_bytes: int
    format: str = Field(description="Whose names its tensors have: diffusers, peft or kohya.")
    rank: int = Field(description="Columns that it takes of a forward.")
    layers: int = Field(description="Layers of the UNet that it changes.")
    scaling: str = Field(description="What its product is multiplied with besides a request's scale.")
    licence: str = Field(description="What the file says.")
    trigger_words: str = Field(description="What the file says it listens to.")
    recommended_scale: float | None = Field(description="The scale that the file recommends; null where it says none.")
    refused: str | None = Field(description="Why no request may name it; null where one may.")


class AdaptersAnswer(Answer):
    max_columns: int = Field(description="What ranks of one request's adapters may sum to; 0: no graph takes any.")
    adapters: list[AdapterAnswer]


class HealthAnswer(Answer):
    status: Literal["ok", "ready"]
