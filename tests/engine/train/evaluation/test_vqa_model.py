"""Tiny random ViLT and BLIP folders answer in words, and folders of another kind are refused in one line."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForQuestionAnswering,
    BlipImageProcessorPil,
    BlipProcessor,
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    ViltConfig,
    ViltForQuestionAnswering,
    ViltImageProcessorPil,
    ViltProcessor,
)

from engine.train.evaluation.answerers import Answer
from engine.train.evaluation.command import Options, run
from engine.train.evaluation.vqa_model import VqaModel
from engine.train.questions.yes_no import AtomicQuestion, questions_of_text

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "is", "the", "person", "a", "woman", "?", "yes", "no", "wearing"]
SIZES = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> BertTokenizer:
    folder = tmp_path_factory.mktemp("words")
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    return BertTokenizer.from_pretrained(folder)


def vilt(folder: Path, tokenizer: BertTokenizer, favourite: str) -> Path:
    """A ViLT that always gives one answer: its last bias says so."""
    labels = {0: "yes", 1: "no", 2: "two"}
    config = ViltConfig(
        vocab_size=len(WORDS), image_size=32, patch_size=16, id2label=labels, max_position_embeddings=40, **SIZES,
        label2id={name: number for number, name in labels.items()},
    )  # fmt: skip
    model = ViltForQuestionAnswering(config)
    with torch.no_grad():
        model.classifier[-1].bias[config.label2id[favourite]] = 100
    model.save_pretrained(folder)
    images = ViltImageProcessorPil(size={"shortest_edge": 32}, size_divisor=16)
    ViltProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(folder)
    return folder


def asked() -> list[tuple[np.ndarray, AtomicQuestion]]:
    picture = np.random.default_rng(0).integers(0, 256, (40, 32, 3), np.uint8)
    return [(picture, question) for question in questions_of_text("a woman in a coat")]


@pytest.mark.parametrize(("favourite", "answer"), [("yes", Answer.YES), ("no", Answer.NO), ("two", Answer.UNREADABLE)])
def test_vilt_chooses_among_its_answers(
    tmp_path: Path, tokenizer: BertTokenizer, favourite: str, answer: Answer
) -> None:
    model = VqaModel(str(vilt(tmp_path, tokenizer, favourite)))
    assert model.answer(asked()) == [answer, answer]
    assert model.name == f"vilt model {tmp_path}"


def test_blip_writes_its_answer(tmp_path: Path, tokenizer: BertTokenizer) -> None:
    torch.manual_seed(0)
    special = {"bos_token_id": 2, "sep_token_id": 3, "eos_token_id": 3, "pad_token_id": 0}
    text = {**SIZES, **special, "vocab_size": len(WORDS), "encoder_hidden_size": 8, "max_position_embeddings": 40}
    vision = {**SIZES, "image_size": 32, "patch_size": 16}
    model = BlipForQuestionAnswering(BlipConfig(text_config=text, vision_config=vision, projection_dim=8))
    with torch.no_grad():
        model.text_decoder.cls.predictions.bias[WORDS.index("no")] = 100  # it says "no no no ...", no end
    model.save_pretrained(tmp_path)
    images = BlipImageProcessorPil(size={"height": 32, "width": 32})
    BlipProcessor(image_processor=images, tokenizer=tokenizer).save_pretrained(tmp_path)
    picture, question = asked()[0]
    found = VqaModel(str(tmp_path))
    assert found.reply(Image.fromarray(picture), question.text).split()[:2] == ["no", "no"]
    assert found.answer([(picture, question)]) == [Answer.UNREADABLE]  # more than one word


def test_a_chat_model_continues_the_conversation(tmp_path: Path) -> None:
    """A tiny LLaVA: the picture stands in the prompt, the reply is what comes after it."""
    words = [*WORDS, "<image>", "Answer", "with", "one", "word", ",", "or", ".", "USER", "ASSISTANT", ":", "</s>"]
    backend = Tokenizer(WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    backend.pre_tokenizer = Whitespace()
    backend.add_special_tokens(["<image>", "</s>"])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, pad_token="[PAD]", eos_token="</s>")
    template = (
        "{% for m in messages %}USER : {% for part in m.content %}{% if part.type == 'image' %}<image> "
        "{% else %}{{ part.text }} {% endif %}{% endfor %}{% endfor %}ASSISTANT :"
    )
    torch.manual_seed(0)
    end = tokenizer.eos_token_id
    text = LlamaConfig(vocab_size=len(words), eos_token_id=end, pad_token_id=0, bos_token_id=2, **SIZES)
    vision = CLIPVisionConfig(image_size=32, patch_size=16, **SIZES)
    config = LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=words.index("<image>"), vision_feature_layer=-1
    )
    model = LlavaForConditionalGeneration(config)
    model.save_pretrained(tmp_path)
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}),
        tokenizer=tokenizer,
        patch_size=16,
        vision_feature_select_strategy="default",
        chat_template=template,
        num_additional_image_tokens=1,
    )
    processor.save_pretrained(tmp_path)
    picture, question = asked()[0]
    found = VqaModel(str(tmp_path))
    assert found.chats
    reply = found.reply(Image.fromarray(picture), question.text)
    assert reply and not set(reply.split()) - set(words) and "ASSISTANT :" not in reply
    with torch.no_grad():
        found.model.lm_head.weight.zero_()  # every word is as likely: it says the first, padding
    assert found.answer([(picture, question)]) == [Answer.UNREADABLE]


def test_other_folders_are_refused(finished: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for source, message in (
        (finished / "text_encoder", "must be a model that answers questions about pictures"),
        (tmp_path, "holds no model"),
        (finished / "package" / "cosmicman.json", "it is a file"),
    ):
        caplog.clear()
        assert run(Options(figures=True, num=1, vqa_model=str(source))) == 2
        (record,) = caplog.records
        assert message in record.getMessage() and "\n" not in record.getMessage()


def test_photographs_are_judged_by_a_folder(
    tmp_path: Path, tokenizer: BertTokenizer, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in ("one", "two"):
        Image.new("RGB", (32, 48)).save(folder / f"{name}.png")
        (folder / f"{name}.txt").write_text("a woman in a red coat")
    model = vilt(tmp_path / "vilt", tokenizer, "yes")
    assert run(Options(images=folder, vqa_model=str(model))) == 0
    assert "Acc_all           6      6        0           0    100.0%" in capsys.readouterr().out
