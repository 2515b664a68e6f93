"""GET /v1/models and GET /v1/models/{model}: the one model that is loaded, as OpenAI lists its own."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.gateway import Gateway, gateway_of
from server.http import problems
from server.openai.request import check_model
from server.openapi import openai_examples as examples
from server.openapi.describe import ANYWHERE, gives, json_of, refuses_openai
from server.schemas.openai_answers import OpenAIModel, OpenAIModels

OWNER = "cosmicman-serve"

router = APIRouter()

_NAME = {
    "name": "model",
    "in": "path",
    "required": True,
    "description": "The model's name, slashes and all.",
    "schema": {"type": "string"},
    "example": "figurine",
}


@router.get(
    "/v1/models",
    summary="List the model, in OpenAI's words",
    response_class=Response,
    responses={
        200: gives("The one model that is loaded.", json_of(OpenAIModels, examples.MODELS)),
        **refuses_openai(ANYWHERE),
    },
)
async def list_models(request: Request) -> Response:
    return _json(OpenAIModels(data=[_loaded(gateway_of(request))]))


# A name may hold slashes, as those of hubs do.
@router.get(
    "/v1/models/{model:path}",
    summary="Say that the model is there, in OpenAI's words",
    response_class=Response,
    responses={
        200: gives("The model.", json_of(OpenAIModel, examples.MODEL)),
        **refuses_openai(
            ANYWHERE
            | {problems.MODEL_NOT_FOUND: ('model must be "figurine", the one that is loaded; got "dall-e-3"', "model")}
        ),
    },
    openapi_extra={"parameters": [_NAME]},
)
async def retrieve_model(request: Request) -> Response:
    gateway = gateway_of(request)
    check_model(request.path_params["model"], gateway.engine.model)
    return _json(_loaded(gateway))


def _loaded(gateway: Gateway) -> OpenAIModel:
    return OpenAIModel(id=gateway.engine.model.name, created=int(gateway.began), owned_by=OWNER)


def _json(answer: OpenAIModel | OpenAIModels) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
