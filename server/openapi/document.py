"""The OpenAPI document, made from the routes alone: no engine, no settings."""

import json
from functools import cache
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from engine import __version__
from server.http import problems
from server.openapi.describe import needs_key
from server.routes import (
    adapters,
    denoise,
    generate,
    health,
    jobs,
    model,
    openai_images,
    openai_models,
    parse,
    status,
)
from server.schemas import denoise as denoising
from server.schemas import generate as generating
from server.schemas import jobs as job_shapes
from server.schemas import model as models
from server.schemas import openai, openai_answers
from server.schemas import parse as parsing
from server.schemas import status as statuses
from server.schemas.base import Answer, Body, definitions
from server.schemas.problem import Problem

TITLE = "CosmicMan Serve"
DESCRIPTION = (
    "Dense descriptions of people in, matching pictures out. Every refusal is a problem (RFC 9457) that names the "
    "field, says what was expected and what came. Offsets count Unicode code points."
)

BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key. A server on loopback without a file of keys asks for none, and reads none.",
}

ROUTERS: tuple[APIRouter, ...] = (
    generate.router,
    jobs.router,
    parse.router,
    model.router,
    adapters.router,
    denoise.router,
    openai_images.router,
    openai_models.router,
    health.router,
    status.router,
)
MODELS: tuple[type[Body] | type[Answer], ...] = (
    generating.GenerateBody,
    generating.GenerateAnswer,
    parsing.ParseBody,
    parsing.ParseAnswer,
    parsing.GroupAnswer,
    models.ModelAnswer,
    models.AdapterAnswer,
    models.AdaptersAnswer,
    denoising.DenoiseBody,
    denoising.DenoiseAnswer,
    denoising.NoiseAnswer,
    models.HealthAnswer,
    statuses.StatusAnswer,
    generating.QueuedMessage,
    generating.Settled,
    generating.StepMessage,
    generating.PreviewMessage,
    generating.FinishedMessage,
    openai.ImagesBody,
    openai.EditsBody,
    openai.VariationsBody,
    openai_answers.ImagesAnswer,
    openai_answers.PartialImageMessage,
    openai_answers.CompletedMessage,
    openai_answers.EditPartialImageMessage,
    openai_answers.EditCompletedMessage,
    openai_answers.ErrorMessage,
    openai_answers.OpenAIError,
    openai_answers.OpenAIModel,
    openai_answers.OpenAIModels,
    job_shapes.JobBody,
    job_shapes.JobAccepted,
    job_shapes.JobAnswer,
    job_shapes.JobList,
    job_shapes.JobPicture,
    job_shapes.CancelledMessage,
    job_shapes.WebhookMessage,
    Problem,
)


@cache
def document(root_path: str = "") -> dict[str, Any]:
    """The document as it is served below a root path, its schemas sorted by name."""
    routes = [route for router in ROUTERS for route in router.routes]
    made = get_openapi(title=TITLE, version=__version__, description=DESCRIPTION, routes=routes)
    made["components"] = {
        "schemas": definitions(MODELS, "#/components/schemas/{model}"),
        "securitySchemes": {"bearerAuth": BEARER},
    }
    for operation in (operation for methods in made["paths"].values() for operation in methods.values()):
        operation["security"] = [{"bearerAuth": []}, {}] if needs_key(operation) else []
    return _placed(made | {"servers": [{"url": root_path}]}, root_path) if root_path else made


def _placed(node: Any, root_path: str) -> Any:
    """The same with the types of problems in its examples as they are answered there."""
    if isinstance(node, dict):
        return {key: _placed(value, root_path) for key, value in node.items()}
    if isinstance(node, list):
        return [_placed(value, root_path) for value in node]
    return root_path + node if isinstance(node, str) and node.startswith(problems.TYPES_AT) else node


def text(root_path: str = "") -> str:
    return json.dumps(document(root_path), indent=2, ensure_ascii=False) + "\n"
