"""What goes into POST /v1/images/*: OpenAI's names, vllm-omni's for what OpenAI has not, then our own."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field

from server.schemas.base import Body, File, Text, TwoNumbers, Upload
from server.schemas.generate import (
    MAX_IMAGE_INDEX,
    MAX_SEED,
    ControlBody,
    Decoder,
    Priority,
    SecondPassBody,
    Variant,
)
from server.schemas.model import ImageFormat

MAX_PARTIAL_IMAGES = 3
MAX_IDENTIFIER = 512

Quality = Literal["auto", "low", "medium", "high", "standard", "hd"]


#: What OpenAI has and this server has not, and what to do instead; null says nothing and is let through.
UNDONE = {
    "style": "say the style in prompt",
    "complexity": "num_inference_steps says how much to compute",
    "frame_count": "pictures do not move",
    "frame_duration_ms": "pictures do not move",
    "svg": "pictures are made of pixels",
    "input_fidelity": "strength says how much to change",
    "markup": "a mask, or change, says what to change",
}
#: What is done of a picture, by the path that takes one.
OF_A_PICTURE = {
    name: "POST /v1/images/edits takes it, with a picture" for name in ("image", "mask", "change", "grow", "feather")
} | {
    "attention": "POST /generate takes it, whose answer has a place for the maps",
}
#: Files of an object that every path takes.
OF_CONTROL = ("control.layout", "control.picture")
#: The names of POST /generate for what is called otherwise here.
ELSEWHERE = {
    "description": "prompt",
    "negative_description": "negative_prompt",
    "steps": "num_inference_steps",
    "num_images": "n",
    "width": "size",
    "height": "size",
    "image_format": "output_format",
    "image_quality": "output_compression",
}


class AnyImagesBody(Body):
    """What every path for pictures takes."""

    prompt: Text = Field(description="The person to draw, as dense as you like, in English; `description` elsewhere.")
    model: Text | None = Field(None, description="One of the loaded model's names, as GET /v1/models has them.")
    n: int | None = Field(None, ge=1, le=10, description="How many pictures; 1 if absent.")
    size: Text | None = Field(None, description="WIDTHxHEIGHT in pixels, or auto: the model's default.")
    quality: Quality | None = Field(
        None,
        description="How many steps: low is half of the model's default, medium, standard and auto the default, high "
        "and hd twice as many, as far as the model can. num_inference_steps says it in numbers.",
    )
    output_format: ImageFormat | None = Field(None, description="Encoding; png if absent.")
    output_compression: int | None = Field(
        None, ge=0, le=100, description="Quality of a jpeg or webp: 0 is the smallest file, 100 the best; 95 if absent."
    )
    background: Literal["auto", "opaque", "transparent"] | None = Field(
        None, description="transparent: only the person, as cutout of POST /generate; for png and webp."
    )
    moderation: Literal["auto", "low"] | None = Field(None, description="A hint; this server moderates nothing.")
    response_format: Literal["b64_json"] | None = Field(None, description="The server keeps no picture for a URL.")
    stream: bool | None = Field(None, description="Answer with server-sent events; for n 1.")
    partial_images: int | None = Field(
        None, ge=0, le=MAX_PARTIAL_IMAGES, description="With stream: previews to send at most, evenly spaced."
    )
    user: Text | None = Field(None, max_length=MAX_IDENTIFIER, description="Older name of safety_identifier.")
    safety_identifier: Text | None = Field(
        None, max_length=MAX_IDENTIFIER, description="Who the caller's user is; comes back in the answer, is not kept."
    )
    negative_prompt: Text | None = Field(None, description="What must not be in the picture.")
    num_inference_steps: int | None = Field(None, ge=1, description="Denoising steps; instead of quality.")
    guidance_scale: float | None = Field(None, ge=0, description="How strictly to follow the words; up to 1 is off.")
    seed: int | None = Field(None, ge=-1, le=MAX_SEED, description="As in POST /generate.")
    groups: dict[Text, Text] | None = Field(None, description="As in POST /generate.")
    weights: dict[Text, float] | None = Field(None, description="As in POST /generate.")
    sampler: Text | None = Field(None, description="As in POST /generate.")
    variant: Variant | None = Field(None, description="As in POST /generate.")
    decoder: Decoder | None = Field(None, description="As in POST /generate.")
    loras: dict[Text, float] | None = Field(None, description="As in POST /generate.")
    control: ControlBody | None = Field(None, description="As in POST /generate; in a form as JSON, or by its members.")
    image_index: int | None = Field(None, ge=0, le=MAX_IMAGE_INDEX, description="As in POST /generate.")
    priority: Priority | None = Field(None, description="As in POST /generate.")
    deadline_seconds: float | None = Field(None, gt=0, description="As in POST /generate.")
    guidance_interval: TwoNumbers | None = Field(None, description="As in POST /generate.")
    strength: float | None = Field(None, gt=0, le=1, description="As in POST /generate.")
    second_pass: SecondPassBody | None = Field(None, description="As in POST /generate.")

    @classmethod
    def read(cls, document: Mapping[str, object]) -> Self:
        """The body in a JSON object; what is null of fields that are not done here says nothing."""
        return super().read(
            {name: value for name, value in document.items() if value is not None or name not in UNDONE}
        )


class ImagesBody(AnyImagesBody):
    FILES: ClassVar[tuple[str, ...]] = ("init_image", *OF_CONTROL)

    init_image: File | None = Field(None, description="As in POST /generate.")


class EditsBody(AnyImagesBody):
    FILES: ClassVar[tuple[str, ...]] = ("image", "mask", *OF_CONTROL)

    prompt: Text = Field(
        description="The finished picture's description, all of it: what it says otherwise than the picture's own is "
        "what changes, where neither mask nor change says so."
    )
    size: Text | None = Field(None, description="WIDTHxHEIGHT in pixels, or auto: that of image, or the nearest.")
    image: Upload = Field(description="The PNG, JPEG or WebP file to change; one.")
    mask: Upload | None = Field(
        None, description="A PNG file of the same size: what is fully transparent may change, the rest stays."
    )
    change: list[Text] | None = Field(None, min_length=1, description="As in POST /generate; instead of mask.")
    grow: int | None = Field(None, ge=0, description="As in POST /generate.")
    feather: int | None = Field(None, ge=0, description="As in POST /generate.")


class VariationsBody(AnyImagesBody):
    FILES: ClassVar[tuple[str, ...]] = ("image", *OF_CONTROL)

    prompt: Text | None = Field(  # type: ignore[assignment]
        None, description="What the picture shows; a PNG of this server says so itself."
    )
    size: Text | None = Field(None, description="WIDTHxHEIGHT in pixels, or auto: that of image, or the nearest.")
    image: Upload = Field(
        description="The picture to vary; one. A PNG of this server is drawn anew from its own description with "
        "another seed; with strength, and of any other picture, it is what the drawing starts from."
    )
