"""Syntax of other tools: recognised with its place, kept out of the drawn text, and parting what it parts."""

import sys
import time
from collections.abc import Callable

import pytest

from engine.description import Group, Syntax, encoder_texts, parse


def drawn(text: str) -> tuple[str, str]:
    texts = encoder_texts(parse(text))
    return texts.drawn.text, texts.negative.text


def ignored(text: str) -> list[str]:
    return [text[each.start : each.end] for each in Syntax(text).ignored]


@pytest.mark.parametrize(
    ("text", "words", "syntax"),
    [
        ("a woman in a red dress --ar 2:3 --style raw", "a woman in a red dress", ["--ar 2:3", "--style raw"]),
        ("<lora:x:0.8> young man, coat", "young man, coat", ["<lora:x:0.8>"]),
        ("young man <lora:x:0.8>, coat", "young man, coat", ["<lora:x:0.8>"]),
        ("young man, <lora:x:0.8>, coat", "young man, coat", ["<lora:x:0.8>"]),
        ("young man, coat, <lora:x:0.8>", "young man, coat", ["<lora:x:0.8>"]),
        ("red coat BREAK blue hat", "red coat, blue hat", ["BREAK"]),
        ("red coat, BREAK blue hat", "red coat, blue hat", ["BREAK"]),
        ("a knight AND a red cape", "a knight, a red cape", ["AND"]),
        ("a __color__ dress", "a dress", ["__color__"]),
        ("a {red|blue} dress", "a dress", ["{red|blue}"]),
        ("a woman [hat|cap] in a coat", "a woman in a coat", ["[hat|cap]"]),
        ("{{black boots}}, coat", "black boots, coat", ["{{", "}}"]),
        ("a hat++ and boots", "a hat and boots", ["++"]),
        ("a (red dress)++, boots", "a red dress, boots", ["++"]),
        ("lace gown:1.2, veil", "lace gown, veil", [":1.2"]),
        ("church steps ::2 confetti", "church steps, confetti", ["::2"]),
        ("red coat. Steps: 30, Sampler: Euler a, Seed: 7", "red coat.", ["Steps: 30, Sampler: Euler a, Seed: 7"]),
        ("red coat, CFG scale: 7, boots", "red coat, boots", ["CFG scale: 7"]),
        ("https://example.com/a.png a boy in a coat", "a boy in a coat", ["https://example.com/a.png"]),
        ("/imagine prompt: a tall man --v 6", "a tall man", ["/imagine prompt:", "--v 6"]),
        ("a **red** hat and *green* boots", "a red hat and green boots", ["**", "**", "*", "*"]),
        ("# Look\n- red hat\n- green boots", "Look, red hat, green boots", ["#", "-", "-"]),
        ("| Part | Look |\n|---|---|\n| Hair | long |", "Hair: long", ["| Part | Look |", "|---|---|", "|", "|", "|"]),
        ("red scarf<br>boots", "red scarf, boots", ["<br>"]),
        ('{"hair": "long, black", "upper_body": "linen"}', "hair: long, black, upper body: linen", None),
        ('{"prompt": "a man", "seed": 3, "hat": null}', "a man", None),
    ],
)
def test_syntax_is_kept_out(text: str, words: str, syntax: list[str] | None) -> None:
    assert drawn(text)[0] == words
    assert syntax is None or ignored(text) == syntax
    assert all(text[each.start : each.end].strip() and each.why for each in Syntax(text).ignored)


@pytest.mark.parametrize(
    "text",
    [
        "a woman in a red dress, boots - leather, 5'7\" tall; a 1/2 sleeve",
        "a t-shirt that says RED AND BLUE",
        "a woman (tall) with 2 bags: one red & one blue!",
        "Size: M, a well-dressed man — tired",
        "height: 180 cm, hair: long",
        "a man, 30 years old...",
    ],
)
def test_language_is_left_alone(text: str) -> None:
    assert Syntax(text).ignored == [] and Syntax(text).absent == []


@pytest.mark.parametrize(
    ("text", "words", "absent"),
    [
        ("a man, coat\nNegative prompt: (blur:1.4), hat\nSteps: 28, Sampler: Euler", "a man, coat", "blur, hat"),
        ("red gown, hair up. Avoid: gloves, handbag", "red gown, hair up.", "gloves, handbag"),
        ("red gown. Avoid: hats. She smiles.", "red gown. She smiles.", "hats"),
        ("a man in a coat --no hat, scarf --ar 2:3", "a man in a coat", "hat, scarf"),
        ('{"prompt": "a man", "negative": "hat, scarf"}', "a man", "hat, scarf"),
        ('{"prompt": "a man", "negative_prompt": ["hat", "scarf"]}', "a man", "hat, scarf"),
        ('{"person": "a man", "hat": null, "bag": "none"}', "person: a man", "hat, bag"),
        ("Hat: none\nCoat: red", "Coat: red", "Hat"),
        ("Coat: red\nHead - nothing", "Coat: red", "hat on Head"),
        ("| Hat | none |\n| Coat | red |", "Coat: red", "Hat"),
        ("## Avoid\n- hat\n- scarf\n## Look\nred coat", "Look\nred coat", "hat, scarf"),
        ("**Negative prompt:** hat", "", "hat"),
    ],
)
def test_headings_and_values_make_absent(text: str, words: str, absent: str) -> None:
    assert drawn(text) == (words, absent)


def test_syntax_parts_phrases() -> None:
    text = "a knight AND a red cape BREAK a castle"
    assert [str(span.group) for span in parse(text).spans] == ["person", "outerwear", "background"]


def test_weights_stand_beside_syntax() -> None:
    text = "<lora:x:1> (denim jacket:1.3), {a|b} boots"
    assert [(span.group, span.weight) for span in parse(text).spans] == [(Group.OUTERWEAR, 1.3), (Group.FOOTWEAR, 1.0)]


#: Many times what it takes; not a measurement.
PATIENCE_SECONDS = 30
PATTERNS = (
    "<", "<a:", "<lora:x:1> ", "--", "--no ", "--ar 2:3 ", "__", "__a", "{", "{a|", "{a|b}", "[a|", "BREAK ", "AND ",
    "::", "a:1.", "a++", "Steps: 1, A: ", "seed: 1 ", "http://", "*", "**a", "# ", "\n# ", "\n- ", "\n1. ", "|",
    "\n|a|", '{"a": ', '"', '"\\', '{"a": "b", ', "Avoid: ", "Negative prompt: ", "Hat: none, ", "a - none ", "no ",
    "```", "](", "![a](b)", "no hat, ", "no a, b or ", "hatless ", "not ", "without a ", "nor ", "is not visible ",
)  # fmt: skip


def _calls(action: Callable[[], object]) -> int:
    count = 0

    def trace(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(trace)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("pattern", ["{", "{{a", "\n- ", "\n \n", "|", "[a:", "no  ", "**"])
def test_long_runs_are_read_in_time(pattern: str) -> None:
    """Fifty thousand characters: what grows with their square takes minutes."""
    begun = time.process_time()
    Syntax(pattern * (50_000 // len(pattern)))
    assert time.process_time() - begun < PATIENCE_SECONDS


@pytest.mark.parametrize("pattern", PATTERNS)
def test_calls_grow_as_the_text(pattern: str) -> None:
    short, long = pattern * 250, pattern * 1000
    assert _calls(lambda: parse(long)) <= 5 * _calls(lambda: parse(short)) + 200
    assert _calls(lambda: encoder_texts(parse(long))) <= 5 * _calls(lambda: encoder_texts(parse(short))) + 200
