"""A visual question answering model of `transformers` on this machine, as a viewer.

Two kinds are known: models made for questions about pictures (ViLT, BLIP) and models that go on from a text with a
picture in it: a conversation (LLaVA, Qwen-VL, SmolVLM and the like), or a plain question (BLIP-2, InstructBLIP). It
knows model folders; it does not know what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from transformers import (
    AutoConfig,
    AutoModelForImageTextToText,
    AutoModelForVisualQuestionAnswering,
    AutoProcessor,
)
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    MODEL_FOR_VISUAL_QUESTION_ANSWERING_MAPPING,
)
from transformers.utils import logging as transformers_logging

from engine.train.evaluation.answerers import Answer, read_answer
from engine.train.evaluation.sources import Pixels
from engine.train.questions.yes_no import AtomicQuestion

INSTRUCTION = "Answer with one word, yes or no."
_MOST_TOKENS = 8  # of a reply


class VqaModel:
    """Answers one question at a time with the model's likeliest reply."""

    def __init__(self, source: str) -> None:
        """Load a model.

        Args:
            source: A folder that ``save_pretrained`` wrote, or a model's name on the hub, which is downloaded once.

        Raises:
            ValueError: There is no such model, or it is not one that answers questions about pictures.
        """
        transformers_logging.disable_progress_bar()
        local = Path(source).is_dir()
        if not local and Path(source).exists():
            raise ValueError(f"{source} must be a model's folder or its name on the hub; it is a file")
        try:
            config = AutoConfig.from_pretrained(source, local_files_only=local)
        except (OSError, ValueError) as error:
            raise ValueError(f"{source} holds no model: {_first_line(error)}") from error
        kinds = (
            (MODEL_FOR_VISUAL_QUESTION_ANSWERING_MAPPING, AutoModelForVisualQuestionAnswering),
            (MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING, AutoModelForImageTextToText),
        )
        loader = next((loader for mapping, loader in kinds if type(config) in mapping), None)
        if loader is None:
            raise ValueError(
                f"{source} must be a model that answers questions about pictures (ViLT, BLIP, or image-text-to-text), "
                f"got {config.model_type}"
            )
        try:
            self.processor: Any = AutoProcessor.from_pretrained(source, local_files_only=local)
            model: Any = loader.from_pretrained(source, local_files_only=local, use_safetensors=True)
        except (OSError, ValueError, ImportError) as error:
            raise ValueError(f"{source} cannot be loaded: {_first_line(error)}") from error
        self.model = model.to("cuda" if torch.cuda.is_available() else "cpu").eval()
        self.chats = loader is AutoModelForImageTextToText or config.model_type == "blip-2"
        # A T5 within (BLIP-2, InstructBLIP) reads the question and writes the answer apart from it.
        self.writes_apart = bool(getattr(getattr(config, "text_config", config), "is_encoder_decoder", False))
        self.name = f"{config.model_type} model {source}"

    def answer(self, asked: Sequence[tuple[Pixels, AtomicQuestion]]) -> list[Answer]:
        """See ``viewers.Viewer``."""
        return [read_answer(self.reply(Image.fromarray(picture), self._asked(question))) for picture, question in asked]

    def _asked(self, question: AtomicQuestion) -> str:
        return f"{question.text} {INSTRUCTION}" if self.chats else question.text

    @torch.inference_mode()
    def reply(self, image: Image.Image, question: str, *, most_tokens: int = _MOST_TOKENS) -> str:
        """The model's likeliest words, as they come."""
        if self.chats:
            return self._continue(image, question, most_tokens)
        inputs = self.processor(images=image, text=question, return_tensors="pt").to(self.model.device)
        if hasattr(self.model.config, "vision_config"):  # BLIP writes its answer
            written = self.model.generate(**inputs, max_new_tokens=most_tokens, do_sample=False)
            return str(self.processor.decode(written[0], skip_special_tokens=True))
        labels = self.model.config.id2label  # ViLT chooses among answers it knows
        return str(labels[int(self.model(**inputs).logits[0].argmax())])

    def conversation(self, image: Image.Image, question: str) -> Any:
        """What a model that goes on from a text gets of a picture and a question, up to where its reply begins."""
        if getattr(self.processor, "chat_template", None) is None:
            asked = f"Question: {question} Short answer:"  # as InstructBLIP was asked (arXiv 2305.06500, appendix)
            return self.processor(images=image, text=asked, return_tensors="pt").to(self.model.device)
        content = [{"type": "image", "image": image}, {"type": "text", "text": question}]
        return self.processor.apply_chat_template(
            [{"role": "user", "content": content}],
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
        ).to(self.model.device)

    def _continue(self, image: Image.Image, question: str, most_tokens: int) -> str:
        inputs = self.conversation(image, question)
        written = self.model.generate(**inputs, max_new_tokens=most_tokens, do_sample=False)[0]
        own = written if self.writes_apart else written[inputs["input_ids"].shape[1] :]
        return str(self.processor.decode(own, skip_special_tokens=True))


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
