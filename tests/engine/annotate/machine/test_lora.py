"""A tiny LLaVA with random weights is tuned on answers, says what it was taught, and is kept as adapters alone."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from engine.annotate.machine.annotator import Asked, Shown
from engine.annotate.machine.lora import LoraLearner, LoraSettings
from engine.annotate.protocol.attributes import BY_NAME, UNSURE
from engine.annotate.records import Answer

WORDS = ["[PAD]", "[UNK]", "[BOS]", "female", "male", "<image>", "Answer", "USER", "ASSISTANT", ":", "</s>"]
SIZES = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
TEMPLATE = (
    "{% for m in messages %}USER : {% for part in m.content %}{% if part.type == 'image' %}<image> "
    "{% else %}{{ part.text }} {% endif %}{% endfor %}{% endfor %}ASSISTANT :"
)
GENDER = BY_NAME["gender"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("llava")
    backend = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    backend.pre_tokenizer = Whitespace()
    backend.add_special_tokens(["<image>", "</s>"])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", eos_token="</s>")
    torch.manual_seed(0)
    end = tokenizer.eos_token_id
    # Weights of the usual size give logits so near each other that rounding chooses among them.
    text = LlamaConfig(
        vocab_size=len(WORDS), eos_token_id=end, pad_token_id=0, bos_token_id=2, initializer_range=0.5, **SIZES
    )
    vision = CLIPVisionConfig(image_size=32, patch_size=16, **SIZES)
    config = LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=WORDS.index("<image>"), vision_feature_layer=-1
    )
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    LlavaProcessor(
        image_processor=CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        tokenizer=tokenizer,
        patch_size=16,
        vision_feature_select_strategy="default",
        chat_template=TEMPLATE,
        num_additional_image_tokens=1,
    ).save_pretrained(folder)
    return folder


def shown(number: int) -> Shown:
    pixels = np.random.default_rng(number).integers(0, 256, (32, 32, 3), np.uint8)
    return Shown(id=str(number), pixels=pixels, masks={"person": np.ones((32, 32), np.bool_)})


@pytest.fixture(scope="module")
def learner(folder: Path) -> LoraLearner:
    return LoraLearner(str(folder), LoraSettings(rank=4, epochs=20, learning_rate=1e-2))


@pytest.mark.parametrize("taught", ["female", "male"])
def test_it_says_what_it_was_taught(learner: LoraLearner, taught: str, tmp_path: Path) -> None:
    answers = [Answer(picture=str(at), attribute="gender", value=taught, annotator="p") for at in range(2)]
    answers.append(Answer(picture="0", attribute="age", value=UNSURE, annotator="p"))
    tuned = learner.learn([shown(at) for at in range(2)], answers)
    asked = [Asked(picture=shown(5), attributes=(GENDER,))]
    (told,) = tuned.answer(asked).answers
    assert (told.value, told.annotator) == (taught, tuned.name) and " lora-" in tuned.name
    tuned.save(tmp_path / "adapters.safetensors")
    again = learner.load(tmp_path / "adapters.safetensors")
    assert again.name == tuned.name and again.answer(asked).answers == [told]


def test_adapters_of_another_model_are_refused(learner: LoraLearner, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no adapters of"):
        learner.load(tmp_path / "nothing.safetensors")
    save_file({"base_model.model.other.lora_A.weight": torch.zeros(4, 4)}, tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="holds adapters of another model"):
        learner.load(tmp_path / "other.safetensors")
    with pytest.raises(ValueError, match="must be positive"):
        LoraSettings(rank=0)
