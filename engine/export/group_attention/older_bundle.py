"""Writes an older bundle again whose UNets tell how their attention is shared out; no weight is changed.

It needs neither the checkpoint nor PyTorch's exporter, so a bundle of gigabytes takes seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import onnx_ir

from engine.bundle.added_file import link
from engine.bundle.manifest import UNET_FILE, Manifest, file_entry, load_bundle, write_manifest
from engine.export.group_attention.graph import (
    add_group_attention,
    cross_attentions,
    nearest_level,
    remove_group_attention,
)
from engine.export.weights.places import places_of
from engine.files.whole import whole_folder

#: Offset and length of a weight's bytes, by its name.
Places: TypeAlias = Mapping[str, tuple[int, int]]


def add_to_bundle(bundle: Path, out: Path) -> Manifest:
    """Adds the second output to the UNets of a bundle.

    Args:
        bundle: An older one, without it.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.

    Raises:
        BundleError: The bundle is damaged.
        ValueError: It has the output already, or its UNet no attention to the text.
    """
    manifest = load_bundle(bundle).manifest
    if manifest.attention_cell is not None:
        raise ValueError(f"{bundle}: its UNet tells of its attention already")
    unet = onnx_ir.load(bundle / UNET_FILE)
    levels = cross_attentions(unet.graph)
    if not levels:
        raise ValueError(f"{bundle / UNET_FILE}: it has no attention to the text that is written out; export it again")
    level = nearest_level(levels, manifest.vae_factor)
    return _written(bundle, out, manifest, lambda model: add_group_attention(model, level), level)


def remove_from_bundle(bundle: Path, out: Path) -> Manifest:
    """The bundle as older exports wrote it, without the second output.

    Raises:
        BundleError: The bundle is damaged.
    """
    return _written(bundle, out, load_bundle(bundle).manifest, remove_group_attention, None)


def _written(bundle: Path, out: Path, manifest: Manifest, change: Callable[[Any], None], level: int | None) -> Manifest:
    """The bundle with its UNets changed, whose weights stay; other files are the same."""
    changed = [UNET_FILE, *(name for name in manifest.files if name.endswith(".onnx") and _refers(bundle / name))]
    with whole_folder(out.resolve()) as work:
        for name in manifest.files:
            if name not in changed:
                link(bundle / name, work / name)
        for name in changed:
            model = onnx_ir.load(bundle / name)
            change(model)
            if name != UNET_FILE:
                _move_references(model.graph, places_of(bundle / UNET_FILE), places_of(work / UNET_FILE))
            onnx_ir.save(model, work / name)
        files = {**manifest.files, **{name: file_entry(work / name) for name in changed}}
        cell = None if level is None else manifest.vae_factor * 2**level
        whole = replace(manifest, files=files, attention_cell=cell)
        write_manifest(work, whole)
    return whole


def _refers(path: Path) -> bool:
    """Whether a graph is another UNet that takes its weights from the full one's file."""
    tensors = (value.const_value for value in onnx_ir.load(path).graph.initializers.values())
    return any(isinstance(each, onnx_ir.ExternalTensor) and str(each.location) == UNET_FILE for each in tensors)


def _move_references(graph: onnx_ir.Graph, old: Places, new: Places) -> None:
    """Has every weight that lies in the full UNet's file found at its new place there."""
    names = {place: name for name, place in old.items()}
    for value in graph.initializers.values():
        tensor = value.const_value
        if isinstance(tensor, onnx_ir.ExternalTensor) and str(tensor.location) == UNET_FILE:
            assert tensor.offset is not None and tensor.length is not None
            offset, length = new[names[tensor.offset, tensor.length]]
            value.const_value = onnx_ir.ExternalTensor(
                tensor.location,
                offset,
                length,
                tensor.dtype,
                shape=onnx_ir.Shape(tensor.shape),
                name=tensor.name,
                base_dir=tensor.base_dir,
            )
