"""Lists of links: text files with a URL a line, and parquet files as LAION and others publish them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.annotate.pool.fetch.address import read_url
from engine.annotate.pool.origin import UNKNOWN, Offer, Origin
from engine.annotate.refusal import Refused

# Names that published lists have for one thing, in any case of letters.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "url": ("url", "image_url"),
    "key": ("sample_id", "id", "key", "hash"),
    "licence": ("license", "licence"),
    "text": ("text", "caption", "alt_text", "alt"),
    "author": ("author", "creator", "attribution"),
    "page": ("page", "page_url", "landing_url"),
    "width": ("width", "original_width"),
    "height": ("height", "original_height"),
    "unsafe": ("punsafe",),
    "watermark": ("pwatermark",),
}
_NONE_SUCH = frozenset({"", "?", "none", "null", "nan"})
_AT_ONCE = 4096


class LinkSource:
    """Links of one file; a link without an id of its own has the hash of its URL as its key.

    A line of a text file is a URL, or URL, licence and author with tabs between them; one that begins with # is none.
    """

    def __init__(
        self,
        file: Path,
        licence: str = UNKNOWN,
        *,
        least_side: int = 0,
        most_unsafe: float = 1.0,
        most_watermark: float = 1.0,
    ) -> None:
        """Takes a file.

        Args:
            file: ``*.parquet`` or text.
            licence: Of pictures for which the file names none.
            least_side: Leave out what the file says has a shorter side, in pixels.
            most_unsafe: Leave out what its ``punsafe`` says is more likely so.
            most_watermark: Leave out what its ``pwatermark`` says is more likely so.

        Raises:
            ValueError: There is no such file, or it has no column of URLs.
        """
        if not file.is_file():
            raise ValueError(f"a list of links expected, {str(file)!r} is no file")
        self.name = f"links:{file.name}"
        self._file, self._licence = file, licence
        self._least_side, self._most_unsafe, self._most_watermark = least_side, most_unsafe, most_watermark
        self._names = _columns(file) if file.suffix == ".parquet" else {}

    async def offers(self) -> AsyncIterator[Offer | Refused]:
        """See `Source`."""
        for row in self._table() if self._names else self._lines():
            try:
                yield self._offer(row)
            except Refused as refused:
                yield refused

    def _offer(self, row: Mapping[str, Any]) -> Offer:
        url = _text(row, "url")
        if url is None:
            raise Refused("no_url", "a row names no URL")
        read_url(url)
        self._check_told(row)
        origin = Origin(
            source=self.name,
            key=_text(row, "key") or hashlib.sha256(url.encode()).hexdigest()[:32],
            licence=_text(row, "licence") or self._licence,
            url=url,
            page=_text(row, "page"),
            author=_text(row, "author"),
            text=_text(row, "text"),
        )
        return Offer(origin=origin)

    def _check_told(self, row: Mapping[str, Any]) -> None:
        sides = [side for side in (_number(row, "width"), _number(row, "height")) if side]
        if sides and min(sides) < self._least_side:
            raise Refused("told_too_small", f"sides of at least {self._least_side} expected, {min(sides):g} told")
        for name, most in (("unsafe", self._most_unsafe), ("watermark", self._most_watermark)):
            if _number(row, name) > most:
                raise Refused(f"told_{name}", f"at most {most:g} expected, {_number(row, name):g} told")

    def _lines(self) -> Iterable[Mapping[str, Any]]:
        with self._file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.strip() and not line.startswith("#"):
                    yield dict(zip(("url", "licence", "author"), line.strip().split("\t"), strict=False))

    def _table(self) -> Iterable[Mapping[str, Any]]:
        import pyarrow.parquet as parquet

        with parquet.ParquetFile(self._file) as opened:
            for batch in opened.iter_batches(_AT_ONCE, columns=list(self._names.values())):
                for row in batch.to_pylist():
                    yield {ours: row[theirs] for ours, theirs in self._names.items()}


def _columns(file: Path) -> dict[str, str]:
    """The file's own name of each column that we know."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        names = {name.lower(): name for name in reversed(parquet.read_schema(file).names)}
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"{file} cannot be read as parquet: {error}") from error
    found = {
        ours: next(names[name] for name in known if name in names)
        for ours, known in _COLUMNS.items()
        if not names.keys().isdisjoint(known)
    }
    if "url" not in found:
        raise ValueError(f"{file} lacks a column URL; it has {', '.join(names.values())}")
    return found


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = str(row.get(name)).strip() if row.get(name) is not None else ""
    return None if value.lower() in _NONE_SUCH else value[:4000]


def _number(row: Mapping[str, Any], name: str) -> float:
    try:
        value = float(row.get(name) or 0)
    except (TypeError, ValueError):
        return 0.0
    return value if value == value else 0.0  # NaN is no number
