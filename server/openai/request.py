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
from server.generation.second_reading import NOTES
from server.http import problems
from server.http.json_body import Reading
from server.http.problems import ProblemError, shown
from server.openai.names import SAME_NAMES, engine_names, for_engine, of_engine, reworded, unknown
from server.openai.own_picture import edit_defaults, variation_of
from server.openai.partial_images import preview_every
from server.schemas.generate import GenerateBody
from server.schemas.openai import AnyImagesBody, EditsBody, VariationsBody

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
        schema: Of its body.
    """

    prepared: PreparedRequest
    stream: bool
    partial_images: int
    quality: str | None
    safety_identifier: str | None
    schema: type[AnyImagesBody]

    @property
    def edits(self) -> bool:
        """Whether its events are those of an edit."""
        return self.schema is EditsBody


def images_request(
    gateway: Gateway, reading: Reading[Any], schema: type[AnyImagesBody], *, request_id: str, caller: str
) -> ImagesRequest:
    """Judges a body of a schema.

    Raises:
        ProblemError: 404 for another model, 422 with every mistake.
    """
    model = gateway.engine.model
    asked = {name: value for name, value in reading.values.items() if value is not None}
    if "model" in asked:
        check_model(asked["model"], gateway)
    mistakes, strange = for_engine(reading.mistakes, schema), unknown(reading.mistakes, schema)
    values: dict[str, Any] = {name: asked[name] for name in (*SAME_NAMES, NOTES) if name in asked}
    names = engine_names(schema)
    plain = names.keys() - {"size", "output_compression", "background"}
    values |= {names[name]: asked[name] for name in plain if name in asked}
    for name, message in _translate(asked, values, model).items():
        mistakes.setdefault(name, []).append(message)
    if schema is EditsBody and not mistakes.keys() & {"mask", "change"}:
        values |= edit_defaults(values, model)
    if schema is VariationsBody:
        values = variation_of(values)
        if "description" not in values and not mistakes:
            mistakes["description"] = ["prompt is required: image is no PNG of this server that says what it shows"]
    values |= {"mask_by_alpha": True} if "mask" in values else {}
    partial_images = asked.get("partial_images", 0)
    if (every := preview_every(values, partial_images, model)) is not None:
        values["preview_every"] = every
    body = Reading[GenerateBody](body=None, values=values, mistakes=mistakes)
    image_format = asked.get("output_format", DEFAULT_FORMAT)
    try:
        prepared = judged(gateway, body, image_format=image_format, request_id=request_id, caller=caller)
    except RequestError as error:
        raise _refusal(error.mistakes, strange, reading.unsaid, schema) from error
    if strange or reading.unsaid:
        raise _refusal({}, strange, reading.unsaid, schema)
    return ImagesRequest(
        prepared=prepared,
        stream=asked.get("stream", False),
        partial_images=partial_images,
        quality=_quality(asked),
        safety_identifier=asked.get("safety_identifier") or asked.get("user") or None,
        schema=schema,
    )


def reworded_problem(error: ProblemError, request: ImagesRequest) -> ProblemError:
    """A refusal that came once pixels were read, in the body's names."""
    if error.kind is not problems.INVALID_REQUEST:
        return error
    found: dict[str, list[str]] = {}
    for each in error.problem.errors or ():
        found.setdefault(each.field, []).append(each.detail)
    return _refusal(found, {}, 0, request.schema)


def check_model(name: str, gateway: Gateway) -> None:
    """Looks whether the loaded model is called that.

    Raises:
        ProblemError: 404: it is not; it says what it is called.
    """
    own, *others = gateway.model_names
    if name not in (own, *others):
        aliases = f", or by another of its names, {', '.join(map(shown, others))}" if others else ""
        detail = f"model must be {shown(own)}, the one that is loaded{aliases}; got {shown(name)}"
        raise ProblemError(problems.MODEL_NOT_FOUND, detail, field="model")


def _refusal(
    found: Mapping[str, Sequence[str]],
    strange: Mapping[str, Sequence[str]],
    unsaid: int,
    schema: type[AnyImagesBody],
) -> ProblemError:
    mistakes: dict[str, list[str]] = {}
    for field, messages in found.items():
        messages = [reworded(message, schema) for message in messages]
        mistakes.setdefault(of_engine(field, schema), []).extend(messages)
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
    if asked.get("background") == "transparent":
        values["cutout"] = True
    lossless = asked.get("output_format", DEFAULT_FORMAT) == "png" or "mask" in asked or "change" in asked
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
