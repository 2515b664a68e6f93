"""A Triton model repository around a bundle: config.pbtxt from typed data, the adapter, the weights.

It needs nothing but Python, and does not know how a server is started or talked to.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from engine.bundle.manifest import Bundle, load_bundle
from engine.bundle.tensorrt_engines import read_engine_set, verify_engine_set
from engine.files.whole import whole_folder

MODEL = "cosmicman"
CONFIG_FILE = "config.pbtxt"
BUNDLE_FOLDER = "bundle"
ENGINES_FOLDER = "engines"
ADAPTERS_FOLDER = "adapters"
VERSION_FOLDER = "1"
#: The first release with every fix that docs/operations.md lists; older ones are for development on loopback.
IMAGE = "nvcr.io/nvidia/tritonserver:26.07-py3"

Value: TypeAlias = "str | int | bool | Symbol | Mapping[str, Value] | Sequence[Value]"


class Symbol(str):
    """A name that protobuf text writes without quotes: an enum's value."""


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """An input or output of the model.

    Attributes:
        name: As in requests.
        data_type: Triton's name for it.
        dims: Shape; -1 is any length.
        optional: Whether a request may leave it out.
    """

    name: str
    data_type: str
    dims: tuple[int, ...]
    optional: bool = False


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Where and how instances run.

    Attributes:
        name: cpu, cuda or tensorrt.
        kind: Triton's instance group kind.
        needs_gpu: Whether a machine without an NVIDIA GPU cannot run it.
        engine: Fields of `EngineSettings` that differ from its defaults.
    """

    name: str
    kind: str
    needs_gpu: bool
    engine: Mapping[str, object]


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile(name="cpu", kind="KIND_CPU", needs_gpu=False, engine={"sessions": {"provider": "cpu"}}),
            Profile(name="cuda", kind="KIND_GPU", needs_gpu=True, engine={"sessions": {"provider": "cuda"}}),
            Profile(name="tensorrt", kind="KIND_GPU", needs_gpu=True, engine={"sessions": {"provider": "tensorrt"}}),
        )
    }
)

# What a request and its answers are: `request` and `event` hold a message of `engine.remote.messages`, JSON text in
# UTF-8. It travels as bytes because string tensors pass through numpy's C API, which stubs built before numpy 2
# misread.
INPUTS = (Tensor(name="request", data_type="TYPE_UINT8", dims=(-1,)),)
OUTPUTS = (
    Tensor(name="event", data_type="TYPE_UINT8", dims=(-1,)),
    # The encoded picture, or preview, that the event beside it speaks of; absent from every other event.
    Tensor(name="image", data_type="TYPE_UINT8", dims=(-1,)),
)


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """What config.pbtxt says.

    Attributes:
        profile: Where instances run.
        instances: Engines on each device; each loads the weights of its own.
        gpus: GPU ids to use; empty means all that Triton sees.
        engine: Fields of `EngineSettings`, on top of the profile's.
        request_timeout_seconds: Longest a request may take, waiting included; it is cancelled then.
    """

    profile: Profile
    instances: int = 1
    gpus: tuple[int, ...] = ()
    request_timeout_seconds: float = 600
    engine: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.instances < 1:
            raise ValueError(f"instances must be at least 1; got {self.instances}")
        if not self.request_timeout_seconds > 0:
            raise ValueError(f"request_timeout_seconds must be more than 0; got {self.request_timeout_seconds:g}")
        if self.gpus and not self.profile.needs_gpu:
            raise ValueError(f"profile {self.profile.name} uses no GPU; got gpus {', '.join(map(str, self.gpus))}")

    def text(self) -> str:
        """The file."""
        header = "# Written by `cosmicman model-repo`; see engine/export/triton.py.\n"
        return header + _message(self._fields())

    def _fields(self) -> Mapping[str, Value]:
        group: dict[str, Value] = {"kind": Symbol(self.profile.kind), "count": self.instances}
        if self.gpus:
            group["gpus"] = list(self.gpus)
        settings = json.dumps({**self.profile.engine, **self.engine}, sort_keys=True)
        return {
            "name": MODEL,
            "backend": "python",
            # Triton must not batch requests: the engine does, step by step.
            "max_batch_size": 0,
            "model_transaction_policy": {"decoupled": True},
            "input": [_tensor(tensor) for tensor in INPUTS],
            "output": [_tensor(tensor) for tensor in OUTPUTS],
            "instance_group": [group],
            "parameters": [
                {"key": "engine", "value": {"string_value": settings}},
                {"key": "profile", "value": {"string_value": self.profile.name}},
                {"key": "request_timeout_seconds", "value": {"string_value": f"{self.request_timeout_seconds:g}"}},
            ],
        }


def _tensor(tensor: Tensor) -> Mapping[str, Value]:
    fields: dict[str, Value] = {"name": tensor.name, "data_type": Symbol(tensor.data_type), "dims": list(tensor.dims)}
    return fields | ({"optional": True} if tensor.optional else {})


def _message(fields: Mapping[str, Value], depth: int = 0) -> str:
    """Protobuf text format; a list is a repeated field."""
    lines = []
    indent = "  " * depth
    for name, value in fields.items():
        repeated = isinstance(value, Sequence) and not isinstance(value, str)
        for item in value if repeated else [value]:  # type: ignore[union-attr]
            if isinstance(item, Mapping):
                lines.append(f"{indent}{name} {{\n{_message(item, depth + 1)}{indent}}}\n")
            else:
                lines.append(f"{indent}{name}: {_scalar(item)}\n")
    return "".join(lines)


def _scalar(value: object) -> str:
    if isinstance(value, Symbol):
        return str(value)
    return json.dumps(value)


def write_repository(
    bundle: Path,
    out: Path,
    config: ModelConfig,
    *,
    engines: Path | None = None,
    adapters: Path | None = None,
    link: bool = False,
) -> Bundle:
    """Writes a repository that Triton can serve; one that was there before is replaced when the new one is whole.

    Args:
        bundle: The engine bundle; verified before, and its copy after.
        out: The repository's folder; the model is its subfolder `cosmicman`.
        config: What config.pbtxt says.
        engines: Folder of TensorRT engines of the bundle, for the profile tensorrt; verified likewise.
        adapters: Folder of the adapters that requests may name.
        link: Make the weights symbolic links to `bundle`, `engines` and `adapters` instead of copies.

    Returns:
        The verified bundle inside the repository.

    Raises:
        BundleError: The bundle, or an engine, is damaged or incomplete, or the engines are another bundle's.
        ValueError: Engines are named for a profile that does not run them, or the adapters are no folder.
    """
    if engines is not None and config.profile.name != "tensorrt":
        raise ValueError(f"engines are run by profile tensorrt; got {config.profile.name}")
    if adapters is not None and not adapters.is_dir():
        raise ValueError(f"{adapters}: must be a folder of adapters")
    _verify(bundle, engines)
    out = out.resolve()
    with whole_folder(out / MODEL) as work:
        version = work / VERSION_FOLDER
        version.mkdir()
        (work / CONFIG_FILE).write_text(config.text(), encoding="utf-8")
        (version / "model.py").write_bytes(adapter_source())
        _take(bundle, version / BUNDLE_FOLDER, link)
        if engines is not None:
            _take(engines, version / ENGINES_FOLDER, link)
        if adapters is not None:
            _take(adapters, version / ADAPTERS_FOLDER, link)
    written = out / MODEL / VERSION_FOLDER
    return _verify(written / BUNDLE_FOLDER, None if engines is None else written / ENGINES_FOLDER)


def _verify(bundle: Path, engines: Path | None) -> Bundle:
    verified = load_bundle(bundle)
    if engines is not None:
        verify_engine_set(engines, read_engine_set(engines), verified)
    return verified


def _take(folder: Path, target: Path, link: bool) -> None:
    if link:
        target.symlink_to(folder.resolve(), target_is_directory=True)
    else:
        shutil.copytree(folder, target)


def adapter_source() -> bytes:
    """The text of model_repo/cosmicman/1/model.py, from the source tree or the installed distribution."""
    root = Path(str(files("engine"))).parent
    return (root / "model_repo" / MODEL / VERSION_FOLDER / "model.py").read_bytes()
