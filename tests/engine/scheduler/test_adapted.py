"""Who shares a forward with adapters, what it is thought to cost, and which graph its parts run on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.adapters.info import AdapterInfo
from engine.adapters.read import Adapter
from engine.adapters.stack import Loras
from engine.scheduler.cost_table import CostTable, bucket_name
from engine.scheduler.forward import run_batch
from engine.scheduler.job import Job
from engine.scheduler.picture import Adapted, Inputs, Picture
from engine.scheduler.policy import Batch
from tests.engine.scheduler.test_policy import Costs, picks, policy
from tests.engine.scheduler.test_state import denoising


def adapter(name: str, rank: int) -> Adapter:
    return Adapter(
        info=AdapterInfo(name=name, sha256=name, rank=rank), down=np.zeros((1, rank)), up=np.zeros((rank, 1))
    )


class Ran:
    """Two graphs that note what they ran."""

    def __init__(self) -> None:
        self.plain: list[int] = []
        self.adapted: list[list[str]] = []

    def forward(self, inputs: Inputs) -> Any:
        self.plain.append(len(inputs["sample"]))
        return np.zeros_like(inputs["sample"])

    def forward_adapted(self, inputs: Inputs, loras: Sequence[Loras]) -> Any:
        self.adapted.append(["+".join(adapter.info.name for adapter, _ in each) for each in loras])
        return np.zeros_like(inputs["sample"])


def picture(
    number: int, *adapters: Adapter, ran: Ran | None = None, apart: bool = False, guided: bool = False
) -> Picture:
    adapted = None
    if adapters:
        forward = (ran or Ran()).forward_adapted
        adapted = Adapted(loras=tuple((each, 1.0) for each in adapters), forward=forward, max_columns=32, apart=apart)
    plain = denoising(1.0, side=4, guided=guided, steps=2)
    return Picture(Job(number=number, priority="normal", entered_at=0.0), 0, replace(plain, adapted=adapted))


def numbers(batch: Batch) -> list[int]:
    return [each.job.number for each in batch.pictures]


def test_adapters_beyond_the_columns_wait_for_the_next_forward_and_nobody_starves() -> None:
    pictures = [picture(0, adapter("a", 20)), picture(1, adapter("b", 20)), picture(2), picture(3, adapter("a", 20))]
    cheap = Costs(lambda area, rows: 1.0)
    batches = picks(policy(cheap, max_rows=8), pictures, 40)
    assert all(not {0, 1} <= set(numbers(batch)) for batch in batches)
    assert all({0, 2, 3} == set(numbers(batch)) or {1, 2} == set(numbers(batch)) for batch in batches)
    assert sum(1 in numbers(batch) for batch in batches) >= 10
    assert sum(0 in numbers(batch) for batch in batches) >= 10


def test_costs_are_known_by_columns() -> None:
    batch = Batch(bucket=picture(0).bucket, pictures=(picture(0, adapter("a", 20)), picture(1)), row_limit=8)
    assert bucket_name(batch.cost_bucket).endswith(" 32 columns")
    assert replace(batch, pictures=(picture(1),)).cost_bucket == batch.bucket
    costs = CostTable()
    costs.observe(batch.bucket, 2, 1.0)
    assert costs.seconds(batch.cost_bucket, 2) == costs.seconds(batch.bucket, 2)
    costs.observe(batch.cost_bucket, 2, 3.0)
    assert costs.seconds(batch.cost_bucket, 2) > 2 * costs.seconds(batch.bucket, 2)


def test_rows_that_would_change_their_bits_keep_to_themselves() -> None:
    apart = [picture(0, adapter("a", 4), apart=True), picture(1), picture(2, adapter("b", 4), apart=True)]
    batches = picks(policy(Costs(lambda area, rows: 1.0), max_rows=8), apart, 6)
    assert {tuple(sorted(numbers(batch))) for batch in batches} == {(1,), (0, 2)}


def test_one_forward_has_all_rows_and_a_plain_one_none() -> None:
    ran = Ran()
    mixed = (picture(0, adapter("a", 4), ran=ran, guided=True), picture(1), picture(2, adapter("b", 4), ran=ran))
    outcome = run_batch(Batch(bucket=mixed[0].bucket, pictures=mixed, row_limit=8), ran.forward)
    assert ran.adapted == [["a", "a", "", "b"]] and not ran.plain
    assert outcome.forwards == [4] and outcome.adapted == 1
    outcome = run_batch(Batch(bucket=mixed[1].bucket, pictures=mixed[1:2], row_limit=8), ran.forward)
    assert ran.plain == [1] and outcome.adapted == 0


def test_parts_of_a_forward_run_on_the_graph_that_each_needs() -> None:
    ran = Ran()
    mixed = (picture(1), picture(2), picture(0, adapter("a", 4), ran=ran))
    outcome = run_batch(Batch(bucket=mixed[0].bucket, pictures=mixed, row_limit=2), ran.forward)
    assert ran.plain == [2] and ran.adapted == [["a"]] and outcome.forwards == [2, 1] and outcome.adapted == 1
