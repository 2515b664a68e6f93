"""No mark of emphasis ever reaches the text encoder, and every word it reads has the weight that was written."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from engine.description import Description, parse
from engine.engine import GenerationRequest
from engine.errors import RequestError
from engine.prompt.planner import PromptPlanner
from engine.request.request import MAX_WEIGHT
from tests.engine.request.test_request import arranged

ANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = ["red", "plaid", "dress", "hat", "woman", "xylophone", "boots", "帽子"]
NUMBERS = ["", ":1", ":1.0", ":+1.5", ": 0.5 ", ":.5", ":0", ":2", ":1e-1", "[]"]


@pytest.fixture(scope="module")
def planner(tokenizer: Tokenizer) -> PromptPlanner:
    start, end = (tokenizer.token_to_id(f"<|{name}|>") for name in ("startoftext", "endoftext"))
    return PromptPlanner(tokenizer, window_length=77, start_token=start, end_token=end, padding_token=end)


@dataclass(frozen=True)
class Group:
    """Brackets around parts of a text; `number` is what stands before the closing one, or [] for square ones."""

    parts: "list[str | Group]"
    number: str


TREES = st.recursive(
    st.sampled_from(WORDS),
    lambda parts: st.builds(Group, st.lists(parts, min_size=1, max_size=4), st.sampled_from(NUMBERS)),
    max_leaves=12,
)
TEXTS = st.lists(TREES, min_size=1, max_size=6)


def written(parts: "list[str | Group]") -> str:
    return ", ".join(
        part if isinstance(part, str)
        else f"[{written(part.parts)}]" if part.number == "[]"
        else f"({written(part.parts)}{part.number})"
        for part in parts
    )  # fmt: skip


def weights_of(parts: "list[str | Group]", outer: float = 1.0) -> Iterator[tuple[str, float]]:
    """Every word and its weight, by the tree alone."""
    for part in parts:
        if isinstance(part, str):
            yield part, outer
        elif part.number == "[]":
            yield from weights_of(part.parts, outer / 1.1)
        else:
            yield from weights_of(part.parts, outer * (float(part.number[1:]) if part.number else 1.1))


def read(tokenizer: Tokenizer, windows: np.ndarray, weights: np.ndarray) -> list[tuple[str, float]]:
    """The words that the text encoder reads, without commas, and the weight of each."""
    marks = {tokenizer.token_to_id("<|startoftext|>"), tokenizer.token_to_id("<|endoftext|>")}
    found, word, pieces = [], [], []
    for token, weight in zip(windows.ravel().tolist(), weights.ravel().tolist(), strict=True):
        if token in marks:
            continue
        word.append(token)
        pieces.append(weight)
        if tokenizer.id_to_token(token).endswith("</w>"):
            text = tokenizer.decode(word).replace("</w>", "").strip()
            assert len(set(pieces)) == 1, (text, pieces)
            if text != ",":
                found.append((text, pieces[0]))
            word, pieces = [], []
    return found


def expected(parts: "list[str | Group]") -> list[tuple[str, float]]:
    return [(word, weight) for word, weight in weights_of(parts) if round(weight, 4) != 0]


def same(found: list[tuple[str, float]], wanted: list[tuple[str, float]]) -> None:
    assert [word for word, _ in found] == [word for word, _ in wanted]
    np.testing.assert_allclose([weight for _, weight in found], [weight for _, weight in wanted], atol=1e-4, rtol=1e-4)


@ANY
@given(parts=TEXTS, forbidden=TEXTS, bag=TEXTS, weight=st.sampled_from([0.5, 1.0, 2.0]))
def test_the_encoder_reads_the_words_alone_each_with_its_weight(
    planner: PromptPlanner,
    tokenizer: Tokenizer,
    parts: "list[str | Group]",
    forbidden: "list[str | Group]",
    bag: "list[str | Group]",
    weight: float,
) -> None:
    request = GenerationRequest(
        description=parse(written(parts)), groups={"bag": written(bag)}, weights={"bag": weight},
        negative_description=written(forbidden),
    )  # fmt: skip
    in_bag = [(word, round(each, 4) * weight) for word, each in expected(bag)]
    assume(all(each <= MAX_WEIGHT for _, each in [*weights_of(parts), *in_bag, *weights_of(bag)]))
    plan = planner.plan(arranged(request, 10_000), request.negative_description)
    same(read(tokenizer, plan.windows, plan.weights), expected(parts) + in_bag)
    same(read(tokenizer, plan.negative_windows, plan.negative_weights), expected(forbidden))


def check_spans(description: Description) -> None:
    end = 0
    for span in description.spans:
        assert end <= span.start < span.end <= len(description.text)
        assert 0.0 <= span.weight <= 1e6
        end = span.end


def num_brackets(text: str) -> int:
    return len(re.findall(r"[()\[\]]", text))


def num_escaped(text: str) -> int:
    return sum(pair[1] in "()[]" for pair in re.findall(r"\\[()\[\]\\]", text))


NOISE = st.lists(
    st.sampled_from([*"()[]()[]\\:.,+-%x 019e", "(hat", ":1.2)", "no ", "red ", "dress", ", ", "boots"]), max_size=40
).map("".join)


@settings(ANY, max_examples=300)
@given(text=NOISE, negative=NOISE, phrase=NOISE)
def test_of_any_text_that_is_not_refused_only_escaped_brackets_are_read(
    planner: PromptPlanner, tokenizer: Tokenizer, text: str, negative: str, phrase: str
) -> None:
    check_spans(parse(text))
    request = GenerationRequest(
        description=parse(text), groups={"hair": phrase}, negative_description=negative, weights={"hair": 1.5}
    )
    try:
        description = arranged(request, 10_000)
    except RequestError:
        return
    check_spans(description)
    plan = planner.plan(description, negative)
    assert num_brackets(plan.text) + num_brackets(plan.negative_text) <= sum(
        num_escaped(each) for each in (text, phrase, negative)
    )
    for windows, words in ((plan.windows, plan.text), (plan.negative_windows, plan.negative_text)):
        assert num_brackets(tokenizer.decode(windows.ravel().tolist())) == num_brackets(words)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("(red hat:1)", "red hat"),
        ("(red hat:1.0), boots", "red hat, boots"),
        (r"\(red hat\)", "(red hat)"),
        ("((red hat))", "red hat"),
        ("[red hat], boots", "red hat, boots"),
        ("(red hat", "red hat"),
        ("a man, no (red hat:1.2), boots", "a man, boots"),
        ("a man in a (red hat:0), boots", "a man, boots"),
    ],
)
def test_marks_leave_the_tokens_as_they_are_without_them(planner: PromptPlanner, text: str, reads: str) -> None:
    wanted = planner.plan(Description(text=reads.replace("(", r"\(").replace(")", r"\)"), spans=()))
    np.testing.assert_array_equal(planner.plan(parse(text)).windows, wanted.windows)


def test_a_group_weight_beside_a_written_one(planner: PromptPlanner, tokenizer: Tokenizer) -> None:
    request = GenerationRequest(description=parse("(red hat:0.5), boots"), weights={"headwear": 2.0})
    plan = planner.plan(arranged(request, 1000))
    assert read(tokenizer, plan.windows, plan.weights) == [("red", 1.0), ("hat", 1.0), ("boots", 1.0)]


@pytest.mark.parametrize("words", ["(blurry:1.5)", "blurry, (bad hands:0)", "((blurry))"])
def test_marks_of_the_negative_description_are_weights(
    planner: PromptPlanner, tokenizer: Tokenizer, words: str
) -> None:
    plan = planner.plan(parse("a man, no (hat:1.3)"), words)
    found = dict(read(tokenizer, plan.negative_windows, plan.negative_weights))
    wanted = {"(blurry:1.5)": 1.5, "blurry, (bad hands:0)": 1.0, "((blurry))": 1.21}[words]
    assert found == {"blurry": pytest.approx(wanted), "hat": 1.0}
    assert (plan.weights == 1.0).all()


def test_parts_of_one_phrase_stay_in_one_window(planner: PromptPlanner) -> None:
    text = "a man, " + "boots, " * 36 + "a red (plaid:1.2) dress"
    plan = planner.plan(parse(text))
    assert plan.num_windows == 2
    dress = [span for span in plan.spans if span.span.start >= text.index("a red")]
    assert len(dress) == 3
    assert {position // 77 for span in dress for position in span.positions} == {1}
