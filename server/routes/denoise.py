"""POST /denoise: latents in, what the UNet says of them out; GET /denoise: what the model's latents and noise are."""

import base64
import struct
from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.engine import LatentInfo, ModelInfo, PreparedDenoise
from server.gateway import gateway_of
from server.generation import denoise as denoising
from server.generation.denoise import DTYPES, JSON, Result, kind_of, prepared_denoise, read_denoise
from server.generation.room import refuse_when_full
from server.http import problems
from server.http.caller import caller_of
from server.http.negotiation import choose
from server.http.problems import ClientGoneError, ProblemError, shown
from server.http.tensors import MEDIA_TYPE, Tensor, write_tensors
from server.middleware.observe import CLIENT_GONE
from server.openapi import examples_denoise as examples
from server.openapi.describe import (
    ANYWHERE,
    BODY_REFUSALS,
    OVER_QUOTA,
    gives,
    json_of,
    refuses,
    takes,
)
from server.schemas.denoise import DenoiseAnswer, DenoiseBody, DenoiseFacts, DenoiseTimings, NoiseAnswer

router = APIRouter()

_NO_LATENTS = "The engine that draws takes no latents: it is an older one."
_REFUSALS = {
    problems.NOT_SAFETENSORS: (
        "The body must be in the safetensors format; its header must end before its last byte, 96; it says 4096 bytes.",
        None,
    ),
    problems.NOT_ACCEPTABLE: (f'Accept must allow one of {JSON}, {MEDIA_TYPE}; got "image/png".', None),
    problems.INVALID_REQUEST: ("timesteps must be from 0 to 999; got 1000 for row 0", "timesteps"),
    problems.INTERNAL_ERROR: (str(problems.internal_error()), None),
    problems.GENERATION_FAILED: ("unet.onnx failed: [ONNXRuntimeError] : 1 : FAIL", None),
    problems.NOT_FINITE: ("an output of 7.1e+04 is no float16; send the latents in float32", None),
    problems.OUT_OF_MEMORY: ("unet.onnx ran out of memory: Failed to allocate memory for requested buffer", None),
    problems.BUSY: ("64 requests are waiting, which is the limit.", None),
    problems.NOT_READY: ("The engine is not ready: it is starting, or it has stopped.", None),
    problems.DEADLINE_EXCEEDED: ("The rows were not finished within 300 seconds; the request was cancelled.", None),
}
_BINARY = {"schema": {"type": "string", "contentMediaType": MEDIA_TYPE}}
_TAKES = takes(DenoiseBody, halves=examples.HALVES_BODY, guided=examples.GUIDED_BODY)
_TAKES["requestBody"]["content"][MEDIA_TYPE] = _BINARY
_WIDTHS = {name: width for width, name in DTYPES.items()}


@router.post(
    "/denoise",
    summary="Say what the UNet makes of latents",
    description=(
        "For score distillation with a remote model. The rows share forwards with those of pictures, and wait in the "
        "same line. Takes and gives JSON with base64, or `application/vnd.safetensors`: tensors `latents` [rows, "
        "channels, height, width] and `timesteps` [rows], and the other fields as JSON in the metadata's `request`; "
        "back come the outputs and `alphas_cumprod`, and the rest in the metadata's `answer`. The same rows give the "
        "same bits, whatever else runs. Closing the connection cancels the request."
    ),
    response_class=Response,
    responses={
        200: gives(
            "The outputs, in the form of the body where Accept allows it.",
            {**json_of(DenoiseAnswer, examples.DENOISE_ANSWER), MEDIA_TYPE: _BINARY},
        ),
        **refuses(BODY_REFUSALS | OVER_QUOTA | _REFUSALS),
    },
    openapi_extra=_TAKES,
)
async def denoise(request: Request) -> Response:
    gateway = gateway_of(request)
    reading = await read_denoise(request, gateway.settings.max_body_bytes)
    media_type = _media_type(request)
    caller = caller_of(request.scope)
    if not reading.mistakes:
        refuse_when_full(gateway, caller, gateway.metrics.denoise_ended)
    prepared = prepared_denoise(gateway, reading, request_id=request.state.request_id, caller=caller)
    if not gateway.engine.ready:
        raise problems.not_ready()
    try:
        result = await denoising.run(gateway, prepared, request.receive)
    except ClientGoneError:
        return Response(status_code=CLIENT_GONE)
    data = _json(prepared, result) if media_type == JSON else _tensors(prepared, result)
    return Response(data, media_type=media_type, headers={"Cache-Control": "no-store", "Vary": "Accept, Content-Type"})


@router.get(
    "/denoise",
    summary="Say what latents and noise are here",
    response_class=Response,
    responses={
        200: gives("What POST /denoise takes, and the model's noise schedule.", json_of(NoiseAnswer, examples.NOISE)),
        **refuses(ANYWHERE | {problems.NOT_FOUND: (_NO_LATENTS, None)}),
    },
)
async def describe_noise(request: Request) -> Response:
    model = gateway_of(request).engine.model
    if model.latents is None:
        raise ProblemError(problems.NOT_FOUND, _NO_LATENTS)
    return Response(_noise(model, model.latents).model_dump_json(), media_type=JSON)


def _media_type(request: Request) -> str:
    """What to answer with: of equally welcome types the body's own.

    Raises:
        ProblemError: 406.
    """
    accept = ",".join(request.headers.getlist("accept"))
    offers = [MEDIA_TYPE, JSON] if kind_of(request) == MEDIA_TYPE else [JSON, MEDIA_TYPE]
    media_type = choose(accept, offers)
    if media_type is None:
        detail = f"Accept must allow one of {JSON}, {MEDIA_TYPE}; got {shown(accept)}."
        raise ProblemError(problems.NOT_ACCEPTABLE, detail)
    return media_type


def _facts(prepared: PreparedDenoise, result: Result) -> DenoiseFacts:
    latents, timings = prepared.model.latents, asdict(result.timings)
    assert latents is not None
    return DenoiseFacts(
        id=prepared.request_id,
        model=prepared.model.name,
        prediction_type=latents.schedule.prediction_type,
        timings=DenoiseTimings.model_validate({name: timings[name] for name in DenoiseTimings.model_fields}),
    )


def _alphas(prepared: PreparedDenoise) -> list[float]:
    latents = prepared.model.latents
    assert latents is not None
    return latents.alphas_at(prepared.asked.timesteps)


def _json(prepared: PreparedDenoise, result: Result) -> bytes:
    denoised = result.denoised
    outputs = {name: base64.b64encode(data).decode("ascii") for name, data in denoised.outputs.items()}
    told = {"shape": list(denoised.shape), "dtype": denoised.dtype, "alphas_cumprod": _alphas(prepared)}
    answer = DenoiseAnswer.model_validate({**_facts(prepared, result).model_dump(), **told, **outputs})
    return answer.model_dump_json().encode()


def _tensors(prepared: PreparedDenoise, result: Result) -> bytes:
    denoised, alphas = result.denoised, _alphas(prepared)
    tensors = {
        name: Tensor(dtype=_WIDTHS[denoised.dtype], shape=denoised.shape, data=data)
        for name, data in denoised.outputs.items()
    }
    packed = struct.pack(f"<{len(alphas)}f", *alphas)
    tensors["alphas_cumprod"] = Tensor(dtype="F32", shape=(len(alphas),), data=packed)
    return write_tensors(tensors, {"answer": _facts(prepared, result).model_dump_json()})


def _noise(model: ModelInfo, latents: LatentInfo) -> NoiseAnswer:
    factor = model.pixels_of_a_latent
    sides = {
        name: {field: max(1, round(pixels / factor)) for field, pixels in asdict(limits).items()}
        for name, limits in (("heights", model.heights), ("widths", model.widths))
    }
    return NoiseAnswer.model_validate(
        {
            "model": model.name,
            "prediction_type": latents.schedule.prediction_type,
            "num_train_timesteps": latents.schedule.num_train_timesteps,
            "alphas_cumprod": list(latents.alphas_cumprod),
            "channels": latents.channels,
            **sides,
            "sizes": [(height // factor, width // factor) for width, height in model.sizes],
            "pixels_of_a_latent": factor,
            "scaling_factor": latents.scaling_factor,
            "shift_factor": latents.shift_factor,
            "max_rows": latents.max_rows,
        }
    )
