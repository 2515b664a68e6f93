"""Who may talk to whom: the network policies of each overlay, read as a cluster reads them, against what is meant."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.deploy.manifests import OVERLAYS, Manifest, Rendered, containers, pod_of

ASKERS = "namespaces that may ask"
PROMETHEUS = "prometheus in monitoring"
DNS = "kube-dns in kube-system"
COLLECTOR = "a collector in observability"
INTERNET = "public addresses"

GATEWAY_ALONE = {
    (ASKERS, "gateway", "TCP", 8000),
    ("gateway", DNS, "UDP", 53),
    ("gateway", DNS, "TCP", 53),
}
WITH_ENGINES = GATEWAY_ALONE | {
    ("gateway", "engine", "TCP", 8001),
    ("gateway", "redis", "TCP", 6379),
    (PROMETHEUS, "gateway", "TCP", 8000),
    (PROMETHEUS, "engine", "TCP", 8002),
}
MEANT = {
    "overlays/cpu-dev": GATEWAY_ALONE,
    "overlays/gpu": WITH_ENGINES,
    "overlays/gpu-canary": WITH_ENGINES,
    "alternatives": WITH_ENGINES | {("gateway", INTERNET, "TCP", 443), ("gateway", COLLECTOR, "TCP", 4318)},
}
INTERNAL = {"gateway", "engine", "redis"}
#: The cluster, its nodes, their metadata service: never to be reached by what a caller names.
PRIVATE = ("10.1.2.3", "172.20.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1", "100.64.0.1", "0.0.0.0")
OUTSIDE = {
    (("cosmicman.example/may-ask", "true"), None): ASKERS,
    (("kubernetes.io/metadata.name", "monitoring"), ("app.kubernetes.io/name", "prometheus")): PROMETHEUS,
    (("kubernetes.io/metadata.name", "kube-system"), ("k8s-app", "kube-dns")): DNS,
    (
        ("kubernetes.io/metadata.name", "observability"),
        ("app.kubernetes.io/name", "opentelemetry-collector"),
    ): COLLECTOR,
}
Flow = tuple[str, str, str, int]


@pytest.mark.parametrize("where", MEANT)
def test_nothing_but_what_is_meant_may_flow(where: str, rendered: Rendered) -> None:
    """A flow between two of our own pods needs both ends' leave; one with the outside needs ours."""
    policies = [each for each in rendered[where] if each["kind"] == "NetworkPolicy"]
    ports = ports_of(rendered[where])
    into = {flow for each in policies for flow in flows(each, "ingress", ports)}
    out = {flow for each in policies for flow in flows(each, "egress", ports)}
    between = {flow for flow in into | out if {flow[0], flow[1]} <= INTERNAL}
    assert between == {flow for flow in into & out if flow in between}, "one end allows what the other one does not"
    assert into | out == MEANT[where]


@pytest.mark.parametrize("where", OVERLAYS)
def test_whatever_no_policy_names_is_denied(where: str, rendered: Rendered) -> None:
    denials = [
        each["spec"]
        for each in rendered[where]
        if each["kind"] == "NetworkPolicy" and each["spec"]["podSelector"] == {}
    ]
    assert denials == [{"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}]


@pytest.mark.parametrize("where", OVERLAYS)
def test_policies_are_for_pods_that_are_there_whatever_their_release(where: str, rendered: Rendered) -> None:
    pods = [pod["metadata"]["labels"] for each in rendered[where] if (pod := pod_of(each)) is not None]
    for policy in rendered[where]:
        if policy["kind"] == "NetworkPolicy" and policy["spec"]["podSelector"]:
            wanted = policy["spec"]["podSelector"]["matchLabels"]
            chosen = [labels for labels in pods if wanted.items() <= labels.items()]
            component = wanted["app.kubernetes.io/component"]
            assert chosen == [each for each in pods if each["app.kubernetes.io/component"] == component] != [], policy


def ports_of(manifests: list[Manifest]) -> dict[tuple[str, str], int]:
    """The number of each port that a component's containers name."""
    return {
        (pod["metadata"]["labels"]["app.kubernetes.io/component"], port["name"]): port["containerPort"]
        for each in manifests
        if (pod := pod_of(each)) is not None
        for container in containers(pod)
        for port in container.get("ports", [])
    }


def flows(policy: Manifest, way: str, ports: dict[tuple[str, str], int]) -> list[Flow]:
    spec = policy["spec"]
    found: list[Flow] = []
    for rule in spec.get(way, []):
        peers, ends = rule["from" if way == "ingress" else "to"], rule["ports"]
        assert peers and ends, "an empty list means everybody, or every port"
        own = spec["podSelector"]["matchLabels"]["app.kubernetes.io/component"]
        for peer in peers:
            other = name_of(peer)
            source, target = (other, own) if way == "ingress" else (own, other)
            for end in ends:
                number = end["port"] if isinstance(end["port"], int) else ports[target, end["port"]]
                found.append((source, target, end["protocol"], number))
    return found


def name_of(peer: dict[str, Any]) -> str:
    if set(peer) == {"ipBlock"}:
        private = [ip_network(each) for each in peer["ipBlock"]["except"]]
        for address in PRIVATE:
            assert any(ip_address(address) in each for each in private), f"{address} is within reach"
        return INTERNET
    if set(peer) == {"podSelector"}:
        labels = peer["podSelector"]["matchLabels"]
        assert labels["app.kubernetes.io/name"] == "cosmicman"
        return str(labels["app.kubernetes.io/component"])
    namespace, pod = (peer.get(key, {}).get("matchLabels", {}) for key in ("namespaceSelector", "podSelector"))
    assert len(namespace) == 1 and len(pod) <= 1, peer
    return OUTSIDE[next(iter(namespace.items())), next(iter(pod.items()), None)]
