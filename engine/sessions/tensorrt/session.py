"""One built engine: shapes in, buffers bound, run on a stream of its own, failures told in the engine's words."""

import mmap
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.bundle.tensorrt_engines import Shape
from engine.errors import GenerationError, ProviderError
from engine.sessions import Array
from engine.sessions.failures import first_line, run_error
from engine.sessions.tensorrt.gpu import Buffer, Device

#: For each input its least, usual and greatest shape.
Profile: TypeAlias = Mapping[str, tuple[Shape, Shape, Shape]]


class TensorRtSession:
    """An engine, its execution context and the memory that it works in.

    Memory for activations is ours, as much as the shapes at hand need: TensorRT itself would take what the greatest
    shapes need for as long as the engine lives, and two engines never show each other theirs.
    """

    def __init__(self, path: Path, profile: Profile, *, library: Any, log: Any, runtime: Any, device: Device) -> None:
        """Loads an engine.

        Args:
            path: The verified .engine file.
            profile: The shapes it was built for.
            library: TensorRT's module, of the very version that built it.
            log: What `engine.sessions.tensorrt.log.messages` gave for it.
            runtime: Its Runtime with that log.
            device: Of the very architecture it was built for.

        Raises:
            ProviderError: TensorRT cannot run it here.
        """
        self._name = path.name
        self._profile = profile
        self._device = device
        self._lock = Lock()
        self._log = log
        log.errors.clear()
        device.use()
        try:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                self._engine = runtime.deserialize_cuda_engine(data)
            self._check(self._engine is not None, "its engine was not loaded")
            own_memory = library.ExecutionContextAllocationStrategy.USER_MANAGED
            self._context = self._engine.create_execution_context(own_memory)
            self._check(self._context is not None, "it has no place to run")
            self._stream = device.new_stream()
        except (RuntimeError, MemoryError) as error:
            raise ProviderError(f"TensorRT cannot run {path.name}: {first_line(error)}") from error
        names = [self._engine.get_tensor_name(index) for index in range(self._engine.num_io_tensors)]
        mode, of_inputs = self._engine.get_tensor_mode, library.TensorIOMode.INPUT
        self._dtypes = {name: np.dtype(library.nptype(self._engine.get_tensor_dtype(name))) for name in names}
        self._input_names = tuple(name for name in names if mode(name) == of_inputs)
        [self._output_name] = (name for name in names if mode(name) != of_inputs)
        self._buffers = {name: Buffer(device) for name in names}
        self._activations = Buffer(device)
        self._shapes: Mapping[str, Shape] = {}  # those that the context is set for

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names `run` expects."""
        return self._input_names

    def run(self, inputs: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        """Runs the engine once and returns its output, in float32 whatever its own precision.

        Raises:
            OutOfMemoryError: There was no memory for these shapes; smaller ones may fit.
            DeviceLostError: The GPU is gone.
            GenerationError: The engine failed, or was not built for these shapes.
        """
        fed = {name: np.ascontiguousarray(inputs[name], self._dtypes[name]) for name in self._input_names}
        with self._lock:
            try:
                for name, array in fed.items():
                    check_shape(f"{self._name}: {name}", array.shape, self._profile[name])
                return self._run(fed)
            except ValueError as error:
                raise GenerationError(str(error)) from error
            except (RuntimeError, MemoryError) as error:
                raise run_error(self._name, error) from error

    def _run(self, fed: Mapping[str, Array]) -> npt.NDArray[np.float32]:
        self._log.errors.clear()
        self._device.use()
        self._set_shapes({name: array.shape for name, array in fed.items()})
        output = np.empty(tuple(self._context.get_tensor_shape(self._output_name)), self._dtypes[self._output_name])
        try:
            for name, array in fed.items():
                self._device.copy_in(self._bind(name, array), array, self._stream)
            address = self._bind(self._output_name, output)
            self._check(self._context.execute_async_v3(self._stream), "it was not started")
            self._device.copy_out(output, address, self._stream)
        finally:
            self._device.wait(self._stream)  # Nothing may go away that is still being read.
        return output.astype(np.float32, copy=False)

    def _set_shapes(self, shapes: Mapping[str, Shape]) -> None:
        """Tells the context; asking it what memory it needs takes a walk over the graph, so only where they differ."""
        if shapes == self._shapes:
            return
        self._shapes = {}
        for name, shape in shapes.items():
            self._check(self._context.set_input_shape(name, shape), f"{name} of {shape} was refused")
        needed = max(1, self._context.update_device_memory_size_for_shapes())
        self._context.set_device_memory(self._activations.hold(needed), needed)
        self._shapes = shapes

    def _bind(self, name: str, array: Array) -> int:
        address = self._buffers[name].hold(max(1, array.nbytes))
        self._check(self._context.set_tensor_address(name, address), f"{name} was not bound")
        return address

    def _check(self, good: bool, otherwise: str) -> None:
        """TensorRT returns a sign and writes the reason to its log."""
        if not good:
            reasons = " ".join(" ".join(self._log.errors).split())
            raise RuntimeError(f"{otherwise}: {reasons or 'no reason given'}")


def check_shape(what: str, shape: Shape, profile: tuple[Shape, Shape, Shape]) -> None:
    """Looks whether an engine was built for a shape.

    Args:
        what: Name of the engine and its input.
        shape: What shall go in.
        profile: The least, usual and greatest shape.

    Raises:
        ValueError: It names the range and the shape.
    """
    least, _, greatest = profile
    fits = len(shape) == len(least) and all(a <= b <= c for a, b, c in zip(least, shape, greatest, strict=True))
    if not fits:
        raise ValueError(f"{what} must have a shape from {least} to {greatest}, as it was built for; got {shape}")
