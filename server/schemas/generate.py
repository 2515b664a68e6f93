"""What goes into POST /generate and comes out of it: as one answer, or event by event."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from server.schemas.base import Answer, Body, File, Mistake, MistakesError, Text, TwoNumbers
from server.schemas.model import ImageFormat
from server.schemas.parse import Texts

MAX_SEED = MAX_IMAGE_INDEX = 2**32 - 1


Priority = Literal["high", "normal", "low"]
Variant = Literal["full", "few_steps"]
Decoder = Literal["full", "fast"]


class SecondPassBody(Body):
    strength: float | None = Field(None, gt=0, le=1, description="Share of the steps to take again; 0.3 if absent.")
    scale: float | None = Field(None, ge=1, description="Factor on both sides of the picture; 1 if absent.")
    steps: int | None = Field(None, ge=1, description="Steps of which strength is the share; as in the first pass.")
    guidance_scale: float | None = Field(None, ge=0, description="As in the first pass if absent.")


class ControlBody(Body):
    layout: File | dict[Text, Text] | None = Field(
        None,
        description="A PNG file in base64 of ATR-18 labels, 0 to 17, a number a pixel, 255 where anything may be; or "
        "an object with such a file for each group that is white where the group is. Of the picture's aspect.",
    )
    picture: File | None = Field(
        None,
        description="A PNG, JPEG or WebP file in base64 whose own layout is kept, as the model's parser finds it; "
        "instead of layout, where GET /model has regions.",
    )
    pose: list[TwoNumbers | None] | None = Field(
        None,
        description="18 points in OpenPose's order, each x and y as shares of width and height, null where it is not "
        "seen: nose, neck, right shoulder, elbow, wrist, left ones, right hip, knee, ankle, left ones, right and left "
        "eye, right and left ear.",
    )
    scale: float | None = Field(None, ge=0, description="How strongly it acts, 0 to 2; 1 if absent, 0 is none.")
    until: float | None = Field(
        None, ge=0, le=1, description="Share of the steps in which it acts, the first ones; 1 if absent, 0 is none."
    )


def _absent(schema: dict[str, Any]) -> None:
    """Takes the default, which stands for a text that was not sent, out of a schema that does not allow it sent."""
    schema.pop("default", None)
    schema["minLength"] = 1


class GenerateBody(Body):
    FILES: ClassVar[tuple[str, ...]] = ("init_image", "mask", "control.layout", "control.picture")

    description: Text = Field(
        "",
        description="The person to draw, as dense as you like, in English; groups may say it instead.",
        json_schema_extra=_absent,
    )
    groups: dict[Text, Text] | None = Field(
        None, description="Phrases by group, as in GET /groups; each wins over what the description says of its group."
    )
    weights: dict[Text, float] | None = Field(
        None, description="Emphasis by group, 0 to 4, multiplied into every phrase of it; 1 changes nothing."
    )
    negative_description: Text = Field("", description="What must not be in the picture.")
    width: int | None = Field(None, ge=1, description="Pixels; see GET /model for what the model can do.")
    height: int | None = Field(None, ge=1, description="Pixels; see GET /model for what the model can do.")
    steps: int | None = Field(None, ge=1, description="Denoising steps; more are slower and finer.")
    guidance_scale: float | None = Field(None, ge=0, description="How strictly to follow the words; up to 1 is off.")
    sampler: Text | None = Field(None, description="One of the samplers that GET /model lists.")
    variant: Variant = Field(
        "full", description="few_steps draws with a UNet of few steps, where GET /model has one, and in its way alone."
    )
    decoder: Decoder = Field(
        "full", description="fast makes nearly the same picture of the same latents, where GET /model has it."
    )
    loras: dict[Text, float] | None = Field(
        None, description="Scales, -2 to 2, by the name of an adapter of GET /adapters; four at most, 0 is none."
    )
    control: ControlBody | None = Field(
        None, description="A layout or a pose that the picture keeps to, where GET /model has it in controls."
    )
    seed: int | None = Field(
        None, ge=-1, le=MAX_SEED, description="Same seed and request, same picture; drawn if absent, null or -1."
    )
    image_index: int = Field(
        0, ge=0, le=MAX_IMAGE_INDEX, description="Number of the first picture: with it a later one comes alone."
    )
    num_images: int = Field(1, ge=1, description="How many pictures of this description.")
    image_format: ImageFormat = Field("png", description="Encoding; an image type in Accept wins over it.")
    image_quality: int | None = Field(
        None, ge=1, le=100, description="Of a JPEG or WebP: 1 is the smallest file, 100 the best picture; 95 if absent."
    )
    cutout: bool = Field(
        False, description="Only the person: the rest is transparent, with a soft edge; for png and webp."
    )
    attention: bool = Field(
        False,
        description="Also say where in each picture the words of each group were heeded, where GET /model has "
        "attention; only with application/json and text/event-stream. It changes no picture.",
    )
    priority: Priority = Field("normal", description="The turn in line, and the share of compute while others run.")
    deadline_seconds: float | None = Field(
        None, gt=0, description="Longest the request may take in all; then it is cancelled and answered 504."
    )
    guidance_interval: TwoNumbers | None = Field(
        None,
        description="Shares of the denoising from and to which guidance acts, 0 being noise and 1 the picture; all.",
    )
    init_image: File | None = Field(
        None,
        description="A PNG, JPEG or WebP file in base64, or a data: URL of one, to start from; where a size is not "
        "given, it is the nearest.",
    )
    strength: float | None = Field(
        None, gt=0, le=1, description="How much to change init_image; 0.8 if absent, 1 with mask or change."
    )
    mask: File | None = Field(
        None,
        description="A PNG file in base64 of init_image's size: white may change, black stays to the last bit, grey "
        "changes in that share of the steps. PNG or lossless WebP out.",
    )
    change: list[Text] | None = Field(
        None,
        min_length=1,
        description="Groups of init_image that may change, of change_groups in GET /model; instead of mask. "
        "`auto` alone means those of which the description says something else than the picture's own.",
    )
    grow: int | None = Field(
        None,
        ge=0,
        description="Pixels that what may change grows by; if absent 0 with mask, a quarter of a latent with change.",
    )
    feather: int | None = Field(
        None, ge=0, description="Pixels from its edge inwards over which old and new are mixed; 2 if absent."
    )
    second_pass: SecondPassBody | None = Field(
        None, description="Denoise the result once more, larger if wanted; an empty object takes all defaults."
    )
    preview_every: int | None = Field(
        None, ge=1, description="Steps from one preview of a picture to the next; only with Accept: text/event-stream."
    )

    @classmethod
    def read(cls, document: Mapping[str, object]) -> Self:
        """The body in a JSON object: either of description and groups must be there."""
        mistakes: list[Mistake] = []
        try:
            body = super().read(document)
        except MistakesError as error:
            mistakes = error.mistakes
        if not document.keys() & {"description", "groups"}:
            mistakes.append(Mistake(field="description", rule="missing", came=None, context={}))
        if mistakes:
            raise MistakesError(mistakes)
        return body


class Picture(Answer):
    index: int = Field(description="0 for the first picture of the request.")
    seed: int
    image_index: int = Field(description="With the seed: what to ask for to have this picture alone.")
    media_type: str
    data: str = Field(description="The encoded picture, in base64; its metadata says how to make it again.")
    width: int
    height: int
    attention: dict[str, str] | None = Field(
        None,
        exclude_if=lambda maps: maps is None,
        description="Only where it was asked for: by group a small grey PNG in base64, a pixel for each square of the "
        "picture, white where the group's words were heeded most; of all steps of the first pass on average.",
    )


class TimingsAnswer(Answer):
    queue_seconds: float
    text_seconds: float
    init_image_seconds: float
    denoise_seconds: float
    decode_seconds: float
    encode_seconds: float
    total_seconds: float


class SecondPassAnswer(Answer):
    strength: float
    scale: float
    steps: int
    guidance_scale: float
    width: int = Field(description="Of the finished picture.")
    height: int = Field(description="Of the finished picture.")


class _Values(Answer):
    id: str
    model: str
    seed: int
    image_index: int = Field(description="That of the first picture.")
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    variant: Variant = "full"
    decoder: Decoder = "full"
    loras: dict[str, float] | None = Field(None, description="Adapters that act, with their scales.")
    guidance_interval: tuple[float, float]
    strength: float | None = Field(None, description="Only with init_image.")
    mask: str | None = Field(
        None, description="What an edit changes: a grey PNG in base64, black where the picture stays to the last bit."
    )
    second_pass: SecondPassAnswer | None = None
    description: str = Field(description="What is drawn: the description as it came, with the groups in it.")


class Settled(Texts, _Values):
    """What a request runs with, every default filled in."""


class GenerateAnswer(Settled):
    images: list[Picture]
    timings: TimingsAnswer


class QueuedMessage(Answer):
    id: str
    position: int = Field(description="Requests before this one; told again when that changes.")


class StepMessage(Answer):
    completed: int
    total: int = Field(description="Evaluations of the UNet for all pictures; pndm needs one more than steps.")


class PreviewMessage(Answer):
    """Roughly what a picture will be."""

    index: int = Field(description="Of the picture, as in its image event.")
    completed: int = Field(description="Evaluations of the UNet for this picture so far.")
    total: int = Field(description="Evaluations of the UNet for this picture.")
    media_type: str
    data: str = Field(description="A small picture, in base64.")
    width: int = Field(description="Of the preview: half the picture's or less, and at most 256.")
    height: int = Field(description="Of the preview: half the picture's or less, and at most 256.")


class FinishedMessage(Answer):
    id: str
    timings: TimingsAnswer
