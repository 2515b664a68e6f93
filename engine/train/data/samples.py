"""The training data as samples of the sizes trained on: pixels, label maps and phrases.

It knows which rows are used and how they are framed; it does not know how rows lie on disk, nor models or losses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.description.wording.caption import Phrase
from engine.train.data.byte_ranges import ByteRange
from engine.train.data.framing import Frame, Size, frame, mirrored_labels, mirrored_phrase, nearest_buckets
from engine.train.data.presence import file_sizes, report_missing
from engine.train.data.row_table import RowTable, row_table
from engine.train.data.rows import MOST_PIXELS, Format, Row
from engine.train.data.unreadable import Unreadable
from engine.train.recipe.data import DataConfig

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


class Samples(Sequence[Sample]):
    """The samples of a data folder by number, made of their rows as they are asked for."""

    def __init__(self, rows: RowTable, chosen: NDArray[np.int64], config: DataConfig) -> None:
        """Take the rows of these numbers; with `config.mirror` each is two samples, side by side."""
        self.rows, self.chosen, self.config = rows, chosen, config
        self._each = 2 if config.mirror else 1
        whole = len(chosen) * self._each
        self._count = whole if config.limit is None else min(config.limit, whole)

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, number: int) -> Sample: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[Sample]: ...

    def __getitem__(self, number: int | slice) -> Sample | Sequence[Sample]:
        """A sample, or those of a slice."""
        if isinstance(number, slice):
            return [self[place] for place in range(*number.indices(self._count))]
        if not -self._count <= number < self._count:
            raise IndexError(f"sample {number} of {self._count}")
        place, is_mirrored = divmod(int(number) % self._count, self._each)
        sample = _sample(self.rows[int(self.chosen[place])], self.config)
        return _mirrored(sample) if is_mirrored else sample

    @property
    def row_numbers(self) -> NDArray[np.int64]:
        """The row of each sample."""
        return np.repeat(self.chosen, self._each)[: self._count]

    @property
    def mirrored(self) -> NDArray[np.bool_]:
        """Which samples are mirror images."""
        found: NDArray[np.bool_] = np.arange(self._count) % self._each == 1
        return found

    def with_phrases_of(self, least: int) -> Iterator[Sample]:
        """The samples of whose phrases none is shorter than `least` bytes."""
        for number in np.flatnonzero(self.rows.numbers("shortest")[self.row_numbers] >= least):
            yield self[int(number)]


class Folder:
    """The rows of a data folder that are trained on, in the order of its files."""

    def __init__(self, config: DataConfig, cache: Path | None = None, *, is_main: bool = True) -> None:
        """Look at every row; those whose picture or label map is not there are left out and counted in the log.

        Args:
            config: Which folder, and how its pictures are framed.
            cache: Where the table of rows is kept from one start to the next; None = nowhere.
            is_main: Whether this process makes the table; others wait.

        Raises:
            ValueError: A row is wrong, beyond `data.max_unreadable` of them, naming file, row and what was expected; or
                no row is left.
        """
        self.config = config
        self.rows = row_table(
            config.folder, Format(config.format), workers=config.workers, cache=cache, is_main=is_main
        )
        self.sizes = {column: file_sizes(self.rows, column) for column in ("picture", "labels")}
        self._width, self._height = self.rows.numbers("width"), self.rows.numbers("height")
        self.samples = self._chosen()
        if not len(self.samples):
            raise ValueError(f"{config.folder} holds no row of the sizes {config.sizes}")

    def _chosen(self) -> Samples:
        wrong = self.rows.wrong()
        there = np.minimum(self.sizes["picture"], self.sizes["labels"]) >= 0
        fits = there & ~wrong
        if not self.config.any_size:
            fits &= np.isin(self._height * MOST_PIXELS + self._width, _codes(self.config.sizes))
        samples = Samples(self.rows, np.flatnonzero(fits), self.config)
        is_cut = len(samples) == self.config.limit
        looked_at = slice(0, int(samples.row_numbers[-1]) + 1 if is_cut else None)
        unreadable = Unreadable(self.config.max_unreadable)
        for number in np.flatnonzero(wrong[looked_at]):
            unreadable.attempt(partial(self.rows.__getitem__, int(number)))
        missing = np.flatnonzero(~there[looked_at] & ~wrong[looked_at])
        report_missing(self.rows, missing, int(there.sum()))
        return samples

    @cached_property
    def buckets(self) -> dict[Size, NDArray[np.int64]]:
        """Numbers of the samples of each (width, height), ascending."""
        rows = self.samples.row_numbers
        ordered = sorted(self.config.sizes)
        nearest = nearest_buckets(self._width[rows], self._height[rows], ordered)
        found = {size: np.flatnonzero(nearest == place) for place, size in enumerate(ordered)}
        return {size: numbers for size, numbers in found.items() if len(numbers)}

    def identity(self, numbers: NDArray[np.int64]) -> bytes:
        """A digest of what these samples are: their files by name and size, their pixels, their mirrors.

        It does not depend on where the folder lies, nor on the times of its files.
        """
        rows = self.samples.row_numbers[numbers]
        digest = hashlib.sha256(self.samples.mirrored[numbers].tobytes())
        for array in (*self.sizes.values(), self._width, self._height):
            digest.update(array[rows].tobytes())
        for column in ("picture", "labels"):
            for part in self.rows.files_as_json(column, rows):
                digest.update(part)
        return digest.digest()


def read_picture(sample: Sample) -> NDArray[np.uint8]:
    """The picture as [H, W, 3]; raise ValueError where it is missing, damaged or of another size."""
    pixels: NDArray[np.uint8] = np.array(sample.frame.pixels(_open(sample.picture, sample).convert("RGB")))
    return np.ascontiguousarray(pixels[:, ::-1]) if sample.mirrored else pixels


def check_picture(sample: Sample) -> None:
    """Whether the picture is there and of the size its row says, as its header has it; raise ValueError if not."""
    with sample.picture.picture(sample.where) as image:
        _check_size(image, sample.picture, sample)


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


def _sample(row: Row, config: DataConfig) -> Sample:
    framed = frame((row.width, row.height), config.sizes)
    files = {"picture": row.picture, "labels": row.labels}
    return Sample(frame=framed, mirrored=False, phrases=row.phrases, where=row.where, **files)


def _mirrored(sample: Sample) -> Sample:
    return replace(sample, mirrored=True, phrases=tuple(map(mirrored_phrase, sample.phrases)))


def _codes(sizes: Sequence[Size]) -> list[int]:
    return [height * MOST_PIXELS + width for width, height in sizes]


def _open(file: ByteRange, sample: Sample) -> Image.Image:
    with file.picture(sample.where) as image:
        image.load()
        _check_size(image, file, sample)
    return image


def _check_size(image: Image.Image, file: ByteRange, sample: Sample) -> None:
    if image.size != sample.frame.original:
        wanted, got = ("x".join(map(str, size)) for size in (sample.frame.original, image.size))
        raise ValueError(f"{sample.where}: {file} must be {wanted} as its row says, got {got}")
