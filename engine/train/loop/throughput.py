"""How fast training goes: samples a second, and the share of the machine's arithmetic that it uses (MFU).

It knows counts, seconds and what devices can do; it does not know what is trained.
"""

from __future__ import annotations

import functools
import logging
import time

import torch
from torch import Tensor

logger = logging.getLogger(__name__)

# Tensor operations a second in bfloat16 or float16 without sparsity, from the vendor's data sheets; first match counts.
_PEAK_TERAFLOPS = {
    "B200": 2250.0,
    "H200": 989.0,
    "H100 NVL": 835.0,
    "H100 PCIe": 756.0,
    "H100": 989.0,
    "A100": 312.0,
    "L40S": 362.0,
    "L4": 121.0,
    "A30": 165.0,
    "A10": 125.0,
    "V100": 125.0,
    "T4": 65.0,
    "RTX 4090": 165.0,
    "RTX 3090": 71.0,
}


@functools.cache
def has_bfloat16(device: str) -> bool:
    """False on CPUs that emulate it: there a product takes 14 times as long as in float32."""
    capabilities = torch.cpu.get_capabilities()
    return device != "cpu" or bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


class Throughput:
    """Counts between two looks; the time to write checkpoints down is not in it."""

    def __init__(self, device: torch.device, dtype: torch.dtype, peak_teraflops: float | None) -> None:
        """Measure against `peak_teraflops` of one device, or against what is known or measured of it."""
        self.device, self.dtype = device, dtype
        self.peak_teraflops = peak_teraflops
        self.samples, self.operations, self.seconds = 0, 0, 0.0

    def add(self, *, samples: int, operations: int, seconds: float) -> None:
        """Note one step: samples of all processes, floating-point operations of this one."""
        self.samples += samples
        self.operations += operations
        self.seconds += seconds

    def look(self) -> dict[str, float]:
        """samples_per_second of all processes and mfu (0 to 1) of this one since the last look."""
        if self.peak_teraflops is None:
            self.peak_teraflops, source = peak_teraflops(self.device, self.dtype)
            logger.info("mfu is of %.3g teraflops a device (%s)", self.peak_teraflops, source)
        seconds = max(self.seconds, 1e-9)
        numbers = {
            "samples_per_second": self.samples / seconds,
            "mfu": self.operations / seconds / (self.peak_teraflops * 1e12),
        }
        self.samples, self.operations, self.seconds = 0, 0, 0.0
        return numbers


@functools.cache
def peak_teraflops(device: torch.device, dtype: torch.dtype) -> tuple[float, str]:
    """Floating-point operations a second of one device, in 10^12, and where the number is from."""
    if device.type == "cuda" and dtype is not torch.float32:
        name = torch.cuda.get_device_name(device)
        for known, value in _PEAK_TERAFLOPS.items():
            if known in name:
                return value, f"the data sheet of {known}"
    side = 1024 if device.type == "cpu" else 8192
    return measured_teraflops(device, dtype, side), f"the best of ten products of {side} x {side} matrices in {dtype}"


def measured_teraflops(device: torch.device, dtype: torch.dtype, side: int) -> float:
    """What a product of two square matrices reaches at its best, in 10^12 a second."""
    left = torch.ones(side, side, dtype=dtype, device=device)
    out = torch.empty_like(left)
    times = []
    for _ in range(10):
        synchronize(device)
        begun = time.perf_counter()
        torch.mm(left, left, out=out)
        synchronize(device)
        times.append(time.perf_counter() - begun)
    return 2.0 * side**3 / min(times) / 1e12


def synchronize(device: torch.device) -> None:
    """Wait until a GPU has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def shapes_of(batch: dict[str, Tensor]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """What a step's cost depends on."""
    return tuple((name, tuple(tensor.shape)) for name, tensor in batch.items())
