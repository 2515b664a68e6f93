"""The engine's scheduler as Prometheus families: who shares compute with whom, and what it costs.

It reads plain stats; it does not know which engine they are from.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from engine.engine import EngineStats, Histogram

Item = TypeVar("Item")
Key = TypeVar("Key")


def scheduler_families(stats: EngineStats) -> Iterator[Metric]:
    """Requests by priority, forwards, and each bucket's rows, deficit, limit and costs."""
    requests = GaugeMetricFamily("cosmicman_requests", "Requests by priority.", labels=["state", "priority"])
    for state, counts in (("running", stats.running_by_priority), ("waiting", stats.waiting_by_priority)):
        for priority, count in counts.items():
            requests.add_metric([state, priority], count)
    yield requests
    yield _histogram("cosmicman_forward_rows", "Rows of a forward.", stats.forward_rows)
    yield _histogram("cosmicman_forward_seconds", "Time of a forward.", stats.forward_seconds)
    last = stats.forward_seconds.last
    yield GaugeMetricFamily("cosmicman_forward_last_seconds", "Time of the latest forward.", value=last)
    failed, memory = stats.forwards_failed_total, stats.out_of_memory_total
    adapted = stats.forwards_adapted_total
    yield CounterMetricFamily("cosmicman_forwards_adapted", "Forwards with adapters or control.", value=adapted)
    yield GaugeMetricFamily("cosmicman_adapter_bytes", "Memory of adapters.", value=stats.adapter_bytes)
    yield CounterMetricFamily("cosmicman_forwards_failed", "Forwards run again in parts.", value=failed)
    yield CounterMetricFamily("cosmicman_forwards_out_of_memory", "Forwards that did not fit.", value=memory)
    yield GaugeMetricFamily("cosmicman_pictures_undecoded", "Pictures that wait for decoding.", value=stats.undecoded)
    shapes, taken = stats.compiled_shapes, stats.compiled_bytes
    yield GaugeMetricFamily("cosmicman_compiled_shapes", "Shapes that OpenVINO holds compiled.", value=shapes)
    yield GaugeMetricFamily("cosmicman_compiled_bytes", "Memory of compiled shapes, about.", value=taken)
    yield from _buckets(stats)


def _buckets(stats: EngineStats) -> Iterator[Metric]:
    """One sample for each size, also where the stats are the sum of several engines: Prometheus refuses two."""
    requests = GaugeMetricFamily("cosmicman_bucket_requests", "Requests of a size.", labels=["bucket"])
    rows = GaugeMetricFamily("cosmicman_bucket_rows", "Rows of a size.", labels=["bucket", "state"])
    deficit = GaugeMetricFamily("cosmicman_bucket_deficit_seconds", "Time owed to a size.", labels=["bucket"])
    limit = GaugeMetricFamily("cosmicman_bucket_row_limit", "Rows a forward of a size may have.", labels=["bucket"])
    for name, group in _grouped(stats.buckets, lambda each: each.bucket):
        requests.add_metric([name], sum(each.requests for each in group))
        rows.add_metric([name, "running"], sum(each.running_rows for each in group))
        rows.add_metric([name, "waiting"], sum(each.waiting_rows for each in group))
        deficit.add_metric([name], sum(each.deficit_seconds for each in group))
        limit.add_metric([name], min(each.row_limit for each in group))
    costs = GaugeMetricFamily("cosmicman_forward_cost_seconds", "Measured costs.", labels=["bucket", "rows"])
    for (name, count), cells in _grouped(stats.costs, lambda each: (each.bucket, each.rows)):
        costs.add_metric([name, str(count)], sum(each.seconds for each in cells) / len(cells))
    yield from (requests, rows, deficit, limit, costs)


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> list[tuple[Key, list[Item]]]:
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.items())


def _histogram(name: str, explanation: str, histogram: Histogram) -> HistogramMetricFamily:
    """Prometheus counts every value under a bound, also those under the bounds before it."""
    bounds = [*(str(bound) for bound in histogram.bounds), "+Inf"]
    buckets = list(zip(bounds, accumulate(histogram.counts), strict=True))
    return HistogramMetricFamily(name, explanation, buckets=buckets, sum_value=histogram.total)
