"""A tiny ViLT with random weights answers closed questions; what it says besides is counted."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertTokenizer, ViltConfig, ViltForQuestionAnswering, ViltImageProcessorPil, ViltProcessor

from engine.annotate.machine.annotator import Asked, Shown
from engine.annotate.machine.local_vlm import LocalVlm, question, read_choice
from engine.annotate.protocol.attributes import BY_NAME, UNSURE

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 32, 3), np.uint8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vilt")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "female", "male"]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    torch.manual_seed(0)
    answers = {0: "Female", 1: "a red hat"}
    config = ViltConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        image_size=32, patch_size=16, max_position_embeddings=80, id2label=answers,
        label2id={name: number for number, name in answers.items()},
    )  # fmt: skip
    ViltForQuestionAnswering(config).save_pretrained(folder)
    tokenizer = BertTokenizer.from_pretrained(folder)
    images = ViltImageProcessorPil(size={"shortest_edge": 32}, size_divisor=16)
    ViltProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(("favourite", "answered"), [(0, 1), (1, 0)])
def test_answers_of_the_list_count_and_others_are_outside(folder: Path, favourite: int, answered: int) -> None:
    machine = LocalVlm(str(folder))
    with torch.no_grad():
        machine.model.model.classifier[-1].bias[favourite] = 100
    gender = BY_NAME["gender"]
    mask = np.ones(PICTURE.shape[:2], np.bool_)
    replies = machine.answer(
        [Asked(picture=Shown(id="p", pixels=PICTURE, masks={"person": mask}), attributes=(gender,))]
    )
    assert len(replies.answers) == answered and len(replies.outside) == 1 - answered
    if answered:
        assert replies.answers[0].value == "female" and replies.answers[0].annotator == machine.name
    else:
        assert replies.outside[0].said == "a red hat"


def test_a_question_names_its_answers_and_a_choice_is_read_whatever_its_case() -> None:
    gender = BY_NAME["gender"]
    assert question(gender).endswith(f"Answer with one of: female, male, {UNSURE}.")
    assert read_choice(' "Male". ', gender) == "male" and read_choice("Cannot tell", gender) == UNSURE
    assert read_choice("a man", gender) == "a man"
