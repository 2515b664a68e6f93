"""Whether labels matter: the same pictures labelled by the truth, by a flywheel's machine, and by alt texts.

Run from the repository root after benchmarks/annotate/flywheel.py:
`python benchmarks/annotate/labels_matter.py --flywheel runs/flywheel --out runs/labels`. It writes three CosmicMan-HQ
folders and a recipe; `cosmicman ablation runs/labels/ablation.yaml --out runs/labels/ablation` then trains
a small UNet on each and says what share of an unseen description it draws (Acc_all).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as parquet  # noqa: E402
import yaml  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.annotate.flywheel import SAID, WRONG  # noqa: E402
from benchmarks.annotate.wild_figures import FIRST_SEED  # noqa: E402
from engine.annotate.ledger.ledger import Ledger  # noqa: E402
from engine.annotate.protocol.attributes import BY_NAME, UNSURE  # noqa: E402
from engine.annotate.protocol.figures import figure_answers  # noqa: E402
from engine.annotate.protocol.slots import labelled  # noqa: E402
from engine.train.figures import draw_figure, figure_row, sample_figure  # noqa: E402

VARIANTS = ("truth", "machine", "alt_text")
RECIPE = ROOT / "engine" / "train" / "recipes" / "ablation.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flywheel", type=Path, required=True, help="folder of a flywheel's ledger")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=5000)
    options = parser.parse_args()
    machine: dict[str, dict[str, str]] = {}
    with Ledger(options.flywheel / "ledger.sqlite3") as ledger:
        for answer in ledger.labels():
            machine.setdefault(answer.picture, {})[answer.attribute] = answer.value
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in VARIANTS}
    for folder in ("images", "parsing"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    for seed in range(FIRST_SEED, FIRST_SEED + options.pictures):
        for name, row in three_rows(seed, machine.get(f"{seed:08d}", {}), options.out):
            rows[name].append(row)
    for name, some in rows.items():
        write(options.out, name, some)
    write_recipe(options.out)
    sys.stdout.write(f"cosmicman ablation {options.out / 'ablation.yaml'} --out {options.out / 'ablation'}\n")


def three_rows(seed: int, machine: Mapping[str, str], out: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    path, segm_path = f"images/{seed:08d}.png", f"parsing/{seed:08d}.png"
    Image.fromarray(drawing.image).save(out / path, compress_level=1)
    Image.fromarray(drawing.labels).save(out / segm_path, compress_level=1)
    true = figure_row(figure, drawing)
    labels = sorted(set(drawing.labels.ravel().tolist()))
    right = figure_answers(true["attributes"])
    told = {"truth": right, "machine": machine, "alt_text": alt_text(seed, right)}
    shared = {"path": path, "segm_path": segm_path, "width": figure.width, "height": figure.height}
    for name, answers in told.items():
        columns = labelled(answers, labels)
        encoded = {key: json.dumps(columns[key]) for key in ("aa_text", "aa_ids", "extra")}
        yield name, {**shared, "person_type": columns["person_type"], **encoded}


def alt_text(seed: int, right: Mapping[str, str]) -> dict[str, str]:
    """Few words, many of them wrong, as the weak machine of the flywheel has read them."""
    rng = random.Random(f"alt text {seed}")
    found = {}
    for name, value in right.items():
        if value != UNSURE and rng.random() < SAID:
            others = [other for other in BY_NAME[name].values if other != value]
            found[name] = rng.choice(others) if rng.random() < WRONG else value
    return found


def write(out: Path, name: str, rows: Sequence[dict[str, Any]]) -> None:
    (out / name / "label").mkdir(parents=True, exist_ok=True)
    for folder in ("images", "parsing"):
        link = out / name / folder
        if not link.is_symlink():
            link.symlink_to(Path("..") / folder, target_is_directory=True)
    parquet.write_table(pa.Table.from_pylist(list(rows)), out / name / "label" / "wild.parquet")


def write_recipe(out: Path) -> None:
    recipe = yaml.safe_load(RECIPE.read_text("utf-8"))
    recipe["name"] = "labels"
    recipe["data"]["folder"] = str(out / VARIANTS[0])
    variants = [{"name": name, "set": [f"data.folder={out / name}"]} for name in VARIANTS]
    recipe["ablation"]["variants"] = variants
    (out / "ablation.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False), "utf-8")


if __name__ == "__main__":
    main()
