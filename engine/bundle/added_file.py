"""Writes a bundle again with one file more, or another one in its place; everything else stays as it is.

It knows folders and the manifest; it does not know what the file is.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.bundle.manifest import Manifest, file_entry, load_bundle, write_manifest
from engine.files.whole import whole_folder


def with_file(bundle: Path, out: Path, name: str, write: Callable[[Path], None], **changes: Any) -> Manifest:
    """Writes a bundle with a file in it that not every bundle has; one it has is replaced.

    Args:
        bundle: What to add it to; its other files are the same afterwards.
        out: Where the new bundle goes, which appears whole or not at all; may be the old place.
        name: The file's name in the bundle.
        write: Writes it: called with its path, beside which the bundle's other files lie already.
        changes: Fields of the manifest that go with it.

    Raises:
        BundleError: The bundle is damaged.
    """
    manifest = load_bundle(bundle).manifest
    with whole_folder(out.resolve()) as work:
        for other in manifest.files:
            if other != name:
                link(bundle / other, work / other)
        write(work / name)
        files = {**manifest.files, name: file_entry(work / name)}
        whole = replace(manifest, files=dict(sorted(files.items())), **changes)
        write_manifest(work, whole)
    return whole


def link(file: Path, target: Path) -> None:
    """A file of gigabytes need not be there twice; what a bundle holds is never written to."""
    try:
        os.link(file.resolve(), target)
    except OSError:
        shutil.copyfile(file, target)
