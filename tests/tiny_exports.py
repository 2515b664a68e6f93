"""Bundles of the tiny models, kept between runs: an export takes minutes, and every second test needs one.

A worker that would wait until another one has made a bundle makes the next one meanwhile.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from engine.bundle.added_file import link
from engine.bundle.manifest import (
    ADAPTED_FILE,
    FAST_DECODER_FILE,
    FEW_STEPS_FILE,
    load_bundle,
    write_manifest,
)
from tests.once import locked
from tests.tiny_models import save_sd, save_sdxl

ROOT = Path(__file__).resolve().parent.parent


def cache_of(config: pytest.Config) -> Path:
    """Where they are kept."""
    assert config.cache is not None
    return config.cache.mkdir("tiny-models")


def folders_in(cache: Path) -> dict[str, Path]:
    """Where each is, or will be."""
    return {each: cache / f"{each}-{_digest()}" for each in MAKE}


@contextmanager
def begun(cache: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """Makes all that are not there, in a process of its own, which is stopped where the run ends before it."""
    command = [sys.executable, "-m", "tests.tiny_exports", str(cache)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=quiet, stdout=quiet, stderr=quiet)  # noqa: S603
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def folder_of(name: str, cache: Path) -> Path:
    """What MAKE[name] writes; made where it is not there, or of another exporter.

    Where somebody else is at it, another of them is made before it is waited for.
    """
    folders = folders_in(cache)
    while not folders[name].exists():
        for each in (name, *(other for other in MAKE if other != name)):
            with locked(cache / f"{each}.lock", wait=False) as free:
                if free and not folders[each].exists():
                    _make(folders[each], MAKE[each])
                    break
        else:
            with locked(cache / f"{name}.lock", wait=True):
                pass
    return folders[name]


def _digest() -> str:
    """Of all that the bundles are made by: the models, the exporter and its libraries."""
    others = ("tensorrt.py", "triton.py")  # They read bundles; they do not write them.
    sources = [path for path in sorted((ROOT / "engine/export").rglob("*.py")) if path.name not in others]
    sources += sorted((ROOT / "engine/pipeline_folder").glob("*.py"))
    beside = ("tiny_models.py", "engine/fast_paths.py", "engine/control/random_networks.py")
    sources += [Path(__file__), *(ROOT / "tests" / name for name in beside)]
    sources += [ROOT / "engine/bundle/manifest.py", ROOT / "server/cli/commands/export.py"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    for library in ("torch", "diffusers", "transformers", "onnxscript", "onnx"):
        digest.update(metadata.version(library).encode())
    return digest.hexdigest()[:16]


def _make(folder: Path, write: Callable[[Path], object]) -> None:
    """The folder, whole or not at all, in place of older ones of its name."""
    for old in folder.parent.glob(f"{folder.name.rpartition('-')[0]}-*"):
        shutil.rmtree(old)
    work = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    try:
        write(work)
        work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sd(folder: Path) -> None:
    """One export of everything; the bundles without adapters or fast paths are that with less in it."""
    from engine.export.onnx import export_bundle
    from tests.engine.fast_paths import add_fast_paths

    save_sd(folder / "checkpoint")
    add_fast_paths(folder / "checkpoint", folder / "fast" / "checkpoint")
    whole = folder / "whole"
    export_bundle(folder / "fast" / "checkpoint", whole, label="checkpoint", adapters=True)
    _without(whole, folder / "bundle", ADAPTED_FILE, FAST_DECODER_FILE, FEW_STEPS_FILE)
    _without(whole, folder / "adapted", FAST_DECODER_FILE, FEW_STEPS_FILE)
    _without(whole, folder / "fast" / "bundle", ADAPTED_FILE)
    shutil.rmtree(whole)
    _with_control(folder)


def _sdxl(folder: Path) -> None:
    from engine.export.onnx import export_bundle

    save_sdxl(folder / "checkpoint")
    export_bundle(folder / "checkpoint", folder / "adapted", adapters=True)
    _without(folder / "adapted", folder / "bundle", ADAPTED_FILE)
    _with_control(folder)


def _int8(folder: Path) -> None:
    """By the command, in a process of its own; what it said is kept beside the bundle."""
    from tests.engine.fast_paths import add_fast_paths

    save_sdxl(folder / "plain")
    add_fast_paths(folder / "plain", folder / "checkpoint")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COSMICMAN_")}
    command = [sys.executable, "-m", "server.cli", "export", "checkpoint", "--out", "bundle"]
    outcome = subprocess.run(  # noqa: S603 - our own command
        [*command, "--name", "small", "--precision", "int8"],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = {"status": outcome.returncode, "out": outcome.stdout, "err": outcome.stderr}
    assert outcome.returncode == 0, said
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
    shutil.rmtree(folder / "plain")


def _with_control(folder: Path) -> None:
    from engine.export.control import add_controls
    from tests.engine.control.random_networks import write_networks

    add_controls(folder / "adapted", write_networks(folder / "control"), folder / "controlled")


def _without(bundle: Path, out: Path, *names: str) -> None:
    """The same bundle without some files, as the exporter writes it for a checkpoint that has no such parts."""
    manifest = load_bundle(bundle).manifest
    out.mkdir()
    files = {name: entry for name, entry in manifest.files.items() if name not in names}
    for name in files:
        link(bundle / name, out / name)
    gone = {FEW_STEPS_FILE: "few_steps", ADAPTED_FILE: "adapted"}
    changes = {field: None for name, field in gone.items() if name in names}
    write_manifest(out, replace(manifest, files=files, **changes))


#: What writes each of them into a folder.
MAKE: dict[str, Callable[[Path], None]] = {"sd": _sd, "sdxl": _sdxl, "int8": _int8}

if __name__ == "__main__":
    # As an error, so that what is half made goes, and the process that makes it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for each in MAKE:
        folder_of(each, Path(sys.argv[1]))
