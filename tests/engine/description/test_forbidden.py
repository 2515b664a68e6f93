"""What people write who forbid things: none of it is drawn, all of it is in the negative text, and the rest is drawn.

The rows of `data/forbidden.json` were written by somebody who had not read the rules, and mended the rules after.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.description import encoder_texts, parse

ROWS = json.loads((Path(__file__).parent / "data" / "forbidden.json").read_text(encoding="utf-8"))


def says(text: str, words: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", text, re.IGNORECASE) is not None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"][:40])
def test_what_is_forbidden_is_kept_out_and_nothing_else(row: dict[str, Any]) -> None:
    texts = encoder_texts(parse(row["text"]))
    drawn, negative = texts.drawn.text, texts.negative.text
    assert [words for words in row["forbidden"] if says(drawn, words)] == [], drawn
    assert [words for words in row["forbidden"] if not says(negative, words)] == [], negative
    assert [words for words in row["drawn"] if not says(drawn, words)] == [], drawn


@pytest.mark.parametrize(
    ("text", "drawn", "negative"),
    [
        ("a man in a coat, his hat isn't in the picture", "a man in a coat", "hat"),
        ("a man in a coat. Hats shouldn't appear. Boots.", "a man in a coat. Boots.", "Hats"),
        ("a man, his watch is not on his wrist, boots", "a man, boots", "watch"),
        ("a man in a coat, tie no, hat no", "a man in a coat", "tie, hat"),
        ("a man who says no, in a coat", "a man who says no, in a coat", ""),
        ("Not wearing: hat, scarf. Wearing: a coat.", "Wearing: a coat.", "hat, scarf"),
        ("exclude: hats | include: a coat", "include: a coat", "hats"),
        ("❌ hat, a coat", "a coat", "hat"),
        ("a coat, -hat, boots", "a coat, boots", "hat"),
        ("a coat\n-hat\n-boots", "a coat\n-hat\n-boots", ""),
        ("Bag: no bag\nTop: a shirt", "Top: a shirt", "bag"),
        ("Leave the hat out. A coat.", "A coat.", "hat"),
        ("Leave the jacket open, hair out", "Leave the jacket open, hair out", ""),
        ("a beardless man in a coat", "a man in a coat", "beard"),
        ("a man hatless in the rain", "a man in the rain", "hat"),
        ("a nurse with no cap but with a watch", "a nurse with a watch", "cap"),
    ],
)
def test_ways_of_saying_it(text: str, drawn: str, negative: str) -> None:
    texts = encoder_texts(parse(text))
    assert (texts.drawn.text, texts.negative.text) == (drawn, negative)
