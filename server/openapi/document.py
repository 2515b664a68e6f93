"""The OpenAPI document, made from the routes alone: no engine, no settings.

python -m server.openapi --out docs/openapi.json
"""

import argparse
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi

from engine import __version__
from server import schemas
from server.routes import generate, health, model, parse

TITLE = "CosmicMan Serve"
DESCRIPTION = (
    "Dense descriptions of people in, matching pictures out. Every refusal is a problem (RFC 9457) that names the "
    "field, says what was expected and what came. Offsets count Unicode code points."
)

ROUTERS: tuple[APIRouter, ...] = (generate.router, parse.router, model.router, health.router)
MODELS: tuple[type[schemas.Body] | type[schemas.Answer], ...] = (
    schemas.GenerateBody,
    schemas.GenerateAnswer,
    schemas.ParseBody,
    schemas.ParseAnswer,
    schemas.GroupAnswer,
    schemas.ModelAnswer,
    schemas.HealthAnswer,
    schemas.QueuedMessage,
    schemas.Settled,
    schemas.StepMessage,
    schemas.FinishedMessage,
    schemas.Problem,
)


@cache
def document() -> dict[str, Any]:
    """The document, its schemas sorted by name."""
    routes = [route for router in ROUTERS for route in router.routes]
    made = get_openapi(title=TITLE, version=__version__, description=DESCRIPTION, routes=routes)
    made["components"] = {"schemas": schemas.definitions(MODELS, "#/components/schemas/{model}")}
    return made


def text() -> str:
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def write_whole(path: Path, content: str) -> None:
    """The file appears complete or not at all."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Writes the gateway's OpenAPI document.")
    parser.add_argument("--out", type=Path, help="file to write; standard output if absent")
    out: Path | None = parser.parse_args(arguments).out
    if out is None:
        sys.stdout.write(text())
    else:
        write_whole(out, text())
    return 0
