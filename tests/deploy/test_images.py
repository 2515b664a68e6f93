"""The Dockerfile, what may get into its context, and compose.yaml: pinned, unprivileged, and as their tools want."""

import json
import re
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from engine import __version__
from engine.export.triton import IMAGE
from server.settings import PREFIX, Settings
from tests.deploy.manifests import ROOT, render, run_tool

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = dict(re.findall(r"^FROM \S+ AS ([\w-]+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL))
FINAL = ("gateway", "engine", "train")
COMPOSE_FILES = ("compose.yaml", "containers/compose/compose.gpu.yaml")
#: Rules of checkov that are not followed, and why.
UNHEEDED = {
    "CKV_DOCKER_7": "each base has a tag and a digest, in an ARG that the rule does not follow",
    "CKV_K8S_11": "a limit on CPU slows what could use an idle core; requests keep the shares",
    "CKV_K8S_15": "a release's tag never moves, so an image that is there need not be asked for again",
    "CKV_K8S_35": "an address with a password and a key for an argument can only come by the environment",
    "CKV_K8S_43": "the digest of an image is known when it is pushed; docs/deployment.md has the command",
}


def test_bases_are_named_by_digest() -> None:
    bases = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", DOCKERFILE, re.MULTILINE))
    assert set(bases) == {"PYTHON_IMAGE", "TRITON_IMAGE"}
    assert all(re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", base) for base in bases.values())
    used = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) - {"gateway"}
    assert used == {f"${{{name}}}" for name in bases}
    assert bases["TRITON_IMAGE"].startswith(f"{IMAGE}@"), "engine/export/triton.py names the oldest that is safe"


@pytest.mark.parametrize("stage", FINAL)
def test_final_stages_run_as_a_number_and_say_what_they_are(stage: str) -> None:
    text = STAGES[stage]
    assert re.findall(r"^USER (\S+)$", text, re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in text and "curl" not in text
    for label in ("title", "description", "licenses", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in text
    assert not re.search(r"pip (install|wheel)|apt-get|\bADD\b", text), "packages are installed in stages before"


def test_build_without_a_target_makes_the_gateway() -> None:
    assert DOCKERFILE.splitlines()[-1] == "FROM gateway AS default"


def test_stages_before_a_target_are_those_it_needs() -> None:
    """Older builders make all of them, and Triton's base has gigabytes."""
    order = ["wheel", "gateway-packages", "gateway", "train-packages", "train", "engine-packages", "engine"]
    assert re.findall(r"^FROM \S+ AS ([\w-]+)", DOCKERFILE, re.MULTILINE) == [*order, "default"]


def test_what_serves_gets_no_training_packages() -> None:
    named = {name: re.findall(r"\[([\w,]+)\]\"", text) for name, text in STAGES.items()}
    extras = {name: set(",".join(found).split(",")) for name, found in named.items()}
    assert extras["gateway-packages"] == {"triton", "tracing", "credentials"}
    assert "train" not in extras["engine-packages"]
    assert extras["train-packages"] == {"train"}


def test_context_is_a_list_of_what_is_needed() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] not in "#"]
    assert rules[0] == "*"
    let_in = {line[1:] for line in rules if line.startswith("!")}
    assert all((ROOT / path).exists() for path in let_in)
    lines = re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
    copied = {name for line in lines for name in line.split()[:-1]}
    assert {path.split("/")[0] for path in let_in} == copied


def test_hadolint_has_nothing_to_say() -> None:
    result = run_tool("hadolint", "--no-color", "--failure-threshold", "info", "Dockerfile")
    assert (result.returncode, result.stdout) == (0, ""), result.stdout


@pytest.mark.slow
def test_checkov_has_nothing_to_say(tmp_path: Path) -> None:
    for where in ("overlays/cpu-dev", "overlays/gpu-canary", "model-import"):
        name = where.replace("/", "-")
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(render(ROOT / "k8s" / where)), encoding="utf-8")
    (tmp_path / "Dockerfile").write_text(DOCKERFILE, encoding="utf-8")
    skipped = ",".join(UNHEEDED)
    result = run_tool(
        *("checkov", "--skip-download", "--quiet", "--compact", "--output", "json", "--skip-check", skipped),
        *("--directory", tmp_path, "--framework", "kubernetes", "dockerfile", "secrets"),
    )
    reports = json.loads(result.stdout)
    reports = reports if isinstance(reports, list) else [reports]
    failed = {
        (each["check_id"], each["check_name"], each["resource"])
        for report in reports
        for each in report["results"]["failed_checks"]
    }
    assert failed == set()
    assert sum(report["summary"]["passed"] for report in reports) > 200, result.stderr


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_compose_fits_its_specification(name: str) -> None:
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/compose-spec.json").read_text("utf-8"))
    jsonschema.validate(yaml.safe_load((ROOT / name).read_text(encoding="utf-8")), schema)


def test_compose_is_reached_from_this_machine_alone(compose: dict[str, Any]) -> None:
    published = {name: each["ports"] for name, each in compose["services"].items() if "ports" in each}
    assert set(published) == {"gateway", "prometheus", "grafana"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert {name for name, each in compose["networks"].items() if not each.get("internal")} == {"front"}


def test_compose_services_are_closed(compose: dict[str, Any]) -> None:
    for name, each in compose["services"].items():
        assert each["read_only"] is True and each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in each and "docker.sock" not in json.dumps(each), name
        ours = re.fullmatch(rf"cosmicman-(gateway|engine):{re.escape(__version__)}", each["image"])
        assert ours or re.search(r":[\w.-]+@sha256:[0-9a-f]{64}$", each["image"]), name
        for variable in each.get("environment", {}):
            assert not re.search(r"(PASSWORD|KEY|SECRET)$", variable), f"{name}: {variable} is written out"


def test_compose_services_say_how_they_are(compose: dict[str, Any]) -> None:
    """Ours by their image's HEALTHCHECK, others by one of their own; the one that ends needs none."""
    services = compose["services"]
    told = {name for name, each in services.items() if "healthcheck" in each}
    assert told == {"models", "redis", "prometheus", "grafana"}
    assert services["models"]["healthcheck"] == {"disable": True}
    for name, condition in (("redis", "service_healthy"), ("engine", "service_healthy")):
        assert services["gateway"]["depends_on"][name]["condition"] == condition
    assert services["engine"]["depends_on"]["models"]["condition"] == "service_completed_successfully"


def test_compose_settings_are_settings(compose: dict[str, Any]) -> None:
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in compose["services"]["gateway"]["environment"].items()
    }
    assert set(given) <= set(Settings.model_fields)
    settings = Settings(**given)
    grace = int(compose["services"]["gateway"]["stop_grace_period"].removesuffix("s"))
    assert grace >= settings.drain_seconds + settings.shutdown_timeout_seconds + 5 + 10
    files_named = {each["file"].rpartition("/")[2] for each in compose["secrets"].values()}
    said = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
    assert all(f"secrets/{name}" in said for name in files_named)


def test_prometheus_of_compose_reads_what_there_is(compose: dict[str, Any]) -> None:
    path = ROOT / "containers/compose/prometheus.yaml"
    result = run_tool("promtool", "check", "config", "--syntax-only", path)
    assert result.returncode == 0, result.stdout + result.stderr
    targets = [
        target
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["scrape_configs"]
        for each in job["static_configs"]
        for target in each["targets"]
    ]
    assert {target.partition(":")[0] for target in targets} <= set(compose["services"])
    for each in compose["services"].values():
        for volume in each.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.split(":")[0]).exists(), volume


def test_nothing_secret_is_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not re.search(r"^(secrets|\.tools)/", tracked, re.MULTILINE)
