"""Annotations as lines of JSON, an object a picture: its id and CosmicMan-HQ's columns; label maps are the pool's.

Who or what annotated is not its business.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.annotate.parse.framing import FIGURES, PEOPLE, person_type
from engine.annotate.parse.parser import Labels
from engine.annotate.parse.shelf import Shelf
from engine.annotate.pool.sources.figures import FigureSource
from engine.annotate.pool.store import Pool
from engine.annotate.publish.annotated import Annotated
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.description.wording.caption import SLOTS


def read_lines(path: Path) -> Iterator[Mapping[str, Any] | Refused]:
    """Every line of a file; a wrong one as the error that says what is wrong.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
            except ValueError:
                yield Refused("line", f"{path.name} line {number} is no JSON")
                continue
            if isinstance(row, dict) and isinstance(row.get("id"), str):
                yield row
            else:
                yield Refused("line", f"{path.name} line {number} must be an object with an id")


def annotated_lines(pool: Pool, rows: Iterable[Mapping[str, Any] | Refused]) -> Iterator[Annotated | Refused]:
    """The pictures that lines are about, with their label maps."""
    shelf = Shelf(pool)
    for row in rows:
        if isinstance(row, Refused):
            yield row
            continue
        try:
            yield _annotated(pool, shelf, row["id"], row)
        except Refused as refused:
            yield refused


def _framing(picture: PoolPicture, labels: Labels) -> str:
    """What the label map tells of it, where nobody said it."""
    return person_type(labels, FIGURES if picture.source == FigureSource.name else PEOPLE) or ""


def _annotated(pool: Pool, shelf: Shelf, id: str, told: Mapping[str, Any]) -> Annotated:
    try:
        picture = pool.picture(id)
    except KeyError as error:
        raise Refused("not_in_pool", f"the pool has no picture {id[:64]}") from error
    labels = shelf.read(picture)
    try:
        return Annotated(
            picture=picture,
            labels=labels,
            person_type=str(told.get("person_type") or _framing(picture, labels)),
            aa_text=told["aa_text"],
            aa_ids=told.get("aa_ids") or [None] * len(SLOTS),
            extra=told.get("extra") or (),
            parser=shelf.parser_of(id) or "",
        )
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("annotation", f"aa_text, aa_ids and extra expected: {error!r}") from error
