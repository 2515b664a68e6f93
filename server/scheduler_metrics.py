"""The engine's scheduler as Prometheus families: who shares compute with whom, and what it costs.

It reads plain stats; it does not know which engine they are from.
"""

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from engine.engine import EngineStats, Histogram


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
    yield CounterMetricFamily("cosmicman_forwards_failed", "Forwards run again in parts.", value=failed)
    yield CounterMetricFamily("cosmicman_forwards_out_of_memory", "Forwards that did not fit.", value=memory)
    yield GaugeMetricFamily("cosmicman_pictures_undecoded", "Pictures that wait for decoding.", value=stats.undecoded)
    yield from _buckets(stats)


def _buckets(stats: EngineStats) -> Iterator[Metric]:
    requests = GaugeMetricFamily("cosmicman_bucket_requests", "Requests of a size.", labels=["bucket"])
    rows = GaugeMetricFamily("cosmicman_bucket_rows", "Rows of a size.", labels=["bucket", "state"])
    deficit = GaugeMetricFamily("cosmicman_bucket_deficit_seconds", "Time owed to a size.", labels=["bucket"])
    limit = GaugeMetricFamily("cosmicman_bucket_row_limit", "Rows a forward of a size may have.", labels=["bucket"])
    for each in stats.buckets:
        requests.add_metric([each.bucket], each.requests)
        rows.add_metric([each.bucket, "running"], each.running_rows)
        rows.add_metric([each.bucket, "waiting"], each.waiting_rows)
        deficit.add_metric([each.bucket], each.deficit_seconds)
        limit.add_metric([each.bucket], each.row_limit)
    costs = GaugeMetricFamily("cosmicman_forward_cost_seconds", "Measured costs.", labels=["bucket", "rows"])
    for cost in stats.costs:
        costs.add_metric([cost.bucket, str(cost.rows)], cost.seconds)
    yield from (requests, rows, deficit, limit, costs)


def _histogram(name: str, explanation: str, histogram: Histogram) -> HistogramMetricFamily:
    """Prometheus counts every value under a bound, also those under the bounds before it."""
    bounds = [*(str(bound) for bound in histogram.bounds), "+Inf"]
    buckets = list(zip(bounds, accumulate(histogram.counts), strict=True))
    return HistogramMetricFamily(name, explanation, buckets=buckets, sum_value=histogram.total)
