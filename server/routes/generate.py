"""POST /generate: a description in, pictures out, in the form that the Accept header asks for."""

from dataclasses import asdict, replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from engine.engine import PreparedRequest, Timings
from server.gateway import gateway_of
from server.generation import run as generation
from server.generation.event_stream import MEDIA_TYPE as EVENT_STREAM
from server.generation.event_stream import EventStream, picture, settled
from server.generation.prepared import prepared_request
from server.generation.room import refuse_when_full
from server.generation.second_reading import second_reading
from server.http import problems
from server.http.caller import caller_of
from server.http.json_body import Reading, read_body
from server.http.negotiation import choose
from server.http.problems import ClientGoneError, ProblemError, shown
from server.middleware.observe import CLIENT_GONE
from server.openapi import examples
from server.openapi.describe import (
    BODY_REFUSALS,
    OVER_QUOTA,
    REPLAY_HEADERS,
    REPLAY_REFUSALS,
    gives,
    json_of,
    refuses,
    repeatable,
    takes,
)
from server.schemas.generate import GenerateAnswer, GenerateBody, TimingsAnswer

JSON = "application/json"
IMAGES = ("image/png", "image/webp", "image/jpeg")

router = APIRouter()

_REFUSALS = {
    problems.NOT_ACCEPTABLE: (
        "One image type can hold one picture; for num_images 2 accept application/json.",
        "num_images",
    ),
    problems.INVALID_REQUEST: ("steps must be from 1 to 100; got 5000", "steps"),
    problems.INTERNAL_ERROR: (
        str(problems.internal_error()),
        None,
    ),
    problems.GENERATION_FAILED: ("unet.onnx failed: [ONNXRuntimeError] : 1 : FAIL", None),
    problems.NOT_FINITE: ("the model's output is not finite at step 3 of 20", None),
    problems.CREDENTIALS_FAILED: (str(problems.credentials_failed()), None),
    problems.OUT_OF_MEMORY: ("unet.onnx ran out of memory: Failed to allocate memory for requested buffer", None),
    problems.BUSY: ("64 requests are waiting, which is the limit.", None),
    problems.NOT_READY: ("The engine is not ready: it is starting, or it has stopped.", None),
    problems.DEADLINE_EXCEEDED: ("The pictures were not finished within 300 seconds; the request was cancelled.", None),
}


@router.post(
    "/generate",
    summary="Draw a described person",
    description=(
        "Answers with JSON (base64 pictures, the parsed groups, the seed and the timings), with the picture itself "
        "under `Accept: image/png`, `image/webp` or `image/jpeg`, or with server-sent events (`queued`, `started`, "
        "`step`, `preview`, `image`, `finished`, `error`) under `Accept: text/event-stream`. Closing the connection "
        "cancels the request, but for a stream with an `Idempotency-Key`: it may be taken up again by `Last-Event-ID` "
        "for a while. The same request with the same seed gives the same picture."
    ),
    response_class=Response,
    responses={
        200: gives(
            "The pictures.",
            {
                **json_of(GenerateAnswer, examples.GENERATE_ANSWER),
                **{name: {"schema": {"type": "string", "contentMediaType": name}} for name in IMAGES},
                EVENT_STREAM: {"schema": {"type": "string"}, "example": examples.EVENTS},
            },
            REPLAY_HEADERS,
        ),
        **refuses(BODY_REFUSALS | OVER_QUOTA | REPLAY_REFUSALS | _REFUSALS),
    },
    openapi_extra=takes(
        GenerateBody,
        minimal=examples.MINIMAL_BODY,
        groups=examples.GROUPS_BODY,
        full=examples.FULL_BODY,
        previews=examples.PREVIEWS_BODY,
        attention=examples.ATTENTION_BODY,
        control=examples.CONTROL_BODY,
    )
    | repeatable(streams=True),
)
async def generate(request: Request) -> Response:
    gateway = gateway_of(request)
    reading = await read_body(request, GenerateBody, gateway.settings.max_body_bytes)
    media_type, image_format = _media_type(request, reading.body), reading.values.get("image_format", "png")
    if media_type in IMAGES:
        image_format = media_type.removeprefix("image/")
    caller, reading = caller_of(request.scope), _judged_by_form(request, reading)
    if not reading.mistakes:
        refuse_when_full(gateway, caller)
    reading = await second_reading(gateway, reading)
    prepared = prepared_request(
        gateway,
        reading,
        image_format=image_format,
        request_id=request.state.request_id,
        caller=caller,
    )
    if media_type is None:
        raise _not_acceptable(request, prepared)
    if not gateway.engine.ready:
        raise problems.not_ready()
    if media_type == EVENT_STREAM:
        return EventStream(gateway, prepared)
    try:
        result = await generation.run(gateway, prepared, request.receive)
    except ClientGoneError:
        return Response(status_code=CLIENT_GONE)
    headers = {"Cache-Control": "no-store", "Vary": "Accept", "Server-Timing": _server_timing(result.timings)}
    if media_type == JSON:
        answer = GenerateAnswer(
            **settled(gateway, prepared, result.started).model_dump(),
            images=[picture(prepared, image) for image in result.images],
            timings=TimingsAnswer(**asdict(result.timings)),
        )
        return Response(answer.model_dump_json(), media_type=JSON, headers=headers)
    (image,) = result.images
    name = f"{image.seed}-{prepared.image_index}" if prepared.image_index else f"{image.seed}"
    headers |= {
        "X-Seed": str(image.seed),
        "X-Image-Index": str(prepared.image_index),
        "Content-Disposition": f'inline; filename="{name}.{prepared.image_format}"',
    }
    return Response(image.data, media_type=image.media_type, headers=headers)


def _media_type(request: Request, body: GenerateBody | None) -> str | None:
    """What to answer with; of equally welcome types JSON comes first, then the body's image format."""
    if body is None:
        return JSON
    images = _images(body.image_format) if body.num_images == 1 else ()
    return choose(_accept(request), [JSON, *images, EVENT_STREAM])


def _judged_by_form(request: Request, reading: Reading[GenerateBody]) -> Reading[GenerateBody]:
    """What is wrong with a body in the form of answer that is wanted, which may have no place for what is asked."""
    images = IMAGES if reading.values.get("num_images", 1) == 1 else ()
    form = choose(_accept(request), [JSON, *images, EVENT_STREAM])
    homeless: dict[str, str] = {}
    if reading.values.get("preview_every") is not None and form not in (None, EVENT_STREAM):
        homeless["preview_every"] = f"{EVENT_STREAM}, which alone can hold previews"
    if reading.values.get("attention") and form in IMAGES:
        homeless["attention"] = f"{JSON} and {EVENT_STREAM}, which can hold maps beside a picture"
    mistakes = {name: [f"{name} is for answers of {forms}; this one is {form}"] for name, forms in homeless.items()}
    return replace(
        reading,
        values={name: value for name, value in reading.values.items() if name not in mistakes},
        mistakes={**reading.mistakes, **mistakes},
    )


def _images(image_format: str) -> list[str]:
    return sorted(IMAGES, key=lambda name: name != f"image/{image_format}")


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))


def _not_acceptable(request: Request, prepared: PreparedRequest) -> ProblemError:
    accept = _accept(request)
    if prepared.num_images > 1 and choose(accept, IMAGES) is not None:
        detail = (
            f"An image type can hold one picture; for num_images {prepared.num_images} "
            f"accept {JSON} or {EVENT_STREAM}, or ask for one picture."
        )
        return ProblemError(problems.NOT_ACCEPTABLE, detail, field="num_images")
    allowed = ", ".join((JSON, *IMAGES, EVENT_STREAM))
    return ProblemError(problems.NOT_ACCEPTABLE, f"Accept must allow one of {allowed}; got {shown(accept)}.")


def _server_timing(timings: Timings) -> str:
    stages = asdict(timings)
    return ", ".join(f"{name.removesuffix('_seconds')};dur={1000 * seconds:.1f}" for name, seconds in stages.items())
