"""The queueing model against what is known: a lone request, a queue that has a formula, and a server's metrics."""

import httpx
import pytest

from clients.loadtest.capacity import Costs, Load, latencies, replicas_for
from clients.loadtest.samples import quantile

FLAT = Costs(forward={2: 0.1, 8: 0.1}, decode=0.0, text=0.0)


def test_without_company_a_request_takes_its_own_time() -> None:
    costs = Costs(forward={2: 0.1, 8: 0.25}, decode=0.3, text=0.02)
    alone = latencies(costs, Load(rate=1e-6, steps=20), 1, requests=50)
    assert alone == pytest.approx([0.02 + 2.0 + 0.3] * 50, abs=1e-4)


def test_one_at_a_time_is_the_queue_of_the_textbook() -> None:
    """M/D/1: the mean wait is rho / (2 (1 - rho)) services (Pollaczek 1930, Khinchine 1932)."""
    load = Load(rate=0.7, steps=10, max_rows=2, max_running=1)
    found = latencies(FLAT, load, 1, requests=40_000)
    assert sum(found) / len(found) == pytest.approx(1 + 0.7 / (2 * 0.3), rel=0.05)


def test_more_replicas_are_not_slower_and_the_least_that_do_are_found() -> None:
    load = Load(rate=6.0, steps=10)
    needed = replicas_for(FLAT, load, 1.5)
    p95 = [quantile(latencies(FLAT, load, count), 0.95) for count in (needed - 1, needed)]
    assert p95[1] <= 1.5 < p95[0]
    with pytest.raises(ValueError, match="a request alone takes 1.00 s"):
        replicas_for(FLAT, load, 0.5)


def test_rows_between_are_on_the_line_and_beyond_in_proportion() -> None:
    costs = Costs(forward={2: 0.1, 6: 0.3}, decode=0, text=0)
    assert [costs.seconds(rows) for rows in (1, 2, 4, 6, 12)] == pytest.approx([0.1, 0.1, 0.2, 0.3, 0.6])


def test_costs_are_what_a_server_has_measured(url: str) -> None:
    with httpx.Client(base_url=url, timeout=120) as client:
        client.post("/generate", json={"description": "a woman in a red dress", "steps": 3}).raise_for_status()
        metrics = client.get("/metrics").text
    costs = Costs.read(metrics)
    assert costs.seconds(2) > 0 and costs.decode > 0
    with pytest.raises(ValueError, match="draw a few pictures"):
        Costs.read("")
    with pytest.raises(ValueError, match="has measured"):
        Costs.read(metrics, "1x1x1")
