"""Times the parser on texts of 100 words and prints p50 and p95 with the machine's description.

Run from the repository root: `python benchmarks/parser.py`. The goal is a p50 of at most 300 us.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.support.machine import describe  # noqa: E402
from engine.description import Parser  # noqa: E402

GOAL_MICROSECONDS = 300.0
DATA = ROOT / "tests" / "engine" / "description" / "data"


def texts(num_texts: int, num_words: int, seed: int) -> list[str]:
    """Return texts of equal length, joined from annotated descriptions in random order."""
    lines = [line for path in sorted(DATA.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    sentences = [json.loads(line)["text"].rstrip(".") + "." for line in lines]
    rng = random.Random(seed)
    made = []
    for _ in range(num_texts):
        words: list[str] = []
        while len(words) < num_words:
            words += rng.choice(sentences).split()
        made.append(" ".join(words[:num_words]))
    return made


def microseconds(parser: Parser, text: str, repeats: int) -> float:
    """Return the shortest of several parses of one text, in microseconds of wall clock."""
    best = float("inf")
    for _ in range(repeats):
        begun = time.perf_counter_ns()
        parser.parse(text)
        best = min(best, time.perf_counter_ns() - begun)
    return best / 1000


def main() -> None:
    """Print one row for each length of text."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--texts", type=int, default=300, help="texts of each length")
    arguments.add_argument("--repeats", type=int, default=20, help="parses of each text; the shortest counts")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    parser = Parser()
    print(describe())
    print("| words | p50 us | p95 us | p50 / goal |")
    print("|---|---|---|---|")
    for num_words in (25, 100, 400):
        batch = texts(options.texts, num_words, options.seed)
        for text in batch:
            parser.parse(text)
        times = sorted(microseconds(parser, text, options.repeats) for text in batch)
        p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        ratio = f"{p50 / GOAL_MICROSECONDS:.2f}" if num_words == 100 else ""
        print(f"| {num_words} | {p50:.0f} | {p95:.0f} | {ratio} |")


if __name__ == "__main__":
    main()
