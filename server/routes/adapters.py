"""GET /adapters: what the operator registered, what each file would change, and why some are refused."""

from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.gateway import gateway_of
from server.openapi import examples
from server.openapi.describe import ANYWHERE, gives, json_of, refuses
from server.schemas.model import AdapterAnswer, AdaptersAnswer

router = APIRouter()


@router.get(
    "/adapters",
    summary="List the adapters that requests may name",
    response_class=Response,
    responses={
        200: gives("Every file of the adapters folder, usable or refused.", json_of(AdaptersAnswer, examples.ADAPTERS)),
        **refuses(ANYWHERE),
    },
)
async def list_adapters(request: Request) -> Response:
    model = gateway_of(request).engine.model
    adapters = [
        AdapterAnswer.model_validate(asdict(each) | {"refused": each.refused or None}) for each in model.adapters
    ]
    answer = AdaptersAnswer(max_columns=model.adapter_columns, adapters=adapters)
    return Response(answer.model_dump_json(), media_type="application/json")
