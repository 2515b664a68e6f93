"""Writes a bundle again with a network of control in it: exported from a folder, or taken from another bundle.

It knows the bundle and graphs; it does not know how such a network is trained or run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx_ir

from engine.bundle.added_file import with_file
from engine.bundle.manifest import ADAPTED_FILE, CONTROLS, MANIFEST_FILE, Control, Manifest, control_file, load_bundle
from engine.export.control_inputs import add_control_inputs
from engine.export.write import write_graph
from engine.pipeline_folder.adapted import features_of
from engine.pipeline_folder.control import control_graph


def add_controls(bundle: Path, folders: Mapping[str, Path], out: Path) -> Manifest:
    """Writes a bundle again with networks of control; those it has of the same names are replaced.

    Args:
        bundle: What to add them to; its other files are the same afterwards. Its UNet must take control.
        folders: By name, layout or pose: a folder of diffusers' ``T2IAdapter``, or another bundle that has one.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.

    Raises:
        BundleError: A bundle is damaged.
        ValueError: A name is unknown, a folder holds no such network, or one of another UNet.
    """
    manifest = load_bundle(bundle).manifest
    for name, folder in folders.items():
        if name not in CONTROLS:
            raise ValueError(f"control must be of {', '.join(CONTROLS)}; got {name[:40]!r}")
        manifest = _with(bundle, name, folder, out)
        bundle = out
    return manifest


def take_control(bundle: Path, config: Mapping[str, Any], out: Path) -> Manifest:
    """Writes a bundle of an older export again whose UNet with adapters takes control; no weight is changed.

    Args:
        bundle: One with such a UNet; its other files are the same afterwards.
        config: Of that UNet, in diffusers' words.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.

    Raises:
        BundleError: The bundle is damaged.
        ValueError: It has no such UNet, or one that takes control already or is of another config.
    """
    adapted, features = load_bundle(bundle).manifest.adapted, features_of(config)
    if adapted is None or adapted.features:
        has = "no UNet that takes adapters" if adapted is None else "a UNet that takes control already"
        raise ValueError(f"{bundle}: it has {has}")
    model = onnx_ir.load(bundle / ADAPTED_FILE)
    add_control_inputs(model, config, [channels for channels, _ in features])
    changed = replace(adapted, features=features)
    return with_file(bundle, out, ADAPTED_FILE, lambda path: onnx_ir.save(model, path), adapted=changed)


def _with(bundle: Path, name: str, folder: Path, out: Path) -> Manifest:
    manifest, file = load_bundle(bundle).manifest, control_file(name)
    if (folder / MANIFEST_FILE).is_file():
        other = load_bundle(folder)
        if not other.has(file) or manifest.adapted is None or other.manifest.adapted is None:
            raise ValueError(f"{folder / MANIFEST_FILE}: it lists no {file}, or one of the bundles has no adapted UNet")
        if other.manifest.adapted.features != manifest.adapted.features:
            raise ValueError(f"{folder}: its {file} is of another UNet")
        data, control = other.file(file).read_bytes(), other.manifest.controls[name]
        return with_file(bundle, out, file, lambda path: _write(path, data), controls=_all(manifest, name, control))
    graph, control = control_graph(name, folder, manifest)
    return with_file(
        bundle, out, file, lambda path: write_graph(lambda: graph, path.parent), controls=_all(manifest, name, control)
    )


def _all(manifest: Manifest, name: str, control: Control) -> dict[str, Control]:
    return {**manifest.controls, name: control}


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
