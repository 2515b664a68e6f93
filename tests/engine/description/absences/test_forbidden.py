"""What people write who forbid things: none of it is drawn, all of it is in the negative text, and the rest is drawn.

The rows of `data/forbidden.json` were written by somebody who had not read the rules, and mended the rules after.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.description import encoder_texts, parse

DATA = Path(__file__).parents[1] / "data"
#: Written before the rules that read them, in many more constructions: what was removed, lost, forgotten or denied
#: twice.
REMOVED = json.loads((DATA / "removed.json").read_text(encoding="utf-8"))
ROWS = json.loads((DATA / "forbidden.json").read_text(encoding="utf-8"))


def says(text: str, words: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(words)}(?![\w-])", text, re.IGNORECASE) is not None


@pytest.mark.parametrize("row", [*ROWS, *REMOVED], ids=lambda row: row["text"][:40])
def test_what_is_forbidden_is_kept_out_and_nothing_else(row: dict[str, Any]) -> None:
    texts = encoder_texts(parse(row["text"]))
    drawn, negative = texts.drawn.text, texts.negative.text
    assert [words for words in row["forbidden"] if says(drawn, words)] == [], drawn
    assert [words for words in row["forbidden"] if not says(negative, words)] == [], negative
    assert [words for words in row["drawn"] if not says(drawn, words)] == [], drawn


@pytest.mark.parametrize("row", REMOVED, ids=lambda row: row["text"][:40])
def test_what_is_drawn_is_not_forbidden_as_well(row: dict[str, Any]) -> None:
    negative = encoder_texts(parse(row["text"])).negative.text
    forbidden = " ".join(row["forbidden"])
    assert [words for words in row["drawn"] if says(negative, words) and not says(forbidden, words)] == [], negative


@pytest.mark.parametrize(
    ("text", "drawn", "negative"),
    [
        ("a man, the hat's been removed, boots", "a man, boots", "hat"),
        ("a man, the hat's brim is wide", "a man, the hat's brim is wide", ""),
        ("Don't forget the hat. A man.", "Don't forget the hat. A man.", ""),
        ("a man reaches up to take off his hat", "a man reaches up to take off his hat", ""),
        ("a coat with the buttons missing, boots", "a coat, boots", "buttons"),
        ("Hat? She hasn't got one. A coat.", "A coat.", "Hat"),
        ("a hairless man in a coat", "a man in a coat", "hair"),
        ("Missing: a girl of 14, red hair", "Missing: a girl of 14, red hair", ""),
        ("Missing: hat, scarf\nA coat", "A coat", "hat, scarf"),
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
