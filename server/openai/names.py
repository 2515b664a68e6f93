"""OpenAI's and vllm-omni's names for what the engine calls otherwise, and what OpenAI has that is not done here."""

import re
from collections.abc import Mapping, Sequence

from server.schemas.openai import ELSEWHERE, OF_A_PICTURE, UNDONE, AnyImagesBody

#: Of the body's fields, those that the engine has under another name.
ENGINE_NAMES = {
    "prompt": "description",
    "n": "num_images",
    "size": "width",
    "output_format": "image_format",
    "output_compression": "image_quality",
    "background": "cutout",
    "negative_prompt": "negative_description",
    "num_inference_steps": "steps",
}
#: The same of paths that take a picture as `image`.
WITH_IMAGE = ENGINE_NAMES | {"image": "init_image"}
#: Fields that the engine has under the same name.
SAME_NAMES = (
    "guidance_scale",
    "seed",
    "groups",
    "weights",
    "sampler",
    "variant",
    "decoder",
    "loras",
    "control",
    "image_index",
    "priority",
    "deadline_seconds",
    "guidance_interval",
    "init_image",
    "strength",
    "mask",
    "change",
    "grow",
    "feather",
    "second_pass",
)
#: Why a value that OpenAI knows is refused.
REASONS = {
    "response_format": "the server keeps no picture that a URL could lead to",
}

_UNLIKE = re.compile(r"\b(num_images|image_format|image_quality|negative_description|init_image)\b")
_FIRST = re.compile(r"(description|steps|cutout)\b")
#: What a field of the engine is a value of, in the body's words.
_VALUES = {"cutout": "background transparent"}


def engine_names(schema: type[AnyImagesBody]) -> Mapping[str, str]:
    """What the engine calls those of a body's fields that have another name there."""
    return WITH_IMAGE if "image" in schema.model_fields else ENGINE_NAMES


def of_engine(field: str, schema: type[AnyImagesBody]) -> str:
    """The body's name for a field of the engine."""
    names = {engine: name for name, engine in engine_names(schema).items()} | {"height": "size"}
    return names.get(field, field)


def reworded(message: str, schema: type[AnyImagesBody]) -> str:
    """A message of the engine in the body's names; where a name is also an English word, only where it is none."""
    message = _UNLIKE.sub(lambda match: of_engine(match[0], schema), message.replace("what description", "what prompt"))
    if (first := _FIRST.match(message)) is None:
        return message
    return _VALUES.get(first[0], of_engine(first[0], schema)) + message[first.end() :]


def for_engine(mistakes: Mapping[str, Sequence[str]], schema: type[AnyImagesBody]) -> dict[str, list[str]]:
    """Mistakes in a body's fields under the engine's names, with the reason where OpenAI would take the value."""
    worded: dict[str, list[str]] = {}
    names = engine_names(schema)
    for name, messages in mistakes.items():
        if name in schema.model_fields:
            reason = f"; {REASONS[name]}" if name in REASONS else ""
            worded.setdefault(names.get(name, name), []).extend(message + reason for message in messages)
    return worded


def unknown(mistakes: Mapping[str, Sequence[str]], schema: type[AnyImagesBody]) -> dict[str, list[str]]:
    """What is said of fields that the body has not, with what to say instead where that is known."""
    return {
        name: [_instead(name) or message for message in messages]
        for name, messages in mistakes.items()
        if name not in schema.model_fields
    }


def _instead(name: str) -> str | None:
    if name in UNDONE:
        return f"{name} is not done by this server; {UNDONE[name]}"
    if name in OF_A_PICTURE:
        return f"{name} is no field of this request; {OF_A_PICTURE[name]}"
    return f"{name} is no field of this request; did you mean {ELSEWHERE[name]}?" if name in ELSEWHERE else None
