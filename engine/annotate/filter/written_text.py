"""Little writing in the picture: watermarks, captions and collages of text, as RapidOCR finds them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.annotate.filter.stage import Looked
from engine.annotate.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class WrittenText:
    """How much of a picture writing may cover, by the boxes of a text detector.

    Attributes:
        most: Share of the picture.
        least_score: A box of less is no writing.
    """

    most: float = 0.03
    least_score: float = 0.6
    name: str = "written_text"
    _reader: list[Any] = field(default_factory=list, repr=False, compare=False)

    @property
    def version(self) -> str:
        """See `Stage`."""
        return f"rapidocr, {self.most:g}, {self.least_score:g}"

    def check(self, looked: Looked) -> None:
        """See `Stage`."""
        if not self._reader:
            self._reader.append(_load())
        answer = self._reader[0](looked.pixels[..., ::-1], use_cls=False, use_rec=False)
        boxes = answer.boxes if answer.boxes is not None else []
        scores = answer.scores if answer.scores is not None else [1.0] * len(boxes)
        areas = [_area(np.asarray(box)) for box, score in zip(boxes, scores, strict=False) if score >= self.least_score]
        share = sum(areas) / (looked.pixels.shape[0] * looked.pixels.shape[1])
        looked.found |= {"written_share": round(share, 4), "written_boxes": len(areas)}
        if share > self.most:
            raise Refused(
                "written_text", f"writing on at most {self.most:.0%} of the picture expected, got {share:.1%}"
            )


def _load() -> Any:
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").setLevel(logging.WARNING)
    return RapidOCR()


def _area(corners: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
    """Of a polygon [N, 2], by the shoelace formula."""
    x, y = corners[:, 0], corners[:, 1]
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
