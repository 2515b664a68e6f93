"""The shapes of everything that goes in and out as JSON.

They know names and types; what the loaded model can do (sizes, steps, samplers) is the engine's to check.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic.json_schema import models_json_schema

from engine.description import Group

MAX_SEED = MAX_IMAGE_INDEX = 2**32 - 1
#: Characters of a file in base64: 9 MB, a photograph of 12 megapixels at high quality.
MAX_FILE_CHARACTERS = 12_000_000

ImageFormat = Literal["png", "jpeg", "webp"]
Priority = Literal["high", "normal", "low"]


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One value of a body that its schema refuses: pydantic's name for the rule, what came, and the rule's numbers.

    `inside` names the member of an object that is at fault, where the field is one.
    """

    field: str
    inside: str = ""
    rule: str
    came: object
    context: Mapping[str, Any]


class MistakesError(ValueError):
    """A body that its schema refuses, with every mistake in it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


#: NUL, and code points that are no characters and cannot be written as UTF-8.
UNREADABLE = re.compile("[\0\ud800-\udfff]")


def _readable(text: str) -> str:
    if UNREADABLE.search(text):
        raise ValueError("unreadable text")
    return text


Text = Annotated[str, AfterValidator(_readable)]
_BASE64 = {"type": "string", "maxLength": MAX_FILE_CHARACTERS, "contentEncoding": "base64"}
#: Base64 in JSON; bytes by the time a schema sees it.
File = Annotated[bytes, WithJsonSchema(_BASE64)]


class Body(BaseModel):
    """A request body: no coercion ("20" is no number), no unknown fields, no NaN."""

    #: Fields that hold a `File`.
    FILES: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, frozen=True)

    @classmethod
    def read(cls, document: Mapping[str, object]) -> Self:
        """The body in a JSON object.

        Raises:
            MistakesError: With every field that is wrong.
        """
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise MistakesError([_mistake(each) for each in error.errors(include_url=False)]) from error


def _mistake(error: Mapping[str, Any]) -> Mistake:
    field, *inside = (str(part) for part in error["loc"])
    return Mistake(
        field=field,
        inside=inside[0] if inside else "",
        rule=error["type"],
        came=error["input"],
        context=error.get("ctx", {}),
    )


class SecondPassBody(Body):
    strength: float | None = Field(None, gt=0, le=1, description="Share of the steps to take again; 0.3 if absent.")
    scale: float | None = Field(None, ge=1, description="Factor on both sides of the picture; 1 if absent.")
    steps: int | None = Field(None, ge=1, description="Steps of which strength is the share; as in the first pass.")
    guidance_scale: float | None = Field(None, ge=0, description="As in the first pass if absent.")


def _absent(schema: dict[str, Any]) -> None:
    """Takes the default, which stands for a text that was not sent, out of a schema that does not allow it sent."""
    schema.pop("default", None)
    schema["minLength"] = 1


class GenerateBody(Body):
    FILES: ClassVar[tuple[str, ...]] = ("init_image",)

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
    seed: int | None = Field(
        None, ge=-1, le=MAX_SEED, description="Same seed and request, same picture; drawn if absent, null or -1."
    )
    image_index: int = Field(
        0, ge=0, le=MAX_IMAGE_INDEX, description="Number of the first picture: with it a later one comes alone."
    )
    num_images: int = Field(1, ge=1, description="How many pictures of this description.")
    image_format: ImageFormat = Field("png", description="Encoding; an image type in Accept wins over it.")
    priority: Priority = Field("normal", description="The turn in line, and the share of compute while others run.")
    deadline_seconds: float | None = Field(
        None, gt=0, description="Longest the request may take in all; then it is cancelled and answered 504."
    )
    guidance_interval: list[float] | None = Field(
        None,
        min_length=2,
        max_length=2,
        description="Shares of the denoising from and to which guidance acts, 0 being noise and 1 the picture; all.",
    )
    init_image: File | None = Field(
        None,
        description="A PNG, JPEG or WebP file in base64, or a data: URL of one, to start from; where a size is not "
        "given, it is the nearest.",
    )
    strength: float | None = Field(None, gt=0, le=1, description="How much to change init_image; 0.8 if absent.")
    second_pass: SecondPassBody | None = Field(
        None, description="Denoise the result once more, larger if wanted; an empty object takes all defaults."
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


class ParseBody(Body):
    text: Text = Field(description="Any text; offsets in the answer count its Unicode code points.")


class Answer(BaseModel):
    """Anything that goes out as JSON."""


class GroupSpan(Answer):
    group: Group
    start: int = Field(description="First code point of the phrase.")
    end: int = Field(description="One past its last code point.")
    text: str
    weight: float = Field(description="Emphasis as in (red dress:1.2); 1 where none was given.")


class NegativeAnswer(Answer):
    """Something that must not be in the picture, as a negated phrase says."""

    group: Group = Field(description="The group it would belong to.")
    text: str = Field(description='The words without those of absence: "hat" of "no hat".')


class ParseAnswer(Answer):
    text: str
    groups: list[GroupSpan]
    negatives: list[NegativeAnswer] = Field(description="What the negated phrases rule out.")


class Picture(Answer):
    index: int = Field(description="0 for the first picture of the request.")
    seed: int
    image_index: int = Field(description="With the seed: what to ask for to have this picture alone.")
    media_type: str
    data: str = Field(description="The encoded picture, in base64; its metadata says how to make it again.")
    width: int
    height: int


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


class Settled(Answer):
    """What a request runs with, every default filled in."""

    id: str
    model: str
    seed: int
    image_index: int = Field(description="That of the first picture.")
    width: int
    height: int
    steps: int
    guidance_scale: float
    sampler: str
    guidance_interval: tuple[float, float]
    strength: float | None = Field(None, description="Only with init_image.")
    second_pass: SecondPassAnswer | None = None
    description: str = Field(description="What is drawn: the description as it came, with the groups in it.")
    groups: list[GroupSpan]
    negatives: list[NegativeAnswer] = Field(description="What the negated phrases rule out.")


class GenerateAnswer(Settled):
    images: list[Picture]
    timings: TimingsAnswer


class QueuedMessage(Answer):
    id: str
    position: int = Field(description="Requests before this one.")


class StepMessage(Answer):
    completed: int
    total: int = Field(description="Evaluations of the UNet for all pictures; pndm needs one more than steps.")


class FinishedMessage(Answer):
    id: str
    timings: TimingsAnswer


class GroupAnswer(Answer):
    group: Group
    summary: str
    regions: list[int] = Field(description="ATR-18 parsing labels of the group's region.")
    slots: list[int] = Field(description="CosmicMan-HQ slots that describe the group.")


class SizeLimitsAnswer(Answer):
    minimum: int
    maximum: int
    multiple: int


class ModelAnswer(Answer):
    name: str
    family: str
    version: str
    licence: str
    widths: SizeLimitsAnswer
    heights: SizeLimitsAnswer
    sizes: list[tuple[int, int]] = Field(description="If not empty, the only (width, height) pairs allowed.")
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
    image_formats: list[ImageFormat]


class HealthAnswer(Answer):
    status: Literal["ok", "ready"]


class FieldError(Answer):
    field: str
    detail: str


class Problem(Answer):
    """RFC 9457, with the field at fault, all mistakes of the request, and the request's id."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    errors: list[FieldError] | None = None
    request_id: str | None = None


def definitions(models: Iterable[type[Body] | type[Answer]], reference: str) -> dict[str, Any]:
    """JSON Schemas of `models` and all they contain, by name; `reference` holds {model}."""
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=reference)
    return dict(sorted(made["$defs"].items()))
