"""The examples of docs/api.md run as they stand, against this server and its model in place of the reader's."""

import asyncio
import base64
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

SECTION = (
    (Path(__file__).resolve().parents[3] / "docs" / "api.md")
    .read_text(encoding="utf-8")
    .partition("## OpenAI's images API")[2]
    .partition("\n## ")[0]
)


def example(language: str, url: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", SECTION, re.DOTALL)
    assert found is not None
    return found[1].replace("http://127.0.0.1:8000", url).replace("figurine", "rectangles")


async def run(*command: str, folder: Path) -> bytes:
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=asyncio.subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0
    return out


async def test_the_python_example_runs(live: Any, tmp_path: Path) -> None:
    await run(sys.executable, "-c", example("python", live.url), folder=tmp_path)
    for name in ("woman.png", "man.png"):
        with Image.open(tmp_path / name) as picture:
            assert (picture.format, picture.size) == ("PNG", (128, 192))


async def test_the_curl_example_runs(live: Any, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    answer = json.loads(await run("sh", "-c", example("sh", live.url), folder=tmp_path))
    (tmp_path / "picture").write_bytes(base64.b64decode(answer["data"][0]["b64_json"]))
    with Image.open(tmp_path / "picture") as picture:
        assert picture.format == "WEBP"
