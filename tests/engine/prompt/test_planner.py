"""Nothing of a description is dropped, no phrase is cut, absences go to the negative text."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from engine.description import Description, Group, Span, parse
from engine.prompt.planner import PromptPlan, PromptPlanner, apply_weights
from engine.prompt.windows import end_positions, with_padding

LENGTH = 77


def planner_of(tokenizer: Tokenizer) -> PromptPlanner:
    start, end = (tokenizer.token_to_id(f"<|{name}|>") for name in ("startoftext", "endoftext"))
    return PromptPlanner(tokenizer, window_length=LENGTH, start_token=start, end_token=end, padding_token=end)


@pytest.fixture(scope="module")
def planner(tokenizer: Tokenizer) -> PromptPlanner:
    return planner_of(tokenizer)


def describe(*phrases: tuple[str, Group | None] | tuple[str, Group | None, float]) -> Description:
    """A description from its pieces; a piece without a group is glue."""
    text, spans = "", []
    for words, group, *weight in phrases:
        if group is not None:
            spans.append(Span(start=len(text), end=len(text) + len(words), group=group, weight=(weight or [1.0])[0]))
        text += words
    return Description(text=text, spans=tuple(spans))


def spelled(tokenizer: Tokenizer, ids: list[int]) -> str:
    return "".join(tokenizer.id_to_token(i) for i in ids).replace("</w>", " ").strip()


def words_of(plan: PromptPlan, tokenizer: Tokenizer) -> list[list[str]]:
    """The tokens of each window without marks and padding."""
    marks = {tokenizer.token_to_id("<|startoftext|>"), tokenizer.token_to_id("<|endoftext|>")}
    return [[tokenizer.id_to_token(i) for i in row if i not in marks] for row in plan.windows.tolist()]


def test_one_window_is_what_a_clip_tokenizer_gives(planner: PromptPlanner, tokenizer: Tokenizer) -> None:
    plan = planner.plan(describe(("A woman, ", None), ("red  dress", Group.DRESS), (" on a street.", None)))
    plain = tokenizer.encode("A woman, red dress on a street.", add_special_tokens=False).ids
    row = plan.windows[0].tolist()
    end = tokenizer.token_to_id("<|endoftext|>")
    assert row == [tokenizer.token_to_id("<|startoftext|>"), *plain, *[end] * (LENGTH - 1 - len(plain))]
    assert plan.num_windows == 1
    [span] = plan.spans
    assert spelled(tokenizer, [row[position] for position in span.positions]) == "red dress"


def test_the_empty_text_is_two_marks(planner: PromptPlanner, tokenizer: Tokenizer) -> None:
    plan = planner.plan(describe())
    end = tokenizer.token_to_id("<|endoftext|>")
    assert plan.windows.tolist() == [[tokenizer.token_to_id("<|startoftext|>"), *[end] * (LENGTH - 1)]]
    np.testing.assert_array_equal(plan.windows, plan.negative_windows)
    np.testing.assert_array_equal(plan.windows, plan.empty_window)


PHRASES = st.lists(
    st.tuples(
        st.lists(
            st.sampled_from(["red", "plaid", "dress", "woman", "xylophone", "häagen", "帽子", "a"]),
            min_size=1,
            max_size=40,
        ),
        st.sampled_from([None, Group.TOP, Group.HAIR]),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(phrases=PHRASES)
def test_windows_keep_every_word_and_cut_no_phrase(
    planner: PromptPlanner, tokenizer: Tokenizer, phrases: list[tuple[list[str], Group | None]]
) -> None:
    pieces: list[tuple[str, Group | None]] = []
    for words, group in phrases:
        pieces += [(" ".join(words), group), (", ", None)]
    description = describe(*pieces)
    plan = planner.plan(description)
    found = words_of(plan, tokenizer)
    assert [t for window in found for t in window] == tokenizer.encode(
        description.text, add_special_tokens=False
    ).tokens
    assert all(len(window) <= LENGTH - 2 for window in found)
    assert len(plan.spans) == len(description.spans)
    for span in plan.spans:
        windows = {position // LENGTH for position in span.positions}
        assert len(windows) <= 1 or len(span.positions) > LENGTH - 2
        tokens = [tokenizer.id_to_token(int(plan.windows.reshape(-1)[position])) for position in span.positions]
        phrase = description.text[span.span.start : span.span.end]
        assert tokens == tokenizer.encode(phrase, add_special_tokens=False).tokens


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300), weight=st.sampled_from([0.5, 1.0, 2.0]), data=st.data())
def test_any_text_with_any_spans_has_a_plan(
    planner: PromptPlanner, text: str, weight: float, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    groups = st.sampled_from([Group.TOP, Group.NEGATED])
    spans = [
        Span(start=start, end=end, group=data.draw(groups), weight=weight)
        for start, end in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    plan = planner.plan(Description(text=text, spans=tuple(spans)))
    assert plan.windows.shape == plan.negative_windows.shape == plan.weights.shape


def test_an_absence_goes_to_the_negative_text(planner: PromptPlanner) -> None:
    plan = planner.plan(
        describe(("a man", Group.PERSON), (" with ", None), ("no hat", Group.NEGATED), (", blue shirt", Group.TOP)),
        "blurry",
    )
    assert plan.text == "a man, blue shirt"
    assert plan.negative_text == "blurry, hat"
    assert plan.negatives == ("hat",)


@pytest.mark.parametrize(
    ("pieces", "text", "negative"),
    [
        ([("a man ", None), ("without any glasses", Group.NEGATED), (".", None)], "a man.", "glasses"),
        ([("no hat", Group.NEGATED), (", red dress", None)], "red dress", "hat"),
        ([("red dress, ", None), ("no hat", Group.NEGATED), (", boots", None)], "red dress, boots", "hat"),
        ([("man, ", None), ("not wearing a hat", Group.NEGATED), (" and smiling", None)], "man, smiling", "hat"),
        ([("without", Group.NEGATED)], "", ""),
        ([("a man ", None), ("with no hat", Group.NEGATED), (", smiling", None)], "a man, smiling", "hat"),
        ([("a man", None), (" has no beard", Group.NEGATED)], "a man", "beard"),
    ],
)
def test_what_is_left_around_an_absence(
    planner: PromptPlanner, pieces: list[tuple[str, Group | None]], text: str, negative: str
) -> None:
    plan = planner.plan(describe(*pieces))
    assert (plan.text, plan.negative_text) == (text, negative)


@pytest.mark.parametrize("written", ["(no hat:1.2)", "[no hat]", "((no hat))"])
def test_a_weighted_absence_leaves_its_marks_behind(planner: PromptPlanner, written: str) -> None:
    plan = planner.plan(describe(("boots, ", None), (written, Group.NEGATED, 1.2)))
    assert (plan.text, plan.negatives) == ("boots", ("hat",))


def test_marks_inside_the_spans_are_not_words_either(planner: PromptPlanner) -> None:
    plan = planner.plan(describe(("(hat", Group.HEADWEAR, 0.5), (", ", None), ("blue coat:0.5)", Group.OUTERWEAR, 0.5)))
    assert plan.text == "hat, blue coat"


def test_tokens_are_counted_without_marks_and_padding(planner: PromptPlanner) -> None:
    alone = planner.plan(describe(("a woman", None)))
    assert alone.num_tokens == int((alone.windows != alone.empty_window).sum())
    both = planner.plan(describe(("a woman", None)), "a woman")
    assert both.num_tokens == 2 * alone.num_tokens
    assert planner.plan(describe(("a woman", None)), "a woman", guided=False).num_tokens == alone.num_tokens


def test_both_texts_have_the_same_number_of_windows(planner: PromptPlanner) -> None:
    long = "green coat over black trousers, " * 20
    plan = planner.plan(describe(("a woman", None)), long)
    assert plan.num_windows == len(plan.negative_windows) > 1
    assert plan.negative_is_longer
    np.testing.assert_array_equal(plan.windows[1:], np.repeat(plan.empty_window, plan.num_windows - 1, axis=0))
    assert planner.plan(describe(("a woman", None)), long, guided=False).num_windows == 1


@pytest.mark.parametrize("written", ["(red dress:1.3)", "((red dress))", "( red dress : 1.3 )", "[red dress]"])
def test_weights_are_kept_and_their_marks_are_not_words(
    planner: PromptPlanner, tokenizer: Tokenizer, written: str
) -> None:
    start = 2 + written.index("red")
    span = Span(start=start, end=start + len("red dress"), group=Group.DRESS, weight=1.3)
    plan = planner.plan(Description(text=rf"a {written}, hat \(black\)", spans=(span,)))
    assert plan.text.replace("  ", " ").replace(" ,", ",") == "a red dress, hat (black)"
    assert spelled(tokenizer, plan.windows[plan.weights != 1.0].tolist()) == "red dress"
    assert set(plan.weights[plan.weights != 1.0]) == {np.float32(1.3)}


def test_weights_scale_the_distance_from_the_empty_text() -> None:
    random = np.random.default_rng(0)
    context, empty = random.normal(size=(2, 5, 3)).astype(np.float32), random.normal(size=(1, 5, 3)).astype(np.float32)
    weights = np.ones((2, 5), np.float32)
    assert apply_weights(context, empty, weights) is context
    weights[0, 1], weights[1, 2] = 0.0, 2.0
    weighted = apply_weights(context, empty, weights)
    np.testing.assert_allclose(weighted[0, 1], empty[0, 1], rtol=1e-6)
    np.testing.assert_allclose(weighted[1, 2], 2 * context[1, 2] - empty[0, 2], rtol=1e-5)
    np.testing.assert_allclose(weighted[0, 2:], context[0, 2:], rtol=1e-5)


def test_a_second_text_encoder_reads_the_same_tokens_with_its_own_padding(
    planner: PromptPlanner, tokenizer: Tokenizer
) -> None:
    end = tokenizer.token_to_id("<|endoftext|>")
    plan = planner.plan(describe(("a woman, ", None), *[("long brown hair, ", Group.HAIR)] * 30))
    padded = with_padding(plan.windows, end_token=end, padding_token=0)
    assert plan.num_windows == 2
    for window, other, place in zip(plan.windows, padded, end_positions(plan.windows, end_token=end), strict=True):
        np.testing.assert_array_equal(other[: place + 1], window[: place + 1])
        assert window[place] == end
        assert (other[place + 1 :] == 0).all()


def test_a_mark_written_in_a_description_does_not_end_its_window(planner: PromptPlanner, tokenizer: Tokenizer) -> None:
    end = tokenizer.token_to_id("<|endoftext|>")
    plan = planner.plan(describe(("a red <|endoftext|> dress", None)))
    [place] = end_positions(plan.windows, end_token=end)
    assert plan.windows[0, place - 1] == tokenizer.encode("dress", add_special_tokens=False).ids[-1]
    assert (plan.windows[0, place:] == end).all()


def test_ordinary_english_of_the_greatest_length_fits_the_windows() -> None:
    root = Path(__file__).resolve().parents[3]
    shipped = Tokenizer.from_file(str(root / "models" / "figurine-bundle" / "tokenizer.json"))
    planner = planner_of(shipped)
    lines = (
        (root / "tests" / "engine" / "description" / "data" / "tuned.jsonl").read_text(encoding="utf-8").splitlines()
    )
    texts = [json.loads(line)["text"].rstrip(".") + ". " for line in lines]
    most = planner.ordinary_characters(16)
    assert most % 100 == 0 and most >= 2000
    for seed in range(30):
        text = "".join(random.Random(seed).choices(texts, k=60))[:most]
        assert len(text) == most
        assert planner.plan(parse(text)).num_windows <= 16
    assert 1 <= planner.ordinary_characters(1) <= most / 16 + 100
