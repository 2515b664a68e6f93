"""The folder of adapters that an operator registered: looked through once, each taken whole or refused with a reason.

Requests name adapters and never files. What is read is checked at the start and let go of; a request's adapters are
read again when they are first needed, and must be the same to the byte.
"""

import json
import logging
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from engine.adapters.info import AdapterInfo
from engine.adapters.read import Adapter, read_adapter
from engine.adapters.tensors import read_tensors
from engine.bundle.manifest import Adapted
from engine.errors import BundleError, GenerationError

logger = logging.getLogger(__name__)

MAX_ADAPTERS = 256
_ENDING = ".safetensors"
_PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# In a folder of its own: PEFT's form, and diffusers'.
_CONFIG, _IN_FOLDERS = "adapter_config.json", ("adapter_model.safetensors", "pytorch_lora_weights.safetensors")
_MOST_CONFIG_BYTES = 1_000_000


class Adapters:
    """What requests may name; `load` may be called from any thread."""

    def __init__(self, folder: Path | None, adapted: Adapted | None, *, half: bool, keep_bytes: int) -> None:
        """Looks through a folder.

        Args:
            folder: Where the files are; None means no adapters.
            adapted: The layers of the bundle's graph; None where it has none.
            half: Whether that graph reads float16.
            keep_bytes: Memory of adapters that stay read when no request needs them.

        Raises:
            BundleError: There is no such folder, or it holds too many files.
        """
        self._adapted, self._half, self._keep_bytes = adapted, half, keep_bytes
        self._files = {} if folder is None else _files(folder)
        self._kept: OrderedDict[str, Adapter] = OrderedDict()
        self._lock = Lock()
        self.infos = tuple(self._look(name, path) for name, path in sorted(self._files.items()))
        for info in self.infos:
            logger.info("adapter %s: %s", info.name, info.refused or f"{info.layers} layers, rank {info.rank}")

    @property
    def usable(self) -> tuple[str, ...]:
        """Names that requests may use."""
        return tuple(info.name for info in self.infos if not info.refused)

    @property
    def kept_bytes(self) -> int:
        """Memory of those that are read."""
        return sum(adapter.size_bytes for adapter in self._kept.values())

    def load(self, name: str) -> Adapter:
        """One that a request may use.

        Raises:
            GenerationError: Its file is not what it was when the engine started.
        """
        info = next(info for info in self.infos if info.name == name)
        with self._lock:
            if name not in self._kept:
                self._kept[name] = self._read_again(info)
            self._kept.move_to_end(name)
            while len(self._kept) > 1 and self.kept_bytes > self._keep_bytes:
                self._kept.popitem(last=False)
            return self._kept[name]

    def _read_again(self, info: AdapterInfo) -> Adapter:
        try:
            adapter = self._read(info.name, self._files[info.name])
        except (OSError, ValueError) as error:
            raise GenerationError(f"adapter {info.name} cannot be read any more: {_reason(error)}") from error
        if adapter.info != info:
            raise GenerationError(f"adapter {info.name} is another file than when the engine started; start it again")
        return adapter

    def _read(self, name: str, path: Path) -> Adapter:
        if self._adapted is None:
            raise ValueError("the bundle has no graph for adapters; export it with --adapters")
        if path.suffix.lower() in _PICKLES:
            raise ValueError(f"{path.suffix} files are pickles, which run code when they are read; save as {_ENDING}")
        if _NAME.fullmatch(name) is None:
            raise ValueError("a name is up to 64 letters, digits, '.', '_' and '-', a letter or digit first")
        return read_adapter(name, read_tensors(path), self._adapted, half=self._half, config=_config(path))

    def _look(self, name: str, path: Path) -> AdapterInfo:
        try:
            return self._read(name, path).info
        except (OSError, ValueError) as error:
            reason = _reason(error)
        size = path.stat().st_size if path.is_file() else 0
        return AdapterInfo(name=name[:64], size_bytes=size, refused=reason)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _files(folder: Path) -> Mapping[str, Path]:
    """Adapter files by what requests call them; what is neither adapter nor pickle is none of ours."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise BundleError(f"{folder}: cannot be read as a folder of adapters: {error.strerror}") from error
    found: dict[str, Path] = {}
    for name, path in (pair for entry in entries for pair in _candidates(entry)):
        if name in found:
            raise BundleError(f"{folder}: holds two adapters named {name}: {found[name].name} and {path.name}")
        found[name] = path
    if len(found) > MAX_ADAPTERS:
        raise BundleError(f"{folder}: may hold at most {MAX_ADAPTERS} adapters; it holds {len(found)}")
    return found


def _candidates(entry: Path) -> Iterator[tuple[str, Path]]:
    if entry.name.startswith("."):
        return
    if entry.is_dir():
        yield from ((entry.name, entry / name) for name in _IN_FOLDERS if (entry / name).is_file())
    elif entry.suffix.lower() in (_ENDING, *_PICKLES):
        yield entry.name.removesuffix(entry.suffix), entry


def _config(path: Path) -> Mapping[str, Any] | None:
    """PEFT's word on an adapter that lies in a folder of its own."""
    config = path.with_name(_CONFIG)
    if path.name not in _IN_FOLDERS or not config.is_file():
        return None
    if config.stat().st_size > _MOST_CONFIG_BYTES:
        raise ValueError(f"{_CONFIG} may have at most {_MOST_CONFIG_BYTES} bytes")
    try:
        told = json.loads(config.read_bytes())
    except (ValueError, RecursionError):
        raise ValueError(f"{_CONFIG} is no JSON") from None
    if not isinstance(told, dict):
        raise ValueError(f"{_CONFIG} must be an object")
    return told
