"""From a body in OpenAI's names to a request that the engine has prepared; all that is wrong comes at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.engine import ModelInfo, PreparedRequest
from engine.errors import RequestError
from engine.request.request import FEW_STEPS
from server.gateway import Gateway
from server.generation.prepared import judged
from server.http import problems
from server.http.json_body import Reading
from server.http.problems import ProblemError, shown
from server.openai.names import ENGINE_NAMES, SAME_NAMES, for_engine, of_engine, reworded, unknown
from server.openai.partial_images import preview_every
from server.schemas.generate import GenerateBody
from server.schemas.openai import ImagesBody

DEFAULT_FORMAT = "png"
_SIZE = re.compile(r"([1-9][0-9]{0,5})x([1-9][0-9]{0,5})")
#: What `quality` makes of the model's own number of steps.
_SHARES = {"low": 0.5, "high": 2.0, "hd": 2.0}
_BEST = 100


@dataclass(frozen=True, kw_only=True)
class ImagesRequest:
    """A request, and what the answer is to say that the engine does not know.

    Attributes:
        prepared: What the engine runs.
        stream: Whether to answer with events.
        partial_images: Previews to send at most.
        quality: low, medium or high; None where the number of steps was said instead.
        safety_identifier: As OpenAI takes it from the body: `user` stands in for it.
    """

    prepared: PreparedRequest
    stream: bool
    partial_images: int
    quality: str | None
    safety_identifier: str | None


def images_request(gateway: Gateway, reading: Reading[ImagesBody], *, request_id: str, caller: str) -> ImagesRequest:
    """Judges a body.

    Raises:
        ProblemError: 404 for another model, 422 with every mistake.
    """
    model = gateway.engine.model
    asked = {name: value for name, value in reading.values.items() if value is not None}
    if "model" in asked:
        check_model(asked["model"], model)
    mistakes, strange = for_engine(reading.mistakes), unknown(reading.mistakes)
    values: dict[str, Any] = {name: asked[name] for name in SAME_NAMES if name in asked}
    plain = ENGINE_NAMES.keys() - {"size", "output_compression"}
    values |= {ENGINE_NAMES[name]: asked[name] for name in plain if name in asked}
    for name, message in _translate(asked, values, model).items():
        mistakes.setdefault(name, []).append(message)
    partial_images = asked.get("partial_images", 0)
    if (every := preview_every(values, partial_images, model)) is not None:
        values["preview_every"] = every
    body = Reading[GenerateBody](body=None, values=values, mistakes=mistakes)
    image_format = asked.get("output_format", DEFAULT_FORMAT)
    try:
        prepared = judged(gateway, body, image_format=image_format, request_id=request_id, caller=caller)
    except RequestError as error:
        raise _refusal(error.mistakes, strange, reading.unsaid) from error
    if strange or reading.unsaid:
        raise _refusal({}, strange, reading.unsaid)
    return ImagesRequest(
        prepared=prepared,
        stream=asked.get("stream", False),
        partial_images=partial_images,
        quality=_quality(asked),
        safety_identifier=asked.get("safety_identifier") or asked.get("user") or None,
    )


def check_model(name: str, model: ModelInfo) -> None:
    if name != model.name:
        detail = f"model must be {shown(model.name)}, the one that is loaded; got {shown(name)}"
        raise ProblemError(problems.MODEL_NOT_FOUND, detail, field="model")


def _refusal(found: Mapping[str, Sequence[str]], strange: Mapping[str, Sequence[str]], unsaid: int) -> ProblemError:
    mistakes: dict[str, list[str]] = {}
    for field, messages in found.items():
        mistakes.setdefault(of_engine(field), []).extend(map(reworded, messages))
    if "size" in mistakes:
        del mistakes["size"][1:]  # what is wrong with the width is wrong with the size
    return problems.of_mistakes(mistakes | dict(strange), unsaid=unsaid)


def _translate(asked: Mapping[str, Any], values: dict[str, Any], model: ModelInfo) -> dict[str, str]:
    """Adds to the engine's `values` what is said otherwise in OpenAI's; gives what is wrong, by the engine's fields."""
    wrong: dict[str, str] = {}
    if (size := asked.get("size", "auto")) != "auto":
        if match := _SIZE.fullmatch(size):
            values["width"], values["height"] = int(match[1]), int(match[2])
        else:
            example = f"{model.default_width}x{model.default_height}"
            wrong["width"] = f"size must be auto or WIDTHxHEIGHT such as {example}; got {shown(size)}"
    quality = asked.get("quality", "auto")
    if quality != "auto" and "steps" in values:
        both = f"got {values['steps']} and {shown(quality)}"
        wrong["steps"] = f"num_inference_steps and quality both say how many steps; give one of them, {both}"
    elif quality in _SHARES and asked.get("variant") == FEW_STEPS:
        wrong["steps"] = f"quality must be auto with variant few_steps, whose number of steps is fixed; got {quality}"
    elif quality in _SHARES:
        values["steps"] = _steps(quality, asked.get("sampler"), model)
    lossless = asked.get("output_format", DEFAULT_FORMAT) == "png"
    if (compression := asked.get("output_compression")) is not None and not (lossless and compression == _BEST):
        values["image_quality"] = max(1, compression)
    if asked.get("partial_images") and not asked.get("stream"):
        wrong["partial_images"] = f"partial_images needs stream true; got {asked['partial_images']} without it"
    if asked.get("stream") and asked.get("n", 1) > 1:
        wrong["num_images"] = f"n must be 1 with stream, since no event says which picture it is of; got {asked['n']}"
    return wrong


def _steps(quality: str, sampler: str | None, model: ModelInfo) -> int:
    most = min(model.max_steps, model.sampler_steps.get(sampler or model.default_sampler, model.max_steps))
    return max(1, min(most, int(model.default_steps * _SHARES[quality])))


def _quality(asked: Mapping[str, Any]) -> str | None:
    if "num_inference_steps" in asked or asked.get("variant") == FEW_STEPS:
        return None
    return {"low": "low", "high": "high", "hd": "high"}.get(asked.get("quality", "auto"), "medium")
