"""The training data as samples of the sizes trained on: pixels, label maps and phrases.

It knows which rows are used and how they are framed; it does not know how rows lie on disk, nor models or losses.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.description.wording.caption import Phrase
from engine.train.data.byte_ranges import ByteRange
from engine.train.data.framing import Frame, Size, frame, mirrored_labels, mirrored_phrase
from engine.train.data.presence import Presence
from engine.train.data.rows import Format, Row, label_files, read_rows
from engine.train.data.unreadable import Unreadable
from engine.train.recipe.data import DataConfig

logger = logging.getLogger(__name__)

NUM_LABELS = 18  # ATR-18


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One picture as it is trained on."""

    picture: ByteRange
    labels: ByteRange
    frame: Frame
    mirrored: bool
    phrases: tuple[Phrase, ...]
    where: str  # file and row, for messages

    @property
    def width(self) -> int:
        """Pixels, of the bucket."""
        return self.frame.size[0]

    @property
    def height(self) -> int:
        """Pixels, of the bucket."""
        return self.frame.size[1]


class Folder:
    """The rows of a data folder that are trained on, in the order of its files."""

    def __init__(self, config: DataConfig) -> None:
        """Read every row; those whose picture or label map is not there are left out and counted in the log.

        Raises:
            ValueError: A row is wrong, beyond `data.max_unreadable` of them, naming file, row and what was expected; or
                no row is left.
        """
        self.config = config
        self.files = label_files(config.folder, Format(config.format))
        self.samples = self._read()
        if not self.samples:
            raise ValueError(f"{config.folder} holds no row of the sizes {config.sizes}")

    def _read(self) -> tuple[Sample, ...]:
        samples: list[Sample] = []
        unreadable, presence = Unreadable(self.config.max_unreadable), Presence()
        for outcome in read_rows(self.config.folder, Format(self.config.format)):
            row = unreadable.counted(outcome)
            if row is None or not presence.of(row):
                continue
            samples += _samples(row, self.config)
            if self.config.limit is not None and len(samples) >= self.config.limit:
                break
        presence.report(self.config.folder)
        return tuple(samples[: self.config.limit])

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a picture or label map does, or which part of it is used, or in what order."""
        ages: dict[Path, tuple[int, int]] = {}
        digest = hashlib.sha256()
        for sample in self.samples:
            for place in (sample.picture, sample.labels):
                if place.file not in ages:
                    ages[place.file] = _age(place.file)
                digest.update(f"{place.file.name} {place.member} {place.offset} {ages[place.file]} ".encode())
            digest.update(json.dumps([asdict(sample.frame), sample.mirrored]).encode())
        return digest.hexdigest()

    @cached_property
    def buckets(self) -> dict[Size, tuple[int, ...]]:
        """Indices of the samples of each (width, height)."""
        found: dict[Size, list[int]] = {}
        for index, sample in enumerate(self.samples):
            found.setdefault((sample.width, sample.height), []).append(index)
        return {size: tuple(indices) for size, indices in sorted(found.items())}


def read_picture(sample: Sample) -> NDArray[np.uint8]:
    """The picture as [H, W, 3]; raise ValueError where it is missing, damaged or of another size."""
    pixels: NDArray[np.uint8] = np.array(sample.frame.pixels(_open(sample.picture, sample).convert("RGB")))
    return np.ascontiguousarray(pixels[:, ::-1]) if sample.mirrored else pixels


def check_picture(sample: Sample) -> None:
    """Whether the picture is there and of the size its row says, as its header has it; raise ValueError if not."""
    try:
        with Image.open(BytesIO(sample.picture.read())) as image:
            _check_size(image, sample.picture, sample)
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{sample.where}: {sample.picture} cannot be read: {error}") from error


def read_labels(sample: Sample) -> NDArray[np.uint8]:
    """The label map as [H, W] ids 0-17; raise ValueError where it is not one."""
    image = _open(sample.labels, sample)
    if image.mode not in ("L", "P"):
        raise ValueError(f"{sample.where}: {sample.labels}: a label map must be mode L or P, got {image.mode}")
    labels: NDArray[np.uint8] = np.array(sample.frame.labels(image))
    if labels.max(initial=0) >= NUM_LABELS:
        wrong = f"labels must be 0 to {NUM_LABELS - 1}, got {labels.max()}"
        raise ValueError(f"{sample.where}: {sample.labels}: {wrong}")
    return mirrored_labels(labels) if sample.mirrored else labels


def _samples(row: Row, config: DataConfig) -> Sequence[Sample]:
    original = (row.width, row.height)
    if not config.any_size and original not in config.sizes:
        return ()
    one = Sample(
        picture=row.picture,
        labels=row.labels,
        frame=frame(original, config.sizes),
        mirrored=False,
        phrases=row.phrases,
        where=row.where,
    )
    if not config.mirror:
        return (one,)
    return one, replace(one, mirrored=True, phrases=tuple(map(mirrored_phrase, row.phrases)))


def _open(file: ByteRange, sample: Sample) -> Image.Image:
    try:
        image = Image.open(BytesIO(file.read()))
        image.load()
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"{sample.where}: {file} cannot be read: {error}") from error
    _check_size(image, file, sample)
    return image


def _check_size(image: Image.Image, file: ByteRange, sample: Sample) -> None:
    if image.size != sample.frame.original:
        wanted, got = ("x".join(map(str, size)) for size in (sample.frame.original, image.size))
        raise ValueError(f"{sample.where}: {file} must be {wanted} as its row says, got {got}")


def _age(file: Path) -> tuple[int, int]:
    try:
        status = file.stat()
    except OSError:
        return (0, 0)  # reading it will say so
    return status.st_size, status.st_mtime_ns
