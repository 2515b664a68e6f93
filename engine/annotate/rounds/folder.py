"""A folder of pictures with their label maps, as rounds see it: `images/NAME.png`, `parsing/NAME.png` (ATR-18).

This is what `cosmicman figures` writes, whose rows are not read here. A picture's id is the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.annotate.machine.annotator import Shown
from engine.annotate.protocol.gates import Labels, masks_of_labels
from engine.annotate.records import PoolPicture

logger = logging.getLogger(__name__)

IMAGES, PARSING = "images", "parsing"
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_KEPT = 64  # pictures in mind at once
_LAST_LABEL = 17


class FolderPool:
    """See `engine.annotate.rounds.pool.RoundPool`; pictures without a label map are left out, and counted."""

    def __init__(self, folder: Path, *, source: str = "folder", licence: str = "unknown") -> None:
        """Look at every picture once.

        Raises:
            ValueError: The folder holds no picture with a label map.
        """
        files = sorted(path for path in (folder / IMAGES).glob("*") if path.suffix.lower() in SUFFIXES)
        mapped = [path for path in files if (folder / PARSING / f"{path.stem}.png").is_file()]
        if not mapped:
            raise ValueError(f"{folder} must hold {IMAGES}/NAME.png with {PARSING}/NAME.png; it holds no such pair")
        if len(mapped) < len(files):
            logger.warning("left out %d pictures of %s without a label map", len(files) - len(mapped), folder)
        self.maps: dict[str, Path] = {}
        self.pictures: dict[str, PoolPicture] = {}
        for path in mapped:
            name = hashlib.sha256(path.read_bytes()).hexdigest()
            with _opened(path) as image:
                width, height = image.size
            self.maps[name] = folder / PARSING / f"{path.stem}.png"
            self.pictures[name] = PoolPicture(
                id=name, path=path, width=width, height=height, source=source, licence=licence
            )
        self._present: dict[str, tuple[str, ...]] = {}
        self._kept: OrderedDict[str, Shown] = OrderedDict()

    def ids(self) -> Sequence[str]:
        """All pictures, in the order of their names."""
        return list(self.pictures)

    def has(self, picture: str) -> bool:
        """See `engine.annotate.rounds.pool.RoundPool`."""
        return picture in self.pictures and self.pictures[picture].path.is_file() and self.maps[picture].is_file()

    def shown(self, picture: str) -> Shown:
        """A picture with its masks.

        Raises:
            ValueError: A file cannot be read, or the label map is of another size.
            KeyError: There is no such picture.
        """
        if picture not in self._kept:
            known = self.pictures[picture]
            with _opened(known.path) as image:
                pixels = np.asarray(image.convert("RGB"))
            labels = _labels(self.maps[picture])
            if labels.shape != pixels.shape[:2]:
                raise ValueError(
                    f"{self.maps[picture]} must be {known.width} x {known.height} as its picture; "
                    f"it is {labels.shape[1]} x {labels.shape[0]}"
                )
            self._kept[picture] = Shown(id=picture, pixels=pixels, masks=masks_of_labels(labels))
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._present[picture] = tuple(self._kept[picture].masks)
        return self._kept[picture]

    def labels_of(self, picture: str) -> Collection[int]:
        """ATR-18 labels that its map holds."""
        return sorted(set(_labels(self.maps[picture]).ravel().tolist()))

    def present(self, picture: str) -> Collection[str]:
        """Names of the regions that it shows."""
        if picture not in self._present:
            self.shown(picture)
        return self._present[picture]


def _opened(path: Path) -> Image.Image:
    try:
        return Image.open(path)
    except (OSError, UnidentifiedImageError) as error:
        raise ValueError(f"{path} cannot be read as a picture: {error}") from error


def _labels(path: Path) -> Labels:
    with _opened(path) as image:
        if image.mode not in ("L", "P"):
            raise ValueError(f"{path} must be a label map with a number for each pixel; its mode is {image.mode}")
        labels = np.asarray(image, np.uint8)
    if labels.max(initial=0) > _LAST_LABEL:
        raise ValueError(f"{path} must hold labels 0 to {_LAST_LABEL}; it holds {labels.max()}")
    return labels
