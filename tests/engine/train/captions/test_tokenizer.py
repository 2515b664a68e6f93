"""The learnt vocabulary encodes any text, and loads elsewhere with the same ids."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import CLIPTokenizer

from engine.train.captions.tokenizer import END, START, load_tokenizer, save_tokenizer, train_tokenizer

CAPTIONS = [
    "a full-body shot of a young woman with long black hair",
    "She wears a red striped dress and white sneakers.",
    "an elderly man in a green coat over blue jeans, a grey background",
] * 4
TEXTS = [
    "",
    "a red dress",
    "A Red  DRESS!",
    "it's a 3/4-view",
    "Façade d'été, 赤いドレス, платье, 👩🏽‍🦰",
    "\u200b\x00\ufffd\r\n\t x",
]


@pytest.fixture(scope="module")
def tokenizer() -> CLIPTokenizer:
    return train_tokenizer(CAPTIONS, 600, 77)


def test_common_words_are_one_token(tokenizer: CLIPTokenizer) -> None:
    assert tokenizer.tokenize("a red dress") == ["a</w>", "red</w>", "dress</w>"]
    assert len(tokenizer) <= 600


def test_marks_and_padding_are_clips(tokenizer: CLIPTokenizer) -> None:
    ids = tokenizer("a red dress", padding="max_length")["input_ids"]
    start, end = tokenizer.convert_tokens_to_ids([START, END])
    assert (start, end) == (len(tokenizer) - 2, len(tokenizer) - 1)  # CLIP pools at the highest id
    assert ids[0] == start and ids[4] == end and set(ids[4:]) == {end} and len(ids) == 77


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_encodes_without_an_unknown_token(tokenizer: CLIPTokenizer, text: str) -> None:
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    end = tokenizer.convert_tokens_to_ids(END)
    assert all(0 <= token < len(tokenizer) for token in ids)
    assert end not in ids or END in text


@pytest.mark.parametrize("text", TEXTS)
def test_saved_files_give_the_same_ids_everywhere(tokenizer: CLIPTokenizer, tmp_path: Path, text: str) -> None:
    save_tokenizer(tokenizer, tmp_path / "tokenizer")
    expected = tokenizer(text)["input_ids"]
    assert load_tokenizer(tmp_path / "tokenizer")(text)["input_ids"] == expected
    assert Tokenizer.from_file(str(tmp_path / "tokenizer" / "tokenizer.json")).encode(text).ids == expected
    (tmp_path / "tokenizer" / "tokenizer.json").unlink()  # the classic pair of files is enough
    assert CLIPTokenizer.from_pretrained(tmp_path / "tokenizer")(text)["input_ids"] == expected
