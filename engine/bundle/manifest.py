"""The engine bundle: a directory of graphs and a tokenizer with a manifest that says what they are.

It checks that every file is whole and of a format this engine reads; it does not know what is inside a graph.
"""

import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from engine.errors import BundleError

FORMAT_VERSION = 1
FAMILIES = ("sd", "sdxl")
# What a UNet of each family reads besides latents and timesteps.
CONDITIONING = {
    "sd": ("encoder_hidden_states",),
    "sdxl": ("encoder_hidden_states", "text_embeds", "time_ids"),
}
MANIFEST_FILE = "manifest.json"
TOKENIZER_FILE = "tokenizer.json"
TEXT_ENCODER_FILE = "text_encoder.onnx"
SECOND_TEXT_ENCODER_FILE = "text_encoder_2.onnx"
UNET_FILE = "unet.onnx"
VAE_DECODER_FILE = "vae_decoder.onnx"
VAE_ENCODER_FILE = "vae_encoder.onnx"
REQUIRED_FILES = (TOKENIZER_FILE, TEXT_ENCODER_FILE, UNET_FILE, VAE_DECODER_FILE)
REQUIRED_OF_SDXL = (*REQUIRED_FILES, SECOND_TEXT_ENCODER_FILE)
MAX_MANIFEST_BYTES = 1_000_000

Scalar: TypeAlias = str | int | float | bool
ValueType = TypeVar("ValueType")


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """One file of a bundle.

    Attributes:
        sha256: Digest in hexadecimal.
        size_bytes: Length.
    """

    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything a serving process must know of a model besides its weights.

    Attributes:
        name: The model's name.
        family: Which pipeline the graphs belong to; see FAMILIES.
        source: Where the weights came from.
        licence: Licence of the weights.
        precision: fp32; fp16 (stored and computed); fp16_weights or int8 (stored so, computed in float32).
        noise_schedule: Fields of `samplers.NoiseSchedule`.
        scaling_factor: VAE latents are divided by it before decoding.
        shift_factor: Added to them after that.
        latent_channels: C of a latent.
        vae_factor: Pixels a side of one latent.
        context_width: D of what cross-attention reads: the width of the hidden states of all text encoders together.
        sizes: If not empty, the only (width, height) pairs allowed.
        side_limits: Least and greatest side in pixels, and what it must be a multiple of.
        tokenizer_length: Tokens of a window with its start and end marks (77).
        start_token: Id of the start mark.
        end_token: Id of the end mark.
        padding_token: Id that fills a window.
        default_width: Pixels.
        default_height: Pixels.
        default_steps: Denoising steps.
        max_steps: Denoising steps.
        default_guidance_scale: Used when a request names none.
        default_sampler: Used when a request names none.
        clip_skip: Layers left out at the end of a text encoder besides what the family leaves out anyway.
        pooled_width: P of the pooled text embedding; 0 where the family has none. Needed for sdxl.
        second_padding_token: Id that fills a window of the second text encoder. Needed for sdxl.
        files: Every other file of the bundle.
        format_version: Format of the bundle itself.
    """

    name: str
    family: str
    source: str
    licence: str
    precision: str
    noise_schedule: Mapping[str, Scalar]
    scaling_factor: float
    shift_factor: float
    latent_channels: int
    vae_factor: int
    context_width: int
    sizes: tuple[tuple[int, int], ...]
    side_limits: tuple[int, int, int]
    tokenizer_length: int
    start_token: int
    end_token: int
    padding_token: int
    default_width: int
    default_height: int
    default_steps: int
    max_steps: int
    default_guidance_scale: float
    default_sampler: str
    clip_skip: int = 0
    pooled_width: int = 0
    second_padding_token: int | None = None
    files: Mapping[str, FileEntry] = field(default_factory=lambda: MappingProxyType({}))
    format_version: int = FORMAT_VERSION


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A verified bundle.

    Attributes:
        path: The directory.
        manifest: Its manifest.
        sha256: Digest of the manifest, and so of every file it lists.
    """

    path: Path
    manifest: Manifest
    sha256: str

    def file(self, name: str) -> Path:
        """Path of a file the manifest lists."""
        assert name in self.manifest.files, name
        return self.path / name


def load_bundle(path: Path) -> Bundle:
    """Reads the manifest and verifies every file against it.

    Raises:
        BundleError: One line that names the file and what is wrong with it.
    """
    manifest_path = path / MANIFEST_FILE
    try:
        with manifest_path.open("rb") as file:
            raw = file.read(MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError:
        raise BundleError(f"{manifest_path}: missing; is {path} a bundle written by `cosmicman export`?") from None
    except OSError as error:
        raise BundleError(f"{manifest_path}: cannot be read: {error.strerror}") from error
    if len(raw) > MAX_MANIFEST_BYTES:
        raise BundleError(f"{manifest_path}: damaged: longer than {MAX_MANIFEST_BYTES} bytes")
    manifest = _parse_manifest(manifest_path, raw)
    for name in REQUIRED_OF_SDXL if manifest.family == "sdxl" else REQUIRED_FILES:
        if name not in manifest.files:
            raise BundleError(f"{manifest_path}: damaged: it does not list {name}")
    for name, entry in manifest.files.items():
        _verify(path / name, entry)
    return Bundle(path=path, manifest=manifest, sha256=hashlib.sha256(raw).hexdigest())


def _verify(path: Path, entry: FileEntry) -> None:
    try:
        size_bytes = path.stat().st_size
        if size_bytes != entry.size_bytes:
            raise BundleError(f"{path}: damaged: {entry.size_bytes} bytes expected, found {size_bytes}")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise BundleError(f"{path}: missing; the manifest lists it") from None
    except OSError as error:
        raise BundleError(f"{path}: cannot be read: {error.strerror}") from error
    if digest != entry.sha256:
        raise BundleError(f"{path}: damaged: its sha256 is {digest[:12]}, the manifest says {entry.sha256[:12]}")


def seal(work: Path, out: Path, manifest: Manifest) -> None:
    """Turns a directory beside `out` into the bundle `out`, which appears whole or not at all.

    Args:
        work: Holds the files and nothing else.
        out: Where the bundle goes; one that is there is replaced at once.
        manifest: Lists the files.
    """
    text = json.dumps(_as_json(manifest), indent=2, allow_nan=False) + "\n"
    (work / MANIFEST_FILE).write_text(text, encoding="utf-8")
    for path in work.iterdir():
        path.chmod(0o644)
        _sync(path)
    work.chmod(0o755)
    _put_in_place(work, out.resolve())


def _as_json(manifest: Manifest) -> dict[str, object]:
    plain = {item.name: getattr(manifest, item.name) for item in fields(manifest)}
    files = {name: asdict(entry) for name, entry in manifest.files.items()}
    return {**plain, "noise_schedule": dict(manifest.noise_schedule), "files": files}


def file_entry(path: Path) -> FileEntry:
    """Length and digest of a file, read as a stream."""
    with path.open("rb") as file:
        return FileEntry(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size_bytes=path.stat().st_size)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _put_in_place(work: Path, out: Path) -> None:
    """Renames `work` to `out`; a directory there is moved aside first, since a rename cannot replace a full one."""
    if not out.exists():
        work.rename(out)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
    out.rename(aside / out.name)
    try:
        work.rename(out)
    except OSError:
        (aside / out.name).rename(out)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _parse_manifest(path: Path, raw: bytes) -> Manifest:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        raise BundleError(f"{path}: damaged: it is not JSON") from None
    if not isinstance(data, dict):
        raise BundleError(f"{path}: damaged: it is not a JSON object")
    version = data.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise BundleError(f"{path}: format {version} is newer than {FORMAT_VERSION}, the newest this engine reads")
    if version != FORMAT_VERSION:
        raise BundleError(f"{path}: damaged: format_version must be {FORMAT_VERSION}; got {version!r}")
    reader = _Fields(path, data)
    family = reader.value("family", str)
    if family not in FAMILIES:
        raise BundleError(f"{path}: family must be one of {', '.join(FAMILIES)}; got {family[:40]!r}")
    return Manifest(
        name=reader.value("name", str),
        family=family,
        source=reader.value("source", str),
        licence=reader.value("licence", str),
        precision=reader.value("precision", str),
        noise_schedule=reader.scalars("noise_schedule"),
        scaling_factor=reader.number("scaling_factor"),
        shift_factor=reader.number("shift_factor"),
        latent_channels=reader.count("latent_channels"),
        vae_factor=reader.count("vae_factor"),
        context_width=reader.count("context_width"),
        sizes=reader.sizes("sizes"),
        side_limits=reader.triple("side_limits"),
        tokenizer_length=reader.count("tokenizer_length"),
        start_token=reader.value("start_token", int),
        end_token=reader.value("end_token", int),
        padding_token=reader.value("padding_token", int),
        default_width=reader.count("default_width"),
        default_height=reader.count("default_height"),
        default_steps=reader.count("default_steps"),
        max_steps=reader.count("max_steps"),
        default_guidance_scale=reader.number("default_guidance_scale"),
        default_sampler=reader.value("default_sampler", str),
        clip_skip=reader.value("clip_skip", int) if "clip_skip" in data else 0,
        pooled_width=reader.count("pooled_width") if family == "sdxl" else 0,
        second_padding_token=reader.value("second_padding_token", int) if family == "sdxl" else None,
        files=reader.files("files"),
    )


class _Fields:
    """Typed access to a manifest's fields; every mistake is a BundleError that names the field."""

    def __init__(self, path: Path, data: Mapping[str, object]) -> None:
        self._path = path
        self._data = data

    def _wrong(self, name: str, expected: str) -> BundleError:
        found = repr(self._data[name])[:40] if name in self._data else "nothing"
        return BundleError(f"{self._path}: damaged: {name} must be {expected}; got {found}")

    def value(self, name: str, kind: type[ValueType]) -> ValueType:
        value = self._data.get(name)
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise self._wrong(name, f"of type {kind.__name__}")
        return value

    def number(self, name: str) -> float:
        value = self._data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise self._wrong(name, "a number")
        return float(value)

    def count(self, name: str) -> int:
        value = self.value(name, int)
        if value < 1:
            raise self._wrong(name, "at least 1")
        return value

    def triple(self, name: str) -> tuple[int, int, int]:
        value = self._data.get(name)
        if not isinstance(value, list) or len(value) != 3 or not all(type(n) is int and n > 0 for n in value):
            raise self._wrong(name, "three positive integers")
        return value[0], value[1], value[2]

    def sizes(self, name: str) -> tuple[tuple[int, int], ...]:
        value = self._data.get(name)
        well_formed = isinstance(value, list) and all(
            isinstance(size, list) and len(size) == 2 and all(type(side) is int and side > 0 for side in size)
            for size in value
        )
        if not well_formed:
            raise self._wrong(name, "a list of [width, height]")
        assert isinstance(value, list)
        return tuple((width, height) for width, height in value)

    def scalars(self, name: str) -> Mapping[str, Scalar]:
        value = self._data.get(name)
        if not isinstance(value, dict) or not all(isinstance(v, str | int | float | bool) for v in value.values()):
            raise self._wrong(name, "an object of plain values")
        return MappingProxyType(value)

    def files(self, name: str) -> Mapping[str, FileEntry]:
        value = self._data.get(name)
        if not isinstance(value, dict):
            raise self._wrong(name, "an object")
        entries = {}
        for file_name, entry in value.items():
            plain = file_name and Path(file_name).name == file_name and file_name != ".."
            if not plain or not isinstance(entry, dict):
                raise self._wrong(name, "an object of plain file names")
            reader = _Fields(self._path, entry)
            sha256, size_bytes = reader.value("sha256", str), reader.value("size_bytes", int)
            entries[file_name] = FileEntry(sha256=sha256, size_bytes=size_bytes)
        return MappingProxyType(entries)
