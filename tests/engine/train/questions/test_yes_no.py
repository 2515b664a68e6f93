"""Atomic questions: what a description asks, of which kind, and what depends on what."""

import pytest

from engine.description.wording.caption import row_phrases
from engine.train.evaluation.unseen_figures import FIRST_SEED, make_case
from engine.train.figures import draw_figure, figure_row, sample_figure
from engine.train.questions.table import BY_KEY
from engine.train.questions.yes_no import questions_of_phrases, questions_of_table, questions_of_text


def told(description: str) -> list[tuple[str, str, str | None]]:
    """Kind, question, and the question it depends on."""
    found = questions_of_text(description)
    return [(q.kind.value, q.text, None if q.parent is None else found[q.parent].text) for q in found]


def test_a_garment_and_its_children() -> None:
    shirt = "Is the person wearing a shirt?"
    assert told("a young woman in a red plaid cotton shirt with long sleeves") == [
        ("obj", "Is the person a woman?", None),
        ("shape", "Is the person young?", "Is the person a woman?"),
        ("obj", shirt, None),
        ("tex", "Is the shirt red?", shirt),
        ("tex", "Is the shirt plaid?", shirt),
        ("tex", "Is the shirt made of cotton?", shirt),
        ("shape", "Does the shirt have long sleeves?", shirt),
    ]


@pytest.mark.parametrize(
    ("description", "question"),
    [
        ("a man in blue jeans", "Are the jeans blue?"),
        ("a man with an orange scarf", "Is the person wearing a scarf?"),
        ("a man, an orange coat", "Is the coat orange?"),
        ("a man with a brown leather bag", "Is the person carrying a bag?"),
        ("a woman with curly red hair", "Is the hair curly?"),
        ("a woman, her hair is tied in a ponytail", "Is the hair in a ponytail?"),
        ("a v-neck sweater", "Does the sweater have a v-neck?"),
        ("a man smiling", "Is the person smiling?"),
        ("a man with a grey beard", "Does the person have a grey beard?"),
        ("a full-body shot of a man", "Is this a full-body shot?"),
        ("a man on a city street", "Is the background a city street?"),
        ("a man, a red background", "Is the background red?"),
    ],
)
def test_kinds_of_phrases(description: str, question: str) -> None:
    assert question in [text for _, text, _ in told(description)]


def test_absences_requests_and_repetitions_ask_nothing() -> None:
    assert told("best quality") == []
    texts = [text for _, text, _ in told("a man, no hat, a red coat, a red coat")]
    assert not any("hat" in text for text in texts)
    assert len(texts) == len(set(texts)) == 3


def test_rows_ask_what_their_keys_say() -> None:
    figure = sample_figure(FIRST_SEED)
    found = questions_of_phrases(row_phrases(figure_row(figure, draw_figure(figure))))
    texts = {question.text: question for question in found}
    assert texts["Does the blouse have long sleeves?"].kind == "shape"
    assert texts["Is the blouse brown?"].kind == "tex"
    assert texts["Does the person have dark skin?"].kind == "tex"
    for question in found:
        if question.parent is not None:
            assert found[question.parent].kind == "obj" and found[question.parent].group == question.group


def test_a_beard_and_its_colour_are_one_question() -> None:
    beard = {"group": "face", "text": "beard", "color": "grey", "ids": [11]}
    phrases = row_phrases({"aa_text": [None] * 20, "aa_ids": [None] * 20, "extra": [beard]})
    assert [question.text for question in questions_of_phrases(phrases)] == ["Does the person have a grey beard?"]


def test_the_table_asks_each_attribute_once() -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + 20):
        asked = make_case(seed).asked
        found = questions_of_table(asked)
        assert sorted(question.key for question in found) == sorted(asked)
        assert len({question.text for question in found}) == len(found)
        for question in found:
            parent = BY_KEY[question.key].parent
            if question.parent is None:
                assert parent not in asked
            else:
                assert found[question.parent].key == parent


def test_marks_of_emphasis_ask_nothing() -> None:
    marked = questions_of_text("a woman in a (red dress:1.3), no (hat:1.2), (white boots:0)")
    assert marked == questions_of_text("a woman in a red dress")
