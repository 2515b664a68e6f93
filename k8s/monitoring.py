"""Writes the PrometheusRule and the dashboards of k8s/components/monitoring, from rules.yaml and what stands here.

A test fails where what is committed differs, and where a query names a metric that nobody has.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "components" / "monitoring"
HEADER = """\
# Written by `python k8s/monitoring.py` from rules.yaml.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: cosmicman
  labels:
    app.kubernetes.io/name: cosmicman
    app.kubernetes.io/component: monitoring
spec:
"""
#: What a dashboard's two choices leave; SCOPE in a query stands for it.
SCOPE = 'namespace=~"$namespace",track=~"$track"'
COLUMNS, WIDTH, HEIGHT = 24, 8, 8

#: Title, unit, and for each line its query and its name.
Panel = tuple[str, str, list[tuple[str, str]]]


def quantiles(metric: str) -> list[tuple[str, str]]:
    buckets = f"sum by (le) (rate({metric}_bucket{{SCOPE}}[5m]))"
    return [(f"histogram_quantile({share}, {buckets})", f"p{100 * share:g}") for share in (0.5, 0.95, 0.99)]


def rate(metric: str, by: str, labels: str = "") -> list[tuple[str, str]]:
    return [(f"sum by ({by}) (rate({metric}{{SCOPE{labels}}}[5m]))", f"{{{{{by}}}}}")]


def largest_and_sum(metric: str) -> list[tuple[str, str]]:
    """Before Tritons each gateway shows the sum of them all; with an engine of its own it shows that one."""
    rates = f"rate({metric}{{SCOPE}}[5m])"
    return [(f"max({rates})", "Tritons (largest gateway)"), (f"sum({rates})", "embedded engines (sum)")]


SERVICE: list[Panel] = [
    (
        "Is there an engine?",
        "short",
        [("sum(cosmicman_engine_ready{SCOPE})", "gateways with one"), ("count(cosmicman_engine_ready{SCOPE})", "all")],
    ),
    (
        "Requests in the engines",
        "short",
        [
            ("max(cosmicman_requests_waiting{SCOPE})", "waiting (largest gateway)"),
            ("max(cosmicman_requests_running{SCOPE})", "running (largest gateway)"),
            ("sum(cosmicman_requests_waiting{SCOPE})", "waiting (sum: embedded engines)"),
        ],
    ),
    ("How generations end", "reqps", rate("cosmicman_generations_total", "outcome")),
    ("Without a picture", "percentunit", [("cosmicman:generations_bad:share5m{SCOPE}", "share of 5 minutes")]),
    ("Time of a request", "s", quantiles("cosmicman_request_seconds")),
    ("Time in line", "s", quantiles("cosmicman_request_queue_seconds")),
    (
        "Where the time goes",
        "s",
        [
            (
                "sum by (stage) (rate(cosmicman_stage_seconds_sum{SCOPE}[5m]))"
                " / sum by (stage) (rate(cosmicman_stage_seconds_count{SCOPE}[5m]))",
                "{{stage}}",
            )
        ],
    ),
    ("Answers by status", "reqps", rate("cosmicman_http_requests_total", "status")),
    ("Answers by route", "reqps", rate("cosmicman_http_requests_total", "route")),
    ("Refusals by kind", "reqps", rate("cosmicman_problems_total", "kind")),
    ("Time to the first step", "s", quantiles("cosmicman_first_step_seconds")),
    ("Jobs", "short", [("max by (state) (cosmicman_jobs{SCOPE})", "{{state}}")]),
    ("Lateness of the event loop", "s", quantiles("cosmicman_event_loop_lag_seconds")),
    ("Connections", "short", [("sum(cosmicman_connections{SCOPE})", "open")]),
    ("Connections that the server closed", "ops", rate("cosmicman_connections_closed_total", "reason")),
    ("Memory of gateways", "bytes", [("process_resident_memory_bytes{SCOPE}", "{{pod}}{{instance}}")]),
]
ENGINE: list[Panel] = [
    ("Pictures", "ops", largest_and_sum("cosmicman_images_total")),
    ("Steps", "ops", largest_and_sum("cosmicman_steps_total")),
    (
        "Rows of a forward",
        "short",
        [("sum(rate(cosmicman_rows_total{SCOPE}[5m])) / sum(rate(cosmicman_forwards_total{SCOPE}[5m]))", "mean")],
    ),
    ("Time of a forward", "s", quantiles("cosmicman_forward_seconds")),
    (
        "Forwards that failed",
        "ops",
        [
            ("sum(rate(cosmicman_forwards_failed_total{SCOPE}[5m]))", "run again in parts"),
            ("sum(rate(cosmicman_forwards_out_of_memory_total{SCOPE}[5m]))", "did not fit"),
        ],
    ),
    ("Pictures that wait for decoding", "short", [("max(cosmicman_pictures_undecoded{SCOPE})", "pictures")]),
    ("Requests by size", "short", [("max by (bucket) (cosmicman_bucket_requests{SCOPE})", "{{bucket}}")]),
    ("Requests in each Triton", "short", [("cosmicman_engine_running{SCOPE}", "{{pod}} {{instance}} running")]),
    ("Requests in line at each Triton", "short", [("cosmicman_engine_waiting{SCOPE}", "{{pod}} {{instance}}")]),
    ("GPU use", "percentunit", [("nv_gpu_utilization{SCOPE}", "{{pod}} {{gpu_uuid}}")]),
    ("GPU memory", "bytes", [("nv_gpu_memory_used_bytes{SCOPE}", "{{pod}} {{gpu_uuid}}")]),
    ("GPU power", "watt", [("nv_gpu_power_usage{SCOPE}", "{{pod}} {{gpu_uuid}}")]),
]


def dashboard(title: str, uid: str, panels: list[Panel]) -> dict[str, Any]:
    """Grafana's JSON: a data source, a namespace and a track to choose, and panels three in a row."""
    return {
        "title": title,
        "uid": uid,
        "tags": ["cosmicman"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [_data_source(), _choice("namespace"), _choice("track")]},
        "panels": [_panel(index, panel) for index, panel in enumerate(panels)],
    }


def _data_source() -> dict[str, Any]:
    return {"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}


def _choice(label: str) -> dict[str, Any]:
    query = f"label_values(cosmicman_engine_ready, {label})"
    return {
        "name": label,
        "type": "query",
        "datasource": {"type": "prometheus", "uid": "${source}"},
        "query": {"query": query, "refId": label},
        "definition": query,
        "refresh": 2,
        "includeAll": True,
        "allValue": ".*",
        "multi": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


def _panel(index: int, panel: Panel) -> dict[str, Any]:
    title, unit, lines = panel
    place = index * WIDTH
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": title,
        "datasource": {"type": "prometheus", "uid": "${source}"},
        "gridPos": {"x": place % COLUMNS, "y": place // COLUMNS * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "expr": expr.replace("SCOPE", SCOPE), "legendFormat": name}
            for number, (expr, name) in enumerate(lines)
        ],
    }


def written() -> dict[Path, str]:
    """Each file that is written here, and its text."""
    rules = (FOLDER / "rules.yaml").read_text(encoding="utf-8")
    groups = rules[rules.index("groups:") :]
    spec = "".join(f"  {line}\n" if line else "\n" for line in groups.splitlines())
    boards = {
        "service": dashboard("CosmicMan: service", "cosmicman-service", SERVICE),
        "engine": dashboard("CosmicMan: engine", "cosmicman-engine", ENGINE),
    }
    texts = {
        FOLDER / "dashboards" / f"{name}.json": json.dumps(board, indent=1) + "\n" for name, board in boards.items()
    }
    return {FOLDER / "prometheus-rule.yaml": HEADER + spec, **texts}


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
