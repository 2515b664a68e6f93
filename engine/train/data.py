"""A CosmicMan-HQ folder as rows of phrases, pictures and label maps.

It knows the format's columns and files; it does not know models, latents or losses.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
from numpy.typing import NDArray
from PIL import Image

from engine.description.caption import Phrase, row_phrases
from engine.train.config import DataConfig

NUM_LABELS = 18  # ATR-18
NULL_LABEL = 18  # of aa_ids: the phrase has no region
_REQUIRED = ("path", "segm_path", "width", "height", "person_type", "aa_text", "aa_ids")
_JSON = ("aa_text", "aa_ids", "extra", "attributes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One row: where its files are, how large it is, what it shows."""

    picture: Path
    labels: Path
    width: int
    height: int
    phrases: tuple[Phrase, ...]


class Folder:
    """The rows of a CosmicMan-HQ folder whose size is trained on, in file order."""

    def __init__(self, config: DataConfig) -> None:
        """Read every label file; raise ValueError naming file, row and what was expected."""
        self.config = config
        self.files = sorted((config.folder / "label").glob("*.parquet"))
        if not self.files:
            raise ValueError(f"{config.folder / 'label'} holds no .parquet file; `cosmicman figures` writes them")
        self.samples = self._read()
        if not self.samples:
            raise ValueError(f"{config.folder} holds no row of the sizes {config.sizes}")

    def _read(self) -> tuple[Sample, ...]:
        samples: list[Sample] = []
        for file in self.files:
            for number, row in enumerate(_rows(file)):
                if (row["width"], row["height"]) in self.config.sizes:
                    samples.append(self._sample(row, f"{file.name} row {number}"))
                if self.config.limit is not None and len(samples) >= self.config.limit:
                    return tuple(samples)
        return tuple(samples)

    def _sample(self, row: dict[str, Any], where: str) -> Sample:
        for name in _JSON:
            if isinstance(row.get(name), str):
                try:
                    row[name] = json.loads(row[name])
                except json.JSONDecodeError as error:
                    raise ValueError(f"{where}: {name} must be JSON: {error}") from error
        return Sample(
            picture=self.config.folder / row["path"],
            labels=self.config.folder / row["segm_path"],
            width=row["width"],
            height=row["height"],
            phrases=_phrases(row, where),
        )

    @cached_property
    def fingerprint(self) -> str:
        """Changes when a label file or the choice of rows does."""
        digest = hashlib.sha256(json.dumps([self.config.sizes, self.config.limit]).encode())
        for file in self.files:
            digest.update(file.name.encode() + file.read_bytes())
        return digest.hexdigest()

    @cached_property
    def buckets(self) -> dict[tuple[int, int], tuple[int, ...]]:
        """Indices of the samples of each (width, height)."""
        found: dict[tuple[int, int], list[int]] = {}
        for index, sample in enumerate(self.samples):
            found.setdefault((sample.width, sample.height), []).append(index)
        return {size: tuple(indices) for size, indices in sorted(found.items())}


def read_picture(sample: Sample) -> NDArray[np.uint8]:
    """The picture as [H, W, 3]; raise ValueError where it is missing, damaged or of another size."""
    return _read_image(sample.picture, "RGB", sample)


def read_labels(sample: Sample) -> NDArray[np.uint8]:
    """The label map as [H, W] ids 0-17; raise ValueError where it is not one."""
    labels = _read_image(sample.labels, None, sample)
    if labels.max(initial=0) >= NUM_LABELS:
        raise ValueError(f"{sample.labels}: labels must be 0 to {NUM_LABELS - 1}, got {labels.max()}")
    return labels


def _phrases(row: dict[str, Any], where: str) -> tuple[Phrase, ...]:
    if not isinstance(row.get("extra") or [], list):
        raise ValueError(f"{where}: extra must be a list, got {row['extra']!r:.60}")
    try:
        phrases = row_phrases(row)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from error
    except KeyError as error:
        raise ValueError(f"{where}: an entry of extra lacks {error}") from error
    if not phrases:
        raise ValueError(f"{where}: person_type, aa_text and extra name no phrase")
    for phrase in phrases:
        wrong = [label for label in phrase.regions if not 0 <= label <= NULL_LABEL]
        if wrong:
            raise ValueError(f"{where}: labels of aa_ids must be 0 to {NULL_LABEL}, got {wrong[0]}")
    return tuple(map(_without_null, phrases))


def _without_null(phrase: Phrase) -> Phrase:
    if NULL_LABEL not in phrase.regions:
        return phrase
    return replace(phrase, regions=tuple(label for label in phrase.regions if label != NULL_LABEL))


def _read_image(path: Path, mode: str | None, sample: Sample) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            if mode is None and image.mode not in ("L", "P"):
                raise ValueError(f"{path}: a label map must be mode L or P, got {image.mode}")
            array = np.array(image if mode is None else image.convert(mode))  # writable, as torch wants it
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    if array.shape[:2] != (sample.height, sample.width):
        got = f"{array.shape[1]}x{array.shape[0]}"
        raise ValueError(f"{path} must be {sample.width}x{sample.height} as its row says, got {got}")
    return array


def _rows(file: Path) -> Sequence[dict[str, Any]]:
    try:
        table = parquet.read_table(file)
    except (OSError, ValueError) as error:  # pyarrow's own errors are kinds of these
        raise ValueError(f"{file} cannot be read as parquet: {error}") from error
    missing = [name for name in _REQUIRED if name not in table.column_names]
    if missing:
        raise ValueError(f"{file} lacks the column {missing[0]}; it has {', '.join(table.column_names)}")
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows
