"""Where manifests and the tools that judge them are, and how to read what is rendered.

Tools are in .tools (`.ci/deploy-tools` puts them there) or on the PATH. Where one is missing a test is skipped with its
reason; with COSMICMAN_TESTS_NEED_DEPLOY_TOOLS=1 that is a failure.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
REQUIRED = "COSMICMAN_TESTS_NEED_DEPLOY_TOOLS"
OVERLAYS = ("overlays/cpu-dev", "overlays/gpu", "overlays/gpu-canary")
#: Everything that somebody applies, and components of no overlay.
APPLIED = (*OVERLAYS, "model-import")
EVERYTHING = (*APPLIED, "alternatives")
ALTERNATIVES = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: cosmicman
resources: [../overlays/gpu]
components: [../components/hpa, ../components/ingress, ../components/webhooks, ../components/traces]
"""
#: The hash that kustomize puts behind the name of a ConfigMap.
GENERATED = re.compile(r"-(?=[a-z0-9]*[0-9])[bcdfghkmt2456789]{10}$")

Manifest = dict[str, Any]
Rendered = dict[str, list[Manifest]]


def missing(what: str) -> NoReturn:
    """Skips the test, or fails it where nothing may be missing."""
    reason = f"{what} is not here; .ci/deploy-tools fetches it"
    if os.environ.get(REQUIRED):
        pytest.fail(reason)
    pytest.skip(reason)


def find_tool(name: str) -> str:
    own = TOOLS / "bin" / name
    found = str(own) if own.exists() else shutil.which(name)
    return found if found is not None else missing(name)


def run_tool(name: str, *arguments: str | Path, text: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Runs a tool; its exit status is for the caller to judge."""
    command = [find_tool(name), *map(str, arguments)]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT)


def render(folder: Path) -> list[Manifest]:
    """What `kubectl apply --kustomize` would send."""
    result = run_tool("kubectl", "kustomize", folder)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return [manifest for manifest in yaml.safe_load_all(result.stdout) if manifest]


def named(manifest: Manifest) -> str:
    """The name of an object as it is written, without kustomize's hash."""
    return GENERATED.sub("", manifest["metadata"]["name"])


def pick(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    (one,) = (each for each in manifests if each["kind"] == kind and named(each) == name)
    return one


def pod_of(manifest: Manifest) -> Manifest | None:
    """The pod template of a workload; None for any other object."""
    template: Manifest | None = manifest["spec"].get("template") if isinstance(manifest.get("spec"), dict) else None
    return template


def containers(pod: Manifest) -> list[Manifest]:
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
