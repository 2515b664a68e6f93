"""What a finished request answers in OpenAI's shape: the pictures in base64, and what they took."""

import base64
import time
from collections.abc import Sequence

from engine.description import encoder_texts
from engine.engine import ImageReady, PreparedRequest, Started
from server.generation.run import Result
from server.openai.request import ImagesRequest
from server.schemas.openai_answers import (
    ImageData,
    ImagesAnswer,
    ImagesUsage,
    InputTokensDetails,
    OutputTokensDetails,
)


def images_answer(request: ImagesRequest, result: Result) -> ImagesAnswer:
    first, revised = result.images[0], revised_prompt(request.prepared)
    return ImagesAnswer.model_validate(
        {
            "created": int(time.time()),
            "background": background_of(request.prepared),
            "data": [ImageData(b64_json=base64_of(image.data), revised_prompt=revised) for image in result.images],
            "output_format": request.prepared.image_format,
            "quality": request.quality,
            "safety_identifier": request.safety_identifier,
            "size": f"{first.width}x{first.height}",
            "usage": usage_of(request.prepared, result.started, result.images),
        }
    )


def background_of(request: PreparedRequest) -> str:
    return "transparent" if request.cutout else "opaque"


def revised_prompt(request: PreparedRequest) -> str | None:
    """The words that are drawn, where they are not the prompt as it came."""
    drawn = encoder_texts(request.description).drawn.text
    return None if drawn.strip() == request.asked.description.text.strip() else drawn


def usage_of(request: PreparedRequest, started: Started, images: Sequence[ImageReady]) -> ImagesUsage:
    """What OpenAI counts in tokens: those of the words, and for pictures the positions of their latents."""
    side = request.model.pixels_of_a_latent
    given = 0 if request.init_image is None else _positions(started.width, started.height, side)
    made = sum(_positions(image.width, image.height, side) for image in images)
    read = started.text_tokens + given
    return ImagesUsage(
        input_tokens=read,
        input_tokens_details=InputTokensDetails(text_tokens=started.text_tokens, image_tokens=given),
        output_tokens=made,
        output_tokens_details=OutputTokensDetails(text_tokens=0, image_tokens=made),
        total_tokens=read + made,
    )


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _positions(width: int, height: int, side: int) -> int:
    return (width // side) * (height // side)
