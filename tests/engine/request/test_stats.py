"""What an engine counts, and its way to another process and back."""

import json
from dataclasses import asdict

import pytest

from engine.files import json_fields
from engine.request.stats import BucketStats, CostStats, EngineStats, Histogram


def test_a_histogram_counts_under_bounds_and_over_the_last() -> None:
    histogram = Histogram.empty((1.0, 2.0, 4.0))
    for value in (0.5, 1.0, 3.0, 9.0):
        histogram = histogram.observed(value)
    assert histogram.counts == (2, 0, 1, 1)
    assert histogram.total == pytest.approx(13.5)
    assert histogram.mean == pytest.approx(3.375)
    assert histogram.last == 9.0
    assert Histogram.empty((1.0,)).mean == 0.0


def test_stats_travel() -> None:
    bucket = BucketStats(bucket="8x12x77", requests=1, waiting_rows=2, running_rows=3, deficit_seconds=0.5, row_limit=4)
    stats = EngineStats(
        running=3,
        running_by_priority={"high": 1, "normal": 2, "low": 0},
        forward_rows=EngineStats().forward_rows.observed(3.0),
        buckets=(bucket,),
        costs=(CostStats(bucket="8x12x77", rows=2, seconds=0.02, num_measured=9),),
    )
    text = json.dumps(asdict(stats))
    assert json_fields.read(json.loads(text), EngineStats) == stats
