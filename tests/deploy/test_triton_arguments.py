"""The arguments that Triton gets in a cluster and on one machine, tried on a real Triton: what they open and close."""

import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from tritonclient.grpc import service_pb2, service_pb2_grpc

from engine.export.triton import PROFILES, ModelConfig, write_repository
from server.triton.address import Addresses
from server.triton.backend import TritonEngine
from server.triton.errors import TritonError
from server.triton.installation import find_installation
from server.triton.ports import LOOPBACK, held_port
from tests.deploy.manifests import ROOT
from tests.deploy.test_monitoring import of_the_engine_in_triton

PATIENCE_SECONDS = 300
#: What a place sets for itself: where the models are, and the key of what is closed.
OWN = re.compile(r"(?<=--model-repository=).*|(?<=:)cosmicman=.*")


def of_cluster() -> list[str]:
    manifest = yaml.safe_load((ROOT / "k8s/base/engine/stateful-set.yaml").read_text(encoding="utf-8"))
    return list(manifest["spec"]["template"]["spec"]["containers"][0]["args"])


def of_compose() -> list[str]:
    return list(yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["engine"]["command"])


def test_compose_and_cluster_start_triton_alike() -> None:
    meant = [OWN.sub("OWN", each) for each in of_cluster()]
    assert [OWN.sub("OWN", each) for each in of_compose()] == meant
    # An image with arguments of its own would have a key that everybody can read.
    stage = re.search(r" AS engine\n(.*?)\nFROM ", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.DOTALL)
    assert stage is not None and "CMD [" not in stage[1].replace('  CMD ["python3"', "")


def test_arguments_close_what_is_not_needed() -> None:
    given = dict(each.removeprefix("--").partition("=")[::2] for each in of_cluster())
    assert given["model-control-mode"] == "none"
    assert given["strict-readiness"] == given["exit-on-error"] == "true"
    assert given["allow-sagemaker"] == given["allow-vertex-ai"] == "false"
    assert "disable-auto-complete-config" in given
    assert set(given["http-restricted-api"].partition(":")[0].split(",")) == {
        *("inference", "metadata", "statistics", "shared-memory"),
        *("model-repository", "model-config", "trace", "logging"),
    }


@dataclass(frozen=True)
class Ports:
    http: int
    grpc: int
    metrics: int


@pytest.fixture(scope="module")
def triton(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    try:
        installation = find_installation()
    except TritonError as error:
        if os.environ.get("COSMICMAN_TESTS_NEED_TRITON"):
            raise
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("cluster")
    write_repository(bundle, folder / "models", ModelConfig(profile=PROFILES["cpu"], engine={"num_threads": 1}))
    with ExitStack() as stack:
        ports = Ports(*(stack.enter_context(held_port()) for _ in range(3)))
        backends = installation.assemble(folder / "backends")
        values = {"/models/$(COSMICMAN_MODEL_SHA256)": str(folder / "models"), "$(TRITON_ADMIN_KEY)": "secret"}
        command = [str(installation.server), *(substituted(each, values) for each in of_cluster())]
        for name, port in vars(ports).items():
            command += [f"--{name}-address={LOOPBACK}", f"--{name}-port={port}"]
        command += ["--allow-gpu-metrics=false", *([f"--backend-directory={backends}"] if backends else [])]
        log = stack.enter_context((folder / "log").open("wb"))
        process = stack.enter_context(
            subprocess.Popen(command, env=installation.environment(), cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        )
        stack.callback(process.kill)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while status(ports, "/v2/models/cosmicman/ready") != 200:
            assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.2)
        yield ports
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0


def substituted(argument: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        argument = argument.replace(name, value)
    return argument


def status(ports: Ports, path: str, body: bytes | None = None) -> int:
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{ports.http}{path}", body, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.mark.slow
def test_http_answers_probes_and_nothing_else(triton: Ports) -> None:
    for path in ("/v2/models/cosmicman/ready", "/v2/health/live", "/v2/health/ready"):
        assert status(triton, path) == 200
    assert status(triton, "/v2/models/cosmicman/infer", b"{}") == 403
    assert status(triton, "/v2/models/cosmicman") == 403
    assert status(triton, "/v2/models/cosmicman/config") == 403
    assert status(triton, "/v2/models/cosmicman/stats") == 403
    assert status(triton, "/v2/repository/index", b"{}") == 403
    assert status(triton, "/v2/repository/models/cosmicman/unload", b"{}") == 403
    assert status(triton, "/v2/systemsharedmemory/status") == 403
    assert status(triton, "/v2/trace/setting") == 403
    assert status(triton, "/v2/logging") == 403


def test_grpc_keeps_what_gateways_do_not_need_behind_the_key(triton: Ports) -> None:
    with grpc.insecure_channel(f"{LOOPBACK}:{triton.grpc}") as channel:
        stub = service_pb2_grpc.GRPCInferenceServiceStub(channel)
        closed: list[tuple[Any, Any]] = [
            (stub.SystemSharedMemoryStatus, service_pb2.SystemSharedMemoryStatusRequest()),
            (stub.RepositoryIndex, service_pb2.RepositoryIndexRequest()),
            (stub.RepositoryModelUnload, service_pb2.RepositoryModelUnloadRequest(model_name="cosmicman")),
            (stub.ModelConfig, service_pb2.ModelConfigRequest(name="cosmicman")),
            (stub.TraceSetting, service_pb2.TraceSettingRequest()),
            (stub.LogSettings, service_pb2.LogSettingsRequest()),
        ]
        for call, request in closed:
            with pytest.raises(grpc.RpcError) as refusal:
                call(request, timeout=60)
            assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE  # type: ignore[attr-defined]


async def test_gateway_finds_its_engine_there(triton: Ports) -> None:
    addresses = Addresses(hosts=(f"{LOOPBACK}:{triton.grpc}",))
    async with TritonEngine(addresses, start_seconds=60, request_timeout_seconds=60) as engine:
        assert engine.ready


def test_metrics_have_the_names_that_alerts_ask_for(triton: Ports) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    wanted = {name for name in of_the_engine_in_triton() if name.endswith(("_running", "_waiting", "_forwards_total"))}
    while True:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{triton.metrics}/metrics", timeout=60) as answer:
            names = set(re.findall(r"^([a-z_]+)", answer.read().decode(), re.MULTILINE))
        if wanted <= names:
            break
        assert time.monotonic() < deadline, wanted - names
        time.sleep(0.2)
    assert {"nv_inference_request_success", "nv_inference_pending_request_count"} <= names
