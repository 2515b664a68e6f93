"""A folder of serialized TensorRT engines with a manifest of what they were built by, for and from.

An engine runs with the very version that built it, on the architecture it was built for, for the graphs it was built
from; `load_engine_set` refuses anything else and says how to build again. It needs no TensorRT, and no GPU.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from engine.bundle.manifest import Bundle, FileEntry, file_entry
from engine.errors import BundleError, WireError
from engine.files import json_fields
from engine.files.whole import whole_folder

FORMAT_VERSION = 1
MANIFEST_FILE = "engines.json"
MAX_MANIFEST_BYTES = 1_000_000

Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class EngineSet:
    """What engines.json says.

    Attributes:
        library: tensorrt or tensorrt-rtx.
        library_version: The version that built them, the only one that can run them.
        target: The GPU architecture they are for, such as sm89.
        bundle_sha256: The bundle they were built from.
        profiles: For each graph and input the least, usual and greatest shape.
        files: Every other file of the folder.
        format_version: Format of the folder itself.
    """

    library: str
    library_version: str
    target: str
    bundle_sha256: str
    profiles: Mapping[str, Mapping[str, tuple[Shape, Shape, Shape]]]
    files: Mapping[str, FileEntry] = field(default_factory=dict)
    format_version: int


class Work:
    """A folder under way; `finish` writes its manifest."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.finished = False

    def finish(
        self,
        *,
        library: str,
        library_version: str,
        target: str,
        bundle_sha256: str,
        profiles: Mapping[str, Mapping[str, tuple[Shape, Shape, Shape]]],
    ) -> EngineSet:
        """Writes the manifest over all files that are there now."""
        engines = EngineSet(
            library=library,
            library_version=library_version,
            target=target,
            bundle_sha256=bundle_sha256,
            profiles=profiles,
            files={path.name: file_entry(path) for path in sorted(self.path.iterdir())},
            format_version=FORMAT_VERSION,
        )
        text = json.dumps(json_fields.plain(engines), indent=2) + "\n"
        (self.path / MANIFEST_FILE).write_text(text, encoding="utf-8")
        self.finished = True
        return engines


@contextmanager
def new_engine_set(out: Path) -> Iterator[Work]:
    """A folder to write engines into, which becomes `out` when it was finished; an old one is replaced at the end."""
    with whole_folder(out.resolve()) as folder:
        work = Work(folder)
        yield work
        assert work.finished, "the engines have no manifest"


def load_engine_set(path: Path, bundle: Bundle, *, library: str, library_version: str, architecture: str) -> EngineSet:
    """Reads and verifies a folder of engines for a bundle, a TensorRT and a GPU.

    Args:
        path: The folder.
        bundle: The verified bundle that shall run.
        library: tensorrt or tensorrt-rtx, as it is installed.
        library_version: Its version.
        architecture: The GPU's, such as sm89.

    Raises:
        BundleError: It is damaged, or does not fit; one line says what differs and how to build again.
    """
    engines = read_engine_set(path)
    differences = [
        f"built {what} {had}, and this is {wanted}"
        for what, had, wanted in (
            ("by", f"{engines.library} {engines.library_version}", f"{library} {library_version}"),
            ("for", engines.target, architecture),
        )
        if had != wanted
    ]
    if differences:
        raise BundleError(f"{path}: {'; '.join(differences)}; {_again(path, bundle, architecture)}")
    verify_engine_set(path, engines, bundle)
    return engines


def verify_engine_set(path: Path, engines: EngineSet, bundle: Bundle) -> None:
    """Looks whether engines are whole and from this bundle, on whatever machine.

    Raises:
        BundleError: They are not; one line says what differs and how to build again.
    """
    had, wanted = engines.bundle_sha256[:12], bundle.sha256[:12]
    if had != wanted:
        again = _again(path, bundle, engines.target)
        raise BundleError(f"{path}: built from bundle {had}, and this is {wanted}; {again}")
    for name, entry in engines.files.items():
        if not (path / name).is_file():
            raise BundleError(f"{path / name}: missing; {MANIFEST_FILE} lists it")
        if file_entry(path / name) != entry:
            raise BundleError(f"{path / name}: damaged: its sha256 or size is not what {MANIFEST_FILE} says")


def _again(path: Path, bundle: Bundle, architecture: str) -> str:
    command = f"cosmicman export {bundle.path} --tensorrt --target {architecture} --out {path}"
    return f"build the engines again: {command}"


def gpu_architecture() -> str:
    """The architecture of this machine's first NVIDIA GPU, such as sm89.

    Raises:
        ValueError: There is none.
    """
    command = ["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise ValueError("target gpu needs an NVIDIA GPU, and nvidia-smi finds none; name one such as sm89") from error
    return "sm" + answer.split()[0].replace(".", "")


def read_engine_set(folder: Path) -> EngineSet:
    """What engines.json says, before anything it speaks of is looked at.

    Raises:
        BundleError: There is none, or it is damaged or of a newer format.
    """
    path = folder / MANIFEST_FILE
    try:
        raw = path.read_bytes()[: MAX_MANIFEST_BYTES + 1]
    except FileNotFoundError:
        raise BundleError(f"{path}: missing; is it a folder written by `cosmicman export --tensorrt`?") from None
    except OSError as error:
        raise BundleError(f"{path}: cannot be read: {error.strerror}") from error
    try:
        data = json.loads(raw)
        if isinstance(data, dict) and isinstance(data.get("format_version"), int):
            version = data["format_version"]
            if version > FORMAT_VERSION:
                newest = f"{FORMAT_VERSION}, the newest that is read"
                raise BundleError(f"{path}: format {version} is newer than {newest}")
        return json_fields.read(data, EngineSet)
    except WireError as error:
        raise BundleError(f"{path}: damaged: {error}") from error
    except (ValueError, RecursionError):
        raise BundleError(f"{path}: damaged: it is not JSON") from None
