"""No process of ours lets a package report to its maker."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.no_telemetry import SWITCHES
from engine.sessions.openvino.library import installed

ROOT = Path(__file__).resolve().parents[2]


def run(code: str, home: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in SWITCHES and not name.startswith("XDG_")}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "modules",
    ["engine.sessions.failures", "engine.engine, engine.export.write, engine.train.run"],  # the last ones take seconds
    ids=["failures", "engine, export and training"],
)
def test_nothing_is_kept_in_an_empty_home(modules: str, tmp_path: Path) -> None:
    run(f"import {modules}", tmp_path)
    assert list(tmp_path.rglob("*")) == []


def test_openvino_keeps_nothing_in_an_empty_home(tmp_path: Path) -> None:
    if not installed():
        pytest.skip("the openvino extra is not installed")
    code = (
        "from engine.sessions.openvino.library import core; import sys; core(); "
        "print([name for name, module in sys.modules.items() if 'openvino_telemetry' in name and module])"
    )
    assert run(code, tmp_path).strip() == "[]"
    assert list(tmp_path.rglob("*")) == []


def test_packages_see_their_switches(tmp_path: Path) -> None:
    code = "import engine, huggingface_hub.constants as hub; print(hub.HF_HUB_DISABLE_TELEMETRY)"
    assert run(code, tmp_path).split() == ["True"]
