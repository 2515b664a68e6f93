"""Images per second of the filter, and how they grow with workers: in this process, in processes, and on Ray.

Run from the repository root: `python benchmarks/annotate/workers.py --person-models mediapipe-0.10.21-....whl`. All
ways judge the same pool within one run, and must come to the same verdicts. The clock starts when every worker has
answered once, because starting one takes as long as hundreds of pictures.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402

from benchmarks.support.machine import describe  # noqa: E402
from engine.annotate.filter.recipe import FilterRecipe  # noqa: E402
from engine.annotate.filter.run import run_filter  # noqa: E402
from engine.annotate.filter.workers import Examiner, filter_work  # noqa: E402
from engine.annotate.pool.origin import Origin  # noqa: E402
from engine.annotate.pool.store import Pool  # noqa: E402
from engine.spread.processes import in_processes  # noqa: E402
from engine.spread.ray_cluster import on_ray  # noqa: E402
from engine.train.figures import draw_figure, sample_figure  # noqa: E402

FIRST_SEED = 5_000_000
SIZE = (1024, 1536)  # as a photograph is found; the figures are drawn smaller


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One way: pictures in a second after the first ones, seconds until these were there, and the verdicts."""

    name: str
    workers: int
    rate: float
    start_seconds: float
    verdicts: Sequence[tuple[object, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=240)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--person-models", type=Path, help="wheel or folder of mediapipe 0.10.21; none: no such stages")
    options = parser.parse_args()
    place = options.person_models and options.person_models.resolve()
    recipe = FilterRecipe(least_sharpness=0, people=place is not None, person_models=place)
    with tempfile.TemporaryDirectory() as folder, Pool(Path(folder) / "pool") as pool:
        fill(pool, options.pictures)
        work = filter_work(recipe, pool.limits)
        ways: list[tuple[str, int, Examiner | None]] = [("this process", 1, None)]
        ways += [("processes", each, in_processes(work, each)) for each in options.workers]
        ways += [("Ray", each, on_ray(work, "local", each)) for each in options.workers]
        found = [measure(pool, recipe, *way) for way in ways]
    assert all(each.verdicts == found[0].verdicts for each in found), "the ways differ"
    sys.stdout.write(f"{describe()}\n{options.pictures} pictures of {SIZE[0]} x {SIZE[1]}\n\n{table(found)}\n")


def fill(pool: Pool, count: int) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + count):
        drawing = draw_figure(sample_figure(seed))
        file = io.BytesIO()
        Image.fromarray(drawing.image).resize(SIZE, Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
        pool.add(file.getvalue(), Origin(source="figures", key=str(seed), licence="own"))


def measure(pool: Pool, recipe: FilterRecipe, name: str, workers: int, examiner: Examiner | None) -> Measured:
    pool.database.connection.execute("DELETE FROM verdict")
    began, times = time.monotonic(), list[float]()
    run_filter(pool, recipe.build(), examiner, progress=ticks(times))
    first = 8 * workers  # by then each has answered, and as many wait as ever will
    rate = (len(times) - first) / (times[-1] - times[first - 1])
    rows = pool.database.rows("SELECT picture, stage, reason, message, found FROM verdict ORDER BY picture")
    verdicts = [tuple(row) for row in rows]
    return Measured(name=name, workers=workers, rate=rate, start_seconds=times[first - 1] - began, verdicts=verdicts)


def ticks(times: list[float]) -> Callable[[int], None]:
    return lambda more: times.extend([time.monotonic()] * more)


def table(found: Sequence[Measured]) -> str:
    lines = ["| where | workers | images/s | against one worker | until the first |", "|---|---|---|---|---|"]
    for each in found:
        one = next(other for other in found if other.name == each.name)
        growth, start = f"{each.rate / one.rate:.2f}", f"{each.start_seconds:.1f} s"
        lines.append(f"| {each.name} | {each.workers} | {each.rate:.1f} | {growth} | {start} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
