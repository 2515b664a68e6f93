"""OpenAI's and vllm-omni's names for what the engine calls otherwise, and what OpenAI has that is not done here."""

import re
from collections.abc import Mapping, Sequence

from server.schemas.openai import ELSEWHERE, UNDONE, ImagesBody

#: Of the body's fields, those that the engine has under another name.
ENGINE_NAMES = {
    "prompt": "description",
    "n": "num_images",
    "size": "width",
    "output_format": "image_format",
    "output_compression": "image_quality",
    "negative_prompt": "negative_description",
    "num_inference_steps": "steps",
}
_OUR_NAMES = {engine: name for name, engine in ENGINE_NAMES.items()} | {"height": "size"}
#: Fields that the engine has under the same name.
SAME_NAMES = (
    "guidance_scale",
    "seed",
    "groups",
    "weights",
    "sampler",
    "variant",
    "decoder",
    "image_index",
    "priority",
    "deadline_seconds",
    "guidance_interval",
    "init_image",
    "strength",
    "second_pass",
)
#: Why a value that OpenAI knows is refused.
REASONS = {
    "background": "pictures have no transparency",
    "response_format": "the server keeps no picture that a URL could lead to",
}

#: OpenAI's paths that are not done here, and what does their work.
UNDONE_PATHS = {
    "/v1/images/edits": "a picture to start from is init_image of POST /v1/images/generations",
    "/v1/images/variations": "a picture to start from is init_image of POST /v1/images/generations",
}

_UNLIKE = re.compile(r"\b(num_images|image_format|image_quality|negative_description)\b")
_FIRST = re.compile(r"(description|steps)\b")


def of_engine(field: str) -> str:
    """The body's name for a field of the engine."""
    return _OUR_NAMES.get(field, field)


def reworded(message: str) -> str:
    """A message of the engine in the body's names; where a name is also an English word, only where it is none."""
    message = _UNLIKE.sub(lambda match: of_engine(match[0]), message.replace("what description", "what prompt"))
    return of_engine(first[0]) + message[first.end() :] if (first := _FIRST.match(message)) else message


def for_engine(mistakes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Mistakes in a body's fields under the engine's names, with the reason where OpenAI would take the value."""
    worded: dict[str, list[str]] = {}
    for name, messages in mistakes.items():
        if name in ImagesBody.model_fields:
            reason = f"; {REASONS[name]}" if name in REASONS else ""
            worded.setdefault(ENGINE_NAMES.get(name, name), []).extend(message + reason for message in messages)
    return worded


def unknown(mistakes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What is said of fields that the body has not, with what to say instead where that is known."""
    return {
        name: [_instead(name) or message for message in messages]
        for name, messages in mistakes.items()
        if name not in ImagesBody.model_fields
    }


def _instead(name: str) -> str | None:
    if name in UNDONE:
        return f"{name} is not done by this server; {UNDONE[name]}"
    return f"{name} is no field of this request; did you mean {ELSEWHERE[name]}?" if name in ELSEWHERE else None
