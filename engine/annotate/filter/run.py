"""Runs a filter over a pool: each picture passes all stages or is left out by the first that refuses it.

A verdict stays until a stage changes, so that a run which was killed goes on, and a grown pool costs only its new part.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from engine.annotate.filter.duplicates import Duplicates, Look
from engine.annotate.filter.embeddings import Embedding, NearEmbeddings
from engine.annotate.filter.examine import DECODING, Examined
from engine.annotate.filter.stage import Stage
from engine.annotate.filter.workers import Examiner, here
from engine.annotate.pool.store import Pool
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused

logger = logging.getLogger(__name__)


class Comparer(Protocol):
    """Compares a picture with those that were kept before."""

    def check(self, found: Mapping[str, object]) -> None:
        """Raises Refused where one of them is the same; `found` is what stages found of the picture."""

    def keep(self, found: Mapping[str, object], id: str) -> None:
        """Takes in a picture that passed every stage."""


@dataclass(kw_only=True)
class Filtered:
    """What became of a pool's pictures: how many passed, and of the others stage and reason."""

    passed: int = 0
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        """How many pictures there are."""
        return self.passed + sum(self.refused.values())


def run_filter(
    pool: Pool,
    stages: Sequence[Stage],
    examiner: Examiner | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Filtered:
    """Judges every picture of a pool that has no verdict of these stages yet.

    Args:
        pool: The pool, which keeps the verdicts.
        stages: From the cheapest to the dearest.
        examiner: Who runs them; this process by default. Whoever it is, the verdicts are the same.
        progress: Told how many pictures are done more.

    Returns:
        The verdicts on all pictures of the pool, old and new.

    Raises:
        OSError: A verdict cannot be kept.
    """
    versions = json.dumps([f"{stage.name}: {stage.version}" for stage in stages])
    comparers = _comparers(pool, stages, versions)
    for examined in (examiner or here(stages, pool.limits))(_without_verdict(pool, versions)):
        _keep(pool, _compared(examined, stages, comparers), versions)
        if progress is not None:
            progress(1)
    return verdicts(pool)


def verdicts(pool: Pool) -> Filtered:
    """The verdicts that a pool keeps, counted."""
    filtered = Filtered()
    for row in pool.database.rows("SELECT stage, reason, count(*) AS count FROM verdict GROUP BY stage, reason"):
        if row["reason"] is None:
            filtered.passed += row["count"]
        else:
            filtered.refused[row["stage"], row["reason"]] += row["count"]
    return filtered


def passed(pool: Pool) -> Iterator[tuple[PoolPicture, dict[str, object]]]:
    """Pictures that passed, each with what the stages found."""
    for _, picture in pool.pictures():
        row = pool.database.one("SELECT found FROM verdict WHERE picture = ? AND reason IS NULL", picture.id)
        if row is not None:
            yield picture, json.loads(row["found"])


def _without_verdict(pool: Pool, versions: str) -> Iterator[PoolPicture]:
    for _, picture in pool.pictures():
        if pool.database.one("SELECT 1 FROM verdict WHERE picture = ? AND stages = ?", picture.id, versions) is None:
            yield picture


def _comparers(pool: Pool, stages: Sequence[Stage], versions: str) -> dict[str, Comparer]:
    """What compares pictures with each other, by the name of the stage that notes what is compared."""
    comparers: dict[str, Comparer] = {}
    for stage in stages:
        if isinstance(stage, Look):
            comparers[stage.name] = Duplicates(pool, stage.near)
        elif isinstance(stage, Embedding):
            comparers[stage.name] = NearEmbeddings(stage.file)
    if comparers:  # what other stages kept is judged anew
        query = "SELECT picture, found FROM verdict WHERE reason IS NULL AND stages = ?"
        for row in pool.database.rows(query, versions):
            for comparer in comparers.values():
                comparer.keep(json.loads(row["found"]), row["picture"])
    return comparers


def _compared(examined: Examined, stages: Sequence[Stage], comparers: Mapping[str, Comparer]) -> Examined:
    """The verdict with copies left out, as if the stage that notes what is compared had refused them."""
    if examined.stage == DECODING:
        return examined
    for stage in stages:
        if stage.name == examined.stage:
            return examined
        if stage.name in comparers:
            try:
                comparers[stage.name].check(examined.found)
            except Refused as refused:
                return replace(examined, stage=stage.name, reason=refused.reason, message=str(refused))
    for comparer in comparers.values():
        comparer.keep(examined.found, examined.picture.id)
    return examined


def _keep(pool: Pool, judged: Examined, versions: str) -> None:
    if judged.reason is not None:
        logger.info("left out a picture: %s, %s", judged.stage, judged.reason)
    told = (judged.stage, judged.reason, judged.message)
    row = (judged.picture.id, versions, *told, json.dumps(judged.found), time.time())
    with pool.database.writing() as connection:
        if connection.execute("SELECT 1 FROM picture WHERE id = ?", (judged.picture.id,)).fetchone() is None:
            return  # taken down meanwhile
        if "look" in judged.found:
            connection.execute("INSERT OR REPLACE INTO look VALUES (?, ?)", (judged.picture.id, judged.found["look"]))
        connection.execute("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?)", row)
