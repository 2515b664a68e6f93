"""The local Triton's flags and files; what it does while it lives is in test_gateway.py and test_faults.py."""

from pathlib import Path
from typing import Any

import pytest

from engine.engine import EngineSettings
from engine.no_telemetry import SWITCHES
from server.cli.triton_engine import bundled_triton
from server.triton.errors import TritonError
from server.triton.installation import STUB, VARIABLE, find_installation
from server.triton.local import LaunchSettings, arguments


def flags(**settings: object) -> list[str]:
    launch = LaunchSettings(repository=Path("/models"), **settings)  # type: ignore[arg-type]
    return arguments(launch, port=1, metrics_port=2, key="secret", backends=None, shared_memory="prefix-")


def test_flags_expose_nothing_but_grpc_and_metrics_on_loopback() -> None:
    assert [flag for flag in flags() if not flag.startswith("--allow-gpu-metrics")] == [
        "--model-repository=/models",
        "--model-control-mode=none",
        "--strict-readiness=true",
        "--disable-auto-complete-config",
        "--exit-on-error=true",
        "--exit-timeout-secs=0",
        "--allow-http=false",
        "--grpc-address=127.0.0.1",
        "--grpc-port=1",
        "--grpc-keepalive-permit-without-calls=1",
        "--grpc-http2-min-recv-ping-interval-without-data=5000",
        "--grpc-restricted-protocol=shared-memory,model-repository,model-config,trace,logging:cosmicman=secret",
        "--metrics-address=127.0.0.1",
        "--metrics-port=2",
        "--allow-sagemaker=false",
        "--allow-vertex-ai=false",
        "--backend-config=python,shm-region-prefix-name=prefix-",
    ]


def test_control_is_explicit_only_where_reloads_are_asked_for() -> None:
    assert {"--model-control-mode=explicit", "--load-model=cosmicman"} <= set(flags(reload=True))
    assert "--grpc-address=0.0.0.0" in flags(host="0.0.0.0")


def test_server_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = tmp_path / "tritonserver"
    server.write_text("#!/bin/sh\n", encoding="utf-8")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_installation()
    assert found.server == server
    assert found.assemble(tmp_path / "backends") is None


def test_wheel_gets_the_stub_of_this_python(installation, tmp_path: Path) -> None:
    if installation.backends is None:
        pytest.skip("the tritonserver here is no wheel's")
    folder = installation.assemble(tmp_path / "backends")
    assert folder is not None
    assert (folder / "python" / STUB).stat().st_mode & 0o111
    assert (folder / "python" / "libtriton_python.so").is_file()


def test_folder_without_a_triton_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(TritonError, match=f"{VARIABLE} must name a folder"):
        find_installation()


def test_wheel_for_other_pythons_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "pytriton/tritonserver"
    (home / "bin").mkdir(parents=True)
    (home / "bin/tritonserver").touch()
    (home / "python_backend_stubs/3.7").mkdir(parents=True)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(TritonError, match=r"runs models in Python 3\.7; this is Python 3\."):
        find_installation()


def test_the_model_s_process_keeps_nothing_in_an_empty_home(
    installation: Any, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that somebody else started did not inherit our switches, so the adapter must set them itself."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in (*SWITCHES, "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with bundled_triton(bundle, EngineSettings(num_threads=1), LaunchSettings()) as local:
        assert local.stubs()
    assert [str(path) for path in tmp_path.rglob("*")] == []
