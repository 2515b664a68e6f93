"""Writes a data set: CosmicMan-HQ's folder, shards where they are asked for, and the card; whole or not at all.

Takedowns and licences are asked at the last moment, whatever was annotated before.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
from PIL import Image

from engine.annotate.pool.store import Pool
from engine.annotate.publish.annotated import Annotated
from engine.annotate.publish.card import CardText, data_card
from engine.annotate.publish.licences import LicenceRule, Takedowns
from engine.annotate.publish.picture_file import picture_file
from engine.annotate.publish.shards import SHARD_BYTES, ShardWriter
from engine.annotate.publish.statistics import Statistics
from engine.annotate.refusal import Refused
from engine.files.whole import whole_folder, write_json

ROWS_PER_FILE = 10_000
SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("segm_path", pa.string()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("person_type", pa.string()),
        *((name, pa.string()) for name in ("aa_text", "aa_ids", "extra")),  # JSON
        *((name, pa.string()) for name in ("id", "source", "key", "licence", "author", "url", "page", "text")),
    ]
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Publication:
    """What to write.

    Attributes:
        out: The folder, which must not be there yet.
        card: What people know of the data set; its name also names files.
        licences: Which pictures it takes.
        shards: Whether to write WebDataset shards, too.
        shard_bytes: About how large each is.
    """

    out: Path
    card: CardText
    licences: LicenceRule = LicenceRule()
    shards: bool = False
    shard_bytes: int = SHARD_BYTES

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.card.name):
            raise ValueError(f"a name of letters, digits, '.', '_' and '-' expected, got {self.card.name[:80]!r}")
        if self.out.exists():
            raise ValueError(f"{self.out} is there already; a publication is a new folder")


def publish(pool: Pool, annotated: Iterable[Annotated | Refused], publication: Publication) -> Statistics:
    """Writes a data set of pictures of a pool.

    Args:
        pool: Where they are.
        annotated: In any order; a picture that comes twice is taken once. A Refused is counted.
        publication: Where to, and what of them.

    Raises:
        ValueError: Not one picture may be published.
        OSError: It cannot be written: a full disk, say. Nothing of it stays.
    """
    statistics = Statistics()
    with whole_folder(publication.out) as folder, ExitStack() as stack:
        shards = None
        if publication.shards:
            writer = ShardWriter(folder / "shards", publication.card.name, publication.shard_bytes)
            shards = stack.enter_context(writer)
        rows = _written(pool, annotated, publication, folder, shards, statistics)
        _write_labels(folder / "label", publication.card.name, rows)
        if not statistics.pictures:
            reasons = ", ".join(f"{reason} {count}" for reason, count in statistics.left_out.most_common())
            raise ValueError(f"no picture may be published ({reasons or 'none was annotated'})")
        write_json(folder / "statistics.json", statistics.as_json())
        (folder / "README.md").write_text(data_card(publication.card, statistics), encoding="utf-8")
    return statistics


def _written(
    pool: Pool,
    annotated: Iterable[Annotated | Refused],
    publication: Publication,
    folder: Path,
    shards: ShardWriter | None,
    statistics: Statistics,
) -> Iterator[dict[str, Any]]:
    """The row of each picture that was written."""
    takedowns, seen = Takedowns(pool), set[str]()
    for each in annotated:
        try:
            if isinstance(each, Refused):
                raise each
            if each.picture.id in seen:
                raise Refused("duplicate_id", f"{each.picture.id} is annotated twice")
            takedowns.check(each.picture)
            publication.licences.check(each.picture)
            row = _write_one(pool, each, folder, shards, statistics)
        except Refused as refused:
            statistics.left_out[refused.reason] += 1
            continue
        seen.add(each.picture.id)
        yield row


def _write_one(
    pool: Pool, each: Annotated, folder: Path, shards: ShardWriter | None, statistics: Statistics
) -> dict[str, Any]:
    picture = each.picture
    if each.labels.shape != (picture.height, picture.width):
        message = f"a label map of {picture.height} x {picture.width} expected, got {each.labels.shape}"
        raise Refused("labels", message)
    file, labels = picture_file(picture, pool.limits), _png(each)
    (origin, *_) = pool.origins(picture.id)
    inner = f"{picture.id[:2]}/{picture.id}"
    path, segm_path = f"images/{inner}{file.ending}", f"parsing/{inner}.png"
    for place, data in ((path, file.data), (segm_path, labels)):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(data)
    about = {name: getattr(origin, name) for name in ("source", "key", "licence", "author", "url", "page", "text")}
    said = each.row()
    if shards is not None:
        row = {**said, "id": picture.id, **about}
        shards.add(picture.id, {file.ending: file.data, ".parsing.png": labels}, row)
    statistics.add(each, origin)
    encoded = {name: json.dumps(said[name], ensure_ascii=False) for name in ("aa_text", "aa_ids", "extra")}
    size = {"width": picture.width, "height": picture.height}
    files = {"path": path, "segm_path": segm_path}
    return {**files, **size, "person_type": each.person_type, **encoded, "id": picture.id, **about}


def _png(each: Annotated) -> bytes:
    file = io.BytesIO()
    Image.fromarray(each.labels).save(file, "PNG", compress_level=6)
    return file.getvalue()


def _write_labels(folder: Path, name: str, rows: Iterable[dict[str, Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    block: list[dict[str, Any]] = []
    number = 0
    for row in rows:
        block.append(row)
        if len(block) == ROWS_PER_FILE:
            _write_block(folder, name, number, block)
            number, block = number + 1, []
    if block:
        _write_block(folder, name, number, block)


def _write_block(folder: Path, name: str, number: int, block: list[dict[str, Any]]) -> None:
    parquet.write_table(pa.Table.from_pylist(block, SCHEMA), folder / f"{name}_{number}.parquet")
