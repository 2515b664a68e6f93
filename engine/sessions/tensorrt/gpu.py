"""One GPU's memory and streams, by CUDA's runtime; it does not know what is computed there."""

import importlib
import weakref
from typing import Any, Protocol

from engine.errors import ProviderError
from engine.sessions import Array


class CudaError(RuntimeError):
    """A call of CUDA failed; the message has its number, by which `run_error` knows what it means."""


class Device(Protocol):
    """What a session needs of a device; addresses and streams are numbers, as TensorRT takes them."""

    def use(self) -> None:
        """Makes the calling thread's calls go to this device."""
        ...

    def new_stream(self) -> int:
        """A queue of work that runs beside other queues."""
        ...

    def allocate(self, num_bytes: int) -> int:
        """Address of new memory on the device, aligned to 256 bytes."""
        ...

    def free(self, address: int) -> None:
        """Gives memory back, after all work is done."""
        ...

    def copy_in(self, address: int, array: Array, stream: int) -> None:
        """Queues a copy to the device; the array must stay as it is until the stream is waited for."""
        ...

    def copy_out(self, array: Array, address: int, stream: int) -> None:
        """Queues a copy from the device."""
        ...

    def wait(self, stream: int) -> None:
        """Returns when all that was queued is done.

        Raises:
            RuntimeError: Some of it failed.
        """
        ...


class Gpu:
    """An NVIDIA GPU."""

    def __init__(self, number: int) -> None:
        """Finds it.

        Args:
            number: Of the GPU, from 0.

        Raises:
            ProviderError: CUDA's Python package is not installed, or there is no such GPU.
        """
        try:
            self._cuda = importlib.import_module("cuda.bindings.runtime")
        except ModuleNotFoundError as error:
            raise ProviderError("TensorRT engines need cuda-bindings: install the tensorrt extra") from error
        try:
            [count] = self._call("cudaGetDeviceCount")
        except CudaError as error:
            raise ProviderError(f"TensorRT engines need an NVIDIA GPU, and there is none: {error}") from error
        if not number < count:
            raise ProviderError(f"device must be from 0 to {count - 1}, the GPUs of this machine; got {number}")
        self._number = number

    @property
    def architecture(self) -> str:
        """Such as sm89."""
        kinds = self._cuda.cudaDeviceAttr
        [major] = self._call("cudaDeviceGetAttribute", kinds.cudaDevAttrComputeCapabilityMajor, self._number)
        [minor] = self._call("cudaDeviceGetAttribute", kinds.cudaDevAttrComputeCapabilityMinor, self._number)
        return f"sm{major}{minor}"

    def use(self) -> None:
        """See `Device`; so are the others."""
        self._call("cudaSetDevice", self._number)

    def new_stream(self) -> int:  # noqa: D102
        [stream] = self._call("cudaStreamCreateWithFlags", self._cuda.cudaStreamNonBlocking)
        return int(stream)

    def allocate(self, num_bytes: int) -> int:  # noqa: D102
        [address] = self._call("cudaMalloc", num_bytes)
        return int(address)

    def free(self, address: int) -> None:  # noqa: D102
        self._call("cudaFree", address)

    def copy_in(self, address: int, array: Array, stream: int) -> None:  # noqa: D102
        kind = self._cuda.cudaMemcpyKind.cudaMemcpyHostToDevice
        self._call("cudaMemcpyAsync", address, array.ctypes.data, array.nbytes, kind, stream)

    def copy_out(self, array: Array, address: int, stream: int) -> None:  # noqa: D102
        kind = self._cuda.cudaMemcpyKind.cudaMemcpyDeviceToHost
        self._call("cudaMemcpyAsync", array.ctypes.data, address, array.nbytes, kind, stream)

    def wait(self, stream: int) -> None:  # noqa: D102
        self._call("cudaStreamSynchronize", stream)

    def _call(self, name: str, *arguments: Any) -> tuple[Any, ...]:
        """What a call gives besides its status."""
        status, *found = getattr(self._cuda, name)(*arguments)
        if int(status):
            words = self._cuda.cudaGetErrorString(status)[1].decode()
            raise CudaError(f"CUDA error {int(status)} in {name}: {words}")
        return tuple(found)


class Buffer:
    """Memory on a device that grows to the largest size it was asked for; it is given back with this object."""

    def __init__(self, device: Device) -> None:
        """Holds nothing yet."""
        self._device = device
        self._num_bytes = 0
        self._address = 0
        self._give_back: Any = None

    def hold(self, num_bytes: int) -> int:
        """Address of at least so many bytes; what was in it is lost where it grows.

        Raises:
            RuntimeError: There is not that much; the buffer is empty then, and can be used again.
        """
        if num_bytes > self._num_bytes:
            if self._give_back is not None:
                self._num_bytes = 0
                self._give_back()
                self._give_back = None
            self._address = self._device.allocate(num_bytes)
            self._num_bytes = num_bytes
            self._give_back = weakref.finalize(self, self._device.free, self._address)
            self._give_back.atexit = False  # The process gives everything back at its end.
        return self._address
