"""From a body of latents to what the engine says of them: read in either form, judged once, run like a generation."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.types import Receive

from engine.engine import Denoised, DenoiseRequest, Finished, PreparedDenoise, Timings
from engine.errors import RequestError
from server.backend import running
from server.gateway import Gateway
from server.generation.prepared import read_description
from server.generation.run import attend
from server.generation.stretches import Stretches
from server.http import json_limits, problems
from server.http.base64_file import UnreadableFile
from server.http.json_body import Reading, check_encoding, decode, read, read_body
from server.http.json_limits import Cut
from server.http.problems import ProblemError, shown
from server.http.tensors import MEDIA_TYPE, Tensor, read_tensors
from server.observability.timeline import timeline
from server.schemas.denoise import DenoiseBody

JSON = "application/json"
#: In the metadata of a body of tensors: the rest of the request, as JSON.
REQUEST = "request"
LATENTS, TIMESTEPS = "latents", "timesteps"
#: Fields that a body of tensors says by its tensors.
_BY_TENSORS = (LATENTS, "shape", "dtype", TIMESTEPS)
DTYPES = {"F32": "float32", "F16": "float16"}
_NUMBERS = {"F16": "e", "F32": "f", "F64": "d", "I32": "i", "I64": "q"}
#: Timesteps that are looked at; a request has as many as rows.
_MAX_TIMESTEPS = 1000


@dataclass(frozen=True, kw_only=True)
class Result:
    denoised: Denoised
    timings: Timings


async def read_denoise(request: Request, most: int) -> Reading[DenoiseBody]:
    """The body, as JSON or as tensors; beside its latents it may have `most` bytes.

    Raises:
        ProblemError: 413, 415, 400, or 422 where it is no object.
    """
    kind = kind_of(request)
    if kind == MEDIA_TYPE:
        check_encoding(request)
        return _of_tensors(await request.body(), most)
    if kind != JSON and not kind.endswith("+json"):
        raise ProblemError(
            problems.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type must be {JSON} or {MEDIA_TYPE}; got {shown(kind) if kind else 'none'}.",
            headers={"Accept-Post": f"{JSON}, {MEDIA_TYPE}"},
        )
    return await read_body(request, DenoiseBody, most)


def kind_of(request: Request) -> str:
    """The body's media type, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def prepared_denoise(
    gateway: Gateway, reading: Reading[DenoiseBody], *, request_id: str, caller: str
) -> PreparedDenoise:
    """What the engine made ready of a body, judged once: by the schema's mistakes and the engine's together.

    Raises:
        ProblemError: 422 with every mistake.
    """
    mistakes, given = dict(reading.mistakes), dict(reading.values)
    if isinstance(file := given.get(LATENTS), UnreadableFile):
        mistakes[LATENTS] = [f"{LATENTS} {file.reason}"]
        del given[LATENTS]
    given["loras"] = given.get("loras") or {}
    given["descriptions"] = tuple(read_description(gateway, text) for text in given.get("descriptions", ()))
    for name in ("shape", TIMESTEPS, "negative_descriptions"):
        given[name] = tuple(given.get(name, ()))
    try:
        return gateway.engine.prepare_denoise(
            DenoiseRequest(**given, request_id=request_id, caller=caller), mistakes=mistakes
        )
    except RequestError as error:
        raise problems.of_mistakes(error.mistakes, unsaid=reading.unsaid) from error


async def run(gateway: Gateway, request: PreparedDenoise, receive: Receive) -> Result:
    """All rows of a request.

    Raises:
        ProblemError: 503, 504 or 500.
        ClientGoneError: The client left; what had not begun was cancelled.
    """
    ended = gateway.metrics.denoise_ended
    result = await attend(gateway, request, receive, _collect(gateway, request), what="rows", ended=ended)
    gateway.metrics.denoised(len(request.latents))
    return result


async def _collect(gateway: Gateway, request: PreparedDenoise) -> Result:
    denoised: Denoised | None = None
    timings: Timings | None = None
    line = timeline()
    stretches = None if line is None else Stretches(line)
    try:
        async with running(gateway.engine, request) as events:
            async for event in events:
                if stretches is not None:
                    stretches.hear(event)
                if isinstance(event, Denoised):
                    denoised = event
                elif isinstance(event, Finished):
                    timings = event.timings
    finally:
        if stretches is not None:
            stretches.close()
    assert denoised is not None and timings is not None, "the engine ended without Denoised and Finished"
    return Result(denoised=denoised, timings=timings)


def _of_tensors(body: bytes, most: int) -> Reading[DenoiseBody]:
    found = read_tensors(body, most)
    text = found.metadata.get(REQUEST, "{}").encode("utf-8", "surrogatepass")
    json_limits.check(text, most, ())
    document = decode(Cut(text=text))
    if not isinstance(document, dict):
        raise ProblemError(
            problems.INVALID_REQUEST, f"{REQUEST} of the metadata must be a JSON object; got {shown(document)}."
        )
    mistakes = {name: [f"{name} is said by a tensor here"] for name in _BY_TENSORS if name in document}
    unknown = [name for name in (*found.tensors, *found.metadata) if name not in (LATENTS, TIMESTEPS, REQUEST)]
    for name in unknown[: problems.MAX_ERRORS]:
        mistakes[name[:60]] = [f"{shown(name)} is none of {LATENTS} and {TIMESTEPS}, with {REQUEST} in the metadata"]
    said = {name: value for name, value in document.items() if name not in _BY_TENSORS}
    said |= _latents(found.tensors.get(LATENTS), mistakes)
    said |= _timesteps(found.tensors.get(TIMESTEPS), mistakes)
    reading = read(said, DenoiseBody)
    if not mistakes:
        return reading
    # What is missing only because it could not be read is not told twice.
    told = {name: messages for name, messages in reading.mistakes.items() if name not in mistakes}
    return Reading(body=None, values=reading.values, mistakes=mistakes | told, unsaid=reading.unsaid)


def _latents(tensor: Tensor | None, mistakes: dict[str, list[str]]) -> Mapping[str, Any]:
    if tensor is None:
        return {}
    if tensor.dtype not in DTYPES:
        mistakes[LATENTS] = [f"{LATENTS} must be of dtype {' or '.join(DTYPES)}; got {tensor.dtype}"]
        return {}
    return {LATENTS: tensor.data, "shape": list(tensor.shape), "dtype": DTYPES[tensor.dtype]}


def _timesteps(tensor: Tensor | None, mistakes: dict[str, list[str]]) -> Mapping[str, Any]:
    if tensor is None:
        return {}
    if tensor.dtype not in _NUMBERS:
        mistakes[TIMESTEPS] = [f"{TIMESTEPS} must be of dtype {', '.join(_NUMBERS)}; got {tensor.dtype}"]
        return {}
    if len(tensor.shape) != 1 or tensor.shape[0] > _MAX_TIMESTEPS:
        mistakes[TIMESTEPS] = [f"{TIMESTEPS} must be of shape [rows]; got {list(tensor.shape)}"]
        return {}
    numbers = struct.unpack(f"<{tensor.shape[0]}{_NUMBERS[tensor.dtype]}", tensor.data)
    return {TIMESTEPS: [float(number) for number in numbers]}
