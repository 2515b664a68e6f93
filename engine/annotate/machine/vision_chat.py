"""A vision-language model behind a chat interface, asked region by region with schema-constrained answers.

It knows messages in the manner of OpenAI's chat completions; how they travel is another's, handed in as `complete`.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from PIL import Image

from engine.annotate.machine.annotator import Asked, Pixels, Replies, Shown
from engine.annotate.machine.schema import instruction, read_object, schema_of
from engine.annotate.protocol.attributes import Attribute
from engine.annotate.protocol.gates import Mask

LONGEST_SIDE = 1024  # pixels of a picture as it is sent
MARGIN = 0.15  # of the region's sides, shown around it
DIMMED = 0.35  # of the light of what is not the region
_MOST_TOKENS = 512

#: Takes a request's body, gives the reply's text; None where the server gave no completion.
Complete = Callable[[dict[str, Any]], str | None]


@dataclass(frozen=True, kw_only=True)
class VisionChat:
    """An annotator that asks a server.

    Attributes:
        complete: Sends a body to `/chat/completions` and gives the text that came back.
        model: As the server knows it; with its host it is the annotator's name.
        host: Where it is, for the name.
        concurrency: Requests at once.
    """

    complete: Complete
    model: str
    host: str
    concurrency: int = 8

    @property
    def name(self) -> str:
        """Model and host."""
        return f"{self.model} at {self.host}"

    def answer(self, asked: Sequence[Asked]) -> Replies:
        """See `engine.annotate.machine.annotator.Annotator`; one request for each region of a picture."""
        requests = [(one.picture, part) for one in asked for part in _by_region(one.attributes)]
        replies = Replies()
        with ThreadPoolExecutor(self.concurrency) as pool:
            for some in pool.map(lambda pair: self._ask(*pair), requests):
                replies.add(some)
        return replies

    def _ask(self, picture: Shown, attributes: tuple[Attribute, ...]) -> Replies:
        text = self.complete(request_body(self.model, picture, attributes))
        if text is not None:
            return read_object(text, picture.id, attributes, self.name)
        replies = Replies()
        for each in attributes:
            replies.refuse(picture.id, each.name, "", "the server's reply holds no completion")
        return replies


def _by_region(attributes: Sequence[Attribute]) -> Iterator[tuple[Attribute, ...]]:
    ordered = sorted(attributes, key=lambda each: each.region)
    return (tuple(part) for _, part in groupby(ordered, key=lambda each: each.region))


def request_body(model: str, picture: Shown, attributes: Sequence[Attribute]) -> dict[str, Any]:
    """The body of one request: the region shown, its questions, and the schema of the answer."""
    region = attributes[0].region
    shown = highlighted(picture.pixels, picture.masks.get(region))
    content = [
        {"type": "image_url", "image_url": {"url": data_url(shown)}},
        {"type": "text", "text": instruction(region, attributes)},
    ]
    schema = {"name": "answers", "strict": True, "schema": schema_of(attributes)}
    return {
        "model": model,
        "messages": [{"role": "user", "content": content}],
        "response_format": {"type": "json_schema", "json_schema": schema},
        "max_tokens": _MOST_TOKENS,
        "temperature": 0,
    }


def highlighted(pixels: Pixels, mask: Mask | None) -> Pixels:
    """The region with a margin, what is not of it dimmed; the whole picture where there is no mask."""
    if mask is None or not mask.any():
        return pixels
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    tall, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    down, across = max(4, round(MARGIN * tall)), max(4, round(MARGIN * wide))
    box = (
        slice(max(0, rows[0] - down), rows[-1] + down + 1),
        slice(max(0, columns[0] - across), columns[-1] + across + 1),
    )
    dimmed = np.where(mask[..., None], pixels, (pixels * DIMMED + 255 * (1 - DIMMED) * 0.5).astype(np.uint8))
    found: Pixels = dimmed[box]
    return found


def data_url(picture: Pixels) -> str:
    """The picture as a PNG within a URL, scaled down where it is large."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = io.BytesIO()
    image.save(file, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
