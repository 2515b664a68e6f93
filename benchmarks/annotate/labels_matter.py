"""Whether labels matter: the same pictures labelled by the truth, by a flywheel's machine, and by alt texts.

Run from the repository root after benchmarks/annotate/flywheel.py, whose ledger holds the machine's labels:

    python benchmarks/annotate/labels_matter.py --flywheel runs/flywheel --out runs/labels
    cosmicman ablation runs/labels/ablation.yaml --out runs/labels/ablation
    cosmicman evaluate --pipeline runs/labels/base --num 100 --steps 8 --out runs/labels/evaluation

The first command writes three CosmicMan-HQ folders of the same pictures, a base, and a recipe. The base is the bundled
model that has forgotten what words mean: the matrices of its cross-attention that read the text are zero, and the rest
stays as it is. The second command teaches each variant to read, for equally many steps and with nothing but its labels
to learn from, and says what share of unseen descriptions each draws (Acc_all). The third says the same of the base,
which is what drawing at random comes to.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import pyarrow as pa  # noqa: E402
import pyarrow.parquet as parquet  # noqa: E402
import torch  # noqa: E402
import yaml  # noqa: E402
from PIL import Image  # noqa: E402
from safetensors.torch import load_file, save_file  # noqa: E402

from benchmarks.annotate.flywheel import SAID, WRONG  # noqa: E402
from benchmarks.annotate.wild_figures import FIRST_SEED  # noqa: E402
from engine.annotate.ledger.ledger import Ledger  # noqa: E402
from engine.annotate.protocol.attributes import BY_NAME, NONE, UNSURE  # noqa: E402
from engine.annotate.protocol.figures import figure_answers  # noqa: E402
from engine.annotate.protocol.slots import labelled  # noqa: E402
from engine.description.wording.caption import row_phrases  # noqa: E402
from engine.files.whole import write_json  # noqa: E402
from engine.train.figures import draw_figure, figure_row, sample_figure  # noqa: E402

Answers = Mapping[str, str]
VARIANTS = ("truth", "machine", "alt_text")
WEIGHTS = Path("unet") / "diffusion_pytorch_model.safetensors"


def main() -> None:
    options = arguments()
    torch.set_num_threads(1)
    machine: dict[str, dict[str, str]] = {}
    with Ledger(options.flywheel / "ledger.sqlite3") as ledger:
        for answer in ledger.labels():
            machine.setdefault(answer.picture, {})[answer.attribute] = answer.value
    seeds = range(FIRST_SEED, FIRST_SEED + options.pictures)
    unlabelled = [seed for seed in seeds if f"{seed:08d}" not in machine]
    if unlabelled:
        raise SystemExit(f"{options.flywheel} labels no figure {unlabelled[0]}: --pictures must be less")
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in VARIANTS}
    worth = {name: Worth() for name in VARIANTS}
    for folder in ("images", "parsing"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        made = three_rows(seed, machine[f"{seed:08d}"], options.out, worth)
        if all(map(says_something, made.values())):  # of alt texts some are empty; all three have the same pictures
            for name, row in made.items():
                rows[name].append(row)
    for name, some in rows.items():
        write(options.out, name, some)
    write_base(options.model, options.out / "base", options.forget)
    write_recipe(options.out, options)
    told = {name: each.tree(options.pictures) for name, each in worth.items()}
    write_json(options.out / "labels.json", told)
    sys.stdout.write(json.dumps(told, indent=1) + "\n")
    sys.stdout.write(f"cosmicman ablation {options.out / 'ablation.yaml'} --out {options.out / 'ablation'}\n")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flywheel", type=Path, required=True, help="folder of a flywheel's ledger")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "figurine" / "checkpoint")
    parser.add_argument("--forget", nargs="+", default=["to_v"], choices=("to_k", "to_v"), help="matrices made zero")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--descriptions", type=int, default=100)
    return parser.parse_args()


class Worth:
    """How much a set of labels says, and how much of that is right."""

    def __init__(self) -> None:
        self.said = self.right = self.there = 0

    def add(self, answers: Answers, truth: Answers) -> None:
        """One picture's; what is not there, or nobody can tell, is not said."""
        said = {name: value for name, value in answers.items() if value not in (NONE, UNSURE)}
        there = {name: value for name, value in truth.items() if value not in (NONE, UNSURE)}
        self.said += len(said)
        self.there += len(there)
        self.right += sum(there.get(name) == value for name, value in said.items())

    def tree(self, pictures: int) -> dict[str, float]:
        return {
            "said_of_a_picture": round(self.said / pictures, 2),
            "right_of_what_is_said": round(self.right / max(1, self.said), 4),
            "rightly_said_of_what_is_there": round(self.right / max(1, self.there), 4),
        }


def three_rows(seed: int, machine: Answers, out: Path, worth: Mapping[str, Worth]) -> dict[str, dict[str, Any]]:
    """A picture's row of each variant; its files are written once."""
    figure = sample_figure(seed)
    drawing = draw_figure(figure)
    path, segm_path = f"images/{seed:08d}.png", f"parsing/{seed:08d}.png"
    Image.fromarray(drawing.image).save(out / path, compress_level=1)
    Image.fromarray(drawing.labels).save(out / segm_path, compress_level=1)
    labels = sorted(set(drawing.labels.ravel().tolist()))
    right = figure_answers(figure_row(figure, drawing)["attributes"])
    told = {"truth": right, "machine": machine, "alt_text": alt_text(seed, right)}
    shared = {"path": path, "segm_path": segm_path, "width": figure.width, "height": figure.height}
    rows = {}
    for name, answers in told.items():
        worth[name].add(answers, right)
        columns = labelled(answers, labels)
        encoded = {key: json.dumps(columns[key]) for key in ("aa_text", "aa_ids", "extra")}
        rows[name] = {**shared, "person_type": columns["person_type"], **encoded}
    return rows


def says_something(row: Mapping[str, Any]) -> bool:
    """Whether training finds a phrase in it; a row without one is refused."""
    return bool(row_phrases({**row, **{name: json.loads(row[name]) for name in ("aa_text", "aa_ids", "extra")}}))


def alt_text(seed: int, right: Answers) -> dict[str, str]:
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


def write_base(model: Path, base: Path, forget: Sequence[str]) -> None:
    """A pipeline folder whose UNet reads nothing from the text."""
    parts = shutil.ignore_patterns("fast_decoder", "few_steps", "cosmicman.json")
    shutil.copytree(model, base, ignore=parts, dirs_exist_ok=True)
    tensors = load_file(base / WEIGHTS)
    ends = tuple(f"attn2.{name}.weight" for name in forget)
    save_file({name: torch.zeros_like(t) if name.endswith(ends) else t for name, t in tensors.items()}, base / WEIGHTS)


def write_recipe(out: Path, options: argparse.Namespace) -> None:
    """Of what was forgotten all is learnt, by adapters of full rank, and of the rest nothing."""
    fit = {
        "steps": options.steps, "batch_size": options.batch, "optimizer": "muon", "learning_rate": 4e-3,
        "warmup_steps": 5, "weight_decay": 0.0, "ema_decay": 0.9, "decay_fraction": 0.5, "checkpoint_minutes": 2,
        "log_every": 10,
    }  # fmt: skip
    targets = [f"attn2.{name}" for name in options.forget]
    recipe = {
        "name": "labels",
        "threads": 1,
        "base": {"pipeline": str(out / "base")},
        "data": {"folder": str(out / VARIANTS[0]), "sizes": [[128, 192]]},
        "caption": {
            "list_fraction": 0.5, "everyday_fraction": 0.3, "phrase_dropout": 0.1, "late_slot_dropout": 0.1,
            "caption_dropout": 0.1, "short_fraction": 0.2, "short_dropout": 0.6,
        },
        "unet": {"num_samples": 0, "lora": {"rank": 128, "alpha": 1024, "targets": targets}, "fit": fit},
        "hola": {"variant": "hola_mass" if "to_k" in options.forget else "none"},
        "package": {"steps": 8, "guidance_scale": 2.5},
        "ablation": {
            "seeds": [0],
            "num_descriptions": options.descriptions,
            "variants": [{"name": name, "set": [f"data.folder={out / name}"]} for name in VARIANTS],
        },
    }  # fmt: skip
    (out / "ablation.yaml").write_text(yaml.safe_dump(recipe, sort_keys=False), "utf-8")


if __name__ == "__main__":
    main()
