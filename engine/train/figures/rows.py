"""Figures as a CosmicMan-HQ data set: rows that say only what can be seen, pictures, label maps, parquet.

``aa_text`` and ``aa_ids`` follow the published columns; what has no slot there (skin, expression, beard, glasses,
pose) is in ``extra``, and ``attributes`` holds the truth that a judge is measured against.
"""

import json
import logging
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from engine.files.whole import whole_file
from engine.train.figures.attributes import SCENES, Figure, Garment, sample_figure
from engine.train.figures.cloth import Item
from engine.train.figures.draw import Drawing, draw_figure
from engine.train.figures.looks import LOOKS

logger = logging.getLogger(__name__)

ROWS_PER_FILE = 10_000
_FOREGROUND = list(range(1, 18))
_SKIN_IDS = [11, 12, 13, 14, 15]
_FACE_SHOWN = ("upper_body", "portrait", "headshot")  # framings whose faces are large enough for an expression
# Of `least_share`.
_LEAST: dict[Item, float] = {
    Item.HAIR: 0.004,
    Item.TOP: 0.012,
    Item.DRESS: 0.02,
    Item.OUTERWEAR: 0.012,
    Item.BOTTOM: 0.012,
    Item.FOOTWEAR: 0.004,
    Item.EYEWEAR: 0.0008,
}
_LEAST_ELSE = 0.003
_OPTIONAL = ("dress", "outerwear", "legwear", "belt", "neckwear", "bag")  # what `least_worn` counts
_Row = dict[str, Any]


def figure_row(figure: Figure, drawing: Drawing) -> _Row:
    """The CosmicMan-HQ row of a drawn figure: what is hidden or out of the frame is not said.

    Returns:
        ``width``, ``height``, ``person_type``, ``aa_text`` (20 dict|None), ``aa_ids`` (20 list[int]|None), ``extra``
        (list of ``{"group", "text", "ids"}``, some with a ``color``), ``attributes`` (truth, str to str) and ``seed``.
    """

    def seen(item: Item) -> bool:
        return drawing.visible(item) >= least_share(item)

    text: list[dict[str, str] | None] = [None] * 20
    ids: list[list[int] | None] = [None] * 20
    truth: dict[str, str] = {"framing": figure.framing, "background": figure.background}

    def put(slot: int, said: dict[str, str], regions: list[int], name: str, garment: Garment | None = None) -> None:
        text[slot] = {key: value for key, value in said.items() if value}
        ids[slot] = regions
        if garment is not None:
            pairs = {"type": garment.type, "color": garment.colour, "pattern": garment.pattern}
            pairs |= {"sleeve length": garment.sleeve, "length": garment.length}
            truth.update({f"{name} {key}": value for key, value in pairs.items() if value})

    put(0, {"age": figure.age, "gender": figure.gender}, [11], "person")
    put(1, {"body shape": figure.build}, _FOREGROUND, "body")
    place = figure.background if figure.background in SCENES else f"{figure.background} background"
    put(2, {"background": place}, [0], "background")
    truth |= {"age": figure.age, "gender": figure.gender, "skin": figure.skin}
    hair = figure.hair
    if hair.length == "bald":
        truth["hair length"] = "bald"  # there is no hair to describe: said in extra, where no noun follows
    elif seen(Item.HAIR):
        said = {"hair color": hair.colour, "hair style": hair.style, "hair length": hair.length}
        put(3, said, [2], "hair")
        truth |= {"hair color": hair.colour, "hair style": hair.style, "hair length": hair.length}
    for name, slot, item, garment, regions in _garments(figure):
        if seen(item):
            put(slot, _said(garment), regions, name, garment)
    return {
        "width": figure.width,
        "height": figure.height,
        "person_type": figure.framing,
        "aa_text": text,
        "aa_ids": [i if t is not None else None for t, i in zip(text, ids, strict=True)],
        "extra": list(_extra(figure, seen(Item.EYEWEAR), truth)),
        "attributes": truth,
        "seed": figure.seed,
    }


def least_share(item: Item) -> float:
    """The least share of a picture at which a viewer would mention an item."""
    return _LEAST.get(item, _LEAST_ELSE)


def _said(garment: Garment) -> dict[str, str]:
    said = {"type": garment.type, "color": garment.colour, "length": garment.length, "sleeve length": garment.sleeve}
    if garment.type in ("scarf", "t-shirt", "shirt", "sweater", "hoodie", "tank top", "blouse", "dress", "trousers",
                        "shorts", "skirt"):  # fmt: skip
        said["pattern"] = garment.pattern
    return said


def _garments(figure: Figure) -> Iterator[tuple[str, int, Item, Garment, list[int]]]:
    """Name, slot, item, garment and ATR-18 ids of what is worn and has a slot."""
    bottom_ids = [5] if figure.bottom is not None and figure.bottom.type == "skirt" else [6]
    table: list[tuple[str, int, Item, Garment | None, list[int]]] = [
        ("dress", 5, Item.DRESS, figure.dress, [7]),
        ("top", 6, Item.TOP, figure.top, [4]),
        ("outerwear", 7, Item.OUTERWEAR, figure.outerwear, [4]),
        ("bottom", 8, Item.BOTTOM, figure.bottom, bottom_ids),
        ("footwear", 9, Item.FOOTWEAR, figure.footwear, [9, 10]),
        ("bag", 10, Item.BAG, figure.bag, [16]),
        ("belt", 12, Item.BELT, figure.belt, [8]),
        ("legwear", 18, Item.LEGWEAR, figure.legwear, [12, 13]),
    ]
    if figure.neckwear is not None:
        slot = 13 if figure.neckwear.type == "scarf" else 19
        table.append(("neckwear", slot, Item.NECKWEAR, figure.neckwear, [17]))
    if figure.headwear is not None:
        slot = 16 if figure.headwear.type == "headscarf" else 11
        table.append(("headwear", slot, Item.HEADWEAR, figure.headwear, [1]))
    for name, slot, item, garment, regions in table:
        if garment is not None:
            yield name, slot, item, garment, regions


def _extra(figure: Figure, eyewear: bool, truth: dict[str, str]) -> Iterator[dict[str, object]]:
    yield {"group": "body", "text": f"{figure.skin} skin", "ids": _SKIN_IDS}
    if figure.pose != "standing":
        yield {"group": "body", "text": figure.pose, "ids": _FOREGROUND}
        truth["pose"] = figure.pose
    if figure.hair.length == "bald" and (figure.headwear is None or figure.headwear.type == "headscarf"):
        yield {"group": "hair", "text": "bald head", "ids": [11]}
    if figure.facial_hair:
        named = random.Random(f"words-{figure.seed}").random() < 0.5
        colour = {"color": figure.beard_colour} if named else {}
        yield {"group": "face", "text": figure.facial_hair, **colour, "ids": [11]}
        truth["facial hair"] = figure.facial_hair
    if figure.framing in _FACE_SHOWN:
        yield {"group": "face", "text": figure.expression, "ids": [11]}
        truth["expression"] = figure.expression
    if figure.eyewear is not None and eyewear:
        yield {"group": "eyewear", "text": figure.eyewear.type, "ids": [3]}
        truth["eyewear type"] = figure.eyewear.type


def write_figures(
    out: Path,
    num: int,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    *,
    least_worn: int = 0,
    look: str = "",
) -> int:
    """Draws figures ``seed`` .. ``seed + num - 1`` into a CosmicMan-HQ folder.

    Writes ``images/*.png``, ``parsing/*.png`` (mode L, ATR-18 ids) and ``label/figures_<k>_<first seed>.parquet`` in
    chunks of ``ROWS_PER_FILE``; a chunk's parquet appears whole, after its pictures, and chunks that are already
    there are kept, so that an interrupted run continues.

    Args:
        out: The folder.
        num: Figures to draw.
        seed: Of the first one.
        workers: Processes that draw.
        progress: Told how many figures are done more.
        least_worn: Leave out figures of whom fewer can be seen of dress, outerwear, legwear, belt, neckwear and bag.
        look: One of `looks.LOOKS` in which the pictures are; "" is the usual one.

    Returns:
        How many of the `num` figures the folder has.

    Raises:
        ValueError: if ``num`` or ``workers`` is below 1, ``seed`` or ``least_worn`` is negative, or there is no such
            look.
    """
    if look and look not in LOOKS:
        raise ValueError(f"look: expected one of {', '.join(LOOKS)}, got {look[:40]!r}")
    limits = (("num", num, 1), ("workers", workers, 1), ("seed", seed, 0), ("least_worn", least_worn, 0))
    for name, value, least in limits:
        if value < least:
            raise ValueError(f"{name}: expected at least {least}, got {value}")
    for folder in ("images", "parsing", "label"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    import pyarrow.parquet as pq

    written = 0
    suffix = (f"_worn{least_worn}" if least_worn else "") + (f"_{look}" if look else "")
    with ProcessPoolExecutor(workers) as pool:
        for number, first in enumerate(range(seed, seed + num, ROWS_PER_FILE)):
            seeds = range(first, min(first + ROWS_PER_FILE, seed + num))
            target = out / "label" / f"figures_{number}_{first}_{len(seeds)}{suffix}.parquet"
            if target.exists():
                logger.info("%s is there already", target.name)
                written += pq.read_metadata(target).num_rows
                if progress is not None:
                    progress(len(seeds))
                continue
            write_one = partial(_write_one, out, least_worn, look)
            made = _progressing(pool.map(write_one, seeds, chunksize=32), progress)
            if rows := [row for row in made if row is not None]:
                _write_parquet(target, rows)
            written += len(rows)
    return written


def _progressing(rows: Iterator[_Row | None], progress: Callable[[int], None] | None) -> Iterator[_Row | None]:
    for row in rows:
        if progress is not None:
            progress(1)
        yield row


def _write_one(out: Path, least_worn: int, look: str, seed: int) -> _Row | None:
    """The row of a figure whose pictures are written, or None where too little is worn."""
    figure = sample_figure(seed)
    if sum(name in _OPTIONAL for name, *_ in _garments(figure)) < least_worn:
        return None  # before the work of drawing
    drawing = draw_figure(figure)
    row = figure_row(figure, drawing)
    if sum(f"{name} type" in row["attributes"] for name in _OPTIONAL) < least_worn:
        return None
    path, segm_path = f"images/{seed:08d}.png", f"parsing/{seed:08d}.png"
    pixels = LOOKS[look](drawing) if look else drawing.image
    Image.fromarray(pixels).save(out / path, compress_level=1)
    Image.fromarray(drawing.labels).save(out / segm_path, compress_level=1)
    encoded = {key: json.dumps(row[key]) for key in ("aa_text", "aa_ids", "extra", "attributes")}
    return {"path": path, "segm_path": segm_path, **row, **encoded}


def _write_parquet(target: Path, rows: list[_Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with whole_file(target) as temporary:
        pq.write_table(pa.Table.from_pylist(rows), temporary)
