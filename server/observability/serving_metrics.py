"""What serves, as Prometheus families: its version, and log lines that it could not write."""

import platform
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from engine import __version__
from server.observability.log_lines import lost_lines


class ServingCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        labels = {"version": __version__, "python": platform.python_version()}
        yield InfoMetricFamily("cosmicman_build", "What serves.", value=labels)
        lost = "Log lines that could not be written."
        yield CounterMetricFamily("cosmicman_log_lines_lost", lost, value=lost_lines())
