"""Exports a model of the SD or SDXL family to an engine bundle of ONNX graphs.

Every graph takes any number of rows; the UNet and the VAE take any picture size the model can do, and the UNet any
number of text windows. One part of the model is in memory at a time, and an interrupted export goes on where it was.
It knows nothing of requests or scheduling.
"""

import gc
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import TypeAlias

from engine.bundle.manifest import PREVIEW_MAP_FILE, TOKENIZER_FILE, Manifest, seal
from engine.export.checkpoint import describe
from engine.export.preview_map import write_preview_map
from engine.export.resume import UnfinishedExport, unfinished_export
from engine.export.write import EXTERNAL_DATA_OVER_BYTES, write_graph
from engine.files.digests import sha256_of
from engine.pipeline_folder.adapted import adapted_of
from engine.pipeline_folder.few_steps import ADAPTERS_FILE
from engine.pipeline_folder.graphs import PRECISIONS, parts_of
from engine.pipeline_folder.merge import merging
from engine.pipeline_folder.source import FEW_STEPS, Source, open_source
from engine.pipeline_folder.tokenizer import load_tokenizer
from engine.pipeline_folder.weights import find_weights

Progress: TypeAlias = Callable[[str, int, int], None]

PREVIEW_PART = "preview map"
LIBRARIES = ("torch", "diffusers", "transformers", "onnxscript", "onnx-ir")


def export_bundle(
    checkpoint: Path,
    out: Path,
    *,
    base: Path | None = None,
    label: str | None = None,
    base_label: str | None = None,
    name: str | None = None,
    precision: str = "fp32",
    variant: str | None = None,
    clip_skip: int = 0,
    adapters: bool = False,
    loras: Sequence[tuple[Path, float]] = (),
    external_data_over_bytes: int = EXTERNAL_DATA_OVER_BYTES,
    progress: Progress | None = None,
) -> Manifest:
    """Writes the bundle of a checkpoint; an old bundle at `out` is replaced when the new one is whole.

    Sizes, defaults, source and licence are read from ``cosmicman.json`` in the checkpoint where there is one.

    Args:
        checkpoint: A folder in the layout of diffusers' Stable Diffusion or SDXL pipeline; with a base, a UNet alone.
        out: Where the bundle goes.
        base: The pipeline whose UNet the checkpoint's replaces.
        label: What the manifest calls the checkpoint; None takes the folder's name.
        base_label: What the manifest calls the base; None takes the folder's name.
        name: The model's name; None takes it from cosmicman.json, or from the checkpoint.
        precision: fp32; fp16 (weights and compute, for GPUs); fp16_weights (half the size) or int8 (a quarter), both
            computed in float32.
        variant: Which weights of the checkpoint, such as fp16; None takes the plain ones where there are such.
        clip_skip: Layers of the text encoders to leave out besides what the family leaves out anyway.
        adapters: Whether to write the graph that takes adapters too.
        loras: Adapter files that are merged into the weights, with their scales.
        external_data_over_bytes: A graph with more bytes of weights keeps them in a file of their own.
        progress: Called with what is being done, and how many of how many parts are done.

    Returns:
        The manifest.

    Raises:
        ValueError: The folder is no such checkpoint, or a part of it is damaged or unsupported.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}; got {precision!r}")
    source = open_source(checkpoint, base, label=label, base_label=base_label)
    _check_clip_skip(source, clip_skip)
    manifest = describe(source, name=name, precision=precision, clip_skip=clip_skip)
    if loras:
        merged_in = " + ".join(f"{path.name}={scale:g}" for path, scale in loras)
        manifest = replace(manifest, source=f"{manifest.source} + {merged_in}")
    if adapters:
        manifest = replace(manifest, adapted=adapted_of(source.config("unet")))
    parts = parts_of(source, manifest, variant=variant, merge=merging(loras, source.folders))
    tell = progress or (lambda _part, _done, _total: None)
    total = len(parts) + 1
    tell("reading the checkpoint", 0, total)
    merged = [(sha256_of(path), scale) for path, scale in loras]
    options = [precision, variant, clip_skip, adapters, merged, external_data_over_bytes]
    with unfinished_export(out, fingerprint(source, variant, options)) as unfinished:
        if not unfinished.has("tokenizer"):
            with unfinished.part("tokenizer") as folder:
                load_tokenizer(source).backend_tokenizer.save(str(folder / TOKENIZER_FILE))
        for done, (part, load) in enumerate(parts.items()):
            tell(part, done, total)
            if not unfinished.has(part):
                with unfinished.part(part) as folder:
                    write_graph(
                        load,
                        folder,
                        finished=unfinished.files,
                        external_data_over_bytes=external_data_over_bytes,
                    )
                gc.collect()
        tell(PREVIEW_PART, len(parts), total)
        if not unfinished.has(PREVIEW_PART):
            with unfinished.part(PREVIEW_PART) as folder:
                write_preview_map(unfinished.files, manifest, folder / PREVIEW_MAP_FILE)
        tell("putting it in place", total, total)
        return _finish(unfinished, out, manifest)


def _finish(unfinished: UnfinishedExport, out: Path, manifest: Manifest) -> Manifest:
    whole = replace(manifest, files=dict(sorted(unfinished.entries.items())))
    seal(unfinished.files, out, whole)
    return whole


def fingerprint(source: Source, variant: str | None, options: object) -> str:
    """Digest of all that a bundle's graphs are made of: weights, configs, options and the code that exports them."""
    digest = hashlib.sha256(json.dumps(options).encode())
    for library in LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\n".encode())
    here = Path(__file__).parent
    for path in sorted((*here.rglob("*.py"), *here.with_name("pipeline_folder").glob("*.py"))):
        digest.update(path.read_bytes())
    for part, path in _files(source, variant):
        digest.update(f"{part} {path.name} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


def _files(source: Source, variant: str | None) -> Iterator[tuple[str, Path]]:
    for part, folder in sorted(source.folders.items()):
        yield from ((part, path) for path in sorted(folder.glob("*.json")))
        if part == FEW_STEPS:
            yield part, folder / ADAPTERS_FILE
        elif part.startswith("tokenizer"):
            yield from ((part, path) for path in sorted(folder.glob("*.txt")))
        elif part != "scheduler":
            yield from ((part, path) for path in find_weights(folder, variant=variant).values())


def _check_clip_skip(source: Source, clip_skip: int) -> None:
    layers = min(source.value(part, "num_hidden_layers") for part in source.folders if part.startswith("text_encoder"))
    most = layers - (2 if source.family == "sdxl" else 1)
    if not 0 <= clip_skip <= most:
        raise ValueError(f"clip_skip must be from 0 to {most} for this model; got {clip_skip}")
