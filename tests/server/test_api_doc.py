"""docs/api.md says what the code does: settings, problems, fields and paths are all there, and true.

Metrics are in docs/operations.md.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.http import problems
from server.openapi import document as openapi
from server.schemas.generate import GenerateBody
from server.schemas.openai import UNDONE, ImagesBody
from server.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = (DOCS / "api.md").read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


ROWS = rows(TEXT)


def names(cell: str) -> list[str]:
    return [name.partition("{")[0] for name in re.findall(r"`([^`]+)`", cell)]


def test_every_setting_and_its_default() -> None:
    said = {names(row[0])[0]: row[1].strip("`") for row in ROWS if "COSMICMAN_" in row[0]}
    assert set(said) == {f"COSMICMAN_{name.upper()}" for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        default = f"{field.default:g}" if isinstance(field.default, float) else str(field.default)
        if isinstance(field.default, (int, float, str)):
            assert said[f"COSMICMAN_{name.upper()}"] == default


def test_every_problem_and_its_status() -> None:
    said = {(int(row[0]), names(row[1])[0]) for row in ROWS if re.fullmatch(r"[45]\d\d", row[0])}
    assert said == {(kind.status, kind.slug) for kind in problems.KINDS}


def test_every_field() -> None:
    table = TEXT.partition("| Field |")[2].partition("\n\n")[0]
    said = [name for line in table.splitlines()[2:] for name in names(line.split("|")[1])]
    assert said == list(GenerateBody.model_fields)


def test_every_path() -> None:
    said = {name for row in ROWS for name in re.findall(r"`((?:GET|POST|DELETE) [^`]+)`", row[0])}
    made = {f"{method.upper()} {path}" for path, item in openapi.document()["paths"].items() for method in item}
    assert said == made | {"GET /docs", "GET /openapi.json", "GET /"}


def test_every_field_of_openai_s() -> None:
    table = TEXT.partition("| Field below /v1 |")[2].partition("\n\n")[0]
    said = {name for line in table.splitlines()[2:] for name in names(line.split("|")[1])}
    assert said - UNDONE.keys() == set(ImagesBody.model_fields)


async def test_every_metric(client: Any) -> None:
    await client.post("/generate", json={"description": "a red dress"})
    text = (await client.get("/metrics")).text
    families = re.findall(r"^# TYPE (cosmicman_\w+) ", text, re.MULTILINE)
    exposed = {name for name in families if not name.endswith("_created")}
    table = rows((DOCS / "operations.md").read_text(encoding="utf-8"))
    said = {name for row in table for name in names(row[0]) if name.startswith("cosmicman_")}
    assert said == exposed


def test_example_of_a_problem_is_one() -> None:
    example = json.loads(TEXT.partition("```json")[2].partition("```")[0])
    assert example["field"] == example["errors"][0]["field"]
    assert example["detail"].startswith(example["errors"][0]["detail"])


@pytest.mark.parametrize("event", ["queued", "started", "step", "preview", "image", "finished", "error", "cancelled"])
def test_every_event(event: str) -> None:
    assert any(names(row[0]) == [event] for row in ROWS)
