"""Prints the three speed goals of one engine in one run: one picture, throughput of eight clients, short jobs.

Run from the repository root: `python benchmarks/goals.py`; it takes about four minutes on two cores. It runs the three
benchmarks that have these goals one after the other, shorter than they are alone, and adds nothing of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

RUNS = (
    ("engine.py", "--rounds", "7", "--guidance-interval", "0", "0.4"),
    ("batching.py", "--rounds", "2", "--pictures", "16"),
    ("short_jobs.py", "--rounds", "1", "--short-jobs", "12"),
)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for file, *options in RUNS:
        print(f"\n$ python benchmarks/{file} {' '.join(options)}", flush=True)
        subprocess.run([sys.executable, str(FOLDER / file), *options], check=True)


if __name__ == "__main__":
    main()
