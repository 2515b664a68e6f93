"""How a picture goes into a SegFormer, as the folder that holds its weights says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.annotate.parse.parser import ATR_LABELS


@dataclass(frozen=True, kw_only=True)
class Preparation:
    """The side a picture is stretched to, and what is taken away from its channels of 0..1 and divides them."""

    side: int = 512
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    @classmethod
    def of(cls, folder: Path) -> Preparation:
        """As `preprocessor_config.json` of a folder says, else as SegFormers have it.

        Raises:
            ValueError: The file is none that transformers writes.
        """
        path = folder / "preprocessor_config.json"
        try:
            told = json.loads(path.read_text("utf-8"))
            size = told.get("size", cls.side)
            return cls(
                side=int(size["height"] if isinstance(size, dict) else size),
                mean=tuple(map(float, told.get("image_mean", cls.mean))),
                std=tuple(map(float, told.get("image_std", cls.std))),
            )
        except OSError:
            return cls()
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path} is not as transformers writes it: {error}") from error


def check_atr(model: str, id2label: Mapping[Any, str]) -> None:
    """Raises ValueError where a network's labels, names by number, are not ATR-18's."""
    names = [id2label[number] for number in sorted(id2label, key=int)]
    if [plain(name) for name in names] != [plain(name) for name in ATR_LABELS]:
        raise ValueError(f"{model}: labels must be {', '.join(ATR_LABELS)}; got {', '.join(names)[:300]}")


def plain(name: str) -> str:
    """A label's name however it is written."""
    return name.lower().replace("_", "-").strip()
