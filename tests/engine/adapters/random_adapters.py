"""Adapters of random numbers for a bundle of the tests, strong enough to be seen."""

from pathlib import Path

from engine.bundle.manifest import load_bundle
from tests.engine.adapters.files import factors, tensors, write

#: Ranks by name; the three together take 28 columns.
RANKS = {"ink": 4, "film": 8, "wool": 16}


def write_adapters(bundle: Path, folder: Path) -> Path:
    """A folder with an adapter of each rank, in three writers' words, beside every layer of a bundle's UNet."""
    adapted = load_bundle(bundle).manifest.adapted
    assert adapted is not None
    folder.mkdir(exist_ok=True)
    for (name, rank), form in zip(RANKS.items(), ("diffusers", "peft", "kohya"), strict=True):
        made = factors(adapted.layers, rank, seed=rank)
        stronger = {layer: (4 * down, 4 * up) for layer, (down, up) in made.items()}
        write(folder / f"{name}.safetensors", tensors(stronger, form))
    return folder
