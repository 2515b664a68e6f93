"""CUDA's memory and streams: what is refused without a GPU, and on one that bytes come back as they went."""

import gc
import sys

import numpy as np
import pytest

from engine.errors import ProviderError
from engine.sessions.tensorrt.gpu import Buffer, CudaError, Gpu
from tests.engine.sessions.tensorrt.stand_ins import HostDevice, has_gpu

pytest.importorskip("cuda.bindings.runtime", reason="cuda-bindings is for Linux x86-64 alone")


@pytest.mark.skipif(has_gpu(), reason="this machine has an NVIDIA GPU")
def test_machine_without_a_gpu_is_told_so_in_one_line() -> None:
    with pytest.raises(ProviderError, match=r"NVIDIA GPU, and there is none: CUDA error \d+ in cuda") as refusal:
        Gpu(0)
    assert len(str(refusal.value).splitlines()) == 1


def test_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cuda.bindings.runtime", None)
    with pytest.raises(ProviderError, match="need cuda-bindings: install the tensorrt extra"):
        Gpu(0)


@pytest.mark.gpu
def test_bytes_come_back_from_a_gpu() -> None:
    gpu = Gpu(0)
    assert gpu.architecture.startswith("sm")
    gpu.use()
    sent = np.arange(1000, dtype=np.float32)
    stream, address, back = gpu.new_stream(), gpu.allocate(sent.nbytes), np.empty_like(sent)
    gpu.copy_in(address, sent, stream)
    gpu.copy_out(back, address, stream)
    gpu.wait(stream)
    gpu.free(address)
    np.testing.assert_array_equal(back, sent)
    with pytest.raises(CudaError, match="CUDA error 2 in cudaMalloc: out of memory"):
        gpu.allocate(1 << 50)


@pytest.mark.gpu
def test_gpu_that_is_not_there_is_named() -> None:
    with pytest.raises(ProviderError, match="device must be from 0 to"):
        Gpu(1000)


def test_buffer_grows_and_is_given_back_with_its_owner() -> None:
    device = HostDevice(capacity=1000)
    buffer = Buffer(device)
    first = buffer.hold(100)
    assert buffer.hold(50) == first
    buffer.hold(400)
    assert device.sizes() == [400]
    with pytest.raises(CudaError, match="out of memory"):
        buffer.hold(2000)
    assert device.sizes() == []
    buffer.hold(900)
    del buffer
    gc.collect()
    assert device.sizes() == []
