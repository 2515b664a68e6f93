"""What the text encoder is taught: labels at the tokens that say them, nothing anywhere else."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.description import Group
from engine.train.captions.tokenizer import load_tokenizer
from engine.train.data.labels import LabelTable
from engine.train.data.samples import Folder
from engine.train.recipe.recipe import Recipe
from engine.train.stages.text_encoder import TextObjective, TextStage, composed_texts, load_text_encoder, start_encoder


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


def test_an_encoder_starts_from_given_weights(stage: TextStage, finished: Path) -> None:
    config = replace(stage.config, initial=finished / "text_encoder")
    found = start_encoder(config, stage.tokenizer).state_dict()
    expected = load_text_encoder(config).state_dict()
    assert all(torch.equal(value, found[name]) for name, value in expected.items())
    with pytest.raises(ValueError, match=r"text\.initial must be of text\.layers 2, got 1 from .*text_encoder"):
        start_encoder(replace(config, layers=2), stage.tokenizer)
    stage.tokenizer.add_tokens(["zyzzyva"])
    with pytest.raises(ValueError, match=r"text\.initial must know the tokenizer's \d+ tokens, got \d+ from"):
        start_encoder(config, stage.tokenizer)


def test_states_are_kept_near_those_of_the_first_encoder(stage: TextStage, finished: Path) -> None:
    config = replace(stage.config, initial=finished / "text_encoder", keep_weight=3.0)
    encoder = start_encoder(config, stage.tokenizer)
    objective, free = (TextObjective(encoder, stage.table, each) for each in (config, replace(config, keep_weight=0.0)))
    names = {name for name, _ in free.named_parameters()}
    assert {name for name, _ in objective.named_parameters()} == names  # the frozen copy is not trained or saved
    free.load_state_dict(objective.state_dict())
    batch = stage.batch(1, 0, 1)
    assert objective(batch)["kept"] == 0 and "kept" not in free(batch)
    before = encoder(batch["ids"])[0].detach()
    with torch.no_grad():
        encoder.final_layer_norm.bias.add_(0.5)
    numbers = objective(batch)
    assert numbers["kept"].item() == pytest.approx(0.25, rel=1e-4)
    assert numbers["moved"].item() == pytest.approx(0.5 / before.square().mean().sqrt().item(), rel=1e-4)
    torch.testing.assert_close(numbers["loss"], free(batch)["loss"] + 3 * numbers["kept"])


def test_heads_are_fitted_to_a_given_encoder_before_it_learns(
    stage: TextStage, recipe: Recipe, finished: Path, tmp_path: Path
) -> None:
    assert recipe.text is not None
    text = replace(recipe.text, initial=finished / "text_encoder")
    given = replace(recipe, text=text)
    heads_first = TextStage(given, Folder(recipe.data), stage.tokenizer, tmp_path)
    expected = load_text_encoder(text).state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in heads_first.encoder.state_dict().items())
    batch = stage.batch(2, 0, 1)
    untrained = TextObjective(heads_first.encoder, stage.table, stage.config)
    assert heads_first.objective(batch)["loss"] < 0.5 * untrained(batch)["loss"]


def test_texts_for_the_tokenizer_are_reproducible(recipe: Recipe) -> None:
    folder = Folder(recipe.data)
    texts = composed_texts(folder, recipe.caption, 5, 0)
    assert len(texts) == 5 and texts == composed_texts(folder, recipe.caption, 5, 0)
    assert texts != composed_texts(folder, recipe.caption, 5, 1)
