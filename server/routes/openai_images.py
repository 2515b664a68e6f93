"""POST /v1/images/generations, edits and variations: OpenAI's way to ask for pictures, for its SDKs and load tools."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.gateway import gateway_of
from server.generation import run as generation
from server.generation.event_stream import MEDIA_TYPE as EVENT_STREAM
from server.generation.room import refuse_when_full
from server.generation.second_reading import second_reading
from server.http import problems
from server.http.caller import caller_of
from server.http.form_body import read_form
from server.http.json_body import Reading, read_body
from server.http.problems import ClientGoneError, ProblemError
from server.middleware.observe import CLIENT_GONE
from server.openai.answer import images_answer
from server.openai.request import ImagesRequest, images_request, reworded_problem
from server.openai.stream import ImageStream
from server.openapi import openai_examples as examples
from server.openapi.describe import (
    BODY_REFUSALS,
    FORM_REFUSALS,
    OVER_QUOTA,
    REPLAY_HEADERS,
    REPLAY_REFUSALS,
    gives,
    json_of,
    refuses_openai,
    repeatable,
    takes,
    takes_form,
)
from server.schemas.openai import AnyImagesBody, EditsBody, ImagesBody, VariationsBody
from server.schemas.openai_answers import ImagesAnswer

router = APIRouter()

_REFUSALS = {
    problems.MODEL_NOT_FOUND: ('model must be "figurine", the one that is loaded; got "dall-e-3"', "model"),
    problems.INVALID_REQUEST: ("n must be at most 10; got 11", "n"),
    problems.INTERNAL_ERROR: (str(problems.internal_error()), None),
    problems.GENERATION_FAILED: ("unet.onnx failed: [ONNXRuntimeError] : 1 : FAIL", None),
    problems.NOT_FINITE: ("the model's output is not finite at step 3 of 20", None),
    problems.OUT_OF_MEMORY: ("unet.onnx ran out of memory: Failed to allocate memory for requested buffer", None),
    problems.BUSY: ("64 requests are waiting, which is the limit.", None),
    problems.NOT_READY: ("The engine is not ready: it is starting, or it has stopped.", None),
    problems.DEADLINE_EXCEEDED: ("The pictures were not finished within 300 seconds; the request was cancelled.", None),
}
_NO_CHANGE = {
    problems.INVALID_REQUEST: ("mask must have the size of the picture, that of image, 128x192; got 64x64", "mask"),
}


@router.post(
    "/v1/images/generations",
    summary="Draw a described person, in OpenAI's words",
    description=(
        "OpenAI's images API: its SDKs work unchanged with this server's `/v1` as `base_url`. Answers with JSON, or "
        "with `stream` with server-sent events (`image_generation.partial_image`, `image_generation.completed`, "
        "`error`). Refusals have OpenAI's shape. Nothing is accepted and then ignored."
    ),
    response_class=Response,
    responses={
        200: gives(
            "The pictures.",
            {
                **json_of(ImagesAnswer, examples.IMAGES_ANSWER),
                EVENT_STREAM: {"example": examples.EVENTS},
            },
            REPLAY_HEADERS,
        ),
        **refuses_openai(BODY_REFUSALS | OVER_QUOTA | REPLAY_REFUSALS | _REFUSALS),
    },
    openapi_extra=takes(ImagesBody, minimal=examples.MINIMAL_BODY, extra=examples.EXTRA_BODY, stream=examples.STREAM)
    | repeatable(),
)
async def generate_images(request: Request) -> Response:
    gateway = gateway_of(request)
    reading = await read_body(request, ImagesBody, gateway.settings.max_body_bytes)
    return await _answered(request, await _judged(request, reading, ImagesBody))


@router.post(
    "/v1/images/edits",
    summary="Change a part of a picture, in OpenAI's words",
    description=(
        "OpenAI's form: `image`, `prompt`, and `mask`, whose transparent pixels may change. Every other pixel of the "
        "answer is the picture's own to the last bit, as PNG or lossless WebP. `change[]` names groups instead of a "
        "mask. Without both, a PNG of this server changes where prompt says otherwise than its own description, where "
        "the model finds groups in pictures; any other picture is what the drawing starts from. Lists are sent as "
        "`change[]`, members of objects as `groups[hair]`. Events are `image_edit.partial_image` and "
        "`image_edit.completed`."
    ),
    response_class=Response,
    responses={
        200: gives(
            "The pictures.",
            {
                **json_of(ImagesAnswer, examples.IMAGES_ANSWER),
                EVENT_STREAM: {"example": examples.EVENTS.replace("image_generation.", "image_edit.")},
            },
            REPLAY_HEADERS,
        ),
        **refuses_openai(FORM_REFUSALS | OVER_QUOTA | REPLAY_REFUSALS | _REFUSALS | _NO_CHANGE),
    },
    openapi_extra=takes_form(EditsBody, minimal=examples.EDIT, groups=examples.EDIT_GROUPS) | repeatable(),
)
async def edit_image(request: Request) -> Response:
    reading = await read_form(request, EditsBody, gateway_of(request).settings.max_body_bytes)
    return await _answered(request, await _judged(request, reading, EditsBody))


@router.post(
    "/v1/images/variations",
    summary="Draw a picture's description once more, in OpenAI's words",
    description=(
        "A PNG of this server is drawn anew from its own description with another seed; with `strength`, and of any "
        "other picture with `prompt`, the drawing starts from it."
    ),
    response_class=Response,
    responses={
        200: gives("The pictures.", json_of(ImagesAnswer, examples.IMAGES_ANSWER), REPLAY_HEADERS),
        **refuses_openai(FORM_REFUSALS | OVER_QUOTA | REPLAY_REFUSALS | _REFUSALS),
    },
    openapi_extra=takes_form(VariationsBody, minimal=examples.VARIATION) | repeatable(),
)
async def vary_image(request: Request) -> Response:
    reading = await read_form(request, VariationsBody, gateway_of(request).settings.max_body_bytes)
    return await _answered(request, await _judged(request, reading, VariationsBody))


async def _judged(request: Request, reading: Reading[Any], schema: type[AnyImagesBody]) -> ImagesRequest:
    gateway, caller = gateway_of(request), caller_of(request.scope)
    if not reading.mistakes:
        refuse_when_full(gateway, caller)
    reading = await second_reading(gateway, reading, "prompt")
    return images_request(gateway, reading, schema, request_id=request.state.request_id, caller=caller)


async def _answered(request: Request, wanted: ImagesRequest) -> Response:
    gateway = gateway_of(request)
    if not gateway.engine.ready:
        raise problems.not_ready()
    if wanted.stream:
        return ImageStream(gateway, wanted)
    try:
        result = await generation.run(gateway, wanted.prepared, request.receive)
    except ClientGoneError:
        return Response(status_code=CLIENT_GONE)
    except ProblemError as error:  # what is seen only when pixels are read
        raise reworded_problem(error, wanted) from error
    answer = images_answer(wanted, result)
    return Response(answer.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store"})
