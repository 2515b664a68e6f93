"""GET /v1/models and GET /v1/models/{model}: the one model that is loaded, as OpenAI lists its own.

Each of its names is listed, as peers do (vLLM's --served-model-name): clients look there for what they may ask for.
"""

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
        200: gives("The one model that is loaded, by each of its names.", json_of(OpenAIModels, examples.MODELS)),
        **refuses_openai(ANYWHERE),
    },
)
async def list_models(request: Request) -> Response:
    gateway = gateway_of(request)
    return _json(OpenAIModels(data=[_loaded(gateway, name) for name in gateway.model_names]))


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
    gateway, name = gateway_of(request), request.path_params["model"]
    check_model(name, gateway)
    return _json(_loaded(gateway, name))


def _loaded(gateway: Gateway, name: str) -> OpenAIModel:
    return OpenAIModel(id=name, created=int(gateway.began), owned_by=OWNER)


def _json(answer: OpenAIModel | OpenAIModels) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
