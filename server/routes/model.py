"""GET /model: what is loaded, what it can do, and what it does when not told."""

from dataclasses import asdict
from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.gateway import gateway_of
from server.openapi import examples
from server.openapi.describe import ANYWHERE, gives, json_of, refuses
from server.schemas.model import ImageFormat, ModelAnswer

router = APIRouter()


@router.get(
    "/model",
    summary="Say what the model can do",
    response_class=Response,
    responses={
        200: gives("Limits and defaults of the loaded model.", json_of(ModelAnswer, examples.MODEL)),
        **refuses(ANYWHERE),
    },
)
async def describe_model(request: Request) -> Response:
    model = gateway_of(request).engine.model
    choices = {"variants": model.variants, "decoders": model.decoders, "image_formats": get_args(ImageFormat)}
    answer = ModelAnswer.model_validate(asdict(model) | {name: list(names) for name, names in choices.items()})
    return Response(answer.model_dump_json(), media_type="application/json")
