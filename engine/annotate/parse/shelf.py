"""Label maps of a pool's pictures, kept beside them: made once for each parser, and gone with the picture."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.annotate.parse.parser import Labels, Parser
from engine.annotate.parse.recipe import Parsed, parsed
from engine.annotate.pool.store import PARSED, Pool
from engine.annotate.records import PoolPicture
from engine.annotate.refusal import Refused
from engine.files.whole import whole_file
from engine.spread.work import Spread

_PARSER = "parser"


class Shelf:
    """The label maps of a pool."""

    def __init__(self, pool: Pool) -> None:
        """Takes the pool."""
        self._pool = pool

    def path(self, id: str) -> Path:
        """Where a picture's map lies, or would."""
        return self._pool.folder / PARSED / id[:2] / id[2:4] / f"{id}.png"

    def parser_of(self, id: str) -> str | None:
        """Which parser made a picture's map; None where there is none that can be read."""
        try:
            with Image.open(self.path(id)) as image:
                return str(image.info.get(_PARSER, ""))
        except OSError:
            return None

    def read(self, picture: PoolPicture) -> Labels:
        """A picture's map, [height, width] of the picture as it is seen.

        Raises:
            Refused: It has none (not_parsed), or a damaged one.
        """
        try:
            with Image.open(self.path(picture.id)) as image:
                same = image.size == (picture.width, picture.height)
                sized = image if same else image.resize((picture.width, picture.height), Image.Resampling.NEAREST)
                return np.array(sized, np.uint8)
        except FileNotFoundError:
            raise Refused("not_parsed", f"{picture.id} has no label map; `cosmicman annotate parse` makes it") from None
        except OSError as error:
            raise Refused("damaged", f"the label map of {picture.id}: {error}") from error

    def write(self, id: str, labels: Labels, parser: str) -> None:
        """Keeps a map, whole."""
        info = PngInfo()
        info.add_text(_PARSER, parser)
        file = io.BytesIO()
        Image.fromarray(labels).save(file, "PNG", pnginfo=info)
        with whole_file(self.path(id)) as temporary:
            temporary.write_bytes(file.getvalue())


def parse_all(
    pool: Pool,
    pictures: Iterable[PoolPicture],
    parser: Parser,
    spread: Spread[PoolPicture, Parsed] | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Counter[str]:
    """Makes the map of every picture that has none by this parser.

    Args:
        pool: Whose pictures they are.
        pictures: Of the pool.
        parser: Whose maps are wanted.
        spread: Others who do its work, in this order; None does it here.
        progress: Told how many pictures are done more.

    Returns:
        How many were parsed, known, or refused for which reason.

    Raises:
        OSError: A map cannot be kept.
    """
    shelf, counts = Shelf(pool), Counter[str]()

    def without_map() -> Iterator[PoolPicture]:
        for picture in pictures:
            if shelf.parser_of(picture.id) != parser.name:
                yield picture
                continue
            counts["known"] += 1
            if progress is not None:
                progress(1)

    here: Spread[PoolPicture, Parsed] = partial(map, partial(parsed, parser=parser, limits=pool.limits))
    for each in (spread or here)(without_map()):
        counts[_keep(shelf, pool, each, parser.name)] += 1
        if progress is not None:
            progress(1)
    return counts


def _keep(shelf: Shelf, pool: Pool, each: Parsed, parser: str) -> str:
    """Keeps a map; what became of it, in a word."""
    if each.labels is None:
        return each.reason
    shelf.write(each.picture.id, each.labels, parser)
    if pool.has(each.picture.id):
        return "parsed"
    shelf.path(each.picture.id).unlink(missing_ok=True)  # a takedown that came first has not seen it
    return "taken_down"
