"""Everything that is applied renders, and each object in it is what its kind allows: built-in kinds and custom ones."""

import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from engine import __version__
from server.settings import PREFIX, Settings
from tests.deploy.manifests import EVERYTHING, OVERLAYS, ROOT, TOOLS, Manifest, Rendered, containers, missing

KUBERNETES = ("1.32", "1.37")
SCHEMAS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("custom_resources.yaml").read_text(encoding="utf-8"))
everywhere = pytest.mark.parametrize("where", EVERYTHING)


@everywhere
def test_built_in_kinds_fit_their_schemas(where: str, rendered: Rendered) -> None:
    for manifest in rendered[where]:
        if manifest["kind"] not in SCHEMAS:
            for version in KUBERNETES:
                kubernetes_validate.validate(manifest, version, strict=True)


@everywhere
def test_custom_kinds_say_nothing_that_is_not_known(where: str, rendered: Rendered) -> None:
    for manifest in rendered[where]:
        if manifest["kind"] in SCHEMAS:
            schema = SCHEMAS[manifest["kind"]]
            assert manifest["apiVersion"] == schema["apiVersion"]
            jsonschema.validate(manifest["spec"], closed(schema["spec"]))


def closed(schema: Any) -> Any:
    """The schema, with every object in it taking nothing but its properties."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {"additionalProperties": False, **inner} if isinstance(inner.get("properties"), dict) else inner


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("HTTPRoute", {"rules": [{"timeouts": {"request": "135 seconds"}}]}),
        ("HTTPRoute", {"rules": [{"timeout": {"request": "135s"}}]}),
        ("ScaledObject", {"minReplicaCount": "2"}),
        ("ScaledObject", {"minReplicas": 2}),
        ("PodMonitor", {"podMetricsEndpoints": [{"port": 8002}]}),
        ("PrometheusRule", {"groups": [{"rules": []}]}),
    ],
)
def test_mistakes_in_custom_kinds_are_found(kind: str, change: dict[str, Any], rendered: Rendered) -> None:
    (manifest,) = (each for each in rendered["overlays/gpu"] if each["kind"] == kind)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest["spec"] | change, closed(SCHEMAS[kind]["spec"]))


@everywhere
def test_custom_kinds_fit_the_published_definitions(where: str, rendered: Rendered) -> None:
    definitions, node = TOOLS / "definitions", shutil.which("node")
    if node is None or not definitions.is_dir():
        missing("node, or what npm has of the definitions,")
    program = (Path(__file__).with_name("definitions.mjs")).read_text(encoding="utf-8")
    script = definitions / f"judge-{where.replace('/', '-')}.mjs"  # beside what it imports
    script.write_text(program, encoding="utf-8")
    objects = [manifest for manifest in rendered[where] if manifest["kind"] in SCHEMAS]
    result = subprocess.run(
        [str(node), str(script)], input=json.dumps(objects), capture_output=True, text=True, check=False, timeout=300
    )
    assert (result.returncode, result.stdout.splitlines()) == (0, [each["kind"] for each in objects]), result.stderr


@everywhere
def test_no_placeholder_is_left(where: str, rendered: Rendered) -> None:
    assert "replaced-by-kustomize" not in json.dumps(rendered[where])


@everywhere
def test_every_object_is_named_once_and_lives_in_the_namespace(where: str, rendered: Rendered) -> None:
    manifests = rendered[where]
    counted = Counter((each["kind"], each["metadata"]["name"]) for each in manifests)
    assert [each for each, number in counted.items() if number > 1] == []
    cluster = {"Namespace", "PriorityClass"}
    homes = {each["metadata"].get("namespace") for each in manifests if each["kind"] not in cluster}
    assert homes == {"cosmicman"}


def test_markers_are_in_the_base_so_that_a_forgotten_one_is_seen() -> None:
    marked = [path.name for path in (ROOT / "k8s").rglob("*.*") if "replaced-by-kustomize" in path.read_text("utf-8")]
    assert {"deployment.yaml", "stateful-set.yaml", "model.env", "redis.yaml", "job.yaml"} <= set(marked)


def test_our_images_have_the_release_as_their_tag_and_others_a_digest(pods: dict[str, Manifest]) -> None:
    for name, pod in pods.items():
        for container in containers(pod):
            image = container["image"]
            ours = re.search(r"cosmicman-(gateway|engine):", image)
            assert image.endswith(f":{__version__}") if ours else re.search(r"@sha256:[0-9a-f]{64}$", image), name


def test_every_name_that_is_referred_to_is_there_or_is_a_secret(rendered: Rendered) -> None:
    """ConfigMaps, claims, accounts and services by name; secrets are the operator's, and the document lists them."""
    secrets = set()
    for where in (*OVERLAYS, "alternatives"):
        there = {(each["kind"], each["metadata"]["name"]) for each in rendered[where]}
        for kind, name in references(rendered[where]):
            if kind == "Secret":
                secrets.add(name)
            else:
                assert (kind, name) in there, where
    said = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
    assert {name for name in secrets if f"secret generic {name}" not in said} == set()
    assert {name.removeprefix("cosmicman-") for name in secrets} == {
        "keys",
        "metrics",
        "redis",
        "engine-admin",
        "webhooks",
    }


KEYS_OF = {
    "configMapRef": ("ConfigMap", "name"),
    "configMap": ("ConfigMap", "name"),
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
    "secret": ("Secret", "secretName"),
    "secretKeyRef": ("Secret", "name"),
    "credentials": ("Secret", "name"),
}


def references(value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list):
        return [found for each in value for found in references(each)]
    if not isinstance(value, dict):
        return []
    found = [(kind, value[key][name]) for key, (kind, name) in KEYS_OF.items() if isinstance(value.get(key), dict)]
    if "serviceAccountName" in value:
        found.append(("ServiceAccount", value["serviceAccountName"]))
    if isinstance(value.get("scaleTargetRef"), dict):
        found.append((value["scaleTargetRef"]["kind"], value["scaleTargetRef"]["name"]))
    if isinstance(value.get("backendRefs"), list):
        found += [("Service", each["name"]) for each in value["backendRefs"]]
    return found + [inner for each in value.values() for inner in references(each)]


def test_settings_in_config_maps_are_settings(rendered: Rendered) -> None:
    for where, manifests in rendered.items():
        for each in manifests:
            if each["kind"] == "ConfigMap" and each["metadata"]["name"].startswith("cosmicman-gateway"):
                names = {name.removeprefix(PREFIX).lower() for name in each["data"]}
                assert names <= set(Settings.model_fields), where
                settings = Settings(
                    **{name.removeprefix(PREFIX).lower(): value for name, value in each["data"].items()}
                )
                # Others than this machine reach a pod, so it has keys or was told to do without.
                assert (settings.keys is None) == (settings.require_keys is False), where
