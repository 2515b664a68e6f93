"""What OpenAI's paths answer, in the shapes of OpenAI's own types; nothing there that they do not name."""

from typing import Literal

from pydantic import Field

from server.schemas.base import Answer
from server.schemas.model import ImageFormat

Background = Literal["opaque", "transparent"]
Quality = Literal["low", "medium", "high"]


class InputTokensDetails(Answer):
    text_tokens: int = Field(description="Tokens of the words that are read, and of what must not be there.")
    image_tokens: int = Field(description="Positions of the latents of init_image; 0 without one.")


class OutputTokensDetails(Answer):
    text_tokens: int
    image_tokens: int


class StreamUsage(Answer):
    """OpenAI's event has no details of what comes out."""

    input_tokens: int
    input_tokens_details: InputTokensDetails
    output_tokens: int = Field(description="Positions of the latents of all finished pictures.")
    total_tokens: int


class ImagesUsage(StreamUsage):
    output_tokens_details: OutputTokensDetails


class ImageData(Answer):
    b64_json: str = Field(description="The encoded picture, in base64; its metadata says how to make it again.")
    revised_prompt: str | None = Field(None, description="What is drawn, where that is not the prompt as it came.")
    url: None = None


class ImagesAnswer(Answer):
    created: int = Field(description="Unix time in seconds.")
    background: Background = "opaque"
    data: list[ImageData]
    output_format: ImageFormat
    quality: Quality | None = Field(description="null where num_inference_steps says another number of steps.")
    safety_identifier: str | None = None
    size: str = Field(description="WIDTHxHEIGHT of the finished pictures.")
    usage: ImagesUsage


class _ImageMessage(Answer):
    b64_json: str
    background: Background = Field("opaque", description="Previews are opaque.")
    created_at: int = Field(description="Unix time in seconds.")
    output_format: ImageFormat
    quality: Literal["low", "medium", "high", "auto"]
    size: str = Field(description="WIDTHxHEIGHT of this picture; that of a preview may be smaller.")


class PartialImageMessage(_ImageMessage):
    type: Literal["image_generation.partial_image"] = "image_generation.partial_image"
    partial_image_index: int


class CompletedMessage(_ImageMessage):
    type: Literal["image_generation.completed"] = "image_generation.completed"
    safety_identifier: str | None = None
    usage: StreamUsage


class EditPartialImageMessage(_ImageMessage):
    type: Literal["image_edit.partial_image"] = "image_edit.partial_image"
    partial_image_index: int


class EditCompletedMessage(_ImageMessage):
    type: Literal["image_edit.completed"] = "image_edit.completed"
    safety_identifier: str | None = None
    usage: StreamUsage


class OpenAIModel(Answer):
    id: str
    object: Literal["model"] = "model"
    created: int = Field(description="Unix time in seconds at which this server started.")
    owned_by: str


class OpenAIModels(Answer):
    object: Literal["list"] = "list"
    data: list[OpenAIModel]


class OpenAIMistake(Answer):
    param: str
    message: str


class OpenAIErrorDetails(Answer):
    message: str
    type: str
    param: str | None = None
    code: str
    errors: list[OpenAIMistake] | None = Field(None, description="All mistakes, where there are several.")


class OpenAIError(Answer):
    error: OpenAIErrorDetails


class ErrorMessage(OpenAIError):
    type: Literal["error"] = "error"
