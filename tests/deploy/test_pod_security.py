"""Pods hold Kubernetes' Pod Security profile "restricted", field by field, and are no less closed than that.

The fields are those of https://kubernetes.io/docs/concepts/security/pod-security-standards/ ; the namespace has the
cluster enforce them.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.deploy.manifests import OVERLAYS, Manifest, Rendered, containers, pick

VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
SECCOMP = {"RuntimeDefault", "Localhost"}


def faults(pod: Manifest) -> Iterator[str]:
    """What the profile, baseline included, does not allow."""
    spec = pod["spec"]
    yield from (field for field in ("hostNetwork", "hostPID", "hostIPC") if spec.get(field))
    for volume in spec.get("volumes", []):
        yield from (f"volume {volume['name']}: {kind}" for kind in set(volume) - {"name"} - VOLUMES)
    context = spec.get("securityContext", {})
    yield from context_faults("pod", context)
    if context.get("sysctls"):
        yield "pod: sysctls"
    for container in [*containers(pod), *spec.get("ephemeralContainers", [])]:
        yield from container_faults(container, context)


def context_faults(where: str, context: dict[str, Any]) -> Iterator[str]:
    if context.get("windowsOptions", {}).get("hostProcess"):
        yield f"{where}: hostProcess"
    if context.get("runAsUser") == 0:
        yield f"{where}: runAsUser 0"
    if context.get("runAsNonRoot") is False:
        yield f"{where}: runAsNonRoot false"
    if "seccompProfile" in context and context["seccompProfile"]["type"] not in SECCOMP:
        yield f"{where}: seccompProfile"
    if context.get("appArmorProfile", {}).get("type", "RuntimeDefault") == "Unconfined":
        yield f"{where}: appArmorProfile"
    if context.get("seLinuxOptions", {}).keys() & {"user", "role"}:
        yield f"{where}: seLinuxOptions"


def container_faults(container: Manifest, of_pod: dict[str, Any]) -> Iterator[str]:
    name, own = container["name"], container.get("securityContext", {})
    yield from context_faults(name, own)
    if own.get("privileged"):
        yield f"{name}: privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: allowPrivilegeEscalation"
    if own.get("procMount", "Default") != "Default":
        yield f"{name}: procMount"
    if "ALL" not in own.get("capabilities", {}).get("drop", []):
        yield f"{name}: capabilities are not dropped"
    if set(own.get("capabilities", {}).get("add", [])) - {"NET_BIND_SERVICE"}:
        yield f"{name}: capabilities are added"
    if own.get("runAsNonRoot", of_pod.get("runAsNonRoot")) is not True:
        yield f"{name}: runAsNonRoot"
    if own.get("seccompProfile", of_pod.get("seccompProfile", {})).get("type") not in SECCOMP:
        yield f"{name}: seccompProfile"
    yield from (f"{name}: hostPort" for port in container.get("ports", []) if port.get("hostPort"))
    probes = [container.get(f"{kind}Probe", {}) for kind in ("startup", "readiness", "liveness")]
    hooks = list(container.get("lifecycle", {}).values())
    for action in [*probes, *hooks]:
        yield from (f"{name}: {kind} host" for kind in ("httpGet", "tcpSocket") if action.get(kind, {}).get("host"))


def test_pods_are_restricted(pods: dict[str, Manifest]) -> None:
    assert len(pods) >= 10
    assert {name: found for name, pod in pods.items() if (found := list(faults(pod)))} == {}


@pytest.mark.parametrize("where", OVERLAYS)
def test_namespace_has_the_cluster_enforce_it(where: str, rendered: Rendered) -> None:
    labels = pick(rendered[where], "Namespace", "cosmicman")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize(
    ("place", "field", "value", "fault"),
    [
        ("pod", "runAsNonRoot", None, "c: runAsNonRoot"),
        ("pod", "seccompProfile", {"type": "Unconfined"}, "pod: seccompProfile"),
        ("pod", "sysctls", [{"name": "a", "value": "b"}], "pod: sysctls"),
        ("container", "privileged", True, "c: privileged"),
        ("container", "allowPrivilegeEscalation", None, "c: allowPrivilegeEscalation"),
        ("container", "capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}, "c: capabilities are added"),
        ("container", "capabilities", {"drop": ["NET_RAW"]}, "c: capabilities are not dropped"),
        ("container", "runAsUser", 0, "c: runAsUser 0"),
        ("spec", "hostNetwork", True, "hostNetwork"),
        ("spec", "volumes", [{"name": "v", "hostPath": {"path": "/"}}], "volume v: hostPath"),
    ],
)
def test_each_fault_is_seen(place: str, field: str, value: object, fault: str) -> None:
    own: dict[str, Any] = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    of_pod: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    spec: dict[str, Any] = {"securityContext": of_pod, "containers": [{"name": "c", "securityContext": own}]}
    assert list(faults({"spec": spec})) == []
    {"pod": of_pod, "container": own, "spec": spec}[place][field] = value
    assert fault in list(faults({"spec": spec}))


def test_pods_are_closed_further_than_that(pods: dict[str, Manifest]) -> None:
    for name, pod in pods.items():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        # A Service named cosmicman would set COSMICMAN_PORT to tcp://..., which is a setting.
        assert spec["enableServiceLinks"] is False, name
        assert spec["securityContext"]["runAsUser"] == 10001, name
        for container in containers(pod):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            resources = container["resources"]
            assert resources["requests"]["memory"] == resources["limits"]["memory"], name
            assert "cpu" in resources["requests"], name
            for variable in container.get("env", []):
                secret = any(word in variable["name"] for word in ("KEY", "SECRET", "PASSWORD", "REDIS"))
                assert not (secret and "value" in variable), f"{name}: {variable['name']} is written out"


def test_models_are_read_only_wherever_they_are_served(pods: dict[str, Manifest]) -> None:
    seen = 0
    for name, pod in pods.items():
        if "model-import" in name:
            continue
        for volume in pod["spec"].get("volumes", []):
            if "persistentVolumeClaim" in volume:
                seen += 1
                assert volume["persistentVolumeClaim"]["readOnly"] is True, name
                mounts = [each for one in containers(pod) for each in one["volumeMounts"]]
                assert {each["readOnly"] for each in mounts if each["name"] == volume["name"]} == {True}, name
    assert seen >= 3
