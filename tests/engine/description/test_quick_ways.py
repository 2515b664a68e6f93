"""Each quick way through a text finds what the slow one does."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.words.patterns import PATTERNS, repeated
from engine.description.emphasis import Emphasis
from engine.description.grammar import spelling, tokens
from engine.description.grammar.chunks import Chunker
from engine.description.lexicon import LEXICON
from engine.description.syntax import scan

DATA = Path(__file__).parent / "data"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIGNS = (
    ":", "<", ">", "{", "}", "[", "|", "=", "#", "*", "__", "`", "~~", "\n", "--", "++", ";;", ")+", ")-", ")1", ")0",
    ").", "AND", "BREAK", "ADD", "/imagine", "://", "? ", " - ", "- ", "+ ", "\u2022", "\u2013", "\u2014",
    ", -", "; -", "\u2212", "\u274c", "\u26d4", "\u2716", "\u2717", "\u2718", "\U0001f6ab", "\U0001f645",
)  # fmt: skip


def texts() -> list[str]:
    """Annotated texts, those made of them by exchanging their ends, words in any order, and patterns."""
    rng = random.Random(0)
    paths = [*DATA.glob("*.jsonl"), DATA / "gold" / "dense.jsonl"]
    found = [json.loads(line)["text"] for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    words, marks = sorted(LEXICON), (" ", ", ", ". ", " and ", " of ", " a ", "'s ", "  ", "\n", ": ", " 1. ", " - ")
    mixed = ["".join(rng.choice(words) + rng.choice(marks) for _ in range(20)) for _ in range(1000)]
    for _ in range(500):
        one, two = rng.choice(found).split(" "), rng.choice(found).split(" ")
        mixed.append(" ".join(one[: rng.randrange(len(one))] + two[rng.randrange(len(two)) :]))
    return found + mixed + [repeated(piece, 300) for piece in PATTERNS.values()]


TEXTS = texts()


def test_plain_texts_are_split_as_any_text_is() -> None:
    num_plain = 0
    for text in TEXTS:
        folded = tokens.fold(Emphasis(text).blanked())
        plain = tokens._plain_words(folded)
        if plain is not None:
            num_plain += 1
            assert plain == tokens._any_words(folded), text
    assert num_plain > len(TEXTS) / 3


def test_simple_noun_phrases_are_read_as_any_are() -> None:
    num_simple = 0
    for text in TEXTS:
        chunker = Chunker(tokens.tokenise(tokens.fold(Emphasis(text).blanked())))
        for at in range(chunker._count):
            simple = chunker._read_simple(at)
            if simple is not None:
                num_simple += 1
                assert simple == chunker._read_any(at), text
    assert num_simple > 10_000


def test_a_text_without_signs_has_no_syntax() -> None:
    for text in TEXTS:
        assert scan._has_signs(text) == any(sign in text for sign in SIGNS), text


def changes(word: str) -> Iterator[str]:
    """Every text one mistake away from a word."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield before + after[1:]
        yield before + after[1:2] + after[:1] + after[2:]
        for letter in LETTERS:
            yield before + letter + after
            yield before + letter + after[1:]


def test_every_word_one_mistake_away_is_looked_at() -> None:
    rng = random.Random(0)
    words = [word for word in LEXICON if word.isalpha() and len(word) > spelling.LEAST_LETTERS]
    for _ in range(300):
        word = rng.choice(words)
        at = rng.randrange(1, len(word) - 1)
        written = word[:at] + rng.choice(LETTERS) + word[at + 1 :]
        looked_at = {candidate for _, candidate in spelling._changes(written)}
        inside = {candidate for candidate in changes(written[1:-1])}
        meant = {written[0] + candidate + written[-1] for candidate in inside} & LEXICON.keys() - {written}
        assert meant <= looked_at, written
