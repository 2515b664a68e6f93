"""What a runtime says is told apart: out of memory, a lost device, anything else."""

import pytest

from engine.errors import DeviceLostError, GenerationError, OutOfMemoryError
from engine.sessions.failures import first_line, run_error


@pytest.mark.parametrize(
    "message",
    [
        "CUDA failure 2: out of memory ; GPU=0",
        "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0",
        "BFCArena::AllocateRawInternal Available memory of 12 is smaller than requested bytes of 34",
        "IExecutionContext::enqueueV3: Error Code 2: OutOfMemory (no further information)",
        "Non-zero status code returned while running Conv node. Status Message: std::bad_alloc",
    ],
)
def test_what_allocators_say_is_out_of_memory(message: str) -> None:
    assert type(run_error("unet.onnx", RuntimeError(message))) is OutOfMemoryError
    assert type(run_error("unet.onnx", MemoryError())) is OutOfMemoryError
    assert type(run_error("unet.onnx", RuntimeError("Got invalid dimensions for input"))) is GenerationError


@pytest.mark.parametrize(
    "message",
    [
        "CUDA failure 700: an illegal memory access was encountered ; GPU=0 ; hostname=x ; expr=cudaStreamSynchronize",
        "CUDA error 719: unspecified launch failure",
        "CUDA error: device-side assert triggered",
        "Error Code 1: Cuda Runtime (In commonRunner.cpp:25 (cudaError 717: operation not supported on it))",
    ],
)
def test_errors_that_stay_mean_a_lost_device(message: str) -> None:
    assert type(run_error("unet.onnx", RuntimeError(message))) is DeviceLostError


def test_an_error_is_one_short_line() -> None:
    assert first_line(RuntimeError("first\nsecond")) == "first"
    assert first_line(RuntimeError()) == "RuntimeError"
    assert len(first_line(RuntimeError("x" * 1000))) == 300
