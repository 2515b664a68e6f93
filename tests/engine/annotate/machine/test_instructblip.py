"""Tiny InstructBLIPs with random weights, one of each kind of language model: asked, read, and tuned on answers."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    BlipImageProcessorPil,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    InstructBlipQFormerConfig,
    InstructBlipVisionConfig,
    OPTConfig,
    PreTrainedTokenizerFast,
    T5Config,
)

from engine.annotate.machine.annotator import Asked, Shown
from engine.annotate.machine.local_vlm import LocalVlm
from engine.annotate.machine.lora import LoraLearner, LoraSettings
from engine.annotate.protocol.attributes import BY_NAME
from engine.annotate.records import Answer

WORDS = ["[PAD]", "[UNK]", "</s>", "female", "male", "Question", "Short", "answer", ":", "<image>"]
SIZES = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
QUERIES = 2
GENDER = BY_NAME["gender"]


def tokenizer() -> PreTrainedTokenizerFast:
    backend = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    backend.pre_tokenizer = Whitespace()
    backend.add_special_tokens(["<image>", "</s>", "[PAD]"])
    made = PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", eos_token="</s>")
    made.add_special_tokens({"additional_special_tokens": ["<image>"]})
    return made


def text(kind: str) -> OPTConfig | T5Config:
    size = len(WORDS)
    if kind == "opt":
        ids = {"pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 2}
        return OPTConfig(
            vocab_size=size, hidden_size=16, word_embed_proj_dim=16, ffn_dim=16, num_hidden_layers=1,
            num_attention_heads=2, max_position_embeddings=200, **ids,
        )  # fmt: skip
    ids = {"pad_token_id": 0, "decoder_start_token_id": 0, "eos_token_id": 2}
    return T5Config(vocab_size=size, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2, **ids)


@pytest.fixture(scope="module", params=["opt", "t5"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    torch.manual_seed(0)
    config = InstructBlipConfig(
        vision_config=InstructBlipVisionConfig(image_size=32, patch_size=16, **SIZES).to_dict(),
        qformer_config=InstructBlipQFormerConfig(
            vocab_size=len(WORDS), encoder_hidden_size=16, max_position_embeddings=200, **SIZES
        ).to_dict(),
        text_config=text(request.param).to_dict(),
        num_query_tokens=QUERIES,
        image_token_index=WORDS.index("<image>"),
    )
    InstructBlipForConditionalGeneration(config).save_pretrained(folder)
    images = BlipImageProcessorPil(size={"height": 32, "width": 32})
    InstructBlipProcessor(images, tokenizer(), tokenizer(), num_query_tokens=QUERIES).save_pretrained(folder)
    return folder


def shown(number: int) -> Shown:
    pixels = np.random.default_rng(number).integers(0, 256, (32, 32, 3), np.uint8)
    return Shown(id=str(number), pixels=pixels, masks={"person": np.ones((32, 32), np.bool_)})


def test_what_it_writes_is_read_without_the_question(folder: Path) -> None:
    machine = LocalVlm(str(folder))
    assert machine.name.startswith("instructblip model")
    replies = machine.answer([Asked(picture=shown(1), attributes=(GENDER,))])
    said = [each.said for each in replies.outside] or [each.value for each in replies.answers]
    assert len(said) == 1 and not {"Question", "Short"} & set(said[0].split()[:1])


def test_it_says_what_it_was_taught(folder: Path, tmp_path: Path) -> None:
    learner = LoraLearner(str(folder), LoraSettings(rank=4, epochs=40, learning_rate=3e-2))
    answers = [Answer(picture=str(at), attribute="gender", value="male", annotator="p") for at in range(2)]
    tuned = learner.learn([shown(at) for at in range(2)], answers)
    asked = [Asked(picture=shown(5), attributes=(GENDER,))]
    (told,) = tuned.answer(asked).answers
    assert (told.value, told.annotator) == ("male", tuned.name)
    tuned.save(tmp_path / "adapters.safetensors")
    assert learner.load(tmp_path / "adapters.safetensors").answer(asked).answers == [told]
