"""docs/api.md says what the code does: settings, problems, metrics, fields and paths are all there, and true."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.http import problems
from server.openapi import document as openapi
from server.schemas.generate import GenerateBody
from server.settings import Settings

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("|")]


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
    said = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row[0]) if re.match(r"(GET|POST|DELETE) ", name)}
    made = {f"{method.upper()} {path}" for path, item in openapi.document()["paths"].items() for method in item}
    assert said == made | {"GET /docs", "GET /openapi.json", "GET /"}


async def test_every_metric(client: Any) -> None:
    await client.post("/generate", json={"description": "a red dress"})
    text = (await client.get("/metrics")).text
    families = re.findall(r"^# TYPE (cosmicman_\w+) ", text, re.MULTILINE)
    exposed = {name for name in families if not name.endswith("_created")}
    said = {name for row in ROWS for name in names(row[0]) if name.startswith("cosmicman_")}
    assert said == exposed


def test_example_of_a_problem_is_one() -> None:
    example = json.loads(TEXT.partition("```json")[2].partition("```")[0])
    assert example["field"] == example["errors"][0]["field"]
    assert example["detail"].startswith(example["errors"][0]["detail"])


@pytest.mark.parametrize("event", ["queued", "started", "step", "preview", "image", "finished", "error", "cancelled"])
def test_every_event(event: str) -> None:
    assert any(names(row[0]) == [event] for row in ROWS)
