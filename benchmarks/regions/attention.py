"""What the UNet's second output costs, that it leaves pictures alone, and how well its maps show where things are.

Run from the repository root: `python benchmarks/regions/attention.py`. Three tables:

- a forward of the UNet without and with attention, in turns, beside the same graph without the second output;
- pictures drawn without and with `attention`, and by a bundle without it, compared byte by byte;
- unseen figures, whose item maps are exact: the picture is encoded, noise is added as at three timesteps, and the UNet
  denoises it under its own description. The mean map of each group, cut at half of its maximum, is dilated by one cell.
  The table says how much of the group's true region lies under that, in pixels, and how alike the cut map and the
  region are in cells (a cell belongs to the region where more than half of it does).
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.support.batching import BUNDLE  # noqa: E402
from benchmarks.support.machine import describe  # noqa: E402
from engine.bundle.manifest import FEW_STEPS_FILE, TOKEN_GROUPS, UNET_FILE, load_bundle  # noqa: E402
from engine.description import Group, parse  # noqa: E402
from engine.description.groups import DRAWN_GROUPS  # noqa: E402
from engine.description.wording.caption import compose, row_phrases  # noqa: E402
from engine.engine import Engine, EngineSettings, GenerationRequest, ImageReady, SessionSettings  # noqa: E402
from engine.export.group_attention.older_bundle import remove_from_bundle  # noqa: E402
from engine.model.diffusion import DiffusionModel  # noqa: E402
from engine.pictures.decode import as_input  # noqa: E402
from engine.regions.items import GROUP_ITEMS, ITEM_CLASSES, item_classes_of  # noqa: E402
from engine.samplers import alphas_cumprod  # noqa: E402
from engine.sessions.auto import sessions_for  # noqa: E402
from engine.train.evaluation.unseen_figures import FIRST_SEED, STYLES  # noqa: E402
from engine.train.figures import draw_figure, figure_row, sample_figure  # noqa: E402

TIMESTEPS = (200, 400, 600)
#: Groups that one kind of thing shows; a group of the whole person is about all of it.
GROUPS = tuple(group for group in GROUP_ITEMS if group.value in ITEM_CLASSES)
DESCRIPTION = (
    "a full-body shot, a young woman, long red hair, a green coat over a white shirt, blue trousers, on a beach"
)
Mask = npt.NDArray[np.bool_]


def settings_of(options: argparse.Namespace) -> EngineSettings:
    sessions = SessionSettings(provider=options.provider)
    return EngineSettings(num_threads=options.threads, sessions=sessions, warm_up=False)


def costs(older: Path, options: argparse.Namespace) -> None:
    """Prints what a forward takes, each way in turns."""
    sessions = {
        name: sessions_for(load_bundle(path), settings_of(options))
        for name, path in (("old", older), ("new", options.bundle))
    }
    titles = ("without ms", "not asked", "asked", "not / without", "asked / without")
    print(f"\n{'graph':24}{'rows':>6}" + "".join(f"{title:>16}" for title in titles))
    for file in (UNET_FILE, FEW_STEPS_FILE):
        old, new = (each.load(file) for each in sessions.values())
        for rows in options.rows:
            plain, asked = inputs_of(options.bundle, rows)
            ways: dict[str, Callable[[], object]] = {
                "without": lambda old=old, plain=plain: old.run(plain),  # type: ignore[misc]
                "not": lambda new=new, plain=plain: new.run(plain),  # type: ignore[misc]
                "asked": lambda new=new, asked=asked: new.run_both(asked),  # type: ignore[misc]
            }
            for session, given in ((old, plain), (new, plain), (new, asked)):
                if hasattr(session, "compile_rows"):
                    session.compile_rows(given)
            took = timed(ways, options.rounds)
            least = {name: 1000 * min(each) for name, each in took.items()}
            ratio = {
                name: statistics.median(a / b for a, b in zip(took[name], took["without"], strict=True))
                for name in ways
            }
            shown = [
                *(f"{number:16.2f}" for number in least.values()),
                f"{ratio['not']:16.3f}",
                f"{ratio['asked']:16.3f}",
            ]
            print(f"{file:24}{rows:6}" + "".join(shown))


def timed(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Processor seconds of each way, in turns in an order that is drawn anew, the first round left out."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    draw = random.Random(0)
    for number in range(rounds + 1):
        for name in draw.sample(list(ways), len(ways)):
            began = time.process_time()
            ways[name]()
            if number:
                took[name].append(time.process_time() - began)
    return took


def inputs_of(bundle: Path, rows: int) -> tuple[dict[str, npt.NDArray[np.float32]], dict[str, npt.NDArray[np.float32]]]:
    """Inputs of a forward without and with attention; every second row asks, as guided pictures' do."""
    manifest = load_bundle(bundle).manifest
    rng = np.random.default_rng(rows)
    height, width = manifest.default_height // manifest.vae_factor, manifest.default_width // manifest.vae_factor
    tokens = manifest.tokenizer_length
    plain = {
        "sample": rng.normal(size=(rows, manifest.latent_channels, height, width)).astype(np.float32),
        "timesteps": np.linspace(999, 1, rows, dtype=np.float32),
        "encoder_hidden_states": rng.normal(size=(rows, tokens, manifest.context_width)).astype(np.float32),
    }
    groups = np.zeros((rows, tokens, len(DRAWN_GROUPS)), np.float32)
    groups[::2, np.arange(1, 31), np.arange(30) % len(DRAWN_GROUPS)] = 1.0
    return plain, {**plain, TOKEN_GROUPS: groups}


async def pictures(bundle: Path, options: argparse.Namespace, *, attention: bool) -> list[ImageReady]:
    """One for each variant and seed."""
    drawn: list[ImageReady] = []
    async with Engine.load(bundle, settings_of(options)) as engine:
        for variant in engine.model.variants:
            for seed in range(options.pictures):
                request = GenerationRequest(
                    description=parse(DESCRIPTION), seed=seed, variant=variant, attention=attention
                )
                drawn += [each async for each in engine.generate(request) if isinstance(each, ImageReady)]
    return drawn


def compare(older: Path, options: argparse.Namespace) -> None:
    """Prints how many pictures are the same to the last byte, or pixel."""
    plain, asked = (asyncio.run(pictures(options.bundle, options, attention=flag)) for flag in (False, True))
    before = asyncio.run(pictures(older, options, attention=False))
    same = sum(a.data == b.data for a, b in zip(plain, asked, strict=True))
    # Another bundle has another digest, which the file tells; its pixels are another matter.
    pixels = sum(pixels_of(a) == pixels_of(b) for a, b in zip(plain, before, strict=True))
    print(f"\npictures of {len(plain)} that are the same with attention, byte by byte: {same}")
    print(f"pictures of {len(plain)} that are the same as without the second output, pixel by pixel: {pixels}")


def pixels_of(image: ImageReady) -> bytes:
    with Image.open(io.BytesIO(image.data)) as picture:
        return picture.tobytes()


def coverage(options: argparse.Namespace) -> None:
    """Prints how much of the true regions the maps cover, by group and in all."""
    bundle = load_bundle(options.bundle)
    diffusion = DiffusionModel(bundle, sessions_for(bundle, settings_of(options)))
    covered: dict[Group, list[tuple[int, int]]] = {}
    alike: dict[Group, list[float]] = {}
    for seed in range(options.first_seed, options.first_seed + options.figures):
        figure = sample_figure(seed)
        drawing = draw_figure(figure)
        style = STYLES[seed % len(STYLES)]
        text = compose(tuple(row_phrases(figure_row(figure, drawing))), style, random.Random(f"attention-{seed}")).text
        maps = maps_of(diffusion, text, drawing.image, seed)
        for group in GROUPS:
            region = np.isin(drawing.items, item_classes_of([group]))
            found = maps[DRAWN_GROUPS.index(group)]
            if not region.any() or not found.any():
                continue  # the words do not name it, or nothing shows it
            cut = found >= found.max() / 2
            cell = bundle.manifest.attention_cell
            assert cell is not None
            under = np.kron(dilated(cut), np.ones((cell, cell), bool))
            covered.setdefault(group, []).append((int((region & under).sum()), int(region.sum())))
            height, width = cut.shape
            cells = region.reshape(height, cell, width, cell).mean((1, 3)) > 0.5
            alike.setdefault(group, []).append((cut & cells).sum() / max(1, (cut | cells).sum()))
    print(f"\n{'group':14}{'figures':>9}{'covered, mean':>15}{'covered, pixels':>17}{'cell IoU':>10}")
    for name, groups in (*((group.value, [group]) for group in GROUPS if group in covered), ("all", list(covered))):
        pairs = [pair for group in groups for pair in covered[group]]
        ious = [iou for group in groups for iou in alike[group]]
        pixels = sum(a for a, _ in pairs) / sum(b for _, b in pairs)
        mean = statistics.mean(a / b for a, b in pairs)
        print(f"{name:14}{len(pairs):9}{mean:15.1%}{pixels:17.1%}{statistics.mean(ious):10.2f}")


def maps_of(diffusion: DiffusionModel, text: str, image: npt.NDArray[np.uint8], seed: int) -> npt.NDArray[np.float32]:
    """Attention to each group of the text while the picture is denoised, mean over TIMESTEPS, [G, h, w]."""
    height, width = image.shape[:2]
    plan = diffusion.plan(parse(text), "", guided=False)
    encoded = diffusion.encode(plan, width=width, height=height)
    groups = diffusion.token_groups(plan, encoded, width, height)
    latents, _ = diffusion.encode_picture(as_input(image))
    rng = np.random.default_rng(seed)
    products = alphas_cumprod(diffusion.noise_schedule)[list(TIMESTEPS)][:, None, None, None]
    noise = rng.normal(size=(len(TIMESTEPS), *latents.shape[1:])).astype(np.float32)
    rows = {name: np.repeat(value, len(TIMESTEPS), axis=0) for name, value in encoded.items()}
    sample = np.sqrt(products) * latents + np.sqrt(1 - products) * noise
    inputs = {**rows, "sample": sample.astype(np.float32), "timesteps": np.array(TIMESTEPS, np.float32)}
    _, maps = diffusion.forward_attention(inputs, np.repeat(groups, len(TIMESTEPS), axis=0))
    return np.asarray(maps.mean(0), np.float32)


def dilated(mask: Mask) -> Mask:
    """Grown by one cell to all sides, corners included."""
    padded = np.pad(mask, 1)
    height, width = mask.shape
    shifted = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.asarray(np.logical_or.reduce(shifted))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--figures", type=int, default=300)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--pictures", type=int, default=4, help="of each variant, to compare")
    parser.add_argument("--rows", type=int, nargs="+", default=[2, 8])
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--provider", default="cpu", help="cpu or openvino")
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    options = parser.parse_args()
    print(f"{describe()}, provider {options.provider}")
    with tempfile.TemporaryDirectory() as folder:
        older = Path(folder) / "older"
        remove_from_bundle(options.bundle, older)
        if options.rounds:
            costs(older, options)
        if options.pictures:
            compare(older, options)
    if options.figures:
        coverage(options)


if __name__ == "__main__":
    main()
