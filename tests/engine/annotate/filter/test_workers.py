"""Whoever examines the pictures, the verdicts are the same; a worker that is killed loses and doubles nothing."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from engine.annotate.filter.examine import Examined
from engine.annotate.filter.recipe import FilterRecipe
from engine.annotate.filter.run import Filtered, run_filter
from engine.annotate.filter.workers import filter_work
from engine.annotate.pool.origin import Origin
from engine.annotate.pool.store import LIMITS, Pool
from engine.spread.processes import in_processes
from engine.spread.ray_cluster import NAME, on_ray

RECIPE = FilterRecipe(least_side=100, least_sharpness=0, people=False)
WORK = filter_work(RECIPE, LIMITS)
NUM = 60


@pytest.fixture
def filled(tmp_path: Path, picture) -> Path:
    """Sixty pictures, of which every fifth is a copy, every seventh too small and one damaged."""
    with Pool(tmp_path / "pool") as pool:
        for seed in range(NUM):
            size = (60, 80) if seed % 7 == 0 else (200, 280)
            data = picture(seed - seed % 5, size=size, image_format="JPEG", quality=80 + seed % 5)
            pool.add(data[:-400] if seed == 30 else data, Origin(source="x", key=str(seed)))
    return pool.folder


def judged(pool: Pool) -> list[tuple[object, ...]]:
    query = "SELECT picture, stage, reason, message, found FROM verdict ORDER BY picture"
    return [tuple(row) for row in pool.database.rows(query)]


def reference(folder: Path) -> tuple[Filtered, list[tuple[object, ...]]]:
    with Pool(folder) as pool:
        filtered = run_filter(pool, RECIPE.build())
        rows = judged(pool)
        pool.database.connection.execute("DELETE FROM verdict")
        return filtered, rows


@pytest.mark.slow
def test_processes_give_the_same_verdicts_though_one_is_killed(filled: Path) -> None:
    filtered, rows = reference(filled)
    assert len(rows) == NUM and 0 < filtered.passed < NUM
    seen = 0

    with Pool(filled) as pool:

        def count(more: int) -> None:
            nonlocal seen
            seen += more
            if seen == 20:
                children = [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
                workers = [pid for pid in children if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
                os.kill(workers[-1], signal.SIGKILL)

        again = run_filter(pool, RECIPE.build(), in_processes(WORK, 2), progress=count)
        assert again == filtered and judged(pool) == rows and seen == NUM


@pytest.mark.slow
def test_a_ray_cluster_gives_the_same_verdicts_though_a_worker_is_killed(filled: Path, ray_cluster: Any) -> None:
    filtered, rows = reference(filled)
    seen = 0

    def count(more: int) -> None:
        nonlocal seen
        seen += more
        if seen == 20:
            named = [name for name in ray_cluster.util.list_named_actors() if name.startswith(NAME)]
            os.kill(ray_cluster.get(ray_cluster.get_actor(named[0]).process_id.remote()), signal.SIGKILL)

    with Pool(filled) as pool:
        again = run_filter(pool, RECIPE.build(), on_ray(WORK, "auto", 2), progress=count)
        assert again == filtered and judged(pool) == rows and seen == NUM


def test_examined_pictures_are_plain_values(filled: Path) -> None:
    with Pool(filled) as pool:
        pictures = [picture for _, picture in pool.pictures()][:3]
        (first, *_) = list(in_processes(WORK, 1)(pictures))
        assert isinstance(first, Examined) and first.picture == pictures[0]
