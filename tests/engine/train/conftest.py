"""A tiny CosmicMan-HQ folder and a tiny recipe over it, trained once for all tests that need a finished model."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import torch
import yaml
from PIL import Image

from engine.train.recipe.reading import load_recipe
from engine.train.recipe.recipe import Recipe
from tests.once import folder_once

SIZES = ((16, 24), (24, 16))  # width, height
COLOURS = {"red": (200, 30, 30), "green": (30, 160, 60), "blue": (30, 60, 200), "black": (20, 20, 20)}


def figure_row(number: int) -> dict[str, Any]:
    """Row `number` of the folder: a person in a top and trousers before a background."""
    rng = random.Random(number)
    width, height = SIZES[number % len(SIZES)]
    hair, top, bottom, place = (rng.choice(sorted(COLOURS)) for _ in range(4))
    text: list[dict[str, str] | None] = [None] * 20
    ids: list[list[int] | None] = [None] * 20
    said = {
        0: ({"age": rng.choice(["young", "elderly"]), "gender": rng.choice(["female", "male"])}, [11]),
        2: ({"background": f"{place} background"}, [0]),
        3: ({"hair color": hair, "hair length": "long"}, [2]),
        6: ({"color": top, "sleeve length": "long sleeve", "type": "sweater"}, [4]),
        8: ({"color": bottom, "type": "trousers"}, [6]),
        18: ({"color": rng.choice(sorted(COLOURS))}, [12, 13]),
    }
    for slot, (attributes, regions) in said.items():
        text[slot], ids[slot] = attributes, regions
    return {
        "path": f"images/{number}.png",
        "segm_path": f"parsing/{number}.png",
        "width": width,
        "height": height,
        "person_type": rng.choice(["full_body", "portrait"]),
        "aa_text": text,
        "aa_ids": ids,
        "extra": [{"group": "face", "text": rng.choice(["smiling", "serious"]), "ids": [11]}],
    }


def paint(row: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Picture [H, W, 3] and label map [H, W] of a row: bands of hair, face, top, trousers on the background."""
    width, height = row["width"], row["height"]
    said = row["aa_text"]
    labels = np.zeros((height, width), dtype=np.uint8)
    inside = slice(width // 4, 3 * width // 4)
    for (begin, end), label in zip(((0, 2), (2, 5), (5, 9), (9, 12)), (2, 11, 4, 6), strict=True):
        labels[height * begin // 12 : height * end // 12, inside] = label
    colour = {
        0: COLOURS[said[2]["background"].split()[0]],
        2: COLOURS[said[3]["hair color"]],
        4: COLOURS[said[6]["color"]],
        6: COLOURS[said[8]["color"]],
        11: (230, 190, 160),
    }
    picture = np.zeros((height, width, 3), dtype=np.uint8)
    for label, value in colour.items():
        picture[labels == label] = value
    return picture, labels


def write_rows(folder: Path, rows: list[dict[str, Any]], name: str = "rows_0.parquet") -> Path:
    """Write one label file as the published format has it: nested columns as JSON text."""
    (folder / "label").mkdir(parents=True, exist_ok=True)
    encoded = [
        {key: json.dumps(value) if isinstance(value, list) else value for key, value in row.items()} for row in rows
    ]
    path = folder / "label" / name
    parquet.write_table(pa.Table.from_pylist(encoded), path)
    return path


def write_folder(folder: Path, count: int) -> Path:
    """A whole data folder of `count` rows in two label files."""
    rows = [figure_row(number) for number in range(count)]
    for name in ("images", "parsing"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for row in rows:
        picture, labels = paint(row)
        Image.fromarray(picture).save(folder / row["path"])
        Image.fromarray(labels).save(folder / row["segm_path"])
    write_rows(folder, rows[: count // 2], "rows_0.parquet")
    write_rows(folder, rows[count // 2 :], "rows_1.parquet")
    return folder


def recipe_tree(data: Path) -> dict[str, Any]:
    """Settings of a model of some thousand parameters: every stage takes seconds."""
    fit = {"steps": 4, "batch_size": 4, "learning_rate": 1e-3, "warmup_steps": 1, "log_every": 2}
    return {
        "name": "tiny",
        "threads": 1,
        "data": {"folder": str(data), "sizes": [list(size) for size in SIZES]},
        "tokenizer": {"vocab_size": 600, "num_captions": 60},
        "vae": {
            "block_out_channels": [8, 8, 8],
            "latent_channels": 4,
            "norm_num_groups": 4,
            "crop": [16, 16],
            "num_pictures": 16,
            "fit": fit,
        },
        "text": {"width": 16, "layers": 1, "heads": 2, "fit": fit},
        "unet": {
            "block_out_channels": [8, 16],
            "heads": 2,
            "norm_num_groups": 4,
            "fit": {**fit, "steps": 6, "ema_decay": 0.9, "optimizer": "muon"},
        },
        "hola": {"strides": [4, 8]},
        "package": {"default_size": list(SIZES[0]), "steps": 3},
    }


def write_recipe(path: Path, tree: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_once(tmp_path_factory, "data", lambda folder: write_folder(folder, 32))


@pytest.fixture(scope="session")
def recipe_file(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recipe(tmp_path_factory.mktemp("recipe") / "tiny.yaml", recipe_tree(data))


@pytest.fixture(scope="session")
def recipe(recipe_file: Path) -> Recipe:
    return load_recipe(recipe_file)


@pytest.fixture(scope="session")
def finished(recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of all five stages."""
    from engine.train import main

    def train(folder: Path) -> None:
        assert main(recipe_file, out=folder) == 0

    return folder_once(tmp_path_factory, "finished", train)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """A process that has used its pool of threads must not be forked: the child waits for threads it has not."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
