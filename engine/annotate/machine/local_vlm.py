"""A vision-language model of `transformers` on this machine, asked one closed question at a time.

It knows prompts and how a reply is read; it does not know which models there are (engine.train.evaluation.vqa_model).
"""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image

from engine.annotate.machine.annotator import Asked, Replies
from engine.annotate.machine.vision_chat import highlighted
from engine.annotate.protocol.attributes import UNSURE, Attribute
from engine.train.evaluation.vqa_model import VqaModel

_MOST_TOKENS = 12


class LocalVlm:
    """Answers by the model's likeliest reply, which must be one of the closed list's words."""

    def __init__(self, source: str) -> None:
        """Load a model: a folder that `save_pretrained` wrote, or a model's name on the hub.

        Raises:
            ValueError: There is no such model, or it is not one that answers questions about pictures.
        """
        self.model = VqaModel(source)

    @property
    def name(self) -> str:
        """Kind and source."""
        return self.model.name

    def answer(self, asked: Sequence[Asked]) -> Replies:
        """See `engine.annotate.machine.annotator.Annotator`."""
        replies = Replies()
        for one in asked:
            for attribute in one.attributes:
                shown = highlighted(one.picture.pixels, one.picture.masks.get(attribute.region))
                said = self.model.reply(Image.fromarray(shown), question(attribute), most_tokens=_MOST_TOKENS)
                replies.take(one.picture.id, attribute.name, read_choice(said, attribute), self.name)
        return replies


def question(attribute: Attribute) -> str:
    """The question with its closed list."""
    return f"{attribute.question} Answer with one of: {', '.join((*attribute.values, UNSURE))}."


def read_choice(said: str, attribute: Attribute) -> str:
    """The value that a reply names, whatever its case and the full stop after it; else the reply as it is."""
    plain = said.strip().strip(".\"'").lower()
    return next((value for value in (*attribute.values, UNSURE) if value.lower() == plain), said)
