"""Sessions run graphs; the rest of the engine does not know with what.

A session takes named arrays and gives one array. It knows nothing of samplers, requests or text.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as native

from engine.errors import BundleError, GenerationError, OutOfMemoryError

# ONNX Runtime's errors share no base class of their own.
ONNXRUNTIME_ERRORS: tuple[type[Exception], ...] = tuple(
    kind for kind in vars(native).values() if isinstance(kind, type) and issubclass(kind, Exception)
)
RUN_ERRORS: tuple[type[Exception], ...] = (*ONNXRUNTIME_ERRORS, MemoryError)
# How allocators say so: ONNX Runtime's arena, C++, CUDA, cuBLAS, cuDNN. There is no error class for it.
_ALLOCATION_FAILED = re.compile(
    r"failed to allocate|bad_alloc|bad allocation|out of memory|ALLOC_FAILED|is smaller than requested bytes"
    r"|tensor storage size overflowed",
    re.IGNORECASE,
)


class Session(Protocol):
    """One loaded graph; `run` may be called from any thread."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects."""
        ...

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.float32]:
        """Runs the graph once and returns its first output.

        Raises:
            OutOfMemoryError: The run did not fit; the session can be used again.
            GenerationError: The graph failed.
        """
        ...


class OnnxSession:
    """A graph in ONNX Runtime on the CPU."""

    def __init__(self, path: Path, *, num_threads: int | None = None) -> None:
        """Loads a graph.

        Args:
            path: The .onnx file.
            num_threads: Threads of one run; None means one for each physical core this process may use.

        Raises:
            BundleError: The file is no graph ONNX Runtime can run.
        """
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = physical_cores() if num_threads is None else num_threads
        options.inter_op_num_threads = 1
        # Shapes change from run to run: a plan for one shape would be memory held for nothing.
        options.enable_mem_pattern = False
        # Threads that spin between runs would take the cores from decoding and encoding.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except ONNXRUNTIME_ERRORS as error:
            raise BundleError(f"{path}: ONNX Runtime cannot load it: {_first_line(error)}") from error
        self._input_names = tuple(node.name for node in self._session.get_inputs())
        self._name = path.name

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects."""
        return self._input_names

    def run(self, inputs: Mapping[str, npt.NDArray[np.generic]]) -> npt.NDArray[np.float32]:
        """Runs the graph once and returns its first output."""
        try:
            output: npt.NDArray[np.float32] = self._session.run(None, dict(inputs))[0]
        except RUN_ERRORS as error:
            raise run_error(self._name, error) from error
        return output


def run_error(name: str, error: Exception) -> GenerationError:
    """What a runtime's failure in graph `name` means to the request that ran it."""
    if isinstance(error, MemoryError) or _ALLOCATION_FAILED.search(str(error)):
        return OutOfMemoryError(f"{name} ran out of memory: {_first_line(error)}")
    return GenerationError(f"{name} failed: {_first_line(error)}")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]


def physical_cores() -> int:
    """Physical cores among the processors this process may use; at least 1."""
    try:
        processors = os.sched_getaffinity(0)
    except AttributeError:
        return max(1, (os.cpu_count() or 2) // 2)
    cores = set()
    for processor in processors:
        topology = Path(f"/sys/devices/system/cpu/cpu{processor}/topology")
        try:
            cores.add(((topology / "physical_package_id").read_text(), (topology / "core_id").read_text()))
        except OSError:
            cores.add((str(processor), ""))
    return max(1, len(cores))
