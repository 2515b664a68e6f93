"""What the text encoder is taught: labels at the tokens that say them, nothing anywhere else."""

from pathlib import Path

import pytest
import torch

from engine.description import Group
from engine.train.config import Recipe
from engine.train.data import Folder
from engine.train.text import LabelTable, TextStage, composed_texts
from engine.train.tokenizer import load_tokenizer


@pytest.fixture
def stage(recipe: Recipe, finished: Path, tmp_path: Path) -> TextStage:
    return TextStage(recipe, Folder(recipe.data), load_tokenizer(finished / "tokenizer"), tmp_path)


def test_rare_labels_are_left_out(recipe: Recipe) -> None:
    rows = [sample.phrases for sample in Folder(recipe.data).samples]
    table = LabelTable(rows, min_count=8)
    assert "type=sweater" in table.single and "top:type=sweater" in table.joint
    assert not LabelTable(rows, min_count=1000).single
    assert table.of_phrase(rows[0][0]) == [table.single[label] for label in rows[0][0].labels if label in table.single]


def test_labels_stand_at_the_tokens_that_say_them(stage: TextStage) -> None:
    batch = stage.batch(3, 0, 1)
    names = {number: name for name, number in stage.table.single.items()}
    top = list(Group).index(Group.TOP)
    seen = 0
    for row, ids in enumerate(batch["ids"]):
        of_top = batch["groups"][row] == top
        for place in (of_top & (batch["weights"][row] == 1)).nonzero().flatten().tolist():
            said = {names[number] for number in batch["labels"][row, place].nonzero().flatten().tolist()}
            words = stage.tokenizer.decode(ids[of_top])
            assert "type=sweater" in said and any(word in words for word in ("sweater", "jumper", "pullover"))
            seen += 1
        outside = batch["weights"][row] == 0
        assert (batch["groups"][row, outside] == -1).all() and batch["labels"][row, outside].sum() == 0
        assert ids[batch["ends"][row]] == stage.tokenizer.eos_token_id
    assert seen


def test_batches_are_pure_and_the_loss_reaches_every_weight(stage: TextStage) -> None:
    batch, again = stage.batch(7, 0, 1), stage.batch(7, 0, 1)
    assert all(torch.equal(batch[name], again[name]) for name in batch)
    stage.objective(batch)["loss"].backward()
    idle = [name for name, value in stage.objective.named_parameters() if value.grad is None]
    assert idle == []


def test_texts_for_the_tokenizer_are_reproducible(recipe: Recipe) -> None:
    folder = Folder(recipe.data)
    texts = composed_texts(folder, recipe.caption, 5, 0)
    assert len(texts) == 5 and texts == composed_texts(folder, recipe.caption, 5, 0)
    assert texts != composed_texts(folder, recipe.caption, 5, 1)
