"""What manifests promise: probes that tell the truth, ends that lose nothing, room to grow, and numbers that agree."""

import re

import pytest

from engine.bundle.manifest import load_bundle
from server.settings import BUNDLED_MODEL, PREFIX, Settings
from server.triton.address import parse_addresses
from server.triton.backend import MARGIN_SECONDS
from tests.deploy.manifests import OVERLAYS, Manifest, Rendered, containers, named, pick, pod_of

#: What a stopping gateway gives its last requests to hear about it (server/run.py, or where that goes).
LAST_WORDS_SECONDS = 5
SPARE_SECONDS = 10
WITH_ENGINES = OVERLAYS[1:]


def settings_of(manifests: list[Manifest], name: str = "cosmicman-gateway") -> Settings:
    data = pick(manifests, "ConfigMap", name)["data"]
    return Settings(**{key.removeprefix(PREFIX).lower(): value for key, value in data.items()})


def container_of(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    pod = pod_of(pick(manifests, kind, name))
    assert pod is not None
    (one,) = pod["spec"]["containers"]
    return {**one, "pod": pod["spec"]}


def gateways(manifests: list[Manifest]) -> list[str]:
    return [named(each) for each in manifests if each["kind"] == "Deployment"]


def engines(manifests: list[Manifest]) -> list[str]:
    names = (named(each) for each in manifests if each["kind"] == "StatefulSet")
    return [name for name in names if name.startswith("cosmicman-engine")]


def option(container: Manifest, name: str) -> str:
    (value,) = (each.partition("=")[2] for each in container["args"] if each.startswith(f"--{name}="))
    return str(value)


@pytest.mark.parametrize("where", OVERLAYS)
def test_gateway_is_ready_by_its_engine_and_alive_by_itself(where: str, rendered: Rendered) -> None:
    for name in gateways(rendered[where]):
        one = container_of(rendered[where], "Deployment", name)
        paths = {kind: one[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")}
        assert paths == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/healthz"}
        start = one["startupProbe"]["periodSeconds"] * one["startupProbe"]["failureThreshold"]
        settings = settings_of(rendered[where], name)
        # The first look at a Triton and the engine's own start may take so long each.
        assert start > (2 * settings.engine_start_seconds if "triton://" in settings.engine else 60)


@pytest.mark.parametrize("where", WITH_ENGINES)
def test_triton_is_ready_and_alive_by_its_model(where: str, rendered: Rendered) -> None:
    for name in engines(rendered[where]):
        one = container_of(rendered[where], "StatefulSet", name)
        probes = [one[f"{kind}Probe"] for kind in ("startup", "readiness", "liveness")]
        assert {probe["httpGet"]["path"] for probe in probes} == {"/v2/models/cosmicman/ready"}
        assert probes[0]["periodSeconds"] * probes[0]["failureThreshold"] >= 1200


@pytest.mark.parametrize("where", OVERLAYS)
def test_gateway_has_time_to_end_in_order(where: str, rendered: Rendered) -> None:
    for name in gateways(rendered[where]):
        settings = settings_of(rendered[where], name)
        one = container_of(rendered[where], "Deployment", name)
        before = one["lifecycle"]["preStop"]["sleep"]["seconds"]
        end = settings.drain_seconds + settings.shutdown_timeout_seconds + LAST_WORDS_SECONDS
        assert before >= 5
        assert settings.drain_seconds >= 5
        assert settings.shutdown_timeout_seconds >= settings.request_timeout_seconds
        assert one["pod"]["terminationGracePeriodSeconds"] >= before + end + SPARE_SECONDS


@pytest.mark.parametrize("where", WITH_ENGINES)
def test_triton_has_time_to_end_in_order(where: str, rendered: Rendered) -> None:
    longest = max(settings_of(rendered[where], name).request_timeout_seconds for name in gateways(rendered[where]))
    for name in engines(rendered[where]):
        one = container_of(rendered[where], "StatefulSet", name)
        exit_seconds = int(option(one, "exit-timeout-secs"))
        before = one["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert exit_seconds >= longest + MARGIN_SECONDS
        assert one["pod"]["terminationGracePeriodSeconds"] >= before + exit_seconds + SPARE_SECONDS
    # The model's own deadline is set when its repository is written.
    writer = containers(pod_of(pick(rendered["model-import"], "Job", "cosmicman-model-import")) or {})[0]
    at = writer["command"].index("--request-timeout")
    assert int(writer["command"][at + 1]) >= longest + MARGIN_SECONDS


@pytest.mark.parametrize("where", WITH_ENGINES)
def test_proxies_wait_longer_than_the_server(where: str, rendered: Rendered) -> None:
    longest = max(settings_of(rendered[where], name).request_timeout_seconds for name in gateways(rendered[where]))
    (rule,) = (
        each for each in pick(rendered[where], "HTTPRoute", "cosmicman")["spec"]["rules"] if "backendRefs" in each
    )
    seconds = {name: int(text.removesuffix("s")) for name, text in rule["timeouts"].items()}
    assert seconds["request"] > seconds["backendRequest"] > longest


def test_ingress_waits_longer_and_takes_the_largest_body(rendered: Rendered) -> None:
    annotations = pick(rendered["alternatives"], "Ingress", "cosmicman")["metadata"]["annotations"]
    told = {name.partition("/")[2]: value for name, value in annotations.items()}
    settings = settings_of(rendered["alternatives"])
    assert int(told["proxy-read-timeout"]) > settings.request_timeout_seconds
    assert int(told["proxy-body-size"].removesuffix("m")) * 2**20 >= settings.max_image_body_bytes
    assert told["proxy-buffering"] == "off"


@pytest.mark.parametrize("where", OVERLAYS)
def test_one_pod_of_a_tier_may_be_missing(where: str, rendered: Rendered) -> None:
    budgets = [each["spec"] for each in rendered[where] if each["kind"] == "PodDisruptionBudget"]
    assert {each["maxUnavailable"] for each in budgets} == {1}
    covered = [each["selector"]["matchLabels"] for each in budgets]
    for each in rendered[where]:
        if each["kind"] in {"Deployment", "StatefulSet"}:
            assert each["spec"]["selector"]["matchLabels"] in covered, each["metadata"]["name"]


@pytest.mark.parametrize("where", OVERLAYS)
def test_no_selector_takes_pods_of_another_release_or_pool(where: str, rendered: Rendered) -> None:
    owners = {named(each): each for each in rendered[where] if each["kind"] in {"Deployment", "StatefulSet"}}
    for each in rendered[where]:
        selector = each.get("spec", {}).get("selector") if isinstance(each.get("spec"), dict) else None
        if each["kind"] not in {"Service", "PodDisruptionBudget", "Deployment", "StatefulSet"} or not selector:
            continue
        wanted = selector.get("matchLabels", selector)
        taken = [
            name
            for name, owner in owners.items()
            if wanted.items() <= owner["spec"]["template"]["metadata"]["labels"].items()
        ]
        assert len(taken) == 1, f"{each['kind']} {each['metadata']['name']} takes pods of {taken}"


@pytest.mark.parametrize("where", OVERLAYS)
def test_tiers_are_spread_and_come_first(where: str, rendered: Rendered) -> None:
    for name in [*gateways(rendered[where]), *engines(rendered[where])]:
        (owner,) = (each for each in rendered[where] if named(each) == name and "template" in each.get("spec", {}))
        spec = owner["spec"]["template"]["spec"]
        keys = {each["topologyKey"] for each in spec["topologySpreadConstraints"]}
        assert keys == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
        for each in spec["topologySpreadConstraints"]:
            assert each["labelSelector"] == owner["spec"]["selector"], name
        assert pick(rendered[where], "PriorityClass", spec["priorityClassName"])["value"] > 0


def test_line_makes_it_grow_and_quiet_makes_it_shrink_slowly(rendered: Rendered) -> None:
    autoscaler = pick(rendered["alternatives"], "HorizontalPodAutoscaler", "cosmicman-gateway")["spec"]
    scaled = pick(rendered["overlays/gpu"], "ScaledObject", "cosmicman-engine")["spec"]
    names = [each["pods"]["metric"]["name"] for each in autoscaler["metrics"]]
    queries = [each["metadata"]["query"] for each in scaled["triggers"]]
    assert names == ["cosmicman_requests_waiting", "cosmicman_requests_running"]
    assert all(name in query for name, query in zip(names, queries, strict=True))
    behaviour = scaled["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]
    for each in (autoscaler["behavior"], behaviour):
        assert each["scaleDown"]["stabilizationWindowSeconds"] >= 600
    assert scaled["minReplicaCount"] <= scaled["fallback"]["replicas"] <= scaled["maxReplicaCount"]


@pytest.mark.parametrize("where", WITH_ENGINES)
def test_gateways_know_every_triton_there_may_be(where: str, rendered: Rendered) -> None:
    most = {"cosmicman-engine": pick(rendered[where], "ScaledObject", "cosmicman-engine")["spec"]["maxReplicaCount"]}
    for release, ending in (("stable", ""), ("canary", "-canary")):
        sets = [
            each
            for each in rendered[where]
            if each["kind"] == "StatefulSet" and each["metadata"]["labels"].get("app.kubernetes.io/instance") == release
        ]
        if not sets:
            assert (where, release) == ("overlays/gpu", "canary")
            continue
        expected = {
            f"{name}-{number}.{each['spec']['serviceName']}:8001"
            for each in sets
            for name in [named(each)]
            for number in range(most.get(name, each["spec"].get("replicas", 1)))
        }
        settings = settings_of(rendered[where], f"cosmicman-gateway{ending}")
        assert set(parse_addresses(settings.engine).hosts) == expected
        assert {each["spec"]["serviceName"] for each in sets} <= {
            named(each) for each in rendered[where] if each["kind"] == "Service"
        }


@pytest.mark.parametrize("where", WITH_ENGINES)
def test_weights_are_verified_before_anything_reads_them(where: str, rendered: Rendered) -> None:
    for name in engines(rendered[where]):
        one = container_of(rendered[where], "StatefulSet", name)
        (first,) = one["pod"]["initContainers"]
        folder = "/models/$(COSMICMAN_MODEL_SHA256)"
        assert first["command"] == ["cosmicman", "verify", folder, "--sha256", "$(COSMICMAN_MODEL_SHA256)"]
        assert first["image"] == one["image"]
        assert option(one, "model-repository") == folder


def test_overlays_pin_the_bundled_model_until_another_is_named(rendered: Rendered) -> None:
    sha256 = load_bundle(BUNDLED_MODEL).sha256
    pinned = {
        each["data"]["COSMICMAN_MODEL_SHA256"]
        for manifests in rendered.values()
        for each in manifests
        if each["kind"] == "ConfigMap" and "COSMICMAN_MODEL_SHA256" in each["data"]
    }
    job = pod_of(pick(rendered["model-import"], "Job", "cosmicman-model-import")) or {}
    imported = {each["value"] for one in containers(job) for each in one["env"]}
    assert pinned == imported == {sha256}, "python k8s/bundled_model.py writes the present one"


def test_shared_memory_is_sized_and_within_the_limit(rendered: Rendered) -> None:
    for name in engines(rendered["overlays/gpu"]):
        one = container_of(rendered["overlays/gpu"], "StatefulSet", name)
        (volume,) = (each for each in one["pod"]["volumes"] if each["name"] == "shared-memory")
        size, limit = volume["emptyDir"]["sizeLimit"], one["resources"]["limits"]["memory"]
        assert volume["emptyDir"]["medium"] == "Memory"
        assert {"name": "shared-memory", "mountPath": "/dev/shm"} in one["volumeMounts"]
        assert 4 * gibibytes(size) <= gibibytes(limit)


def gibibytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)Gi", text)
    assert found is not None, text
    return int(found[1])


def test_canary_gets_a_share_and_stable_the_rest(rendered: Rendered) -> None:
    route = pick(rendered["overlays/gpu-canary"], "HTTPRoute", "cosmicman")["spec"]
    stable = pick(rendered["overlays/gpu"], "HTTPRoute", "cosmicman")["spec"]
    weights = {each["name"]: each["weight"] for rule in route["rules"] for each in rule.get("backendRefs", [])}
    assert weights == {"cosmicman": 90, "cosmicman-canary": 10}
    assert [{**rule, "backendRefs": None} for rule in route["rules"]] == [
        {**rule, "backendRefs": None} for rule in stable["rules"]
    ]


def test_pools_do_not_take_each_other_s_nodes(rendered: Rendered) -> None:
    one, four = (
        container_of(rendered["overlays/gpu"], "StatefulSet", name)["pod"]
        for name in ("cosmicman-engine", "cosmicman-engine-quad")
    )
    label = "nvidia.com/gpu.count"
    needs = one["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    avoided = [each for term in needs for each in term["matchExpressions"]]
    assert avoided == [{"key": label, "operator": "NotIn", "values": [four["nodeSelector"][label]]}]
    (limit,) = (each["resources"]["limits"]["nvidia.com/gpu"] for each in four["containers"])
    assert limit == four["nodeSelector"][label]
