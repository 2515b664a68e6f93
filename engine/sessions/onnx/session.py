"""Graphs in ONNX Runtime, on the provider that was named or on the best one that starts."""

import logging
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.bundle.manifest import TOKEN_GROUPS, Bundle
from engine.description.groups import DRAWN_GROUPS
from engine.errors import BundleError, ProviderError
from engine.sessions.failures import FILE_ERRORS, ONNXRUNTIME_ERRORS, RUN_ERRORS, first_line, run_error
from engine.sessions.onnx.providers import EXECUTION_PROVIDERS, candidates, execution_providers
from engine.sessions.processors import physical_cores
from engine.sessions.profiles import ShapeRange, shape_ranges
from engine.sessions.runtime import onnxruntime
from engine.sessions.session import Array
from engine.settings import EngineSettings, SessionSettings

logger = logging.getLogger(__name__)

_HALF = "tensor(float16)"


class OnnxSession:
    """A graph in ONNX Runtime.

    Arrays go in and out through host memory. The largest is the text of a row, 0.6 MB for SDXL: copying it takes 25 us,
    next to a forward of 30 ms, so buffers on the device would add states to keep right and no speed.
    """

    def __init__(
        self,
        path: Path,
        settings: SessionSettings | None = None,
        *,
        provider: str = "cpu",
        shapes: Mapping[str, ShapeRange] | None = None,
        num_threads: int | None = None,
        output: str | None = None,
    ) -> None:
        """Loads a graph.

        Args:
            path: The .onnx file.
            settings: Memory and device.
            provider: What runs it, and nothing else may instead.
            shapes: Shapes of its inputs, for providers that compile.
            num_threads: Threads of one run on the CPU; None means one for each physical core this process may use.
            output: Name of the output that `run` gives; None means the first one.

        Raises:
            BundleError: The file is no graph ONNX Runtime can run, or has no such output.
            ProviderError: The provider does not start on this machine.
        """
        settings = settings or SessionSettings()
        chain = execution_providers(provider, settings, shapes or {})
        try:
            # With the fallback ONNX Runtime would retry on the CPU by itself, and print so.
            self._session = onnxruntime.InferenceSession(
                path, _options(settings, num_threads), chain, enable_fallback=0
            )
        except ONNXRUNTIME_ERRORS as error:
            if provider == "cpu" or isinstance(error, FILE_ERRORS):
                raise BundleError(f"{path}: ONNX Runtime cannot load it: {first_line(error)}") from error
            raise ProviderError(f"provider {provider} cannot run {path.name}: {first_line(error)}") from error
        started = self._session.get_providers()
        if started[0] != EXECUTION_PROVIDERS[provider]:
            raise ProviderError(
                f"provider {provider} does not start on this machine (its libraries or its device are missing); "
                f"{', '.join(name for name, execution in EXECUTION_PROVIDERS.items() if execution in started)} does"
            )
        inputs = self._session.get_inputs()
        self._input_names = tuple(node.name for node in inputs)
        self._outputs = [node.name for node in self._session.get_outputs()]
        if output is not None:
            if output not in self._outputs:
                raise BundleError(f"{path} has no output {output!r}; it has {', '.join(self._outputs)}")
            self._outputs.sort(key=lambda name: name != output)
        # Nodes that only the second output needs do not run. TensorRT's providers have one node for all and compute it.
        self._first_alone = onnxruntime.RunOptions()
        self._first_alone.only_execute_path_to_fetches = len(self._outputs) > 1
        self._halves = frozenset(node.name for node in inputs if node.type == _HALF)
        self._name = path.name

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects."""
        return self._input_names

    def run(self, inputs: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        """Runs the graph once and returns its first output, in float32 whatever the graph's own precision."""
        [output] = self._run(self._outputs[:1], self._with_unread(inputs), self._first_alone)
        return output

    def run_both(self, inputs: Mapping[str, Array]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Runs the graph once and returns its two outputs, both in float32."""
        first, second = self._run(self._outputs, inputs, None)
        return first, second

    def _run(
        self, names: list[str], inputs: Mapping[str, Array], options: onnxruntime.RunOptions | None
    ) -> list[npt.NDArray[np.float32]]:
        halves = self._halves
        fed = {
            name: value.astype(np.float16, copy=False) if name in halves else value for name, value in inputs.items()
        }
        try:
            outputs = self._session.run(names, fed, options)
        except RUN_ERRORS as error:
            raise run_error(self._name, error) from error
        return [output.astype(np.float32, copy=False) for output in outputs]

    def _with_unread(self, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
        """The inputs with zeros for the one that the first output does not read: ONNX Runtime wants every input."""
        if TOKEN_GROUPS not in self._input_names or TOKEN_GROUPS in inputs:
            return inputs
        rows, tokens, _ = inputs["encoder_hidden_states"].shape
        shape = (rows, tokens, len(DRAWN_GROUPS))
        return {**inputs, TOKEN_GROUPS: np.zeros(shape, np.float32)}


class OnnxSessions:
    """The graphs of one bundle, all on one provider."""

    def __init__(self, bundle: Bundle, settings: EngineSettings) -> None:
        """Finds the providers to try.

        Args:
            bundle: Where the graphs are.
            settings: What runs them, and the most rows and windows it will be asked to.

        Raises:
            ProviderError: The named provider is not in this installation.
        """
        self._bundle = bundle
        self._settings = settings
        self._candidates = candidates(settings.sessions, onnxruntime.get_available_providers())
        if self._candidates[0] != "cpu":
            _preload_libraries()

    @property
    def provider(self) -> str:
        """What runs the graphs; until the first one is loaded, what is tried first."""
        return self._candidates[0]

    @property
    def compiles_shapes(self) -> bool:
        """CUDA looks for its convolutions, TensorRT switches its profiles; the CPU does neither."""
        return self.provider != "cpu"

    def load(self, file: str) -> OnnxSession:
        """Loads a graph; the first one decides the provider for all."""
        settings, manifest = self._settings, self._bundle.manifest
        path = self._bundle.file(file)
        rows, windows = settings.max_rows, settings.max_windows
        shapes = shape_ranges(manifest, file, max_rows=rows, max_windows=windows, attention=True)
        while True:
            try:
                session = OnnxSession(
                    path,
                    settings.sessions,
                    provider=self.provider,
                    shapes=shapes,
                    num_threads=settings.num_threads,
                )
            except ProviderError as error:
                if len(self._candidates) == 1:
                    raise
                logger.warning("%s; trying %s", error, self._candidates[1])
                self._candidates = self._candidates[1:]
                continue
            self._candidates = self._candidates[:1]
            logger.info("%s runs on %s", file, self.provider)
            return session


def _preload_libraries() -> None:
    """Finds CUDA and cuDNN among installed packages; without it only those of the system are found."""
    if hasattr(onnxruntime, "preload_dlls"):  # from 1.21 on
        with redirect_stdout(sys.stderr):  # it prints what it misses
            onnxruntime.preload_dlls()


def _options(settings: SessionSettings, num_threads: int | None) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = physical_cores() if num_threads is None else num_threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = settings.arena
    # Shapes change from run to run: a plan for one shape would be memory held for nothing.
    options.enable_mem_pattern = False
    # Within a run a moment of looking for work saves waking up; between runs it would take the cores from decoding.
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if settings.spin_microseconds else "0")
    if settings.spin_microseconds:
        options.add_session_config_entry("session.intra_op.spin_duration_us", str(settings.spin_microseconds))
        options.add_session_config_entry("session.force_spinning_stop", "1")
    # Weights stored as integers are restored once, when the graph is loaded; at every run it would cost a third more.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.log_severity_level = 3
    return options
