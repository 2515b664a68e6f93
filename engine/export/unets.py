"""Writes a bundle again with its UNet's graphs exported anew: the plain one, that of few steps, the adapted one.

For a bundle of an older export, which keeps its text encoders, decoders, parser and what was measured of it; and to add
the graph that takes adapters. The graphs share one file of weights, so they are always written together.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from engine.bundle.added_file import link
from engine.bundle.manifest import (
    ADAPTED_FILE,
    FEW_STEPS_FILE,
    UNET_FILE,
    Manifest,
    file_entry,
    load_bundle,
    write_manifest,
)
from engine.export.write import EXTERNAL_DATA_OVER_BYTES, write_graph
from engine.files.whole import whole_folder
from engine.pipeline_folder.adapted import adapted_of
from engine.pipeline_folder.graphs import parts_of
from engine.pipeline_folder.merge import merging
from engine.pipeline_folder.source import FEW_STEPS, open_source

_PARTS = ("unet", "unet of few steps", "adapted unet")
_FILES = (UNET_FILE, FEW_STEPS_FILE, ADAPTED_FILE)


def write_unets(
    bundle: Path,
    checkpoint: Path,
    out: Path,
    *,
    base: Path | None = None,
    variant: str | None = None,
    adapters: bool = False,
    loras: Sequence[tuple[Path, float]] = (),
    external_data_over_bytes: int = EXTERNAL_DATA_OVER_BYTES,
    tell: Callable[[str], object] = lambda _part: None,
) -> Manifest:
    """Exports the graphs of a bundle's UNet again; its other files are the same afterwards.

    Args:
        bundle: What was exported from the checkpoint before.
        checkpoint: The folder it came from; with a base, one with a UNet alone.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.
        base: The pipeline whose UNet the checkpoint's replaces.
        variant: Which weights of the checkpoint, such as fp16.
        adapters: Whether to write the graph that takes adapters too; one that is there is always written.
        loras: Adapter files that are merged into the UNet's weights, with their scales.
        external_data_over_bytes: A graph with more bytes of weights keeps them in a file of their own.
        tell: Called with the part that is begun.

    Raises:
        BundleError: The bundle is damaged.
        ValueError: The checkpoint is none, or of another family or other parts than the bundle.
    """
    old = load_bundle(bundle).manifest
    source = open_source(checkpoint, base)
    if source.family != old.family:
        raise ValueError(f"{checkpoint} is of family {source.family}; the bundle is {old.family}")
    if (old.few_steps is None) != (FEW_STEPS not in source.folders):
        raise ValueError(f"{checkpoint} and {bundle} must both have a UNet of few steps, or neither")
    adapted = adapted_of(source.config("unet")) if adapters or old.adapted is not None else None
    told = "".join(f" + {path.name}={scale:g}" for path, scale in loras)
    manifest = replace(old, adapted=adapted, source=old.source + told, files={})
    parts = parts_of(source, manifest, variant=variant, merge=merging(loras, {"unet"}))
    with whole_folder(out.resolve()) as work:
        for name in old.files:
            if name.removesuffix(".data") not in _FILES:
                link(bundle / name, work / name)
        for part in _PARTS:
            if part in parts:
                tell(part)
                write_graph(parts[part], work, finished=work, external_data_over_bytes=external_data_over_bytes)
        entries = {path.name: file_entry(path) for path in sorted(work.iterdir())}
        whole = replace(manifest, files=entries)
        write_manifest(work, whole)
    return whole
