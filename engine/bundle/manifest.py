"""The engine bundle: a directory of graphs and a tokenizer with a manifest that says what they are.

It checks that every file is whole and of a format this engine reads; it does not know what is inside a graph.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from engine.errors import BundleError, WireError
from engine.files import json_fields
from engine.files.digests import sha256_of
from engine.files.whole import put_in_place

FORMAT_VERSION = 1
FAMILIES = ("sd", "sdxl")
# What a UNet of each family reads besides latents and timesteps.
CONDITIONING = {
    "sd": ("encoder_hidden_states",),
    "sdxl": ("encoder_hidden_states", "text_embeds", "time_ids"),
}
# What a UNet reads besides, where somebody wants its second output: which tokens belong to which body group.
TOKEN_GROUPS, GROUP_ATTENTION = "token_groups", "group_attention"
MANIFEST_FILE = "manifest.json"
TOKENIZER_FILE = "tokenizer.json"
TEXT_ENCODER_FILE = "text_encoder.onnx"
SECOND_TEXT_ENCODER_FILE = "text_encoder_2.onnx"
UNET_FILE = "unet.onnx"
VAE_DECODER_FILE = "vae_decoder.onnx"
VAE_ENCODER_FILE = "vae_encoder.onnx"
#: A small decoder beside the full one; a bundle without it has only that.
FAST_DECODER_FILE = "vae_decoder_fast.onnx"
#: The UNet that was distilled to draw in few steps; `Manifest.few_steps` says in how many.
FEW_STEPS_FILE = "unet_few_steps.onnx"
#: The UNet with low-rank adapters as inputs; `Manifest.adapted` says beside which layers they may stand.
ADAPTED_FILE = "unet_adapted.onnx"
#: What that reads besides: the columns of all adapters, their rows, and a scale for each row of the forward and column.
LORA_DOWN, LORA_UP, LORA_SCALE = "lora_down", "lora_up", "lora_scale"
#: What that reads besides those, numbered from 0: what control adds to the features of a row.
CONTROL_INPUT = "control_"
#: Most of them: of four levels, or of three and the middle.
MOST_FEATURES = 5
#: Columns that a forward with adapters has at least; they are padded to powers of two.
LEAST_COLUMNS = 16
#: Inputs of graphs that are one for all rows of a forward.
SHARED_INPUTS = frozenset((LORA_DOWN, LORA_UP))
#: What previews are drawn with; a bundle without it gives none.
PREVIEW_MAP_FILE = "preview_map.npy"
#: Says which item each pixel of a picture shows; a bundle without it cuts nobody out.
PARSER_FILE = "parser.onnx"
#: What a picture may be held to; `control_file` makes of it what the UNet with adapters adds.
CONTROLS = ("layout", "pose")
REQUIRED_FILES = (TOKENIZER_FILE, TEXT_ENCODER_FILE, UNET_FILE, VAE_DECODER_FILE)
REQUIRED_OF_SDXL = (*REQUIRED_FILES, SECOND_TEXT_ENCODER_FILE)
MAX_MANIFEST_BYTES = 1_000_000

Scalar: TypeAlias = str | int | float | bool
_COUNTS = (
    "latent_channels",
    "vae_factor",
    "context_width",
    "tokenizer_length",
    "default_width",
    "default_height",
    "default_steps",
    "max_steps",
)


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
class FewSteps:
    """How the UNet of few steps draws, and in no other way: it never saw other timesteps, and guidance is built in.

    Attributes:
        steps: Denoising steps.
        sampler: What takes them.
    """

    steps: int
    sampler: str

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise ValueError(f"few_steps.steps must be at least 1; got {self.steps}")


@dataclass(frozen=True, kw_only=True)
class Adapted:
    """Beside which layers of the UNet low-rank adapters may stand.

    Attributes:
        layers: Widths of what each layer reads and gives, by its name in the checkpoint; the graph has them in this
            order.
        max_columns: Most columns that all adapters of a forward may have together.
        features: Channels of each of the UNet's features that control may add to, in order, and how often the latents
            were halved on the way to it; none where the graph was exported without.
    """

    layers: Mapping[str, tuple[int, int]]
    max_columns: int = 128
    features: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        if not self.layers or any(min(widths) < 1 for widths in self.layers.values()):
            raise ValueError("adapted.layers must name layers with the widths of what they read and give")
        if self.max_columns < 1:
            raise ValueError(f"adapted.max_columns must be at least 1; got {self.max_columns}")
        if len(self.features) > MOST_FEATURES or any(channels < 1 or level < 0 for channels, level in self.features):
            raise ValueError(f"adapted.features must be {MOST_FEATURES} at most, with channels and a level each")


@dataclass(frozen=True, kw_only=True)
class Control:
    """What a network of control reads: a map of the picture's size.

    Attributes:
        classes: Item classes, a channel each, whose chances it reads; empty where it reads three colours.
        multiple: What both sides of a picture must be a multiple of.
    """

    classes: tuple[str, ...] = ()
    multiple: int = 1

    def __post_init__(self) -> None:
        if self.multiple < 1:
            raise ValueError(f"controls must have a multiple of at least 1; got {self.multiple}")


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
        parser: Item classes that the parser tells apart, in the order of its answer; empty without a parser.
        bfloat16_psnr: How near pictures computed in bfloat16 are to those in float32, in dB, over 16 pictures; None
            where that was not measured.
        few_steps: How the UNet of few steps draws; None where the bundle has none.
        attention_cell: Pixels a side of one cell of the UNet's maps of attention; None where it gives none.
        adapted: Beside which layers adapters may stand; None where the bundle has no graph for them.
        controls: The networks that hold a picture to something, by their names of CONTROLS.
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
    parser: tuple[str, ...] = ()
    bfloat16_psnr: float | None = None
    few_steps: FewSteps | None = None
    attention_cell: int | None = None
    adapted: Adapted | None = None
    controls: Mapping[str, Control] = field(default_factory=lambda: MappingProxyType({}))
    files: Mapping[str, FileEntry] = field(default_factory=lambda: MappingProxyType({}))
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise ValueError(f"family must be one of {', '.join(FAMILIES)}; got {self.family[:40]!r}")
        for name in (*_COUNTS, *(("pooled_width",) if self.family == "sdxl" else ())):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}")
        for name in ("scaling_factor", "shift_factor", "default_guidance_scale"):
            if not math.isfinite(getattr(self, name)):
                raise ValueError(f"{name} must be a number; got {getattr(self, name)}")
        if self.bfloat16_psnr is not None and not math.isfinite(self.bfloat16_psnr):
            raise ValueError(f"bfloat16_psnr must be a number; got {self.bfloat16_psnr}")
        if self.attention_cell is not None and not (self.attention_cell > 0 == self.attention_cell % self.vae_factor):
            raise ValueError(f"attention_cell must be a multiple of {self.vae_factor}; got {self.attention_cell}")
        if min(self.side_limits) < 1 or any(side < 1 for size in self.sizes for side in size):
            raise ValueError(f"side_limits and sizes must be positive; got {self.side_limits} and {self.sizes}")
        if self.family == "sdxl" and self.second_padding_token is None:
            raise ValueError("second_padding_token must be a token's id; got nothing")
        if self.files and (FEW_STEPS_FILE in self.files) != (self.few_steps is not None):
            lacking = "few_steps" if self.few_steps is None else FEW_STEPS_FILE
            raise ValueError(f"few_steps and {FEW_STEPS_FILE} belong together; {lacking} is missing")
        if self.files and (ADAPTED_FILE in self.files) != (self.adapted is not None):
            lacking = "adapted" if self.adapted is None else ADAPTED_FILE
            raise ValueError(f"adapted and {ADAPTED_FILE} belong together; {lacking} is missing")
        self._check_controls()
        for name in self.files:
            if not name or Path(name).name != name or name == "..":
                raise ValueError(f"files must be an object of plain file names; got {name[:40]!r}")
        if bool(self.parser) != (PARSER_FILE in self.files) and self.files:
            raise ValueError(f"parser must name the classes of {PARSER_FILE} and nothing without it; got {self.parser}")

    def _check_controls(self) -> None:
        wrong = [name for name in self.controls if name not in CONTROLS]
        if wrong:
            raise ValueError(f"controls must be of {', '.join(CONTROLS)}; got {wrong[0][:40]!r}")
        if self.controls and (self.adapted is None or not self.adapted.features):
            raise ValueError("controls need adapted.features: what they add to")
        lacking = [name for name in CONTROLS if (control_file(name) in self.files) != (name in self.controls)]
        if self.files and lacking:
            raise ValueError(f"controls must name what the bundle has a graph of; {lacking[0]} is not in both")


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

    def has(self, name: str) -> bool:
        """Whether the manifest lists a file that not every bundle has."""
        return name in self.manifest.files

    def names(self, file: str, name: str) -> bool:
        """Whether a graph that the manifest lists has a value of that name; its weights may lie in another file."""
        return self.has(file) and name.encode("ascii") in self.file(file).read_bytes()

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
        digest = sha256_of(path)
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
    write_manifest(work, manifest)
    put_in_place(work, out.resolve())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Completes a folder of files; all of them can be read by everybody then."""
    text = json.dumps(_as_json(manifest), indent=2, allow_nan=False) + "\n"
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)


def _as_json(manifest: Manifest) -> dict[str, object]:
    plain = {item.name: getattr(manifest, item.name) for item in fields(manifest)}
    files = {name: asdict(entry) for name, entry in manifest.files.items()}
    for name in ("bfloat16_psnr", "attention_cell"):
        if plain[name] is None:
            del plain[name]  # a bundle without is as it always was
    few_steps = {} if manifest.few_steps is None else {"few_steps": asdict(manifest.few_steps)}
    adapted = {} if manifest.adapted is None else {"adapted": _adapted_as_json(manifest.adapted)}
    controls = {name: asdict(control) for name, control in manifest.controls.items()}
    more = {**few_steps, **adapted, **({"controls": controls} if controls else {})}
    del plain["few_steps"], plain["adapted"], plain["controls"]  # a bundle without is as it always was
    return {**plain, "noise_schedule": dict(manifest.noise_schedule), **more, "files": files}


def _adapted_as_json(adapted: Adapted) -> dict[str, object]:
    features = {"features": adapted.features} if adapted.features else {}
    return {"max_columns": adapted.max_columns, **features, "layers": dict(adapted.layers)}


def control_file(name: str) -> str:
    """The graph of a network of control."""
    return f"control_{name}.onnx"


def file_entry(path: Path) -> FileEntry:
    """Length and digest of a file, read as a stream."""
    return FileEntry(sha256=sha256_of(path), size_bytes=path.stat().st_size)


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
    known = {field.name for field in fields(Manifest)}
    try:
        return json_fields.read({name: value for name, value in data.items() if name in known}, Manifest)
    except WireError as error:
        raise BundleError(f"{path}: damaged: {error}") from error
