"""OpenAI's partial images are the engine's previews: how often to ask for one, and in what encoding it goes out."""

import asyncio
import io
import math
from collections.abc import Mapping
from typing import Any

from PIL import Image

from engine.engine import ModelInfo
from engine.request.request import FEW_STEPS

PILLOW_FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}


def preview_every(values: Mapping[str, Any], partial_images: int, model: ModelInfo) -> int | None:
    """Steps between previews, so that about `partial_images` of them are spread evenly; None for none.

    Args:
        values: The engine's fields as far as the request says them.
        partial_images: How many are wanted.
        model: What shall draw.
    """
    if not partial_images or not model.previews:
        return None
    few = model.few_steps if values.get("variant") == FEW_STEPS else None
    steps = values.get("steps") or (model.default_steps if few is None else few.steps)
    taken = steps * (values.get("strength") or 1.0)
    if (second := values.get("second_pass")) is not None:
        taken += (second.get("steps") or steps) * (second.get("strength") or 0.3)
    return min(model.max_steps, max(1, math.floor(taken / (partial_images + 1))))


async def in_format(data: bytes, media_type: str, image_format: str) -> bytes:
    """The preview in the format that was asked for: whoever writes it to a file names it after that."""
    if media_type == f"image/{image_format}":
        return data
    return await asyncio.to_thread(_encoded, data, image_format)


def _encoded(data: bytes, image_format: str) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").save(out, PILLOW_FORMATS[image_format])
    return out.getvalue()
