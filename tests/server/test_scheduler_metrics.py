"""The scheduler's state as Prometheus text."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from engine.engine import EngineStats
from engine.request.stats import BucketStats, CostStats, Histogram
from server.observability.scheduler_metrics import scheduler_families


class Stats(Collector):
    """Collects one fixed state."""

    def __init__(self, stats: EngineStats) -> None:
        self.stats = stats

    def collect(self) -> list[Metric]:
        return list(scheduler_families(self.stats))


def samples(stats: EngineStats) -> dict[tuple[str, ...], float]:
    registry = CollectorRegistry()
    registry.register(Stats(stats))
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(generate_latest(registry).decode())
        for sample in family.samples
    }


def test_histograms_add_up_as_prometheus_wants() -> None:
    rows = Histogram.empty((1.0, 2.0, 4.0))
    for value in (1, 2, 2, 3, 9):
        rows = rows.observed(value)
    found = samples(EngineStats(forward_rows=rows))
    counts = [found[("cosmicman_forward_rows_bucket", bound)] for bound in ("1.0", "2.0", "4.0", "+Inf")]
    assert counts == [1, 3, 4, 5]
    assert found[("cosmicman_forward_rows_count",)] == 5
    assert found[("cosmicman_forward_rows_sum",)] == 17


def test_every_bucket_tells_its_rows_its_deficit_and_its_costs() -> None:
    bucket = BucketStats(
        bucket="8x12x77", requests=2, waiting_rows=3, running_rows=4, deficit_seconds=0.25, row_limit=2
    )
    found = samples(
        EngineStats(
            running_by_priority={"high": 1, "normal": 2, "low": 0},
            waiting_by_priority={"high": 0, "normal": 5, "low": 6},
            undecoded=7,
            out_of_memory_total=1,
            buckets=(bucket,),
            costs=(CostStats(bucket="8x12x77", rows=2, seconds=0.02, num_measured=9),),
        )
    )
    assert found[("cosmicman_requests", "normal", "running")] == 2
    assert found[("cosmicman_requests", "low", "waiting")] == 6
    assert found[("cosmicman_bucket_requests", "8x12x77")] == 2
    assert found[("cosmicman_bucket_rows", "8x12x77", "waiting")] == 3
    assert found[("cosmicman_bucket_rows", "8x12x77", "running")] == 4
    assert found[("cosmicman_bucket_deficit_seconds", "8x12x77")] == 0.25
    assert found[("cosmicman_bucket_row_limit", "8x12x77")] == 2
    assert found[("cosmicman_forward_cost_seconds", "8x12x77", "2")] == 0.02
    assert found[("cosmicman_pictures_undecoded",)] == 7
    assert found[("cosmicman_forwards_out_of_memory_total",)] == 1


def test_several_engines_give_one_sample_for_each_bucket() -> None:
    buckets = tuple(
        BucketStats(bucket="8x12x77", requests=1, waiting_rows=2, running_rows=3, deficit_seconds=0.5, row_limit=limit)
        for limit in (8, 4)
    )
    costs = tuple(CostStats(bucket="8x12x77", rows=2, seconds=seconds, num_measured=9) for seconds in (0.01, 0.03))
    stats = EngineStats(buckets=buckets, costs=costs)
    assert len([metric for metric in Stats(stats).collect() if metric.name == "cosmicman_bucket_rows"][0].samples) == 2
    found = samples(stats)
    assert found[("cosmicman_bucket_rows", "8x12x77", "running")] == 6
    assert found[("cosmicman_bucket_row_limit", "8x12x77")] == 4
    assert found[("cosmicman_forward_cost_seconds", "8x12x77", "2")] == 0.02
