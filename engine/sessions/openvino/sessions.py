"""The graphs of one bundle in OpenVINO, with one place for what is compiled and one thread that compiles more."""

import logging
import os
import weakref
from pathlib import Path

from engine.bundle.manifest import ADAPTED_FILE, FEW_STEPS_FILE, UNET_FILE, Bundle
from engine.sessions.openvino.blobs import Blobs
from engine.sessions.openvino.compiler import Compiler
from engine.sessions.openvino.library import NAME, computes_bfloat16, core, version
from engine.sessions.openvino.precision import chosen_precision
from engine.sessions.openvino.session import OpenVinoSession
from engine.sessions.processors import physical_cores
from engine.settings import EngineSettings
from engine.threads.niceness import worker_pool

logger = logging.getLogger(__name__)

# Compiling steps aside for what is being drawn.
_COMPILER_NICENESS = 5
# Of the machine's memory, what the compiled shapes of one graph may take together.
_SHARE_OF_MEMORY = 0.25
_CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")


class OpenVinoSessions:
    """The graphs of one bundle, in one precision."""

    provider = NAME
    #: Nothing waits long for a new number of rows: it runs in parts while it is compiled.
    compiles_shapes = False

    def __init__(self, bundle: Bundle, settings: EngineSettings) -> None:
        """Sees that the library is here and the machine can do what is asked.

        Args:
            bundle: Where the graphs are.
            settings: Precision, cache, threads, and the most rows of a forward.

        Raises:
            ProviderError: OpenVINO is not installed, the processor lacks the precision, or the cache cannot be written.
        """
        core()
        sessions = settings.sessions
        self.precision = chosen_precision(sessions.cpu_precision, bundle.manifest, native=computes_bfloat16())
        self._bundle, self._settings = bundle, settings
        self._blobs = None if sessions.openvino_cache is None else Blobs(sessions.openvino_cache)
        self._background = worker_pool(1, "compiling", _COMPILER_NICENESS)
        self._loaded: list[OpenVinoSession] = []
        weakref.finalize(self, self._background.shutdown, wait=False, cancel_futures=True)

    @property
    def compiled_shapes(self) -> int:
        """How many shapes of all graphs are held."""
        return sum(each.compiled_shapes for each in self._loaded)

    @property
    def compiled_bytes(self) -> int:
        """Memory that they take, about."""
        return sum(each.compiled_bytes for each in self._loaded)

    def load(self, file: str) -> OpenVinoSession:
        """Reads a graph.

        Raises:
            BundleError: The file is no graph OpenVINO can read.
        """
        settings = self._settings
        compiler = Compiler(
            self._bundle.file(file),
            digest_of(self._bundle, file),
            precision=self.precision,
            num_threads=settings.num_threads or physical_cores(),
            blobs=self._blobs,
        )
        session = OpenVinoSession(
            file,
            compiler,
            # Only denoising has rows of several pictures in one forward.
            max_rows=settings.max_rows if "timesteps" in compiler.inputs else 1,
            most=shapes_that_fit(settings.sessions.openvino_shapes, compiler.num_bytes),
            background=self._background,
        )
        self._loaded.append(session)
        logger.info("%s runs on %s %s, %s", file, NAME, version().partition("-")[0], self.precision)
        return session


def digest_of(bundle: Bundle, file: str) -> str:
    """Of all that a graph is made of: two of them have their weights in the plain UNet's file."""
    files = bundle.manifest.files
    made_of = (file, UNET_FILE) if file in (ADAPTED_FILE, FEW_STEPS_FILE) else (file,)
    return " ".join(files[name].sha256 for name in made_of)


def shapes_that_fit(most: int, num_bytes: int) -> int:
    """Compiled shapes of one graph to hold, at least 1, as far as its memory allows."""
    return max(1, min(most, int(_SHARE_OF_MEMORY * _memory_bytes() / max(1, num_bytes))))


def _memory_bytes() -> int:
    """Memory that this process may use: the machine's, or its container's where that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(total, int(_CONTAINER_LIMIT.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no container, or "max"
        return total
