"""One picture through all stages, in whatever process: it needs no pool, and its answer is plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.annotate.filter.decoding import pixels_of
from engine.annotate.filter.stage import Looked, Stage
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.pictures.header import PixelLimits

DECODING = "decoding"


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What the stages say of one picture.

    Attributes:
        picture: Which one.
        found: What they found, JSON values by name.
        stage: Name of the stage that refuses it; None where it passes.
        reason: Why, in a word.
        message: And in a sentence.
    """

    picture: PoolPicture
    found: dict[str, object] = field(default_factory=dict)
    stage: str | None = None
    reason: str | None = None
    message: str | None = None


def examine(picture: PoolPicture, stages: Sequence[Stage], limits: PixelLimits) -> Examined:
    """Passes a picture from stage to stage until one refuses it."""
    found: dict[str, object] = {}
    name = DECODING
    try:
        looked = Looked(picture=picture, pixels=pixels_of(picture, limits), found=found)
        for stage in stages:
            name = stage.name
            stage.check(looked)
    except Refused as refused:
        return Examined(picture=picture, found=found, stage=name, reason=refused.reason, message=str(refused)[:300])
    return Examined(picture=picture, found=found)
