"""The adapter by itself, where Triton 2.51 cannot ask: readiness, and that it stays an adapter.

Everything else about it is tested in a real Triton, in tests/server/triton.
"""

import ast
import importlib.util
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "model_repo" / "cosmicman" / "1" / "model.py"


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, with an empty stand-in for the one that exists only inside Triton."""
    monkeypatch.setitem(sys.modules, "triton_python_backend_utils", types.ModuleType("triton_python_backend_utils"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    spec = importlib.util.spec_from_file_location("cosmicman_triton_model", MODEL)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_readiness_is_the_engine_s(model: Any, bundle: Path) -> None:
    from engine.engine import Engine, EngineSettings

    adapter = model.TritonPythonModel()
    adapter._engine = engine = Engine.load(bundle, EngineSettings(num_threads=1, warm_up=False))
    assert not adapter.is_ready()
    async with engine:
        assert adapter.is_ready()
    assert not adapter.is_ready()


def test_instance_whose_engine_died_ends_its_process() -> None:
    code = f"""
import asyncio, importlib.util, sys, types
sys.modules["triton_python_backend_utils"] = types.ModuleType("triton_python_backend_utils")
spec = importlib.util.spec_from_file_location("model", {str(MODEL)!r})
model = importlib.util.module_from_spec(spec)
spec.loader.exec_module(model)
adapter = model.TritonPythonModel()
adapter._engine = types.SimpleNamespace(ready=False)
asyncio.run(adapter._look_after())
"""
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 70, result.stderr
    assert "the engine died; this instance ends" in result.stderr


def test_search_path_is_the_environment_s_first(monkeypatch: pytest.MonkeyPatch, request: Any) -> None:
    monkeypatch.setenv("PYTHONPATH", "/first:/second")
    monkeypatch.setattr(sys, "path", list(sys.path))
    request.getfixturevalue("model")
    assert sys.path[:2] == ["/first", "/second"]


def test_it_stays_an_adapter() -> None:
    text = MODEL.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 270
    modules = [node.module for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) and node.module]
    assert {module.partition(".")[0] for module in modules} - sys.stdlib_module_names == {"engine"}
