"""Foreign errors of a run, as the engine's own: which of them mean that memory ran out.

It knows what allocators say; it does not know which graph ran.
"""

import re

from engine.errors import DeviceLostError, GenerationError, OutOfMemoryError
from engine.sessions.runtime import native

# ONNX Runtime's errors share no base class of their own.
ONNXRUNTIME_ERRORS: tuple[type[Exception], ...] = tuple(
    kind for kind in vars(native).values() if isinstance(kind, type) and issubclass(kind, Exception)
)
# Those of them that are about the file and not about the machine.
FILE_ERRORS: tuple[type[Exception], ...] = (
    native.InvalidProtobuf,
    native.InvalidGraph,
    native.NoSuchFile,
    native.NoModel,
    native.ModelLoaded,
)
RUN_ERRORS: tuple[type[Exception], ...] = (*ONNXRUNTIME_ERRORS, MemoryError)

# How allocators say so: ONNX Runtime's arena, C++, CUDA, cuBLAS, cuDNN, PyTorch, TensorRT. There is no error class.
_ALLOCATION_FAILED = re.compile(
    r"failed to allocate|bad_alloc|bad allocation|out ?of ?memory|ALLOC_FAILED|is smaller than requested bytes"
    r"|tensor storage size overflowed|can't allocate memory|not enough memory",
    re.IGNORECASE,
)
# Errors of CUDA that stay: after one of them every call of this process fails.
_DEVICE_LOST = re.compile(
    r"(?:CUDA (?:failure|error)|cudaError) (?:46|100|214|216|217|700|702|704|709|710|714|715|716|717|718|719)\b"
    r"|illegal memory access|unspecified launch failure|device-side assert|misaligned address|uncorrectable ECC"
    r"|no CUDA-capable device|GPU is lost|busy or unavailable",
    re.IGNORECASE,
)


def run_error(name: str, error: Exception) -> GenerationError:
    """What a runtime's failure in graph `name` means to the request that ran it."""
    if isinstance(error, MemoryError) or _ALLOCATION_FAILED.search(str(error)):
        return OutOfMemoryError(f"{name} ran out of memory: {first_line(error)}")
    if _DEVICE_LOST.search(str(error)):
        return DeviceLostError(f"{name} lost its device: {first_line(error)}")
    return GenerationError(f"{name} failed: {first_line(error)}")


def first_line(error: Exception) -> str:
    """An error in one line of at most 300 characters."""
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
