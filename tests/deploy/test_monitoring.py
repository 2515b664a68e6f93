"""Alerts, dashboards and autoscalers ask for metrics that somebody has, and alerts lead to a runbook that is there."""

import json
import re
import runpy
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from engine.request.stats import EngineStats, Histogram
from server.observability import metrics
from tests.deploy.manifests import OVERLAYS, ROOT, Rendered, run_tool
from tests.deploy.servers import gateway_of_cpu_dev

FOLDER = ROOT / "k8s/components/monitoring"
RULES: dict[str, Any] = yaml.safe_load((FOLDER / "rules.yaml").read_text(encoding="utf-8"))
ALL_RULES: list[dict[str, Any]] = [rule for group in RULES["groups"] for rule in group["rules"]]
BOARDS = sorted((FOLDER / "dashboards").glob("*.json"))
ALERTS_TEST = Path(__file__).with_name("alerts.yaml")

#: What Triton's own documentation lists (docs/user_guide/metrics.md of triton-inference-server/server).
OF_TRITON = {
    "nv_gpu_memory_total_bytes",
    "nv_gpu_memory_used_bytes",
    "nv_gpu_power_limit",
    "nv_gpu_power_usage",
    "nv_gpu_utilization",
    "nv_inference_count",
    "nv_inference_exec_count",
    "nv_inference_pending_request_count",
    "nv_inference_queue_duration_us",
    "nv_inference_request_duration_us",
    "nv_inference_request_failure",
    "nv_inference_request_success",
}
OF_PROMETHEUS = {"up"}


def of_the_engine_in_triton() -> set[str]:
    """Names that model_repo/cosmicman/1/model.py makes of the engine's stats."""
    names = set()
    for name, value in ((item.name, getattr(EngineStats(), item.name)) for item in fields(EngineStats)):
        match value:
            case int() | float() | Mapping():
                names.add(name)
            case Histogram():
                names |= {name, f"{name}_count_total", f"{name}_sum_total"}
    return {f"cosmicman_engine_{name}" for name in names}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every name there is: a gateway's that runs, Triton's, the engine's in it, and what rules record."""
    with gateway_of_cpu_dev(tmp_path_factory.mktemp("serve")) as url:
        for path in ("/healthz", "/readyz", "/metrics"):  # a counter with labels shows when it has counted
            with urllib.request.urlopen(url + path, timeout=60) as answer:
                text = answer.read().decode()
    families = list(text_string_to_metric_families(text))
    samples = {sample.name for family in families for sample in family.samples}
    samples |= {family.name for family in families if family.type == "gauge"}  # some have samples while they are used
    assert "cosmicman_requests_waiting" in samples
    recorded = {rule["record"] for rule in ALL_RULES if "record" in rule}
    return samples | recorded | OF_TRITON | OF_PROMETHEUS | of_the_engine_in_triton()


def queries() -> Iterator[tuple[str, str]]:
    """Where a query is, and what it says."""
    for rule in ALL_RULES:
        yield f"rule {rule.get('alert') or rule['record']}", rule["expr"]
    for path in BOARDS:
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{path.name}: {panel['title']}", target["expr"]
    for path in (ROOT / "k8s").rglob("*.yaml"):
        for found in re.findall(r"^\s+query: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
            yield path.name, found
        if path.name == "autoscaler.yaml":
            for each in yaml.safe_load(path.read_text(encoding="utf-8"))["spec"]["metrics"]:
                yield path.name, each["pods"]["metric"]["name"]


def metrics_of(query: str) -> set[str]:
    """The names that a query asks for; one that is not PromQL is an error."""
    plain = query.replace("$namespace", "x").replace("$track", "x")
    return set(_metrics(promql_parser.parse(plain)))


def _metrics(part: Any) -> Iterator[str]:
    if isinstance(part, promql_parser.VectorSelector):
        yield part.name or next(each.value for each in part.matchers.matchers if each.name == "__name__")
    for name in ("expr", "lhs", "rhs", "vs", "vector_selector", "param"):
        inner = getattr(part, name, None)
        if inner is not None and not isinstance(inner, str | int | float):
            yield from _metrics(inner)
    for inner in getattr(part, "args", None) or ():
        yield from _metrics(inner)


def test_metrics_are_read_out_of_queries() -> None:
    query = 'histogram_quantile(0.9, sum by (le) (rate(a_bucket{x="b"}[5m]))) > on () (c offset 5m) and absent(d)'
    assert metrics_of(f"{query} or max_over_time(e[5m:1m])") == {"a_bucket", "c", "d", "e"}


def test_every_query_asks_for_metrics_that_are_there(known: set[str]) -> None:
    found = list(queries())
    assert len(found) > 50
    assert [(where, missing) for where, query in found if (missing := metrics_of(query) - known)] == []


def test_labels_in_queries_are_values_that_are_counted() -> None:
    text = "\n".join(query for _, query in queries())
    outcomes = {*metrics.OUTCOMES, *metrics.JOB_OUTCOMES, *metrics.WEBHOOK_OUTCOMES}
    for label, values in (("outcome", outcomes), ("reason", metrics.CLOSED), ("state", metrics.JOB_STATES)):
        named = {each for found in re.findall(rf'{label}[=!~]+"([^"$]*)"', text) for each in found.split("|")}
        assert named <= set(values)


def test_what_is_generated_is_committed() -> None:
    for path, text in runpy.run_path(str(ROOT / "k8s/monitoring.py"))["written"]().items():
        assert path.read_text(encoding="utf-8") == text, f"python k8s/monitoring.py writes {path.name} anew"


def test_prometheus_takes_the_rules() -> None:
    check = ("check", "rules", "--lint=all", "--lint-fatal", FOLDER / "rules.yaml")
    for arguments in (check, ("test", "rules", ALERTS_TEST)):
        result = run_tool("promtool", *arguments)
        assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_is_tested_and_has_a_runbook() -> None:
    alerts = {rule["alert"]: rule for rule in ALL_RULES if "alert" in rule}
    tests = yaml.safe_load(ALERTS_TEST.read_text(encoding="utf-8"))["tests"]
    raised = {each["alertname"] for test in tests for each in test.get("alert_rule_test", []) if each["exp_alerts"]}
    assert raised == set(alerts)
    headings = re.findall(r"^#+ (\w+)$", (ROOT / "docs/deployment.md").read_text(encoding="utf-8"), re.MULTILINE)
    for name, rule in alerts.items():
        assert rule["annotations"]["runbook"] == f"docs/deployment.md#{name.lower()}"
        assert name in headings
        assert rule["labels"]["severity"] in {"critical", "warning"}
    assert {heading for heading in headings if heading.startswith("Cosmicman")} == set(alerts)


def test_dashboards_are_what_grafana_reads() -> None:
    for path in BOARDS:
        board = json.loads(path.read_text(encoding="utf-8"))
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in board["panels"]]
        assert len(set(places)) == len(places) >= 10
        assert len({panel["id"] for panel in board["panels"]}) == len(places)
        for panel in board["panels"]:
            assert panel["title"] and panel["targets"]
            letters = [target["refId"] for target in panel["targets"]]
            assert len(set(letters)) == len(letters)


@pytest.mark.parametrize("where", OVERLAYS[1:])
def test_dashboards_and_rules_go_with_the_overlay(where: str, rendered: Rendered) -> None:
    boards = next(each for each in rendered[where] if each["metadata"]["name"] == "cosmicman-dashboards")
    assert set(boards["data"]) == {path.name for path in BOARDS}
    rule = next(each for each in rendered[where] if each["kind"] == "PrometheusRule")
    assert rule["spec"]["groups"] == RULES["groups"]
