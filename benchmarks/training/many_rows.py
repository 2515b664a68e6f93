"""How long a data set of a million rows takes to start, and what memory a process has for it.

Run from the repository root: `python benchmarks/training/many_rows.py`. The goal: under 60 s, under 2 GB a process.
Rows have CosmicMan-HQ's columns, of any size, in label files of 100,000 each; they share 2,000 picture files, since
nothing of a picture but its name and size is looked at before it is encoded. Backgrounds are free text, so most rows
have one of their own; what is worn comes from a few hundred phrases. The first start makes the table of rows, the
second finds it. A line for each: seconds until a first batch of captions could be drawn, and peak memory (Pss: what
processes share counts by its share), in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402

FILES = 2000
A_FILE = 100_000
BACKGROUNDS = 500_000  # of which rows have one
COLOURS = ("red", "white", "navy blue", "light grey", "black", "beige")


def row(number: int) -> dict[str, Any]:
    """A row of the published columns with twelve phrases, as long as the published ones are."""
    rng = random.Random(number)
    colour = [rng.choice(COLOURS) for _ in range(6)]
    text: list[dict[str, str] | None] = [None] * 20
    text[0] = {"country": "Asian", "age": rng.choice(("young", "adult", "elderly")), "gender": "female"}
    text[1] = {"body shape": "slim"}
    text[2] = {"background": f"a city street with {rng.randrange(BACKGROUNDS)} buildings and trees"}
    text[3] = {"hair color": colour[0], "hair style": "straight", "hair length": "above chest"}
    text[6] = {"type": "shirt", "color": colour[1], "material": "cotton", "sleeve length": "long sleeve"}
    text[7] = {"type": "coat", "color": colour[2], "material": "wool", "coat length": "long"}
    text[8] = {"type": "trousers", "color": colour[3], "material": "denim"}
    text[9] = {"type": "boots", "color": colour[4], "material": "leather"}
    text[10] = {"type": "handbag", "color": colour[5], "material": "leather"}
    text[11] = {"type": "hat", "color": colour[0], "material": "felt"}
    text[14] = {"overall-style": "casual"}
    ids = [[4] if said else None for said in text]
    return {
        "path": f"LAION-5B/{number % FILES // 100:05d}/{number % FILES}.webp",
        "segm_path": f"LAION-5B-Pasing/{number % FILES // 100:05d}/{number % FILES}.png",
        "width": rng.randrange(512, 2049),
        "height": rng.randrange(512, 2049),
        "person_type": "full_body",
        "aa_text": json.dumps(text),
        "aa_ids": json.dumps(ids),
    }


def write(folder: Path, count: int) -> None:
    """Label files of `count` rows, and files with the names of their pictures and label maps."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    (folder / "label").mkdir(parents=True)
    for number in range(min(FILES, count)):
        for path in (folder / row(number)[name] for name in ("path", "segm_path")):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"a picture")
    for start in range(0, count, A_FILE):
        rows = pa.Table.from_pylist([row(number) for number in range(start, min(start + A_FILE, count))])
        parquet.write_table(rows, folder / "label" / f"laion1B-nolang_{start:08d}.parquet", row_group_size=20_000)


def start(folder: Path, cache: Path, workers: int, answer: Any) -> None:
    """What a process does before its first step, text encoders and cached latents aside."""
    from engine.train.data.latent_cache import SHARD_SIZE
    from engine.train.data.samples import Folder
    from engine.train.recipe.reading import load_recipe

    data = load_recipe(ROOT / "engine" / "train" / "recipes" / "cosmicman-sdxl.yaml", [f"data.folder={folder}"]).data
    begun = time.perf_counter()
    found = Folder(type(data)(**{**vars(data), "workers": workers}), cache)
    digests = {
        found.identity(numbers[first : first + SHARD_SIZE])
        for numbers in found.buckets.values()
        for first in range(0, len(numbers), SHARD_SIZE)
    }
    rng = random.Random(0)
    words = sum(len(found.samples[rng.randrange(len(found.samples))].phrases) for _ in range(1000))
    seconds = time.perf_counter() - begun
    answer.put((seconds, peak_memory(), len(found.samples), len(digests), words))


def peak_memory() -> dict[str, float]:
    """MB of this process: `private` now, `peak` of everything mapped (the table's pages among it)."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:])
    peak = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    private = sum(int(status[name].split()[0]) for name in ("Private_Clean", "Private_Dirty"))
    return {"private": private / 1024, "peak": int(peak["VmHWM"].split()[0]) / 1024}


def main() -> None:
    """Write the rows, start twice, say what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    told = parser.parse_args()
    print(describe())
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name) / "data", Path(name) / "cache"
        write(folder, told.rows)
        for which in ("first start", "second start"):
            answer: Any = context.Queue()
            process = context.Process(target=start, args=(folder, cache, told.workers, answer))
            process.start()
            seconds, memory, samples, shards, _ = answer.get()
            process.join()
            (table,) = cache.glob("rows-*.arrow")
            print(
                f"{which}: {samples:,} samples in {shards} shards, {seconds:.1f} s; memory of the process at most "
                f"{memory['peak']:,.0f} MB, {memory['private']:,.0f} MB of it its own at the end; "
                f"table {table.stat().st_size / 1e6:,.0f} MB"
            )


if __name__ == "__main__":
    main()
