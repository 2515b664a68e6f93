"""The engines of one bundle: found, held against the machine and the engine's settings, and loaded."""

import importlib
import logging
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from engine.bundle.manifest import Bundle
from engine.bundle.tensorrt_engines import load_engine_set, read_engine_set
from engine.errors import BundleError, ProviderError
from engine.sessions.profiles import shape_ranges
from engine.sessions.tensorrt.gpu import Gpu
from engine.sessions.tensorrt.log import made, messages
from engine.sessions.tensorrt.session import TensorRtSession, check_shape
from engine.settings import EngineSettings

logger = logging.getLogger(__name__)

#: Distribution to module.
LIBRARIES = {"tensorrt": "tensorrt", "tensorrt-rtx": "tensorrt_rtx"}


class TensorRtSessions:
    """A folder of engines on one GPU."""

    def __init__(self, bundle: Bundle, settings: EngineSettings) -> None:
        """Verifies the engines; what can be found wrong without a GPU is told first.

        Args:
            bundle: What they were built from.
            settings: Where they are, which GPU runs them, and the most rows and windows they will be asked for.

        Raises:
            BundleError: They are damaged, or were built by, for or from something else.
            ProviderError: Their TensorRT or the GPU is not here, or they were built for less than the settings ask.
        """
        path = settings.sessions.engines
        assert path is not None, "no engines are named"
        self._path = path
        self._bundle = bundle
        engines = read_engine_set(path)
        self.provider = engines.library
        if settings.sessions.provider not in ("auto", "tensorrt", engines.library):
            raise ProviderError(
                f"{path}: built by {engines.library}, which provider {settings.sessions.provider} is not"
            )
        self._library = find_library(engines.library)
        for graph in engines.profiles:
            _check_limits(bundle, settings, path, graph, engines.profiles[graph])
        self._gpu = Gpu(settings.sessions.device)
        self._engines = load_engine_set(
            path,
            bundle,
            library=self._library.name,
            library_version=self._library.version,
            architecture=self._gpu.architecture,
        )

    @property
    def compiles_shapes(self) -> bool:
        """TensorRT for RTX compiles its kernels at the first run, and every change of shapes walks over the graph."""
        return True

    def load(self, file: str) -> TensorRtSession:
        """Loads the engine of a graph.

        Raises:
            BundleError: There is none.
            ProviderError: TensorRT cannot run it.
        """
        path = self._path / engine_file(file)
        if file not in self._engines.profiles or path.name not in self._engines.files:
            raise BundleError(f"{self._path}: holds no engine of {file}; build the engines again")
        profile = self._engines.profiles[file]
        library = self._library
        session = TensorRtSession(
            path, profile, library=library.module, log=library.log, runtime=runtime_of(library.name), device=self._gpu
        )
        logger.info("%s runs on %s %s, %s", path.name, self.provider, self._library.version, self._engines.target)
        return session


@dataclass(frozen=True, kw_only=True)
class Library:
    """A TensorRT that is installed.

    Attributes:
        name: Its distribution.
        version: Its version.
        module: Its module.
        log: Where it writes.
    """

    name: str
    version: str
    module: Any
    log: Any


@cache
def find_library(name: str) -> Library:
    """The TensorRT of that name.

    Raises:
        ProviderError: It is not installed.
    """
    if name not in LIBRARIES:
        raise ProviderError(f"engines run by {' or '.join(LIBRARIES)}; these were built by {name[:40]!r}")
    try:
        module = importlib.import_module(LIBRARIES[name])
    except ModuleNotFoundError as error:
        raise ProviderError(f"the engines were built by {name}, which is not installed; install it") from error
    return Library(name=name, version=metadata.version(LIBRARIES[name]), module=module, log=messages(module))


@cache
def runtime_of(name: str) -> Any:
    """What loads engines; one for each library, until the process ends."""
    library = find_library(name)
    return made(library.module.Runtime, library.log)


def engine_file(graph: str) -> str:
    """Name of the file that a graph's engine is in."""
    return str(Path(graph).with_suffix(".engine"))


def _check_limits(bundle: Bundle, settings: EngineSettings, path: Path, graph: str, profile: Any) -> None:
    """Refuses engines that are narrower than what requests will be let through to ask for."""
    rows, windows = settings.max_rows, settings.max_windows
    for name, shapes in shape_ranges(bundle.manifest, graph, max_rows=rows, max_windows=windows).items():
        for shape in (shapes.minimum, shapes.maximum):
            try:
                check_shape(f"{path / engine_file(graph)}: {name}", shape, profile[name])
            except (ValueError, KeyError) as error:
                options = f"--max-rows {settings.max_rows} --max-windows {settings.max_windows}"
                reason = f"has no profile for {name}" if isinstance(error, KeyError) else str(error)
                raise ProviderError(f"{reason}; build the engines again with {options}") from error
