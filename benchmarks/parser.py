"""Times the parser: the first parse of texts of 100 words, and how its time grows with texts that repeat a pattern.

Run from the repository root: `python benchmarks/parser.py`. All times are of the processor, not of the clock. Every
text is parsed once, as a server parses it. The goals: a p50 of at most 300 us for 100 words, and at 100,000 characters
no more time a character than at 10,000 (twice that at most, since the cache of the processor is small).
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
from benchmarks.words.patterns import PATTERNS, repeated  # noqa: E402
from engine.description import Parser  # noqa: E402

GOAL_MICROSECONDS = 300.0
MOST_GROWTH = 2.0
LENGTHS = (1_000, 10_000, 100_000)
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


def microseconds(parser: Parser, text: str) -> float:
    """The processor's time for one parse."""
    begun = time.thread_time_ns()
    parser.parse(text)
    return (time.thread_time_ns() - begun) / 1000


def show_first_parses(parser: Parser, num_texts: int, seed: int) -> bool:
    """Print one row for each length of text; return whether the goal is met."""
    print("| words | p50 us | p95 us | longest us | p50 / goal |")
    print("|---|---|---|---|---|")
    met = True
    for num_words in (25, 100, 400):
        times = sorted(microseconds(parser, text) for text in texts(num_texts, num_words, seed + num_words))
        p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        ratio = p50 / GOAL_MICROSECONDS if num_words == 100 else None
        met = met and (ratio is None or ratio <= 1)
        print(f"| {num_words} | {p50:.0f} | {p95:.0f} | {times[-1]:.0f} | {'' if ratio is None else f'{ratio:.2f}'} |")
    return met


def show_growth(parser: Parser) -> bool:
    """Print one row for each pattern: nanoseconds a character by the text's length; return whether all are linear."""
    print("\n| pattern | " + " | ".join(f"{length:,}" for length in LENGTHS) + " | growth |")
    print("|---" * (len(LENGTHS) + 2) + "|")
    met = True
    for name, piece in PATTERNS.items():
        each = [1000 * microseconds(parser, repeated(piece, length)) / length for length in LENGTHS]
        growth = each[-1] / each[-2]
        met = met and growth <= MOST_GROWTH
        print(f"| {name} | " + " | ".join(f"{value:.0f}" for value in each) + f" | {growth:.2f} |", flush=True)
    return met


def main() -> int:
    """Print both tables; the status is 1 where a goal is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--texts", type=int, default=300, help="texts of each length")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    parser = Parser()
    for text in texts(20, 100, options.seed - 1):  # what a process does once
        parser.parse(text)
    print(describe())
    fast = show_first_parses(parser, options.texts, options.seed)
    return 0 if show_growth(parser) and fast else 1


if __name__ == "__main__":
    sys.exit(main())
